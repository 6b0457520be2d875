"""THE CONTRACT between a box and the centre: topics, messages, frames. Version 1.

Both sides import this module and nothing else of each other. A message is a msgpack array (`msgspec`), so a reader ignores fields
that a newer writer appended; a field is only ever added at the end, with a default. Golden messages of every released version stand in
`tests/contract/golden/` and are never edited; the centre reads `VERSION` and `VERSION - 1`.

A frame on the broker is `magic · version · signature · zstd(msgpack)`. The signature covers the topic, so that a frame cannot be
replayed under another box's name, and the broker need not be trusted. What carries personal data downwards is sealed to one box
(`Sealed`). Cryptography is passed in (`Sign`, `Verify`): this module imports the standard library and its serialisation only.

Errors: `WireError` with a code; none of them is worth a retry with the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final, TypeVar

import msgspec
import zstandard

VERSION: Final = 1
OLDEST_READ: Final = 1
TREE: Final = 1
"""The version of the topics. It stays when `VERSION` rises: a broker's access list, a box of last year and the centre meet on one tree,
and each frame says for itself which version its message is of."""
MAX_EVENTS: Final = 200
"""Events in one batch at most."""
MAX_PART_BYTES: Final = 64 * 1024
"""A frame's size at most, for a roster part; also what a batch of events is cut to."""
MAX_BODY_BYTES: Final = 4 * 1024 * 1024
"""A body's size at most after decompression: a guard against a frame that explodes."""
GENESIS: Final = bytes(16)
"""The hash before the first event of an epoch."""

Sign = Callable[[bytes], bytes]
"""Bytes to a 64-byte Ed25519 signature."""
Verify = Callable[[bytes, bytes], bool]
"""(bytes, signature) to whether the expected party signed them."""

_MAGIC: Final = b"GM"
_SIGNATURE: Final = 64


