"""The whole story with real parts: the product's own processes, real frames on pseudo-terminals, real photographs, a real cut."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gongmen.pictures import PicturesMissing, people


def play(home: Path, *more: str) -> dict[str, Any]:
    try:
        people()
    except PicturesMissing as missing:
        pytest.skip(str(missing))
    argv = [sys.executable, "-m", "gongmen", "demo", "--once", "--json", "--home", str(home), *more]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as demo:
        try:
            said, noted = demo.communicate(timeout=280)
        finally:
            with contextlib.suppress(ProcessLookupError):  # a demo that was cut short leaves none of its processes behind
                os.killpg(demo.pid, signal.SIGKILL)
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    assert demo.returncode == 0, (told, noted[-3000:])
    return told


@pytest.mark.timeout(300)
@pytest.mark.rule("A-03")
@pytest.mark.parametrize("engine", ["sface", "face_recognition"])
def test_a_card_at_the_kiosk_becomes_a_committed_passage_at_the_centre(tmp_path: Path, engine: str) -> None:
    told = play(tmp_path, "--engine", engine)
    assert (told["registered"], told["confirmed"], told["enrolled"]) == (6, 4, 4)
    assert told["passages"] == told["employer_passages"] == told["authority_passages"] == told["turnstile_pulses"] == 4
    assert told["offline_passages"] == 2
    assert told["refused"] == {"NOT_CONFIRMED": 4, "RIGHT_ENDED": 1}
    assert (told["lost"], told["duplicated"]) == (0, 0)
    assert told["face_engine"] == {"sface": "sface-2021dec", "face_recognition": "dlib-resnet-v1"}[engine]
