"""The words of the worker's screens and the guard's desk, in Chinese and English, by code."""

from __future__ import annotations

from typing import Final

from edge.kiosk.fault_texts import Text
from edge.reader.causes import CAUTIONS

_WHY: Final[dict[str, tuple[str, str]]] = {
    "FACE_NOT_READ": ("人脸认不出", "Face not read"),
    "CARD_LEFT_AT_HOME": ("忘带证件", "Card left at home"),
    "READER_BROKEN": ("读卡器坏了", "Reader broken"),
    "INJURED": ("受伤或身体不适", "Injured or unwell"),
    "HANDS_FULL": ("双手搬东西", "Hands full"),
    "RUSH": ("人多排队", "A long queue"),
    "DELIVERY": ("送货、大件", "Delivery, bulky goods"),
    "TURNSTILE_REPAIR": ("闸机检修", "Turnstile under repair"),
    "VISIT": ("检查、参观", "Inspection, visit"),
    "FIRE_SEEN": ("起火、冒烟", "Fire or smoke"),
    "ACCIDENT": ("事故、救护", "Accident, ambulance"),
    "DRILL": ("应急演练", "Drill"),
    "OVER": ("结束", "Over"),
    "OTHER": ("其他", "Other"),
}

DESKS: Final[dict[str, Text]] = {
    **{caution.value: Text(row.zh, row.en, row.zh_next, row.en_next) for caution, row in CAUTIONS.items()},
    **{f"WHY_{code}": Text(zh, en) for code, (zh, en) in _WHY.items()},
    "ROLE_NOT_ALLOWED": Text("门卫账号不能登记工人", "A guard cannot enrol workers", "请打开“门卫台”页面", "Open the guard's page"),
    "WORK_CARD_HERE": Text("这是工卡", "This is a work card"),
    "WORK_CARD_UNKNOWN": Text(
        "这张工卡没有绑定给任何人",
        "This work card belongs to nobody",
        "登记请放身份证；要绑定请先“找工人”",
        "Enrol with the ID card; to bind it, find the worker first",
    ),
    "CARD_TEXT_NEEDED": Text(
        "这台读卡器读不出身份证上的文字",
        "This reader cannot read the ID card's text",
        "请换用身份证阅读器（神思 SS628 等）",
        "Use a reader for identity cards (SS628 …)",
    ),
    "CARD_BIND": Text("请把工卡放到读卡器上", "Put the work card on the reader", "读到后马上绑定", "It is bound as soon as it is read"),
    "CARD_BOUND": Text("工卡已绑定，本机马上生效", "Bound: it opens here at once", "其他闸机联网后自动生效", "Other gates follow by sync"),
    "CARD_RELEASED": Text("工卡已解除，本机马上生效", "Released: it opens no more", "其他闸机联网后自动生效", "Other gates follow by sync"),
    "CARD_TAKEN": Text(
        "这张工卡已绑定给 {who}",
        "This card belongs to {who}",
        "请先在那位工人处解除，或换一张卡",
        "Release it there first, or take another",
    ),
    "CARD_BOUND_ALREADY": Text("这张工卡已经是本人的", "It is this worker's already"),
    "CARD_NOT_BOUND": Text("这张卡没有绑定给本人", "This card is not this worker's"),
    "CARD_NOT_FOR_WORK": Text("这是身份证，不是工卡", "This is an identity card", "请放工卡", "Put the work card"),
    "NOTHING_TO_WITHDRAW": Text("本人没有使用人脸", "No face of this worker is in use"),
    "NOBODY_CHOSEN": Text("还没有选工人", "No worker chosen", "请先查找并选择", "Find and choose one"),
    "CHOSEN_CHANGED": Text(
        "页面显示的工人已换，没有放行",
        "Another worker is chosen by now: nobody was let through",
        "请重新核对人和名字，再按一次",
        "Look at person and name again, then press again",
    ),
    "WHY_MISSING": Text("请选择原因", "Choose a reason"),
    "ASKED_ALREADY": Text("上一次还没有结果", "The last one is still under way", "请等一两秒", "Wait a second or two"),
    "GATE_SILENT": Text(
        "闸机没有回应，没有放行", "The gate does not answer: not opened", "请看闸机是否通电，必要时走人工通道", "See whether it has power"
    ),
    "ASKED_TOO_LATE": Text("闸机收到得太晚，没有放行", "The gate heard it too late: not opened", "请再按一次", "Press again"),
    "CHIP_PHOTO_DECODING": Text("正在读芯片照片", "Decoding the chip's photo"),
    "CHIP_PHOTO_UNAVAILABLE": Text(
        "芯片照片不可用", "No photo from the chip", "请看证件上的照片，核对是本人", "Compare with the picture on the card"
    ),
    "CHIP_PHOTO_SHOWN": Text("芯片照片", "The chip's photo", "请核对是本人", "See that it is this person"),
    "CHIP_PHOTO_SIMILAR": Text("与芯片照片相似", "Like the chip's photo", "仍请核对是本人", "Look as well"),
    "CHIP_PHOTO_UNCLEAR": Text(
        "与芯片照片对比不明确",
        "Comparison with the chip's photo unclear",
        "照片可能较旧，请仔细核对是本人",
        "It may be old: look carefully",
    ),
}
