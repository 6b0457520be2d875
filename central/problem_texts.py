"""The texts of the centre's own codes: what is wrong and what to do next, Chinese first. Slices declare theirs beside them."""

from __future__ import annotations

from typing import Final

GENERAL: Final[dict[str, tuple[str, str]]] = {
    "REQUEST_INVALID": (
        "请求内容不符合要求，请按 errors 中的提示逐项修改。",
        "The request is not valid: mend the fields listed in errors.",
    ),
    "FIELDS_INVALID": (
        "有多项内容不符合要求，请按 errors 中的提示逐项修改。",
        "Several fields need mending: see errors for each of them.",
    ),
    "BODY_NOT_JSON": ("请求体不是有效的 JSON，请检查格式。", "The body is not valid JSON: check its form."),
    "NOT_FOUND": (
        "没有找到，或您无权查看。请核对编号和登录账号。",
        "Not found, or not yours to see. Check the number and the account you use.",
    ),
    "METHOD_NOT_ALLOWED": ("该地址不支持此操作，请查看接口文档。", "This address does not support the method; see the API document."),
    "NOT_SIGNED_IN": ("请先登录或提供有效的访问令牌。", "Sign in, or send a valid bearer token."),
    "TOO_MANY_ATTEMPTS": ("尝试次数过多，请在 {retry_after_s} 秒后再试。", "Too many attempts: try again in {retry_after_s} seconds."),
    "ROLE_NOT_ALLOWED": (
        "当前账号的角色不能执行此操作，请使用有权限的账号。",
        "This account's role may not do this; use an account that may.",
    ),
    "VERSION_CONFLICT": ("数据已被他人修改，请刷新后再修改。", "The record has changed meanwhile: reload it and edit again."),
    "VERSION_REQUIRED": ("修改时须提供读到的版本（If-Match 或 version）。", "An edit must name the version it read (If-Match or version)."),
    "CONFLICT": (
        "与同时进行的另一操作冲突，请刷新后重试。",
        "This collided with another change made at the same time: reload and try again.",
    ),
    "BUSY_RETRY": ("系统繁忙，请稍后重试；重试不会重复登记。", "The system is busy: try again shortly. A retry is never registered twice."),
    "INTERNAL_ERROR": (
        "系统内部错误，已记录。请凭请求编号 {request_id} 联系支持。",
        "Internal error, recorded. Quote request id {request_id} to support.",
    ),
    "IDEMPOTENCY_KEY_INVALID": ("Idempotency-Key 须为 8 至 128 个可见字符。", "Idempotency-Key must be 8 to 128 visible characters."),
    "IDEMPOTENCY_KEY_REUSED": (
        "该 Idempotency-Key 已用于另一请求，请换新的。",
        "This Idempotency-Key belongs to another request: use a new one.",
    ),
    "CURSOR_INVALID": ("分页游标无效，请从第一页重新查询。", "The cursor is not one of ours: start again from the first page."),
    "HTTP_ERROR": ("请求无法处理，请检查后重试。", "The request cannot be handled: check it and try again."),
}

