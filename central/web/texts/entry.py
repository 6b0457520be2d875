"""进场确认, one person's page, comparing and revealing."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_queue": ("进场确认", "Entry confirmation"),
    "col_since": ("分派时间", "Assigned"),
    "queue_empty": ("没有待确认的人员", "Nobody waits for confirmation"),
    "queue_empty_why": (
        "用人单位分派到本项目、并经一级专业分包接收的人员，会出现在这里。",
        "People appear here once their employer has assigned them and the first-level subcontractor has accepted.",
    ),
    "queue_no_match_why": ("待确认的人员里没有人符合搜索条件。", "Nobody among those who wait fits the search."),
    "queue_rule": (
        "确认的时刻就是进场时间，由系统记录，不能补填、不能更改（A-41）。核对证件请打开人员页，用“核对号码”（A-44）。",
        "The moment of confirmation is the entry time; the system records it and nobody can change it (A-41). To verify the card, open "
        "the person and compare the numbers (A-44).",
    ),
    "do_accept": ("确认进场", "Confirm entry"),
    "do_return": ("退回", "Return"),
    "do_withdraw": ("撤回分派", "Withdraw"),
    "accept_ask": (
        "确认 {n} 人进场？此刻即为进场时间，确认后不能更改。",
        "Confirm the entry of {n}? This moment becomes the entry time and cannot be changed.",
    ),
    "accept_one_ask": (
        "确认“{name}”进场？此刻即为进场时间，确认后不能更改。",
        "Confirm the entry of '{name}'? This moment becomes the entry time and cannot be changed.",
    ),
    "return_one_ask": ("把“{name}”退回用人单位？对方修改后可再次分派。", "Return '{name}' to the employer? It can mend and assign again."),
    "withdraw_ask": (
        "撤回“{name}”到“{project}”的分派？撤回后可以重新分派。",
        "Withdraw the assignment of '{name}' to '{project}'? It can be assigned again.",
    ),
    "not_accepted": ("以下人员未能确认：", "Not confirmed:"),
    "done_accepted": ("已确认 {n} 人。", "{n} confirmed."),
    "done_returned": ("已退回 {n} 人。", "{n} returned."),
    "done_withdrawn": ("分派已撤回，可以重新分派。", "The assignment is withdrawn; it can be made again."),
    "field_reason": ("原因", "Reason"),
    "field_purpose": ("用途", "Purpose"),
    "field_remark": ("说明", "Remark"),
    "part_facts": ("人员信息", "Facts"),
    "compare_title": ("核对号码", "Compare numbers"),
    "compare_lead": (
        "输入证件上的号码，系统只回答一致或不一致，不显示号码；每次核对都有记录（A-44）。",
        "Type the numbers from the card: the answer is only whether they are the same; each comparison is recorded (A-44).",
    ),
    "compare_same": ("一致", "the same"),
    "compare_other": ("不一致，请核对证件", "not the same: look at the card again"),
    "do_compare": ("核对", "Compare"),
    "reveal_title": ("确有需要时查看完整号码", "See the whole numbers, if there is need"),
    "reveal_rule": ("谁、何时、为何查看，都会记录（A-44）。", "Who looked, when and what for is recorded (A-44)."),
    "reveal_noted": ("本次查看已记录。", "This is recorded."),
    "do_reveal": ("查看", "Reveal"),
    "purpose_confirm_entry": ("进场确认", "Entry confirmation"),
    "purpose_work_injury": ("工伤处理", "Work injury"),
    "purpose_wage_dispute": ("工资争议", "Wage dispute"),
    "purpose_inspection": ("监督检查", "Inspection"),
}
