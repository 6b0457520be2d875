"""The door `./run`, on a machine made of a few links and a Python that only takes notes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "cat", "cut", "date", "dirname", "flock", "grep", "head", "id", "mkdir", "rm", "sha256sum", "tail", "touch", "cp", "env")
INPUTS = ("pyproject.toml", "package-lock.json", "gongmen/setup/assets.py", "gongmen/setup/pictures.py", "gongmen/setup/pcsc.py")

NOTING_PYTHON = """#!/bin/sh
case $1 in -c) exit 0 ;; esac
echo "$*" >>"$NOTES"
[ ! -e "$NOTES.fail" ] || { echo "no route to the registry"; exit 1; }
case $2 in
venv) mkdir -p .venv/bin && cp "$0" .venv/bin/python && cp "$0" .venv/bin/gongmen ;;
gongmen.setup.assets) mkdir -p central/web/assets/vendor ;;
gongmen.setup.pictures) mkdir -p var/pictures ;;
esac
"""


class Machine:
    """A checkout's door in a folder, with nothing on the PATH but the tools named above."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.bin = folder / "bin"
        self.notes = folder / "notes"
        self.bin.mkdir()
        for tool in TOOLS:
            self.bin.joinpath(tool).symlink_to(shutil.which(tool) or pytest.skip(f"no {tool} on this machine"))
        for name in (*INPUTS, *(f"requirements/{name}.txt" for name in ("demo", "dev", "pictures", "pcsc"))):
            self.project.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
            self.project.joinpath(name).touch()
        shutil.copy(ROOT / "run", self.project)

    def has(self, name: str, text: str) -> None:
        self.bin.joinpath(name).write_text(text)
        self.bin.joinpath(name).chmod(0o755)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.bin), "NOTES": str(self.notes), "HOME": str(self.project), "LANG": os.environ.get("LANG", "C")}
        command = [str(self.project / "run"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)

    def noted(self) -> list[str]:
        """What Python was asked to do since the last look."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        self.notes.unlink(missing_ok=True)
        return lines


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def ready(machine: Machine) -> Machine:
    """With Python, and set up once."""
    machine.has("python3", NOTING_PYTHON)
    assert machine.run("setup").returncode == 0
    machine.noted()
    return machine


def test_help_needs_nothing_and_names_every_command(machine: Machine) -> None:
    done = machine.run()
    assert done.returncode == 0
    assert all(name in done.stderr for name in ("setup", "demo", "test", "check", "bench", "lock"))
    assert not (machine.project / "var").exists()


def test_without_python_and_without_apt_it_says_what_to_install(machine: Machine) -> None:
    done = machine.run("setup")
    assert done.returncode == 1
    assert "sudo apt-get install -y python3 python3-venv" in done.stderr
    assert "需要 64 位 Python" in done.stderr


def test_a_python_without_venv_is_not_used(machine: Machine) -> None:
    machine.has("python3", "#!/bin/sh\nexit 1\n")
    machine.has("python3.12", NOTING_PYTHON)
    assert machine.run("setup").returncode == 0
    assert machine.noted()[0] == "-m venv .venv"


def test_setup_locks_hashes_and_builds_nothing(machine: Machine) -> None:
    machine.has("python3", NOTING_PYTHON)
    done = machine.run("setup")
    assert done.returncode == 0, done.stderr
    packages = next(line for line in machine.noted() if "requirements/demo.txt" in line)
    assert "--require-hashes" in packages
    assert "--no-deps" in packages
    assert "--only-binary :all:" in packages
    assert "[6/6]" in done.stderr
    assert done.stdout == ""


def test_a_second_setup_does_nothing(ready: Machine) -> None:
    done = ready.run("setup")
    assert (done.returncode, ready.noted()) == (0, [])
    assert "[" not in done.stderr


def test_changed_locks_are_installed_and_nothing_else(ready: Machine) -> None:
    (ready.project / "requirements/demo.txt").write_text("changed")
    ready.run("setup")
    (line,) = ready.noted()
    assert "requirements/demo.txt" in line


def test_a_step_that_failed_shows_why_and_is_done_again(ready: Machine) -> None:
    (ready.project / "requirements/demo.txt").write_text("changed")
    fail = ready.notes.with_name("notes.fail")
    fail.touch()
    done = ready.run("setup")
    assert done.returncode == 1
    assert "no route to the registry" in done.stderr
    assert "var/setup.log" in done.stderr
    ready.noted()
    fail.unlink()
    assert ready.run("setup").returncode == 0
    (line,) = ready.noted()
    assert "requirements/demo.txt" in line


def test_a_checkout_that_moved_makes_its_environment_anew(ready: Machine) -> None:
    ready.project = ready.project.rename(ready.project.with_name("elsewhere"))
    assert ready.run("setup").returncode == 0
    assert ready.noted()[0] == "-m venv .venv"


def test_a_name_of_its_own_goes_to_gongmen_with_its_arguments(ready: Machine) -> None:
    assert ready.run("edge", "doctor", "--json").returncode == 0
    assert ready.noted() == ["edge doctor --json"]


def test_the_tests_go_on_without_the_system_packages_and_say_so(ready: Machine) -> None:
    ready.has("dpkg-query", "#!/bin/sh\nexit 1\n")
    done = ready.run("test", "-k", "name")
    assert done.returncode == 0
    for wanted in (
        "mosquitto mosquitto-clients postgresql chromium fonts-noto-cjk libatomic1",
        "gcc libc6-dev python3-dev libpcsclite-dev pcscd",
        "gir1.2-gst-rtsp-server-1.0 python3-gi",
    ):
        assert f"sudo apt-get install -y --no-install-recommends {wanted}" in " ".join(done.stderr.split())
    assert [line for line in ready.noted() if "pytest" in line] == ["-m pytest -k name"]


def test_the_developers_environment_serves_the_demo_too(ready: Machine) -> None:
    ready.has("dpkg-query", "#!/bin/sh\necho install ok installed\n")
    assert ready.run("test").returncode == 0
    assert any("requirements/dev.txt" in line for line in ready.noted())
    assert ready.run("demo", "--once").returncode == 0
    assert ready.noted() == ["demo --once"]


def test_the_tests_build_pc_sc_once_and_go_on_where_it_cannot_be_built(ready: Machine) -> None:
    ready.has("dpkg-query", "#!/bin/sh\necho install ok installed\n")
    assert ready.run("test").returncode == 0
    assert "-m gongmen.setup.pcsc --tests" in ready.noted()
    assert ready.run("test").returncode == 0
    assert ready.noted() == ["-m pytest -n auto --maxprocesses=4 --dist loadfile --no-loadscope-reorder"], "all of it: a process per core"
    (ready.project / "requirements/pcsc.txt").write_text("changed")
    fail = ready.notes.with_name("notes.fail")
    fail.touch()
    done = ready.run("pcsc")
    assert done.returncode == 1
    assert "没有 PC/SC 支持" in done.stderr
    fail.unlink()
    assert ready.run("pcsc").returncode == 0


def test_locking_anew_needs_neither_front_end_files_nor_pictures(machine: Machine) -> None:
    """A changed package.json is no reason to fail here: locking is what makes the two agree again."""
    machine.has("python3", NOTING_PYTHON)
    assert machine.run("lock", "-U").returncode == 0
    noted = machine.noted()
    assert noted[-1] == "-m gongmen.setup.locks --make -U"
    assert not any("assets" in line or "pictures" in line for line in noted)
