"""The dialects of the platform, as data: what differs between the national interface and a province's variant of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Adapter:
    """`version` and `timestamp_format` of each call (local time of the platform); `key_chars`: how many characters of the secret are the
    AES key, 0 for all of them; `extra` are further fields of each call, signed like the others."""

    version: str = "1.0"
    timestamp_format: str = "%Y%m%d%H%M%S"
    key_chars: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)


ADAPTERS: Final[dict[str, Adapter]] = {
    "national": Adapter(),
    "henan": Adapter(version="1.1", timestamp_format="%Y%m%d%H", key_chars=16, extra={"iscompany": "1"}),
}
"""By the word of the setting GONGMEN_CENTRAL_PLATFORM_ADAPTER."""
