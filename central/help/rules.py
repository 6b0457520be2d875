"""What a ticket may hold."""

from __future__ import annotations

import re
from typing import Final

from central.errors import Problem, declare

MAX_SHOT: Final = 8 * 2**20
MAX_WORDS: Final = 2000
_REQUEST: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_KINDS: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

declare(
    {
        "TICKET_EMPTY": ("请写明问题，或附上截图。", "Say what is wrong, or attach a screenshot."),
        "TICKET_TOO_LONG": ("文字过长：最多 2000 字。", "That is too long: 2,000 characters at most."),
        "SCREENSHOT_INVALID": ("截图须为 PNG、JPEG 或 WebP 图片。", "A screenshot is a PNG, JPEG or WebP picture."),
        "SCREENSHOT_TOO_LARGE": ("截图过大：最多 8 MB。", "The screenshot is too large: 8 MB at most."),
        "ANSWER_REQUIRED": ("请写明答复。", "Write the answer."),
    }
)


def words(said: str, shot: bytes) -> str:
    """A-09: what is wrong, in words or as a picture."""
    text = "".join(c for c in said.strip() if c.isprintable() or c == "\n")
    if not text and not shot:
        raise Problem("TICKET_EMPTY", 422, "said")
    if len(text) > MAX_WORDS:
        raise Problem("TICKET_TOO_LONG", 422, "said")
    return text


def picture(shot: bytes) -> str:
    """A-09: the media type of a screenshot by its own first bytes, whatever its name says; empty for none."""
    if not shot:
        return ""
    if len(shot) > MAX_SHOT:
        raise Problem("SCREENSHOT_TOO_LARGE", 422, "shot")
    if shot[:4] == b"RIFF" and shot[8:12] == b"WEBP":
        return "image/webp"
    for first, kind in _KINDS.items():
        if shot.startswith(first):
            return kind
    raise Problem("SCREENSHOT_INVALID", 422, "shot")


def about(request_id: str) -> str:
    """A request id that can be one, else nothing: the ticket is taken all the same."""
    return request_id if _REQUEST.fullmatch(request_id) else ""
