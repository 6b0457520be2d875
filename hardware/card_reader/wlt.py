"""The photo in an identity card's chip: 1,024 bytes WLT, which only the vendors' closed libraries decode, to 102 x 126 points.

The library is named in the settings, by path and symbol; none is shipped. It runs in a child process with limits, because such builds
are 32-bit at heart, write files and abort. Whatever goes wrong, 'no photo from the chip' is a normal state: the text stands, a live photo
is taken, and somebody compares by eye.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from hardware.card_reader import wlt_child

WIDTH: Final = 102
HEIGHT: Final = 126
RGB_BYTES: Final = WIDTH * HEIGHT * 3
BMP_BYTES: Final = 54 + HEIGHT * (WIDTH * 3 + 2)
WLT_BYTES: Final = 1024
WLT_HEAD: Final = b"WLf"
DECODE_S: Final = 5.0


class PhotoTrouble(StrEnum):
    """Why there is no photo. None of these is a fault of the card, and none stops a registration."""

    NOT_CONFIGURED = "NOT_CONFIGURED"
    NO_PHOTO = "NO_PHOTO"
    UNLOADABLE = "UNLOADABLE"
    REFUSED = "REFUSED"
    CRASHED = "CRASHED"
    HUNG = "HUNG"
    WRONG_PICTURE = "WRONG_PICTURE"


class ChipPhotoUnavailable(Exception):
    """No photo from the chip. `code` is always CHIP_PHOTO_UNAVAILABLE, `trouble` says why, `detail` is for the technician."""

    code: Final = "CHIP_PHOTO_UNAVAILABLE"

    def __init__(self, trouble: PhotoTrouble, detail: str = "") -> None:
        super().__init__(f"{self.code}: {trouble} {detail}".rstrip())
        self.trouble, self.detail = trouble, detail


@dataclass(frozen=True)
class ChipPhoto:
    """A decoded photo: 102 x 126 points, three bytes each (red, green, blue), from the upper left."""

    rgb: bytes

    def __repr__(self) -> str:
        return f"ChipPhoto({WIDTH} x {HEIGHT})"


@dataclass(frozen=True)
class WltDecoder:
    """A vendor's library. `symbol` is one of `wlt_child.ADAPTERS`, empty for the first that it exports; `argument` is its last parameter.

    GetBmp takes 1 (serial) or 2 (USB) there, unpack 0, 1 or a number that the vendor names.
    """

    library: Path
    symbol: str = ""
    argument: int | None = None
    decode_s: float = DECODE_S

    def decode(self, photo: bytes) -> ChipPhoto:
        """The photo. Raises `ChipPhotoUnavailable`."""
        if len(photo) != WLT_BYTES or not photo.startswith(WLT_HEAD):
            raise ChipPhotoUnavailable(PhotoTrouble.NO_PHOTO, f"{len(photo)} bytes")
        with tempfile.TemporaryDirectory(prefix="gongmen-wlt-") as folder:
            here = Path(folder)
            here.joinpath("photo.wlt").write_bytes(photo)
            for beside in self.library.parent.glob("*.dat"):  # a licence that some builds look for where they are started
                here.joinpath(beside.name).symlink_to(beside.resolve())
            self._run(here)
            return _picture(here)

    def _run(self, folder: Path) -> None:
        argument = "" if self.argument is None else str(self.argument)
        command = [sys.executable, "-I", str(Path(wlt_child.__file__)), str(self.library.absolute()), self.symbol, argument]
        environment = {"PATH": os.defpath, "LD_LIBRARY_PATH": str(self.library.parent.absolute())}
        with tempfile.TemporaryFile(dir=folder) as said:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
            try:
                code = child.wait(self.decode_s)
            except subprocess.TimeoutExpired:
                raise ChipPhotoUnavailable(PhotoTrouble.HUNG, f"after {self.decode_s} s") from None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            said.seek(0)
            self._judge(code, said.read(400).decode(errors="replace").strip())

    @staticmethod
    def _judge(code: int, said: str) -> None:
        if code == 0:
            return
        if code == wlt_child.UNLOADABLE:
            raise ChipPhotoUnavailable(PhotoTrouble.UNLOADABLE, said)
        if code == wlt_child.REFUSED:
            raise ChipPhotoUnavailable(PhotoTrouble.REFUSED, said)
        if code == -signal.SIGXCPU:
            raise ChipPhotoUnavailable(PhotoTrouble.HUNG, "no processor time left")
        raise ChipPhotoUnavailable(PhotoTrouble.CRASHED, f"ended with {code}")


def decode(decoder: WltDecoder | None, photo: bytes) -> ChipPhoto:
    """The photo, by the decoder that is set up, if any. Raises `ChipPhotoUnavailable`."""
    if decoder is None:
        raise ChipPhotoUnavailable(PhotoTrouble.NOT_CONFIGURED)
    return decoder.decode(photo)


def parse(text: str) -> WltDecoder | None:
    """A setting `PATH[#SYMBOL[=ARGUMENT]]`, as `/opt/vendor/libwltu.so#GetBmp=2`; None for an empty one."""
    if not text:
        return None
    library, _, rest = text.partition("#")
    symbol, _, argument = rest.partition("=")
    return WltDecoder(Path(library), symbol, int(argument) if argument else None)


def _picture(folder: Path) -> ChipPhoto:
    for name in ("photo.rgb", "photo.bmp"):
        file = folder / name
        if file.is_file() and not file.is_symlink():
            return ChipPhoto(_checked(file.read_bytes()))
    raise ChipPhotoUnavailable(PhotoTrouble.WRONG_PICTURE, "no picture was written")


def _checked(raw: bytes) -> bytes:
    """The points of a picture of the right size, out of a BMP or plain bytes (with room behind them)."""
    rgb = _from_bmp(raw) if raw.startswith(b"BM") else raw[:RGB_BYTES]
    if len(rgb) != RGB_BYTES or any(raw[BMP_BYTES:]) or len(set(rgb)) < 2:
        raise ChipPhotoUnavailable(PhotoTrouble.WRONG_PICTURE, f"{len(raw)} bytes that are no picture of {WIDTH} x {HEIGHT}")
    return rgb


def _from_bmp(raw: bytes) -> bytes:
    if len(raw) < BMP_BYTES:
        return b""
    (start,) = struct.unpack_from("<I", raw, 10)
    width, height, _, bits, packing = struct.unpack_from("<iiHHI", raw, 18)
    row = WIDTH * 3 + 2
    if (width, abs(height), bits, packing) != (WIDTH, HEIGHT, 24, 0) or not 54 <= start <= len(raw) - row * HEIGHT:
        return b""
    rows = [raw[start + y * row : start + y * row + WIDTH * 3] for y in range(HEIGHT)]
    upright = b"".join(rows[::-1] if height > 0 else rows)
    rgb = bytearray(upright)
    rgb[0::3], rgb[2::3] = upright[2::3], upright[0::3]
    return bytes(rgb)
