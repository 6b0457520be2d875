"""Every word the portal shows: key -> (Chinese, English). Chinese first; a person switches, and the choice is kept in a cookie.

One module an area, each with a table `TEXTS`; every module in this folder is read. A key stands in one table only.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final

LANGUAGES: Final = ("zh", "en")


def _collected() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        table: dict[str, tuple[str, str]] = importlib.import_module(f"{__name__}.{module}").TEXTS
        twice = found.keys() & table.keys()
        if twice:
            raise ValueError(f"texts/{module}.py has keys of another area: {sorted(twice)}")
        found |= table
    return found


TEXTS: Final = _collected()
"""The tables of all areas in one."""


class Texts:
    """The texts in one language, for a template: `t("people_title")`, `t("range", first=1, last=50, total=90)`."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._column = LANGUAGES.index(self.language)

    @property
    def other(self) -> str:
        """The language to switch to."""
        return LANGUAGES[1 - self._column]

    def __call__(self, key: str, **values: object) -> str:
        """The text with its values filled in. Raises `KeyError` for a key without texts."""
        return TEXTS[key][self._column].format(**values)

    def problem(self, pair: tuple[str, str]) -> str:
        """This language's part of a problem's two texts."""
        return pair[self._column]