IDENTITY: Final[dict[str, tuple[str, str]]] = {
    "LOGIN_FAILED": ("用户名或密码不正确。", "User name or password is wrong."),
    "ACCOUNT_DISABLED": (
        "密码正确，但该账号已停用。如需恢复，请联系安全管理员。",
        "The password is right, but the account is disabled: ask the security administrator to open it again.",
    ),
    "ACCOUNT_WAITS_FOR_AUDITOR": (
        "密码正确，账号尚待审计管理员同意。请联系审计管理员在“待同意账号”中启用，之后再登录。",
        "The password is right; the account waits for the audit administrator's consent: ask for it to be opened, then sign in.",
    ),
    "ACCOUNT_WAITS_FOR_SYSTEM": (
        "密码正确，账号尚待系统管理员同意。请联系系统管理员在“待同意账号”中启用，之后再登录。",
        "The password is right; the account waits for the system administrator's consent: ask for it to be opened, then sign in.",
    ),
    "ACCOUNT_LOCKED": (
        "账号因多次输错密码暂时锁定，请 {minutes} 分钟后再试。",
        "The account is locked after wrong passwords: try again in {minutes} minutes.",
    ),
    "PRINCIPAL_INCOMPLETE": (
        "企业账号须指定企业，项目账号须指定企业和项目。",
        "An employer needs its company, a contractor its company and project.",
    ),
    "SECOND_ADMINISTRATOR_NEEDED": (
        "管理员账号须由另一位管理员同意后启用：系统和安全管理员由审计管理员启用，审计管理员由系统管理员启用。",
        "An administrator's account opens by another administrator's consent: the auditor's for system and security, the system "
        "administrator's for the auditor.",
    ),
    "PASSWORD_TO_BE_GIVEN_FIRST": (
        "请先由安全管理员重置该账号的密码，再由您启用。",
        "The security administrator resets this account's password first; then you enable it.",
    ),
    "USERNAME_TAKEN": ("用户名已被使用，请换一个。", "The user name is taken: choose another."),
    "PASSWORD_TOO_WEAK": ("密码至少 10 位，且不能只含数字。", "A password needs at least 10 characters, and not digits only."),
    "ENTERPRISE_CERT_REQUIRED": (
        "此事项属企业级管理，须由用人单位用法人一证通登录办理，项目账号不能代替（A-04）。",
        "This is the enterprise's own affair: the employer signs in with its certificate; a project account cannot stand in (A-04).",
    ),
    "ENTERPRISE_BY_CERTIFICATE": (
        "企业须用法人一证通证书登录，不能用密码；接口令牌由企业登录后自行签发。尚无证书的，向发证机构申领（上海 CA 962600）（A-04）。",
        "An enterprise signs in by its certificate, not by password, and issues its API tokens itself after that. Without a certificate, "
        "apply at the authority (Shanghai CA, telephone 962600) (A-04).",
    ),
    "OUTSIDE_DELEGATION": (
        "该操作不在项目经理对您的授权范围或期限内，请联系项目经理（A-06）。",
        "This is outside what the project manager delegated to you, or its time: ask the project manager (A-06).",
    ),
    "ONLY_PM_DELEGATES": (
        "只有本项目的项目经理可以授权，被授权人不能转授权（A-06）。",
        "Only the project's manager delegates, and a delegate does not delegate further (A-06).",
    ),
    "FUNCTION_NOT_GRANTED": (
        "当前证书或令牌未获此项权限，请由本单位有权限的操作员授予。",
        "This certificate or token was not granted the function: an operator of your company who may grant it can do so.",
    ),
    "CERT_INVALID": ("法人一证通证书不能使用：{zh}（{reason}）。", "The enterprise certificate is not accepted: {en} ({reason})."),
    "CERT_ALGORITHM_UNSUPPORTED": (
        "不支持该证书的密钥算法，请使用 SM2、RSA（2048 位以上）或 ECDSA（P-256 等）证书。",
        "The certificate's key is of no supported kind: use SM2, RSA (2048 bits or more) or ECDSA (such as P-256).",
    ),
    "CERT_NOT_CONFIGURED": (
        "本系统尚未配置受信任的发证机构，请联系系统管理员。",
        "No certificate authority is configured here: ask the system administrator.",
    ),
    "SCOPE_EXCEEDS_MAKER": (
        "授予的权限不能超过授权人本人的权限，请减少功能范围。",
        "Nobody grants more than they hold: ask for fewer functions.",
    ),
    "TOKEN_EXPIRY_INVALID": ("令牌有效期须晚于当前时间。", "A token's end must be in the future."),
    "TOO_MANY_REQUESTS": (
        "该令牌请求过于频繁，请在 {retry_after_s} 秒后再试。",
        "This token asks too often: wait {retry_after_s} seconds.",
    ),
    "NOT_ONES_OWN_RIGHTS": (
        "不能变更自己的权限或停用自己，请由其他操作员办理。",
        "Nobody changes their own rights: another operator does it.",
    ),
    "MANAGER_EXISTS": (
        "该项目部已有项目经理账号。如需更换，请使用“更换项目经理”。",
        "This office has a manager's account: appoint another one instead.",
    ),
    "POSITION_NOT_OF_OFFICE": ("只有项目部账号可以设置岗位。", "Only accounts of a project's office have positions."),
    "DELEGATE_UNKNOWN": (
        "被授权人须为本项目部的在用账号，且不是项目经理。",
        "A delegate is an enabled account of the same office, other than its manager.",
    ),
    "DELEGATION_EMPTY": ("请至少选择一项授权功能。", "Choose at least one function to delegate."),
    "DELEGATION_TIME_INVALID": ("授权截止时间须晚于开始时间。", "A delegation must end after it begins."),
    "PASSWORD_WRONG": ("原密码不正确。", "The present password is wrong."),
    "SECOND_FACTOR_ON": ("两步验证已启用。", "The second factor is on already."),
    "CODE_WRONG": (
        "验证码不正确或已使用，请等待新的验证码后重试。",
        "The code is wrong or was used already: wait for the next one.",
    ),
    "PIN_INVALID": ("操作员 PIN 须为 6 至 12 位数字，且不能全相同或连续。", "A PIN has 6 to 12 digits, neither all alike nor in sequence."),
}

