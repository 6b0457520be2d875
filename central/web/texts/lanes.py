"""通道与值守: where a worker or a team may pass."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_lanes": ("通道与值守", "Lanes and duty"),
    "part_lanes": ("通道与值守", "Lanes and duty"),
    "lanes_lead": (
        "默认每条通道都可通行。需要分流或限制时，按班组或按人设置；停工期间只有值守人员可以进场。",
        "Every lane is open by default. Set lanes by team or by worker; while the project stands still only those on duty may enter.",
    ),
    "lanes_of_site": ("本项目的通道", "This project's lanes"),
    "lanes_none": ("还没有门禁设备，先在“门禁设备”中登记。", "There are no gates yet: announce one under 'Gates' first."),
    "lanes_teams": ("设置过的班组", "Teams with a setting"),
    "lanes_teams_none": (
        "没有班组设置过通道。在“班组”中打开一个班组即可设置。",
        "No team has a setting. Open a team under 'Teams' to make one.",
    ),
    "lanes_people": ("单独设置过的人", "Workers with a setting of their own"),
    "lanes_people_none": ("没有人单独设置过", "Nobody has a setting of their own"),
    "lanes_people_none_why": (
        "在“用工查询”中打开一个人，在“通道与值守”页设置。",
        "Open somebody in the list of people and choose 'Lanes and duty'.",
    ),
    "lanes_rule": (
        "由施工总承包单位设置，几秒内下发到各门禁，断网后仍然有效；出场从不限制（A-60）。",
        "The general contractor sets this; the gates know it within seconds and keep to it offline. Going out is never limited (A-60).",
    ),
    "lanes_edit": ("设置通道与值守", "Set lanes and duty"),
    "section_lanes_of": ("可用通道", "Lanes"),
    "field_lanes_of": ("哪些通道", "Which lanes"),
    "field_lanes": ("可用通道", "Lanes"),
    "field_maintenance": ("停工期间可进场（值守、维护）", "May enter while the project stands still (duty, maintenance)"),
    "hint_maintenance": (
        "也不受开放时段限制；只给保安、值守和维护人员。",
        "Opening hours do not bind them either: only for guards, duty and maintenance.",
    ),
    "lanes_as_team": ("按班组", "As the team"),
    "lanes_all": ("全部通道", "Every lane"),
    "lanes_chosen": ("只限所选通道", "Only the chosen lanes"),
    "lanes_choose": ("所选通道", "Chosen lanes"),
    "lanes_gone": (
        "所设通道“{lanes}”已没有门禁设备，持此权限无法在别处进场，请重新设置。",
        "No gate stands at '{lanes}' any more and nowhere else opens: set the lanes anew.",
    ),
    "lanes_gone_short": ("所设通道已无设备", "No gate there any more"),
    "col_lanes": ("可用通道", "Lanes"),
    "col_duty": ("停工可进场", "On duty"),
    "lanes_from": ("来源", "Set for"),
    "lanes_from_own": ("本人", "this worker"),
    "lanes_from_team": ("班组", "the team"),
    "duty_yes": ("是", "Yes"),
    "duty_no": ("否", "No"),
    "done_lanes_set": ("已保存，正在下发到各门禁。", "Saved; the gates are being told."),
    "deed_assignment.lanes": ("设置通道与值守", "Lanes and duty set"),
    "deed_team.lanes": ("设置班组的通道与值守", "Lanes and duty of the team set"),
}
