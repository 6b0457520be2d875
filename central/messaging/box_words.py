"""Whatever code a box can send, in words: what it says and what to do at the site. Chinese first, English second.

Five closed lists: what happened at a box (`INCIDENTS`), why a gate refused (`REASONS`), why somebody opened by hand (`BY_HAND`), by which
way in somebody came (`METHODS`), which checks ran before the gate decided (`CHECKS`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from edge.sync.wire import Method, Reason


class Words(NamedTuple):
    """What a code says, and what to do next (empty where nothing is to be done)."""

    zh: str
    en: str
    do_zh: str = ""
    do_en: str = ""

    @property
    def said(self) -> tuple[str, str]:
        """What it says in both languages."""
        return self.zh, self.en

    @property
    def do(self) -> tuple[str, str]:
        """What to do in both languages."""
        return self.do_zh, self.do_en


_LOOK = ("请到设备旁查看", "Look at the box on site")
_CALL = ("请联系维护人员", "Call the technician")
_NONE = ("", "")
_SOLVES = ("会自动恢复，无需处理", "It recovers by itself: nothing to do")
_KEYS = ("请停用这台设备并重新领用", "Revoke this box and claim it anew")

INCIDENTS: Final[dict[str, Words]] = {
    # devices
    "DEVICE_NOT_FOUND": Words("没有找到设备", "A device is not there", *_LOOK),
    "DEVICE_UNSUPPORTED": Words("设备型号不支持", "A device is not supported", *_CALL),
    "DEVICE_UNPLUGGED": Words("设备断开", "A device came loose", *_LOOK),
    "DEVICE_TIMEOUT": Words("设备没有回应", "A device does not answer", *_LOOK),
    "DEVICE_FAULT": Words("设备故障", "A device is faulty", *_CALL),
    "DEVICE_GARBLED": Words("读卡受到干扰", "Noise on the reader's line", *_LOOK),
    "DEVICE_DRIVER_MISSING": Words("缺少设备驱动", "A device's driver is missing", *_CALL),
    "DEVICE_BACK": Words("设备已恢复", "A device is back"),
    "READER_NOT_FOUND": Words("没有找到读卡器", "The card reader is not there", *_LOOK),
    "READER_UNSUPPORTED": Words("读卡器型号不支持", "The card reader is not supported", *_CALL),
    "CAMERA_NOT_FOUND": Words("没有找到摄像头", "The camera is not there", *_LOOK),
    "CAMERA_UNPLUGGED": Words("摄像头断开", "The camera came loose", *_LOOK),
    "CAMERA_FROZEN": Words("摄像头画面卡住", "The camera's picture is frozen", *_LOOK),
    "CAMERA_SILENT": Words("摄像头没有画面", "The camera sends nothing", *_LOOK),
    "TURNSTILE_STUCK": Words("闸门卡住", "The turnstile is stuck", *_LOOK),
    "STUCK": Words("闸门卡住", "The turnstile is stuck", *_LOOK),
    "SENSOR_SILENT": Words(
        "通过传感器没有反应，开闸即记考勤",
        "The passage sensor sees nobody: every opening counts as attendance",
        "请检查传感器和接线",
        "Have the sensor and its wiring looked at",
    ),
    "TURNSTILE_FAULT": Words("闸门没有响应", "The turnstile does not answer", *_LOOK),
    "FIRE": Words("消防联动，闸门常开", "Fire alarm: the gates are open", "请核实火情并清点人数", "Verify the fire and count heads"),
    "TAMPER": Words("闸机箱门被打开", "The turnstile's box was opened", "请核实是否检修", "Find out whether it was a repair"),
    # faces
    "MODEL_MISSING": Words("缺少人脸模型，只能刷卡", "The face model is missing: cards only", *_CALL),
    "MODEL_ALTERED": Words("人脸模型校验不符，只能刷卡", "The face model was altered: cards only", *_CALL),
    "GALLERY_FAULT": Words("人脸名单读取出错", "The list of faces cannot be read", *_CALL),
    "TEMPLATE_UNREADABLE": Words("有人脸特征打不开", "A template cannot be opened", "请重新采集", "Enrol that worker again"),
    "TEMPLATE_OTHER_ENGINE": Words("有人脸特征属于另一种引擎", "A template of another engine", "请重新采集", "Enrol that worker again"),
    "LOOKALIKE": Words(
        "登记时发现两人面容相近",
        "Two people looked alike at enrolment",
        "请核对两人身份；必要时改为刷证件通行",
        "Compare who they are; let one pass by card if need be",
    ),
    # the journal and the store
    "STORE_FULL": Words("存储空间已满", "The disk is full", *_CALL),
    "STORE_DAMAGED": Words("本机数据库损坏", "The store is damaged", *_CALL),
    "STORE_FAULT": Words("本机数据库出错", "The store is faulty", *_CALL),
    "STORE_REPLACED": Words("本机数据库已更换", "The store was replaced", *_SOLVES),
    "STORE_BUSY": Words("本机数据库忙", "The store is busy", *_SOLVES),
    "STORE_UNWRITABLE": Words("存储卡无法写入", "The disk refuses writes", "请更换存储卡", "Have the disk replaced"),
    "STORE_SET_ASIDE": Words("损坏的数据库已另存", "A damaged store was set aside", "请取回旧文件", "Keep the old file"),
    "DISK_LOW": Words("存储空间不足", "Disk space is low", *_CALL),
    "DISK_NEARLY_FULL": Words("存储空间快满了", "The disk is nearly full", *_CALL),
    "JOURNAL_BROKEN": Words("设备记录有缺行", "A row of the journal is missing", "请查明是否有人动过设备", "Find out who touched the box"),
    "JOURNAL_DIVERGED": Words(
        "设备记录与中心不一致", "The box's journal differs from ours", "请查明是否恢复过旧镜像", "Was an old image restored?"
    ),
    "CENTRE_AHEAD": Words("设备恢复成了旧记录", "The box came back as an old copy", "请查明是否恢复过旧镜像", "Was an old image restored?"),
    "CLONE_ALARM": Words("有另一台设备冒用同一身份", "Somebody else writes under this box's name", *_KEYS),
    "CHAIN_BROKEN": Words("设备记录被改动", "The box's records were altered", "请停用并封存这台设备", "Revoke it and keep it as evidence"),
    "EDGE_FAULT": Words("设备程序出错", "The box's program failed", *_CALL),
    "GATE_DEAD": Words("闸机程序没有运行", "The gate's program is not running", *_LOOK),
    "SCREEN_LOST": Words("屏幕断开", "The screen lost its box", *_LOOK),
    # keys, settings, roster
    "KEY_MISSING": Words("设备密钥缺失", "The box has no key", *_KEYS),
    "KEY_DAMAGED": Words("设备密钥损坏", "The box's key is damaged", *_KEYS),
    "KEY_READABLE_BY_OTHERS": Words("设备密钥文件可被他人读取", "Others may read the box's key file", *_CALL),
    "SEAL_BROKEN": Words("加密数据打不开", "Sealed data cannot be opened", *_CALL),
    "CONFIG_INVALID": Words("设备设置有误", "A setting of the box is wrong", *_CALL),
    "ROSTER_OLD": Words("收到的名单比设备上的旧", "An older roster than the box's", *_CALL),
    "ROSTER_UNFIT": Words("名单核对不符", "A roster does not fit", *_SOLVES),
    "CLAIM_REFUSED": Words("领用码无效", "A claim code was refused", "请重新生成领用码", "Make a new claim code"),
    # the network
    "BROKER_TLS": Words("加密连接被拒绝", "The secure connection was refused", "请核对设备时钟与证书", "Check clock and certificate"),
    "BROKER_LOST": Words("与中心断开", "The connection was lost", *_SOLVES),
    "BROKER_UNREACHABLE": Words("连不上中心", "The centre cannot be reached", "请检查网络", "Check the network"),
    "BROKER_DENIED": Words("消息被拒绝", "The broker denied a message", *_CALL),
    "BROKER_REFUSED": Words("连接被拒绝", "The broker refused the box", *_CALL),
    "CENTRE_UNREACHABLE": Words("中心连不上", "The centre cannot be reached", "请检查网络", "Check the network"),
    # people at the gate
    "EXIT_UNKNOWN": Words(
        "有不在名单上的人出场", "Somebody unknown went out", "出场从不阻拦，已记录", "Going out is never blocked; it is recorded"
    ),
    "PASSAGE_NOT_MADE": Words("开闸后没有人通过", "The gate opened and nobody went", *_NONE),
    "PASSAGE_UNSURE": Words(
        "开闸后是否通过无法确定",
        "Whether somebody went through is unsure",
        "考勤照记，有疑问请核实",
        "Attendance stands; check if in doubt",
    ),
    "STORE_AWAY": Words(
        "磁盘曾写不进，出场照放但未记名",
        "The disk took nothing: exits were let through, not recorded",
        "请补登出场人员",
        "Record who left then",
    ),
    "OPENING_LATE": Words("人工开闸因磁盘满稍后才写下", "An opening was written down late: the disk was full", *_NONE),
    "QR_PASS_WRITTEN": Words(
        "登记台开出一张二维码通行证", "A QR pass was made at the kiosk", "请核实是否本人需要", "Check that its owner needed it"
    ),
    "GATE_HELD_OPEN": Words("闸门被人工打开", "The gate was held open", "请补登期间进出的人员", "Record who went through meanwhile"),
    "GATE_CLOSED_AGAIN": Words("闸门恢复关闭", "The gate was closed again"),
}
"""By code of `wire.Incident`, of a box's `faults`, and of what the centre itself sees in a journal."""

