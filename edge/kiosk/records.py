"""The box's store as the kiosk uses it: one connection, opened on the thread that uses it first, and opened anew if it was replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from edge.clock import Clock
from edge.errors import NotOnRoster, StoreReplaced
from edge.faces import Vector
from edge.kiosk.card_place import SHANGHAI
from edge.kiosk.hand_records import HandRecords
from edge.kiosk.parts import Draft
from edge.kiosk.sealing import for_boxes
from edge.kiosk.worker_records import WorkerRecords
from edge.model import EndedRight, Right
from edge.store.copies import Copies
from edge.store.database import Store
from edge.store.enrolments import Enrolments
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.lookups import Lookups
from edge.store.roster import Roster
from edge.store.secrets import seal
from edge.store.templates import Templates
from edge.sync.wire import Consent, Deletion, EndCause, Enrolment, Incident, LookupAnswer, RosterHeader, copy_digest
from edge.templates import pack

LOOKALIKE: Final = "LOOKALIKE"
"""An incident: two persons' references whose faces are taken for each other, and a manager said that they are two people."""
_TRIES: Final = "kiosk_tries"


class StoreRecords:
    """`Records` over the real store. Raises `EdgeError`."""

    def __init__(self, open_store: Callable[[], Store], clock: Clock, sealing_public: bytes) -> None:
        self._open_store, self._clock, self._own_key = open_store, clock, sealing_public
        self._held: Store | None = None
        self.workers = WorkerRecords(lambda: self._store, clock)
        self.hands = HandRecords(lambda: self._store, clock)

    @property
    def _store(self) -> Store:
        if self._held is not None:
            try:
                self._held.data_version()
            except StoreReplaced:
                self.close()
        if self._held is None:
            self._held = self._open_store()
        return self._held

    def close(self) -> None:
        """Lets the store go, on the thread that used it; the next call opens it again."""
        if self._held is not None:
            self._held.close()
            self._held = None

    # --- the roster ------------------------------------------------------------------------------------------------------------------

    def header(self) -> RosterHeader | None:
        """The project, or None before the first roster."""
        return Roster(self._store).header()

    def card_key(self) -> bytes | None:
        """The key of this project's card hashes."""
        header = self.header()
        return header.card_key if header else None

    def people(self) -> int:
        """How many the roster holds."""
        return Roster(self._store).count()

    def right(self, person: str) -> Right | None:
        """One worker's right."""
        return Roster(self._store).right(person)

    def by_card(self, card_hash: bytes) -> Right | None:
        """The right that a card stands for."""
        return Roster(self._store).by_card(card_hash)

    def ended_by_card(self, card_hash: bytes) -> EndedRight | None:
        """A right that this card once stood for."""
        return Roster(self._store).ended_by_card(card_hash)

    def enrolled(self, person: str) -> str:
        """`face` with a template here, `card` where the worker chose the card (here or at another box), else `none`."""
        store = self._store
        if Templates(store).has(person):
            return "face"
        right, last = Roster(store).right(person), Enrolments(store, self._clock).of(person)
        chose_card = (last is not None and last.way == "card") or (right is not None and right.face == "refused")
        return "card" if chose_card else "none"

    # --- the centre ------------------------------------------------------------------------------------------------------------------

    def ask(self, card_hash: bytes) -> str:
        """Asks the centre about a card that is not on the roster."""
        return Lookups(self._store, self._clock).ask(card_hash)

    def answer(self, request: str) -> LookupAnswer | None:
        """What the centre answered, if it has."""
        return Lookups(self._store, self._clock).answer(request)

    def offline_since_ms(self) -> int | None:
        """None while sync reports a connection; its last word where it is silent."""
        return Health(self._store, self._clock).offline_since_ms(self._clock.now_ms())

    # --- enrolment -------------------------------------------------------------------------------------------------------------------

    def enrol(self, person: str, engine: str, rows: Vector | None, quality: int, consent: Consent, *, twin: str = "") -> str:
        """Journal, templates and draft in one transaction. Raises `NotOnRoster` (A-03), `StoreFull`.

        `twin` is noted as an incident and kept, so that both show a card beside the face.
        A worker who now chooses the card has the template deleted, with the proof of it in the journal (privacy duty C2.5).
        """
        store = self._store
        journal, templates, roster = Journal(store, self._clock), Templates(store), Roster(store)
        header = roster.header()
        plain = pack(engine, rows) if rows is not None else b""
        copies = for_boxes(plain, header) if plain and consent.transfer and header else {}
        digests = {box: copy_digest(sealed) for box, sealed in copies.items()}
        shots = 0 if rows is None else len(rows)
        with store.transaction():
            right = roster.right(person)
            if right is None or (right.valid_until_s is not None and right.valid_until_s * 1000 <= self._clock.now_ms()):
                raise NotOnRoster("no enrolment without a confirmed right in force")
            event = journal.record(Enrolment(person, engine if shots else "", shots, quality, consent, digests))
            Copies(store).put((journal.epoch, event.seq), person, copies)
            gone = templates.delete(person)
            if plain:
                templates.put(person, engine, seal(plain, self._own_key), "local")
                self._note_twin(store, journal, person, twin)
            elif gone:
                journal.record(Deletion(person, EndCause.WITHDRAWN, template=True, right=False, roster_version=roster.version()))
        if gone:
            store.forget_deleted()
        return f"{journal.epoch}-{event.seq}"

    def _note_twin(self, store: Store, journal: Journal, person: str, twin: str) -> None:
        if twin and Roster(store).right(twin) is not None:
            Enrolments(store, self._clock).flag_twins(person, twin)
            journal.record(Incident(LOOKALIKE, f"{person} {twin}"))

    def save_draft(self, draft: Draft) -> None:
        """Keeps a half-done enrolment."""
        data = {} if draft.consent is None else msgspec.structs.asdict(draft.consent)
        Enrolments(self._store, self._clock).save(draft.person, draft.step, data)

    def drop_draft(self, person: str) -> None:
        """Forgets one."""
        Enrolments(self._store, self._clock).drop(person)

    def drafts(self) -> Sequence[Draft]:
        """Half-done enrolments of the last day, newest first."""
        oldest = self._clock.now_ms() - 24 * 3600 * 1000
        found = [one for one in Enrolments(self._store, self._clock).drafts() if one.at_ms > oldest]
        return [Draft(one.person, one.step, one.at_ms, Consent(**one.data) if one.data else None) for one in found]

    def today(self) -> Sequence[Mapping[str, Any]]:
        """Finished enrolments since midnight in Shanghai, newest first, with the name as the roster shows it."""
        store, header = self._store, self.header()
        names = {one.operator: one.name for one in header.operators} if header else {}
        found = Enrolments(store, self._clock).today(self._midnight_ms())
        rights = Roster(store)
        return [
            {
                "at_ms": one.at_ms,
                "way": one.way,
                "quality": one.quality,
                "operator": names.get(one.operator, one.operator),
                "shown_name": right.shown_name if (right := rights.right(one.person)) else "",
                "team": right.team if right else "",
            }
            for one in found
        ]

    def _midnight_ms(self) -> int:
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC).astimezone(SHANGHAI)
        return int(
            (now - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second, microseconds=now.microsecond)).timestamp() * 1000
        )

    # --- the box ---------------------------------------------------------------------------------------------------------------------

    def health(self) -> Mapping[str, Mapping[str, Any]]:
        """What each process last reported."""
        return Health(self._store, self._clock).all()

    def tries(self) -> Mapping[str, Sequence[int]]:
        """What `save_tries` kept; nothing where it cannot be read."""
        try:
            return msgspec.json.decode(str(self._store.meta(_TRIES) or "{}"), type=dict[str, tuple[int, int]])
        except msgspec.DecodeError:
            return {}

    def save_tries(self, tries: Mapping[str, Sequence[int]]) -> None:
        """Keeps how often each operator's PIN was wrong, over a restart."""
        self._store.set_meta(_TRIES, msgspec.json.encode(dict(tries)).decode())

    def report(self, facts: dict[str, Any]) -> None:
        """What this process says of itself; also lets answers go that nobody waits for."""
        Health(self._store, self._clock).report("kiosk", facts)
        Lookups(self._store, self._clock).purge()

    def now_ms(self) -> int:
        """Wall time."""
        return self._clock.now_ms()
