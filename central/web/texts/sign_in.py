"""Signing in and out."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # signing in
    "sign_in": ("登录", "Sign in"),
    "username": ("账号", "Account"),
    "password": ("密码", "Password"),
    "show_password": ("显示密码", "Show password"),
    "sign_in_hint": (
        "企业账号看本单位工人，项目账号看本项目人员。",
        "An employer's account shows its workers, a project account its project.",
    ),
    "sign_in_incomplete": ("请填写账号和密码。", "Please fill in account and password."),
    "form_expired": ("页面停留时间过长，请再提交一次。", "The page was open for too long. Please send it again."),
    "session_ended": (
        "登录已失效，请重新登录；登录后回到刚才的页面。",
        "Your session has ended. Sign in again to return to where you were.",
    ),
    "signed_out": ("已退出登录。", "You are signed out."),
}
