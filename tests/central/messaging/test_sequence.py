from hypothesis import given
from hypothesis import strategies as st

from central.messaging.sequence import MAX_NEEDS, Received

ranges = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda r: (r[0], r[0] + r[1])), max_size=20)


@given(ranges)
def test_whatever_the_order_the_same_numbers_count_as_received(batches: list[tuple[int, int]]) -> None:
    received, truth = Received(), set[int]()
    for first, last in batches:
        missing = {n for low, high in received.missing_of(first, last) for n in range(low, high + 1)}
        assert missing == set(range(first, last + 1)) - truth
        received = received.with_range(first, last)
        truth |= set(range(first, last + 1))
        assert {n for n in range(1, 90) if received.holds(n)} == truth
        assert received.upto == next(n for n in range(1, 90) if n not in truth) - 1


@given(ranges)
def test_the_needs_are_the_gaps_below_the_highest_number(batches: list[tuple[int, int]]) -> None:
    received = Received()
    truth = set[int]()
    for first, last in batches:
        received = received.with_range(first, last)
        truth |= set(range(first, last + 1))
    wanted = set(range(1, max(truth, default=0))) - truth
    named = {n for low, high in received.needs() for n in range(low, high + 1)}
    assert named <= wanted
    assert named == wanted or len(received.needs()) == MAX_NEEDS


def test_a_gap_that_is_filled_moves_the_watermark_over_the_island() -> None:
    received = Received().with_range(1, 3).with_range(6, 9)
    assert received.needs() == ((4, 5),)
    assert received.with_range(4, 5) == Received(9)
