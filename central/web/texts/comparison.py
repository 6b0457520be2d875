"""工资合同比对, 默认值, 操作说明."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nav_comparison": ("合同工资比对", "Contracts and wages"),
    "comparison_lead": ("只读；金额默认不显示", "Read-only; amounts are hidden"),
    "comparison_none": ("没有可比对的人员", "Nobody to compare"),
    "comparison_none_why": ("人员分派到本项目并接收后显示在这里。", "People show here once they are assigned and accepted."),
    "comparison_rule": (
        "合同与工资是各方监管比对的重点信息：总包和监督机构可看，均为只读；每次查看金额都有记录（A-61）。",
        "Contracts and wages are compared by the general contractor and by supervision, read-only; each look at an amount is noted "
        "with who and why (A-61).",
    ),
    "col_contract_dates": ("合同起止", "Contract"),
    "col_wage_kind": ("工资类型", "Wage type"),
    "col_basic_wage": ("基本工资", "Basic wage"),
    "col_pay_bank": ("开户行与卡号", "Bank and card"),
    "col_compared": ("比对", "Comparison"),
    "col_reveal": ("金额", "Amounts"),
    "comparison_search_hint": ("姓名、用人单位", "Name or employer"),
    "col_contract_from": ("合同开始", "Contract from"),
    "col_contract_until": ("合同结束", "Contract until"),
    "col_bank": ("开户行", "Bank"),
    "col_card": ("卡号", "Card"),
    "compared_any": ("有提示的", "Anything to look at"),
    "compared_below": ("低于最低标准", "Below the reference"),
    "compared_short": ("合同早于竣工到期", "Ends before completion"),
    "compared_changed": ("进场后修改过", "Changed after entry"),
    "compared_fits": ("相符", "In order"),
    "do_reveal_wages": ("查看金额", "Show the amounts"),
    "why_reveal": ("查看原因（将被记录）", "Reason (it is noted)"),
    # 默认值
    "nav_defaults": ("默认值", "Defaults"),
    "defaults_lead": (
        "登记时没有填写的相对固定项由默认值填入并注明，可以修改；小范围优先（A-14）。",
        "What is relatively fixed and left blank is filled in and marked as such; it can be changed. The narrower place wins (A-14).",
    ),
    "defaults_none": ("还没有默认值", "No defaults yet"),
    "defaults_none_why": ("在下方填写常用的合同与工资项目。", "Fill in the usual items of contract and wages below."),
    "defaults_empty": ("没有设置任何项", "Nothing set"),
    "default_company": ("全单位", "The whole company"),
    "section_default_place": ("适用范围", "For whom"),
    "field_default_place": ("适用范围", "For whom"),
    # 操作说明
    "modules_title": ("操作说明", "How it is done"),
    "module_steps": ("操作步骤", "Steps"),
    "module_version": ("依据：{version}", "After: {version}"),
    "module_video": (
        "操作视频《{name}》按以上步骤录制，法规发布后随同版本提供。",
        "The operation video '{name}' shows these steps; it comes with the edition once the regulation is published.",
    ),
    "module_registration": ("工人登记", "Registering a worker"),
    "module_registration_1": (
        "用人单位用企业证书登录，进入“工人”，点“登记工人”。",
        "The employer signs in with its certificate and opens Workers, Register.",
    ),
    "module_registration_2": (
        "读取身份证；没有读卡器的可手工录入，随后由核验服务核实。",
        "Read the ID card; without a reader type it, and the verification service checks it later.",
    ),
    "module_registration_3": (
        "填写合同与工资各项，标“默认”的项请核对。",
        "Fill in contract and wages; check what is marked as a default.",
    ),
    "module_registration_4": (
        "提交；有误的项会逐一标出，已填内容不丢失。",
        "Send it; each wrong item is marked and nothing typed is lost.",
    ),
    "module_assignment": ("人员项目分派", "Assigning people"),
    "module_assignment_1": ("在“工人”中勾选人员，点“分派”。", "Mark people in Workers and choose Assign."),
    "module_assignment_2": ("选择项目、班组和一个工种。", "Choose the project, a team and one trade."),
    "module_assignment_3": (
        "用工单位接收之前可以修改或撤回；退回的改好后重新提交。",
        "Until the using unit accepts, it can be changed or withdrawn; a returned one is sent again.",
    ),
    "module_assignment_4": ("整个班组可以从班组页一次派往项目。", "A whole team is sent from its page."),
    "module_entry": ("进场确认", "Confirming entry"),
    "module_entry_1": ("项目部登录，进入“进场确认”。", "The project's office opens Entry."),
    "module_entry_2": (
        "打开人员，输入身份证号核对是否一致，号码不会显示。",
        "Open a person and type the ID number to compare; it is not shown.",
    ),
    "module_entry_3": ("确认进场，或写明原因退回。", "Confirm, or return with the reason."),
    "module_entry_4": (
        "二级劳务人员先由一级专业分包接收，再由总包确认。",
        "Second-level people are accepted by the first-level subcontractor first.",
    ),
    "module_gates": ("门禁与登记台", "Gates and kiosk"),
    "module_gates_1": ("总包在“门禁设备”登记设备，得到领取码。", "The general contractor announces a box and gets its claim code."),
    "module_gates_2": ("在设备上输入领取码启用。", "Enter the code at the box."),
    "module_gates_3": (
        "工人在登记台录入人脸，或选择只用身份证，两者地位相同。",
        "Workers enrol at the kiosk, or choose the card only, with equal standing.",
    ),
    "module_gates_4": ("断网时门禁照常工作，恢复后自动上传。", "Without network the gates go on and report later."),
    "module_attendance": ("考勤", "Attendance"),
    "module_attendance_1": ("通行记录自动形成考勤，不能手工改写。", "Passages make the attendance; nobody rewrites it."),
    "module_attendance_2": ("漏记的由项目部申请补卡并附依据。", "A missing one is requested by the office with its evidence."),
    "module_attendance_3": (
        "每月核对后发布，发布后可导出工资对照表。",
        "A month is checked and published; then the wage sheet is exported.",
    ),
    "module_departure": ("离职与竣工", "Departure and completion"),
    "module_departure_1": ("用人单位登记离职，选择当日或以后的日期。", "The employer records a departure for today or later."),
    "module_departure_2": ("班组长离职须先指定接任者，组员不变。", "A leader names a successor first; the members stay as they are."),
    "module_departure_3": ("分包完工、项目竣工由总包在“参建单位”办理。", "Completion is the general contractor's, under Participants."),
    "module_departure_4": ("没有单独的退场操作，不用办理。", "There is no separate exit to be done."),
    "module_history": ("历史数据", "Earlier data"),
    "module_history_1": ("项目部写明原因提出申请。", "The office asks, with its reason."),
    "module_history_2": (
        "建设、监理、施工单位盖章说明后逐级审核。",
        "Owner, supervisor and contractor state it under seal; then it is examined.",
    ),
    "module_history_3": ("通过后在同一页查看。", "Once granted it is read on the same page."),
}
