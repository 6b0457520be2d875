"""Every cause for which a card does not lead to a person, each with its own code, words and advice (A-24, A-25).

One table for whoever shows a card's trouble to a person. Chinese first, English second; no telephone but the reader's own support: the help
path stands on every screen anyway (A-09).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hardware.errors import DeviceError, DeviceMissing, DeviceUnplugged, DeviceUnsupported


class Cause(StrEnum):
    """A closed list. `CARD_ABSENT` is no fault. READER_ codes are the platform's words for a device that is not there (A-24)."""

    CARD_ABSENT = "CARD_ABSENT"
    CARD_UNREADABLE = "CARD_UNREADABLE"
    CARD_SUSPECT = "CARD_SUSPECT"
    CARD_WRONG_KIND = "CARD_WRONG_KIND"
    CARD_NUMBER_RANDOM = "CARD_NUMBER_RANDOM"
    CARD_EXPIRED = "CARD_EXPIRED"
    CARD_NOT_YET_VALID = "CARD_NOT_YET_VALID"
    NUMBER_INVALID = "NUMBER_INVALID"
    UNDER_AGE = "UNDER_AGE"
    PERSON_CARD_MISMATCH = "PERSON_CARD_MISMATCH"
    VERIFY_NETWORK = "VERIFY_NETWORK"
    READER_NOT_FOUND = "READER_NOT_FOUND"
    READER_UNSUPPORTED = "READER_UNSUPPORTED"
    DEVICE_DRIVER_MISSING = "DEVICE_DRIVER_MISSING"
    DEVICE_UNPLUGGED = "DEVICE_UNPLUGGED"
    DEVICE_TIMEOUT = "DEVICE_TIMEOUT"
    DEVICE_GARBLED = "DEVICE_GARBLED"
    DEVICE_FAULT = "DEVICE_FAULT"


@dataclass(frozen=True)
class Words:
    """What happened and what to do next, in Chinese and in English."""

    zh: str
    zh_next: str
    en: str
    en_next: str