class WireError(ValueError):
    """Bytes that are not a message of this contract. `code` is stable; trying the same bytes again cannot help."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


# --- words shared by both sides ------------------------------------------------------------------------------------------------------


class Direction(StrEnum):
    """National code 考勤方向."""

    IN = "01"
    OUT = "02"


class Method(StrEnum):
    """National code 通行方式: how a person passed."""

    FACE = "001"
    ID_CARD = "005"
    WORK_CARD = "006"
    CLEARED = "007"
    ONE_KEY = "008"
    EMERGENCY = "009"
    QR = "010"
    GUARD = "011"


class Reason(StrEnum):
    """Why a gate refused: a closed list. Every member has its texts at the box and at the centre."""

    NOT_CONFIRMED = "NOT_CONFIRMED"
    NOT_YET_VALID = "NOT_YET_VALID"
    RIGHT_ENDED = "RIGHT_ENDED"
    LEASE_OVER = "LEASE_OVER"
    TRAINING_REQUIRED = "TRAINING_REQUIRED"
    PROJECT_SUSPENDED = "PROJECT_SUSPENDED"
    GATE_CLOSED = "GATE_CLOSED"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    CARD_EXPIRED = "CARD_EXPIRED"
    WRONG_LANE = "WRONG_LANE"
    OUT_OF_HOURS = "OUT_OF_HOURS"
    PASSED_ALREADY = "PASSED_ALREADY"
    FACE_MISMATCH = "FACE_MISMATCH"
    LIVENESS_FAILED = "LIVENESS_FAILED"
    QR_INVALID = "QR_INVALID"
    QR_EXPIRED = "QR_EXPIRED"
    QR_USED = "QR_USED"
    STALE_ROSTER = "STALE_ROSTER"


class Clock(StrEnum):
    """How far a wall time can be trusted."""

    NTP = "ntp"
    RTC = "rtc"
    NONE = "none"


class EndCause(StrEnum):
    """Why a right ended; `WITHDRAWN` is consent, the others are states of the assignment (A-50 to A-54).

    A cause that a newer centre knows and this box does not is read as `OTHER`: an unknown word must not keep a revocation from a gate.
    """

    DEPARTURE = "departure"
    DEATH = "death"
    COMPLETION = "completion"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    PRESUMED_EXIT = "presumed_exit"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> EndCause:
        return cls.OTHER


# --- upwards: what happened at the box -----------------------------------------------------------------------------------------------


class Passage(msgspec.Struct, array_like=True, frozen=True, tag="p"):
    """Somebody with a right was let through (or went out). `person` is the project's own reference, never an ID number.

    `score` is 0 to 1000 (cosine or equivalent, per mille), None where no face took part. `checks` names the liveness checks that ran.
    `operator` is the roster's operator who let somebody through by hand (guard, one-key), and `why` the coded reason given for it.
    """

    person: str
    direction: Direction
    method: Method
    lane: str
    roster_version: int
    score: int | None = None
    checks: tuple[str, ...] = ()
    offline: bool = False
    stale_roster: bool = False
    duplicate: bool = False
    operator: str = ""
    why: str = ""


class Refusal(msgspec.Struct, array_like=True, frozen=True, tag="r"):
    """Somebody was refused. No image, no card number, no template; `person` only where the box knows who it was (A-03).
    `checks` names the liveness checks that ran."""

    reason: Reason
    method: Method
    direction: Direction
    lane: str
    roster_version: int
    person: str | None = None
    score: int | None = None
    offline: bool = False
    checks: tuple[str, ...] = ()


class NotPassed(msgspec.Struct, array_like=True, frozen=True, tag="n"):
    """The turnstile was opened for a passage of this epoch, and its sensor saw nobody go through: that passage is no attendance."""

    passage_seq: int


class Opening(msgspec.Struct, array_like=True, frozen=True, tag="o"):
    """A turnstile was held open (`open`) or closed again, and nobody was identified: one-key 008 or emergency 009.

    `direction` None is both. `operator` is the roster's operator, `why` the coded reason given; empty for the fire alarm's contact.
    """

    method: Method
    direction: Direction | None
    lane: str
    open: bool
    operator: str = ""
    why: str = ""


class CardBinding(msgspec.Struct, array_like=True, frozen=True, tag="b"):
    """A work card was bound to a worker at the kiosk, or released. `card` is the project-keyed hash of `uid:<HEX>`, 16 bytes."""

    person: str
    card: bytes
    bound: bool
    operator: str


class Consent(msgspec.Struct, array_like=True, frozen=True):
    """What the worker ticked on the consent screen: (a) face at the gates, (b) sending the sealed template on, (c) evidence pictures."""

    text_version: str
    text_hash: str
    language: str
    operator: str
    template: bool
    transfer: bool
    pictures: bool = False


class Enrolment(msgspec.Struct, array_like=True, frozen=True, tag="e"):
    """A worker was enrolled at a kiosk, with a face or, of equal standing, card only (`engine` empty).

    `copies` maps a box's id to the 16-byte `copy_digest` of the copy that was sealed to it; empty without tick (b). The copies themselves
    travel as `TemplateCopies` and never stand in the journal: what is deleted must be gone. `quality` is 0 to 1000, the worst shot kept.
    """

    person: str
    engine: str
    shots: int
    quality: int
    consent: Consent
    copies: dict[str, bytes] = {}


class Deletion(msgspec.Struct, array_like=True, frozen=True, tag="d"):
    """Proof that a template or a right is gone from this box, with the roster version that asked for it."""

    person: str
    cause: EndCause
    template: bool
    right: bool
    roster_version: int


class Incident(msgspec.Struct, array_like=True, frozen=True, tag="i"):
    """Something about the box itself: a device lost or back, disk, clock, a process restarted, the gate opened by hand."""

    code: str
    detail: str = ""


class ClockSync(msgspec.Struct, array_like=True, frozen=True, tag="c"):
    """From here on this boot's wall clock is right: the centre corrects the boot's earlier, unsynchronised times from this event."""


Body = Passage | Refusal | Enrolment | Deletion | Incident | ClockSync | NotPassed | Opening | CardBinding


class Event(msgspec.Struct, array_like=True, frozen=True):
    """One fact of a box's journal. Its key is (box, epoch, seq); `seq` starts at 1 and has no gaps.

    `at_ms` is the wall time in ms since 1970 UTC, `mono_ms` the boot's monotonic time, `boot` counts the boots of this epoch.
    """

    seq: int
    at_ms: int
    mono_ms: int
    boot: int
    clock: Clock
    body: Body


class EventBatch(msgspec.Struct, array_like=True, frozen=True):
    """Consecutive events from `seq0`, each still packed: one that does not parse is quarantined alone. `prev_hash` precedes the first."""

    epoch: str
    seq0: int
    prev_hash: bytes
    roster_version: int
    events: list[bytes]


class BoxState(msgspec.Struct, array_like=True, frozen=True):
    """Birth certificate, heartbeat and (with `online` false) last will of a box. `wire` is the newest version that it reads."""

    epoch: str
    boot: int
    online: bool
    max_seq: int
    acked: int
    roster_version: int
    roster_hash: bytes
    clock: Clock
    at_ms: int
    disk_free_pct: int = 100
    software: str = ""
    faults: tuple[str, ...] = ()
    wire: int = 1


class RosterGet(msgspec.Struct, array_like=True, frozen=True):
    """The box asks for what it lacks; `have_version` 0 asks for everything."""

    have_version: int
    have_hash: bytes


class Applied(msgspec.Struct, array_like=True, frozen=True):
    """The box holds this roster now."""

    version: int
    hash: bytes
    at_ms: int


class Lookup(msgspec.Struct, array_like=True, frozen=True):
    """The kiosk asks who a card that is not on the roster belongs to: `card` is the project-keyed hash of the number."""

    request: str
    card: bytes


class TemplateCopies(msgspec.Struct, array_like=True, frozen=True):
    """The sealed copies (X25519 sealed box over float32 rows) of one `Enrolment`, by box; sent again until `CopiesTaken`."""

    epoch: str
    seq: int
    copies: dict[str, bytes]


# --- downwards: what the centre says -------------------------------------------------------------------------------------------------


class Ack(msgspec.Struct, array_like=True, frozen=True):
    """Sent after the centre's commit: everything up to `upto` is safe; `need` asks for ranges (both ends included) again.

    `hash` is the chain's at `upto`: a box whose own differs there has lost its tail, and must not believe that it is safe.
    """

    epoch: str
    upto: int
    need: tuple[tuple[int, int], ...] = ()
    quarantined: tuple[int, ...] = ()
    hash: bytes = b""


class CopiesTaken(msgspec.Struct, array_like=True, frozen=True):
    """Sent after the centre's commit: the copies of that enrolment are safe or no longer wanted; the box deletes its own of them."""

    epoch: str
    seq: int


