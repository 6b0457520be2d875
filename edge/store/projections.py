"""What is read from facts as they are written: passages for debounce and counts, enrolments for the kiosk's list."""

from __future__ import annotations

from edge.store.database import Store
from edge.store.local_words import LocalWords
from edge.sync import wire


def project(store: Store, event: wire.Event) -> None:
    """Brings the tables read from the journal up to date with one fact, inside the caller's transaction."""
    match event.body:
        case wire.Passage() as passage:
            _passage(store, event, passage)
        case wire.NotPassed(passage_seq=seq):
            _not_passed(store, seq)
        case wire.Enrolment() as enrolment:
            _enrolment(store, event, enrolment)
        case wire.CardBinding() as word:
            _card(store, event, word)
        case _:
            pass


def _passage(store: Store, event: wire.Event, passage: wire.Passage) -> None:
    store.execute(
        "INSERT INTO passages (seq, at_ms, person, direction, method, lane, duplicate, epoch) SELECT ?, ?, ?, ?, ?, ?, ?, epoch FROM head",
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


def _not_passed(store: Store, seq: int) -> None:
    """Nobody went through: the person is again where the passage before left them, and a code that opened is good again."""
    store.execute("DELETE FROM used_codes WHERE seq = ?", seq)
    found = store.row("SELECT id, person FROM passages WHERE seq = ? ORDER BY id DESC LIMIT 1", seq)  # an older epoch may have had it too
    if found is None:
        return
    store.execute("DELETE FROM passages WHERE id = ?", found[0])
    store.execute("DELETE FROM presence WHERE person = ?", found[1])
    store.execute(
        "INSERT INTO presence SELECT person, direction, at_ms FROM passages WHERE person = ? AND duplicate = 0 ORDER BY id DESC LIMIT 1",
        found[1],
    )


def _enrolment(store: Store, event: wire.Event, enrolment: wire.Enrolment) -> None:
    store.execute(
        "INSERT INTO enrolments (seq, at_ms, person, engine, shots, quality, operator, epoch) SELECT ?, ?, ?, ?, ?, ?, ?, epoch FROM head",
        event.seq,
        event.at_ms,
        enrolment.person,
        enrolment.engine,
        enrolment.shots,
        enrolment.quality,
        enrolment.consent.operator,
    )
    store.execute("DELETE FROM drafts WHERE person = ?", enrolment.person)
    store.execute("UPDATE rights SET face = ? WHERE person = ?", "granted" if enrolment.engine else "refused", enrolment.person)


def _card(store: Store, event: wire.Event, word: wire.CardBinding) -> None:
    store.execute(
        "INSERT OR REPLACE INTO bound_cards SELECT ?, ?, ?, epoch, ? FROM head", word.card, word.person, int(word.bound), event.seq
    )
    LocalWords(store).set_card(word.card, word.person, bound=word.bound)
