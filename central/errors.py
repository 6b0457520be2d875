"""Every refusal of the centre: `Problem`, rendered as RFC 9457 `application/problem+json` by `central.app`.

    Problem            a coded answer with a status; its texts stand in `central.problem_texts` (or were given by `declare`)
      whether trying again can help is the status' affair: 429 and 503 carry `retry_after_s`, the others need a changed request

A code is UPPER_SNAKE and stable. A slice that has codes of its own declares their texts where it defines them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

from central import problem_texts

Asked = ParamSpec("Asked")
Found = TypeVar("Found")


class Text(NamedTuple):
    """A code's texts: what is wrong and what to do next, Chinese first. May hold `{placeholders}` for the problem's values."""

    zh: str
    en: str


class Problem(Exception):
    """A refusal. `field` names the request field it is about; `values` fill the texts and are shown in the body.

    Never put an ID number, phone number, key or token into `values`. `errors` are the problems of several fields at once; `state` is
    what the record holds now (a pydantic model's JSON), for whoever edited a stale one.
    """

    def __init__(self, code: str, status: int, field: str | None = None, *, retry_after_s: int | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.field = field
        self.retry_after_s = retry_after_s
        self.values = values
        self.errors: Sequence[Problem] = ()
        self.state: dict[str, Any] | None = None

    @classmethod
    def of_fields(cls, errors: Sequence[Problem]) -> Problem:
        """Several fields' problems as one refusal that lists them all; a single one stands for itself."""
        if len(errors) == 1:
            return errors[0]
        same = len({error.code for error in errors}) == 1
        several = cls(errors[0].code if same else "FIELDS_INVALID", 422, errors[0].field)
        several.errors = tuple(errors)
        return several

    @property
    def text(self) -> Text:
        """The texts with this problem's values filled in."""
        text = TEXTS[self.code]
        return Text(*(part.format_map(_Shown(self.values)) for part in text))


class Findings:
    """Collects what is wrong with the fields of a form, so that one answer names them all (A-13, A-62)."""

    def __init__(self) -> None:
        self.errors: list[Problem] = []

    def of(self, rule: Callable[Asked, Found], *args: Asked.args, **named: Asked.kwargs) -> Found | None:
        """What the rule returns, or None when it refuses: the refusal is kept."""
        try:
            return rule(*args, **named)
        except Problem as problem:
            self.errors.extend(problem.errors or [problem])
            return None

    def add(self, code: str, field: str, status: int = 422) -> None:
        """One more."""
        self.errors.append(Problem(code, status, field))

    def settle(self) -> None:
        """Raises one `Problem` of everything found, if anything was."""
        if self.errors:
            raise Problem.of_fields(self.errors)


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