class RosterPointer(msgspec.Struct, array_like=True, frozen=True):
    """The roster's present version: all of the roster that is ever retained on a broker, and nothing personal."""

    version: int
    hash: bytes
    count: int
    issued_ms: int
    lease_s: int


class SealedTemplate(msgspec.Struct, array_like=True, frozen=True):
    """One worker's template for one box: an X25519 sealed box that only that box opens. `engine` names model and version."""

    engine: str
    sealed: bytes


class RosterEntry(msgspec.Struct, array_like=True, frozen=True):
    """One worker with a right at this project's gates (I6). Times are seconds since 1970 UTC; `cards` are project-keyed hashes.

    `face` is `none` (not enrolled yet), `granted` or `refused`. `templates` is filled for copies that other boxes sealed for this one;
    a box never drops its own local template because of an entry, only because of a removal or a `face` other than `granted`.
    `lanes` limits the right to these lanes (empty: all); `maintenance` lets pass while the project is suspended or completed.
    """

    person: str
    shown_name: str
    team: str
    trade: str
    employer: str
    cards: tuple[bytes, ...]
    valid_from_s: int
    valid_until_s: int | None
    face: str = "none"
    templates: tuple[SealedTemplate, ...] = ()
    needs_training: bool = False
    lanes: tuple[str, ...] = ()
    maintenance: bool = False


class Removal(msgspec.Struct, array_like=True, frozen=True):
    """A right that ended. The box deletes template and right, keeps the card hashes a while to say why, and answers with `Deletion`."""

    person: str
    cause: EndCause
    cards: tuple[bytes, ...]
    at_s: int


class BoxKey(msgspec.Struct, array_like=True, frozen=True):
    """A box of this project, the X25519 key that templates are sealed to it with, and the Ed25519 key of the QR passes that it prints."""

    box: str
    sealing_key: bytes
    verify_key: bytes = b""


class Operator(msgspec.Struct, array_like=True, frozen=True):
    """Somebody who uses the kiosk (`role` manager) or opens a gate by hand (guard); `pin_hash` is an argon2id string, checked offline."""

    operator: str
    name: str
    pin_hash: str
    role: str = "manager"


