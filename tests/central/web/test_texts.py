"""The portal's words: both languages, the same placeholders, and a text for every state that a list can show."""

import datetime as dt
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.access import Role
from central.clock import SITE_ZONE
from central.entry.model import AssignmentEnd, AssignmentState, FaceState
from central.entry.people_list import COLUMNS
from central.entry.trades import TRADES
from central.web.areas.people import EMPLOYER_COLUMNS, PROJECT_COLUMNS
from central.web.listing import Listing
from central.web.moments import ago
from central.web.pages import HERE
from central.web.paging import page_numbers
from central.web.texts import TEXTS, Texts
from central.web.trades import ENGLISH


def test_every_text_stands_in_both_languages_with_the_same_placeholders() -> None:
    for key, pair in TEXTS.items():
        chinese, english = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in pair)
        assert chinese == english, key


def test_every_state_column_and_trade_has_its_words() -> None:
    needed = {f"state_{s}" for s in AssignmentState} | {f"end_{c}" for c in AssignmentEnd} | {f"face_{f}" for f in FaceState}
    needed |= {f"role_{role}" for role in Role} | {f"col_{key}" for key in {*PROJECT_COLUMNS, *EMPLOYER_COLUMNS, *COLUMNS}}
    assert needed <= set(TEXTS)
    assert set(ENGLISH) == set(TRADES)


def test_every_text_that_a_template_names_exists() -> None:
    named = {
        key for path in (HERE / "templates").glob("*.html") for key in re.findall(r"""\bt\(['"](\w+)['"][,)]""", path.read_text("utf-8"))
    }
    assert len(named) > 30
    assert named <= set(TEXTS)


NOW = dt.datetime(2025, 4, 19, 9, 30, tzinfo=SITE_ZONE)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (None, "尚未通行"),
        (NOW - dt.timedelta(seconds=59), "刚刚"),
        (NOW - dt.timedelta(minutes=59), "59 分钟前"),
        (NOW - dt.timedelta(minutes=61), "今天 08:29"),
        (NOW - dt.timedelta(hours=10), "昨天 23:30"),
        (NOW - dt.timedelta(days=2), "2025-04-17 09:30"),
        (NOW + dt.timedelta(minutes=3), "今天 09:33"),
    ],
)
def test_times_are_told_as_people_tell_them(at: dt.datetime | None, words: str) -> None:
    assert ago(at, NOW, Texts("zh")) == words


@given(
    st.builds(
        Listing,
        path=st.just("/people"),
        state=st.sampled_from(("", "confirmed")),
        q=st.text(max_size=30).map(lambda said: "".join(c for c in said if c.isprintable()).strip()),
        sort=st.sampled_from(("name", "seen")),
        descending=st.booleans(),
        page=st.integers(1, 1_000_000),
        filters=st.sampled_from(((), (("trade", "020"),), (("trade", "020"), ("employer", "申城")))),
        after=st.sampled_from(("", "YWZ0ZXI6NDI", "a-b_c")),
        before=st.lists(st.sampled_from(("YWZ", "a-b")), max_size=3).map(tuple),
    )
)
def test_a_list_is_read_back_from_its_own_address(listing: Listing) -> None:
    from urllib.parse import parse_qsl, urlsplit

    query = dict(parse_qsl(urlsplit(listing.url).query))
    assert Listing.read("/people", query, ("confirmed",), ("name", "seen"), ("trade", "employer")) == listing


@pytest.mark.parametrize(
    ("page", "pages", "shown"), [(1, 1, [1]), (1, 9, [1, 2, 0, 9]), (5, 9, [1, 0, 4, 5, 6, 0, 9]), (9, 9, [1, 0, 8, 9])]
)
def test_the_pager_shows_the_ends_and_the_neighbours(page: int, pages: int, shown: list[int]) -> None:
    assert page_numbers(page, pages) == shown
