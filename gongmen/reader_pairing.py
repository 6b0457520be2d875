"""The office reader's own key, and how the centre came to know it: a one-time code that an employer's page showed.

The key is made here, never leaves, and lies in a file that only its user may read: ~/.config/gongmen/office-reader.json.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
from nacl.signing import SigningKey

CONFIG: Final = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "gongmen/office-reader.json"
ANSWER_S: Final = 15.0
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class PairingFailed(Exception):
    """The bridge has no key that the centre knows. `code` is stable; `zh` and `en` say what to do next."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {zh} / {en}")
        self.code, self.zh, self.en = code, zh, en


@dataclass(frozen=True)
class Paired:
    """What the bridge keeps. `centre` is an origin (https://host[:port]), `key` the private seed in hex."""

    centre: str
    reader_id: int
    name: str
    key: str

    def sign(self, told: bytes) -> str:
        """64 bytes Ed25519 in hex."""
        return SigningKey(bytes.fromhex(self.key)).sign(told).signature.hex()

    def __repr__(self) -> str:
        return f"Paired({self.centre}, reader {self.reader_id})"


def origin_of(url: str) -> str:
    """The origin of a centre's address. Raises `PairingFailed` CENTRE_ADDRESS_INVALID: https, or http on this machine only."""
    parts = urlsplit(url)
    is_here = parts.hostname in _LOOPBACK
    if not parts.hostname or parts.scheme not in (("http", "https") if is_here else ("https",)):
        raise PairingFailed("CENTRE_ADDRESS_INVALID", "中心地址须为 https://…", "the centre's address must begin with https://")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def pair(centre: str, code: str, name: str, sam_id: str, *, path: Path = CONFIG, client: httpx.Client | None = None) -> Paired:
    """Redeems a code and keeps the key. Raises `PairingFailed` with the centre's own code, or CENTRE_UNREACHABLE."""
    origin, key = origin_of(centre), SigningKey.generate()
    said = {"code": code.strip(), "public_key": bytes(key.verify_key).hex(), "name": name, "sam_id": sam_id}
    try:
        with client or httpx.Client(timeout=ANSWER_S) as asking:
            answer = asking.post(f"{origin}/api/v1/readers/pair", json=said)
            told = answer.json()
    except (httpx.HTTPError, ValueError) as failed:
        raise PairingFailed("CENTRE_UNREACHABLE", "连不上中心，请检查网络和地址", "the centre does not answer") from failed
    if answer.status_code != 201:
        detail, english = str(told.get("detail", "")), str(told.get("detail_en", ""))
        raise PairingFailed(str(told.get("code", "PAIRING_REFUSED")), detail, english)
    paired = Paired(origin, int(told["reader_id"]), name, bytes(key).hex())
    _keep(paired, path)
    return paired


def kept(path: Path = CONFIG) -> Paired:
    """What was kept. Raises `PairingFailed` NOT_PAIRED, and what `load` does."""
    paired = load(path)
    if paired is None:
        raise PairingFailed(
            "NOT_PAIRED",
            "请先在平台“读卡器”页面取配对码，再用 --centre 和 --pair 运行",
            "get a code on the portal's page of card readers, then run with --centre and --pair",
        )
    return paired


def load(path: Path = CONFIG) -> Paired | None:
    """What was kept, or None. Raises `PairingFailed` READER_KEY_EXPOSED where others may read it, READER_KEY_DAMAGED where it is none."""
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    if stat.S_IMODE(mode) & 0o077:
        raise PairingFailed(
            "READER_KEY_EXPOSED", f"其他用户可读密钥，请删除 {path} 后重新配对", f"others may read the key: delete {path}, pair anew"
        )
    try:
        paired = Paired(**json.loads(text))
        SigningKey(bytes.fromhex(paired.key))
    except (ValueError, TypeError) as damaged:
        raise PairingFailed("READER_KEY_DAMAGED", f"密钥文件损坏，请删除 {path} 后重新配对", f"delete {path} and pair anew") from damaged
    return paired


def _keep(paired: Paired, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(paired), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
