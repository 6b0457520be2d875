"""Full disks, damaged files, other processes: for real, on real files."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.clock import SystemClock
from edge.errors import StoreDamaged, StoreFull, StoreReplaced, StoreUnwritable
from edge.store.database import Store
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.reserve import RESERVE_BYTES
from edge.sync import wire
from tests.edge.store.box import FakeClock, opened, passage, record


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = os.geteuid() == 0 and subprocess.call(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", place]) == 0
    if not made:
        pytest.skip("a small file system needs root and mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def fill(place: Path, leave: int = 0) -> Path:
    """Takes all the room but `leave` bytes."""
    ballast = place / "ballast"
    free = os.statvfs(place)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - leave)
    return ballast


def test_on_a_full_disk_the_reserve_lets_events_be_written_until_it_is_used_up_too(small_disk: Path) -> None:
    home = small_disk / "home"
    with opened(home) as store:
        journal = Journal(store, FakeClock())
        assert store.reserve.is_kept()
        record(store, journal, passage())
        fill(small_disk)
        record(store, journal, passage())
        assert not store.reserve.is_kept() and journal.max_seq() == 2
        fill_the_rest(small_disk)
        written = 2
        with pytest.raises(StoreFull) as full:
            for _ in range(20_000):
                record(store, journal, *(passage() for _ in range(100)))
                written += 100
        assert full.value.code == "STORE_FULL" and full.value.retryable
        assert journal.max_seq() == written and journal.verify() is None
        (small_disk / "ballast").unlink()
        (small_disk / "more").unlink()
        record(store, journal, passage())
        assert journal.max_seq() == written + 1 and store.reserve.keep()
    with opened(home) as store:
        assert Journal(store, FakeClock()).verify() is None


def fill_the_rest(place: Path) -> None:
    free = os.statvfs(place)
    with (place / "more").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, free.f_bavail * free.f_frsize - 512 * 1024))


def test_a_disk_that_fills_within_a_transaction_gives_the_reserve_and_says_so(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        pages = store.row("PRAGMA page_count")
        assert pages is not None
        store.rows(f"PRAGMA max_page_count = {pages[0]!r}")
        with pytest.raises(StoreFull, match="reserve released"):
            record(store, journal, *(passage() for _ in range(5000)))
        assert not store.reserve.is_kept() and journal.max_seq() == 0
        with pytest.raises(StoreFull):
            record(store, journal, *(passage() for _ in range(5000)))
        store.rows("PRAGMA max_page_count = 1000000")
        record(store, journal, passage())
        assert journal.max_seq() == 1


def test_reports_of_health_leave_the_last_room_to_events(small_disk: Path) -> None:
    with opened(small_disk / "home") as store:
        health = Health(store, FakeClock())
        health.report("gate", {"frames": 1})
        fill(small_disk)
        record(store, Journal(store, FakeClock()), passage())
        fill_the_rest(small_disk)
        health.report("gate", {"frames": 2})
        assert health.all()["gate"]["frames"] == 1


def test_no_reserve_is_taken_where_room_is_short(small_disk: Path) -> None:
    fill(small_disk, leave=RESERVE_BYTES * 2)
    with opened(small_disk / "home") as store:
        assert not store.reserve.is_kept()


def test_a_home_that_cannot_be_written_in_is_a_coded_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreUnwritable) as error:
        Store.open(tmp_path / "home")
    assert error.value.code == "STORE_UNWRITABLE" and str(tmp_path) not in str(error.value)


def damage(path: Path, first_page: int = 1) -> None:
    """Flips the bytes at the head of every page from `first_page` on."""
    data = bytearray(path.read_bytes())
    for page in range(4096 * first_page, len(data), 4096):
        data[page : page + 8] = bytes(byte ^ 0xFF for byte in data[page : page + 8])
    path.write_bytes(data)


def test_a_damaged_store_is_set_aside_and_a_new_epoch_begins(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        record(store, journal, *(passage() for _ in range(300)))
        epoch = journal.epoch
    damage(tmp_path / "edge.db")
    out = in_another_process(
        tmp_path,
        "print(journal.epoch, journal.max_seq(), store.meta('set_aside')); record(store, journal, passage()); print(journal.max_seq())",
    )
    new_epoch, seq, aside, then = out.split()
    assert new_epoch != epoch and seq == "0" and then == "1"
    assert (tmp_path / aside).exists() and aside.startswith("edge.db.damaged-")


def test_bytes_that_are_no_database_at_all_are_set_aside_too(tmp_path: Path) -> None:
    tmp_path.joinpath("edge.db").write_bytes(b"\x00garbage" * 4096)
    with opened(tmp_path) as store:
        assert Journal(store, FakeClock()).max_seq() == 0
        assert str(store.meta("set_aside")).startswith("edge.db.damaged-")


def test_a_process_that_still_holds_a_store_set_aside_notices_before_it_writes_and_when_it_looks(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        record(store, journal, passage())
        (tmp_path / "edge.db").rename(tmp_path / "edge.db.damaged-by-test")
        with opened(tmp_path) as fresh:
            with pytest.raises(StoreReplaced):
                record(store, journal, passage())
            with pytest.raises(StoreReplaced):
                store.data_version()
            assert Journal(fresh, FakeClock()).max_seq() == 0


def test_damage_found_while_running_is_a_coded_error(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        record(store, Journal(store, FakeClock()), *(passage() for _ in range(5000)))
        store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        damage(tmp_path / "edge.db", first_page=80)
        with opened(tmp_path) as other, pytest.raises(StoreDamaged) as damaged:
            Journal(other, FakeClock()).range(1, 5000)
    assert damaged.value.code == "STORE_DAMAGED"


def write_many(home: str, name: str, count: int) -> None:
    with opened(Path(home)) as store:
        journal = Journal(store, SystemClock())
        for number in range(count):
            record(store, journal, passage(f"{name}-{number}"))


def test_numbers_have_no_gap_when_two_processes_write_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_many, args=(str(tmp_path), name, 150)) for name in ("gate", "kiosk")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        rows = journal.range(1, 999)
        assert [row.seq for row in rows] == list(range(1, 301)) and journal.verify() is None
        bodies = [wire.decode(row.packed, wire.Event).body for row in rows]
        for name in ("gate", "kiosk"):
            own = [body.person for body in bodies if isinstance(body, wire.Passage) and body.person.startswith(name)]
            assert own == [f"{name}-{number}" for number in range(150)]


def test_a_process_killed_within_a_transaction_leaves_nothing_of_it(tmp_path: Path) -> None:
    code = "record(store, journal, passage())\nwith store.transaction():\n    journal.record(passage())\n    os._exit(9)"
    in_another_process(tmp_path, code, status=9)
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        assert journal.max_seq() == 1 and journal.verify() is None


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        record(store, Journal(store, FakeClock()), passage())
        assert {file.stat().st_mode & 0o077 for file in tmp_path.glob("edge.db*")} == {0}


def test_another_connections_commit_changes_the_data_version_and_an_own_one_does_not(tmp_path: Path) -> None:
    with opened(tmp_path) as gate, opened(tmp_path) as sync:
        before = gate.data_version()
        gate.set_meta("own", 1)
        assert gate.data_version() == before
        sync.set_meta("other", 1)
        assert gate.data_version() != before


def in_another_process(home: Path, code: str, status: int = 0) -> str:
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom edge.store.journal import Journal\n"
        "from tests.edge.store.box import FakeClock, opened, passage, record\n"
        "with opened(Path(sys.argv[1])) as store:\n    journal = Journal(store, FakeClock())\n"
        + "\n".join(f"    {line}" for line in code.splitlines())
    )
    done = subprocess.run([sys.executable, "-c", script, str(home)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout


def test_store_open_survives_its_own_unclean_end(tmp_path: Path) -> None:
    """Opened, left open, opened again by somebody else: the write-ahead log is read, nothing is lost."""
    first = Store.open(tmp_path)
    record(first, Journal(first, FakeClock()), passage())
    assert in_another_process(tmp_path, "print(journal.max_seq())").strip() == "1"
    first.close()
