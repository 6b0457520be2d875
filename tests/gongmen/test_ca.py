import stat
from pathlib import Path

from typer.testing import CliRunner

from gongmen.ca import app


def test_the_test_certificates_are_complete_and_a_second_run_keeps_the_root(tmp_path: Path) -> None:
    for _ in range(2):
        done = CliRunner().invoke(app, ["test", str(tmp_path), "--box", "b-aaaaaaaa"])
        assert done.exit_code == 0, done.output
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"{name}.{kind}" for name in ("ca", "server", "central", "b-aaaaaaaa") for kind in ("key", "crt")}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.glob("*.key"))


def test_the_root_is_kept(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["init", str(tmp_path)])
    root = (tmp_path / "ca.crt").read_bytes()
    assert CliRunner().invoke(app, ["init", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "ca.crt").read_bytes() == root
