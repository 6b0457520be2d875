"""`gongmen reader read` at a technician's desk, with a reader on a pseudo-terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from edge.reader.causes import Cause
from gongmen.reader import EXIT, app
from hardware.card_reader import CardData, synthetic
from hardware.card_reader.simulated import SamSimulator

CARD = synthetic.resident(valid_until=None)
NUMBER = "310199198503150032"


@pytest.fixture
def simulator() -> Iterator[SamSimulator]:
    with SamSimulator() as simulator:
        yield simulator


def _run(*options: str) -> Result:
    return CliRunner().invoke(app, ["read", *options])


def _json(result: Result) -> dict[str, Any]:
    last: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return last


def test_a_card_is_shown_masked(simulator: SamSimulator) -> None:
    simulator.put(CARD)
    result = _run("--port", str(simulator.path))
    assert result.exit_code == 0
    assert "05.03-20120101-0000123456-0123456789" in result.stdout
    assert "310***********0032" in result.stdout
    assert "证件有效" in result.stdout
    for hidden in (NUMBER, "张测试", "甲路", "1985-03-15"):
        assert hidden not in result.stdout


def test_everything_is_shown_to_whoever_asks_for_it(simulator: SamSimulator) -> None:
    simulator.put(CARD)
    result = _run("--port", str(simulator.path), "--reveal")
    for shown in (NUMBER, "张测试", "测试省样本市虚构区甲路一号", "1985-03-15", "长期"):
        assert shown in result.stdout


def test_a_machine_gets_one_object_on_the_last_line(simulator: SamSimulator) -> None:
    simulator.put(CARD)
    result = _json(_run("--port", str(simulator.path), "--json"))
    assert (result["cause"], result["causes"], result["message"]) == (None, [], None)
    assert result["sam_id"] == "05.03-20120101-0000123456-0123456789"
    assert (result["card"]["number"], result["card"]["name"], result["card"]["sex"]) == ("310***********0032", "张**", "男")
    assert "address" not in result["card"]
    simulator.put(CARD)
    assert _json(_run("--port", str(simulator.path), "--json", "--reveal"))["card"]["number"] == NUMBER


@pytest.mark.parametrize(
    ("card", "cause"),
    [
        (synthetic.resident(valid_until=date(2020, 1, 1)), Cause.CARD_EXPIRED),
        (synthetic.resident(number="310199198503150033"), Cause.NUMBER_INVALID),
        (synthetic.resident(birth=date(2020, 1, 1)), Cause.UNDER_AGE),
        (synthetic.resident(birth_text="nonsense"), Cause.CARD_UNREADABLE),
        (None, Cause.CARD_ABSENT),
    ],
)
@pytest.mark.rule("A-25")
def test_each_cause_has_its_own_exit_code_words_and_advice(simulator: SamSimulator, card: CardData | None, cause: Cause) -> None:
    if card:
        simulator.put(card)
    result = _run("--port", str(simulator.path), "--wait", "0", "--json")
    assert result.exit_code == EXIT[cause]
    assert _json(result)["cause"] == cause
    assert all(_json(result)["message"].values())


@pytest.mark.parametrize(
    ("refusal", "cause"),
    [
        ({"select": 0x31}, Cause.CARD_SUSPECT),
        ({"select": 0x40}, Cause.CARD_WRONG_KIND),
        ({"read_base": 0x41}, Cause.CARD_UNREADABLE),
        ({"find": 0x60}, Cause.DEVICE_FAULT),
    ],
)
@pytest.mark.rule("A-25")
def test_what_the_reader_says_of_the_card_is_told_apart(simulator: SamSimulator, refusal: dict[str, int], cause: Cause) -> None:
    simulator.put(CARD)
    simulator.refuse(**refusal)
    result = _run("--port", str(simulator.path))
    assert result.exit_code == EXIT[cause]
    assert cause.value in result.stdout


def test_a_reader_that_does_not_answer_is_told_apart_from_one_that_is_not_there(simulator: SamSimulator) -> None:
    simulator.freeze()
    assert _run("--port", str(simulator.path)).exit_code == EXIT[Cause.DEVICE_TIMEOUT]
    assert _run("--port", "/nowhere/reader").exit_code == EXIT[Cause.READER_NOT_FOUND]


@pytest.mark.rule("A-24")
def test_an_unsupported_setting_names_the_supported_readers(simulator: SamSimulator) -> None:
    result = _run("--port", str(simulator.path), "--baud", "1200")
    assert result.exit_code == EXIT[Cause.READER_UNSUPPORTED]
    assert "SS628(100)" in result.stdout
    assert "IDMR02" in result.stdout


def test_every_exit_code_stands_in_the_commands_description() -> None:
    import gongmen.reader

    described = gongmen.reader.__doc__ or ""
    assert len(set(EXIT.values())) == len(EXIT)
    for cause, code in EXIT.items():
        assert f"{code} {cause.value}" in described.replace("\n", " ")