PROJECTS: Final[dict[str, tuple[str, str]]] = {
    "USCC_INVALID": ("统一社会信用代码不正确，请核对 18 位代码。", "The unified social credit code is wrong: check its 18 characters."),
    "COMPANY_EXISTS": ("该统一社会信用代码的企业已登记。", "A company with this code is registered already."),
    "PROJECT_EXISTS": ("该报建编号的项目已登记。", "A project with this registration number exists already."),
    "COMPANY_UNKNOWN": ("没有这家企业，请先登记企业。", "There is no such company: register it first."),
    "PROJECT_UNKNOWN": ("没有这个项目，请先登记项目。", "There is no such project: register it first."),
    "GENERAL_CONTRACTOR_EXISTS": ("该项目已有总承包单位。", "This project has its general contractor already."),
    "GENERAL_CONTRACTOR_MISSING": ("请先登记该项目的总承包单位。", "Register this project's general contractor first."),
    "PARENT_NOT_A_USING_UNIT": (
        "上级单位须为本项目在建的总承包或专业分包单位。",
        "The parent must be an active general contractor or professional subcontractor of this project.",
    ),
    "PARENT_NOT_ALLOWED": ("总承包、建设、监理单位没有上级参建单位。", "General contractor, owner and supervisor have no parent."),
    "ALREADY_A_PARTICIPANT": ("该企业已以此身份参建。", "The company takes part in this way already."),
    "NOT_A_PARTICIPANT": (
        "贵单位不是本项目的用工单位，不能确认进场。",
        "Your company is not a using unit of this project and cannot confirm entry.",
    ),
    "ONLY_GENERAL_CONTRACTOR": (
        "只有本项目总承包单位可以执行此操作（A-60）。",
        "Only this project's general contractor may do this (A-60).",
    ),
    "PROJECT_COMPLETED": (
        "项目或分包已竣工，不能再分派或确认人员。",
        "The project or subcontract is completed: nobody can be assigned or confirmed any more.",
    ),
    "TEAM_NAME_TAKEN": (
        "本单位在该项目已有同名班组，请换名称或使用已有班组。",
        "Your company has a team of this name on the project: use it or choose another name.",
    ),
    "TEAM_LEADER_DEPARTED": ("班组长已离职或班组已关闭，请先更换班组长。", "The team has no leader or is closed: name a new leader first."),
    "SUSPENSION_DATES_INVALID": (
        "停工截止日期不正确：不得早于开始日期，也不得晚于原截止日期。",
        "The suspension's last day is wrong: not before its first day, nor after its former last day.",
    ),
    "SUSPENSION_TOO_FAR_BACK": ("停工开始日期最多可补登 7 天。", "A suspension can be entered at most 7 days after it began."),
    "SUSPENSION_OVERLAPS": (
        "与已登记的停工日期重叠，请先修改原记录。",
        "It overlaps a suspension that is entered already: change that one.",
    ),
    "ABSENCE_DAYS_INVALID": (
        "预警天数和推定退场天数须在 3 至 90 个工作日之间，且推定退场不得早于预警。",
        "Alert and presumed exit are 3 to 90 working days, the alert not after the presumed exit.",
    ),
    "TEAM_UNKNOWN": ("没有这个班组，或不属于本单位在该项目的班组。", "No such team of your company on this project."),
    "LEADER_UNKNOWN": ("班组长须为本单位在职人员。", "A team leader must be employed by the same company."),
}

