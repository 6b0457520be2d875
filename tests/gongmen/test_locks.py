from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gongmen.setup.locks import LOCKS, ROOT, check, fingerprint, machine_paths

HASHED = "numpy==2.4.6 ; sys_platform == 'linux' \\\n    --hash=sha256:00\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose locks are fresh."""
    root = tmp_path / "project"
    (root / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", root)
    for name in LOCKS:
        (root / "requirements" / name).write_text(fingerprint(root) + HASHED)
    (root / "package.json").write_text(json.dumps({"dependencies": {"a": "1.0.0"}}))
    locked = {"": {"dependencies": {"a": "1.0.0"}}, "node_modules/a": {"version": "1.0.0", "integrity": "sha512-x"}}
    (root / "package-lock.json").write_text(json.dumps({"packages": locked}))
    assert check(root) == []
    return root


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_new_dependency_makes_every_lock_stale(project: Path) -> None:
    replace(project / "pyproject.toml", "dependencies = [", 'dependencies = ["another",')
    assert [fault.split(":")[0] for fault in check(project)] == [f"requirements/{name}" for name in LOCKS]


def test_a_change_that_is_no_dependency_leaves_the_locks_fresh(project: Path) -> None:
    replace(project / "pyproject.toml", 'version = "0.1.0"', 'version = "9.9.9"')
    assert check(project) == []


@pytest.mark.parametrize("line", ["--index-url mirror\n", "a @ https://mirror.example/a.whl\n", "-e ../other\n"])
def test_a_registry_or_an_option_in_a_lock_is_told(project: Path, line: str) -> None:
    lock = project / "requirements/demo.txt"
    lock.write_text(lock.read_text() + line)
    assert [fault.split(":")[0] for fault in check(project)] == ["requirements/demo.txt"]


def test_a_package_without_a_hash_is_told(project: Path) -> None:
    lock = project / "requirements/edge.txt"
    lock.write_text(lock.read_text() + "anyio==4.16.0\n")
    assert ["anyio" in fault for fault in check(project)] == [True]


def test_a_registry_in_the_front_end_lock_is_told(project: Path) -> None:
    replace(project / "package-lock.json", '"version"', '"resolved": "mirror", "version"')
    assert ["node_modules/a" in fault for fault in check(project)] == [True]


def test_another_front_end_version_is_stale(project: Path) -> None:
    replace(project / "package.json", "1.0.0", "1.0.1")
    assert [fault.split(":")[0] for fault in check(project)] == ["package-lock.json"]


def test_a_path_of_this_machine_is_told_and_ignored_folders_are_not_read(project: Path) -> None:
    home = Path("/home/somebody")
    for name in ("notes.md", "var/setup.log", ".venv/made"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("made in /home/somebody/project\n")
    (project / "fine.md").write_text("see https://example.org/home/somebody and /home/somebody-else\n")
    assert [fault.split(":")[0] for fault in machine_paths(project, (home,))] == ["notes.md"]
