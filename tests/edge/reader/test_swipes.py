"""Cards laid and lifted, a reader pulled out and put back: what a lane and a kiosk see of it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from edge.reader.card_seen import CardSeen, SeenKind
from edge.reader.causes import Cause
from edge.reader.id_number import card_hash
from edge.reader.swipes import Swipe, Swipes, SwipeState
from hardware.card_reader import CardData, ChipKind, ChipSeen, synthetic
from hardware.card_reader.sam_serial import SamSerial
from hardware.card_reader.simulated import SamSimulator
from hardware.errors import CardNumberRandom, CardSuspect, CardUnreadable, DeviceUnplugged, NoCard

LONG_S = 20.0
CARD = synthetic.resident()
OTHER = synthetic.resident("李样本", sequence=9)


class FakeReader:
    """Answers each look with the next of a list, and with its last for ever."""

    def __init__(self, *answers: CardData | ChipSeen | Exception) -> None:
        self.answers = list(answers)
        self.closed = 0
        self.looks = 0

    def identify(self) -> str:
        return "fake"

    def read(self) -> CardData | ChipSeen:
        self.looks += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed += 1


@contextmanager
def _swipes(reader: FakeReader | SamSerial, again_s: float = 60.0) -> Iterator[Swipes]:
    swipes = Swipes(reader, look_s=0.005, again_s=again_s)
    yield swipes
    swipes.close()


def _until(swipes: Swipes, is_it: Callable[[Swipe], bool]) -> Swipe:
    swipe: Swipe | None = swipes.latest()
    while swipe is not None and not is_it(swipe):
        swipe = swipes.wait_for(swipe.number, LONG_S)
    assert swipe is not None
    return swipe


def _looked(reader: FakeReader, times: int) -> None:
    pause = threading.Event()
    while reader.looks < times:
        pause.wait(0.005)


def test_a_card_is_seen_with_what_stands_on_it() -> None:
    with _swipes(FakeReader(NoCard(), CARD, NoCard())) as swipes:
        swipe = swipes.next_card(0, LONG_S)
        assert swipe is not None
        assert swipe.card is not None
        assert (swipe.card.name, swipe.laid, swipe.data) == ("张测试", 1, CARD)


def test_a_card_that_lies_there_counts_once_however_often_it_is_read() -> None:
    reader = FakeReader(CARD, CARD, NoCard(), CARD, NoCard())
    with _swipes(reader) as swipes:
        _looked(reader, 20)
        assert swipes.latest().state is SwipeState.CARD
        assert swipes.latest().laid == 1


def test_another_card_counts_at_once() -> None:
    reader = FakeReader(CARD, NoCard(), OTHER, NoCard())
    with _swipes(reader) as swipes:
        second = _until(swipes, lambda swipe: swipe.laid == 2)
        assert second.card is not None
        assert second.card.name == "李样本"


def test_a_card_gone_for_a_while_is_absent_and_then_counts_anew() -> None:
    reader = FakeReader(CARD, NoCard())
    with _swipes(reader, again_s=0.0) as swipes:
        gone = _until(swipes, lambda swipe: swipe.laid == 1 and swipe.state is SwipeState.ABSENT)
        assert (gone.card, gone.data) == (None, None)
        reader.answers = [CARD, NoCard()]
        assert swipes.next_card(gone.number, LONG_S) is not None


WORK_CARD = ChipSeen(ChipKind.DESFIRE, bytes.fromhex("04112233445566"))
CHIP = ChipSeen(ChipKind.ID_CARD, bytes.fromhex("0102030405060708"))
KEY = bytes(range(32))


def test_a_work_card_is_seen_as_one_and_counts_once_while_it_lies_there() -> None:
    reader = FakeReader(WORK_CARD, WORK_CARD, NoCard(), WORK_CARD)
    with _swipes(reader) as swipes:
        swipe = swipes.next_card(0, LONG_S)
        assert swipe is not None
        assert (swipe.card, swipe.data, swipe.laid) == (None, None, 1)
        assert swipe.seen == CardSeen(SeenKind.WORK_CARD, None, WORK_CARD)
        _looked(reader, 20)
        assert swipes.latest().laid == 1


def test_a_work_card_after_an_identity_card_counts_at_once() -> None:
    with _swipes(FakeReader(CARD, WORK_CARD, CHIP, NoCard())) as swipes:
        last = _until(swipes, lambda swipe: swipe.laid == 3)
        assert last.seen is not None
        assert last.seen.kind is SeenKind.ID_CHIP


def test_a_card_is_known_at_a_box_by_a_hash_of_its_own_kind_under_the_projects_key() -> None:
    hashes = [CardSeen.of(read).hashed(KEY) for read in (CARD, WORK_CARD, CHIP, ChipSeen(ChipKind.DESFIRE, CHIP.number))]
    assert len(set(hashes)) == 4
    assert hashes[0] == card_hash("310199198503150032", KEY)
    assert hashes[1] == hashlib.blake2b(b"uid:04112233445566", key=KEY, digest_size=16).digest()
    assert hashes[2] == hashlib.blake2b(b"chip:0102030405060708", key=KEY, digest_size=16).digest()
    assert repr(CardSeen.of(WORK_CARD)) == "CardSeen(work_card)"


def test_a_work_card_with_a_random_number_is_a_fault_that_says_so() -> None:
    with _swipes(FakeReader(CardNumberRandom("08"))) as swipes:
        assert _until(swipes, lambda swipe: swipe.number == 1).cause is Cause.CARD_NUMBER_RANDOM


def test_a_forgotten_card_is_dropped_and_counts_anew() -> None:
    reader = FakeReader(CARD)
    with _swipes(reader) as swipes:
        first = swipes.next_card(0, LONG_S)
        assert first is not None
        swipes.forget()
        again = swipes.next_card(first.number, LONG_S)
        assert again is not None
        assert again.laid == 2


@pytest.mark.rule("A-25")
def test_a_weak_card_is_tried_again_before_anybody_is_troubled() -> None:
    weak = CardUnreadable("41")
    with _swipes(FakeReader(weak, weak, CARD, NoCard())) as swipes:
        states = [_until(swipes, lambda swipe: swipe.number > 0).state]
        swipe = swipes.next_card(0, LONG_S)
        assert swipe is not None
        assert states[0] in {SwipeState.READING, SwipeState.CARD}
        assert swipe.number == 2
    with _swipes(FakeReader(weak)) as swipes:
        assert _until(swipes, lambda swipe: swipe.state is SwipeState.FAULT).cause is Cause.CARD_UNREADABLE


@pytest.mark.rule("A-25")
def test_a_suspect_card_is_said_to_be_so_at_once() -> None:
    with _swipes(FakeReader(CardSuspect("31"))) as swipes:
        assert _until(swipes, lambda swipe: swipe.number == 1).cause is Cause.CARD_SUSPECT
        assert swipes.fault() is Cause.CARD_SUSPECT


def test_a_card_whose_text_makes_no_sense_is_a_fault_and_no_crash() -> None:
    with _swipes(FakeReader(CardData(text=bytes(256), photo=b""), CARD, NoCard())) as swipes:
        assert swipes.next_card(0, LONG_S) is not None


def test_a_readers_fault_passes_when_the_reader_is_well_again() -> None:
    with _swipes(FakeReader(DeviceUnplugged(), NoCard())) as swipes:
        assert _until(swipes, lambda swipe: swipe.number == 1).cause is Cause.DEVICE_UNPLUGGED
        assert _until(swipes, lambda swipe: swipe.state is SwipeState.ABSENT).cause is None


def test_a_drivers_own_mistake_does_not_end_a_lanes_cards_for_good() -> None:
    with _swipes(FakeReader(ZeroDivisionError(), CARD, NoCard())) as swipes:
        assert _until(swipes, lambda swipe: swipe.number == 1).cause is Cause.DEVICE_FAULT
        assert swipes.next_card(1, LONG_S) is not None


def test_waiting_for_a_card_that_nobody_lays_ends() -> None:
    with _swipes(FakeReader(NoCard())) as swipes:
        assert swipes.next_card(0, 0.0) is None
        assert swipes.wait_for(5, 0.01) is None


def test_closing_lets_the_reader_go_and_wakes_whoever_waits() -> None:
    reader = FakeReader(NoCard())
    swipes = Swipes(reader, look_s=0.005)
    closer = threading.Timer(0.05, swipes.close)
    closer.start()
    assert swipes.next_card(0, LONG_S) is None
    closer.join()
    swipes.close()
    assert reader.closed == 1


def test_a_real_line_is_pulled_out_and_put_back_while_cards_come_and_go() -> None:
    with SamSimulator() as simulator, _swipes(SamSerial(str(simulator.path)), again_s=0.0) as swipes:
        simulator.put(CARD)
        first = swipes.next_card(0, LONG_S)
        assert first is not None
        simulator.unplug()
        lost = _until(swipes, lambda swipe: swipe.state is SwipeState.FAULT)
        assert lost.cause in {Cause.DEVICE_UNPLUGGED, Cause.READER_NOT_FOUND}
        simulator.put(OTHER)
        simulator.garble_next(2)
        simulator.replug()
        second = swipes.next_card(lost.number, LONG_S)
        assert second is not None
        assert second.card is not None
        assert second.card.name == "李样本"
