"""Lists of workers in an order that somebody chose, page by page, at any size (A-32).

An order ends with ids, so that it is total; a page begins behind the row whose employment's id is the cursor, and no name stands in an
address. People stand by pinyin (`name_order`). Where few are meant they are sorted; else the order's index is walked from that row on.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.orm import Session

from central.errors import Problem
from central.people.model import Employment, Worker
from central.projects.model import Company

COLUMNS: Final = ("name", "trade", "employer", "registered_on", "contract_end")
"""What a list can be sorted by; with a minus before it the other way round."""
CHOICES: Final = (*COLUMNS, *(f"-{column}" for column in COLUMNS))
FEW: Final = 1000
"""So many or fewer are looked up and then sorted."""

_OF_WORKER: Final = {"name": Worker.name_order, "trade": Worker.main_trade, "registered_on": Worker.created_at}


def page_of(session: Session, wanted: Select[Any], sort: str, *, after: int, limit: int, few: int | None = FEW) -> list[int]:
    """The ids of the employments on one page of what `wanted` selects (employments by their conditions, without an order; with the
    worker where the order `is_of_worker`).

    Up to `few` are sorted at once; None: the conditions leave one employer's, team's or project's people, who always are.
    """
    keys = _keys(sort)
    wanted = wanted if is_of_worker(sort) else _joined(wanted, sort)
    begins = _begins_after(session, sort, after) if after else None
    if few is None:
        return _among(session, wanted.with_only_columns(*keys, maintain_column_froms=True), begins, sort, limit)
    some = session.scalars(wanted.limit(few + 1)).all()
    if len(some) <= few:
        chosen = _joined(select(Employment.id).where(Employment.id.in_(some)), sort) if some else None
        return [] if chosen is None else _among(session, chosen.with_only_columns(*keys, maintain_column_froms=True), begins, sort, limit)
    found = wanted.order_by(*(_way(key, sort) for key in keys))
    if begins is not None:
        lead = 2 if len(keys) > 2 else 1  # what one index holds; the rest only decides between equals
        found = found.where(_behind(keys[:lead], begins[:lead], sort, or_at=True), _behind(keys, begins, sort))
    return list(session.scalars(found.limit(limit)))


def _among(session: Session, rows: Select[Any], begins: tuple[Any, ...] | None, sort: str, limit: int) -> list[int]:
    """Sorted after they were found: the offset keeps a planner from walking the order's index through everybody else."""
    named = [column.label(f"k{number}") for number, column in enumerate(rows.selected_columns)]
    found = rows.with_only_columns(*named, maintain_column_froms=True).offset(0).subquery()
    keys = list(found.columns)
    wanted = select(keys[-1]).order_by(*(_way(key, sort) for key in keys))
    if begins is not None:
        wanted = wanted.where(_behind(keys, begins, sort))
    return list(session.scalars(wanted.limit(limit)))


def _keys(sort: str) -> list[ColumnElement[Any]]:
    """What the rows are ordered by, the employment's id last."""
    column = sort.removeprefix("-")
    if column in _OF_WORKER:
        return [_OF_WORKER[column].expression, Worker.id.expression, Employment.id.expression]
    if column == "employer":
        return [Company.name.expression, Company.id.expression, Employment.worker_id.expression, Employment.id.expression]
    return [Employment.contract_end.expression, Employment.id.expression]


def is_of_worker(sort: str) -> bool:
    """Whether the order stands on the worker's row."""
    return sort.removeprefix("-") in _OF_WORKER


def _joined(employments: Select[Any], sort: str) -> Select[Any]:
    """With what the order needs beside the employment."""
    if is_of_worker(sort):
        return employments.join(Worker, Worker.id == Employment.worker_id)
    return employments.join(Company, Company.id == Employment.employer_id) if sort.removeprefix("-") == "employer" else employments


def _begins_after(session: Session, sort: str, after: int) -> tuple[Any, ...]:
    """Where that row stands in the order now."""
    row = session.execute(
        _joined(select(Employment.id), sort).with_only_columns(*_keys(sort), maintain_column_froms=True).where(Employment.id == after)
    ).first()
    if row is None:
        raise Problem("CURSOR_INVALID", 422, "cursor")
    return tuple(row)


def _behind(keys: list[Any], values: tuple[Any, ...], sort: str, *, or_at: bool = False) -> ColumnElement[bool]:
    at = tuple_(*(literal(value, key.type) for key, value in zip(keys, values, strict=True)))
    row = tuple_(*keys)
    backwards = sort.startswith("-")
    if or_at:
        return row <= at if backwards else row >= at
    return row < at if backwards else row > at


def _way(key: Any, sort: str) -> Any:
    return key.desc() if sort.startswith("-") else key.asc()
