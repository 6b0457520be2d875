"""`gongmen reader`: a technician at a desk, a reader and a card.

Exit codes: 0 read and nothing speaks against the card; 2 wrong usage; 10 READER_NOT_FOUND; 11 READER_UNSUPPORTED; 12 DEVICE_UNPLUGGED;
13 DEVICE_TIMEOUT; 14 DEVICE_GARBLED; 15 DEVICE_FAULT; 16 DEVICE_DRIVER_MISSING; 20 CARD_ABSENT (nothing laid in time); 21 CARD_UNREADABLE;
22 CARD_SUSPECT; 23 CARD_WRONG_KIND; 24 CARD_NUMBER_RANDOM; 30 CARD_EXPIRED; 31 CARD_NOT_YET_VALID; 32 NUMBER_INVALID; 33 UNDER_AGE;
40 the office reader could not be paired, or is not.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from edge.reader.causes import CAUTIONS, WORDS, Cause, cause_of
from edge.reader.swipes import Swipe, Swipes, SwipeState
from gongmen.reader_desk import Reading, address_of, attempt, chip_fields, fields_of, judge, reader_at
from hardware.catalogue import READERS, find_card_readers, open_card_reader
from hardware.errors import DeviceError

EXIT: Final = {
    Cause.READER_NOT_FOUND: 10,
    Cause.READER_UNSUPPORTED: 11,
    Cause.DEVICE_UNPLUGGED: 12,
    Cause.DEVICE_TIMEOUT: 13,
    Cause.DEVICE_GARBLED: 14,
    Cause.DEVICE_FAULT: 15,
    Cause.DEVICE_DRIVER_MISSING: 16,
    Cause.CARD_ABSENT: 20,
    Cause.CARD_UNREADABLE: 21,
    Cause.CARD_SUSPECT: 22,
    Cause.CARD_WRONG_KIND: 23,
    Cause.CARD_NUMBER_RANDOM: 24,
    Cause.CARD_EXPIRED: 30,
    Cause.CARD_NOT_YET_VALID: 31,
    Cause.NUMBER_INVALID: 32,
    Cause.UNDER_AGE: 33,
}
"""Cause to exit code: stable, for scripts."""
PAIRING: Final = 40
"""Exit code of a bridge that the centre does not know."""
CODES: Final = (
    "退出码 exit codes: 0 完成 done · 2 用法 usage · 10-16 读卡器 the reader · 20-24 证件 the card · 30-33 证件内容 what stands on it · "
    "40 配对 pairing"
)

app = typer.Typer(add_completion=False, no_args_is_help=True, help=f"读卡器 · Card readers at a technician's desk.\n\n{CODES}")

_PORT: Final = "串口路径或地址（sam-usb:、pcsc:）；不填则寻找 · a serial port or an address; without it readers are looked for"
Port = Annotated[str, typer.Option(help=_PORT)]
Baud = Annotated[str, typer.Option(help="波特率；auto 逐个尝试 · 115200, 57600, 38400, 19200, 9600, or auto: tries them all")]
Reveal = Annotated[bool, typer.Option("--reveal", help="显示全部信息 · show every field unmasked")]


@app.callback()
def _reader() -> None:
    pass


@app.command(epilog=CODES)
def read(
    port: Port = "",
    baud: Baud = "115200",
    wait: Annotated[float, typer.Option(help="等待放证的秒数 · seconds to wait for a card", min=0.0)] = 15.0,
    reveal: Reveal = False,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象 · one JSON object on the last line")] = False,
) -> None:
    """读一张证件或工卡 · Read one card."""
    reading = attempt(address_of(port, baud), wait)
    if as_json:
        typer.echo(json.dumps(reading.as_dict(reveal), ensure_ascii=False))
    else:
        show(reading, reveal)
    raise typer.Exit(EXIT[reading.causes[0]] if reading.causes else 0)


@app.command("identify", epilog=CODES)
def _identify(
    port: Port = "",
    baud: Baud = "115200",
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象 · one JSON object on the last line")] = False,
) -> None:
    """列出找到的读卡器及其 SAM 编号 · Which readers there are, and their SAM ids. Exit code: of the first trouble where none answers."""
    asked = address_of(port, baud)
    readings = [_ask(uri) for uri in ([asked] if asked else find_card_readers())] or [Reading(causes=(Cause.READER_NOT_FOUND,))]
    well = [one for one in readings if not one.causes]
    if as_json:
        typer.echo(json.dumps({"readers": [one.as_dict(reveal=False) for one in readings if one.port]}, ensure_ascii=False))
    else:
        for one in readings:
            show(one, reveal=False)
    raise typer.Exit(0 if well else EXIT[readings[0].causes[0]])


@app.command(epilog=CODES)
def watch(
    *,
    port: Port = "",
    baud: Baud = "115200",
    reveal: Reveal = False,
    count: Annotated[int, typer.Option(help="读到这么多张后结束；0 不限 · end after so many cards; 0: never", min=0)] = 0,
    seconds: Annotated[float, typer.Option(help="这么多秒后结束；0 不限 · end after so many seconds; 0: never", min=0.0)] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON 对象 · one JSON object a line")] = False,
) -> None:
    """一直看着读卡器：放卡、拿卡、拔线、插线都会说 · Watch a reader: cards laid and lifted, cables pulled and put back. Ctrl-C ends it."""
    first = _ask(address_of(port, baud))
    if first.causes and not port:
        show(first, reveal)
        raise typer.Exit(EXIT[first.causes[0]])
    swipes = Swipes(open_card_reader(first.port or address_of(port, baud)))
    end = time.monotonic() + seconds if seconds else float("inf")
    number, laid = 0, 0
    try:
        while (left := end - time.monotonic()) > 0 and not (count and laid >= count):
            swipe = swipes.wait_for(number, min(left, 1.0))
            if swipe is None:
                continue
            number, laid = swipe.number, swipe.laid
            _tell(swipe, replace(first, causes=()), reveal, as_json)
    except KeyboardInterrupt:
        pass
    finally:
        swipes.close()


@app.command(epilog=CODES)
def bridge(
    *,
    centre: Annotated[str, typer.Option(help="中心地址 · the centre's address, https://…; needed for pairing")] = "",
    code: Annotated[str, typer.Option("--pair", help="平台页面上显示的一次性配对码 · the one-time code that the portal shows")] = "",
    name: Annotated[str, typer.Option(help="这台读卡器的名称 · what this reader is called")] = "",
    port: Port = "",
    baud: Baud = "115200",
    listen: Annotated[int, typer.Option(help="本机端口 · port on loopback", min=1024, max=65535)] = 8463,
    config: Annotated[Path | None, typer.Option(help="密钥文件 · the key's file (default ~/.config/gongmen/office-reader.json)")] = None,
) -> None:
    """把本机读卡器提供给平台的登记页面，仅限本机 · Serve this reader to the portal's registration page, on loopback only."""
    import uvicorn

    from gongmen import reader_pairing
    from gongmen.reader_bridge import HOST, Bridge, look

    address, path = address_of(port, baud), config or reader_pairing.CONFIG
    try:
        if code:
            reader_pairing.pair(centre, code, name or platform.node() or "office", _ask(address).sam_id, path=path)
        paired = reader_pairing.kept(path)
    except reader_pairing.PairingFailed as failed:
        print(f"✗ {failed}", file=sys.stderr)
        raise typer.Exit(PAIRING) from failed
    typer.echo(f"✓ {paired.name} ({paired.reader_id}) http://{HOST}:{listen} → {paired.centre}")
    uvicorn.run(
        Bridge(paired, look(address), listen).app, host=HOST, port=listen, log_level="warning", access_log=False, server_header=False
    )


