"""`gongmen edge …`: the box at a gate."""

from __future__ import annotations

import json
import logging
import sys
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from edge import app as box
from edge import doctor, settings
from edge.clock import SystemClock
from edge.errors import EdgeError
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.passages import Passages
from edge.store.roster import Roster
from edge.supervisor import Supervisor, stop_on_signals
from gongmen import long_running
from hardware.errors import DeviceError

app = typer.Typer(add_completion=False, no_args_is_help=True, help="现场设备 · The box at a gate.")
events = typer.Typer(add_completion=False, no_args_is_help=True, help="本机记录 · What this box wrote down.")
app.add_typer(events, name="events")

Home = Annotated[Path | None, typer.Option("--home", help="数据目录 · the box's folder (default /var/lib/gongmen)")]
Json = Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象 · one JSON object on the last line")]

log = logging.getLogger(__name__)
CONFIGURATION, SERVICE = 3, 4


def _settings(home: Path | None) -> settings.EdgeSettings:
    try:
        return settings.load(box.home_or_here(home))
    except EdgeError as error:
        print(f"✗ {error}", file=sys.stderr)
        raise typer.Exit(CONFIGURATION) from error


def _serve(process: str, home: Path | None) -> None:
    found = _settings(home)
    stop = threading.Event()
    stop_on_signals(stop)
    long_running.settle()
    try:
        box.RUN[process](found, stop)
    except (EdgeError, DeviceError) as error:
        log.error("%s", error)  # noqa: TRY400 - a coded error says what is the matter; the trace does not
        raise typer.Exit(CONFIGURATION) from error


@app.command()
def run(home: Home = None) -> None:
    """门机、登记台、同步三个进程，互不拖累 · Gate, kiosk and sync, kept alive: for a desk, a demo, a test."""
    found = _settings(home)
    found.home.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    stop_on_signals(stop)
    commands = {name: [sys.executable, "-m", "gongmen", "edge", name, "--home", str(found.home)] for name in box.PROCESSES}
    Supervisor(commands).run(stop)


@app.command()
def gate(home: Home = None) -> None:
    """只运行通道进程 · The gate process alone."""
    _serve("gate", home)


@app.command()
def kiosk(home: Home = None) -> None:
    """只运行登记台进程 · The kiosk process alone."""
    _serve("kiosk", home)


@app.command()
def sync(home: Home = None) -> None:
    """只运行同步进程 · The sync process alone."""
    _serve("sync", home)


@app.command("doctor")
def _doctor(home: Home = None, as_json: Json = False) -> None:
    """逐项检查本机，说明哪里不好、怎么办 · What is well, what is not, and what to do."""
    found = _settings(home)
    findings = list(doctor.examine(box.doctor_checks(found)))
    ill = any(f.needed and not f.is_well for f in findings)
    if as_json:
        print(json.dumps({"well": not ill, "findings": [asdict(f) for f in findings]}, ensure_ascii=False))
    else:
        table = Table("", "项目 check", "结果 finding", "怎么办 what to do")
        for f in findings:
            sign = "[green]✓[/]" if f.is_well else "[red]✗[/]" if f.needed else "[yellow]![/]"
            table.add_row(sign, f.name, f.detail if f.is_well else f"{f.code}  {f.detail}", doctor.advice(f.code))
        Console().print(table)
    raise typer.Exit(1 if ill else 0)


@app.command()
def provision(
    centre: Annotated[str, typer.Option(help="中心地址 · the centre's address, https://…")],
    code: Annotated[str, typer.Option(help="领用码 · the claim code", prompt="领用码 · claim code")],
    home: Home = None,
) -> None:
    """用领用码把本机登记到中心 · Make this box known to the centre with a single-use claim code."""
    from edge.sync.provisioning import provision as ask

    try:
        done = ask(box.home_or_here(home), centre, code)
    except EdgeError as error:
        print(f"✗ {error}", file=sys.stderr)
        raise typer.Exit(SERVICE) from error
    print(f"✓ {done.box}")


@app.command()
def roster(home: Home = None, as_json: Json = False) -> None:
    """本机名单，姓名脱敏 · The roster on this box; names are shortened."""
    store = Store.open(_settings(home).home)
    try:
        found = Roster(store)
        rights = [asdict(right) for right in found.rights()]
        if as_json:
            print(json.dumps({"version": found.version(), "people": rights}, ensure_ascii=False))
            return
        table = Table("姓名 name", "班组 team", "工种 trade", "人脸 face", "有效期至 until")
        for r in rights:
            until = datetime.fromtimestamp(r["valid_until_s"], UTC).astimezone().strftime("%F %R") if r["valid_until_s"] else ""
            table.add_row(r["shown_name"], r["team"], r["trade"], r["face"], until)
        Console().print(f"version {found.version()}", table)
    finally:
        store.close()


@events.command("list")
def _list(home: Home = None, count: Annotated[int, typer.Option(min=1, max=1000)] = 20) -> None:
    """最近的通行 · The last passages."""
    store = Store.open(_settings(home).home)
    try:
        for seen in Passages(store).recent(count):
            print(seen)
    finally:
        store.close()


@events.command()
def verify(home: Home = None, as_json: Json = False) -> None:
    """核对记录链：少一行、改一行都会发现 · Whether a row was removed or altered."""
    store = Store.open(_settings(home).home)
    try:
        journal = Journal(store, SystemClock())
        broken = journal.verify()
        told = {"whole": broken is None, "broken_at": broken, "epoch": journal.epoch, "events": journal.max_seq(), "acked": journal.acked()}
    finally:
        store.close()
    print(json.dumps(told) if as_json else ("✓ 完整 whole" if broken is None else f"✗ 第 {broken} 条起不符 broken at {broken}"))
    raise typer.Exit(0 if broken is None else 1)
