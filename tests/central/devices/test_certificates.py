import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from central.devices.certificates import CertificateAuthority, signing_request

NOW = datetime(2026, 4, 19, tzinfo=UTC)


def test_a_box_gets_the_name_that_the_centre_chose_not_the_one_it_asked_for() -> None:
    authority = CertificateAuthority.create(NOW)
    _, request = signing_request("central")
    issued = authority.sign_box(request, "b-aaaa1111", NOW)
    certificate = x509.load_pem_x509_certificate(issued.certificate)
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [n.value for n in names] == ["b-aaaa1111"]
    assert f"{certificate.serial_number:x}" == issued.serial
    certificate.verify_directly_issued_by(authority.root)


@pytest.mark.parametrize("request_pem", [b"", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"])
def test_a_request_that_is_none_is_refused(request_pem: bytes) -> None:
    with pytest.raises(ValueError, match="no certificate signing request"):
        CertificateAuthority.create(NOW).sign_box(request_pem, "b-aaaa1111", NOW)


def test_private_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    authority = CertificateAuthority.load_or_create(tmp_path / "ca", NOW)
    key, _ = authority.issue_server(["localhost", "127.0.0.1"], NOW).write(tmp_path, "server")
    for path in (key, tmp_path / "ca" / "ca.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_authority_that_exists_is_kept(tmp_path: Path) -> None:
    first = CertificateAuthority.load_or_create(tmp_path, NOW)
    assert CertificateAuthority.load_or_create(tmp_path, NOW).certificate == first.certificate


def test_a_key_that_belongs_to_another_root_is_noticed(tmp_path: Path) -> None:
    CertificateAuthority.create(NOW).save(tmp_path)
    (tmp_path / "ca.crt").write_bytes(CertificateAuthority.create(NOW).certificate)
    with pytest.raises(ValueError, match="do not belong together"):
        CertificateAuthority.load(tmp_path)