class GatePolicy(msgspec.Struct, array_like=True, frozen=True):
    """How strict this project's gates are.

    `anti_passback`: off, soft (let through and flagged), hard (refused). `hours`: minutes of the local day (Asia/Shanghai) between which
    IN is open, () always. `when_stale`: card_guard (a card or a guard's word), or deny (a guard's only). `liveness`: when a face has to
    move as asked on its way IN: always, risk (a check has a doubt) or never; `movements`: how many times, 1 (a turn) or 2.
    `template_grace_d`: days that a template outlives its worker's last right here. What a site gets that says nothing stands here and
    nowhere else; why `always` and 1: docs/adr/0019.
    """

    anti_passback: str = "off"
    hours: tuple[tuple[int, int], ...] = ()
    when_stale: str = "card_guard"
    liveness: str = "always"
    template_grace_d: int = 30
    movements: int = 1


class RosterHeader(msgspec.Struct, array_like=True, frozen=True):
    """What a box knows of its project beside the people. `card_key` keys the card hashes of this project."""

    project: str
    project_name: str
    contact: str
    card_key: bytes
    boxes: tuple[BoxKey, ...]
    operators: tuple[Operator, ...]
    state: str = "in_progress"
    lease_s: int = 72 * 3600
    policy: GatePolicy = GatePolicy()


class RosterPart(msgspec.Struct, array_like=True, frozen=True):
    """A piece of the way from `from_version` (0: from nothing) to `to_version`. Removals apply before additions, all parts in one
    transaction, and only if the roster then hashes to `hash_after`."""

    from_version: int
    to_version: int
    index: int
    total: int
    header: RosterHeader
    remove: tuple[Removal, ...]
    put: tuple[RosterEntry, ...]
    hash_after: bytes


class LookupAnswer(msgspec.Struct, array_like=True, frozen=True):
    """Where the card's owner stands on this project: `state` as in the assignment's state machine, `unknown` if nobody registered it.

    `waiting_for` names the company that must act next.
    """

    request: str
    state: str
    shown_name: str = ""
    employer: str = ""
    waiting_for: str = ""


class CentreState(msgspec.Struct, array_like=True, frozen=True):
    """The centre is here (or, as its will, is not)."""

    online: bool
    at_ms: int


class SiteCount(msgspec.Struct, array_like=True, frozen=True):
    """How many people are on the project's site, by all its gates together, as the centre knew at `at_ms`. Retained; nothing personal.

    It has in it what this box wrote up to `upto` of its `epoch`: what came later the box adds by itself, so that the lane's figure is
    right at once and goes on while the network is cut. A box older than this message does not subscribe to it.
    """

    on_site: int
    at_ms: int
    epoch: str
    upto: int


class Sealed(msgspec.Struct, array_like=True, frozen=True):
    """A packed message sealed to one box's X25519 key: `RosterPart` and `LookupAnswer` travel in this."""

    box: bytes


Message = (
    EventBatch
    | BoxState
    | RosterGet
    | Applied
    | Lookup
    | TemplateCopies
    | Ack
    | CopiesTaken
    | RosterPointer
    | RosterPart
    | LookupAnswer
    | CentreState
    | SiteCount
    | Sealed
    | RosterEntry
    | Event
)
M = TypeVar("M")


# --- topics --------------------------------------------------------------------------------------------------------------------------


class Up(StrEnum):
    """The last part of a topic that a box publishes under `gm/1/{box}/up/`: the 1 is `TREE`."""

    EVENTS = "events"
    STATE = "state"
    ROSTER_GET = "roster/get"
    APPLIED = "applied"
    LOOKUP = "lookup"
    COPIES = "copies"


class Down(StrEnum):
    """The last part of a topic that the centre publishes under `gm/1/{box}/down/`."""

    ACK = "ack"
    ROSTER = "roster"
    ROSTER_PART = "roster/part"
    LOOKUP = "lookup"
    COPIES = "copies"
    SITE = "site"


CENTRE_STATE: Final = f"gm/{TREE}/central/state"


def up_topic(box: str, what: Up) -> str:
    """The topic on which this box publishes."""
    return f"gm/{TREE}/{box}/up/{what}"


def down_topic(box: str, what: Down) -> str:
    """The topic on which the centre publishes to this box."""
    return f"gm/{TREE}/{box}/down/{what}"


