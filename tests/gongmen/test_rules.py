"""Rule, code, test: read from a small repository made for the purpose, and from this one."""

from pathlib import Path

import pytest

from gongmen.generated_docs import stale_docs, write_docs
from gongmen.rules import Trace, collect, numbers_in, render_markdown

ROOT = Path(__file__).parents[2]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one rule enforced, one tested, and a contract to describe."""
    (tmp_path / "central/entry").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "edge/sync").mkdir(parents=True)
    (tmp_path / "edge/sync/wire.py").write_text((ROOT / "edge/sync/wire.py").read_text("utf-8"), "utf-8")
    (tmp_path / "central/entry/rules.py").write_text(
        'def confirm(at):\n    """Sets the entry time (A-41)."""\n\nclass Gate:\n    def opens(self):\n        """A-03."""\n', "utf-8"
    )
    (tmp_path / "tests/test_entry.py").write_text(
        'import pytest\n\n@pytest.mark.rule("A-41", "A-43")\ndef test_it_is_set_once():\n    raise RuntimeError\n\n'
        "class TestGate:\n"
        '    @pytest.mark.rule("A-03")\n    def test_it_opens(self): ...\n\n@pytest.mark.rule("A-01")\ndef builder(): ...\n',
        "utf-8",
    )
    return tmp_path


def by_rule(traces: list[Trace]) -> dict[str, Trace]:
    return {trace["rule"]: trace for trace in traces}


def test_a_rule_is_found_with_its_code_and_its_tests_without_importing_them(repository: Path) -> None:
    traces = by_rule(collect(repository))
    assert traces["A-41"] == {
        "rule": "A-41",
        "code": ["central/entry/rules.py:confirm"],
        "tests": ["tests/test_entry.py::test_it_is_set_once"],
    }
    assert traces["A-43"]["tests"] == ["tests/test_entry.py::test_it_is_set_once"]
    assert traces["A-03"]["code"] == ["central/entry/rules.py:Gate.opens"]
    assert traces["A-03"]["tests"] == ["tests/test_entry.py::TestGate::test_it_opens"]


def test_every_rule_has_its_row_and_is_empty_where_nothing_stands(repository: Path) -> None:
    traces = collect(repository)
    assert [t["rule"] for t in traces] == [f"A-{n:02d}" for n in range(1, 66)]
    assert by_rule(traces)["A-65"] == {"rule": "A-65", "code": [], "tests": []}
    assert by_rule(traces)["A-01"]["tests"] == [], "a marked builder is not a test"


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("A-50 to A-53", ["A-50", "A-51", "A-52", "A-53"]),
        ("A-45…A-47 and A-03", ["A-45", "A-46", "A-47", "A-03"]),
        ("A-00, A-66, A-1, XA-41", []),
    ],
)
def test_ranges_are_filled_and_other_numbers_left_out(text: str, rules: list[str]) -> None:
    assert numbers_in(text) == rules


def test_a_changed_docstring_makes_the_documents_stale_until_they_are_written(repository: Path) -> None:
    assert stale_docs(repository) == ["docs/rules.md", "docs/wire.md"]
    write_docs(repository)
    assert stale_docs(repository) == []
    (repository / "central/entry/rules.py").write_text('"""A-44."""\n', "utf-8")
    assert stale_docs(repository) == ["docs/rules.md"]


def test_the_table_says_a_dash_for_what_is_not_there_yet(repository: Path) -> None:
    table = render_markdown(collect(repository))
    assert "| A-65 | 每条记录有变更历史，可供核查<br>Every record has a history that support can read | — | — |" in table
    assert "[`confirm`](../central/entry/rules.py)" in table


def test_the_contract_is_described_with_every_message_and_topic(repository: Path) -> None:
    write_docs(repository)
    wire = (repository / "docs/wire.md").read_text("utf-8")
    for word in ("### EventBatch", "`gm/1/{box}/down/roster/part`", "| `MAX_EVENTS` | `200` |", "(tag `p`)", "`NOT_CONFIRMED` ="):
        assert word in wire
