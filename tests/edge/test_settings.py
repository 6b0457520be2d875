from __future__ import annotations

from pathlib import Path

import pytest

from edge import settings
from edge.app import doctor_checks, liveness
from edge.doctor import Ill
from edge.errors import ConfigInvalid


def write(home: Path, name: str, text: str) -> None:
    (home / name).write_text(text, encoding="utf-8")


def test_both_files_are_read_and_the_environment_outranks_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "box.toml", 'box = "b-1"\nmqtt_host = "centre"\n')
    write(tmp_path, "devices.toml", 'camera = "opencv:0"\nlane_reader = "sam-serial:/dev/idreader"\n')
    monkeypatch.setenv("GONGMEN_EDGE_MQTT_HOST", "elsewhere")
    found = settings.load(tmp_path)
    assert (found.box, found.camera, found.mqtt_host) == ("b-1", "opencv:0", "elsewhere")


@pytest.mark.parametrize("reader", ["none:", "none", "none:x", "none:?a=1", " none:", ""])
def test_a_gate_that_knows_only_faces_is_refused(tmp_path: Path, reader: str) -> None:
    write(tmp_path, "devices.toml", f'camera = "opencv:0"\nlane_reader = "{reader}"\n')
    with pytest.raises(ConfigInvalid, match="FACE_ONLY"):
        settings.load(tmp_path)


@pytest.mark.parametrize("text", ["camera = ", 'kamera = "opencv:0"\n', "kiosk_port = 0\n", 'face_engine = "magic"\n'])
def test_a_mistake_in_a_file_is_named(tmp_path: Path, text: str) -> None:
    write(tmp_path, "devices.toml", text)
    with pytest.raises(ConfigInvalid) as raised:
        settings.load(tmp_path)
    assert any(word in str(raised.value) for word in ("devices.toml", "kamera", "kiosk_port", "face_engine"))


@pytest.mark.parametrize(
    ("direction", "turnstile"),
    [
        ("02", "modbus:/dev/ttyUSB0?baud=9600&unit=1&in=0&fire=0"),
        ("02", "gpio:in=17,passed=22"),
        ("01", "modbus:/dev/ttyUSB0?out=1"),
        ("01", "modbus:/dev/ttyUSB0?in=0&button=3"),
        ("01", "gpio:in=17,button=13"),
    ],
)
def test_a_turnstile_that_cannot_open_its_lanes_way_is_refused(tmp_path: Path, direction: str, turnstile: str) -> None:
    (tmp_path / "box.toml").write_text(f'direction = "{direction}"')
    (tmp_path / "devices.toml").write_text(f'turnstile = "{turnstile}"')
    with pytest.raises(ConfigInvalid, match="TURNSTILE_WAY_NOT_WIRED"):
        settings.load(tmp_path)


@pytest.mark.parametrize("turnstile", ["modbus:/dev/ttyUSB0?out=1&button=3", "gpio:in=17,out=27", "simulated:/tmp/arm", "none:"])
def test_a_turnstile_that_opens_the_way_out_serves_a_lane_out(tmp_path: Path, turnstile: str) -> None:
    (tmp_path / "box.toml").write_text('direction = "02"')
    (tmp_path / "devices.toml").write_text(f'turnstile = "{turnstile}"')
    assert settings.load(tmp_path).turnstile == turnstile


def test_a_depth_camera_that_is_named_is_asked_at_the_lane_and_by_the_doctor(tmp_path: Path) -> None:
    (tmp_path / "devices.toml").write_text(f'depth = "unix:{tmp_path}/nobody.sock"\n')
    told = settings.load(tmp_path)
    assert "depth" in liveness(told)["liveness"].checks
    assert "depth" not in liveness(told.model_copy(update={"depth": "none:"}))["liveness"].checks
    check = next(one for one in doctor_checks(told) if one.name == "depth camera")
    with pytest.raises(Ill, match="DEVICE_NOT_FOUND"):
        check.look()
