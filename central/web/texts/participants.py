"""参建单位, completion, an assignment changed, 勤杂 in one step, a suspension that ends."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_participants": ("参建单位", "Participants"),
    "participants_none": ("还没有参建单位", "No participants yet"),
    "participants_none_why": ("先由系统管理员登记施工总承包单位。", "The system administrator registers the general contractor first."),
    "col_company": ("单位", "Company"),
    "col_participant_role": ("参建类型", "Role"),
    "col_participant_under": ("上级单位", "Stands under"),
    "col_participant_state": ("状态", "State"),
    "col_open_people": ("在册人员", "People"),
    "participant_active": ("参建中", "Taking part"),
    "participant_completed": ("已完工", "Completed"),
    "part_general_contractor": ("施工总承包", "General contractor"),
    "part_professional_sub": ("专业分包", "Professional subcontractor"),
    "part_labour_sub": ("劳务分包", "Labour subcontractor"),
    "part_owner": ("建设单位", "Owner"),
    "part_supervisor": ("监理单位", "Supervisor"),
    "section_participant": ("增加参建单位", "Add a participant"),
    "section_participant_lead": (
        "单位须先由系统管理员登记；按统一社会信用代码查找。",
        "The company must be registered by the system administrator; it is found by its credit code.",
    ),
    "field_uscc": ("统一社会信用代码", "Unified social credit code"),
    "field_participant_role": ("参建类型", "Role"),
    "field_parent_id": ("上级单位", "Stands under"),
    "hint_parent_id": ("留空表示直接由施工总承包管理", "Blank: directly under the general contractor"),
    "do_add_participant": ("增加", "Add"),
    "done_participant_added": ("参建单位已增加。", "The participant is added."),
    "do_complete": ("分包完工", "Complete the subcontract"),
    "do_complete_project": ("项目竣工", "Complete the project"),
    "complete_ask": (
        "“{name}”完工？\n将结束 {parts} 个单位（含其下级）和 {people} 人的分派，他们不能再进场。此操作不能撤回。",
        "Complete '{name}'?\n{parts} companies (those under it too) and the assignments of {people} people end; they can enter no more. "
        "This cannot be taken back.",
    ),
    "complete_project_ask": (
        "“{name}”竣工？\n将结束全部 {parts} 个施工单位和 {people} 人的分派，门禁不再放行。此操作不能撤回。",
        "Complete '{name}'?\nAll {parts} companies and the assignments of {people} people end; the gates let nobody in any more. "
        "This cannot be taken back.",
    ),
    "complete_rule": (
        "分包完工，其本单位和下级单位人员的分派随之结束；项目竣工，全部结束。没有单独的退场操作（A-50、A-53）。",
        "With a subcontract end the assignments of its people and of those under it; with the project, all. There is no separate exit "
        "(A-50, A-53).",
    ),
    "done_completed": ("已完工，{n} 人的分派随之结束。", "Completed; {n} assignments ended with it."),
    "done_completed_nobody": ("已完工，没有需要结束的分派。", "Completed; there was no assignment to end."),
    # an assignment changed
    "assignment_edit": ("修改分派", "Change the assignment"),
    "assignment_edit_rule": (
        "用工单位接收之前可以修改；已退回的，保存后重新提交（A-34）。",
        "It can be changed until the using unit accepts it; a returned one is sent again by saving (A-34).",
    ),
    "assignment_locked": ("分派已锁定", "The assignment is locked"),
    "assignment_locked_do": (
        "班组或班组长变动，请在“班组”中办理（A-37），进场时间不变。",
        "A change of team or leader is made under Teams (A-37); the entry time stays.",
    ),
    "section_assignment": ("分派", "Assignment"),
    "team_other_project": ("换项目后班组清空，保存后再选", "Another project clears the team; choose it after saving"),
    "done_assignment_edited": ("分派已修改，等待用工单位接收。", "The assignment is changed and waits for the using unit."),
    # 勤杂 in one step
    "nav_misc_staff": ("勤杂、保安", "Misc. staff"),
    "misc_lead": (
        "总承包单位自有的勤杂、保安：登记、分派、确认进场一次完成，须读取身份证（A-29）。",
        "The general contractor's own: registered, assigned and confirmed in one step, with the ID card read (A-29).",
    ),
    "section_misc_place": ("项目", "Project"),
    "do_take_on": ("登记并确认进场", "Register and confirm entry"),
    "done_misc_taken_on": ("已登记、分派并确认进场。", "Registered, assigned and confirmed."),
    # a suspension that ends
    "field_resumed_on": ("复工日期", "Work resumes on"),
    "do_resume": ("复工", "Resume"),
    "resume_ask": ("停工“{reason}”按填写的日期复工？", "Let work resume after '{reason}' on the day given?"),
    "done_resumed": ("复工日期已登记。", "The day of resumption is recorded."),
}
