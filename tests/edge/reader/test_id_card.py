"""Four layouts of 256 bytes, and everything that a chip may hold instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.reader.codes import NATIONS, nation_name, sex_name
from edge.reader.id_card import CardKind, CardTextUnclear, IdCard, decode_card
from hardware.card_reader import CardData, synthetic


def test_a_residents_card_says_what_is_printed_on_it() -> None:
    assert decode_card(synthetic.resident()) == IdCard(
        kind=CardKind.RESIDENT,
        name="张测试",
        sex="1",
        nation="01",
        birth=date(1985, 3, 15),
        address="测试省样本市虚构区甲路一号",
        number="310199198503150032",
        issuer="样本市公安局虚构分局",
        valid_from=date(2016, 5, 20),
        valid_until=date(2036, 5, 20),
    )


def test_a_card_without_an_end_is_valid_for_good() -> None:
    assert decode_card(synthetic.resident(valid_until=None)).valid_until is None


def test_a_permit_has_its_travel_document_and_no_nation() -> None:
    card = decode_card(synthetic.permit(region="830000"))
    assert card.kind is CardKind.HMT_PERMIT
    assert card.number.startswith("830000")
    assert (card.name, card.nation, card.travel_document) == ("陈样本", "", "H00000001")


def test_a_foreigners_card_of_2017_is_known_by_its_chinese_name_or_else_the_english_one() -> None:
    card = decode_card(synthetic.foreign_2017())
    assert (card.kind, card.name, card.nationality) == (CardKind.FOREIGN_2017, "SAMPLE, TEST PERSON", "UTO")
    assert (card.number, card.birth, card.sex) == ("UTO31007911300" + card.number[-1], date(1979, 11, 30), "2")
    assert decode_card(synthetic.foreign_2017(chinese="森普尔")).name == "森普尔"


def test_a_foreigners_card_of_2023_carries_a_long_name_and_leads_to_the_old_number() -> None:
    card = decode_card(synthetic.foreign_2023(english="SAMPLE, TEST PERSON WITH A LONG TI TLE AND", link="007"))
    assert card.kind is CardKind.FOREIGN_2023
    assert card.name == "森普尔"
    assert card.english_name == "SAMPLE, TEST PERSON WITH A LONG TI TLE AND"
    assert card.number.startswith("931999")
    assert card.old_number == "UTO31007911307" + synthetic.mrz_check("UTO31007911307")


def test_a_blank_at_the_seam_of_a_long_name_is_kept() -> None:
    name = "SAMPLE, TEST PERSON WITH A LONG TIT TLE"
    assert name[35] == " " or name[34] == " "
    assert decode_card(synthetic.foreign_2023(english=name)).english_name == name


def test_a_2023_card_of_somebody_new_has_no_old_number() -> None:
    assert decode_card(synthetic.foreign_2023(link="")).old_number == ""


@pytest.mark.parametrize("name", ["\ue123\ue000", "𠮷野", "䶮", "阿卜杜热合曼·吐尔逊"])
def test_a_rare_name_is_kept_as_it_is(name: str) -> None:
    assert decode_card(synthetic.resident(name)).name == name


def test_half_a_character_is_replaced_so_that_the_name_can_be_stored() -> None:
    name = decode_card(synthetic.resident("王\ud842")).name
    assert name == "王\ufffd"
    assert name.encode()


@pytest.mark.parametrize("code", ["57", "00", "AB"])
def test_an_unknown_nation_or_sex_is_kept_and_not_invented(code: str) -> None:
    card = decode_card(synthetic.resident(nation=code, sex="7"))
    assert (card.nation, card.nation_name) == (code, code)
    assert (card.sex, card.sex_name) == ("7", "7")


def test_the_nations_are_in_the_standards_order() -> None:
    assert len(NATIONS) == 58
    assert [nation_name(code) for code in ("01", "11", "27", "30", "48", "56", "97")] == ["汉", "满", "纳西", "土", "裕固", "基诺", "其他"]
    assert [sex_name(code) for code in "0129"] == ["未知", "男", "女", "未说明"]


def test_a_newer_address_is_read_where_it_was_appended() -> None:
    card = replace(synthetic.resident(), appended_address=("新址" + " " * 33).encode("utf-16-le"))
    assert decode_card(card).newest_address == "新址"


@pytest.mark.parametrize(
    "card",
    [
        synthetic.resident(birth_text="19851315"),
        synthetic.resident(birth_text="".join(chr(ord(c) + 0xFEE0) for c in "19850315")),
        synthetic.resident(until_text="长 期"),
        synthetic.resident(until_text=""),
        CardData(text=bytes(255), photo=b""),
        CardData(text=bytes(256), photo=b""),
        CardData(text=b"\xff" * 248 + b" \x00" * 4, photo=b""),
    ],
)
@pytest.mark.rule("A-25")
def test_text_that_makes_no_sense_is_an_unreadable_card(card: CardData) -> None:
    with pytest.raises(CardTextUnclear) as unclear:
        decode_card(card)
    assert unclear.value.code == "CARD_UNREADABLE"


def test_a_layout_that_nobody_knows_is_a_card_of_another_kind() -> None:
    text = bytearray(synthetic.resident().text)
    text[248:250] = "Z".encode("utf-16-le")
    with pytest.raises(CardTextUnclear) as unclear:
        decode_card(CardData(text=bytes(text), photo=b""))
    assert unclear.value.code == "CARD_WRONG_KIND"


def test_a_card_does_not_print_its_owner() -> None:
    card = decode_card(synthetic.resident())
    assert repr(card) == "IdCard(resident, 310***********0032)"
    assert card.shown_number == "310***********0032"


@given(st.binary(min_size=256, max_size=256), st.sampled_from([" ", "J", "I", "Y"]))
def test_any_256_bytes_are_a_card_or_said_to_be_unclear(raw: bytes, flag: str) -> None:
    text = raw[:248] + flag.encode("utf-16-le") + raw[250:]
    with pytest.raises(CardTextUnclear):
        decode_card(CardData(text=text, photo=b""))


characters = st.one_of(st.integers(0x4E00, 0x9FFF), st.integers(0xE000, 0xF8FF), st.integers(0x20000, 0x2A6DF))
names = st.lists(characters.map(chr), min_size=1, max_size=7).map("".join)


@given(names, st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.booleans(), st.sampled_from(sorted(NATIONS)))
def test_what_is_written_on_a_card_is_read_from_it(name: str, birth: date, male: bool, nation: str) -> None:
    card = decode_card(synthetic.resident(name, birth=birth, male=male, nation=nation))
    assert (card.name, card.birth, card.sex, card.nation) == (name, birth, "1" if male else "2", nation)
