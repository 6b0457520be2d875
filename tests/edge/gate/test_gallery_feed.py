"""The gallery follows the store; templates that cannot be used are left out and told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gate.gallery_feed import LAPSE_MS, Collection, GalleryFeed
from edge.store.secrets import BoxKeys, seal
from edge.store.templates import Templates
from edge.sync import wire
from edge.sync.wire import EndCause, Removal
from edge.templates import TEMPLATE_OTHER_ENGINE, TEMPLATE_UNREADABLE, TemplateFault, rows_of
from tests.edge.gate.box import NOW_MS, WORKERS, Box, FakeEngine, box, entry, face_of, until

ROWS = np.stack([face_of(1), face_of(1)])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Box]:
    with box(tmp_path) as made:
        yield made


@pytest.fixture
def feed(site: Box) -> Iterator[GalleryFeed]:
    made = GalleryFeed(site.home, FakeEngine(), site.keys.open_sealed, site.clock, look_s=0.01)
    yield made
    made.close()


def people(feed: GalleryFeed) -> tuple[str, ...]:
    return feed.gallery.people if feed.gallery else ()


@pytest.mark.rule("A-03")
def test_an_enrolled_face_comes_in_and_an_ended_right_takes_it_away(site: Box, feed: GalleryFeed) -> None:
    assert feed.wait(10)
    assert people(feed) == ()
    Templates(site.store).put(WORKERS[0], "fake-1", site.sealed("fake-1", ROWS), "local")
    assert until(lambda: people(feed) == (WORKERS[0],))
    site.publish(remove=[Removal(WORKERS[0], EndCause.DEPARTURE, (), NOW_MS // 1000)])
    assert until(lambda: people(feed) == ())


def test_a_relayed_and_an_own_template_make_one_person(site: Box, feed: GalleryFeed) -> None:
    templates = Templates(site.store)
    with site.store.transaction():
        templates.put(WORKERS[0], "fake-1", site.sealed("fake-1", ROWS), "local")
        templates.put(WORKERS[0], "fake-1", site.sealed("fake-1", face_of(1)), "relay")
    assert until(lambda: people(feed) == (WORKERS[0],))
    assert feed.gallery is not None
    assert feed.gallery.templates == 3


def test_a_clock_that_was_wrong_and_is_set_right_gives_everybody_back_and_a_right_that_lapses_goes(site: Box) -> None:
    ends_s = NOW_MS // 1000 + 40 * 86_400
    site.publish(entry(WORKERS[0], valid_until_s=ends_s))
    Templates(site.store).put(WORKERS[0], "fake-1", site.sealed("fake-1", ROWS), "local")
    site.clock.wall_ms = (ends_s + 86_400) * 1000
    feed = GalleryFeed(site.home, FakeEngine(), site.keys.open_sealed, site.clock, look_s=0.01)
    try:
        assert feed.wait(10)
        assert people(feed) == ()
        site.clock.wall_ms = NOW_MS
        site.clock.pass_s(LAPSE_MS / 1000)
        assert until(lambda: people(feed) == (WORKERS[0],))
        site.clock.pass_s(40 * 86_400)
        assert until(lambda: people(feed) == ())
    finally:
        feed.close()


def passes(site: Box, worker: str, method: wire.Method) -> None:
    with site.store.transaction():
        site.journal.record(wire.Passage(worker, wire.Direction.IN, method, "lane-1", 1))


def test_who_passed_here_lately_by_whichever_way_is_a_regular(site: Box) -> None:
    for worker, days, method in zip(WORKERS, (20, 2, 1), (wire.Method.FACE, wire.Method.ID_CARD, wire.Method.FACE), strict=True):
        site.clock.wall_ms = NOW_MS - days * 86_400_000
        passes(site, worker, method)
        Templates(site.store).put(worker, "fake-1", site.sealed("fake-1", ROWS), "local")
    site.clock.wall_ms = NOW_MS
    feed = GalleryFeed(site.home, FakeEngine(), site.keys.open_sealed, site.clock, look_s=0.01)
    try:
        assert feed.wait(10)
        assert feed.gallery is not None
        assert feed.gallery.regulars == set(WORKERS[1:])
        passes(site, WORKERS[0], wire.Method.FACE)
        site.clock.pass_s(601)
        assert until(lambda: feed.gallery is not None and feed.gallery.regulars == set(WORKERS))
    finally:
        feed.close()


def test_templates_of_another_engine_or_sealed_for_another_box_are_told_and_left_out(site: Box, feed: GalleryFeed, tmp_path: Path) -> None:
    stranger = BoxKeys.create(tmp_path / "another-box")
    with site.store.transaction():
        templates = Templates(site.store)
        templates.put(WORKERS[0], "fake-1", site.sealed("fake-1", ROWS), "local")
        templates.put(WORKERS[1], "fake-1", site.sealed("another-engine", ROWS), "local")
        templates.put(WORKERS[2], "fake-1", seal(b"whatever", stranger.sealing_public), "relay")
    assert until(lambda: people(feed) == (WORKERS[0],))
    assert feed.unusable == {TEMPLATE_OTHER_ENGINE: 1, TEMPLATE_UNREADABLE: 1}


def test_a_template_is_opened_once() -> None:
    opened: list[bytes] = []

    def open_sealed(data: bytes) -> bytes:
        opened.append(data)
        return msgspec.msgpack.encode(["fake-1", 2, FakeEngine.dim, ROWS.tobytes()])

    collection = Collection("fake-1", FakeEngine.dim, open_sealed)
    assert len(collection.gallery([("a", b"1"), ("b", b"2")])) == 2
    assert len(collection.gallery([("a", b"1"), ("c", b"3")])) == 2
    assert opened == [b"1", b"2", b"3"]


@given(st.integers(1, 6), st.integers(1, 5))
def test_rows_come_out_as_they_went_in(count: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    packed = msgspec.msgpack.encode(["e", count, 16, rows.tobytes()])
    assert np.array_equal(rows_of(packed, "e", 16), rows)


@pytest.mark.parametrize(
    ("plain", "code"),
    [
        (b"", TEMPLATE_UNREADABLE),
        (b"\xc1garbled", TEMPLATE_UNREADABLE),
        (msgspec.msgpack.encode(["e", 2, 16, b"too short"]), TEMPLATE_UNREADABLE),
        (msgspec.msgpack.encode(["e", 0, 16, b""]), TEMPLATE_UNREADABLE),
        (msgspec.msgpack.encode(["e", 1, 16, np.zeros(16, np.float32).tobytes()]), TEMPLATE_UNREADABLE),
        (msgspec.msgpack.encode(["e", 1, 16, np.full(16, np.nan, np.float32).tobytes()]), TEMPLATE_UNREADABLE),
        (msgspec.msgpack.encode(["e", 1, 512, np.ones(512, np.float32).tobytes()]), TEMPLATE_OTHER_ENGINE),
        (msgspec.msgpack.encode(["other", 1, 16, np.ones(16, np.float32).tobytes()]), TEMPLATE_OTHER_ENGINE),
    ],
)
def test_what_holds_no_faces_of_this_engine_is_refused_with_its_code(plain: bytes, code: str) -> None:
    with pytest.raises(TemplateFault) as told:
        rows_of(plain, "e", 16)
    assert told.value.code == code


@given(st.binary(max_size=300))
def test_no_bytes_make_the_opener_crash(plain: bytes) -> None:
    with pytest.raises(TemplateFault):
        rows_of(plain, "e", 16)
