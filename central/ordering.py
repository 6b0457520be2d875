"""A list in an order that somebody chose, page by page (A-32): by one column, equals by id, each page behind the row before.

    ORDER = Order(Team.id, {"team": Team.name, "project": Project.name})
    found = ORDER.page(session, rows, [Team.employer_id == mine], sort="-project", after=41, limit=50)

The cursor is the id of the row before, so that no name stands in an address. For lists of thousands; what may hold hundreds of thousands
walks an index of its own (`central.people.sorting`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import Session

from central.errors import Problem


@dataclass(frozen=True)
class Order:
    """What a list can be sorted by: `row` is the id, `columns` the keys of the page's columns and what of the database they stand for.

    A column that may be NULL is given as `func.coalesce(…)`. `newest_first` is the way of the ids while no column is chosen.
    """

    row: Any
    columns: Mapping[str, Any]
    newest_first: bool = False

    def page(
        self,
        session: Session,
        rows: Select[*tuple[Any, ...]],
        conditions: Sequence[ColumnElement[bool]],
        sort: str = "",
        *,
        after: int = 0,
        limit: int,
    ) -> Sequence[Any]:
        """One page and one row more. `rows` selects from everything that `columns` name, without conditions and order.

        `sort` is a column's key, with a minus the other way round; one that is none of them sorts by id. Raises `Problem` 422
        CURSOR_INVALID where there is no row `after`.
        """
        keys, backwards = self._keys(sort)
        wanted = rows.where(*conditions).order_by(*self.ways(sort))
        if after:
            wanted = wanted.where(behind(keys, self._place(session, rows, keys, after), backwards=backwards))
        return session.execute(wanted.limit(limit + 1)).all()

    def ways(self, sort: str = "") -> list[Any]:
        """What a counted list is ordered by (`rows.order_by(*ORDER.ways(sort)).offset(…)`)."""
        keys, backwards = self._keys(sort)
        return [in_way(key, backwards=backwards) for key in keys]

    def _keys(self, sort: str) -> tuple[list[Any], bool]:
        column = self.columns.get(sort.removeprefix("-"))
        if column is None:
            return [self.row], self.newest_first
        return [column, self.row], sort.startswith("-")

    def _place(self, session: Session, rows: Select[*tuple[Any, ...]], keys: list[Any], after: int) -> Sequence[Any]:
        """Where that row stands now, whether or not the conditions still hold for it."""
        if len(keys) == 1:
            return (after,)
        found = session.execute(rows.with_only_columns(*keys, maintain_column_froms=True).where(self.row == after)).first()
        if found is None:
            raise Problem("CURSOR_INVALID", 422, "cursor")
        return found


def behind(keys: Sequence[Any], values: Sequence[Any], *, backwards: bool, or_at: bool = False) -> ColumnElement[bool]:
    """The rows that come after the one with these values, in an order by these keys; with `or_at` that one too."""
    at = tuple_(*(literal(value, key.type) for key, value in zip(keys, values, strict=True)))
    row = tuple_(*keys)
    if or_at:
        return row <= at if backwards else row >= at
    return row < at if backwards else row > at


def in_way(key: Any, *, backwards: bool) -> Any:
    """A key of an order, upwards or downwards."""
    return key.desc() if backwards else key.asc()
