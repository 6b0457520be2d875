from __future__ import annotations

import dataclasses

import pytest

from edge.kiosk.consent import NOTICES, notice


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_three_consents_are_asked_for_one_by_one(language: str) -> None:
    assert [tick.key for tick in notice(language).ticks] == ["template", "transfer", "pictures"]


def test_a_changed_word_is_another_text() -> None:
    shown = notice("zh")
    changed = dataclasses.replace(shown, ticks=(dataclasses.replace(shown.ticks[0], detail="另一句话"), *shown.ticks[1:]))
    assert changed.text_hash != shown.text_hash
    assert NOTICES["zh"].text_hash != NOTICES["en"].text_hash


def test_an_unknown_language_is_answered_in_chinese() -> None:
    assert notice("fr") is NOTICES["zh"]
