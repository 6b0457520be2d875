"""Support for PC/SC readers: pyscard has no wheel for Linux, so it is built here, from the locked source, with the locked build tools.

Optional: without a compiler and the headers everything else works, and an address `pcsc:` says what to install. `--tests` also fetches
the driver of a virtual reader for the tests. That driver listens on every network address, so it is never installed into the system: it
is unpacked under var/, where only the tests' own pcscd finds it, while it runs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[2]
APT = "gcc libc6-dev python3-dev libpcsclite-dev pcscd"
WINSCARD = Path("/usr/include/PCSC/winscard.h")
VPCD = ROOT / "var/vpcd"
PIP = ("-m", "pip", "--disable-pip-version-check", "--retries", "1", "install", "--no-deps", "--require-hashes")


def missing() -> list[str]:
    """What is not on this machine of what the build needs."""
    python_header = Path(sysconfig.get_path("include")) / "Python.h"
    return [
        *([] if shutil.which("gcc") or shutil.which("cc") else ["gcc"]),
        *(str(header) for header in (python_header, WINSCARD) if not header.exists()),
    ]


def only(lock: str, *names: str) -> str:
    """The entries of a lock file that are these packages, with their hashes."""
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.M)
    return "".join(entry for entry in entries if entry.partition("==")[0] in names)


def build(root: Path = ROOT) -> None:
    """Builds pyscard into this environment. Raises `subprocess.CalledProcessError` when pip fails."""
    lock = (root / "requirements/pcsc.txt").read_text(encoding="utf-8")
    scratch = root / "var/pcsc"
    scratch.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    for name, packages, how in (
        ("build-tools.txt", ("setuptools", "swig", "wheel"), ("--only-binary", ":all:")),
        ("pyscard.txt", ("pyscard",), ("--no-build-isolation", "--no-binary", "pyscard")),
    ):
        (scratch / name).write_text(only(lock, *packages), encoding="utf-8")
        subprocess.run([sys.executable, *PIP, *how, "-r", str(scratch / name)], env=environment, check=True)
    shutil.rmtree(scratch)


def fetch_virtual_reader(folder: Path = VPCD) -> None:
    """Unpacks vsmartcard-vpcd from the system's package source, installing nothing. Raises `subprocess.CalledProcessError`, `OSError`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(["apt-get", "-q", "download", "vsmartcard-vpcd"], cwd=folder, check=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
        package.unlink()


def main() -> int:
    """`python -m gongmen.setup.pcsc [--tests]`: 0 when PC/SC can be used."""
    if absent := missing():
        print(
            f"没有 / not on this machine: {', '.join(absent)}\n    sudo apt-get install -y --no-install-recommends {APT}", file=sys.stderr
        )
        return 1
    try:
        build()
        if "--tests" in sys.argv[1:]:
            fetch_virtual_reader()
    except (subprocess.CalledProcessError, OSError) as failed:
        print(f"没有完成 / not done: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
