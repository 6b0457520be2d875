"""`gongmen central attendance …`: the days that are derived from passages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from central.settings import CentralSettings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="考勤 · Days derived from passages: rebuild, derive, verify-roots.")
Home = Annotated[Path | None, typer.Option("--home", help="数据目录 · the centre's folder (default var/central)")]
Project = Annotated[int | None, typer.Option("--project", help="项目编号，缺省为全部 · one project instead of all")]
Json = Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象 · one JSON object on the last line")]


def _settings(home: Path | None) -> CentralSettings:
    return CentralSettings(home=home) if home else CentralSettings()


@app.command()
def rebuild(home: Home = None, project: Project = None, as_json: Json = False) -> None:
    """由通行记录重新计算每一天；结果逐字节相同 · Every day anew from the events; the same bytes. Exit code 1 if any day was another."""
    from central.attendance import deriving
    from central.centre import Centre

    centre = Centre.open(_settings(home))
    try:
        deriving.derive(centre.database)
        with centre.database.reading() as session:
            before = deriving.digest(session, project)
        done = deriving.rebuild(centre.database, None if project is None else [project])
        with centre.database.reading() as session:
            after = deriving.digest(session, project)
    finally:
        centre.close()
    told = {"digest": after, "same": before == after, "marks": done.marks, "written": done.written, "removed": done.removed}
    print(json.dumps(told) if as_json else "\n".join(f"{key:8} {value}" for key, value in told.items()))
    raise typer.Exit(0 if before == after else 1)


@app.command()
def derive(
    home: Home = None, shards: Annotated[str, typer.Option(help="分片，如 0-3 · shards, e.g. 0-3")] = "0-7", as_json: Json = False
) -> None:
    """计算有变动的日子；可分片多进程运行 · Derive what was touched; several processes may share the shards."""
    from central.attendance import deriving
    from central.centre import Centre

    first, _, last = shards.partition("-")
    centre = Centre.open(_settings(home))
    try:
        done = deriving.derive(centre.database, range(int(first), int(last or first) + 1))
    finally:
        centre.close()
    told = {"marks": done.marks, "written": done.written, "removed": done.removed}
    print(json.dumps(told) if as_json else "\n".join(f"{key:8} {value}" for key, value in told.items()))


@app.command("verify-roots")
def verify_roots(home: Home = None, as_json: Json = False) -> None:
    """已公示的每日根哈希是否与库中记录一致 · Whether what was published still is what the store holds. Exit code 1 if not."""
    from central.attendance import roots
    from central.centre import Centre

    centre = Centre.open(_settings(home))
    try:
        with centre.database.reading() as session:
            broken = [f"{root.project_id}/{root.date}" for root in roots.altered(session)]
    finally:
        centre.close()
    told = {"whole": not broken, "altered": broken}
    print(json.dumps(told) if as_json else ("✓ 一致 whole" if not broken else f"✗ {', '.join(broken)}"))
    raise typer.Exit(1 if broken else 0)
