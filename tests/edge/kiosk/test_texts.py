from __future__ import annotations

import re

import pytest

from edge import errors as box_errors
from edge.gate.recognition import Hint
from edge.kiosk.pages.phrases import PHRASES
from edge.kiosk.texts import TEXTS, table, text
from edge.reader.causes import Cause
from edge.sync.wire import EndCause, Reason
from hardware import errors as device_errors


def tree(root: type[box_errors.EdgeError] | type[device_errors.DeviceError]) -> set[str]:
    return {root.code}.union(*(tree(kind) for kind in root.__subclasses__()))


CODES = sorted(
    {reason.value for reason in Reason}
    | {cause.value for cause in Cause}
    | {f"END_{cause.value}" for cause in EndCause}
    | {hint.value for hint in Hint}
    | tree(box_errors.EdgeError)
    | tree(device_errors.DeviceError)
    | {"FIRE", "TAMPER", "STUCK", "CAMERA_FROZEN"}
)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_chinese_and_english(code: str) -> None:
    row = TEXTS[code]
    assert re.search("[\u4e00-\u9fff]", row.zh)
    assert row.en
    assert not re.search("[\u4e00-\u9fff]", row.en)


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_what_to_do_stands_in_both_languages_or_in_none(code: str) -> None:
    row = TEXTS[code]
    assert bool(row.do_zh) == bool(row.do_en)
    assert set(re.findall(r"\{(\w+)\}", row.do_zh)) == set(re.findall(r"\{(\w+)\}", row.do_en))


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.rule("A-03")
def test_every_refusal_says_what_to_do_next(reason: Reason) -> None:
    assert TEXTS[reason].do_zh
    assert TEXTS[reason].do_en


def test_an_unknown_code_stays_visible_for_the_technician() -> None:
    assert "NEVER_HEARD_OF" in text("NEVER_HEARD_OF").zh


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.rule("A-25")
def test_a_readers_fault_has_the_words_of_a_reader(language: str) -> None:
    words = table(language)
    assert words["reader.DEVICE_UNPLUGGED"]["say"] != words["DEVICE_UNPLUGGED"]["say"]
    assert set(words) >= {f"reader.{cause}" for cause in Cause}


@pytest.mark.parametrize("key", sorted(PHRASES))
def test_every_phrase_has_both_languages_with_the_same_values(key: str) -> None:
    zh, en = PHRASES[key]
    assert zh
    assert en
    assert sorted(re.findall(r"\{(\w+)\}", zh)) == sorted(re.findall(r"\{(\w+)\}", en))
