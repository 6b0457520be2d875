"""Frames spoiled in every way a line can: an error or the right card, never another person's.

GONGMEN_FUZZ_FRAMES says how many (1,000,000 takes two minutes; give pytest `-o timeout=900`), GONGMEN_SEED with which dice.
"""

from __future__ import annotations

import os
import random
from datetime import date
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.reader.causes import Cause
from edge.reader.identity import CardRefused, identify
from hardware.card_reader import CardData, synthetic
from hardware.card_reader.sam_frames import Answer, Scanner, decode_answer, decode_card, encode_answer, encode_card
from hardware.card_reader.sam_module import SamBrain
from hardware.card_reader.sam_reader import SamReader
from hardware.errors import DeviceError, DeviceUnplugged

TODAY = date(2026, 1, 15)
CARDS = (synthetic.resident(), synthetic.permit(), synthetic.foreign_2017(), synthetic.foreign_2023())


def _flip(frame: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 4)):
        frame[chance.randrange(len(frame))] ^= 1 << chance.randrange(8)


def _overwrite(frame: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(frame))
    frame[start : start + chance.randrange(1, 30)] = chance.randbytes(chance.randrange(1, 30))


def _cut(frame: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(frame))
    del frame[start : start + chance.choice([1, 2, 7, 64, 2000])]


def _insert(frame: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(frame))
    frame[start:start] = chance.choice([chance.randbytes(3), b"\xaa\xaa\xaa\x96\x69", bytes(chance.randrange(1, 9))])


def _repeat(frame: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(frame))
    frame[start:start] = frame[start : start + 64]


def _swap(frame: bytearray, chance: random.Random) -> None:
    one, other = chance.randrange(len(frame) - 1), chance.randrange(len(frame) - 1)
    frame[one], frame[other] = frame[other], frame[one]


MUTATIONS = (_flip, _overwrite, _cut, _insert, _repeat, _swap)


def _read(frame: bytes) -> str:
    """What the line's bytes lead to: a person's number, or a code."""
    try:
        body = Scanner().feed(frame)
        if body is None:
            return "DEVICE_TIMEOUT"
        answer = decode_answer(body)
        if fault := answer.fault():
            return fault.code
        return identify(decode_card(answer.data), TODAY).number
    except DeviceError as fault:
        return fault.code
    except CardRefused as refused:
        return refused.code


def test_no_spoiled_frame_yields_another_person() -> None:
    chance = random.Random(int(os.environ.get("GONGMEN_SEED", "11")))
    codes = {cause.value for cause in Cause}
    outcomes: dict[str, int] = {}
    for _ in range(int(os.environ.get("GONGMEN_FUZZ_FRAMES", "20000"))):
        card: CardData = chance.choice(CARDS)
        frame = bytearray(encode_answer(Answer(0, 0, 0x90, encode_card(card))))
        for mutation in chance.choices(MUTATIONS, k=chance.randrange(1, 3)):
            if len(frame) > 2:
                mutation(frame, chance)
        outcome = _read(bytes(frame))
        if outcome not in codes:
            assert outcome == identify(card, TODAY).number
            outcome = "the right person"
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    print(outcomes)
    assert outcomes["DEVICE_GARBLED"] > 0
    assert outcomes["DEVICE_TIMEOUT"] > 0


class SpoiledLine:
    """A pipe over which each answer comes spoiled, or not; where nothing more is to come, the cable is out."""

    def __init__(self, brain: SamBrain, chance: random.Random) -> None:
        self._brain, self._chance = brain, chance
        self._waiting: list[bytes] = []

    def send(self, frame: bytes) -> None:
        answer = bytearray(self._brain.hear(frame))
        if answer and self._chance.random() < 0.6:
            for mutation in self._chance.choices(MUTATIONS, k=self._chance.randrange(1, 3)):
                if len(answer) > 2:
                    mutation(answer, self._chance)
        cut = self._chance.randrange(len(answer) + 1)
        self._waiting = [bytes(answer[:cut]), bytes(answer[cut:])]

    def receive(self, timeout_s: float) -> bytes:
        if not self._waiting:
            raise DeviceUnplugged("nothing more")
        return self._waiting.pop(0)

    def close(self) -> None:
        pass


def test_no_spoiled_conversation_yields_another_person() -> None:
    """One byte of XOR lets one spoiled frame in 256 through: what then stands there must not be somebody else's number."""
    chance = random.Random(int(os.environ.get("GONGMEN_SEED", "13")))
    good = 0
    for _ in range(int(os.environ.get("GONGMEN_FUZZ_FRAMES", "20000")) // 10):
        brain = SamBrain()
        card = chance.choice(CARDS)
        brain.put(card)
        reader = SamReader(partial(SpoiledLine, brain, chance))
        try:
            assert identify(reader.read(), TODAY).number == identify(card, TODAY).number
            good += 1
        except (DeviceError, CardRefused):
            continue
    assert good > 0


spoiled = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert", "overwrite"]), st.integers(0, 1400), st.binary(min_size=1, max_size=40)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300)
@given(st.sampled_from(CARDS), spoiled)
def test_no_frame_that_hypothesis_spoils_yields_another_person(card: CardData, how: list[tuple[str, int, bytes]]) -> None:
    frame = bytearray(encode_answer(Answer(0, 0, 0x90, encode_card(card))))
    for kind, place, data in how:
        at = min(place, len(frame))
        if kind == "flip" and at < len(frame):
            frame[at] ^= data[0] or 1
        elif kind == "cut":
            del frame[at : at + len(data)]
        else:
            frame[at : at + (len(data) if kind == "overwrite" else 0)] = data
    outcome = _read(bytes(frame))
    assert outcome in {cause.value for cause in Cause} | {identify(card, TODAY).number}
