"""ID numbers: check digits, masks, hashes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.people.id_number import age_on, card_hash, check_digit, mask, mask_phone, read
from tests.central.builders import resident_number

SERIALS = st.integers(0, 999)
BIRTHS = st.dates(dt.date(1930, 1, 1), dt.date(2010, 12, 31))


@given(SERIALS, BIRTHS)
def test_a_well_formed_number_tells_birth_and_sex(serial: int, born: dt.date) -> None:
    number = read("01", resident_number(serial, born))
    assert number is not None
    assert (number.birth_date, number.sex) == (born, "1" if serial % 2 else "2")


@given(SERIALS, BIRTHS, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_is_always_noticed(serial: int, born: dt.date, place: int, other: str) -> None:
    right = resident_number(serial, born)
    wrong = right[:place] + other + right[place + 1 :]
    assert (read("01", wrong) is None) == (wrong != right)


@pytest.mark.parametrize("number", ["", "11010519491231002", "110105194912310021", "11010519491331002X", "abc", "\uff11" * 17 + "X"])
def test_what_cannot_be_a_resident_number_is_none(number: str) -> None:
    assert read("01", number) is None


def test_the_standards_own_example_has_the_check_digit_x() -> None:
    assert check_digit("11010519491231002") == "X"
    assert read("01", " 11010519491231002x ") is not None


def test_a_passport_is_taken_as_it_is() -> None:
    number = read("08", "e12345678")
    assert number is not None
    assert (number.number, number.birth_date) == ("E12345678", None)


@pytest.mark.rule("A-44")
def test_a_mask_hides_the_birth_date_and_shows_the_end() -> None:
    assert mask("310199199003070019") == "310***********0019"
    assert mask("E12345678") == "*******78"
    assert mask_phone("13800001234") == "138****1234"


def test_two_projects_cannot_compare_their_card_hashes() -> None:
    number = resident_number(1)
    assert card_hash(number, b"a" * 32) == card_hash(number, b"a" * 32)
    assert card_hash(number, b"a" * 32) != card_hash(number, b"b" * 32)
    assert len(card_hash(number, b"a" * 32)) == 16


def test_age_counts_completed_years() -> None:
    born = dt.date(2010, 3, 14)
    assert (age_on(born, dt.date(2026, 3, 13)), age_on(born, dt.date(2026, 3, 14))) == (15, 16)
