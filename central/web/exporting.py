"""A list's columns for its workbook: those that the page shows, under the page's own titles (A-33)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from central.exchange.workbook import Column, Value
from central.web.texts import Texts

Row = TypeVar("Row")


def columns(
    t: Texts, cells: Mapping[str, Callable[[Row], Value]], *, text: Collection[str] = (), wide: Collection[str] = ()
) -> tuple[Column[Row], ...]:
    """The page's columns under their own titles: key (its title is the text `col_KEY`) -> what stands there of a row.

    `text` names those whose digits must stay (numbers of documents, phones, codes), `wide` those with names and sentences.
    """
    return tuple(Column(t(f"col_{key}"), value, 30 if key in wide else 16, text=key in text) for key, value in cells.items())
