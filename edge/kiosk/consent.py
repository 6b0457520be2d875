"""What a worker is told and asked before a face is taken. Consent is its own screen and its own record (privacy duties C2.1, C2.3).

Every word that is shown stands here; its hash goes into the record, so that it can be shown later what was agreed to. A changed word
is a new `VERSION`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["zh", "en"]

VERSION: Final = "2026-1"


@dataclass(frozen=True)
class Tick:
    """One box to tick: `key` is a field of `wire.Consent`."""

    key: str
    title: str
    detail: str


@dataclass(frozen=True)
class Notice:
    """The screen's words in one language."""

    title: str
    lead: str
    points: tuple[str, ...]
    ticks: tuple[Tick, ...]
    accept: str
    refuse: str
    refuse_detail: str
    unticked: str
    ticked: str

    @property
    def text_hash(self) -> str:
        """BLAKE2b over every word shown, 32 hex digits."""
        words = [self.title, self.lead, *self.points, self.accept, self.refuse, self.refuse_detail]
        words += [word for tick in self.ticks for word in (tick.key, tick.title, tick.detail)]
        return hashlib.blake2b("\n".join(words).encode(), digest_size=16).hexdigest()


NOTICES: Final[dict[Language, Notice]] = {
    "zh": Notice(
        "是否用人脸进出，由您自己决定",
        "请本人阅读后勾选。不同意不影响进场、考勤和工资，刷身份证进出，同一个通道、一样快。",
        (
            "用来做什么：只用于本项目闸机确认是您本人、记录考勤。不作其他分析。",
            "存什么：一组由照片算出的数字（特征），加密存放在本项目的设备里；照片算完就删除，不保存。",
            "存多久：您离职、分包完工或本项目竣工时删除；您随时可以在这里撤回，撤回后改为刷卡。",
            "谁负责：本项目总承包单位。要查看、更正、删除，找现场管理员或项目部。",
        ),
        (
            Tick("template", "在本项目闸机用人脸进出", "采集人脸并保存加密的特征，只给本项目的设备使用。"),
            Tick("transfer", "同步到本项目的其他闸机", "加密后的特征经网络传给本项目其他设备，中心无法打开。不勾选则只在这台设备上有效。"),
            Tick("pictures", "通行时留存照片作凭证", "本项目目前没有启用。勾选后如启用，照片最长保存两年。"),
        ),
        "同意勾选的内容，采集人脸",
        "不用人脸，刷卡进出",
        "步骤一样多，马上就能办好",
        "先勾选第一项，才能采集",
        "已勾选 {n} 项，没勾选的不做",
    ),
    "en": Notice(
        "Your face at the gate: you decide",
        "Please read and tick yourself. Saying no changes nothing for entry or pay: your ID card opens the same lane, just as fast.",
        (
            "Purpose: only to know you at this project's gates and to record attendance. No other analysis.",
            "What is kept: numbers computed from the pictures (a template), encrypted, in this project's devices. No picture is kept.",
            "How long: until you leave, the subcontract or the project completes. You may withdraw here at any time and use the card.",
            "Who answers: this project's general contractor. To see, correct or delete, ask the site manager or the project office.",
        ),
        (
            Tick(
                "template",
                "Use my face at this project's gates",
                "A face is taken and kept as an encrypted template for this project's devices.",
            ),
            Tick(
                "transfer",
                "Send it to this project's other gates",
                "The sealed template travels by network; the centre cannot open it. Without this tick it works here only.",
            ),
            Tick(
                "pictures",
                "Keep a picture when I pass",
                "Not in use on this project now. If it is switched on, pictures are kept two years at most.",
            ),
        ),
        "Agree to what is ticked, take my face",
        "No face, use the card",
        "As many steps, done at once",
        "Tick the first box to go this way",
        "{n} ticked; nothing else is done",
    ),
}


def notice(language: str) -> Notice:
    """The words in that language, Chinese where there are none."""
    return NOTICES["en"] if language == "en" else NOTICES["zh"]
