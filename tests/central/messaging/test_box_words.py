"""Every code that a box can send has its words at the centre."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import edge
from central.messaging import box_words
from central.messaging.box_words import BY_HAND, CHECKS, INCIDENTS, METHODS, MOVES, REASONS, Words
from central.messaging.store import CLOSED_AGAIN, HELD_OPEN
from edge.errors import EdgeError
from edge.gate import challenge
from edge.gate.liveness import Colour, DepthCamera, Network, Sharpness
from edge.gate.openings import EXIT_BUTTON, FIRE, GATE_RESTARTED
from edge.gate.owner import ONE_TO_ONE
from edge.gate.passage import PASSED_AGAIN
from edge.kiosk import fault_texts, guard_desk
from edge.reader.causes import Cause
from edge.sync.wire import Method, Reason
from hardware.errors import DeviceError

HERE = Path(edge.__file__).parent
THE_CARDS = ("CARD_", "CHIP_")
"""Codes of a card in a hand, which the box tells nobody."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def kinds(of: type[Exception]) -> Iterator[str]:
    yield str(vars(of).get("code", ""))
    for kind in of.__subclasses__():
        yield from kinds(kind)


def written() -> set[str]:
    """The codes of incidents that the box's program names, in `Incident(…)` and beside the journal's new epochs, constants resolved."""
    named: set[str] = set()
    for path in HERE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        known = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in {"Incident", "note", "_begin_epoch"}:
                first = call.args[0]
                code = first.value if isinstance(first, ast.Constant) else known.get(first.id, "") if isinstance(first, ast.Name) else ""
                named.add(str(code))
    return {code for code in named if re.fullmatch(r"[A-Z][A-Z_]+", code)}


def test_whatever_a_box_can_tell_of_itself_has_words() -> None:
    found = written()
    assert {"LOOKALIKE", "QR_PASS_WRITTEN", "EXIT_UNKNOWN", "PASSAGE_NOT_MADE", "STORE_SET_ASIDE", "JOURNAL_BROKEN"} <= found
    devices = {str(cause.value) for cause in Cause if str(cause.value).startswith(("READER_", "DEVICE_"))}
    errors = {code for code in (*kinds(EdgeError), *kinds(DeviceError)) if code and not code.startswith(THE_CARDS)} - {"NOT_CONFIRMED"}
    alarms = {"FIRE", "TAMPER", "STUCK", "CLONE_ALARM", "CHAIN_BROKEN", "JOURNAL_DIVERGED", HELD_OPEN, CLOSED_AGAIN}
    assert {*found, *devices, *errors, *alarms, *fault_texts.FAULTS} <= INCIDENTS.keys()


def test_every_reason_of_a_gate_and_every_reason_of_a_guard_has_words() -> None:
    assert set(Reason) == set(REASONS)
    assert set(Method) == set(METHODS)
    guards = {why for whys in guard_desk.REASONS.values() for why in whys}
    assert {*guards, guard_desk.CLOSE_REASON, EXIT_BUTTON, FIRE, GATE_RESTARTED, PASSED_AGAIN} == set(BY_HAND)


def test_every_check_that_a_gate_runs_has_words() -> None:
    passive = {kind.name for kind in (Sharpness, Colour, Network, DepthCamera)}
    moves = {move.value.lower() for move in challenge.MOVES}
    assert {ONE_TO_ONE, *passive, *moves} == set(CHECKS)
    assert moves == MOVES


def test_a_movement_that_opened_the_gate_was_done_and_one_before_a_refusal_was_only_asked() -> None:
    assert box_words.of_check("turn_left", passed=True).said == ("向左转头通过", "turn the head left: done")
    assert box_words.of_check("turn_left", passed=False).said == ("要求向左转头", "asked to turn the head left")
    assert box_words.of_check("sharpness", passed=True) == box_words.of_check("sharpness", passed=False)
    assert box_words.of_check("iris", passed=True).said == ("iris", "iris")


def test_the_words_are_chinese_first_and_english_second() -> None:
    every: list[Words] = [*INCIDENTS.values(), *REASONS.values(), *BY_HAND.values(), *METHODS.values(), *CHECKS.values()]
    assert [words for words in every if not CHINESE.search(words.zh)] == []
    assert [words for words in every if CHINESE.search(words.en + words.do_en)] == []
    assert [words for words in every if bool(words.do_zh) != bool(words.do_en)] == []


def test_a_code_of_a_newer_box_stays_a_code() -> None:
    assert box_words.of_incident("SOMETHING_NEW").said == ("SOMETHING_NEW", "SOMETHING_NEW")
    assert box_words.of_reason("WRONG_LANE").zh == "此通道不可用"
