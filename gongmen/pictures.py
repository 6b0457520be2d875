"""The people of the demo: real photographs that the set-up fetched into `var/pictures/` (`sources.json` says whence and on what terms)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

FOLDER = Path(__file__).parents[1] / "var/pictures"
LIST = "sources.json"


class PicturesMissing(Exception):
    """The set-up has not fetched the pictures, or somebody took some away."""

    code: ClassVar[str] = "PICTURES_MISSING"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{self.code}: 缺少演示照片 {path}，请先运行 ./run setup / the demo's picture {path} is missing; run ./run setup first"
        )


@dataclass(frozen=True)
class Person:
    """One person, with one photograph or several. Each shows this one face, cut as a camera at a gate would frame it.

    `key` is stable and short (`obama`), `label` is the name by which the world knows the person.
    """

    key: str
    label: str
    pictures: tuple[Path, ...]


def people(folder: Path = FOLDER) -> list[Person]:
    """Everyone there are pictures of, in a fixed order: who has several photographs first. Raises `PicturesMissing`."""
    index = folder / LIST
    if not index.is_file():
        raise PicturesMissing(index)
    found: dict[str, list[Path]] = {}
    labels: dict[str, str] = {}
    for line in json.loads(index.read_text(encoding="utf-8")):
        picture = folder / line["file"]
        if not picture.is_file():
            raise PicturesMissing(picture)
        found.setdefault(line["person"], []).append(picture)
        labels[line["person"]] = line["label"]
    return [Person(key, labels[key], tuple(pictures)) for key, pictures in found.items()]


def person(key: str, folder: Path = FOLDER) -> Person:
    """The one with this key. Raises `PicturesMissing`; `KeyError` for a key that is nobody's."""
    return {one.key: one for one in people(folder)}[key]
