"""`gongmen reader read` at a technician's desk, with a reader on a pseudo-terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from edge.reader.causes import Cause, Caution
from gongmen.reader import EXIT, PAIRING, app
from gongmen.reader_desk import Reading, address_of, judge, today
from hardware.card_reader import CardData, ChipKind, ChipSeen, synthetic
from hardware.card_reader.sam_serial import SamSerial
from hardware.card_reader.simulated import SamSimulator

CARD = synthetic.resident(valid_until=None)
NUMBER = "310199198503150032"


@pytest.fixture
def simulator() -> Iterator[SamSimulator]:
    with SamSimulator() as simulator:
        yield simulator


def _run(*options: str, command: str = "read") -> Result:
    return CliRunner().invoke(app, [command, *options])


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


def test_a_juvenile_is_read_and_said_to_be_one(simulator: SamSimulator) -> None:
    now = today()
    simulator.put(synthetic.resident(birth=now.replace(year=now.year - 17, day=1)))
    result = _run("--port", str(simulator.path), "--json")
    assert (result.exit_code, _json(result)["cautions"]) == (0, ["UNDER_18"])


def test_a_reader_says_its_number_without_a_card(simulator: SamSimulator) -> None:
    result = _run("--port", str(simulator.path), "--json", command="identify")
    assert result.exit_code == 0
    (one,) = _json(result)["readers"]
    assert (one["sam_id"], one["cause"]) == ("05.03-20120101-0000123456-0123456789", None)
    assert one["port"].startswith("sam-serial:")
    assert "05.03-20120101" in _run("--port", str(simulator.path), command="identify").stdout


def test_a_reader_that_is_not_there_is_said_to_be_missing_by_every_command() -> None:
    for command in ("read", "identify", "watch"):
        options = ("--seconds", "0.3") if command == "watch" else ()
        result = _run("--port", "/nowhere/reader", *options, command=command)
        assert result.exit_code == (0 if command == "watch" else EXIT[Cause.READER_NOT_FOUND])
        assert "没有找到读卡器" in result.stdout


def test_a_speed_that_nobody_knows_is_searched_for(simulator: SamSimulator) -> None:
    slow = SamSerial(str(simulator.path))
    slow.change_baud(19200)
    slow.close()
    assert _run("--port", str(simulator.path), "--baud", "auto", command="identify").exit_code == 0


def test_cards_are_watched_until_enough_came(simulator: SamSimulator) -> None:
    simulator.put(CARD)
    lines = [
        json.loads(line) for line in _run("--port", str(simulator.path), "--count", "1", "--json", command="watch").stdout.splitlines()
    ]
    assert [line["state"] for line in lines][-1] == "card"
    assert lines[-1]["card"]["number"] == "310***********0032"
    simulator.put(synthetic.resident(valid_until=date(2020, 1, 1)))
    shown = _run("--port", str(simulator.path), "--count", "1", "--reveal", command="watch").stdout
    assert "CARD_EXPIRED" in shown
    assert NUMBER in shown


def test_a_work_cards_number_is_masked_and_revealed_as_other_readers_show_it() -> None:
    reading = Reading()
    judge(ChipSeen(ChipKind.MIFARE_CLASSIC, bytes.fromhex("A1B2C3D4")), reading)
    assert reading.as_dict(reveal=False)["chip"] == {"kind": "mifare_classic", "number": "****C3D4"}
    assert reading.as_dict(reveal=True)["chip"]["wiegand-26"] == "195,45729"
    assert (reading.cautions, reading.failed) == ((Caution.COPYABLE_NUMBER,), False)
    judge(ChipSeen(ChipKind.ID_CARD, bytes.fromhex("0102030405060708")), reading)
    assert reading.as_dict(reveal=True)["chip"] == {"kind": "id_card", "number": "0102030405060708"}


def test_an_address_is_itself_and_a_path_is_a_serial_port() -> None:
    assert address_of("", "115200") == ""
    assert address_of("/dev/ttyUSB0", "auto") == "sam-serial:/dev/ttyUSB0?baud=auto"
    for uri in ("sam-usb:", "sam-usb:0400:c35a", "pcsc:ACS", "sam-serial:/dev/idreader"):
        assert address_of(uri, "9600") == uri


def test_a_bridge_without_a_pairing_says_how_to_pair(tmp_path: Path) -> None:
    result = _run("--config", str(tmp_path / "none.json"), command="bridge")
    assert result.exit_code == PAIRING
    result = _run("--config", str(tmp_path / "none.json"), "--pair", "CODE", "--centre", "http://far.example", command="bridge")
    assert result.exit_code == PAIRING
    assert not (tmp_path / "none.json").exists()


def test_every_exit_code_stands_in_the_commands_description() -> None:
    import gongmen.reader

    described = gongmen.reader.__doc__ or ""
    assert len(set(EXIT.values())) == len(EXIT)
    for cause, code in EXIT.items():
        assert f"{code} {cause.value}" in described.replace("\n", " ")
