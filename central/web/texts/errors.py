"""Error pages."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # error pages
    "error_404": ("找不到这个页面", "There is no such page"),
    "error_404_why": (
        "可能的原因：① 地址有误；② 当前账号不属于该项目或单位。请核对登录的账号（现为：{account}）。",
        "Either the address is wrong, or your account does not belong to that project or company. You are signed in as: {account}.",
    ),
    "error_403": ("没有权限", "Not allowed"),
    "error_429": ("请稍后再试", "Please try again later"),
    "error_500": ("系统出错了", "Something went wrong"),
    "error_other": ("无法完成", "This cannot be done"),
    "error_home": ("返回首页", "Home"),
    "nobody_signed_in": ("未登录", "nobody"),
}
