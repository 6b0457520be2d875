"""转入转出: asking another employer for a worker, and answering."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_transfers": ("转入转出", "Transfers"),
    "nav_all_transfers": ("转入转出", "Transfers"),
    "transfers_lead": (
        "一名工人同一时间只属于一个用人单位（A-30）：要用别的单位的人，先提出申请；别的单位要用本单位的人，在这里答复",
        "A worker has one employer at a time (A-30): ask for another company's worker, and answer for your own",
    ),
    "transfers_all_lead": (
        "各用人单位之间的转入申请；逾期未答复的列为“已失效”",
        "Requests between employers; those left unanswered have lapsed",
    ),
    "transfer_side_asked": ("等本单位答复", "For you to answer"),
    "transfer_side_asking": ("本单位提出", "Asked by you"),
    "transfer_state_waiting": ("等待答复", "Waiting for the answer"),
    "transfer_state_released": ("已同意，等离职生效", "Released, waits for the departure"),
    "transfer_state_completed": ("已完成登记", "Registered"),
    "transfer_state_refused": ("未同意", "Refused"),
    "transfer_state_withdrawn": ("已撤回", "Withdrawn"),
    "transfer_state_lapsed": ("逾期失效", "Lapsed"),
    "transfer_state_failed": ("未能完成", "Not completed"),
    "by_transfer_state": ("状态", "State"),
    "col_transfer_company": ("对方单位", "The other company"),
    "col_transfer_from": ("现用人单位", "Present employer"),
    "col_transfer_to": ("申请单位", "Asking company"),
    "col_transfer_state": ("状态", "State"),
    "col_asked_at": ("提出时间", "Asked"),
    "col_transfer_side": ("方向", "Side"),
    "col_answer_by": ("答复期限", "Answer by"),
    "col_joins_on": ("转入日期", "Joins on"),
    "transfers_search_hint": ("姓名、单位名称", "Name or company"),
    "col_due": ("期限", "By when"),
    "transfer_answer_by": ("{day} 前答复", "answer by {day}"),
    "transfer_departs": ("{day} 起转入", "from {day}"),
    "transfer_title": ("转入申请", "Transfer"),
    "transfers_none": ("没有转入转出申请", "No transfers"),
    "transfers_none_why": (
        "登记的人员另有用人单位时，可以在登记页面上直接提出转入申请。",
        "When somebody whom you register has another employer, ask for the transfer on that page.",
    ),
    "transfer_ask": ("向现用人单位提出转入申请", "Ask the present employer for a transfer"),
    "do_ask_transfer": ("申请转入", "Ask for transfer"),
    "transfer_ask_row": (
        "向 {name} 的现用人单位提出转入申请？本行内容会加密保存，对方同意且离职生效后自动登记。",
        "Ask the present employer of {name}? This row is kept sealed and registered once they release the worker.",
    ),
    "transfer_ask_why": (
        "所填内容会加密保存，不必重填。现用人单位在门户中答复：同意并登记离职的，离职生效后本登记自动完成；"
        "{days} 天内未答复的，申请失效并通知您。对方看不到您填写的合同和工资。",
        "What you typed is kept sealed. The present employer answers in its portal: once a departure it records has taken effect, this"
        " registration completes by itself; without an answer within {days} days the request lapses. They never see your terms.",
    ),
    "done_transfer_asked": ("转入申请已发给现用人单位。", "The present employer has your request."),
    "done_transfer_released": (
        "已同意转出并登记离职；生效前可在“离职”页撤销。",
        "Released, with a departure; it can be taken back under Departures.",
    ),
    "done_transfer_refused": ("已答复：不同意转出。", "Answered: the worker stays."),
    "done_transfer_withdrawn": ("申请已撤回，保存的内容已删除。", "Withdrawn; what was kept is gone."),
    "section_release": ("同意转出", "Release"),
    "section_release_lead": (
        "同意即登记离职：该日期之前，分派和通行权不变；该日零点起，本单位名下的分派全部结束，对方的登记自动完成。",
        "Releasing records a departure: until that date nothing changes; from its 00:00 every assignment under you ends and their "
        "registration completes.",
    ),
    "section_refusal": ("不同意转出", "Refuse"),
    "do_release": ("同意并登记离职", "Release and record the departure"),
    "release_ask": (
        "同意转出并登记离职？生效前可以撤销。",
        "Release the worker and record the departure? It can be taken back before its date.",
    ),
    "do_refuse_transfer": ("不同意", "Refuse"),
    "field_transfer_reason": ("理由", "Reason"),
    "hint_transfer_reason": ("申请单位会看到，请勿写个人信息", "The asking company reads it: no personal data"),
    "do_withdraw_transfer": ("撤回申请", "Withdraw"),
    "withdraw_transfer_ask": ("撤回对 {name} 的转入申请？", "Withdraw the request for {name}?"),
    "transfer_already_leaving": (
        "已登记该人员 {day} 离职，同意时请使用同一日期。",
        "A departure on {day} is recorded already: release with the same date.",
    ),
    "transfer_what_next": ("接下来", "What happens next"),
    "transfer_next_waiting_asking": (
        "等 {company} 答复；{day} 前未答复的，申请失效。",
        "{company} answers; without an answer by {day} the request lapses.",
    ),
    "transfer_next_waiting_asked": ("请在 {day} 前答复。", "Please answer by {day}."),
    "transfer_next_released": (
        "{day} 零点离职生效后，系统自动完成登记，无需操作。",
        "The departure takes effect at 00:00 of {day}; then the registration completes by itself.",
    ),
    "transfer_next_completed": ("登记已完成，可以分派到项目。", "Registered: the worker can be assigned."),
    "transfer_next_over": ("本申请已结束。", "This request is over."),
    "transfer_refused_because": ("对方说明：{reason}", "Their reason: {reason}"),
    "desk_transfers_asked": ("转出申请待答复", "Transfers to answer"),
    "desk_transfers_asked_do": ("别的单位要用本单位的人，请在期限内答复", "Another company asks for your worker"),
    "desk_transfers_asking": ("本单位提出的转入申请", "Transfers you asked for"),
    "desk_transfers_asking_do": ("等对方答复，或等离职生效", "Waiting for the answer or the departure"),
    "part_transfers": ("转入转出", "Transfers"),
    "deed_transfer.asked": ("提出申请", "Asked"),
    "deed_transfer.retyped": ("修改所填内容", "Form changed"),
    "deed_transfer.released": ("同意转出", "Released"),
    "deed_transfer.refused": ("未同意", "Refused"),
    "deed_transfer.withdrawn": ("撤回", "Withdrawn"),
    "deed_transfer.lapsed": ("逾期失效", "Lapsed"),
    "deed_transfer.completed": ("完成登记", "Registered"),
    "deed_transfer.failed": ("未能完成", "Not completed"),
    "to_worker": ("打开工人资料", "Open the worker"),
}
