"""The chip's photo: shown and compared where a decoder is set up, a normal state where none is, and never a refusal."""

from __future__ import annotations

import numpy as np

from edge.kiosk.chip_photo import ChipLook
from hardware.card_reader.wlt import RGB_BYTES, ChipPhoto, ChipPhotoUnavailable, PhotoTrouble
from tests.edge.kiosk.fakes import FakeEngine, FakeFace
from tests.edge.kiosk.waiting import until

ROWS = np.eye(4, dtype=np.float32)[:1]


def look(engine: FakeEngine) -> str:
    made = ChipLook(lambda _wlt: ChipPhoto(bytes(RGB_BYTES)), b"WLf")
    until(lambda: made.state == "CHIP_PHOTO_SHOWN")
    assert (made.shown() or b"").startswith(b"\xff\xd8")
    made.compare(engine, ROWS)
    return made.state


def test_the_same_face_is_called_similar_another_or_none_unclear() -> None:
    assert look(FakeEngine(FakeFace(row=0))) == "CHIP_PHOTO_SIMILAR"
    assert look(FakeEngine(FakeFace(row=1))) == "CHIP_PHOTO_UNCLEAR"
    assert look(FakeEngine()) == "CHIP_PHOTO_UNCLEAR"


def test_without_a_decoder_or_with_one_that_fails_there_is_no_photo_and_no_comparison() -> None:
    def fails(_wlt: bytes) -> ChipPhoto:
        raise ChipPhotoUnavailable(PhotoTrouble.CRASHED)

    for made in (ChipLook(None, b"WLf"), ChipLook(fails, b""), ChipLook(fails, b"WLf")):
        until(lambda made=made: made.state == "CHIP_PHOTO_UNAVAILABLE")  # type: ignore[misc]
        made.compare(FakeEngine(FakeFace()), ROWS)
        assert (made.state, made.shown()) == ("CHIP_PHOTO_UNAVAILABLE", None)
