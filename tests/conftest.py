"""What every test may ask for: the pictures to test on, a place for what it wants to show, and no way out of this machine."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OUTSIDE: list[str] = []
"""Addresses outside this machine that were asked for since the last look."""


def is_inside(host: object) -> bool:
    """Whether this host, of a socket's address, is the machine itself."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: refuses whatever would leave loopback, and remembers it, since the code at work may swallow the refusal."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else ""  # a str or bytes is a UNIX socket's path
    elif event == "socket.getaddrinfo":
        host = arguments[0] or ""
    else:
        return
    if not is_inside(host):
        OUTSIDE.append(f"{event} {host!r}")
        raise PermissionError(f"tests stay on this machine: {event} {host!r}")


def pytest_configure() -> None:
    """From now on this process and every thread of it stays on loopback."""
    sys.addaudithook(watch)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journeys first: they are the longest, and whichever process began one last would end it alone."""
    items.sort(key=lambda item: not item.path.is_relative_to(ROOT / "tests" / "journeys"))


@pytest.fixture(autouse=True)
def _stays_on_this_machine() -> Iterator[None]:
    """Fails the test during which something tried to leave loopback."""
    OUTSIDE.clear()
    yield
    assert not OUTSIDE, f"tried to leave this machine: {OUTSIDE}"


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of photographs for tests and benches that GONGMEN_TEST_DATA names (default: shared/data beside the checkout)."""
    folder = Path(os.environ.get("GONGMEN_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no test photographs at {folder}; GONGMEN_TEST_DATA names another folder")
    return folder


@pytest.fixture
def artefacts(request: pytest.FixtureRequest) -> Path:
    """A folder that outlives the run, for screenshots and logs a person may want to look at: test-artefacts/<test file>/<test>/."""
    folder = ROOT / "test-artefacts" / request.path.stem / re.sub(r"\W+", "-", request.node.name).strip("-")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
