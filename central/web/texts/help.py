"""Help, and tickets with a screenshot (A-09)."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_help": ("帮助", "Help"),
    "help_title": ("答疑", "Help"),
    "help_lead": ("联系我们，或先看看常见问题。", "Reach us, or look at the frequent questions first."),
    "help_path": ("答疑路径", "How to reach us"),
    "help_shot": (
        "请附上截图，并告诉我们页面底部的编号：凭编号可以查到当时的记录。",
        "Please send a screenshot and the number at the foot of the page: it leads us to the record.",
    ),
    "help_q1": ("用人单位已分派，项目上为什么看不到？", "The employer has assigned people. Why does the project see nobody?"),
    "help_a1": (
        "先核对登录的是不是该项目施工总包的项目账号；二级劳务人员要等一级专业分包接收之后才显示（A-45、A-47）。",
        "Check that you use the project account of that project's general contractor. People of second-level labour companies appear "
        "after the first-level subcontractor has accepted them (A-45, A-47).",
    ),
    "help_q2": ("进场时间可以改吗？", "Can the entry time be changed?"),
    "help_a2": (
        "不可以。进场时间是总包确认的时刻，由系统记录；迟录的请保留印证材料（A-41、A-28）。",
        "No. It is the moment the general contractor accepted, as the system recorded it. "
        "Keep supporting material for late entries (A-41, A-28).",
    ),
    "help_q3": ("工人离开工地，要办退场吗？", "A worker has left the site. Is there an exit to be done?"),
    "help_a3": (
        "不用。是否在场以考勤为准；身亡、离职、竣工时自动退场（A-50）。",
        "No. Attendance decides; death, departure and completion end the assignment by themselves (A-50).",
    ),
    "help_q4": ("工人不愿意刷脸怎么办？", "What if a worker does not want face recognition?"),
    "help_a4": (
        "刷身份证即可，两种方式地位相同；在登记台选择“只用身份证”，已录入的也可以随时撤回。",
        "The ID card does, with equal standing: choose 'card only' at the kiosk. Consent can be withdrawn at any time.",
    ),
    "nav_tickets": ("求助单", "Tickets"),
    "tickets_lead": ("用户提交的问题、截图和页面编号", "What people asked, with screenshot and page number"),
    "tickets_none": ("没有求助单", "No tickets"),
    "tickets_none_why": (
        "遇到问题时，在帮助页写明情况并附上截图，处理结果在这里查看。",
        "Ask on the help page, with a screenshot; the answer shows here.",
    ),
    "my_tickets": ("我的求助单", "My tickets"),
    "ticket_one": ("求助单 {n}", "Ticket {n}"),
    "ticket_open": ("待答复", "Open"),
    "ticket_answered": ("已答复", "Answered"),
    "ticket_waits": ("已收到，答复后显示在这里。", "We have it; the answer shows here."),
    "ticket_picture_only": ("（只有截图）", "(screenshot only)"),
    "section_ticket": ("提交问题", "Ask us"),
    "section_ticket_lead": (
        "写明遇到的问题并附上截图；页面编号已自动填好，凭它可以查到当时的记录。",
        "Say what is wrong and add a screenshot. The page's number is filled in: it leads us to the record.",
    ),
    "section_answer": ("答复", "Answer"),
    "field_said": ("问题", "What is wrong"),
    "field_shot": ("截图", "Screenshot"),
    "field_about": ("页面编号", "Number of the page"),
    "field_page": ("页面", "Page"),
    "field_answer": ("答复内容", "Answer"),
    "col_answer": ("答复内容", "Answer"),
    "hint_shot": ("PNG、JPEG 或 WebP，最多 8 MB", "PNG, JPEG or WebP, 8 MB at most"),
    "done_ticket_asked": ("已收到您的问题，我们会尽快答复。", "We have your question and will answer soon."),
    "col_said": ("问题", "Question"),
    "col_about": ("页面编号", "Page number"),
    "col_who": ("提交人", "Asked by"),
    "col_asked": ("时间", "Time"),
    "col_ticket_state": ("状态", "State"),
}
