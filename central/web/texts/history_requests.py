"""历史数据: the request for data of the old system (A-57)."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_history": ("历史数据", "Old data"),
    "history_lead": ("调取改版前数据的申请与进度（A-57）", "Requests for data from before the revision (A-57)"),
    "history_none": ("没有调取申请", "No requests"),
    "history_none_why": (
        "确需改版前数据时由施工总承包单位提出，经五步办理后提供。",
        "The general contractor asks for old data; it is given after five steps.",
    ),
    "history_way": ("办理进度", "Steps"),
    "history_rule": (
        "书面说明、三方确认、监督机构核实、总站接收、提供数据，缺一不可（A-57）。",
        "Statement, three confirmations, verification, acceptance, release: none may be missing (A-57).",
    ),
    "history_search_hint": ("项目、用途", "Project or purpose"),
    "history_records": ("调取的数据", "The old data"),
    "records_search_hint": ("姓名、单位、工种", "Name, employer or trade"),
    "records_none": ("旧系统中没有这段时间的记录", "The old system has no record of these days"),
    "records_none_why": ("按项目名称、合同名称和报建编号查找。", "Sought by the project's names and registration number."),
    "col_asked_from": ("调取自", "Asked from"),
    "col_asked_until": ("调取至", "Asked until"),
    "col_history_state": ("进度", "Progress"),
    "col_statement": ("用途说明", "What it is needed for"),
    "col_first_day": ("在册自", "From"),
    "col_last_day": ("在册至", "Until"),
    "history_paper": ("签字盖章的材料", "Signed and sealed paper"),
    "history_refuse": ("不予调取", "Refuse"),
    "history_refuse_ask": ("不予调取？申请随即结束。", "Refuse? The request ends with that."),
    "history_draft": ("待提交说明", "Draft"),
    "history_stated": ("待三方确认", "To be confirmed"),
    "history_confirmed": ("待监督机构核实", "To be verified"),
    "history_verified": ("待总站接收", "To be accepted"),
    "history_accepted": ("待提供", "To be released"),
    "history_given": ("已提供", "Given"),
    "history_refused": ("不予调取", "Refused"),
    "act_statement": ("施工总承包单位书面说明", "Written statement of the general contractor"),
    "act_owner": ("建设单位确认", "Confirmed by the owner"),
    "act_supervisor": ("监理单位确认", "Confirmed by the supervisor"),
    "act_contractor": ("施工单位确认", "Confirmed by the contractor"),
    "act_verification": ("监督机构核实", "Verified by the supervision body"),
    "act_acceptance": ("总站接收", "Accepted by the head station"),
    "act_release": ("提供数据", "Data released"),
    "act_do": ("办理", "Do this"),
    "act_ask": ("办理“{act}”？办理后不能撤回。", "'{act}'? It cannot be taken back."),
    "section_history": ("申请调取历史数据", "Ask for old data"),
    "field_statement": ("用途说明", "What it is needed for"),
    "done_history_asked": ("申请已建立，请提交书面说明。", "The request is there: hand the statement in."),
}
