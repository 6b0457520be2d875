"""What the kiosk is given by the composition root: ports of the card reader, the store's records, the camera and the face engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from edge.faces import Face, FaceEngine, Image, Vector
from edge.kiosk.hand_records import HandRecords
from edge.kiosk.worker_records import WorkerRecords
from edge.model import EndedRight, Right
from edge.sync.wire import Consent, LookupAnswer, RosterHeader
from hardware.camera import Camera
from hardware.card_reader.wlt import ChipPhoto


@dataclass(frozen=True)
class CardSeen:
    """What the kiosk takes from a card: for the screen, and the keyed hash to find its owner by. The number itself is not kept.

    `problem` is a code where the card was read but must not be used (expired, number wrong); `cautions` are codes that refuse nobody.
    `kind` is id_card, work_card or id_chip (an ID card on a reader that cannot read its text); `photo` is the chip's, undecoded.
    """

    name: str
    sex: str
    nation: str
    birth: str
    valid_until: str
    masked: str
    card_hash: bytes
    problem: str | None = None
    cautions: tuple[str, ...] = ()
    kind: str = "id_card"
    photo: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Reading:
    """The reader now: `state` is absent, reading, card or fault; `code` names the fault; `number` rises with each card put there."""

    state: str
    code: str | None = None
    seen: CardSeen | None = None
    number: int = 0


class CardPlace(Protocol):
    """Where the card is put. Never blocks."""

    def reading(self) -> Reading:
        """What lies there now."""

    def again(self) -> None:
        """The card that lies there counts anew."""


@dataclass(frozen=True)
class Draft:
    """A half-done enrolment: who, how far, what was agreed to. No picture, no number."""

    person: str
    step: str
    at_ms: int
    consent: Consent | None = None


@dataclass(frozen=True)
class Receipt:
    """A finished enrolment: `reference` finds its event at the centre. `way` is `face` or `card`."""

    reference: str
    shown_name: str
    team: str
    way: str
    at_ms: int
    operator: str
    transfer: bool = False
    pictures: bool = False
    twin: bool = False


class Records(Protocol):
    """The store as the kiosk needs it. Called from one thread. Raises `EdgeError` (STORE_FULL …)."""

    @property
    def workers(self) -> WorkerRecords:
        """One worker outside an enrolment: found, cards, withdrawal."""

    @property
    def hands(self) -> HandRecords:
        """What is asked of the gate by hand."""

    def header(self) -> RosterHeader | None:
        """The project, or None before the first roster."""

    def people(self) -> int:
        """How many the roster holds."""

    def right(self, person: str) -> Right | None:
        """One worker's right."""

    def by_card(self, card_hash: bytes) -> Right | None:
        """The right that a card stands for."""

    def ended_by_card(self, card_hash: bytes) -> EndedRight | None:
        """A right that this card once stood for."""

    def enrolled(self, person: str) -> str:
        """`none`, `face` or `card`."""

    def ask(self, card_hash: bytes) -> str:
        """Asks the centre about a card that is not on the roster; the request's id."""

    def answer(self, request: str) -> LookupAnswer | None:
        """What the centre answered, if it has."""

    def offline_since_ms(self) -> int | None:
        """None while the centre is reachable."""

    def enrol(self, person: str, engine: str, rows: Vector | None, quality: int, consent: Consent, *, twin: str = "") -> str:
        """Commits an enrolment, with rows (n x dim) or card only, in one transaction; the reference for the receipt.

        `twin` is somebody else on the roster whose face is as good as this one: noted beside it.
        """

    def save_draft(self, draft: Draft) -> None:
        """Keeps a half-done enrolment."""

    def drop_draft(self, person: str) -> None:
        """Forgets one."""

    def drafts(self) -> Sequence[Draft]:
        """Half-done enrolments, newest first."""

    def today(self) -> Sequence[Mapping[str, Any]]:
        """Today's finished ones, newest first: `at_ms`, `shown_name`, `team`, `way`, `operator`, `quality`."""

    def health(self) -> Mapping[str, Mapping[str, Any]]:
        """What each process last reported."""

    def tries(self) -> Mapping[str, Sequence[int]]:
        """What `save_tries` kept."""

    def save_tries(self, tries: Mapping[str, Sequence[int]]) -> None:
        """Keeps how often each operator's PIN was wrong, over a restart."""

    def report(self, facts: dict[str, Any]) -> None:
        """What this process says of itself."""

    def now_ms(self) -> int:
        """Wall time."""

    def close(self) -> None:
        """Lets the store go, on the thread that used it."""


@dataclass(frozen=True)
class Alike:
    """Somebody on the roster whose face is close to the one just taken."""

    shown_name: str
    team: str
    score: float
    person: str = ""


class Eyes(Protocol):
    """How open somebody's eyes are. Used by the thread that takes pictures."""

    def openness(self, image: Image, face: Face) -> float | None:
        """Lid to lid over corner to corner: 0.2 to 0.35 open, below 0.15 shut; None where it cannot be told."""


class Gallery(Protocol):
    """The templates on this box, for the duplicate check only. Slow: called from a thread of its own."""

    def look_alike(self, engine: str, rows: Vector, person: str) -> Alike | None:
        """The closest other person, if closer than two different people should be."""


@dataclass(frozen=True)
class KioskParts:
    """Everything the kiosk works with. `engine` None: its model is missing (`engine_fault` says why); cards still work.

    `sign` signs the passes that are printed here. `decode_photo` is the vendor's decoder of chip photos, where one is set up. `eyes`
    tells whether eyes are open. `borrows` says that the camera is the lane's, lent; `tell_lender` then
    takes the question whether somebody is being photographed.
    """

    box: str
    lane: str
    records: Records
    cards: CardPlace
    gallery: Gallery
    camera: Camera | None = None
    engine: FaceEngine | None = None
    engine_fault: str | None = None
    lane_socket: Path | None = None
    hosts: Sequence[str] = field(default=("127.0.0.1", "localhost"))
    sign: Callable[[bytes], bytes] | None = None
    decode_photo: Callable[[bytes], ChipPhoto] | None = None
    eyes: Eyes | None = None
    borrows: bool = False
    tell_lender: Callable[[Callable[[], bool]], None] = lambda taking: None