PEOPLE: Final[dict[str, tuple[str, str]]] = {
    "NOT_THE_EMPLOYER": (
        "只有与工人签订劳动合同的用人单位可以登记和分派。",
        "Only the employer who holds the labour contract registers and assigns.",
    ),
    "ID_NUMBER_INVALID": (
        "证件号码不正确（长度、日期或校验位），请核对。",
        "The ID number is wrong (length, date or check digit): check it.",
    ),
    "ID_TYPE_UNKNOWN": ("不支持的证件类型代码。", "Unknown code of an ID document."),
    "UNDER_AGE": ("未满 16 周岁，不得用工。", "Under 16 years of age: must not be employed."),
    "CONTRACT_END_REQUIRED": ("必须填写劳动合同截止日期（A-11）。", "The labour contract's end date is required (A-11)."),
    "CONTRACT_START_REQUIRED": ("必须填写劳动合同开始日期。", "The labour contract's start date is required."),
    "CONTRACT_TYPE_NOT_ALLOWED": (
        "不接受此合同类型；不提供“完成一定任务”（A-11）。",
        "This contract type is not accepted; 'until a task is done' is not offered (A-11).",
    ),
    "CONTRACT_DATES_INVALID": ("合同截止日期须晚于开始日期。", "The contract must end after it starts."),
    "CONTRACT_OVER": (
        "合同截止日期已过；请填写现行合同，往期用工按历史数据导入。",
        "This contract is over: give the present one; earlier employment is imported as history.",
    ),
    "CONTRACT_SHORTENED": (
        "已接收人员的合同只能延长；提前结束请登记离职。",
        "Somebody who was accepted can only get a longer contract: to end it sooner, record a departure.",
    ),
    "EMPLOYMENT_FORM_INVALID": ("用工形式须为临时工或非临时工（A-15）。", "Employment is temporary or non_temporary (A-15)."),
    "CATEGORY_UNKNOWN": ("人员类别须为建筑工人或勤杂保安等其他人员。", "The category is worker or misc."),
    "MANAGEMENT_STAFF_USE_LEGACY": (
        "管理人员暂按老系统路径登记（A-07）。",
        "Management staff stay on the old system's path for now (A-07).",
    ),
    "MISC_STAFF_ONLY_BY_GC": (
        "勤杂、保安等人员由总承包单位作为用人单位登记（A-29）。",
        "Misc. staff are registered by a general contractor as their employer (A-29).",
    ),
    "PREREGISTRATION_ABOLISHED": ("人员预登记已取消（A-08）。", "Pre-registration has been abolished (A-08)."),
    "ALREADY_EMPLOYED": (
        "该工人现由“{employer}”用工，须由其办理离职后方可登记；可以提出转入申请，由其答复（A-30）。",
        "The worker is employed by {employer}, who must record the departure first; you can ask them for a transfer (A-30).",
    ),
    "TEXT_TOO_LONG": ("内容过长，请缩短。", "The text is too long: shorten it."),
    "NAME_REQUIRED": ("请填写姓名。", "The name is required."),
    "BIRTH_DATE_REQUIRED": ("此证件类型须填写出生日期。", "Give the date of birth: this document does not tell it."),
    "WAGE_FIELD_REQUIRED": ("工资信息必须填写，不可减少（A-13）。", "This wage item is required and cannot be left out (A-13)."),
    "WAGE_MODE_INVALID": (
        "非临时工的工资类型须为日工资按月结算，或月基本工资加绩效工资（A-17）；按日结算时绩效次数填 0。",
        "Non-temporary wages are daily settled monthly, or monthly basic plus performance (A-17); daily ones have 0 payments.",
    ),
    "TEMP_MUST_BE_DAILY": (
        "临时工须采用日工资，即做即清，绩效次数填 0（A-16）。",
        "A temporary worker is paid by the day, settled each day, with 0 performance payments (A-16).",
    ),
    "PERF_PAYMENTS_MIN_3": ("绩效工资发放次数不得少于三次（A-19）。", "There are at least three performance payments (A-19)."),
    "PERF_DATES_INVALID": (
        "请逐一填写绩效工资发放日期，个数与发放次数一致（A-19）。",
        "Give the date of each performance payment, as many as there are payments (A-19).",
    ),
    "BELOW_REGIONAL_BASE": (
        "基本工资低于本地区基准 {base} 元，请核对（A-18）。",
        "The basic wage is below the region's reference of {base} CNY: check it (A-18).",
    ),
    "BANK_UNKNOWN": ("没有这个开户行代码，请从清单选择，或选“其他”。", "No such bank: choose from the list, or choose Other."),
    "BANK_NAME_REQUIRED": ("选择“其他”时须填写开户行名称（A-20）。", "With Other the bank's name is required (A-20)."),
    "OTHER_BANK_STAYS": ("“其他”不能停用（A-20）。", "Other cannot be taken off the list (A-20)."),
    "CARD_NUMBER_INVALID": ("工资卡号须为 10 至 30 位数字，请核对。", "A wage card's number has 10 to 30 digits: check it."),
    "AMOUNT_INVALID": ("金额或次数不正确，金额最多两位小数。", "Not an amount or a count; amounts have at most two decimals."),
    "NOT_A_DEFAULT": ("此字段不能设为默认值。", "This field cannot be a default."),
    "MINOR_WORKER": (
        "提醒：该工人 {age} 周岁，属未成年工，不得安排禁忌作业并须定期体检。",
        "Note: the worker is {age}, a protected minor: no prohibited work, regular health checks.",
    ),
    "OVER_AGE": (
        "提醒：该工人 {age} 周岁，已达到 {limit} 周岁，请核实健康状况与用工规定。",
        "Note: the worker is {age}, past {limit}: check health and the rules on older workers.",
    ),
    "IDENTITY_LOCKED": ("身份已核验，姓名不能修改；如有误请联系核验人员。", "The identity is verified: the name can no longer be changed."),
    "LOCKED_AFTER_ACCEPTANCE": (
        "用工单位已接收，工种不能再修改（A-34）。",
        "A using unit has accepted: the trade can no longer be changed (A-34).",
    ),
    "CHIP_READ_REQUIRED": (
        "“读卡”须附读卡器签名的读卡结果；没有读卡器请选择手工录入，等待核验（A-25）。",
        "'chip' needs the read that a paired reader signed; without a reader state 'typed' and wait for verification (A-25).",
    ),
    "CHIP_READ_INVALID": ("读卡结果的签名不正确，请重新读卡。", "The read's signature does not hold: read the card again."),
    "CHIP_READ_STALE": ("读卡结果已过期，请重新读卡。", "The read is too old: read the card again."),
    "READER_UNKNOWN": ("读卡器未配对或已停用，请重新配对。", "The reader is not paired or was revoked: pair it again."),
    "READER_KEY_INVALID": ("读卡器公钥不正确。", "The reader's public key is none."),
    "READER_ALREADY_PAIRED": ("该读卡器已配对。", "This reader is paired already."),
    "PAIRING_CODE_INVALID": (
        "配对码不正确、已使用或已过期，请重新取码。",
        "The pairing code is wrong, used or expired: ask for a new one.",
    ),
    "VERIFY_NETWORK": (
        "网络原因暂未核验，系统会自动重试；已核验人员不受影响。",
        "Not verified yet for a network fault; it is tried again by itself. Verified people are not affected.",
    ),
    "CARD_UNREADABLE": (
        "身份证无法读取，可能消磁：请换一台读卡器再试，仍不行请本人持证到小木桥路 680 号受理大厅核验。",
        "The card cannot be read, perhaps it is demagnetised: try another reader, else go with the card to the service hall.",
    ),
    "CARD_SUSPECT": (
        "证件信息查无此人，证件存疑：请核对证件，并由本人持证到受理大厅核验。",
        "No such person is known for this card: check it, and go with the card to the service hall.",
    ),
    "CARD_EXPIRED": ("身份证已过有效期，请本人换领新证后再登记。", "The ID card has expired: the holder needs a new one first."),
    "IDENTITY_SERVICE_DOWN": (
        "身份核验服务暂不可用，已排队，{next_opening} 后自动重试；已核验人员可继续分派。",
        "The verification service is away; queued, tried again after {next_opening}. Verified people can still be assigned.",
    ),
    "IDENTITY_CAUSE_UNKNOWN": ("不认识的原因代码。", "Not a cause of the list."),
    "OUTAGE_INVALID": ("停机时间的结束须晚于开始。", "An outage ends after it begins."),
    "LEGACY_READ_ONLY": ("旧版数据只读，不能修改（A-58）。", "Data of the old system is read-only (A-58)."),
    "EVIDENCE_EMPTY": ("文件是空的，请重新选择。", "The file is empty: choose another."),
    "EVIDENCE_TOO_LARGE": (
        "文件超过 {limit_mb} MB，请压缩或分开上传。",
        "The file is larger than {limit_mb} MB: make it smaller or split it.",
    ),
    "EVIDENCE_TYPE": ("只接受照片（JPEG、PNG、WebP、HEIC）和 PDF。", "Only photos (JPEG, PNG, WebP, HEIC) and PDF are kept."),
    "EVIDENCE_DATE_INVALID": ("材料所证明的日期不能晚于今天。", "Evidence cannot be about a day to come."),
    "EVIDENCE_ABOUT_WHOM": ("请说明材料涉及的人员或分派。", "Say which person or assignment it is about."),
    "HISTORY_FILE_UNREADABLE": (
        "文件已损坏，现在打不开，已记录。请凭请求编号联系系统管理员从备份恢复。",
        "The file is damaged and cannot be opened now; this is recorded. Quote the request id to have it restored.",
    ),
    "EVIDENCE_UNREADABLE": (
        "材料原件缺失或已损坏，现在打不开，已记录。请凭请求编号联系系统管理员从备份恢复。",
        "The file is missing or damaged and cannot be opened now; this is recorded. Quote the request id to have it restored.",
    ),
    "WORKBOOK_TYPE": (
        "不是可读取的 Excel 工作簿（.xlsx），请用模板填写后另存为 .xlsx。",
        "Not a readable Excel workbook: save the template as .xlsx.",
    ),
    "WORKBOOK_TOO_LARGE": (
        "工作簿超过 {limit_mb} MB 或解压后过大，请删去多余内容或分几个文件。",
        "The workbook is larger than {limit_mb} MB or unpacks to too much: remove what is not needed or split it.",
    ),
    "WORKBOOK_MACROS": ("工作簿含宏，请另存为不含宏的 .xlsx。", "The workbook holds macros: save it as .xlsx without them."),
    "WORKBOOK_MERGED": ("工作簿有合并单元格，请取消合并后再上传。", "The workbook has merged cells: unmerge them first."),
    "WORKBOOK_WRONG_SHEET": (
        "没有找到填写表，缺少列：{missing}。请使用下载的模板，不要改动标题行。",
        "No sheet has the template's titles; missing: {missing}. Use the template and leave its first row.",
    ),
    "WORKBOOK_EMPTY": ("工作簿没有填写任何一行。", "The workbook holds no row."),
    "WORKBOOK_TOO_MANY_ROWS": ("一次最多 {limit} 行，请分几个文件。", "At most {limit} rows at a time: split the file."),
    "CELL_FORMULA": ("单元格是公式，请粘贴为数值。", "The cell is a formula: paste it as a value."),
    "CELL_ERROR": ("单元格是错误值，请改正。", "The cell holds an error value: mend it."),
    "CELL_LOST_DIGITS": (
        "号码被存成了数字，末几位已丢失；请设为文本格式后重新填写。",
        "The number was kept as a figure and lost its last digits: make the cell text and type it again.",
    ),
    "DATE_INVALID": ("日期不正确，请写成 2026-03-01。", "Not a date: write it as 2026-03-01."),
    "DUPLICATE_IN_FILE": ("同一文件中已有该证件号码。", "The file has this ID number in a row before."),
    "IMPORT_NOT_READY": ("该批量登记尚在校验或已结束，不能确认。", "This import is still being checked, or is over."),
    "ALREADY_REGISTERED": ("该工人已由本单位登记。", "Your company has registered this worker already."),
    "PERSON_CARD_MISMATCH": (
        "姓名或号码与证件（或已登记信息）不一致，请核对证件与本人，并用读卡器读证登记；仍不一致的，本人持证到服务大厅核验。",
        "Name or number differ from the card or from what is registered: check the card and the person, and lay the card on a reader; "
        "if they still differ, the person goes with the card to the service hall.",
    ),
    "IDENTITY_NOT_VERIFIED": (
        "身份尚未核验，不能分派（A-26）。请先读卡或提交核验材料。",
        "The identity is not verified, so no assignment (A-26): read the card or submit evidence.",
    ),
    "IDENTITY_ALREADY_VERIFIED": ("身份已核验通过，不能改为未通过。", "The identity is verified already and cannot be rejected here."),
    "WORKER_DECEASED": ("该人员已登记身亡。", "This person is recorded as deceased."),
    "PHONE_INVALID": ("手机号码不正确，请核对。", "The phone number is wrong: check it."),
    "EMPLOYER_REQUIRED": ("没有该工人的有效劳动关系，请先登记。", "Your company does not employ this worker now: register first."),
}