_CONFIRM = ("请用人单位分派、总承包确认进场", "Have it assigned and confirmed")
REASONS: Final[dict[Reason, Words]] = {
    Reason.NOT_CONFIRMED: Words("未确认进场", "Entry not confirmed", *_CONFIRM),
    Reason.NOT_YET_VALID: Words("进场时间未到", "Not valid yet", "请核对设备时钟", "Check the box's clock"),
    Reason.RIGHT_ENDED: Words("权限已结束", "The right has ended", "确需进场请重新分派", "Assign anew if they are to enter"),
    Reason.LEASE_OVER: Words("名单过期，人脸停用", "Roster expired: faces off", "请恢复设备网络", "Bring the box online"),
    Reason.TRAINING_REQUIRED: Words("需要重新培训", "Training is due", "培训后在考勤中登记", "Record the training"),
    Reason.PROJECT_SUSPENDED: Words("项目停工", "The project stands still", "值守人员请设为停工可进场", "Put those on duty on the list"),
    Reason.GATE_CLOSED: Words("项目已竣工", "The project is completed", *_NONE),
    Reason.METHOD_NOT_ALLOWED: Words("未同意人脸，只能刷证件", "No consent to faces: card only", "请提醒刷证件", "Let them use the card"),
    Reason.CARD_EXPIRED: Words("身份证已过期", "The ID card has expired", "请换领新证", "A new card is needed"),
    Reason.WRONG_LANE: Words("此通道不可用", "Not at this lane", "请在“通道与值守”核对", "Check 'Lanes and duty'"),
    Reason.OUT_OF_HOURS: Words("不在开放时段", "Outside the opening hours", "请在设置中核对时段", "Check the hours in the settings"),
    Reason.PASSED_ALREADY: Words("已经进场", "Passed already", "核实是否借证", "Was the card lent?"),
    Reason.FACE_MISMATCH: Words("人与证件不符", "Not the card's owner", "核实是否借证", "Was the card lent?"),
    Reason.LIVENESS_FAILED: Words("未通过活体检测", "Liveness failed", "核实是照片，还是本人没转头", "A picture, or no turn made?"),
    Reason.QR_INVALID: Words("二维码无效", "The QR code is not valid", "请重新开具", "Make a new one"),
    Reason.QR_USED: Words("二维码重复使用", "The QR code was used twice", "核实是否转发给他人", "Was it passed on?"),
    Reason.QR_EXPIRED: Words("二维码已过期", "The QR code has expired", "请重新开具", "Make a new one"),
    Reason.STALE_ROSTER: Words("名单过旧", "The roster is too old", "请恢复设备网络", "Bring the box online"),
}
"""Why a gate refused."""

