"""`gongmen edge doctor`: what of this box is well, what is not, and what to do about it.

A check is a name and a function that looks; what it returns is shown, what it raises is the finding. The composition root says which
checks a box has: this module knows no device.
"""

from __future__ import annotations

import datetime as dt
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from edge.clock import Clock
from edge.errors import EdgeError
from edge.settings import EdgeSettings
from edge.store.database import Store
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys
from edge.sync import wire
from edge.sync.renewal import pair_of
from hardware.errors import DeviceError

LOW_DISK_PCT = 10
SILENT_MS = 15_000
CERTIFICATE_DAYS = 14


class Ill(Exception):
    """A finding of the doctor's own: a code and what was seen."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Check:
    """One thing to look at. `needed` false: without it the box still does its work."""

    name: str
    look: Callable[[], str]
    needed: bool = True


@dataclass(frozen=True)
class Finding:
    """What was seen: `code` is None where all is well."""

    name: str
    code: str | None
    detail: str
    needed: bool

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be done."""
        return self.code is None


def examine(checks: Sequence[Check]) -> Iterator[Finding]:
    """Each check in turn; one that fails keeps no other from being made."""
    for check in checks:
        try:
            yield Finding(check.name, None, check.look(), check.needed)
        except (EdgeError, DeviceError, Ill) as error:
            yield Finding(check.name, error.code, error.detail, check.needed)
        except Exception as error:  # noqa: BLE001 - the doctor reports what he finds, whatever it is
            yield Finding(check.name, "CHECK_FAILED", f"{type(error).__name__}: {error}", check.needed)


def common_checks(settings: EdgeSettings, clock: Clock) -> list[Check]:
    """What every box has: keys, store, room, time, centre, certificate, its three processes."""
    return [
        Check("provisioned", lambda: _provisioned(settings)),
        Check("keys", lambda: f"verify key {BoxKeys.load(settings.home).verify_key.hex()[:16]}…"),
        Check("disk", lambda: _disk(settings.home)),
        Check("store", lambda: _store(settings.home, clock)),
        Check("roster", lambda: _roster(settings.home, clock)),
        Check("clock", lambda: _clock(clock)),
        Check("broker", lambda: _broker(settings, clock), needed=False),
        Check("certificate", lambda: _certificate(settings, clock), needed=settings.mqtt_tls),
        *(Check(f"process {name}", lambda name=name: _process(settings.home, clock, name)) for name in ("gate", "kiosk", "sync")),  # type: ignore[misc]
    ]


def _provisioned(settings: EdgeSettings) -> str:
    if not settings.box:
        raise Ill("NOT_PROVISIONED", "box.toml names no box: gongmen edge provision")
    return settings.box


def _disk(home: Path) -> str:
    usage = shutil.disk_usage(home)
    free = 100 * usage.free // usage.total
    if free < LOW_DISK_PCT:
        raise Ill("DISK_LOW", f"{free} % free")
    return f"{free} % free, {usage.free / 2**30:.1f} GiB"


def _store(home: Path, clock: Clock) -> str:
    store = Store.open(home)
    try:
        journal = Journal(store, clock)
        broken = journal.verify()
        if broken is not None:
            raise Ill("JOURNAL_ALTERED", f"the chain breaks at event {broken}")
        waiting = journal.max_seq() - journal.acked()
        return f"epoch {journal.epoch}, {journal.max_seq()} events, {waiting} not yet acknowledged"
    finally:
        store.close()


def _roster(home: Path, clock: Clock) -> str:
    store = Store.open(home)
    try:
        roster = Roster(store)
        if roster.header() is None:
            raise Ill("ROSTER_NONE", "never received one from the centre")
        left_s = roster.lease_left_s(clock)
        if left_s <= 0:
            raise Ill("LEASE_OVER", f"version {roster.version()} is older than the centre allows")
        return f"version {roster.version()}, {roster.count()} workers, lease {left_s / 3600:.0f} h"
    finally:
        store.close()


def _clock(clock: Clock) -> str:
    quality = clock.quality()
    if quality is wire.Clock.NONE:
        raise Ill("CLOCK_UNSURE", "no time server and no clock chip: times are corrected later from a synchronised moment")
    return quality.value


def _broker(settings: EdgeSettings, clock: Clock) -> str:
    sync = fresh_report(settings.home, clock, "sync")
    if sync is not None:  # it knows more than an open port tells: certificate, rights, an answer
        if not sync.get("connected"):
            raise Ill(str(sync.get("fault") or "BROKER_UNREACHABLE"), "sync is not connected")
        return "connected"
    try:
        with socket.create_connection((settings.mqtt_host, settings.mqtt_port), timeout=3):
            return f"{settings.mqtt_host}:{settings.mqtt_port} answers"
    except OSError as error:
        raise Ill("BROKER_UNREACHABLE", f"{settings.mqtt_host}:{settings.mqtt_port}: {error}") from error


