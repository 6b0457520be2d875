"""One message of each kind, with every field filled: what the golden files of version 1 were written from. Never edited; a new version
gets samples of its own.
"""

from __future__ import annotations

from typing import Final

from edge.sync import wire

_AT_MS: Final = 1_764_561_600_123
_HASH: Final = bytes(range(16))

_PASSAGE: Final = wire.Passage(
    "Xk3v7a2qd_Q",
    wire.Direction.IN,
    wire.Method.FACE,
    "1-东",
    42,
    812,
    ("sharpness", "blink"),
    offline=True,
    stale_roster=True,
    duplicate=True,
    operator="op-1",
    why="CARD_LOST",
)
_REFUSAL: Final = wire.Refusal(
    wire.Reason.RIGHT_ENDED,
    wire.Method.ID_CARD,
    wire.Direction.OUT,
    "1-东",
    42,
    "Xk3v7a2qd_Q",
    401,
    offline=True,
    checks=("sharpness", "blink"),
)
_CONSENT: Final = wire.Consent("2025-06", "ab12" * 16, "zh-CN", "op-1", template=True, transfer=True, pictures=True)
_ENROLMENT: Final = wire.Enrolment("Xk3v7a2qd_Q", "sface-2021dec", 3, 913, _CONSENT, {"b-k3v7a2qd": wire.copy_digest(b"sealed copy")})
_DELETION: Final = wire.Deletion("Xk3v7a2qd_Q", wire.EndCause.COMPLETION, template=True, right=True, roster_version=43)
_HEADER: Final = wire.RosterHeader(
    "2024-PD-0012",
    "滨江一期",
    "工地办公室 021-54614788",
    _HASH,
    (wire.BoxKey("b-k3v7a2qd", bytes(32), bytes(range(32))),),
    (wire.Operator("op-1", "李", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "guard"),),
    "suspended",
    3600,
    wire.GatePolicy("soft", ((360, 1320),), "card_guard", "risk", 7, 2),
)
_ENTRY: Final = wire.RosterEntry(
    "Xk3v7a2qd_Q",
    "王*",
    "钢筋一班",
    "钢筋工",
    "甲劳务有限公司",
    (_HASH,),
    1_764_561_600,
    1_772_000_000,
    "granted",
    (wire.SealedTemplate("sface-2021dec", b"sealed"),),
    needs_training=True,
    lanes=("1-东", "2-西"),
    maintenance=True,
)
_REMOVAL: Final = wire.Removal("Yk3v7a2qd_Q", wire.EndCause.DEATH, (_HASH,), 1_764_561_600)


def _event(body: wire.Body) -> wire.Event:
    return wire.Event(7, _AT_MS, 61_000, 3, wire.Clock.RTC, body)


MESSAGES: Final[dict[str, wire.Message]] = {
    "event-passage": _event(_PASSAGE),
    "event-refusal": _event(_REFUSAL),
    "event-enrolment": _event(_ENROLMENT),
    "event-deletion": _event(_DELETION),
    "event-incident": _event(wire.Incident("CAMERA_FROZEN", "lane 1")),
    "event-clock-sync": _event(wire.ClockSync()),
    "event-not-passed": _event(wire.NotPassed(6)),
    "event-opening": _event(wire.Opening(wire.Method.EMERGENCY, wire.Direction.OUT, "1-东", True, "op-1", "FIRE_DRILL")),
    "event-card-binding": _event(wire.CardBinding("Xk3v7a2qd_Q", _HASH, True, "op-1")),
    "event-batch": wire.EventBatch("0a1b2c3d", 7, _HASH, 42, [wire.encode(_event(_PASSAGE)), b"\xc1 not an event"]),
    "box-state": wire.BoxState(
        "0a1b2c3d", 3, True, 900, 880, 42, _HASH, wire.Clock.NTP, _AT_MS, 61, "0.1.0", ("CAMERA_FROZEN", "DISK_LOW"), 1
    ),
    "roster-get": wire.RosterGet(41, _HASH),
    "applied": wire.Applied(42, _HASH, _AT_MS),
    "lookup": wire.Lookup("u9Zk3v7a2qdQ", _HASH),
    "ack": wire.Ack("0a1b2c3d", 880, ((881, 890), (895, 895)), (877,), _HASH),
    "template-copies": wire.TemplateCopies("0a1b2c3d", 7, {"b-k3v7a2qd": b"sealed copy"}),
    "copies-taken": wire.CopiesTaken("0a1b2c3d", 7),
    "roster-pointer": wire.RosterPointer(42, _HASH, 312, _AT_MS, 259_200),
    "roster-part": wire.RosterPart(41, 42, 1, 2, _HEADER, (_REMOVAL,), (_ENTRY,), _HASH),
    "roster-entry": _ENTRY,
    "lookup-answer": wire.LookupAnswer("u9Zk3v7a2qdQ", "accepted_by_sub", "王*", "甲劳务有限公司", "总承包公司"),
    "centre-state": wire.CentreState(True, _AT_MS),
    "site-count": wire.SiteCount(128, _AT_MS, "0a1b2c3d", 880),
    "sealed": wire.Sealed(b"an X25519 sealed box"),
}
