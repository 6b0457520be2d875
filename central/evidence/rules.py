"""The rules of evidence: what can be kept, told by its first bytes and not by its name. Pure functions of values."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from central.errors import Problem

LARGEST: Final = 10 << 20
"""Bytes of one file."""
_SIGNS: Final = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftyp(heic|heix|mif1|msf1)", re.DOTALL), "image/heic"),
    (re.compile(rb"%PDF-1\.|%PDF-2\."), "application/pdf"),
)
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")


def media_type(content: bytes) -> str:
    """A photo (JPEG, PNG, WebP, HEIC) or a PDF. Raises `Problem` 422 EVIDENCE_EMPTY, EVIDENCE_TYPE, 413 EVIDENCE_TOO_LARGE."""
    if not content:
        raise Problem("EVIDENCE_EMPTY", 422, "file")
    if len(content) > LARGEST:
        raise Problem("EVIDENCE_TOO_LARGE", 413, "file", limit_mb=LARGEST >> 20)
    for sign, kind in _SIGNS:
        if sign.match(content[:32]):
            return kind
    raise Problem("EVIDENCE_TYPE", 422, "file")


def file_name(given: str) -> str:
    """The name as it can be shown and saved anywhere."""
    return _UNSAFE.sub("_", given.strip())[-200:] or "file"


def about(day: dt.date, today: dt.date) -> dt.date:
    """A-27: evidence is dated, and shows what was: a day to come is refused."""
    if day > today:
        raise Problem("EVIDENCE_DATE_INVALID", 422, "about_on")
    return day