def _certificate(settings: EdgeSettings, clock: Clock) -> str:
    path = pair_of(settings.home)[0]
    if not path.exists():
        if settings.mqtt_tls:
            raise Ill("CERTIFICATE_MISSING", "mqtt_tls is on, but this box has no certificate")
        return "not needed: mqtt_tls is off"
    until = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    left = until - dt.datetime.fromtimestamp(clock.now_ms() / 1000, dt.UTC)
    if left < dt.timedelta(days=CERTIFICATE_DAYS):
        raise Ill("CERTIFICATE_EXPIRED" if left < dt.timedelta(0) else "CERTIFICATE_EXPIRES", f"valid until {until:%Y-%m-%d}")
    return f"valid until {until:%Y-%m-%d}"


def fresh_report(home: Path, clock: Clock, name: str) -> dict[str, Any] | None:
    """What a running process said of itself lately; None where it is silent. A device that it holds is judged by this."""
    store = Store.open(home)
    try:
        report = Health(store).all().get(name)
    finally:
        store.close()
    return report if report is not None and clock.now_ms() - int(report["at_ms"]) <= SILENT_MS else None


def _process(home: Path, clock: Clock, name: str) -> str:
    report = fresh_report(home, clock, name)
    if report is None:
        raise Ill("PROCESS_SILENT", "not running, or stuck: gongmen edge run, or systemctl status")
    named = [value for key, value in report.items() if (key == "fault" or key.endswith("_fault")) and isinstance(value, str)]
    ills = [*map(str, report.get("faults", ())), *named]
    if ills:
        raise Ill(ills[0], ", ".join(ills))
    return "running"


def advice(code: str | None) -> str:
    """What to do about a finding: Chinese, then English. Codes without a line of their own send to the log."""
    if code is None:
        return ""
    chinese, english = ADVICE.get(code, ("看日志", "see the log"))
    return f"{chinese} · {english}"


ADVICE = {
    "NOT_PROVISIONED": ("用领用码登记本机：gongmen edge provision", "provision this box with a claim code"),
    "KEY_MISSING": ("用新的领用码重新登记", "provision anew with a new claim code"),
    "KEY_DAMAGED": ("用新的领用码重新登记", "provision anew with a new claim code"),
    "KEY_READABLE_BY_OTHERS": ("chmod 600 密钥文件；如有疑虑请换密钥", "chmod 600 the key files; replace the keys if in doubt"),
    "DISK_LOW": ("清理磁盘或更换存储卡", "make room or replace the card"),
    "JOURNAL_ALTERED": ("记录被改动：保留现场，联系中心", "the record was altered: leave all as it is, call the centre"),
    "STORE_DAMAGED": ("重启本机：坏文件会被另存", "restart the box: the damaged file is set aside"),
    "STORE_FULL": ("清理磁盘", "make room on the disk"),
    "ROSTER_NONE": ("检查网络与同步进程", "check network and sync process"),
    "LEASE_OVER": ("恢复网络以更新名单", "bring the network back to refresh the roster"),
    "CLOCK_UNSURE": ("接通网络校时，或加装时钟芯片", "let it reach a time server, or fit a clock chip"),
    "BROKER_UNREACHABLE": ("检查网线与中心地址；本机照常记录", "check the cable and the address; the box records on"),
    "CERTIFICATE_MISSING": ("重新登记本机", "provision the box anew"),
    "CERTIFICATE_EXPIRES": ("联网后自动更新，否则重新登记", "renews when online, else provision anew"),
    "CERTIFICATE_EXPIRED": ("重新登记本机", "provision the box anew"),
    "PROCESS_SILENT": ("启动：gongmen edge run 或 systemctl start", "start it: gongmen edge run, or systemctl start"),
    "MODEL_MISSING": ("重新运行安装", "run the set-up again"),
    "MODEL_ALTERED": ("模型文件不对：重新安装", "the model file is not the published one: install it again"),
    "DEVICE_NOT_FOUND": ("插好设备，核对 devices.toml", "plug it in, check devices.toml"),
    "DEVICE_UNPLUGGED": ("重新插好设备", "plug it in again"),
    "DEVICE_TIMEOUT": ("设备无应答：断电重启设备", "no answer: power the device off and on"),
    "DEVICE_GARBLED": ("检查线缆与波特率", "check cable and baud rate"),
    "DEVICE_DRIVER_MISSING": ("缺少驱动软件：见 docs/operations/readers.md", "its software is missing: see docs/operations/readers.md"),
    "DEVICE_UNSUPPORTED": ("换用支持的型号", "use a supported model"),
    "CAMERA_FROZEN": ("重新插拔相机", "plug the camera out and in"),
    "CAMERA_SILENT": ("检查相机", "check the camera"),
    "FIRE": ("消防信号有效：闸机已放开", "the fire signal is on: the turnstile is released"),
    "SENSOR_SILENT": ("检查通过传感器和接线", "check the passage sensor and its wiring"),
    "STUCK": ("检查闸机机械", "check the turnstile's mechanism"),
    "TAMPER": ("检查机箱", "check the housing"),
}
