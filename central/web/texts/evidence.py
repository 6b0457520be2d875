"""印证材料, the verification desk."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_evidence": ("印证材料", "Evidence"),
    "part_evidence": ("印证材料", "Evidence"),
    "evidence_none": ("还没有印证材料", "No evidence yet"),
    "evidence_none_why": (
        "打开人员页的“印证材料”，附上注明日期的照片或文件。",
        "Open a person's page and attach a dated photo or document under 'Evidence'.",
    ),
    "evidence_search_hint": ("姓名、说明、文件名", "Name, note or file"),
    "by_about_from": ("所指日期自", "About, from"),
    "by_about_to": ("所指日期至", "About, until"),
    "col_about_on": ("所指日期", "Day it is about"),
    "col_evidence_note": ("说明", "Note"),
    "col_evidence_file": ("材料", "File"),
    "col_attached_by": ("附上单位", "Attached by"),
    "col_attached_at": ("附上时间", "Attached"),
    "evidence_rule": (
        "印证材料长期保存、不能删改，也不改变系统记录的任何时间（A-28）；每次查看都有记录。",
        "Evidence is kept for good and changes no time of the system (A-28); each look is recorded.",
    ),
    "section_evidence": ("附上材料", "Attach"),
    "field_evidence_file": ("照片或文件", "Photo or document"),
    "field_about_on": ("材料所指日期", "Day it is about"),
    "field_evidence_note": ("说明", "Note"),
    "do_attach": ("附上", "Attach"),
    "done_evidence_kept": ("材料已保存。", "Kept."),
    "nav_verification": ("核验窗口", "Verification"),
    "verification_lead": ("身份还没有核验的人员，以及原因", "Who is not verified yet, and why"),
    "verification_search_hint": ("姓名、用人单位", "Name or employer"),
    "verification_none": ("没有待核验的人员", "Nobody waits"),
    "verification_none_why": ("用人单位登记而无法读卡的人员会出现在这里。", "People registered without a card read appear here."),
    "settle": ("办理", "Settle"),
    "settle_evidence": ("核验依据", "What was seen"),
    "settle_verified": ("核验通过", "Verified"),
    "settle_rejected": ("不通过", "Not verified"),
    "settle_ask": ("确认“{name}”本人与证件相符？", "Person and card of '{name}' are the same?"),
    "done_verified": ("已核验通过。", "Verified."),
    "done_rejected": ("已记为不通过。", "Recorded as not verified."),
    "col_cause": ("原因", "Cause"),
    "col_settle": ("办理", "Settle"),
    "cause_VERIFY_NETWORK": ("核验服务未应答，将自动重试", "The service did not answer; it is asked again by itself"),
    "cause_CARD_UNREADABLE": ("证件读不出，请换证或到核验窗口", "The card cannot be read: a new card, or the verification desk"),
    "cause_CARD_SUSPECT": ("登记机关查无此证，疑为假证", "The register knows no such card: it may be forged"),
    "cause_CARD_EXPIRED": ("证件已过期", "The card has expired"),
    "cause_PERSON_CARD_MISMATCH": ("人证不符", "Person and card differ"),
}
