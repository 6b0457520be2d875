"""What is taken out of the lock file to build PC/SC."""

from __future__ import annotations

from pathlib import Path

from gongmen.setup.pcsc import ROOT, only

SWIG = "swig==4.5.1 ; x \\\n    --hash=sha256:01 \\\n    --hash=sha256:02\n"
LOCK = f"# made by\n{SWIG}swigger==1 \\\n    --hash=sha256:03\nwheel==1 \\\n    --hash=sha256:04\n"


def test_only_the_named_packages_are_taken_with_all_their_hashes() -> None:
    assert only(LOCK, "swig") == SWIG


def test_the_projects_own_lock_names_every_package_that_the_build_needs() -> None:
    lock = (Path(ROOT) / "requirements/pcsc.txt").read_text()
    for name in ("pyscard", "swig", "setuptools", "wheel"):
        assert only(lock, name).startswith(f"{name}==")
        assert "--hash=sha256:" in only(lock, name)