BY_HAND: Final[dict[str, Words]] = {
    "FACE_NOT_READ": Words("人脸认不出", "Face not read"),
    "CARD_LEFT_AT_HOME": Words("忘带证件", "Card left at home"),
    "READER_BROKEN": Words("读卡器坏了", "Reader broken"),
    "INJURED": Words("受伤或身体不适", "Injured or unwell"),
    "HANDS_FULL": Words("双手搬东西", "Hands full"),
    "RUSH": Words("人多排队", "A long queue"),
    "DELIVERY": Words("送货、大件", "Delivery, bulky goods"),
    "TURNSTILE_REPAIR": Words("闸机检修", "Turnstile under repair"),
    "VISIT": Words("检查、参观", "Inspection, visit"),
    "FIRE_SEEN": Words("起火、冒烟", "Fire or smoke"),
    "ACCIDENT": Words("事故、救护", "Accident, ambulance"),
    "DRILL": Words("应急演练", "Drill"),
    "OVER": Words("结束", "Over"),
    "OTHER": Words("其他", "Other"),
    "FIRE": Words("消防联动", "Fire alarm"),
    "EXIT_BUTTON": Words("按了出门按钮", "Exit button"),
    "GATE_RESTARTED": Words("闸机程序重启", "The gate's program restarted"),
    "PASSED_AGAIN": Words("重复进场", "Came in again"),
}
"""`why` of a passage or an opening: a guard's coded reason, or the wire's."""

