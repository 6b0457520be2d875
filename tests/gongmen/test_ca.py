import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from typer.testing import CliRunner

from gongmen.ca import app
from tests.central.builders import credit_code


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


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_an_enterprises_certificate_is_issued_with_its_key_sealed_and_revoked_on_the_list(tmp_path: Path, kind: str) -> None:
    run = CliRunner()
    assert run.invoke(app, ["enterprise", str(tmp_path), credit_code(7), "沈操作员"]).exit_code == 3, "there is no root yet"
    assert run.invoke(app, ["enterprise-root", str(tmp_path), "--kind", kind]).exit_code == 0
    root = (tmp_path / "enterprise-ca.crt").read_bytes()
    assert run.invoke(app, ["enterprise", str(tmp_path), "91310000MA1FL00000", "x"]).exit_code == 2, "the code is wrong"
    done = run.invoke(app, ["enterprise", str(tmp_path), credit_code(7), "沈操作员", "--kind", kind, "--password", "word"])
    assert done.exit_code == 0, done.output
    path = next(path for path in tmp_path.glob("*.pem"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(root))
    assert credit_code(7) in certificate.subject.rfc4514_string()
    sealed = path.read_bytes()[path.read_bytes().index(b"-----BEGIN ENCRYPTED") :]
    assert serialization.load_pem_private_key(sealed, b"word").public_key() == certificate.public_key()
    assert run.invoke(app, ["revoke", str(tmp_path), path.stem]).exit_code == 0
    assert run.invoke(app, ["revoke", str(tmp_path), "no number"]).exit_code == 2
    assert run.invoke(app, ["list", str(tmp_path)]).exit_code == 0
    assert run.invoke(app, ["enterprise-root", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "enterprise-ca.crt").read_bytes() == root, "the root is kept"
    revoked = x509.load_pem_x509_crl((tmp_path / "enterprise-ca.crl").read_bytes())
    assert revoked.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
