"""`gongmen demo`: the stage is built, the story is played, and then the product stays up to be looked at (or, with `--once`, ends)."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

from edge.errors import EdgeError
from edge.sync.provisioning import provision
from gongmen.cable import Cable
from gongmen.demo.cast import ACCEPTED
from gongmen.demo.office import ACCOUNTS, PASSWORD, PIN, Office
from gongmen.demo.site import Site
from gongmen.demo.stage import Part, StageError, eventually, free_port
from gongmen.demo.story import Story
from gongmen.pictures import PicturesMissing

app = typer.Typer(add_completion=False)
console = Console(stderr=True, highlight=False)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="演完即止 · play and end")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象 · one JSON object on the last line")] = False,
    engine: Annotated[Literal["sface", "face_recognition"], typer.Option(help="人脸引擎 · face engine")] = "sface",
    camera: Annotated[
        str | None, typer.Option(help="真实相机，如 0 或 rtsp://…：自己来登记 · a real camera, e.g. 0 or rtsp://…: enrol yourself")
    ] = None,
    home: Annotated[Path, typer.Option(help="数据目录，每次重建 · folder, made anew each time")] = Path("var/demo"),
) -> None:
    """演示全流程 · The whole story on this machine: registration, acceptance, kiosk, gate, network cut, pull."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as held:
        try:
            _play(held, home.resolve(), engine, camera, once=once, as_json=as_json)
        except (StageError, PicturesMissing, EdgeError) as error:
            console.print(f"[red]✗ {error}[/]")
            if as_json:
                print(json.dumps({"ok": False, "error": str(error)}, ensure_ascii=False))
            raise typer.Exit(1) from error
        except (KeyboardInterrupt, EOFError):
            console.print("再见 · bye")


def _play(held: ExitStack, home: Path, engine: str, camera: str | None, *, once: bool, as_json: bool) -> None:
    _make_anew(home)
    office, cable = _centre(held, home)
    site = Site(home / "box", free_port(8461), engine, camera if camera is None or ":" in camera else f"opencv:{camera}")
    held.callback(site.close)
    if camera is None:
        office.play_with_photographs()
    box = _box(held, home, office, site, cable)
    story = Story(office, site, cable, box, _tell)
    story.register()
    if camera is not None:
        _tell("等相机出图 · waiting for the camera")
        eventually(f"a picture from camera {camera}", 30, site.camera_is_well)
    else:
        for act in (story.enrol, story.pass_and_refuse, story.cut_and_heal, story.compare):
            act()
        _sum_up(story.result.as_json(), as_json)
    if once:
        raise typer.Exit(0 if not story.result.wrong else 1)
    _addresses(office, site)
    _stay(site, own_face=camera is not None)


def _make_anew(home: Path) -> None:
    """Takes the last demo's folder away; refuses a folder that holds something else."""
    if home.exists() and any(home.iterdir()) and not (home / ".gongmen-demo").exists():
        raise StageError(f"{home} is not empty and not a demo's: name another --home")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / ".gongmen-demo").touch()


def _centre(held: ExitStack, home: Path) -> tuple[Office, Cable]:
    _tell("启动中心与消息服务 · the centre and its broker start")
    broker_port, port = free_port(), free_port(8460)
    env = {
        "GONGMEN_CENTRAL_HOME": str(home / "central"),
        "GONGMEN_CENTRAL_PORT": str(port),
        "GONGMEN_CENTRAL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "GONGMEN_CENTRAL_MQTT_PORT": str(broker_port),
        "GONGMEN_CENTRAL_SECURE_COOKIES": "false",
        "GONGMEN_CENTRAL_ENTERPRISE_PASSWORDS": "true",  # a trial's employer has no certificate
    }
    broker = _start(held, Part("broker", ["gongmen.demo.broker", str(broker_port)], home / "logs"))
    eventually("the broker", 30, lambda: broker.serves(broker_port))
    admin = json.loads(Part("init", ["gongmen", "central", "init", "--json"], home / "logs", env).output())
    centre = _start(held, Part("central", ["gongmen", "central", "run"], home / "logs", env))
    eventually("the centre", 60, lambda: centre.serves(port))
    office = Office(f"http://127.0.0.1:{port}", admin["system"]["token"], admin["security"]["token"])
    held.callback(office.close)
    office.found()
    cable = Cable("127.0.0.1", broker_port)
    held.callback(cable.close)
    return office, cable


def _box(held: ExitStack, home: Path, office: Office, site: Site, cable: Cable) -> str:
    _tell("领用并启动门口的盒子 · the box at the gate is claimed and starts")
    box, code = office.claim_box()
    provision(site.home, office.url, code)
    site.install(cable.port)
    part = _start(held, Part("edge", ["gongmen", "edge", "run", "--home", str(site.home)], home / "logs"))
    eventually("the kiosk", 90, lambda: part.serves(site.port))
    return box


def _start(held: ExitStack, part: Part) -> Part:
    part.start()
    held.callback(part.stop)
    return part


def _sum_up(result: dict[str, Any], as_json: bool) -> None:
    for wrong in result["wrong"]:
        console.print(f"[red]✗ {wrong}[/]")
    if result["ok"]:
        counts = {
            "登记 registered": result["registered"],
            "接收 confirmed": result["confirmed"],
            "录入 enrolled": result["enrolled"],
            "通行 passages": result["passages"],
            "其中断网 offline": result["offline_passages"],
            "拒绝 refused": sum(result["refused"].values()),
            "丢失 lost": result["lost"],
            "重复 duplicated": result["duplicated"],
            "判定 ms": f"{result['recognition_ms_p50']:.0f}",
        }
        console.print("[green]✓[/] " + " · ".join(f"{name} {count}" for name, count in counts.items()))
    if as_json:
        print(json.dumps(result, ensure_ascii=False), flush=True)


def _addresses(office: Office, site: Site) -> None:
    console.print(f"""
  门户 portal        {office.url}/   {ACCOUNTS["gc"]} / {PASSWORD}（总包 contractor），{ACCOUNTS["labour"]}（用人单位 employer）
  登记台 kiosk       {site.url}/enrol   {office.operator} / PIN {PIN}
  通道屏 lane screen {site.url}/lane
  接口 API           {office.url}/api/v1/openapi.json
  Ctrl-C 结束 ends it
""")


def _stay(site: Site, own_face: bool) -> None:
    """Keeps the gate alive with people walking up; with a real camera, lays a card on the kiosk's reader whenever Enter is pressed."""
    turn = 0
    while True:
        player = ACCEPTED[turn % (len(ACCEPTED) - 1)]
        if own_face:
            console.input(f"按回车，把 {player.name} 的身份证放上登记台读卡器 · Enter lays the card on the kiosk's reader: ")
            site.kiosk_reader.lift()
            site.kiosk_reader.put(player.card)
        else:
            time.sleep(8)
            site.walk_by(player.face)
        turn += 1


def _tell(text: str) -> None:
    console.print(f"[dim]{time.strftime('%H:%M:%S')}[/]  {text}")
