"""Frames spoiled in every way a line can: an error or the right card, never another person's.

GONGMEN_FUZZ_FRAMES says how many (1,000,000 takes some minutes), GONGMEN_SEED with which dice.
"""

from __future__ import annotations

import os
import random
from datetime import date

from edge.reader.causes import Cause
from edge.reader.identity import CardRefused, identify
from hardware.card_reader import CardData, synthetic
from hardware.card_reader.sam_frames import Answer, Scanner, decode_answer, decode_card, encode_answer, encode_card
from hardware.errors import DeviceError

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
