"""The chip's photo by a vendor's library: each of their symbols, and every way in which such a library goes wrong."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.card_reader import synthetic
from hardware.card_reader.wlt import HEIGHT, WIDTH, ChipPhotoUnavailable, PhotoTrouble, WltDecoder, decode, parse

SOURCE = Path(__file__).with_name("decoder.c")
GET_BMP, UNPACK, DEWLT, MANGLED = 1, 2, 3, 4
PHOTO = synthetic.photo()
Build = Callable[[int, int], WltDecoder]


def _expected() -> bytes:
    return bytes(PHOTO[8 + (x * 3 + y * 7 + c) % 1000] for y in range(HEIGHT) for x in range(WIDTH) for c in range(3))


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler (apt install gcc libc6-dev)")
    folder = tmp_path_factory.mktemp("decoders")

    def built(name: int, mode: int = 0) -> WltDecoder:
        library = folder / f"lib{name}-{mode}.so"
        if not library.exists():
            command = [compiler, "-O0", "-w", "-shared", "-fPIC", f"-DNAME={name}", f"-DMODE={mode}", "-o", str(library), str(SOURCE)]
            subprocess.run(command, check=True)
        return WltDecoder(library, decode_s=0.6 if mode in (2, 4, 6) else 20.0)

    return built


@pytest.mark.parametrize("name", [GET_BMP, UNPACK, DEWLT, MANGLED])
def test_a_photo_is_decoded_by_whichever_symbol_the_library_has(build: Build, name: int) -> None:
    assert build(name, 0).decode(PHOTO).rgb == _expected()


def test_a_build_that_writes_a_whole_file_into_memory_is_understood(build: Build) -> None:
    assert build(UNPACK, 12).decode(PHOTO).rgb == _expected()


def test_a_vendors_own_number_is_passed_on(build: Build) -> None:
    library = build(UNPACK, 0).library
    assert decode(parse(f"{library}#unpack=752"), PHOTO).rgb == _expected()
    with pytest.raises(ChipPhotoUnavailable) as none:
        decode(parse(f"{library}#unpack=9"), PHOTO)
    assert none.value.trouble is PhotoTrouble.REFUSED


@pytest.mark.parametrize(
    ("name", "mode", "trouble"),
    [
        (GET_BMP, 1, PhotoTrouble.CRASHED),
        (UNPACK, 1, PhotoTrouble.CRASHED),
        (UNPACK, 5, PhotoTrouble.CRASHED),
        (UNPACK, 7, PhotoTrouble.CRASHED),
        (GET_BMP, 10, PhotoTrouble.WRONG_PICTURE),
        (GET_BMP, 2, PhotoTrouble.HUNG),
        (DEWLT, 4, PhotoTrouble.HUNG),
        (UNPACK, 6, PhotoTrouble.HUNG),
        (GET_BMP, 3, PhotoTrouble.REFUSED),
        (GET_BMP, 8, PhotoTrouble.WRONG_PICTURE),
        (GET_BMP, 9, PhotoTrouble.WRONG_PICTURE),
        (UNPACK, 9, PhotoTrouble.WRONG_PICTURE),
        (DEWLT, 11, PhotoTrouble.WRONG_PICTURE),
    ],
    ids=str,
)
def test_whatever_a_library_does_there_is_a_photo_or_there_is_none(build: Build, name: int, mode: int, trouble: PhotoTrouble) -> None:
    with pytest.raises(ChipPhotoUnavailable) as none:
        build(name, mode).decode(PHOTO)
    assert (none.value.trouble, none.value.code) == (trouble, "CHIP_PHOTO_UNAVAILABLE")


def test_without_a_library_there_is_no_photo_and_that_is_normal(tmp_path: Path) -> None:
    broken = tmp_path / "lib.so"
    broken.write_bytes(b"\x7fELF\x01")
    for decoder, trouble in (
        (parse(""), PhotoTrouble.NOT_CONFIGURED),
        (WltDecoder(tmp_path / "nowhere.so"), PhotoTrouble.UNLOADABLE),
        (WltDecoder(broken), PhotoTrouble.UNLOADABLE),
    ):
        with pytest.raises(ChipPhotoUnavailable) as none:
            decode(decoder, PHOTO)
        assert none.value.trouble is trouble


def test_a_library_without_a_known_symbol_is_not_called(build: Build) -> None:
    library = build(GET_BMP, 0).library
    for symbol in ("unpack", "system"):
        with pytest.raises(ChipPhotoUnavailable) as none:
            WltDecoder(library, symbol).decode(PHOTO)
        assert none.value.trouble is PhotoTrouble.UNLOADABLE


@pytest.mark.parametrize("photo", [b"", bytes(1024), PHOTO[:-1]])
def test_bytes_that_are_no_photo_reach_no_library(photo: bytes) -> None:
    with pytest.raises(ChipPhotoUnavailable) as none:
        WltDecoder(Path("/nowhere.so")).decode(photo)
    assert none.value.trouble is PhotoTrouble.NO_PHOTO
