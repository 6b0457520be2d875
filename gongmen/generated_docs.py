"""The documents that are written from the code: which are stale, and writing them anew."""

from __future__ import annotations

from pathlib import Path

from gongmen.rules import collect, render_markdown
from gongmen.wire_docs import render_wire


def stale_docs(root: Path) -> list[str]:
    """Paths under `root` whose text is not what the code says now; empty when all are fresh."""
    return [path for path, text in _documents(root).items() if not (root / path).is_file() or (root / path).read_text("utf-8") != text]


def write_docs(root: Path) -> list[str]:
    """Writes what is stale and returns its paths."""
    stale = stale_docs(root)
    for path in stale:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(_documents(root)[path], "utf-8")
    return stale


def _documents(root: Path) -> dict[str, str]:
    return {"docs/rules.md": render_markdown(collect(root)), "docs/wire.md": render_wire(root)}
