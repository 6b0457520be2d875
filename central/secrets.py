"""The centre's own keys: one master key for what is stored sealed or indexed, one Ed25519 key that signs every frame to the boxes.

They lie in `home/secrets` (0700) as raw 32-byte files (0600). Losing the master key loses every ID number: back it up apart from the
database. Errors: `SecretsError` with KEY_MISSING, KEY_DAMAGED or KEY_READABLE_BY_OTHERS.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.signing import SigningKey

_MASTER: Final = "master.key"
_SIGNING: Final = "signing.key"
_NONCE: Final = 12
_FORMAT: Final = b"\x01"


class SecretsError(Exception):
    """The centre's keys are not usable. `code` is stable; trying again cannot help before somebody mends the files."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class CentreSecrets:
    """Seals, indexes and signs. The keys never leave this object."""

    def __init__(self, master: bytes, signing: bytes) -> None:
        self._sealing = AESGCM(_derive(master, b"seal"))
        self._index = _derive(master, b"index")
        self._signing = SigningKey(signing)

    @classmethod
    def create(cls, home: Path) -> CentreSecrets:
        """Make both keys in `home/secrets` where they do not exist yet; existing ones are never overwritten."""
        folder = home / "secrets"
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in (_MASTER, _SIGNING):
            _create_file(folder / name)
        return cls.load(home)

    @classmethod
    def load(cls, home: Path) -> CentreSecrets:
        """Read both keys. Raises `SecretsError`."""
        return cls(_read(home / "secrets" / _MASTER), _read(home / "secrets" / _SIGNING))

    def seal(self, plain: bytes, context: str) -> bytes:
        """AES-256-GCM under the master key; opens only with the same `context` (what it is and whose)."""
        nonce = secrets.token_bytes(_NONCE)
        return _FORMAT + nonce + self._sealing.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """What `seal` sealed. Raises `SecretsError` KEY_DAMAGED when key, context or bytes are not the right ones."""
        if sealed[:1] != _FORMAT:
            raise SecretsError("KEY_DAMAGED", "sealed in a form this version does not know")
        try:
            return self._sealing.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], context.encode())
        except InvalidTag as error:
            raise SecretsError("KEY_DAMAGED", "the master key does not open this value") from error

    def index(self, value: str, what: str) -> bytes:
        """A 32-byte HMAC-SHA256 by which a value is found without being stored; `what` keeps kinds of values apart."""
        return hmac.new(self._index, f"{what}\0{value}".encode(), hashlib.sha256).digest()

    def sign(self, data: bytes) -> bytes:
        """The centre's 64-byte Ed25519 signature."""
        return self._signing.sign(data).signature

    @property
    def verify_key(self) -> bytes:
        """The 32-byte Ed25519 key by which boxes know the centre."""
        return bytes(self._signing.verify_key)


def _derive(master: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(key=master, digest_size=32, person=purpose.ljust(16, b"\0")).digest()


def _create_file(path: Path) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        key = path.read_bytes()
    except OSError as error:
        raise SecretsError("KEY_MISSING", f"{path.name} in {path.parent}: run `gongmen central init` or restore the backup") from error
    if mode & 0o077:
        raise SecretsError("KEY_READABLE_BY_OTHERS", f"{path.name} must be readable by its owner only (chmod 600)")
    if len(key) != 32:
        raise SecretsError("KEY_DAMAGED", f"{path.name} holds {len(key)} bytes instead of 32")
    return key
