"""看板 live, the employer's attendance, the supervision's coverage."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "refused_last": ("最近几次", "The last ones"),
    "board_asking": (
        "实时推送未能接通，改为每 10 秒更新。",
        "Nothing is pushed here: the board asks by itself every 10 seconds.",
    ),
    "board_wall": ("大屏", "Wall screen"),
    "board_as_of": ("截至 {time}", "as of {time}"),
    "board_stalled": ("连接中断，显示的是断开前的数据，正在重新连接……", "Connection lost: these are the last figures. Reconnecting…"),
    "no_team": ("未分班组", "No team"),
    "alarms": ("需要留意", "To look at"),
    "alarms_none": ("没有需要留意的情况。", "Nothing to look at."),
    "alarm_long_stay": (
        "{name}（{team}）自 {since} 起在场，已超过 12 小时",
        "{name} ({team}) has been on site since {since}, over 12 hours",
    ),
    "alarm_absent": ("有 {n} 人连续缺勤达提醒天数", "{n} absent for the project's days of notice"),
    "alarm_silent": ("门禁“{gate}”没有联系，最近一次 {ago}", "Gate '{gate}' is silent, last heard {ago}"),
    "refused_none": ("今天没有被拒绝的通行。", "Nobody was refused today."),
    # employer
    "nav_own_attendance": ("考勤与工资表", "Attendance and wages"),
    "own_attendance_lead": ("本单位工人在各项目的考勤", "Our workers' attendance on every project"),
    "own_attendance_none": ("本月没有在项目上的工人", "None of our workers was on a project this month"),
    "own_attendance_none_why": (
        "分派并由总包确认进场后，考勤显示在这里。",
        "Assign workers; once the general contractor has confirmed them, their days show here.",
    ),
    "col_people": ("人数", "People"),
    "col_month_state": ("月考勤状态", "Month"),
    "col_links": ("查看", "Open"),
    "month_open": ("未定稿", "Not frozen"),
    "month_public": ("公示中，至 {until}", "Public until {until}"),
    "month_final": ("已定稿", "Frozen"),
    "part_attendance": ("考勤", "Attendance"),
    "worker_attendance_none": ("本月没有考勤", "No attendance this month"),
    "part_sign_months": ("待签字的月考勤", "Months to sign"),
    "sign_months": ("待核对签字的月考勤表", "Monthly sheets to check and sign"),
    "sign_months_none": ("没有公示中的月考勤表。", "No month is public now."),
    "sign_months_line": (
        "{project} · {month}：公示至 {until}，本单位 {n} 人",
        "{project} · {month}: public until {until}, {n} of our people",
    ),
    # supervision
    "nav_coverage": ("覆盖与更新", "Coverage"),
    "coverage_lead": ("在建项目的考勤覆盖率与更新率", "Coverage and update rate of the projects under way"),
    "coverage_rate": ("覆盖率", "Coverage"),
    "coverage_of": ("{n} / {all} 个项目当日有考勤，目标 100%", "{n} of {all} projects have passages, target 100 %"),
    "update_rate": ("更新率", "Update rate"),
    "update_of": ("{n} / {all} 个项目当日数据已到齐，目标不低于 85%", "{n} of {all} projects have told everything, target 85 %"),
    "coverage_none": ("没有在建项目", "No project is under way"),
    "coverage_none_why": ("项目开工后显示在这里。", "Projects appear once they have begun."),
    "col_seen_heads": ("当日出勤", "Present"),
    "col_told_until": ("数据到齐至", "Complete until"),
    "col_gates_online": ("门禁在线", "Gates online"),
    "col_gates_all": ("门禁数", "Gates"),
    "col_gates_now": ("门禁在线", "Gates online"),
    "col_judged": ("情况", "State"),
    "reporting_ok": ("正常", "Well"),
    "reporting_late": ("未报齐", "Not complete"),
    "reporting_silent": ("无考勤", "No passages"),
}
