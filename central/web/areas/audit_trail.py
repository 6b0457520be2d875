"""The audit, for its administrator: found by who, what, on what and when, exported, its chain checked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import audit, changes
from central.access import Role
from central.audit import AuditEntry
from central.clock import SITE_ZONE
from central.exchange.listing_book import book
from central.exchange.workbook import Column, Value
from central.identity import trail
from central.identity.trail import Wanted
from central.people.typed import day
from central.web import told
from central.web.areas import Area, Entry
from central.web.exporting import columns
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts

HERE: Final = "/audit"
FILTERS: Final = ("actor", "action", "subject", "since", "until")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get(HERE)
    def page(request: Request) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)
        checks = bool(request.query_params.get("check"))
        with portal.database.reading() as session:
            found = trail.page_of_entries(session, access, _wanted(listing), listing.after_id, PAGE_SIZE)
            deeds = told.lines(changes.of_entries(session, found[:PAGE_SIZE]), t)
            broken = audit.verify(session) if checks else None
        values = {
            "listing": listing,
            "rows": [(row, json.loads(row.told), deed) for row, deed in zip(found, deeds, strict=False)],
            "more": str(found[PAGE_SIZE - 1].id) if len(found) > PAGE_SIZE else "",
            "checked": checks,
            "broken": broken,
        }
        return portal.page(request, "audit.html", values)

    @pages.get(f"{HERE}/export.xlsx")
    def exported(request: Request) -> Response:
        access, wanted = signed_in(request), _wanted(_listing(request))

        def rows(session: Session) -> Iterator[AuditEntry]:
            return trail.exported(session, wanted)

        with portal.database.writing() as session:
            trail.note_export(session, access, wanted)
        return book(portal.centre, access, rows, _columns(texts_of(request)), "审计")

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read(HERE, request.query_params, (), (), FILTERS)


def _wanted(listing: Listing) -> Wanted:
    """What the address asks for; a date that is none narrows nothing."""
    since, until = day(listing.filter("since")), day(listing.filter("until"))
    return Wanted(
        actor=listing.filter("actor")[:64],
        action=listing.filter("action")[:64],
        subject=listing.filter("subject")[:64],
        since=None if since is None else dt.datetime.combine(since, dt.time(), SITE_ZONE),
        until=None if until is None else dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), SITE_ZONE),
    )


def _columns(t: Texts) -> tuple[Column[AuditEntry], ...]:
    def part(name: str) -> Callable[[AuditEntry], Value]:
        return lambda row: _plain(json.loads(row.told).get(name))

    cells: dict[str, Callable[[AuditEntry], Value]] = {
        "audit_id": lambda row: row.id,
        "audit_at": lambda row: row.at,
        "audit_actor": lambda row: row.actor,
        "audit_behalf": lambda row: row.on_behalf_of,
        "audit_action": lambda row: row.action,
        "audit_deed": lambda row: told.deed(row.action, t),
        "audit_subject": lambda row: row.subject,
        "audit_before": part("before"),
        "audit_after": part("after"),
        "audit_request": part("request"),
        "audit_hash": lambda row: row.hash.hex(),
    }
    return columns(t, cells, wide=("audit_before", "audit_after", "audit_hash"))


def _plain(value: Any) -> str:
    return "" if value in (None, "") else json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


AREA: Final = Area(router=router, entries=(Entry("audit", (Role.AUDITOR,), HERE, "list-search", 10),))
