"""How often a picture passes for a face, and a face for a picture: every passive check, and what a moved print does to the challenge.

APCER is the share of attacks that a check lets by, BPCER the share of living people whom it doubts or refuses (ISO/IEC 30107-3), with
95 % Wilson intervals. Pictures: GONGMEN_TEST_DATA/spoof of the NUAA kind, `live/SUBJECT/*.jpg` and `print/SUBJECT/*.jpg`. The thresholds in
use were set on the subjects with even numbers; `part` says whose figures a row shows. No video of a replay, and no mask, was to be had.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.errors import ModelMissing
from edge.faces import Face, Image
from edge.gate.challenge import BLINK_SHUT, TURNED, depth_place
from edge.gate.engines import load_engine
from edge.gate.eyes import Eyes
from edge.gate.liveness import Check, Colour, Liveness, Network, Sharpness, Standing
from gongmen.bench.face_errors import wilson
from gongmen.bench.photographs import DATA
from gongmen.bench.report import Report
from gongmen.bench.turned import turned_rows

_SHORTEST: Final = 4
"""Pictures that make a sequence."""


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture with the face in it. `sequence` is the sitting that it belongs to."""

    live: bool
    subject: str
    sequence: str
    image: Image
    face: Face

    @property
    def part(self) -> str:
        """Subjects with even numbers were calibrated on."""
        return "calibration" if int(self.subject) % 2 == 0 else "report"


def run(as_json: bool = False, data: Path = DATA) -> None:
    """Prints the report; ends with status 3 where there are no pictures."""
    shown = pictures(data)
    if not shown:
        print(f"没有照片 no pictures: {data / 'spoof'} (GONGMEN_TEST_DATA)", file=sys.stderr)
        sys.exit(3)
    live = sum(one.live for one in shown)
    subjects = len({one.subject for one in shown})
    report = Report("liveness", {"live": live, "prints": len(shown) - live, "subjects": subjects, "attack": "prints, single frames"})
    for check in checks(data):
        _check_rows(report, check, shown)
    _turn_row(report, shown)
    eyes = Eyes.load(data / "models")
    if eyes is not None:
        _blink_row(report, shown, eyes)
    turned_rows(report, data)
    report.notes.append(
        "sharpness, colour: raise a doubt only (the challenge is asked where the site wants it). minifasnet: refuses by itself."
    )
    report.notes.append(
        "turn: attacks = sequences of one print being moved, tilted and bent; passed = its nose seemed to turn far enough, some way."
    )
    report.notes.append("blink: attacks = the same sequences; passed = the print's eyes seemed shut in one picture and open in most.")
    report.notes.append(
        "Not measured, for want of moving pictures of people who were asked to turn or blink: how often living people fail the challenge "
        "as a whole (too late, to the wrong side, not understood). Nor replays on a screen, nor masks."
    )
    report.finish(as_json)


def pictures(data: Path) -> list[Shown]:
    """Every picture with a face; empty where the folder is not there."""
    engine, found = load_engine("sface", None, 1), []
    for kind in ("live", "print"):
        for file in sorted((data / "spoof" / "nuaa" / kind).glob("*/*.jpg")):
            image = np.asarray(cv2.imread(str(file)), np.uint8)
            faces = engine.detect(image)
            if faces:
                sequence = f"{kind}/{file.stem.rpartition('_')[0]}"
                found.append(Shown(kind == "live", file.parent.name, sequence, image, faces[0]))
    return found


def checks(data: Path) -> list[Check]:
    """The checks of a lane; the network where its file lies in the folder's `models`."""
    soft: list[Check] = [Sharpness(), Colour()]
    try:
        return [*soft, Network.load(data / "models")]
    except ModelMissing:
        return soft


def _check_rows(report: Report, check: Check, shown: Sequence[Shown]) -> None:
    alone = Liveness(check)
    looks = [alone.look(one.image, one.face) for one in shown]
    clear = np.array([alone.judge([look]) is Standing.CLEAR for look in looks])
    values, live = np.array([look[0] for look in looks]), np.array([one.live for one in shown])
    for part in ("report", "calibration", "all"):
        kept = np.array([part in ("all", one.part) for one in shown])
        attacks, people = clear[kept & ~live], clear[kept & live]
        report.row(
            check=check.name,
            part=part,
            **rates(int(attacks.sum()), len(attacks), int((~people).sum()), len(people)),
            auc=auc(values[kept & live], values[kept & ~live]),
        )


def _turn_row(report: Report, shown: Sequence[Shown]) -> None:
    ways: dict[str, list[float]] = {}
    for one in shown:
        place = depth_place(one.face.landmarks)
        if place is not None and not one.live:
            ways.setdefault(one.sequence, []).append(place)
    moved = [float(np.abs(np.array(places) - np.median(places)).max()) for places in ways.values() if len(places) >= _SHORTEST]
    passed = sum(way >= TURNED for way in moved)
    report.row(check="turn", part="all", **rates(passed, len(moved), 0, 0), farthest=max(moved, default=0.0))


def _blink_row(report: Report, shown: Sequence[Shown], eyes: Eyes) -> None:
    """How often the eyes of a print that is moved about seem to shut: the mesh sees each picture for itself."""
    open_eyes: dict[str, list[float]] = {}
    for one in shown:
        openness = None if one.live else eyes.openness(one.image, one.face)
        if openness is not None:
            open_eyes.setdefault(one.sequence, []).append(openness)
    seen = [np.array(values) for values in open_eyes.values() if len(values) >= _SHORTEST]
    least = [float(values.min() / np.median(values)) for values in seen]
    passed = sum(share < BLINK_SHUT for share in least)
    report.row(check="blink", part="all", **rates(passed, len(seen), 0, 0), farthest=1 - min(least, default=1.0))


def rates(passed: int, attacks: int, refused: int, people: int) -> dict[str, object]:
    """APCER and BPCER with their intervals; None where there was nobody to try."""
    return {
        "apcer": passed / attacks if attacks else None,
        "apcer_95": wilson(passed, attacks) if attacks else None,
        "bpcer": refused / people if people else None,
        "bpcer_95": wilson(refused, people) if people else None,
        "attacks": attacks,
        "live": people,
    }


def auc(live: npt.NDArray[np.float64], attack: npt.NDArray[np.float64]) -> float:
    """The chance that a living face scores above a picture."""
    return float((live[:, None] > attack).mean() + 0.5 * (live[:, None] == attack).mean())
