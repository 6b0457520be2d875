"""The SAM_V codec: the published constants, and every frame that hypothesis can think of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.card_reader import CardData
from hardware.card_reader.sam_frames import (
    LONGEST,
    PREAMBLE,
    STATUS,
    Answer,
    Command,
    Scanner,
    decode_answer,
    decode_card,
    decode_request,
    decode_sam_id,
    encode_answer,
    encode_card,
    encode_request,
)
from hardware.errors import CardSuspect, CardUnreadable, DeviceFault, NoCard, ProtocolFault, WrongCard

answers = st.builds(Answer, *[st.integers(0, 255)] * 3, st.binary(max_size=1500))


@pytest.mark.parametrize(
    ("command", "frame"),
    [
        (Command.RESET, "AAAAAA9669000310FFEC"),
        (Command.STATUS, "AAAAAA9669000311FFED"),
        (Command.SAM_ID, "AAAAAA9669000312FFEE"),
        (Command.FIND, "AAAAAA96690003200122"),
        (Command.SELECT, "AAAAAA96690003200221"),
        (Command.READ_BASE, "AAAAAA96690003300132"),
        (Command.READ_FINGERPRINT, "AAAAAA96690003301023"),
        (Command.READ_ADDRESS, "AAAAAA96690003300330"),
        (Command.READ_CHIP_ID, "AAAAAA96690003300536"),
        (Command.BAUD_115200, "AAAAAA96690003600063"),
    ],
)
def test_a_command_is_the_published_frame(command: Command, frame: str) -> None:
    assert encode_request(command) == bytes.fromhex(frame)


def test_a_command_with_data_counts_and_checks_it() -> None:
    assert encode_request(Command.MAX_RF_BYTES, b"\x50") == bytes.fromhex("AAAAAA9669000461FF50CA")


@pytest.mark.parametrize(
    ("answer", "frame"),
    [
        (Answer(0, 0, 0x9F, bytes(4)), "AAAAAA9669000800009F0000000097"),
        (Answer(0, 0, 0x80), "AAAAAA9669000400008084"),
        (Answer(0, 0, 0x90, bytes(8)), "AAAAAA9669000C00009000000000000000009C"),
    ],
)
def test_an_answer_is_the_published_frame(answer: Answer, frame: str) -> None:
    assert encode_answer(answer) == bytes.fromhex(frame)


def test_a_card_without_and_with_fingerprints_has_the_published_sizes() -> None:
    card = CardData(text=bytes(256), photo=bytes(1024))
    assert len(encode_answer(Answer(0, 0, 0x90, encode_card(card)))) == 1295
    for finger, size in [(0, 1297), (512, 1809), (1024, 2321)]:
        with_finger = CardData(text=bytes(256), photo=bytes(1024), fingerprint=bytes(finger))
        assert len(encode_answer(Answer(0, 0, 0x90, encode_card(with_finger, fingerprint=True)))) == size


@given(answers, st.integers(1, 70))
def test_an_answer_in_any_pieces_comes_back_whole(answer: Answer, piece: int) -> None:
    frame, scanner = encode_answer(answer), Scanner()
    bodies = [scanner.feed(frame[start : start + piece]) for start in range(0, len(frame), piece)]
    assert bodies[:-1] == [None] * (len(bodies) - 1)
    last = bodies[-1]
    assert last is not None
    assert decode_answer(last) == answer


@given(answers, st.lists(st.sampled_from([b"\xaa", b"\x96", b"\x69", b"\x00", PREAMBLE[:4], PREAMBLE + b"\xff\xff"]), max_size=40))
def test_noise_before_an_answer_is_hunted_through(answer: Answer, noise: list[bytes]) -> None:
    scanner = Scanner()
    before = b"".join(noise)
    if PREAMBLE in before.replace(PREAMBLE + b"\xff\xff", b"") or (before + PREAMBLE)[: len(before) + 4].count(PREAMBLE) > before.count(
        PREAMBLE + b"\xff\xff"
    ):
        return  # the noise itself spells a preamble with a possible length: that is a garbled frame, tested below
    body = scanner.feed(before + encode_answer(answer))
    assert body is not None
    assert decode_answer(body) == answer


@given(answers, st.data())
def test_one_changed_byte_is_never_taken_for_an_answer(answer: Answer, data: st.DataObject) -> None:
    frame = bytearray(encode_answer(answer))
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] ^= data.draw(st.integers(1, 255))
    try:
        body = Scanner().feed(bytes(frame))
    except ProtocolFault:
        return
    assert body is None


def test_after_a_wrong_checksum_the_next_frame_is_read() -> None:
    good = encode_answer(Answer(0, 0, 0x80))
    scanner = Scanner()
    with pytest.raises(ProtocolFault):
        scanner.feed(good[:-1] + b"\x00")
    assert scanner.feed(good) is not None


def test_endless_noise_is_not_kept() -> None:
    scanner = Scanner()
    for _ in range(100):
        assert scanner.feed(b"\xaa" * LONGEST) is None
    assert len(scanner._buffer) < len(PREAMBLE)


@given(st.binary(max_size=3000))
def test_any_bytes_are_an_answer_or_nothing_or_a_protocol_fault(data: bytes) -> None:
    try:
        body = Scanner().feed(PREAMBLE + data)
        answer = decode_answer(body) if body is not None else None
        card = decode_card(answer.data) if answer else None
    except ProtocolFault:
        return
    assert card is None or len(card.text) == 256


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (0x10, ProtocolFault),
        (0x11, ProtocolFault),
        (0x31, CardSuspect),
        (0x32, CardSuspect),
        (0x33, CardSuspect),
        (0x40, WrongCard),
        (0x41, CardUnreadable),
        (0x60, DeviceFault),
        (0x66, DeviceFault),
        (0x80, NoCard),
        (0x81, CardUnreadable),
    ],
)
@pytest.mark.rule("A-25")
def test_each_status_is_told_apart(status: int, error: type[Exception]) -> None:
    assert type(Answer(0, 0, status).fault()) is error


@given(st.integers(0, 255), st.integers(0, 255))
def test_a_vendors_own_status_is_a_fault_that_names_the_number(status: int, card_status: int) -> None:
    fault = Answer(card_status, 0, status).fault()
    if status in (0x90, 0x9F):
        assert fault is None
    else:
        assert fault is not None
        assert fault.detail.startswith(f"{status:02X} ")
        assert (f"{card_status:02X}00" in fault.detail) == (card_status != 0)
        assert status in STATUS or "reader error" in fault.detail


@given(st.binary(min_size=256, max_size=256), st.sampled_from([0, 1024]), st.sampled_from([0, 512, 1024]), st.booleans())
def test_a_card_survives_its_encoding(text: bytes, photo: int, finger: int, with_finger: bool) -> None:
    card = CardData(text=text, photo=bytes(photo), fingerprint=bytes(finger) if with_finger else b"")
    assert decode_card(encode_card(card, with_finger)) == card


@given(st.binary(max_size=1400))
def test_a_card_of_another_length_is_refused(data: bytes) -> None:
    if len(data) == 1284 and data[:4] == b"\x01\x00\x04\x00":
        return
    with pytest.raises(ProtocolFault):
        decode_card(b"\x02\x00" + data)


def test_a_modules_number_is_printed_as_on_its_label() -> None:
    number = bytes.fromhex("0500 0300 4BFB3201 40E20100 15CD5B07".replace(" ", ""))
    assert decode_sam_id(number) == "05.03-20118347-0000123456-0123456789"
    with pytest.raises(ProtocolFault):
        decode_sam_id(number[:-1])


def test_a_request_is_read_back_as_it_was_sent() -> None:
    body = Scanner().feed(encode_request(Command.MAX_RF_BYTES, b"\x50"))
    assert body is not None
    assert decode_request(body) == (b"\x61\xff", b"\x50")


def test_an_answer_too_short_for_a_status_is_a_protocol_fault() -> None:
    with pytest.raises(ProtocolFault):
        decode_answer(b"\x00\x00")