WORDS: Final[dict[Cause, Words]] = {
    Cause.CARD_ABSENT: Words("读卡器上没有证件", "请把证件平放在读卡区", "No card on the reader", "Lay the card flat on the reader."),
    Cause.CARD_UNREADABLE: Words(
        "证件读不出来，可能已消磁或损坏",
        "请拿起证件重新放好；连续三次不行请换一台读卡器，仍不行由本人持证到服务大厅办理人工核验",
        "The card cannot be read: demagnetised or damaged",
        "Lift it and lay it again; after three times try another reader, then take the person and the card to the service hall.",
    ),
    Cause.CARD_SUSPECT: Words(
        "证件未通过读卡器的真伪校验",
        "请换一台读卡器再试；仍不通过请勿登记，由本人持证到服务大厅核验",
        "The card fails the reader's check of genuineness",
        "Try another reader; if it fails again do not register it, and have it verified at the service hall.",
    ),
    Cause.CARD_WRONG_KIND: Words(
        "这不是可识别的身份证件",
        "请使用居民身份证、港澳台居民居住证或外国人永久居留身份证",
        "Not an identity card that this system knows",
        "Use a resident identity card, a residence permit or a foreign permanent resident card.",
    ),
    Cause.CARD_NUMBER_RANDOM: Words(
        "这张卡每次显示的卡号都不同，不能作工卡使用",
        "请换一张卡号固定的卡，或请发卡方关闭随机卡号（Random UID）",
        "This card shows another number each time and cannot serve as a work card",
        "Use a card with a fixed number, or have its issuer switch random numbers (Random UID) off.",
    ),
    Cause.CARD_EXPIRED: Words(
        "证件已过有效期", "请先到公安机关换领新证，再来登记", "The card has expired", "Have it renewed by the police, then come again."
    ),
    Cause.CARD_NOT_YET_VALID: Words(
        "证件尚未到有效期起始日",
        "请检查本机日期；日期无误则到有效期起始日后再来",
        "The card is not valid yet",
        "Check this machine's date; if it is right, come again when the card is valid.",
    ),
    Cause.NUMBER_INVALID: Words(
        "证件号码与证件内容不符或校验不通过",
        "请重新读卡；仍不通过由本人持证到服务大厅核验",
        "The number on the card does not fit its check digit, birth date or sex",
        "Read the card again; if it stays so, have it verified at the service hall.",
    ),
    Cause.UNDER_AGE: Words(
        "持证人未达到最低用工年龄", "不得登记或安排上岗", "The holder is below the working age", "Do not register or employ this person."
    ),
    Cause.PERSON_CARD_MISMATCH: Words(
        "人证不一致", "请确认证件属于本人并重新核对", "The person does not match the card", "Make sure that the card is the person's own."
    ),
    Cause.VERIFY_NETWORK: Words(
        "网络不通，暂时无法在线核验",
        "已读取的证件已保存，网络恢复后自动核验",
        "No network: the card cannot be verified now",
        "What was read is kept and verified when the network is back.",
    ),
    Cause.READER_NOT_FOUND: Words(
        "没有找到读卡器",
        "请检查读卡器电源和连接线，以及设置中的端口",
        "No card reader found",
        "Check its power, its cable and the port in the settings.",
    ),
    Cause.READER_UNSUPPORTED: Words(
        "不支持这种读卡器",
        "请使用神思 SS628(100) 或普天 CP IDMR02/ZW I，咨询电话 4008206660",
        "This card reader is not supported",
        "Use a Shensi SS628(100) or a Putian CP IDMR02/ZW I; support 4008206660.",
    ),
    Cause.DEVICE_DRIVER_MISSING: Words(
        "本机缺少这种读卡器所需的软件",
        "请管理员按 docs/operations/readers.md 安装后再试",
        "This machine lacks the software that this reader needs",
        "Ask an administrator to install it as docs/operations/readers.md says, then try again.",
    ),
    Cause.DEVICE_UNPLUGGED: Words("读卡器已断开", "请重新插好连接线", "The reader was unplugged", "Plug its cable in again."),
    Cause.DEVICE_TIMEOUT: Words(
        "读卡器没有应答",
        "请稍候再试；仍无应答请断电重启读卡器，然后联系维修",
        "The reader does not answer",
        "Try again; then switch it off and on, then call service.",
    ),
    Cause.DEVICE_GARBLED: Words(
        "与读卡器的通信受到干扰",
        "请重新放置证件；经常出现请检查连接线",
        "Noise on the reader's line",
        "Lay the card again; if it happens often, check the cable.",
    ),
    Cause.DEVICE_FAULT: Words(
        "读卡器故障或被其他程序占用",
        "请关闭其他读卡程序；仍不行请联系维修",
        "The reader is faulty or held by another program",
        "Close other programs that read cards, then call service.",
    ),
}


class Caution(StrEnum):
    """What refuses nobody and should be known: the one who registers decides."""

    UNDER_18 = "UNDER_18"
    CARD_EXPIRES_SOON = "CARD_EXPIRES_SOON"
    COPYABLE_NUMBER = "COPYABLE_NUMBER"


CAUTIONS: Final[dict[Caution, Words]] = {
    Caution.UNDER_18: Words(
        "持证人未满 18 周岁，属于未成年工",
        "须按规定登记和体检，不得安排高处、繁重等禁忌作业",
        "The holder is under 18: a juvenile worker",
        "Register and examine as the law asks; no heavy, high or otherwise forbidden work.",
    ),
    Caution.CARD_EXPIRES_SOON: Words(
        "证件将在 30 天内到期", "请提醒本人尽早换领", "The card expires within 30 days", "Remind the holder to renew it."
    ),
    Caution.COPYABLE_NUMBER: Words(
        "工卡卡号可以被复制",
        "只作方便之用，请与人脸或管理人员核对一起使用",
        "A work card's number can be copied",
        "Use it for convenience, together with a face or a guard's look.",
    ),
}


def cause_of(fault: DeviceError) -> Cause:
    """The cause that a device's error stands for on a card reader."""
    match fault:
        case DeviceMissing():
            return Cause.READER_NOT_FOUND
        case DeviceUnsupported():
            return Cause.READER_UNSUPPORTED
        case DeviceUnplugged():
            return Cause.DEVICE_UNPLUGGED
        case _:
            return Cause(fault.code)
