"""The areas of the portal: each module in this folder brings pages, their entries in the navigation, and parts of others' pages.

A module declares `AREA`. It is found by being here; no list elsewhere names it. Its texts stand in `central/web/texts/<same name>.py`.

    def router(portal: Portal) -> APIRouter: ...

    AREA = Area(
        router=router,
        entries=(Entry("attendance", (Role.CONTRACTOR,), "/projects/{project}/attendance", "calendar-stats", 50),),
        parts=(Part("worker", "attendance", 40, "attendance_of_worker.html", days_of_worker),),
    )
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session

from central.access import Access, Function, Role

if TYPE_CHECKING:
    from central.web.pages import Portal

ALL = tuple(Role)


def _always(_: Access) -> bool:
    return True


def needs(function: Function) -> Callable[[Access], bool]:
    """For `Entry.shown`: accounts that have this function."""
    return lambda access: access.may(function)


@dataclass(frozen=True)
class Entry:
    """A place in the navigation. Its words are `nav_<key>`; `{project}` in the path is the account's own project.

    `order` is its place within the role's list (10, 20, …); `active` are further beginnings of paths under which it is lit;
    `shown` may hide it from an account whose functions do not reach it, `general` from everybody but the general contractor (A-60). Hiding
    is a courtesy: the services refuse by themselves.
    """

    key: str
    roles: tuple[Role, ...]
    path: str
    icon: str
    order: int
    active: tuple[str, ...] = ()
    shown: Callable[[Access], bool] = field(default=_always)
    general: bool = False

    def path_for(self, access: Access) -> str:
        """The path for this account."""
        return self.path.format(project=access.project_id or "")

    def weight(self, access: Access, here: str) -> int:
        """How closely a path belongs under this entry: characters in common, 0 for not at all."""
        starts = (self.path_for(access), *(path.format(project=access.project_id or "") for path in self.active))
        path = here.split("?", maxsplit=1)[0]
        return max((len(start) for start in starts if path == start or path.startswith(f"{start}/")), default=0)


@dataclass(frozen=True)
class Part:
    """A piece that an area adds to another area's page: a tab of a record, or a card of a desk. Its title is `part_<key>`.

    `place` is `worker` or `assignment` (tabs; the id is the record's) or `desk` (cards; the id is the company's).
    `values(portal, request, session, id)` reads what `template` shows, through services, which check the right again.
    """

    place: str
    key: str
    order: int
    template: str
    values: Callable[[Portal, Request, Session, int], Mapping[str, Any]]
    roles: tuple[Role, ...] = ALL


@dataclass(frozen=True)
class Area:
    """What a module in this folder declares as `AREA`."""

    router: Callable[[Portal], APIRouter]
    entries: tuple[Entry, ...] = ()
    parts: tuple[Part, ...] = ()


def discover() -> tuple[Area, ...]:
    """Every area of this folder, in the order of the modules' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return tuple(module.AREA for module in modules if hasattr(module, "AREA"))


def navigation(areas: Iterable[Area], access: Access | None, here: str, *, is_general: bool) -> list[tuple[Entry, str, bool]]:
    """The entries of this account as (entry, path, whether we are there), in their order; one at most is lit."""
    if access is None:
        return []
    mine = (entry for area in areas for entry in area.entries if access.role in entry.roles and entry.shown(access))
    entries = sorted((entry for entry in mine if is_general or not entry.general), key=lambda e: e.order)
    best = max((entry.weight(access, here) for entry in entries), default=0)
    return [(entry, entry.path_for(access), best > 0 and entry.weight(access, here) == best) for entry in entries]


def parts_of(areas: Iterable[Area], place: str, access: Access) -> list[Part]:
    """What the areas add at this place for this role, in order."""
    return sorted((p for area in areas for p in area.parts if p.place == place and access.role in p.roles), key=lambda p: p.order)