def _ask(uri: str) -> Reading:
    reading = Reading(port=uri)
    try:
        with reader_at(uri, reading):
            pass
    except DeviceError as fault:
        reading.causes, reading.detail = (cause_of(fault),), fault.detail
    return reading


def _tell(swipe: Swipe, reading: Reading, reveal: bool, as_json: bool) -> None:
    if swipe.data is not None:
        judge(swipe.data, reading)
    elif swipe.seen is not None and swipe.seen.chip is not None:
        judge(swipe.seen.chip, reading)
    elif swipe.cause is not None:
        reading.causes = (swipe.cause,)
    if as_json:
        typer.echo(json.dumps({"state": swipe.state.value, **reading.as_dict(reveal)}, ensure_ascii=False))
    elif swipe.state is SwipeState.ABSENT:
        typer.echo("— 没有卡 no card")
    elif swipe.state is SwipeState.READING:
        typer.echo("… 正在读取 reading")
    else:
        show(reading, reveal)


def show(reading: Reading, reveal: bool) -> None:
    """For a person."""
    console = Console()
    if reading.sam_id:
        console.print(f"读卡器 reader  {reading.sam_id}  ({reading.port})", markup=False)
    elif reading.port:
        console.print(reading.port, markup=False)
    fields = fields_of(reading.card, reveal) if reading.card else chip_fields(reading.chip, reveal) if reading.chip else {}
    if fields:
        table = Table(show_header=False)
        for name, value in fields.items():
            table.add_row(name, value)
        console.print(table)
    for caution in reading.cautions:
        words = CAUTIONS[caution]
        console.print(f"[bold yellow]! {words.zh}[/]  {words.zh_next}\n  {words.en}. {words.en_next}  [dim]{caution.value}[/]")
    for cause in reading.causes:
        words = WORDS[cause]
        console.print(f"[bold red]✕ {words.zh}[/]  {words.zh_next}\n  {words.en}. {words.en_next}  [dim]{cause.value}[/]")
    if reading.causes and reading.detail:
        console.print(f"  {reading.detail}", markup=False)
    if {Cause.READER_NOT_FOUND, Cause.READER_UNSUPPORTED} & set(reading.causes):
        console.print("支持的读卡器 supported: " + "、".join(f"{model.maker} {model.name}" for model in READERS))
    if reading.card and not reading.causes:
        console.print("[bold green]✓ 证件有效[/]  The card is good.")
