"""`gongmen rules`, `gongmen docs`, `gongmen check-docs`: what the documents say is read from the code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gongmen.generated_docs import stale_docs, write_docs
from gongmen.rules import collect, render_markdown

ROOT = Path(__file__).parents[1]

rules = typer.Typer(add_completion=False)
docs = typer.Typer(add_completion=False)
check = typer.Typer(add_completion=False)


@rules.command()
def _rules(as_json: Annotated[bool, typer.Option("--json", help="一个 JSON 列表 · one JSON list")] = False) -> None:
    """每条规则由哪段代码执行、哪个测试证明 · Which code enforces each rule, and which test shows it."""
    traces = collect(ROOT)
    print(json.dumps(traces, ensure_ascii=False) if as_json else render_markdown(traces))


@docs.command()
def _docs() -> None:
    """重写由代码生成的文档 · Write the generated documents anew."""
    for path in write_docs(ROOT):
        print(f"✎ {path}")


@check.command()
def _check() -> None:
    """文档过期则失败 · Fails if a generated document is stale."""
    stale = stale_docs(ROOT)
    for path in stale:
        print(f"✗ {path}: 已过期，运行 ./run docs · stale, run ./run docs")
    raise typer.Exit(1 if stale else 0)
