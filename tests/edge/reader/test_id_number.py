"""Numbers of people who do not exist."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.reader.id_number import NumberFlaw, birth_of, card_hash, check_digit, flaw, mask, normalise, sex_of
from hardware.card_reader import synthetic

TODAY = date(2026, 1, 15)
births = st.dates(date(1900, 1, 1), TODAY)
numbers = st.builds(synthetic.number, births, st.integers(1, 499), st.booleans())


@given(births, st.integers(1, 499), st.booleans())
def test_a_right_number_has_no_flaw_and_says_birth_and_sex(birth: date, sequence: int, male: bool) -> None:
    number = synthetic.number(birth, sequence, male)
    assert flaw(number, TODAY) is None
    assert birth_of(number) == birth
    assert sex_of(number) == ("1" if male else "2")


@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert flaw(wrong, TODAY) is NumberFlaw.CHECK_DIGIT


@given(numbers, st.integers(0, 15))
def test_two_swapped_digits_are_always_found(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or flaw(swapped, TODAY) is NumberFlaw.CHECK_DIGIT


@given(st.lists(st.one_of(st.sampled_from("0123456789Xx "), st.integers(0, 0x10FFFF).map(chr)), max_size=20).map("".join))
def test_any_text_is_judged_without_a_crash(text: str) -> None:
    assert flaw(normalise(text), TODAY) in {None, *NumberFlaw}
    assert len(mask(text)) == len(text)


def test_the_published_example_of_the_standard_is_right() -> None:
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"


@pytest.mark.parametrize("place", ["810000", "820000", "830000", "931999", "370102", "659012", "110118", "000000"])
def test_no_place_turns_anybody_away(place: str) -> None:
    assert flaw(synthetic.number(date(1970, 5, 1), county=place), TODAY) is None


@pytest.mark.parametrize(
    ("seventeen", "found"),
    [
        ("31019919850230001", NumberFlaw.DATE),
        ("31019918991231001", NumberFlaw.DATE),
        ("31019920260116001", NumberFlaw.DATE),
        ("31019920991231001", NumberFlaw.DATE),
        ("31019920260115001", None),
        ("31019920240229001", None),
        ("31019920230229001", NumberFlaw.DATE),
    ],
)
def test_a_birth_that_cannot_be_is_a_flaw(seventeen: str, found: NumberFlaw | None) -> None:
    assert flaw(synthetic.checked(seventeen), TODAY) is found


@pytest.mark.parametrize("number", ["", "310199850315001", "31019919850315001", "3101991985031500123", "X1019919850315001X", "一" * 18])
def test_what_is_no_number_has_a_flaw_of_form(number: str) -> None:
    assert flaw(number, TODAY) is NumberFlaw.FORM


def _fifteen(fourteen: str) -> str:
    return fourteen + synthetic.mrz_check(fourteen)


def test_the_fifteen_characters_of_a_2017_card_are_taken() -> None:
    assert flaw(_fifteen("UTO31007911300"), TODAY) is None
    assert flaw(_fifteen("UTO31007913300"), TODAY) is NumberFlaw.DATE
    assert flaw(_fifteen("UTO31007911300").replace("UTO", "QTO"), TODAY) is NumberFlaw.CHECK_DIGIT
    assert birth_of("UTO310079113001") is None
    assert sex_of("UTO310079113001") is None


def test_a_small_x_blanks_and_wide_digits_are_the_same_number() -> None:
    x = next(n for s in range(1, 100) if (n := synthetic.number(date(1980, 1, 1), s)).endswith("X"))
    assert normalise(f" {x[:6]} {x[6:].lower()} ") == x
    wide = "".join(chr(ord(c) + 0xFEE0) for c in x)
    assert normalise(wide) == x


@pytest.mark.rule("A-44")
def test_a_masked_number_shows_three_and_four_and_hides_the_rest() -> None:
    assert mask("310199198503151234") == "310***********1234"
    assert mask("UTO310079113001") == "UTO********3001"
    assert mask("1234567") == "*******"


def test_a_cards_hash_is_the_same_at_every_box_of_a_project_and_differs_between_projects() -> None:
    number = synthetic.number(date(1985, 3, 15))
    one, other = bytes(range(32)), bytes(range(1, 33))
    assert card_hash(number, one) == card_hash(f" {number.lower()}", one)
    assert len(card_hash(number, one)) == 16
    assert card_hash(number, one) != card_hash(number, other)
    assert card_hash("310199198503150032", one).hex() == "ae001e83bc3658d0a2170016e6e2c68d"


@given(births, st.integers(0, 40_000))
def test_nobody_is_born_after_today(birth: date, days: int) -> None:
    born_later = min(TODAY + timedelta(days=days + 1), date(2099, 12, 31))
    assert flaw(synthetic.number(born_later), TODAY) is NumberFlaw.DATE
