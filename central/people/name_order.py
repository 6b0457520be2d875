"""By what names of people are sorted: as a Chinese reader looks them up, by pinyin and not by code point.

The key of a name is made character by character: its reading with the tone, then the character itself, so that those of one surname
stand together (黎明, 黎平, then 李安), and within equal readings those who are written alike. Readings are the usual ones; a surname has
its own (单 shàn, 仇 qiú). A Latin name is its letters and stands among the readings. Keys are compared as bytes on both databases.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from pypinyin import Style, pinyin

LONGEST: Final = 120
"""Characters of a key: some twenty Chinese ones; what is cut off decides nothing any more, and equals stand by id."""

_COMPOUND: Final = {
    "尉迟": ("yu4", "chi2"),
    "万俟": ("mo4", "qi2"),
    "澹台": ("tan2", "tai2"),
    "令狐": ("ling2", "hu2"),
    "单于": ("chan2", "yu2"),
}
"""Surnames of two characters that are read unlike their characters."""
_SURNAMES: Final = dict(
    re.findall(
        r"(\S)(\w+)",
        "单shan4 曾zeng1 仇qiu2 解xie4 区ou1 朴piao2 查zha1 盖ge3 任ren2 华hua4 葛ge3 缪miao4 覃qin2 翟zhai2 卜bu3 燕yan1 肖xiao1 占zhan1 "
        "干gan1 阚kan4 乐yue4 召shao4 员yun4 那na1 哈ha3 折she2 种chong2 薄bo2 句gou1 都du1 过guo1 隗wei3 郇xun2 佴nai4 粘nian2 秘bi4 "
        "繁po2 洗xian3 黑he4 祭zhai4 重chong2 适kuo4 么yao1 乜nie4 相xiang4",
    )
)
"""Characters that as a surname are read otherwise than their most usual reading."""
_HAN: Final = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]")
_BETWEEN: Final = re.compile(r"[\s·•・.]+")
_UNREAD: Final = "~"
"""Before a character without a known reading: behind every letter."""


def order_of(name: str) -> str:
    """The key of a name, at most `LONGEST` characters."""
    plain = _BETWEEN.sub(" ", name.casefold()).strip()
    if not _HAN.search(plain):
        return plain[:LONGEST]
    written = plain.replace(" ", "")
    own = of_surname(written)
    read = [*own, *(_usual(character) for character in written[len(own) :])]
    return "".join(f"{reading}{character}" for reading, character in zip(read, written, strict=True))[:LONGEST]


def of_surname(written: str) -> tuple[str, ...]:
    """The readings, with tones, of the characters with which the name begins, where they are a surname's own; else empty."""
    if len(written) > 2 and written[:2] in _COMPOUND:
        return _COMPOUND[written[:2]]
    return (_SURNAMES[written[0]],) if written[0] in _SURNAMES else ()


@lru_cache(maxsize=8192)
def _usual(character: str) -> str:
    """A character's most usual reading with its tone, ü as v; nothing for what is not Chinese."""
    if not _HAN.match(character):
        return ""
    [[reading, *_]] = pinyin(character, style=Style.TONE3, v_to_u=False, neutral_tone_with_five=True)
    return reading if reading.isascii() else _UNREAD
