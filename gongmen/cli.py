"""The command `gongmen`: every way in, each loaded only when it is asked for (a box has no centre installed, and the other way round)."""

from __future__ import annotations

import importlib
import logging
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

EXIT_CODES = (
    "退出码 exit codes: 0 完成 done · 1 未全部成立 not all held · 2 用法 usage · 3 配置或设备 configuration or device · "
    "4 外部服务 another service"
)

_COMMANDS = {
    "demo": ("gongmen.demo.command", "演示全流程 · Play the whole story on this machine"),
    "central": ("gongmen.central_commands", "中心 · The centre: run, init, openapi, audit"),
    "edge": ("gongmen.edge_commands", "现场设备 · The box at a gate: run, doctor, provision, roster, events"),
    "reader": ("gongmen.reader", "读卡器 · Try a card reader at a desk"),
    "ca": ("gongmen.ca", "测试证书 · Issue test certificates"),
    "bench": ("gongmen.bench.commands", "性能测试 · Benchmarks, each beside a baseline"),
    "rules": ("gongmen.docs_commands:rules", "规则 → 代码 → 测试 · Every rule, its code and its tests"),
    "docs": ("gongmen.docs_commands:docs", "生成文档 · Write the generated documents"),
    "check-docs": ("gongmen.docs_commands:check", "文档是否最新 · Whether the generated documents are fresh"),
}


class _Lazy(TyperGroup):
    """A group that imports a command's module only when that command is used."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _COMMANDS:
            return None
        place, about = _COMMANDS[cmd_name]
        module, _, attribute = place.partition(":")
        if "--help" in sys.argv[1:2] or len(sys.argv) == 1:
            return TyperCommand(cmd_name, short_help=about, help=about)
        found = typer.main.get_command(getattr(importlib.import_module(module), attribute or "app"))
        found.name = cmd_name
        return found


app = typer.Typer(
    cls=_Lazy,
    no_args_is_help=True,
    help=f"工门 Gongmen：工地实名制门禁 · site gates for registered workers.\n\n{EXIT_CODES}",
    add_completion=False,
)


@app.callback()
def _start(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="多说一些 · say more")] = False) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format="%(asctime)s %(levelname).1s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
