"""What is read from facts as they are written: passages for debounce and counts, enrolments for the kiosk's list."""

from __future__ import annotations

from edge.store.database import Store
from edge.sync import wire


def project(store: Store, event: wire.Event) -> None:
    """Brings the tables read from the journal up to date with one fact, inside the caller's transaction."""
    match event.body:
        case wire.Passage() as passage:
            _passage(store, event, passage)
        case wire.Enrolment() as enrolment:
            _enrolment(store, event, enrolment)
        case _:
            pass


def _passage(store: Store, event: wire.Event, passage: wire.Passage) -> None:
    store.execute(
        "INSERT INTO passages (seq, at_ms, person, direction, method, lane, duplicate) VALUES (?, ?, ?, ?, ?, ?, ?)",
        event.seq,
        event.at_ms,
        passage.person,
        passage.direction,
        passage.method,
        passage.lane,
        int(passage.duplicate),
    )
    if not passage.duplicate:
        store.execute(
            "INSERT INTO presence VALUES (?, ?, ?)"
            " ON CONFLICT (person) DO UPDATE SET direction = excluded.direction, at_ms = excluded.at_ms",
            passage.person,
            passage.direction,
            event.at_ms,
        )


def _enrolment(store: Store, event: wire.Event, enrolment: wire.Enrolment) -> None:
    store.execute(
        "INSERT INTO enrolments (seq, at_ms, person, engine, shots, quality, operator) VALUES (?, ?, ?, ?, ?, ?, ?)",
        event.seq,
        event.at_ms,
        enrolment.person,
        enrolment.engine,
        enrolment.shots,
        enrolment.quality,
        enrolment.consent.operator,
    )
    store.execute("DELETE FROM drafts WHERE person = ?", enrolment.person)
