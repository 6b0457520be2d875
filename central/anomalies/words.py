"""What each kind of anomaly is called, and what to do about it; what the code beside one says. Chinese first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from central.errors import TEXTS
from central.messaging import box_words
from central.messaging.box_words import Words

WORDS: Final[dict[str, Words]] = {
    "doubtful": Words(
        "存疑的通行",
        "Passages in doubt",
        "核实当时是否应当放行；记录保留并标注，不会删除。",
        "Find out whether they should have passed. The record stays, marked.",
    ),
    "identity_lost": Words(
        "已进场但身份核验失效",
        "Confirmed, but the identity no longer holds",
        "门禁已不认识此人；请用人单位重新核验身份。",
        "The gates no longer know them: the employer has the identity verified again.",
    ),
    "lookalike": Words(
        "登记时面容相近的两人",
        "Two people who looked alike at enrolment",
        "核对两人证件；必要时改为刷证件通行。",
        "Compare both ID cards; let one of them pass by card if need be.",
    ),
    "denied_often": Words(
        "多次被拒的工人",
        "Workers refused again and again",
        "按原因处理；确有权限的，检查设备和“通道与值守”。",
        "See to the reason; if the right is there, check the device and 'Lanes and duty'.",
    ),
    "denied_unknown": Words(
        "陌生人多次尝试的通道",
        "Lanes that unknown people try",
        "到该通道查看；是工人的，请用人单位分派并确认进场。",
        "Look at that lane; if they are workers, have them assigned and confirmed.",
    ),
    "held_open": Words(
        "人工打开闸门",
        "Gates held open by hand",
        "核实原因，补登期间进出的人员。",
        "Verify the reason, and record who went through meanwhile.",
    ),
    "by_hand": Words(
        "保安人工放行",
        "Let in by a guard",
        "核实放行原因；反复出现的，修好设备或重新采集。",
        "Verify the reason; if it repeats, repair the device or enrol again.",
    ),
    "contract_over": Words(
        "合同已到期仍在场",
        "Contract over, still on the roster",
        "请用人单位续签或登记离职；到期不会自动离职。",
        "The employer renews or records the departure: it does not end by itself.",
    ),
    "contract_ending": Words(
        "合同 30 天内到期", "Contracts that end within 30 days", "提醒用人单位续签。", "Remind the employer to renew."
    ),
    "departing": Words(
        "已登记离职、仍在出勤",
        "Departure recorded, still coming",
        "安排交接；自离职日零点起不能进场。",
        "Arrange the handover: from that day's midnight the gates refuse.",
    ),
    "never_seen": Words(
        "确认进场三天以上、从未通行",
        "Confirmed for three days, never seen",
        "核实是否到场；未采集的请到登记台，不来的请用人单位处理。",
        "Are they here? Enrol them at the kiosk, or let the employer settle it.",
    ),
    "training_due": Words(
        "需要重新培训",
        "Training is due",
        "培训后在“退场判定”登记，随即恢复通行。",
        "Record the training under 'Presence': the gates open again at once.",
    ),
    "waiting_long": Words(
        "等待确认三天以上", "Waiting for confirmation for three days", "确认进场，或退回并说明原因。", "Confirm, or return with a reason."
    ),
    "box_silent": Words(
        "门禁设备失联",
        "Gates that fell silent",
        "检查电源和网络；断网期间照常判定并记录。",
        "Check power and network; it decides and records meanwhile.",
    ),
    "box_faulty": Words("门禁设备报障", "Gates that report a fault", "按提示到设备旁处理。", "See to it at the box."),
    "box_told": Words(
        "门禁设备上报的事件",
        "What gates reported",
        "按提示处理；冒用或篡改的，立即停用设备。",
        "See to it; revoke a box that was cloned or altered.",
    ),
    "certificate_ending": Words(
        "设备证书 30 天内到期",
        "Certificates of boxes that end within 30 days",
        "让设备联网；仍未更新的，到期前重新领用。",
        "Bring the box online; if it is not renewed, claim it anew in time.",
    ),
}
"""By `Kind.key`."""

_JUDGED: Final[dict[str, tuple[str, str]]] = {
    "not_confirmed_then": ("当时尚未确认进场", "not confirmed then"),
    "right_ended_then": ("当时权限已结束", "the right had ended then"),
    "other_project": ("属于别的项目", "of another project"),
    "unknown_person": ("不认识此人", "nobody known"),
}


def _faults(what: str) -> tuple[str, str]:
    each = [box_words.of_incident(code).said for code in what.split(",")]
    return "、".join(zh for zh, _ in each), "; ".join(en for _, en in each)


def _cause(what: str) -> tuple[str, str]:
    return (TEXTS[what].zh, TEXTS[what].en) if what in TEXTS else (what, what)


_SAYS: Final[dict[str, Callable[[str], tuple[str, str]]]] = {
    "doubtful": lambda what: _JUDGED.get(what, (what, what)),
    "denied_often": lambda what: box_words.of_reason(what).said if what else ("多种原因", "several reasons"),
    "by_hand": lambda what: box_words.by_hand(what).said,
    "held_open": lambda what: box_words.by_hand(what).said,
    "box_told": lambda what: box_words.of_incident(what).said,
    "box_faulty": _faults,
    "identity_lost": _cause,
}


def what_said(kind: str, what: str) -> tuple[str, str]:
    """The code beside an anomaly, in both languages; a lane's name stays one, nothing stays nothing but for several reasons at once."""
    return _SAYS[kind](what) if kind in _SAYS else (what, what)
