"""`gongmen ca`: certificates without a certificate authority at hand (tests, a desk, a first site).

`init`, `server`, `client`, `test`: the broker's mutual TLS. `enterprise-root`, `enterprise`, `revoke`, `list`: test certificates by which
enterprises sign in (A-04), and what was revoked of them.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from central.devices.certificates import CertificateAuthority
from central.errors import Problem
from central.projects import rules
from gongmen.ca_enterprise import DAYS, EnterpriseAuthority, Kind, bundle

app = typer.Typer(
    add_completion=False, help="测试证书：消息服务器、盒子、企业 · Test certificates: broker, boxes, enterprises", no_args_is_help=True
)

Folder = Annotated[Path, typer.Argument(help="存放证书的目录 · folder that holds the certificates")]


@app.command("init")
def init(folder: Folder) -> None:
    """Makes the root (`ca.key`, `ca.crt`) in FOLDER; an existing one is kept."""
    authority = CertificateAuthority.load_or_create(folder, datetime.now(UTC))
    typer.echo(f"{folder / 'ca.crt'}  {authority.root.not_valid_after_utc:%Y-%m-%d}")


@app.command("server")
def server(
    folder: Folder,
    host: Annotated[list[str] | None, typer.Option(help="主机名或地址，可重复 · host name or address, repeatable")] = None,
) -> None:
    """Issues `server.key` and `server.crt` for a broker under these hosts."""
    authority = CertificateAuthority.load_or_create(folder, datetime.now(UTC))
    for path in authority.issue_server(host or ["localhost", "127.0.0.1"], datetime.now(UTC)).write(folder, "server"):
        typer.echo(str(path))


@app.command("client")
def client(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="盒子编号，或 central · the box's id, or `central`")],
) -> None:
    """Issues NAME.key and NAME.crt: the client certificate of a box (CN = its id) or of the centre (`central`)."""
    authority = CertificateAuthority.load_or_create(folder, datetime.now(UTC))
    for path in authority.issue_client(name, datetime.now(UTC)).write(folder, name):
        typer.echo(str(path))


@app.command("test")
def test(
    folder: Folder,
    box: Annotated[list[str] | None, typer.Option(help="盒子编号，可重复 · a box's id, repeatable")] = None,
) -> None:
    """Everything a broker on this machine needs: root, server for localhost, the centre's and the boxes' client certificates."""
    init(folder)
    server(folder)
    for name in ["central", *(box or [])]:
        client(folder, name)


@app.command("enterprise-root")
def enterprise_root(folder: Folder, kind: Annotated[Kind, typer.Option(help="密钥种类 · kind of key")] = Kind.ECDSA) -> None:
    """Makes the test root for enterprises in FOLDER with an empty revocation list; an existing one is kept, its list made anew."""
    now = datetime.now(UTC)
    exists = (folder / "enterprise-ca.key").exists()
    authority = _enterprises(folder) if exists else EnterpriseAuthority.create(now, kind)
    authority.save(folder, now)
    typer.echo(f"{folder / 'enterprise-ca.crt'}  {authority.root.not_valid_after_utc:%Y-%m-%d}")


@app.command("enterprise")
def enterprise(  # noqa: PLR0917  a command line's arguments
    folder: Folder,
    uscc: Annotated[str, typer.Argument(help="统一社会信用代码 · unified social credit code")],
    operator: Annotated[str, typer.Argument(help="操作员姓名 · the operator's name")],
    company: Annotated[str, typer.Option(help="企业名称 · the company's name")] = "测试企业",
    kind: Annotated[Kind, typer.Option(help="密钥种类 · kind of key")] = Kind.ECDSA,
    days: Annotated[int, typer.Option(help="有效天数 · days of validity")] = DAYS,
    password: Annotated[str, typer.Option(envvar="GONGMEN_CA_PASSWORD", help="私钥密码 · password of the key file")] = "",
) -> None:
    """Issues one operator's certificate: SERIAL.pem holds certificate and key, to be chosen on the sign-in page."""
    try:
        code = rules.credit_code(uscc)
    except Problem as problem:
        raise typer.BadParameter(problem.text.zh) from None
    key, certificate = _enterprises(folder).issue(code, company, operator, datetime.now(UTC), days=days, kind=kind)
    serial = f"{certificate.serial_number:x}"
    path = folder / f"{serial}.pem"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(bundle(key, certificate, password))
    typer.echo(f"{path}  {serial}  {certificate.not_valid_after_utc:%Y-%m-%d}")


@app.command("revoke")
def revoke(folder: Folder, serial: Annotated[str, typer.Argument(help="证书序列号（十六进制）· serial number in hexadecimal")]) -> None:
    """Revokes an enterprise's certificate and makes the list anew."""
    try:
        number = int(serial, 16)
    except ValueError:
        raise typer.BadParameter("序列号须为十六进制 · a serial number is hexadecimal") from None
    authority = _enterprises(folder)
    authority.revoke(number, datetime.now(UTC))
    authority.save(folder, datetime.now(UTC))
    typer.echo(f"{folder / 'enterprise-ca.crl'}  {len(authority.revoked)}")


@app.command("list")
def list_revoked(folder: Folder) -> None:
    """Makes the revocation list anew: it is current for thirty days."""
    _enterprises(folder).save(folder, datetime.now(UTC))
    typer.echo(str(folder / "enterprise-ca.crl"))


def _enterprises(folder: Path) -> EnterpriseAuthority:
    try:
        return EnterpriseAuthority.load(folder)
    except FileNotFoundError:
        typer.echo("✗ 先运行 gongmen ca enterprise-root · run gongmen ca enterprise-root first", err=True)
        raise typer.Exit(3) from None
