"""Cards of people who do not exist, for the simulator: every text layout, with numbers whose check digits are right.

Names are invented, the county code 310199 was never given out, and the photo is a valid header over noise. Layouts: GA 450 family;
foreign permanent residence cards of 2017 (flag I) and 2023 (flag Y); permits for Hong Kong, Macau and Taiwan residents (flag J).
"""

from __future__ import annotations

import random
from datetime import date
from typing import Final

from hardware.card_reader import CardData
from hardware.card_reader.sam_frames import PHOTO_BYTES, TEXT_BYTES

LONG_TERM: Final = "长期"
COUNTY: Final = "310199"
_WLT_HEAD: Final = bytes.fromhex("574C66007E003200")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number(birth: date, sequence: int = 1, male: bool = True, county: str = COUNTY) -> str:
    """An 18-digit number: county (6), birth (8), sequence (3, odd for men), check (ISO 7064 MOD 11-2). `sequence` is 1 to 499."""
    return checked(f"{county}{birth:%Y%m%d}{sequence * 2 + (1 if male else 0):03d}")


def checked(seventeen: str) -> str:
    """Seventeen digits and their check digit."""
    return seventeen + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, seventeen, strict=True)) % 11]


def photo(seed: int = 1) -> bytes:
    """1,024 bytes that begin as a WLT photo does; nothing decodes them."""
    return _WLT_HEAD + random.Random(seed).randbytes(PHOTO_BYTES - len(_WLT_HEAD))


def layout(fields: dict[int, tuple[int, str]]) -> bytes:
    """256 bytes UTF-16LE out of {offset: (length in bytes, text)}, padded with spaces. Raises `ValueError` for a text too long."""
    text = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    for offset, (length, value) in fields.items():
        packed = value.encode("utf-16-le", "surrogatepass")
        if len(packed) > length:
            raise ValueError(f"{len(packed)} bytes where the card has {length}")
        text[offset : offset + len(packed)] = packed
    return bytes(text)


def _until(day: date | None) -> str:
    return LONG_TERM if day is None else f"{day:%Y%m%d}"


def resident(
    name: str = "张测试",
    *,
    birth: date = date(1985, 3, 15),
    sequence: int = 1,
    male: bool = True,
    nation: str = "01",
    address: str = "测试省样本市虚构区甲路一号",
    issuer: str = "样本市公安局虚构分局",
    valid_from: date = date(2016, 5, 20),
    valid_until: date | None = date(2036, 5, 20),
    **changed: str,
) -> CardData:
    """A resident's card (no flag). `changed` overrides raw fields: number, sex, birth_text, until_text."""
    identity = changed.get("number", number(birth, sequence, male))
    text = layout(
        {
            0: (30, name),
            30: (2, changed.get("sex", "1" if male else "2")),
            32: (4, nation),
            36: (16, changed.get("birth_text", f"{birth:%Y%m%d}")),
            52: (70, address),
            122: (36, identity),
            158: (30, issuer),
            188: (16, f"{valid_from:%Y%m%d}"),
            204: (16, changed.get("until_text", _until(valid_until))),
        }
    )
    return CardData(text=text, photo=photo(sequence))


def permit(
    name: str = "陈样本",
    *,
    birth: date = date(1990, 7, 1),
    sequence: int = 2,
    male: bool = True,
    region: str = "810000",
    travel_document: str = "H00000001",
    valid_until: date = date(2031, 1, 1),
) -> CardData:
    """A residence permit for Hong Kong (810000), Macau (820000) or Taiwan (830000) residents: flag J."""
    text = layout(
        {
            0: (30, name),
            30: (2, "1" if male else "2"),
            36: (16, f"{birth:%Y%m%d}"),
            52: (70, "样本市虚构区乙路二号"),
            122: (36, number(birth, sequence, male, region)),
            158: (30, "样本市公安局"),
            188: (16, "20210101"),
            204: (16, f"{valid_until:%Y%m%d}"),
            220: (18, travel_document),
            238: (4, "01"),
            248: (2, "J"),
        }
    )
    return CardData(text=text, photo=photo(sequence))


def foreign_2017(
    *,
    english: str = "SAMPLE, TEST PERSON",
    chinese: str = "",
    nationality: str = "UTO",
    birth: date = date(1979, 11, 30),
    male: bool = False,
    valid_until: date = date(2027, 6, 1),
) -> CardData:
    """A foreigner's permanent residence card of 2017: flag I, 15 characters of number, the last a check by weights 7, 3, 1."""
    fourteen = f"{nationality}3100{birth:%y%m%d}0"
    text = layout(
        {
            0: (120, english),
            120: (2, "1" if male else "2"),
            122: (30, fourteen + mrz_check(fourteen)),
            152: (6, nationality),
            158: (30, chinese),
            188: (16, "20170601"),
            204: (16, f"{valid_until:%Y%m%d}"),
            220: (16, f"{birth:%Y%m%d}"),
            236: (4, "01"),
            240: (8, "1500"),
            248: (2, "I"),
        }
    )
    return CardData(text=text, photo=photo(17))


def foreign_2023(
    *,
    english: str = "SAMPLE, TEST PERSON WITH A VERY LONG NAME ABCDEFG",
    chinese: str = "森普尔",
    nationality: str = "UTO",
    birth: date = date(1979, 11, 30),
    male: bool = False,
    valid_until: date = date(2033, 12, 1),
    link: str = "000",
) -> CardData:
    """A foreigner's permanent residence card of 2023: flag Y, 18 digits that begin with 9; `link` leads to the old number."""
    text = layout(
        {
            0: (30, chinese),
            30: (2, "1" if male else "2"),
            32: (4, "01"),
            36: (16, f"{birth:%Y%m%d}"),
            52: (70, english[:35]),
            122: (36, number(birth, 3, male, "931999")),
            188: (16, "20231201"),
            204: (16, f"{valid_until:%Y%m%d}"),
            220: (22, english[35:46]),
            242: (6, nationality),
            248: (2, "Y"),
            250: (6, link),
        }
    )
    return CardData(text=text, photo=photo(23))


def mrz_check(text: str) -> str:
    """The check digit of a machine-readable document (ICAO 9303): weights 7, 3, 1, A is 10."""
    return str(sum((7, 3, 1)[i % 3] * int(c, 36) for i, c in enumerate(text)) % 10)