ENTRY: Final[dict[str, tuple[str, str]]] = {
    "LABOUR_SUB_CANNOT_CONFIRM": (
        "劳务单位不能确认进场，请由总承包或专业分包单位确认（A-02）。",
        "A labour company cannot confirm entry; the general contractor or professional subcontractor does (A-02).",
    ),
    "NOT_ASSIGNED_HERE": (
        "该人员未分派至本项目，请用人单位先行分派。",
        "This person is not assigned to your project: the employer assigns first.",
    ),
    "NOT_VISIBLE_YET": ("尚待“{waiting_for}”先行接收（A-45）。", "Waiting for acceptance by {waiting_for} first (A-45)."),
    "EMPLOYER_NOT_A_PARTICIPANT": (
        "用人单位不是该项目的参建单位，请总承包单位先登记参建关系。",
        "The employer takes no part in this project: its general contractor registers that first.",
    ),
    "PARTICIPANT_REQUIRED": (
        "本单位在该项目有多个分包关系，请指定 participant_id。",
        "Your company has several contracts on this project: name the participant_id.",
    ),
    "ALREADY_ASSIGNED": ("该工人已分派至此项目（A-35）。", "The worker is assigned to this project already (A-35)."),
    "ASSIGNMENT_LOCKED": (
        "用工单位已接收，不能再修改或撤回（A-34）。",
        "A using unit has accepted: it can no longer be changed or withdrawn (A-34).",
    ),
    "ASSIGNMENT_RETURNED": (
        "该分派已退回用人单位，修改后方可接收。",
        "This assignment was returned to the employer, who must edit it first.",
    ),
    "LANES_NOT_CHOSEN": ("请至少勾选一条通道，或改选“全部通道”。", "Tick at least one lane, or choose every lane."),
    "ASSIGNMENT_ENDED": ("该分派已结束或撤回。", "This assignment has ended or was withdrawn."),
    "ENTRY_TIME_NOT_SETTABLE": (
        "进场时间为总承包单位接收的系统时间，不能填写（A-41）。可上传印证材料。",
        "Entry time is the server's time of the general contractor's acceptance and cannot be given (A-41).",
    ),
    "ENTRY_TIME_IMMUTABLE": (
        "进场时间不可修改（A-41）。可上传印证材料。",
        "The entry time cannot be changed (A-41). Evidence may be attached.",
    ),
    "SINGLE_TRADE_ONLY": ("只能选择一个主要工种（A-31）。", "Choose exactly one main trade (A-31)."),
    "TRADE_UNKNOWN": ("没有这个工种代码。", "There is no such trade code."),
    "NO_EXIT_ACTION": (
        "没有退场操作：退场以考勤为准（A-50）。劳动关系终止请由用人单位办理离职。",
        "There is no exit action: attendance decides (A-50). If the contract ended, the employer records the departure.",
    ),
    "CONTRACT_ENDS_BEFORE_COMPLETION": (
        "提醒：劳动合同截止日期早于项目计划竣工日期（A-12）。",
        "Note: the labour contract ends before the project's planned completion (A-12).",
    ),
    "EMPTY_WAITING": (
        "有 {count} 人尚待“{companies}”先行接收，接收后即可看到（A-45）。",
        "{count} people wait for acceptance by {companies} first and will be shown then (A-45).",
    ),
    "EMPTY_WRONG_ACCOUNT": (
        "当前账号不是本项目的用工单位，只能看到本单位的人员。请用本项目施工项目经理账号登录（A-47）。",
        "This account is no using unit of the project and sees its own people only: sign in as its construction manager (A-47).",
    ),
    "EMPTY_WRONG_PROJECT": (
        "本项目尚无人员；贵单位在其他 {count} 个项目有人员，请核对是否选错项目（A-47）。",
        "Nobody is on this project; your company has people on {count} others: check which project this is (A-47).",
    ),
    "EMPTY_NOBODY": (
        "尚无用人单位向本项目分派人员。请用人单位先登记并分派（A-47）。",
        "No employer has assigned anybody to this project yet: the employer registers and assigns first (A-47).",
    ),
    "NEW_LEADER_REQUIRED": (
        "该人员是班组长，班组尚有成员。请在同一请求中为每个班组指定新班组长，成员无需离职重新分派（A-37）。",
        "This worker leads a team with members: name a new leader for each team in the same request; nobody is assigned anew (A-37).",
    ),
    "TEAM_NOT_EMPTY": ("班组还有成员，请先将成员转入其他班组。", "The team still has members: move them to another team first."),
    "DEPARTURE_MUST_BE_FUTURE": (
        "离职日期只能选择明天及以后（A-49）。确因客观情况未及时录入的，请保留印证材料。",
        "A departure date is tomorrow or later (A-49). Where it was not entered in time, keep evidence.",
    ),
    "DEPARTURE_IS_NOT_EXIT": (
        "离职是解除劳动合同，不能代替退场；离开工地无需操作，以考勤为准（A-51）。",
        "Departure ends the labour contract and does not replace an exit; leaving a site needs no action (A-51).",
    ),
    "DEPARTURE_REASON_UNKNOWN": ("请选择劳动合同终止的原因。", "Choose how the labour contract ends."),
    "DEPARTURE_ALREADY_SCHEDULED": (
        "已登记 {departs_on} 离职，请先撤销后再改期。",
        "A departure on {departs_on} is entered already: cancel it before entering another date.",
    ),
    "DEPARTURE_NOT_SCHEDULED": ("没有待生效的离职登记。", "No departure is waiting for this worker."),
    "DEATH_DATE_INVALID": ("身亡日期不得晚于今天。", "The date of death cannot be after today."),
    "BATCH_REFUSED": (
        "批量操作中有 {failed} 行不能办理，已全部撤回；请按逐行结果修改后重试。",
        "{failed} rows could not be done, so none was: correct them by the row results and try again.",
    ),
    "TOO_MANY_COMPARISONS": (
        "比对次数过多，请在 {retry_after_s} 秒后再试。",
        "Too many comparisons: try again in {retry_after_s} seconds.",
    ),
    "NOTHING_TO_COMPARE": ("请输入证件号码或手机号码，或读取身份证。", "Give an ID or phone number, or read the card."),
    "NO_CONFIRMING_ROLE": (
        "只有该人员的用工单位（接收方）可以比对或查看完整号码（A-44）。",
        "Only the worker's using unit, which confirms entry, may compare or see full numbers (A-44).",
    ),
    "NOTHING_TO_CHANGE": ("没有提供要修改的内容。", "The edit changes nothing."),
}
