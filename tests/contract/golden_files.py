"""The golden messages of each released version: one file a message, never edited. `python -m tests.contract.golden_files` writes the
missing ones of the present version, once, when it is released; it refuses to touch a file that is there.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
from nacl.signing import SigningKey

from edge.sync import wire
from tests.contract.samples import MESSAGES

PLACE: Final = Path(__file__).parent / "golden"
SIGNING: Final = SigningKey(hashlib.blake2b(b"golden messages", digest_size=32).digest())
TOPIC: Final = wire.up_topic("b-k3v7a2qd", wire.Up.EVENTS)
NUMBER: Final = "31011519900307123X"
CARD_KEY: Final = bytes(range(16, 32))


def sign(data: bytes) -> bytes:
    """With a key that is known to everybody."""
    return SIGNING.sign(data).signature


def folder(version: int) -> Path:
    """Where a version's files stand."""
    return PLACE / f"v{version}"


def read(version: int) -> dict[str, Any]:
    """A version's files by name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder(version).glob("*.json"))}


def written() -> dict[str, Any]:
    """What today's code writes: each message with its bytes, and the values that both sides must compute alike."""
    files: dict[str, Any] = {
        name: {"kind": type(message).__name__, "message": msgspec.to_builtins(message), "hex": wire.encode(message).hex()}
        for name, message in MESSAGES.items()
    }
    entry = MESSAGES["roster-entry"]
    assert isinstance(entry, wire.RosterEntry)
    files["agreed-values"] = {
        "frame": wire.frame(TOPIC, MESSAGES["event-batch"], sign).hex(),
        "frame_topic": TOPIC,
        "frame_of": "event-batch",
        "chain": wire.chain(wire.GENESIS, wire.encode(MESSAGES["event-passage"])).hex(),
        "roster_hash": wire.roster_hash([entry, msgspec.structs.replace(entry, person="Yk3v7a2qd_Q")]).hex(),
        "roster_hash_of_nobody": wire.roster_hash([]).hex(),
        "card_number": NUMBER,
        "card_key": CARD_KEY.hex(),
        "card_hash": hashlib.blake2b(NUMBER.encode(), key=CARD_KEY, digest_size=16).hexdigest(),
        "topics": [
            *(wire.up_topic("b-k3v7a2qd", up) for up in wire.Up),
            *(wire.down_topic("b-k3v7a2qd", down) for down in wire.Down),
            wire.CENTRE_STATE,
        ],
    }
    return files


def main() -> None:
    """Writes what is missing."""
    place = folder(wire.VERSION)
    place.mkdir(parents=True, exist_ok=True)
    for name, content in written().items():
        path = place / f"{name}.json"
        if path.exists():
            print(f"kept     {path.name}: a golden message is never edited", file=sys.stderr)
            continue
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
        print(f"written  {path.name}")


if __name__ == "__main__":
    main()
