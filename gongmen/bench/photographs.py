"""The people whom benchmarks see: from the folder named by GONGMEN_TEST_DATA where there is one, else the demo's own pictures."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gongmen.pictures import people

DATA: Final = Path(os.environ.get("GONGMEN_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
MOST: Final = 24


@dataclass(frozen=True)
class Photographed:
    """Somebody with photographs: up to three to enrol with, and one to walk up with (one of the three, if there are no more)."""

    name: str
    enrolled: tuple[Path, ...]
    probe: Path


def photographed(least: int = 4, most: int = MOST) -> list[Photographed]:
    """At most so many people. Raises `PicturesMissing` where there are no pictures at all."""
    folder = DATA / "faces" / "lfw" / "east_asian"
    if folder.is_dir():
        found = {person.name: sorted(person.glob("*.jpg")) for person in sorted(folder.iterdir())}
        files = {name: pictures for name, pictures in found.items() if len(pictures) >= least}
    else:
        files = {one.key: list(one.pictures) for one in people()}
    return [Photographed(name, tuple(pictures[:3]), pictures[min(3, len(pictures) - 1)]) for name, pictures in list(files.items())[:most]]
