"""`gongmen ca`: certificates for a broker with mutual TLS, without a certificate authority at hand (tests, a desk, a first site)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from central.devices.certificates import CertificateAuthority

app = typer.Typer(
    add_completion=False, help="测试证书：根证书、消息服务器与盒子 · Test certificates: root, broker and boxes", no_args_is_help=True
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
