"""A-25: why a card does not lead to a person, each cause apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.reader.causes import CAUTIONS, WORDS, Cause, Caution, cause_of
from edge.reader.id_card import decode_card
from edge.reader.identity import CardRefused, age, cautions, flaws, identify, is_of
from hardware import errors
from hardware.card_reader import CardData, synthetic
from hardware.errors import DeviceError

TODAY = date(2026, 1, 15)


@pytest.mark.parametrize("card", [synthetic.resident(), synthetic.permit(), synthetic.foreign_2017(), synthetic.foreign_2023()])
def test_a_good_card_of_any_kind_leads_to_its_owner(card: CardData) -> None:
    assert identify(card, TODAY) == decode_card(card)


@pytest.mark.parametrize(
    ("card", "causes"),
    [
        (synthetic.resident(valid_until=date(2026, 1, 14)), (Cause.CARD_EXPIRED,)),
        (synthetic.resident(valid_until=date(2026, 1, 15)), ()),
        (synthetic.resident(valid_until=None), ()),
        (synthetic.resident(valid_from=date(2026, 1, 16)), (Cause.CARD_NOT_YET_VALID,)),
        (synthetic.resident(birth=date(2010, 1, 16)), (Cause.UNDER_AGE,)),
        (synthetic.resident(birth=date(2010, 1, 15)), ()),
        (synthetic.resident(number="310199198503150033"), (Cause.NUMBER_INVALID,)),
        (synthetic.resident(sex="2"), (Cause.NUMBER_INVALID,)),
        (synthetic.resident(sex="9"), ()),
        (synthetic.resident(birth_text="19850316"), (Cause.NUMBER_INVALID,)),
        (synthetic.resident(number="310199200002300012", valid_until=date(2020, 1, 1)), (Cause.NUMBER_INVALID, Cause.CARD_EXPIRED)),
        (synthetic.foreign_2017(valid_until=date(2025, 1, 1)), (Cause.CARD_EXPIRED,)),
    ],
)
@pytest.mark.rule("A-25")
def test_each_flaw_has_its_own_cause(card: CardData, causes: tuple[Cause, ...]) -> None:
    assert flaws(decode_card(card), TODAY) == causes


@pytest.mark.rule("A-25")
def test_a_refused_card_says_all_its_causes_and_what_was_read() -> None:
    with pytest.raises(CardRefused) as refused:
        identify(synthetic.resident(birth=date(2012, 5, 1), valid_until=date(2020, 1, 1)), TODAY)
    assert refused.value.causes == (Cause.CARD_EXPIRED, Cause.UNDER_AGE)
    assert refused.value.code == "CARD_EXPIRED"
    assert refused.value.card is not None
    with pytest.raises(CardRefused) as refused:
        identify(CardData(text=bytes(256), photo=b""), TODAY)
    assert (refused.value.code, refused.value.card) == ("CARD_UNREADABLE", None)


def test_a_site_may_ask_for_more_years() -> None:
    card = decode_card(synthetic.resident(birth=date(2009, 1, 1)))
    assert flaws(card, TODAY) == ()
    assert flaws(card, TODAY, youngest=18) == (Cause.UNDER_AGE,)


@given(
    st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
    st.dates(date(1930, 1, 1), date(2008, 1, 1)),
    st.integers(1, 499),
    st.booleans(),
)
def test_no_place_refuses_anybody_whatever_the_tables_say(county: str, birth: date, sequence: int, male: bool) -> None:
    """Codes are of the day of registration; districts are renamed and vanish, and real people keep their numbers."""
    number = synthetic.number(birth, sequence, male, county)
    card = decode_card(synthetic.resident(birth=birth, sequence=sequence, male=male, number=number))
    assert flaws(card, TODAY) == ()


@given(st.dates(date(1930, 1, 1), date(2026, 1, 15)), st.dates(date(2015, 1, 1), date(2045, 1, 1)), st.booleans())
def test_age_and_validity_decide_alone_for_a_card_whose_number_fits(birth: date, until: date, male: bool) -> None:
    card = decode_card(synthetic.resident(birth=birth, male=male, valid_from=date(2015, 1, 1), valid_until=until))
    found = flaws(card, TODAY)
    assert (Cause.CARD_EXPIRED in found) == (until < TODAY)
    assert (Cause.UNDER_AGE in found) == (age(birth, TODAY) < 16)
    assert Cause.NUMBER_INVALID not in found


@pytest.mark.parametrize(
    ("birth", "until", "known"),
    [
        (date(2010, 1, 15), None, (Caution.UNDER_18,)),
        (date(2008, 1, 16), None, (Caution.UNDER_18,)),
        (date(2008, 1, 15), None, ()),
        (date(2010, 1, 16), None, ()),
        (date(1980, 1, 1), date(2026, 2, 14), (Caution.CARD_EXPIRES_SOON,)),
        (date(1980, 1, 1), date(2026, 2, 15), ()),
        (date(2009, 5, 5), date(2026, 1, 15), (Caution.UNDER_18, Caution.CARD_EXPIRES_SOON)),
    ],
)
def test_what_should_be_known_of_a_good_card_refuses_nobody(birth: date, until: date | None, known: tuple[Caution, ...]) -> None:
    card = decode_card(synthetic.resident(birth=birth, valid_until=until))
    assert cautions(card, TODAY) == known
    assert bool(flaws(card, TODAY)) == (age(birth, TODAY) < 16)


def test_every_caution_has_words_and_advice_in_both_languages() -> None:
    assert set(CAUTIONS) == set(Caution)
    assert all(all([words.zh, words.zh_next, words.en, words.en_next]) for words in CAUTIONS.values())


@pytest.mark.rule("A-25")
def test_a_card_belongs_to_one_person_only() -> None:
    card = decode_card(synthetic.resident("欧阳 测试"))
    assert is_of(card, card.number)
    assert is_of(card, f" {card.number.lower()}", "欧阳测试")
    assert not is_of(card, card.number, "欧阳样本")
    assert not is_of(card, synthetic.number(date(1985, 3, 15), 2))
    assert not is_of(card, "")


def test_somebody_registered_by_the_number_of_2017_is_known_by_the_card_of_2023() -> None:
    card = decode_card(synthetic.foreign_2023(link="000"))
    assert is_of(card, card.old_number)
    assert is_of(card, card.number, card.english_name)


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 99))
def test_a_birthday_makes_one_a_year_older(birth: date, years: int) -> None:
    birthday = date(birth.year + years, 3, 1) if (birth.month, birth.day) == (2, 29) else birth.replace(year=birth.year + years)
    assert age(birth, birthday) == years
    assert age(birth, date.fromordinal(birthday.toordinal() - 1)) in {
        years - 1,
        years if (birth.month, birth.day) == (2, 29) else years - 1,
    }


@pytest.mark.rule("A-25")
def test_every_cause_has_words_and_advice_in_both_languages() -> None:
    assert set(WORDS) == set(Cause)
    for words in WORDS.values():
        assert all([words.zh, words.zh_next, words.en, words.en_next])
        assert words.zh != words.en
    assert len({words.zh for words in WORDS.values()}) == len(Cause)


@pytest.mark.rule("A-24")
def test_every_error_of_a_device_is_a_cause_on_a_reader() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DeviceError)]
    causes = {kind.__name__: cause_of(kind("somewhere")) for kind in kinds}
    assert causes["DeviceMissing"] is Cause.READER_NOT_FOUND
    assert causes["DeviceUnsupported"] is Cause.READER_UNSUPPORTED
    assert causes["CardSuspect"] is Cause.CARD_SUSPECT
    assert causes.keys() >= {"DeviceError", "DeviceTimeout", "ProtocolFault", "NoCard", "CardUnreadable", "WrongCard"}


def test_a_card_whose_number_says_another_century_is_flawed_for_2017_cards_too() -> None:
    card = decode_card(synthetic.foreign_2017())
    assert flaws(card, TODAY) == ()
    assert flaws(replace(card, birth=date(1979, 11, 29)), TODAY) == (Cause.NUMBER_INVALID,)
