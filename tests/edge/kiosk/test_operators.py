from __future__ import annotations

import pytest

from edge.kiosk.operators import LOCK_S, TRIES, Tries, check_pin, pin_is_right
from edge.kiosk.problem import KioskProblem
from edge.sync.wire import Operator
from tests.edge.kiosk.house import PIN, PIN_HASH

OPERATORS = (Operator("op1", "李志强", PIN_HASH), Operator("op2", "王海燕", PIN_HASH))


class FakeTime:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def wrong(tries: Tries, operator: str = "op1") -> KioskProblem:
    with pytest.raises(KioskProblem) as refused:
        check_pin(OPERATORS, operator, "0000", tries)
    return refused.value


def test_the_right_pin_opens_the_kiosk_to_its_owner() -> None:
    assert check_pin(OPERATORS, "op2", PIN, Tries(FakeTime())).name == "王海燕"


def test_a_damaged_hash_is_a_wrong_pin() -> None:
    assert not pin_is_right(PIN, "not argon2")


def test_a_wrong_pin_says_how_many_tries_are_left() -> None:
    tries = Tries(FakeTime())
    assert [wrong(tries).values["left"] for _ in range(TRIES - 1)] == [4, 3, 2, 1]


def test_the_fifth_wrong_pin_locks_even_the_right_one_out() -> None:
    time = FakeTime()
    tries = Tries(time)
    codes = [wrong(tries).code for _ in range(TRIES)]
    assert codes == ["PIN_WRONG"] * 4 + ["PIN_LOCKED"]
    with pytest.raises(KioskProblem) as refused:
        check_pin(OPERATORS, "op1", PIN, tries)
    assert refused.value.code == "PIN_LOCKED"
    time.now += LOCK_S
    assert check_pin(OPERATORS, "op1", PIN, tries) is OPERATORS[0]


def test_each_further_lock_is_longer_until_the_right_pin_is_typed() -> None:
    time = FakeTime()
    tries = Tries(time)
    lengths = []
    for _ in range(3):
        for _ in range(TRIES):
            wrong(tries)
        lengths.append(tries.locked_s("op1"))
        time.now += lengths[-1]
    assert lengths == [LOCK_S, 2 * LOCK_S, 4 * LOCK_S]
    check_pin(OPERATORS, "op1", PIN, tries)
    for _ in range(TRIES):
        wrong(tries)
    assert tries.locked_s("op1") == LOCK_S


def test_one_operators_lock_does_not_lock_the_other_out() -> None:
    tries = Tries(FakeTime())
    for _ in range(TRIES):
        wrong(tries)
    assert check_pin(OPERATORS, "op2", PIN, tries) is OPERATORS[1]


def test_unknown_operators_share_one_count_and_look_like_a_wrong_pin() -> None:
    tries = Tries(FakeTime())
    codes = [wrong(tries, f"guess{n}").code for n in range(TRIES)]
    assert codes == ["PIN_WRONG"] * 4 + ["PIN_LOCKED"]


def test_switching_the_box_off_ends_no_lock_and_forgets_no_try() -> None:
    before = Tries(FakeTime())
    for _ in range(TRIES):
        wrong(before)
    wrong(before, "op2")
    after = Tries(FakeTime(), before.to_save())
    assert after.locked_s("op1") == LOCK_S
    assert after.left("op2") == TRIES - 1