def box_of(topic: str) -> tuple[str, Up]:
    """The box and kind of an upward topic of this tree. Raises `WireError` BAD_TOPIC."""
    parts = topic.split("/", 4)
    if len(parts) != 5 or parts[:2] != ["gm", str(TREE)] or parts[3] != "up" or parts[4] not in list(Up):
        raise WireError("BAD_TOPIC", topic[:80])
    return parts[2], Up(parts[4])


# --- bytes ---------------------------------------------------------------------------------------------------------------------------

_encoder = msgspec.msgpack.Encoder()


def encode(message: Message) -> bytes:
    """A message as bare msgpack, without frame."""
    return _encoder.encode(message)


def decode(body: bytes, kind: type[M]) -> M:
    """Bare msgpack to a message of that kind. Raises `WireError` BAD_MESSAGE."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError("BAD_MESSAGE", f"{kind.__name__}: {error}") from error


def frame(topic: str, message: Message, sign: Sign, version: int = VERSION) -> bytes:
    """A message as it goes to the broker under `topic`, in the receiver's `version` (`OLDEST_READ` to `VERSION`, others are brought
    there): fields are only ever appended, so an older reader skips what it does not know."""
    body = zstandard.compress(encode(message), 3)
    head = _MAGIC + bytes([min(max(version, OLDEST_READ), VERSION)])
    return head + sign(_signed(topic, head, body)) + body


def version_of(data: bytes) -> int:
    """The version that a frame says it is of; 0 where there is none. Of a frame that `unframe` took, it is what the sender speaks."""
    return data[2] if len(data) > 2 and data[:2] == _MAGIC else 0


def unframe(topic: str, data: bytes, kind: type[M], verify: Verify) -> M:
    """What `frame` made, checked. Raises `WireError`: BAD_FRAME, VERSION_UNSUPPORTED, BAD_SIGNATURE or BAD_MESSAGE."""
    if len(data) < 3 + _SIGNATURE or data[:2] != _MAGIC:
        raise WireError("BAD_FRAME", f"{len(data)} bytes that are no frame")
    if not OLDEST_READ <= data[2] <= VERSION:
        raise WireError("VERSION_UNSUPPORTED", f"version {data[2]}, this side reads {OLDEST_READ} to {VERSION}")
    head, signature, body = data[:3], data[3 : 3 + _SIGNATURE], data[3 + _SIGNATURE :]
    if not verify(_signed(topic, head, body), signature):
        raise WireError("BAD_SIGNATURE", "not signed by the expected party")
    return decode(_expand(body), kind)


def _expand(body: bytes) -> bytes:
    """Decompressed, up to `MAX_BODY_BYTES`. The size that a body declares is checked first: zstandard allocates it before it reads on."""
    try:
        declared = zstandard.get_frame_parameters(body).content_size
        if declared not in (zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR) and declared > MAX_BODY_BYTES:
            raise WireError("BAD_FRAME", f"a body of {declared} bytes")
        return zstandard.ZstdDecompressor().decompress(body, max_output_size=MAX_BODY_BYTES)
    except zstandard.ZstdError as error:
        raise WireError("BAD_FRAME", str(error)) from error


def _signed(topic: str, head: bytes, body: bytes) -> bytes:
    return topic.encode() + b"\0" + head + body


def chain(prev_hash: bytes, packed_event: bytes) -> bytes:
    """The 16-byte hash of an event: each carries on from the one before, so a removed or altered row shows."""
    return hashlib.blake2b(prev_hash + packed_event, digest_size=16).digest()


def copy_digest(sealed: bytes) -> bytes:
    """The 16 bytes by which an `Enrolment` knows a sealed copy of its template."""
    return hashlib.blake2b(sealed, digest_size=16).digest()


def roster_hash(entries: Sequence[RosterEntry]) -> bytes:
    """A 16-byte hash over a whole roster, independent of its order. Templates travel beside the roster and do not count.

    Over the fields of version 1, named one by one: a field that is appended later must not make older boxes hash otherwise.
    """
    digests = sorted(hashlib.blake2b(_encoder.encode(_hashed(entry)), digest_size=16).digest() for entry in entries)
    return hashlib.blake2b(b"".join(digests), digest_size=16).digest()


def _hashed(e: RosterEntry) -> tuple[object, ...]:
    person = (e.person, e.shown_name, e.team, e.trade, e.employer, e.cards)
    right = (e.valid_from_s, e.valid_until_s, e.face, (), e.needs_training, e.lanes, e.maintenance)
    return (*person, *right)
