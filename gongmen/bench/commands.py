"""`gongmen bench …`: each prints inputs, machine, figures and a baseline from the same run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="性能测试，每项都与同机基线对照 · Benchmarks, each beside a baseline from the same run.",
)
Json = Annotated[bool, typer.Option("--json", help="最后一行输出一个 JSON 对象 · one JSON object on the last line")]


@app.command()
def store(as_json: Json = False) -> None:
    """本机记录一次通行要多久 · How fast a box writes a passage down."""
    from gongmen.bench.store import run

    run(as_json)


@app.command()
def gate(as_json: Json = False) -> None:
    """从一帧画面到判定 · From a camera frame to the decision, at 300 and 5,000 workers."""
    from gongmen.bench.gate import run

    run(as_json)


@app.command()
def faces(
    as_json: Json = False,
    data: Annotated[Path | None, typer.Option(help="照片目录，内含 faces/ · a folder that holds faces/ (GONGMEN_TEST_DATA)")] = None,
    people: Annotated[int, typer.Option(min=0, help="最多多少人，0 为全部 · at most so many people, 0 is all")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="少几种情形，不测 face_recognition · fewer conditions, one engine")] = False,
) -> None:
    """认得准不准：清晰、安全帽、口罩、暗、模糊、逆光 · How well faces are told apart, per engine and condition."""
    from gongmen.bench.faces import run
    from gongmen.bench.photographs import DATA

    run(as_json, data or DATA, people=people, quick=quick)


@app.command()
def liveness(
    as_json: Json = False,
    data: Annotated[Path | None, typer.Option(help="照片目录，内含 spoof/ · a folder that holds spoof/ (GONGMEN_TEST_DATA)")] = None,
) -> None:
    """照片骗不骗得过 · How often a print passes for a face, and a face for a print."""
    from gongmen.bench.liveness import run
    from gongmen.bench.photographs import DATA

    run(as_json, data or DATA)


@app.command()
def day(
    as_json: Json = False,
    data: Annotated[Path | None, typer.Option(help="照片目录，内含 faces/ · a folder that holds faces/ (GONGMEN_TEST_DATA)")] = None,
    *,
    workers: Annotated[int, typer.Option(min=30, max=2000, help="工人数 · how many workers")] = 600,
    seed: Annotated[int, typer.Option(help="谁、何时、什么光线 · who comes when, in which light")] = 1,
    models: Annotated[Path | None, typer.Option(help="可选活体网络所在目录 · a folder with the optional network against prints")] = None,
    liveness: Annotated[str, typer.Option(help="转头要求：always、risk、never，默认同产品 · when faces must move; as shipped")] = "",
    movements: Annotated[int, typer.Option(min=0, max=2, help="动作次数，0 同产品 · how many movements, 0 as shipped")] = 0,
) -> None:
    """早高峰一小时：两条通道、陌生人、安全帽、断网 · An hour of a morning: two lanes, strangers, helmets, a network cut."""
    from gongmen.bench.day import run
    from gongmen.bench.photographs import DATA

    said = {"liveness": liveness, "movements": movements}
    policy = {name: value for name, value in said.items() if value}
    run(as_json, data or DATA, workers=workers, seed=seed, models=models, policy=policy)


@app.command()
def sync(as_json: Json = False, events: Annotated[int, typer.Option(min=1000)] = 50_000) -> None:
    """积压清空与实时确认 · Draining a backlog, and from commit to acknowledgement."""
    from gongmen.bench.sync import run

    run(as_json, events)


@app.command()
def kills(as_json: Json = False, number: Annotated[int, typer.Option("--kills", min=30, help="次数 · how many")] = 300) -> None:
    """反复 kill -9 盒子、消息服务与中心，核对一条不多、一条不少 · kill -9 again and again; nothing lost, nothing doubled."""
    from gongmen.bench.kills import run

    run(as_json, number)


@app.command()
def registry(
    as_json: Json = False,
    scale: Annotated[float, typer.Option(min=0.001, max=10, help="规模，1 为 20 万工人 · 1 is 200,000 workers")] = 1.0,
    seconds: Annotated[float, typer.Option(min=5, help="每个数据库测多久 · how long with each database")] = 90.0,
    imported: Annotated[int, typer.Option(min=0, max=20_000, help="批量登记人数，0 为不测 · how many to import, 0 for none")] = 10_000,
) -> None:
    """20 万工人时列表、查询、页面多快，批量登记多快 · Lists, searches and pages over a city's register while 50 users work."""
    from gongmen.bench.registry import run

    run(as_json, scale=scale, seconds=seconds, imported=imported)


@app.command()
def attendance(
    as_json: Json = False,
    scale: Annotated[float, typer.Option(min=0.001, max=1, help="规模，1 为 100 万工人、6000 万条通行 · 1 is 1,000,000 workers")] = 0.02,
) -> None:
    """考勤：一夜的计算、月表、看板、主管部门拉取 · Attendance at scale: a night, monthly sheets, the live board, the authority's pull."""
    from gongmen.bench.attendance import run

    run(as_json, scale=scale)
