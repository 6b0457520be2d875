"""What can be wrong with the box and its devices, in Chinese and English, by code: for lane screen, kiosk and health page."""

from __future__ import annotations

from typing import Final, NamedTuple


class Text(NamedTuple):
    """What a code says (`zh`, `en`) and what to do next (`do_zh`, `do_en`; empty where nothing is to be done)."""

    zh: str
    en: str
    do_zh: str = ""
    do_en: str = ""


FAULTS: Final[dict[str, Text]] = {
    "DEVICE_NOT_FOUND": Text("没有找到设备", "Device not found", "检查电源和数据线是否插好", "Check power and cable"),
    "DEVICE_UNSUPPORTED": Text(
        "设备型号不支持",
        "Device not supported",
        "请换用支持的型号（神思 SS628、普天 IDMR02 等）",
        "Use a supported model (SS628, IDMR02 …)",
    ),
    "DEVICE_UNPLUGGED": Text("设备断开了", "Device unplugged", "请把线重新插好，会自动恢复", "Plug it in again; it recovers by itself"),
    "DEVICE_TIMEOUT": Text("设备没有回应", "Device does not answer", "稍等几秒；仍不行请拔插一次", "Wait a little, then replug"),
    "DEVICE_FAULT": Text("设备故障", "Device fault", "请断电重启设备；仍不行请报修", "Power-cycle it, then call service"),
    "DEVICE_GARBLED": Text(
        "读卡受到干扰",
        "Line noise at the reader",
        "请拿起卡重新放一次；反复出现请检查数据线",
        "Lift the card and put it again; check the cable if it repeats",
    ),
    "CAMERA_NOT_FOUND": Text(
        "没有找到摄像头", "No camera found", "检查摄像头的线和设置；也可以改为刷卡", "Check its cable and the settings; or use the card"
    ),
    "CAMERA_UNPLUGGED": Text("摄像头断开了", "Camera unplugged", "请把线重新插好，会自动恢复", "Plug it in again; it recovers by itself"),
    "CAMERA_FROZEN": Text(
        "摄像头画面卡住了", "Camera picture is frozen", "请拔插摄像头，会自动恢复", "Replug the camera; it recovers by itself"
    ),
    "TURNSTILE_STUCK": Text("闸门卡住", "Turnstile stuck", "请检查闸门是否被挡住", "See whether something blocks it"),
    "STUCK": Text("闸门卡住", "Turnstile stuck", "请检查闸门是否被挡住", "See whether something blocks it"),
    "FIRE": Text("消防联动，闸门常开", "Fire alarm: gates are open", "请按疏散路线离开", "Leave by the escape route"),
    "TAMPER": Text("闸机箱门被打开", "Turnstile box opened", "请安保人员查看", "Let the guard look"),
    "MODEL_MISSING": Text(
        "缺少人脸模型文件", "Face model missing", "人脸暂不可用，可刷卡；请联系维护人员", "Faces off, cards work; call the technician"
    ),
    "MODEL_ALTERED": Text(
        "人脸模型文件校验不符", "Face model altered", "人脸已停用，可刷卡；请联系维护人员", "Faces off, cards work; call the technician"
    ),
    "STORE_FULL": Text("存储空间已满", "Disk full", "请联系维护人员清理磁盘，记录不会丢失", "Call the technician; nothing is lost"),
    "STORE_DAMAGED": Text(
        "本机数据库损坏", "Database damaged", "已另存旧文件并重新同步，请联系维护人员", "Set aside and synced anew; call the technician"
    ),
    "KEY_MISSING": Text("本机密钥缺失", "Box key missing", "请重新配置本机", "Provision this box again"),
    "ROSTER_OLD": Text("收到的名单比本机的旧", "A roster older than this box's", "请联系中心维护人员", "Call the centre's technician"),
    "JOURNAL_BROKEN": Text(
        "本机记录有缺行", "A row of the journal is missing", "已另起一册续记，请联系维护人员", "A new epoch was begun; call the technician"
    ),
    "BROKER_TLS": Text(
        "与中心的加密连接被拒绝", "The centre refused the secure connection", "请核对时钟与证书", "Check clock and certificate"
    ),
    "BROKER_LOST": Text("与中心断开", "Connection to the centre lost", "会自动重连，照常记录", "It reconnects by itself and records on"),
    "BROKER_UNREACHABLE": Text("连不上中心", "The centre cannot be reached", "请检查网络，照常记录", "Check the network; it records on"),
    "DEVICE_BACK": Text("设备已恢复", "A device is back"),
    "GATE_DEAD": Text(
        "闸机程序没有运行",
        "The gate program is not running",
        "正在自动恢复；急需通行请走人工通道",
        "It restarts by itself; use the guarded lane if urgent",
    ),
    "SCREEN_LOST": Text("屏幕与本机断开", "Screen lost its box", "正在自动重连", "Reconnecting"),
    "STORE_FAULT": Text("本机数据库出错", "Database fault", "请重试；反复出现请报修", "Try again; then call service"),
    "STORE_REPLACED": Text("本机数据库已更换", "Database replaced", "正在自动重新打开", "Opening it again by itself"),
    "STORE_BUSY": Text("本机数据库忙", "Database busy", "请稍等再试一次", "Wait a little and try again"),
    "STORE_UNWRITABLE": Text(
        "存储卡无法写入", "Disk refuses writes", "存储卡可能损坏，请联系维护人员更换", "The disk may be worn out: have it replaced"
    ),
    "STORE_SET_ASIDE": Text(
        "损坏的数据库已另存",
        "A damaged database was set aside",
        "正在重新同步，请联系维护人员取回旧文件",
        "Syncing anew; keep the old file for the technician",
    ),
    "DISK_LOW": Text("存储空间不足", "Disk space low", "请联系维护人员清理", "Call the technician"),
    "DISK_NEARLY_FULL": Text("存储空间快满了", "Disk nearly full", "请尽快联系维护人员清理", "Call the technician soon"),
    "KEY_DAMAGED": Text("本机密钥损坏", "Box key damaged", "请重新配置本机", "Provision this box again"),
    "KEY_READABLE_BY_OTHERS": Text(
        "本机密钥文件权限不安全", "Key file readable by others", "请维护人员修正文件权限", "Correct the file's permissions"
    ),
    "SEAL_BROKEN": Text("收到的加密数据打不开", "Sealed data cannot be opened", "请联系维护人员检查本机密钥", "Check this box's keys"),
    "CONFIG_INVALID": Text("设置有误", "Invalid setting", "请联系维护人员更正设置", "Have the settings corrected"),
    "ROSTER_UNFIT": Text("名单核对不符", "Roster does not fit", "正在重新获取完整名单", "Asking for the whole roster"),
    "CENTRE_AHEAD": Text(
        "本机记录比平台旧",
        "This box's journal is an old copy",
        "已另起新记录，请联系维护人员",
        "A new epoch has begun; call the technician",
    ),
    "CLAIM_REFUSED": Text("配置码无效", "Claim code refused", "请在平台重新生成配置码", "Make a new claim code at the centre"),
    "CENTRE_UNREACHABLE": Text("平台连不上", "Centre unreachable", "请检查网络；不影响通行", "Check the network; the gate works on"),
    "BROKER_DENIED": Text(
        "平台拒绝了本机的消息", "The broker denied this box", "请联系平台管理员检查本机权限", "Have this box's rights checked"
    ),
    "BROKER_REFUSED": Text("平台拒绝了本机的连接", "The broker refused this box", "请检查本机证书和配置", "Check certificate and settings"),
    "EDGE_FAULT": Text("本机程序出错", "Fault at this box", "请报修", "Call service"),
    "GALLERY_FAULT": Text("人脸名单读取出错", "The face list cannot be read", "正在重试；可刷卡", "It tries again; cards work"),
    "TEMPLATE_UNREADABLE": Text("有人脸特征打不开", "A template cannot be opened", "请为这位工人重新采集", "Enrol that worker again"),
    "TEMPLATE_OTHER_ENGINE": Text(
        "有人脸特征属于另一种引擎", "A template of another engine", "请为这位工人重新采集", "Enrol that worker again"
    ),
    "TURNSTILE_FAULT": Text("闸门没有响应", "The turnstile does not answer", "请检查闸门电源和接线", "Check its power and wiring"),
    "EXIT_UNKNOWN": Text("有不在名单上的人出场", "Somebody unknown went out", "无需处理，已记录", "Nothing to do; it is recorded"),
    "STORE_AWAY": Text(
        "磁盘曾写不进，出场未记名", "The disk took nothing; exits were not recorded", "请补登这段时间出场的人员", "Record who left then"
    ),
    "OPENING_LATE": Text("人工开闸稍后才写下", "An opening was written down late", "无需处理，已记录", "Nothing to do; it is recorded"),
    "SENSOR_SILENT": Text(
        "通过传感器没有反应", "The passage sensor sees nobody", "考勤照记；请检查传感器和接线", "Attendance stands; check it and its wiring"
    ),
    "PASSAGE_UNSURE": Text("是否通过无法确定", "Who went through is unsure", "无需处理，已记录", "Nothing to do; it is recorded"),
    "CAMERA_SILENT": Text("摄像头没有画面", "The camera sends nothing", "请检查摄像头的线", "Check its cable"),
}
