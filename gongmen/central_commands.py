"""`gongmen central …`: the centre."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from central.settings import CentralSettings
from gongmen import long_running
from gongmen.attendance_commands import app as attendance

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from central.access import Role
    from central.centre import Centre

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="中心 · The centre. Settings: GONGMEN_CENTRAL_… (HOME, DATABASE_URL, PORT, MQTT_HOST …).",
)
audit = typer.Typer(add_completion=False, no_args_is_help=True, help="审计 · The audit trail.")
app.add_typer(audit, name="audit")
app.add_typer(attendance, name="attendance")

Home = Annotated[Path | None, typer.Option("--home", help="数据目录 · the centre's folder (default var/central)")]
Json = Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象 · one JSON object on the last line")]
CONFIGURATION = 3


def _settings(home: Path | None) -> CentralSettings:
    return CentralSettings(home=home) if home else CentralSettings()


@app.command()
def init(
    home: Home = None,
    username: Annotated[str, typer.Option(help="管理员账号 · the administrator's name")] = "admin",
    as_json: Json = False,
) -> None:
    """建立密钥与数据库，给出系统、安全、审计三个管理员的口令与令牌（只显示一次）· Keys, database, the three administrators; shown once.

    The three are kept apart: system (settings, companies, projects, boxes), security (accounts, tokens, certificates), audit.
    """
    from central import migrations
    from central.access import Role
    from central.centre import Centre
    from central.secrets import CentreSecrets

    settings = _settings(home)
    CentreSecrets.create(settings.home)
    migrations.migrate(settings.database)
    centre = Centre.open(settings)
    try:
        with centre.database.writing() as session:
            told = {
                part: _administrator(session, centre, username if part == "system" else f"{username}-{part}", role)
                for part, role in (("system", Role.ADMINISTRATOR), ("security", Role.SECURITY), ("audit", Role.AUDITOR))
            }
    finally:
        centre.close()
    if as_json:
        print(json.dumps(told))
        return
    for part, values in told.items():
        print(f"{part}\n" + "\n".join(f"  {key:10} {value}" for key, value in values.items()))


def _administrator(session: Session, centre: Centre, username: str, role: Role) -> dict[str, str]:
    """One administrator's account and token."""
    from central.access import SYSTEM
    from central.identity import service

    password = secrets.token_urlsafe(12)
    service.create_administrator(session, centre.clock, centre.passwords, username, password, role=role)
    _, token = service.issue_token(session, centre.clock, SYSTEM, name="init", role=role)
    return {"username": username, "password": password, "token": token}


@app.command()
def run(home: Home = None) -> None:
    """运行中心：门户、接口、与各盒子的消息 · The portal, the API, and the messages with the boxes."""
    import uvicorn

    from central.app import create_app
    from central.migrations import migrate
    from central.secrets import SecretsError

    settings = _settings(home)
    try:
        migrate(settings.database)
        portal = create_app(settings)
    except SecretsError as error:
        print(f"✗ {error}：先运行 gongmen central init · run gongmen central init first", file=sys.stderr)
        raise typer.Exit(CONFIGURATION) from error
    long_running.settle()
    # a live board never ends by itself: it is cut off after the others have had their time
    uvicorn.run(portal, host=settings.host, port=settings.port, log_level="warning", server_header=False, timeout_graceful_shutdown=5)


@app.command()
def bank(
    code: str, name: str, off: Annotated[bool, typer.Option("--off", help="不再提供 · no longer offered")] = False, home: Home = None
) -> None:
    """工资卡开户行清单：增加、改名、停用，无需升级 · Add, rename or take off a bank, without a release (A-21)."""
    from central.access import SYSTEM
    from central.centre import Centre
    from central.people import banks

    centre = Centre.open(_settings(home))
    try:
        with centre.database.writing() as session:
            kept = banks.set_bank(session, SYSTEM, code, name, is_active=not off)
            print(f"{'✓' if kept.active else '－'} {kept.code} {kept.name}")
    finally:
        centre.close()


@app.command()
def openapi() -> None:
    """接口文档（OpenAPI）· The API's document."""
    from central.app import openapi as document

    print(json.dumps(document(CentralSettings()), ensure_ascii=False))


@audit.command()
def verify(home: Home = None, as_json: Json = False) -> None:
    """审计链是否完整 · Whether an entry was altered, removed or moved. Exit code 1 if so."""
    from central import audit as trail
    from central.centre import Centre

    centre = Centre.open(_settings(home))
    try:
        with centre.database.reading() as session:
            broken = trail.verify(session)
    finally:
        centre.close()
    told: dict[str, Any] = {"whole": broken is None, "broken_at": broken}
    print(json.dumps(told) if as_json else ("✓ 完整 whole" if broken is None else f"✗ {broken}"))
    raise typer.Exit(0 if broken is None else 1)
