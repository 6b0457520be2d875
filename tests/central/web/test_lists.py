"""Every list of the portal can be taken away as a workbook, and everything the audit keeps has words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import central
from central.verification.rules import CAUSES
from central.web.texts import TEXTS
from central.web.told import HIDDEN

CENTRAL = Path(central.__file__).parent
TEMPLATES = CENTRAL / "web" / "templates"


def test_every_page_with_a_table_of_rows_offers_it_as_a_workbook() -> None:
    pages = {path.relative_to(TEMPLATES).as_posix(): path.read_text() for path in TEMPLATES.rglob("*.html")}
    lists = {name for name, text in pages.items() if "table.rows(" in text}
    assert len(lists) > 15
    assert {name for name in lists if "table.export(" not in pages[name]} == set()


def _actions() -> set[str]:
    """What the code of the centre writes into the audit, where it says so in a plain string."""
    found: set[str] = set()
    for path in CENTRAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = (
                node.args[2:3]
                if name == "record"
                else [one.value for one in node.keywords if one.arg == "action"]
                if name == "book"
                else []
            )
            found |= {str(one.value) for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {action for action in found if "." in action}


@pytest.mark.rule("A-25")
def test_every_cause_of_an_identity_not_verified_has_words() -> None:
    assert {cause for cause in CAUSES if f"cause_{cause}" not in TEXTS} == set()


@pytest.mark.rule("A-65")
def test_every_deed_that_the_audit_keeps_has_words() -> None:
    actions = _actions()
    assert {"worker.registered", "companies.exported"} <= actions
    assert {action for action in actions if f"deed_{action}" not in TEXTS} == set()


def _told() -> set[str]:
    """The names of what changed, where the code gives them to the audit in a plain dictionary."""
    found: set[str] = set()
    for path in CENTRAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                said = [one.value for one in node.keywords if one.arg in {"before", "after"}]
                keys = [key for value in said if isinstance(value, ast.Dict) for key in value.keys]
                found |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return found


@pytest.mark.rule("A-65")
def test_everything_that_the_audit_tells_of_a_deed_has_a_name() -> None:
    told = _told()
    assert {"functions", "cause"} <= told
    assert {name for name in told - HIDDEN if f"field_{name}" not in TEXTS} == set()
