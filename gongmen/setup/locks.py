"""The lock files: made anew by `./run lock`, and shown by `./run check`, without a network, to be of today's declared dependencies.

No committed file may name a registry or a folder of the machine it was written on: whoever clones uses the registries they have.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path

from gongmen.setup.assets import npm

ROOT = Path(__file__).parents[2]
NOT_OURS = {"node_modules", "var", "dist", "vendor", "test-artefacts", "__pycache__"}
EVERYBODYS = {"/", "/home", "/opt", "/srv", "/tmp", "/usr/src", "/var/tmp", "/opt/gongmen", "/srv/gongmen"}  # noqa: S108 - names, no files made
UV = "uv>=0.9,<1"
COMPILE = (
    *("pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-header", "--no-annotate", "pyproject.toml"),
)
LOCKS = {
    "edge.txt": ("--extra", "edge"),
    "central.txt": ("--extra", "central"),
    "demo.txt": ("--extra", "demo", "--group", "build"),
    "dev.txt": ("--extra", "demo", "--group", "build", "--group", "dev", "-c", "requirements/demo.txt"),
    "pcsc.txt": ("--extra", "pcsc", "--group", "pcsc-build", "-c", "requirements/demo.txt"),
}
"""What each file locks: the real box, the real centre, both with the demo, and all of it with the developers' tools."""


def fingerprint(root: Path) -> str:
    """The first line of a lock file: the hash of everything in pyproject.toml that the resolution depends on."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = declared["project"]
    facts = [project.get(key) for key in ("requires-python", "dependencies", "optional-dependencies")]
    facts += [declared.get("dependency-groups"), declared.get("tool", {}).get("uv")]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return f"# made by ./run lock from the dependencies of pyproject.toml, sha256 {digest[:32]}\n"


def make(root: Path, *, upgrade: bool) -> None:
    """Locks anew, keeping versions that still fit unless `upgrade`. Needs a network. Raises `subprocess.CalledProcessError`."""
    scratch = root / "var/lock"
    venv.create(scratch, with_pip=True, clear=True)
    subprocess.run([scratch / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "-q", UV], check=True)
    for name, what in LOCKS.items():
        target = root / "requirements" / name
        newer = ("--upgrade",) if upgrade else ()
        subprocess.run([str(scratch / "bin/uv"), *COMPILE, *what, *newer, "-o", f"requirements/{name}"], cwd=root, check=True)
        target.write_text(fingerprint(root) + target.read_text(encoding="utf-8").removeprefix(fingerprint(root)), encoding="utf-8")
    npm(root, "update" if upgrade else "install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved")
    shutil.rmtree(scratch)


def stale(root: Path) -> Iterator[str]:
    """The lock files that are of other dependencies than are declared now."""
    for name in LOCKS:
        if not (root / "requirements" / name).read_text(encoding="utf-8").startswith(fingerprint(root)):
            yield f"requirements/{name}: 与 pyproject.toml 不符，请运行 ./run lock / not of today's pyproject.toml; run ./run lock"
    declared = json.loads((root / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    if locked[""].get("dependencies") != declared:
        yield "package-lock.json: 与 package.json 不符，请运行 ./run lock / not of today's package.json; run ./run lock"


def unlocked(root: Path) -> Iterator[str]:
    """Places in lock files that name a registry, or a package without a hash."""
    for path in sorted((root / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        if re.search(r"://|^\s*-", re.sub(r"^ +--hash=", "", text, flags=re.M), flags=re.M):
            yield f"requirements/{path.name}: 不得写明软件源地址或选项 / names an address or an option of a registry"
        for line in re.sub(r" *\\\n +", " ", text).splitlines():
            if "==" in line and " --hash=sha256:" not in line:
                yield f"requirements/{path.name}: 缺少校验值 / without a hash: {line}"
    packages = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, package in packages.items():
        if name and ("resolved" in package or "integrity" not in package):
            yield f"package-lock.json: {name}: 不得写明软件源地址，须有校验值 / names a registry, or has no hash"


def own_files(root: Path) -> Iterator[Path]:
    """The files of the project as a clone has them: what git would ignore is left out."""
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_OURS and (not name.startswith(".") or name == ".ci")]
        yield from (Path(folder) / name for name in files)


def machine_paths(root: Path, homes: tuple[Path, ...]) -> Iterator[str]:
    """Files that name a folder of this machine: the checkout itself, the folder around it, the home of whoever works here."""
    names = "|".join(re.escape(str(home)) for home in homes)
    pattern = re.compile(rf"(?<![\w.\-/]){'(?:' + names + ')'}(?![\w.\-])".encode())
    for path in own_files(root):
        if pattern.search(path.read_bytes()):
            yield f"{path.relative_to(root)}: 含有本机路径 / names a folder of this machine"


def check(root: Path = ROOT) -> list[str]:
    """All that is wrong with the lock files, and every path of this machine in the project's files. Empty when all is well."""
    homes = tuple(path for path in (root, root.parent, Path.home()) if str(path) not in EVERYBODYS)
    return [*stale(root), *unlocked(root), *machine_paths(root, homes)]


def main() -> int:
    """`python -m gongmen.setup.locks`: checks; with `--make` locks anew (`-U` to newer versions)."""
    parser = argparse.ArgumentParser(prog="./run lock", description="重新锁定依赖 / lock the dependencies anew")
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("-U", "--upgrade", action="store_true", help="升级到较新版本 / to newer versions")
    asked = parser.parse_args()
    if asked.make:
        make(ROOT, upgrade=asked.upgrade)
    faults = check()
    for fault in faults:
        print(f"✗ {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
