"""Keys: kept as files that only the box may read, and every way in which they are not what they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.errors import ConfigInvalid, EdgeError, KeyDamaged, KeyMissing, KeyReadableByOthers, SealBroken
from edge.store.secrets import BoxKeys, CentreKey, seal, secrets_dir


def test_what_a_box_signs_is_verified_with_its_public_key_and_nothing_else_is(tmp_path: Path) -> None:
    keys = BoxKeys.create(tmp_path)
    known = CentreKey(keys.verify_key.hex())
    signature = keys.sign(b"said")
    assert len(signature) == 64 and known.verify(b"said", signature)
    assert not known.verify(b"not said", signature) and not known.verify(b"said", b"short")


def test_what_is_sealed_to_a_box_only_that_box_opens_also_after_a_restart(tmp_path: Path) -> None:
    keys = BoxKeys.create(tmp_path / "a")
    sealed = seal(b"template", keys.sealing_public)
    assert b"template" not in sealed and BoxKeys.load(tmp_path / "a").open_sealed(sealed) == b"template"
    for other in (BoxKeys.create(tmp_path / "b"), keys):
        with pytest.raises(SealBroken):
            other.open_sealed(sealed if other is not keys else sealed[:-1])


def lose(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(b"short")


def show(path: Path) -> None:
    path.chmod(0o640)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("name", ["signing.key", "sealing.key"])
@pytest.mark.parametrize(
    ("harm", "error"), [(lose, KeyMissing), (cut, KeyDamaged), (show, KeyReadableByOthers), (replace_by_folder, KeyDamaged)]
)
def test_a_key_that_is_not_as_it_must_be_is_a_coded_error(tmp_path: Path, name: str, harm: object, error: type[EdgeError]) -> None:
    BoxKeys.create(tmp_path)
    assert callable(harm)
    harm(secrets_dir(tmp_path) / name)
    with pytest.raises(error) as found:
        BoxKeys.load(tmp_path)
    assert found.value.detail.startswith(name)


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31])
def test_a_centre_key_that_is_none_is_a_wrong_setting(text: str) -> None:
    with pytest.raises(ConfigInvalid):
        CentreKey(text)


def test_a_sealing_key_that_is_none_is_a_coded_error() -> None:
    with pytest.raises(KeyDamaged):
        seal(b"template", b"short")
