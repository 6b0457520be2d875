"""What a box is told: two files in its home, and the environment.

`box.toml` is written by provisioning (who this box is, where the centre is), `devices.toml` by whoever installs the box (which camera,
which reader). A variable `GONGMEN_EDGE_<NAME>` outranks both.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from edge.errors import ConfigInvalid
from edge.sync.wire import Direction

_PREFIX = "GONGMEN_EDGE_"
FILES = ("box.toml", "devices.toml")
_WIRED = ("gpio", "modbus")
"""Turnstiles whose address says which way has a wire."""


class EdgeSettings(BaseSettings):
    """One box's settings. Devices are named by URI: `sam-serial:/dev/ttyUSB0`, `opencv:0`, `rtsp://…`, `simulated:DIR`, `none:`."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True)

    home: Path
    box: str = ""
    project: str = ""
    lane: str = "1"
    direction: Direction = Direction.IN

    camera: str = "none:"
    lane_reader: str = "none:"
    turnstile: str = "none:"
    depth: str = "none:"
    kiosk_camera: str = "none:"
    kiosk_reader: str = "none:"
    wlt_decoder: str = ""
    kiosk_host: str = "127.0.0.1"
    kiosk_port: int = Field(default=8461, ge=1, le=65535)

    face_engine: Literal["sface", "face_recognition"] = "sface"
    models_dir: Path | None = None
    vision_threads: int = Field(default=2, ge=1, le=8)

    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = Field(default=8883, ge=1, le=65535)
    mqtt_tls: bool = True
    centre_url: str = ""
    centre_key: str = ""
    retention_days: int = Field(default=730, ge=30)

    @property
    def socket(self) -> Path:
        """The UNIX socket on which the gate serves the lane screen."""
        return self.home / "run" / "lane.sock"


def load(home: Path) -> EdgeSettings:
    """Reads a box's settings from its home. Raises `ConfigInvalid` naming the file or field."""
    values: dict[str, object] = {}
    for name in FILES:
        path = home / name
        if not path.exists():
            continue
        try:
            values |= tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigInvalid(f"{path.name}: {error}") from error
    from_files = {key: value for key, value in values.items() if f"{_PREFIX}{key}".upper() not in os.environ}
    try:
        settings = EdgeSettings(home=home.resolve(), **from_files)  # type: ignore[arg-type]  # checked by pydantic
    except ValidationError as error:
        fields = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigInvalid(fields) from error
    return refuse_unwired_way(refuse_face_only(settings))


def refuse_face_only(settings: EdgeSettings) -> EdgeSettings:
    """A gate that only knows faces is refused at start: there is always another way in, of equal standing (privacy duty 4).

    Raises `ConfigInvalid`.
    """
    if not _is_none(settings.camera) and _is_none(settings.lane_reader):
        raise ConfigInvalid("FACE_ONLY: a lane with a camera needs a card reader too (lane_reader)")
    return settings


def _is_none(uri: str) -> bool:
    """Whether this address is of nothing, however it is written: what stands behind the colon does not make it a device."""
    return uri.partition(":")[0].strip() in ("none", "")


def refuse_unwired_way(settings: EdgeSettings) -> EdgeSettings:
    """A turnstile that cannot open the way its lane leads is refused at start, not found out by the first person who stands before it.

    Raises `ConfigInvalid`.
    """
    scheme, _, rest = settings.turnstile.partition(":")
    if scheme not in _WIRED:
        return settings
    wired = {part.partition("=")[0] for part in re.split("[?&,]", rest)}
    way = "in" if settings.direction is Direction.IN else "out"
    if way not in wired:
        raise ConfigInvalid(f"TURNSTILE_WAY_NOT_WIRED: a lane that leads {way} needs {way}= (turnstile, direction)")
    if "button" in wired and "out" not in wired:
        raise ConfigInvalid("TURNSTILE_WAY_NOT_WIRED: an exit button needs out= to open (turnstile)")
    return settings
