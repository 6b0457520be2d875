"""Every refusal of the centre: `Problem`, rendered as RFC 9457 `application/problem+json` by `central.app`.

    Problem            a coded answer with a status; its texts stand in `central.problem_texts` (or were given by `declare`)
      whether trying again can help is the status' affair: 429 and 503 carry `retry_after_s`, the others need a changed request

A code is UPPER_SNAKE and stable. A slice that has codes of its own declares their texts where it defines them.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from central import problem_texts


class Text(NamedTuple):
    """A code's texts: what is wrong and what to do next, Chinese first. May hold `{placeholders}` for the problem's values."""

    zh: str
    en: str


class Problem(Exception):
    """A refusal. `field` names the request field it is about; `values` fill the texts and are shown in the body.

    Never put an ID number, phone number, key or token into `values`.
    """

    def __init__(self, code: str, status: int, field: str | None = None, *, retry_after_s: int | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.field = field
        self.retry_after_s = retry_after_s
        self.values = values

    @property
    def text(self) -> Text:
        """The texts with this problem's values filled in."""
        text = TEXTS[self.code]
        return Text(*(part.format_map(_Shown(self.values)) for part in text))


class _Shown(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


TEXTS: Final[dict[str, Text]] = {}


def declare(texts: dict[str, tuple[str, str]]) -> None:
    """Add a slice's codes: code -> (Chinese, English). A code twice with different texts is a `ValueError`."""
    for code, (zh, en) in texts.items():
        if TEXTS.setdefault(code, Text(zh, en)) != (zh, en):
            raise ValueError(f"{code} already has other texts")


for _texts in (problem_texts.GENERAL, problem_texts.IDENTITY, problem_texts.PROJECTS, problem_texts.PEOPLE, problem_texts.ENTRY):
    declare(_texts)
