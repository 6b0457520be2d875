"""The box's keys: Ed25519 to sign what goes up, X25519 to open what only this box may read. Files of 32 raw bytes, mode 0600."""

from __future__ import annotations

import os
from pathlib import Path

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from edge.errors import ConfigInvalid, KeyDamaged, KeyMissing, KeyReadableByOthers, SealBroken

KEY_BYTES = 32


def secrets_dir(home: Path) -> Path:
    """Where a box keeps its keys and certificates."""
    return home / "secrets"


class BoxKeys:
    """Both private keys of this box. Never shown, never logged."""

    def __init__(self, signing: bytes, sealing: bytes) -> None:
        self._signing = SigningKey(signing)
        self._sealing = PrivateKey(sealing)
        self._opener = SealedBox(self._sealing)

    @classmethod
    def load(cls, home: Path) -> BoxKeys:
        """Reads the keys. Raises `KeyMissing`, `KeyDamaged`, `KeyReadableByOthers`."""
        return cls(_read(secrets_dir(home) / "signing.key"), _read(secrets_dir(home) / "sealing.key"))

    @classmethod
    def create(cls, home: Path) -> BoxKeys:
        """Makes new keys and writes them down, in place of old ones."""
        signing, sealing = bytes(SigningKey.generate()), bytes(PrivateKey.generate())
        write_secret(secrets_dir(home) / "signing.key", signing)
        write_secret(secrets_dir(home) / "sealing.key", sealing)
        return cls(signing, sealing)

    @property
    def verify_key(self) -> bytes:
        """The 32-byte Ed25519 key that proves this box's signatures."""
        return bytes(self._signing.verify_key)

    @property
    def sealing_public(self) -> bytes:
        """The 32-byte X25519 key that others seal to this box with."""
        return bytes(self._sealing.public_key)

    def sign(self, data: bytes) -> bytes:
        """A 64-byte signature."""
        return self._signing.sign(data).signature

    def open_sealed(self, sealed: bytes) -> bytes:
        """What was sealed to this box. Raises `SealBroken`."""
        try:
            return self._opener.decrypt(sealed)
        except (CryptoError, ValueError, TypeError) as error:
            raise SealBroken(f"{len(sealed)} bytes") from error


class CentreKey:
    """The centre's Ed25519 key, by which a box knows what the centre said."""

    def __init__(self, key_hex: str) -> None:
        try:
            self._key = VerifyKey(bytes.fromhex(key_hex))
        except (ValueError, TypeError, CryptoError) as error:
            raise ConfigInvalid("centre_key: 64 hexadecimal digits") from error

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether the centre signed this."""
        try:
            self._key.verify(data, signature)
        except (BadSignatureError, ValueError):
            return False
        return True


def seal(data: bytes, public_key: bytes) -> bytes:
    """Bytes that only the owner of this X25519 key can open. Raises `KeyDamaged`."""
    try:
        return SealedBox(PublicKey(public_key)).encrypt(data)
    except (CryptoError, ValueError, TypeError) as error:
        raise KeyDamaged("a sealing key of 32 bytes is needed") from error


def write_secret(path: Path, data: bytes) -> None:
    """Writes a file that only this user may read, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _read(path: Path) -> bytes:
    try:
        mode, key = path.stat().st_mode, path.read_bytes()
    except FileNotFoundError as error:
        raise KeyMissing(path.name) from error
    except OSError as error:
        raise KeyDamaged(f"{path.name}: {error.strerror}") from error
    if mode & 0o077:
        raise KeyReadableByOthers(f"{path.name}: mode {mode & 0o777:o}")
    if len(key) != KEY_BYTES:
        raise KeyDamaged(f"{path.name}: {len(key)} bytes")
    return key