METHODS: Final[dict[Method, Words]] = {
    Method.FACE: Words("人脸", "face"),
    Method.ID_CARD: Words("身份证", "ID card"),
    Method.WORK_CARD: Words("工卡", "work card"),
    Method.CLEARED: Words("异常清退", "cleared"),
    Method.ONE_KEY: Words("一键开闸", "one-key opening"),
    Method.EMERGENCY: Words("应急通道", "emergency"),
    Method.QR: Words("二维码", "QR pass"),
    Method.GUARD: Words("保安放行", "guard"),
}
"""通行方式: by which way in somebody came, or tried to."""

CHECKS: Final[dict[str, Words]] = {
    "face-1to1": Words("人脸与证件持有人一对一比对", "face compared with the card's owner"),
    "sharpness": Words("画面清晰度", "fine detail of the picture"),
    "colour": Words("画面色彩", "colour of the picture"),
    "minifasnet": Words("防照片网络", "network against pictures"),
    "depth": Words("红外或深度相机", "infrared or depth camera"),
    "turn_left": Words("向左转头", "turn the head left"),
    "turn_right": Words("向右转头", "turn the head right"),
    "blink": Words("眨眼", "blink"),
}
"""`checks` of a passage or a refusal: what ran, in the order in which it ran."""

MOVES: Final = frozenset({"turn_left", "turn_right", "blink"})
"""The checks that ask somebody to move: whoever was let in by them has done it."""
_RESULTS: Final = {True: Words("{zh}通过", "{en}: done"), False: Words("要求{zh}", "asked to {en}")}


def of_incident(code: str) -> Words:
    """A code's words; one that a newer box brought stays a code."""
    return INCIDENTS.get(code, Words(code, code))


def of_reason(code: str) -> Words:
    """Why a gate refused, by the stored code."""
    return REASONS[Reason(code)] if code in list(Reason) else Words(code, code)


def of_method(code: str) -> Words:
    """By which way in, by the stored code."""
    return METHODS[Method(code)] if code in list(Method) else Words(code, code)


def by_hand(code: str) -> Words:
    """Why somebody opened by hand; nothing for nothing."""
    return BY_HAND.get(code, Words(code, code))


def of_check(code: str, *, passed: bool) -> Words:
    """A check's words: of a movement whether it was done (`passed`) or only asked for, of the others that they ran."""
    words = CHECKS.get(code, Words(code, code))
    if code not in MOVES:
        return words
    result = _RESULTS[passed]
    return Words(result.zh.format(zh=words.zh), result.en.format(en=words.en))
