"""How a call is signed and a sensitive value encrypted, as the interface wants it.

    sign      hex SHA-256 of the lower-cased `name=value&…` of all fields, sorted by name, with `&appsecret=…` at the end
    encrypt   AES-CBC with PKCS#7, key = the secret (or its first characters), IV = its first 16 characters, Base64

A fixed IV hides little from whoever sees many values: the interface asks for it; what goes out goes by TLS.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK: Final = 16
KEY_SIZES: Final = (16, 24, 32)


def sign(fields: Mapping[str, str], secret: str) -> str:
    """The signature of a call's fields (without `sign` and `corpsign`)."""
    said = "&".join(f"{name}={fields[name]}" for name in sorted(fields)) + f"&appsecret={secret}"
    return hashlib.sha256(said.lower().encode()).hexdigest()


def encrypt(plain: str, secret: str, key_chars: int = 0) -> str:
    """A value as it travels; `secret` has 16, 24 or 32 ASCII characters where it is the key."""
    padder = padding.PKCS7(_BLOCK * 8).padder()
    padded = padder.update(plain.encode()) + padder.finalize()
    encryptor = _cipher(secret, key_chars).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def usable(secret: str, key_chars: int = 0) -> bool:
    """Whether a secret can be the key: ASCII, of a length that AES has, at least 16 for the IV."""
    key = secret[:key_chars] if key_chars else secret
    return secret.isascii() and len(key) in KEY_SIZES


def _cipher(secret: str, key_chars: int) -> Cipher[modes.CBC]:
    key = (secret[:key_chars] if key_chars else secret).encode()
    return Cipher(algorithms.AES(key), modes.CBC(secret[:_BLOCK].encode()))
