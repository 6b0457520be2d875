"""Every word the portal shows: key -> (Chinese, English). Chinese first; a person switches, and the choice is kept in a cookie."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("zh", "en")

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # the frame of every page
    "brand": ("工门", "Gongmen"),
    "tagline": ("工地实名制门禁", "Real-name site gates"),
    "help": ("答疑", "Help"),
    "help_text": (
        "遇到问题请联系：{path}。请附上截图和页面底部的编号，便于查找。",
        "Ask for help: {path}. Please add a screenshot and the number at the foot of the page.",
    ),
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
    "request_id": ("编号", "Number"),
    "other_language": ("English", "中文"),
    "sign_out": ("退出登录", "Sign out"),
    "skip": ("跳到正文", "Skip to content"),
    "nav_project": ("用工查询", "Labour query"),
    "nav_workers": ("本单位工人", "Our workers"),
    "nav_projects": ("项目", "Projects"),
    "role_employer": ("用人单位", "Employer"),
    "role_contractor": ("项目部", "Project office"),
    "role_authority": ("监管", "Supervision"),
    "role_administrator": ("系统管理", "Administration"),
    # signing in
    "sign_in": ("登录", "Sign in"),
    "username": ("账号", "Account"),
    "password": ("密码", "Password"),
    "show_password": ("显示密码", "Show password"),
    "sign_in_hint": (
        "企业账号看本单位工人，项目账号看本项目人员。",
        "An employer's account shows its workers, a project account its project.",
    ),
    "sign_in_incomplete": ("请填写账号和密码。", "Please fill in account and password."),
    "form_expired": ("页面停留时间过长，请再提交一次。", "The page was open for too long. Please send it again."),
    "session_ended": (
        "登录已失效，请重新登录；登录后回到刚才的页面。",
        "Your session has ended. Sign in again to return to where you were.",
    ),
    "signed_out": ("已退出登录。", "You are signed out."),
    # 用工查询
    "people_title": ("用工查询", "Labour query"),
    "workers_title": ("本单位工人", "Our workers"),
    "workers_lead": ("本单位工人在各项目的分派，一次分派一行", "Our workers' assignments on every project, one row each"),
    "projects_title": ("项目", "Projects"),
    "projects_lead": ("可查看的项目", "Projects you may look at"),
    "on_site": ("当前在场", "On site now"),
    "passages_today": ("今日通行", "Passages today"),
    "refused_today": ("今日拒绝", "Refused today"),
    "gates_online": ("门禁在线", "Gates online"),
    "unit_people": ("人", "people"),
    "unit_times": ("次", ""),
    "of_total": ("/ {total}", "of {total}"),
    "reg_no": ("报建编号", "Registration no."),
    "contact": ("项目联系人", "Contact"),
    "search": ("搜索", "Search"),
    "search_hint": ("姓名、证件号末几位、班组、单位", "Name, end of ID number, team, company"),
    "search_key": ("按 / 搜索", "press / to search"),
    "all": ("全部", "All"),
    "col_no": ("序号", "No."),
    "col_name": ("姓名", "Name"),
    "col_id": ("证件号", "ID number"),
    "col_trade": ("工种", "Trade"),
    "col_team": ("班组", "Team"),
    "col_employer": ("用人单位", "Employer"),
    "col_using_unit": ("用工单位", "Using unit"),
    "col_level": ("级别", "Level"),
    "col_state": ("状态", "State"),
    "col_entry": ("进场时间", "Entry time"),
    "col_face": ("人脸", "Face"),
    "col_seen": ("最近通行", "Last passage"),
    "col_project": ("项目", "Project"),
    "sort_by": ("按{column}排序", "Sort by {column}"),
    "level_0": ("总包", "GC"),
    "level_1": ("一级", "Level 1"),
    "level_2": ("二级", "Level 2"),
    "level_n": ("{level} 级", "Level {level}"),
    "state_assigned": ("待确认", "Waiting"),
    "state_accepted_by_sub": ("分包已接收", "Accepted by sub"),
    "state_confirmed": ("已进场", "Confirmed"),
    "state_returned": ("已退回", "Returned"),
    "state_withdrawn": ("已撤回", "Withdrawn"),
    "state_ended": ("已结束", "Ended"),
    "waiting_for": ("待 {company} 确认", "waiting for {company}"),
    "end_departure": ("离职", "departure"),
    "end_death": ("身亡", "death"),
    "end_completion": ("竣工", "completion"),
    "face_granted": ("已录入", "Enrolled"),
    "face_refused": ("刷卡", "Card"),
    "face_ended": ("已停用", "Ended"),
    "face_none": ("未录入", "Not yet"),
    "way_01": ("进", "in"),
    "way_02": ("出", "out"),
    "never": ("尚未通行", "Never"),
    "just_now": ("刚刚", "just now"),
    "minutes_ago": ("{n} 分钟前", "{n} min ago"),
    "today_at": ("今天 {time}", "today {time}"),
    "yesterday_at": ("昨天 {time}", "yesterday {time}"),
    "refreshed": ("每 {seconds} 秒更新，截至 {time}", "updates every {seconds} s, as of {time}"),
    "stalled": ("连接中断，以下是 {time} 的数据，正在重新连接……", "Connection lost. This is as of {time}; trying again…"),
    "range": ("第 {first} 至 {last} 行，共 {total} 行", "Rows {first} to {last} of {total}"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "keys": ("键盘：/ 搜索，↑↓ 选择，Enter 打开", "Keys: / search, ↑↓ move, Enter opens"),
    # empty states say why and what next
    "empty_no_match": ("没有符合条件的人员", "Nobody matches"),
    "empty_no_match_why": (
        "本项目有 {total} 人，但没有人符合现在的条件。",
        "{total} people are here, but none fits the present conditions.",
    ),
    "empty_no_match_do": ("清除条件", "Clear the conditions"),
    "empty_nobody": ("还没有人员分派到本项目", "Nobody is assigned to this project yet"),
    "empty_nobody_why": (
        "请按顺序核对：① 当前登录的是不是本项目施工总包的项目账号；② 用人单位是否已将人员分派到本项目（报建编号 {reg_no}）。",
        "Check in this order: 1. are you signed in with the project account of this project's general contractor; "
        "2. has the employer assigned people to this project (registration no. {reg_no})?",
    ),
    "empty_waiting": ("人员已分派，正在等待分包接收", "People are assigned and wait for a subcontractor"),
    "empty_waiting_why": (
        "二级劳务人员须先由一级专业分包接收，然后在这里显示。正在等待：{companies}。请通知对方登录系统接收。",
        "People of second-level labour companies appear after the first-level subcontractor has accepted them. "
        "Waiting for: {companies}. Please ask them to sign in and accept.",
    ),
    "also_waiting": (
        "另有人员待一级专业分包接收后显示：{companies}。",
        "More people will appear after acceptance by their first-level subcontractor: {companies}.",
    ),
    "waiting_item": ("{company}（{count} 人）", "{company} ({count})"),
    "empty_workers": ("本单位还没有登记工人", "No workers are registered yet"),
    "empty_workers_why": (
        "登记工人并分派到项目后，在这里可以看到各项目的确认情况。",
        "Register workers and assign them; their acceptance on each project shows here.",
    ),
    "empty_projects": ("没有可查看的项目", "There is no project to look at"),
    "empty_projects_why": ("账号尚未关联项目，请联系管理员。", "Your account is not tied to a project. Ask your administrator."),
    # one person
    "person_back": ("返回列表", "Back to the list"),
    "person_steps": ("进场进度", "The way to the gate"),
    "person_facts": ("人员信息", "Facts"),
    "step_registered": ("登记", "Registered"),
    "step_assigned": ("分派到本项目", "Assigned to this project"),
    "step_accepted": ("{company} 接收", "Accepted by {company}"),
    "step_accepted_open": ("待 {company} 接收", "To be accepted by {company}"),
    "step_confirmed": ("总包确认进场", "Confirmed by the general contractor"),
    "step_enrolled": ("录入人脸或选择刷卡", "Face taken, or card chosen"),
    "entry_time_rule": (
        "进场时间是总包确认的时刻，由系统记录，不能更改（规则 A-41）。",
        "Entry time is the moment the general contractor accepted; the system records it and it cannot be changed (rule A-41).",
    ),
    "masked_rule": ("证件号已掩码显示（规则 A-44）。", "The ID number is shown masked (rule A-44)."),
    "return_reason": ("退回原因", "Reason for return"),
    # error pages
    "error_404": ("找不到这个页面", "There is no such page"),
    "error_404_why": (
        "可能的原因：① 地址有误；② 当前账号不属于该项目或单位。请核对登录的账号（现为：{account}）。",
        "Either the address is wrong, or your account does not belong to that project or company. You are signed in as: {account}.",
    ),
    "error_403": ("没有权限", "Not allowed"),
    "error_429": ("请稍后再试", "Please try again later"),
    "error_500": ("系统出错了", "Something went wrong"),
    "error_other": ("无法完成", "This cannot be done"),
    "error_home": ("返回首页", "Home"),
    "nobody_signed_in": ("未登录", "nobody"),
}


class Texts:
    """The texts in one language, for a template: `t("people_title")`, `t("range", first=1, last=50, total=90)`."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._column = LANGUAGES.index(self.language)

    @property
    def other(self) -> str:
        """The language to switch to."""
        return LANGUAGES[1 - self._column]

    def __call__(self, key: str, **values: object) -> str:
        """The text with its values filled in. Raises `KeyError` for a key without texts."""
        return TEXTS[key][self._column].format(**values)

    def problem(self, pair: tuple[str, str]) -> str:
        """This language's part of a problem's two texts."""
        return pair[self._column]
