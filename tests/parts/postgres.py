"""A private PostgreSQL for a test session: its own cluster in a temporary folder, reached by a UNIX socket only, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60", "listen_addresses=")


class Cluster:
    """A running PostgreSQL. `create` makes a database (a copy of `template` if given) and tells its URL; `drop` removes it."""

    def __init__(self, socket_folder: Path) -> None:
        self._folder = socket_folder
        self._numbers = count(1)

    def create(self, template: str | None = None) -> str:
        """A new empty database's URL, or that of a copy of the database behind the URL `template`."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        source = f" TEMPLATE {_name(template)} STRATEGY file_copy" if template else ""
        self._run(f"CREATE DATABASE {name}{source}")
        return f"postgresql://gongmen@/{name}?host={self._folder}"

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def _run(self, statement: Any) -> None:
        with psycopg.connect(host=str(self._folder), user="gongmen", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A cluster for as long as the block lasts. Skips, saying so, where no PostgreSQL is installed."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="gongmen-pg-"))
    user = _unprivileged(folder)
    data = folder / "data"

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=60)

    try:
        run(str(programs / "initdb"), "-D", str(data), "-U", "gongmen", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = " ".join(f"-c {option}" for option in (*_FAST, f"unix_socket_directories={folder}"))
        run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Cluster(folder)
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not installed:
        pytest.skip("no PostgreSQL here (Debian: apt-get install postgresql): the store is tested on SQLite only")
    return installed[-1].parent


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then another user, who gets the folder."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return user


def _name(url: str) -> str:
    return url.partition("?host=")[0].rpartition("/")[2]
