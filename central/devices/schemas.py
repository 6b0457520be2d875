"""What the API says and hears about boxes."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field

from central.devices.model import Box, BoxState
from central.schemas import In
from edge.sync import wire


class BoxIn(In):
    """A box to be put at a lane."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "1 号门东侧", "lane": "1-东", "direction": "01"}]})

    name: str = Field(min_length=1, max_length=100)
    lane: str = Field(min_length=1, max_length=32, description="通道，同一项目内唯一 / lane, unique on the project")
    direction: wire.Direction = Field(default=wire.Direction.IN, description="01 进 / in, 02 出 / out")


class BoxOut(BaseModel):
    """A box as its owner sees it. `complete_until`: all its events up to then have arrived."""

    id: str = Field(examples=["b-k3v7a2qd"])
    project_id: int
    name: str
    lane: str
    direction: str
    state: BoxState
    online: bool
    last_seen_at: dt.datetime | None
    complete_until: dt.datetime | None
    roster_applied: int
    clock: str
    disk_free_pct: int | None
    software: str
    faults: list[str]
    certificate_expires_at: dt.datetime | None

    @classmethod
    def of(cls, box: Box) -> BoxOut:
        """From its row."""
        return cls(
            id=box.id,
            project_id=box.project_id,
            name=box.name,
            lane=box.lane,
            direction=box.direction,
            state=box.state,
            online=box.online,
            last_seen_at=box.last_seen_at,
            complete_until=box.complete_until,
            roster_applied=box.roster_applied,
            clock=box.clock,
            disk_free_pct=box.disk_free_pct,
            software=box.software,
            faults=[code for code in box.faults.split(",") if code],
            certificate_expires_at=box.certificate_expires_at,
        )


class ClaimedOut(BaseModel):
    """A new box with its claim code, which is shown this once."""

    box: BoxOut
    claim_code: str = Field(examples=["K7QXA-2M4PD-ZT5WN-HB3RC"])
    claim_expires_at: dt.datetime


class BoxPage(BaseModel):
    """Some boxes; `next_cursor` is null on the last page."""

    items: list[BoxOut]
    next_cursor: str | None = Field(default=None, examples=["b-k3v7a2qd"])


class ProvisionIn(In):
    """What a box asks with: its single-use code, a PEM signing request, its public keys (32 bytes in hexadecimal)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "claim_code": "K7QXA-2M4PD-ZT5WN-HB3RC",
                    "signing_request": "-----BEGIN CERTIFICATE REQUEST-----\n…\n-----END CERTIFICATE REQUEST-----\n",
                    "verify_key": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                    "sealing_key": "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
                }
            ]
        }
    )

    claim_code: str = Field(max_length=64)
    signing_request: str = Field(max_length=8192)
    verify_key: str = Field(max_length=64)
    sealing_key: str = Field(max_length=64)


class RenewalIn(In):
    """What a box asks for its next certificate with: a PEM signing request of a fresh key, and its own Ed25519 signature (hexadecimal)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "signing_request": "-----BEGIN CERTIFICATE REQUEST-----\n…\n-----END CERTIFICATE REQUEST-----\n",
                    "signature": "00" * 64,
                }
            ]
        }
    )

    signing_request: str = Field(max_length=8192)
    signature: str = Field(max_length=128, description="对“gongmen box renewal 1⏎盒子⏎请求”的签名 / over these three lines")


class RenewalOut(BaseModel):
    """The next certificate; the present one stays valid until it ends."""

    certificate: str = Field(description="PEM")
    certificate_expires_at: dt.datetime


class BrokerOut(BaseModel):
    """Where the box finds the message broker."""

    host: str
    port: int
    tls: bool


class ProvisionOut(BaseModel):
    """Everything a box needs to work: who it is, where it stands, its certificate, whom to trust."""

    box: str
    project_id: int
    project_reg_no: str
    project_name: str
    lane: str
    direction: str
    certificate: str = Field(description="PEM")
    certificate_expires_at: dt.datetime
    ca: str = Field(description="PEM")
    centre_key: str = Field(description="中心的 Ed25519 公钥，十六进制 / the centre's Ed25519 key in hexadecimal")
    mqtt: BrokerOut
