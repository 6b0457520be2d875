"""The keys that the platform gave out: read from files that only their owner may read, at each run, and kept in no setting and no log."""

from __future__ import annotations

from pathlib import Path

from central.errors import Problem, declare
from central.platform import signing

declare(
    {
        "PLATFORM_SECRET_UNUSABLE": (
            "平台密钥文件不可用：须存在、权限为 0600、长度符合平台规定。请系统管理员检查。",
            "The platform's secret cannot be used: the file must exist, be readable by its owner only (0600) and have the right length.",
        )
    }
)


def secret(path: Path | None, reg_no: str, key_chars: int) -> str:
    """The appsecret of a project: `path` itself, or the file in it that is named after the registration number.

    Raises `Problem` 503 PLATFORM_SECRET_UNUSABLE.
    """
    if path is not None and path.is_dir():
        path = next((file for file in path.iterdir() if file.name == reg_no), None)
    told = _read(path)
    if not signing.usable(told, key_chars):
        raise Problem("PLATFORM_SECRET_UNUSABLE", 503)
    return told


def corp_key(path: Path | None) -> str:
    """The company's own key, empty where none is set. Raises `Problem` 503 PLATFORM_SECRET_UNUSABLE."""
    return _read(path) if path is not None else ""


def _read(path: Path | None) -> str:
    if path is None:
        raise Problem("PLATFORM_SECRET_UNUSABLE", 503)
    try:
        mode, told = path.stat().st_mode, path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise Problem("PLATFORM_SECRET_UNUSABLE", 503) from None
    if mode & 0o077 or not told:
        raise Problem("PLATFORM_SECRET_UNUSABLE", 503)
    return told
