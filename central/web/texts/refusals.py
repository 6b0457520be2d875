"""被拒记录: who was refused at the gates, and the checks that ran."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_refusals": ("被拒记录", "Denied attempts"),
    "part_refusals": ("被拒记录", "Denied attempts"),
    "refusals_lead": (
        "闸机没有放行的每一次：为什么、怎么办、做过哪些检查。从不留图像，保存 90 天。",
        "Every time a gate did not open: why, what to do, which checks ran. Never with an image, kept for 90 days.",
    ),
    "refusals_of_one": ("{name} 的被拒记录", "Denied attempts of {name}"),
    "refusals_of_one_all": ("全部人员", "Everybody"),
    "refusals_of_worker": ("为什么进不来：查看被拒记录", "Why the gate said no: denied attempts"),
    "refusals_of_day": ("当天被拒", "Refused that day"),
    "refusals_own_do": (
        "只有您本人和项目部看得到，从不留图像。不明白的，请拿着本页问项目部劳务员。",
        "You and the project's office see this, never with an image. If it is unclear, show this page to the labour clerk.",
    ),
    "refusals_none": ("没有被拒记录", "Nobody was refused"),
    "refusals_none_why": (
        "90 天内闸机没有拒绝过人；这里只显示您有权查看的人员。",
        "In 90 days no gate refused anybody whom you may see here.",
    ),
    "refusals_none_match": ("没有符合条件的被拒记录", "No denied attempt matches"),
    "refusals_rule": (
        "闸机不认识的人不记姓名（A-03）。总承包单位看到本项目全部记录，用人单位看到本单位工人的记录。",
        "Whom the gate does not know has no name here (A-03). The general contractor sees all of the project, an employer its own workers.",
    ),
    "refusals_not_yours": ("您没有查看考勤的授权。", "You have not been given the right to see attendance."),
    "refusals_more": ("查看全部并导出", "Show all, and export"),
    "refusals_all": ("今天的被拒记录：原因与做过的检查", "Today's denied attempts, with reasons and checks"),
    "refusals_truncated": ("只列出最近 {n} 次。", "The last {n} only."),
    "by_refused_why": ("原因", "Reason"),
    "by_gate": ("门禁", "Gate"),
    "by_day": ("日期", "Date"),
    "col_refused_who": ("人员", "Who"),
    "col_refused_why": ("为什么、怎么办", "Why, and what to do"),
    "col_checks": ("做过的检查", "Checks that ran"),
    "likeness": ("相似度 {score}", "likeness {score}"),
    "stranger": ("闸机不认识", "Unknown to the gate"),
    "deed_refusals.exported": ("导出被拒记录", "Denied attempts exported"),
}
