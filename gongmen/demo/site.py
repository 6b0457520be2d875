"""The site's side of the play: one box with simulated devices behind their real ports, and what a person does before them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx

from edge.clock import SystemClock
from edge.store.database import Store
from edge.store.health import Health
from edge.store.journal import Journal
from edge.sync import wire
from gongmen.demo.cast import Player
from gongmen.demo.office import PIN
from gongmen.demo.stage import StageError, eventually
from gongmen.pictures import person
from hardware.camera.simulated import SimulatedScene
from hardware.card_reader.simulated import SamSimulator
from hardware.turnstile.simulated import SimulatedTurnstile

VERDICT_S = 20.0
CAPTURE_S = 60.0
CARD_READ_S = 0.8
"""A card is on the reader a moment before its owner looks up."""
Verdict = wire.Passage | wire.Refusal
T = TypeVar("T")


class Site:
    """The gate and the kiosk of one box, and the people who walk up to them."""

    def __init__(self, home: Path, kiosk_port: int, engine: str, camera: str | None = None) -> None:
        self.home = home
        self.port = kiosk_port
        self.url = f"http://127.0.0.1:{kiosk_port}"
        self._engine, self._camera = engine, camera
        self.lane_scene = SimulatedScene(home / "sim" / "lane")
        self.kiosk_scene = SimulatedScene(home / "sim" / "kiosk")
        self.turnstile = SimulatedTurnstile(home / "sim" / "turnstile")
        self.lane_reader = SamSimulator(home / "sim" / "lane-reader")
        self.kiosk_reader = SamSimulator(home / "sim" / "kiosk-reader")
        self._client = httpx.Client(base_url=self.url, timeout=20)
        self._csrf = ""

    def close(self) -> None:
        """Unplugs the readers."""
        self._client.close()
        self.lane_reader.close()
        self.kiosk_reader.close()

    def install(self, broker_port: int) -> None:
        """Writes down which devices this box has; the broker is reached by the cable that can be cut."""
        devices = {
            "camera": self._camera or f"simulated:{self.lane_scene.folder}",
            "kiosk_camera": f"lent:{self.home}/run/lane.sock" if self._camera else f"simulated:{self.kiosk_scene.folder}",
            "lane_reader": f"sam-serial:{self.lane_reader.path}",
            "kiosk_reader": f"sam-serial:{self.kiosk_reader.path}",
            "turnstile": f"simulated:{self.turnstile.folder}",
            "kiosk_port": self.port,
            "face_engine": self._engine,
            "vision_threads": 1,
            "mqtt_host": "127.0.0.1",
            "mqtt_port": broker_port,
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in devices.items()]
        (self.home / "devices.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    # --- the kiosk ---------------------------------------------------------------------------------------------------------------------

    def sign_in(self, operator: str) -> None:
        """The site manager signs in with the PIN; waits until the roster has brought operators to the box."""
        view = eventually("operators at the kiosk", 60, lambda: self._sign_in_screen(operator))
        named = next(one for one in view["operators"] if one["name"] == operator)
        self._press("sign-in", {"operator": named["operator"], "pin": PIN})

    def _sign_in_screen(self, operator: str) -> dict[str, Any] | None:
        try:
            view = self._view()
        except httpx.TransportError:
            return None
        return view if any(one["name"] == operator for one in view.get("operators", [])) else None

    def enrol(self, player: Player) -> dict[str, Any]:
        """One worker at the kiosk: card, consent, face, approval. The finished view, with its receipt."""
        self.kiosk_reader.put(player.card)
        self._until("who")
        self._press("begin")
        self.kiosk_reader.lift()
        notice = self._client.get("/api/notice/zh").raise_for_status().json()
        self._press("consent", {"template": True, "transfer": True, "text_hash": notice["text_hash"]})
        self._pose(self.enrolled_with(player.face))
        eventually("the comparison with everybody enrolled", VERDICT_S, lambda: not self._view()["approval"]["checking"])
        view = self._press("approve")
        if view["step"] != "done":
            raise StageError(f"enrolment of {player.key} ended at {view['step']}")
        self.kiosk_scene.clear()
        self._press("next")
        return view

    def enrolled_with(self, face: str) -> tuple[Path, ...]:
        """The photographs shown at the kiosk: of several, the last is kept for the gate, where the engine then sees it for the first time.

        dlib's network, at a threshold that keeps strangers out, does not know everybody again from another year's photograph: with it, as
        with people of whom there is one photograph, camera and kiosk replay the same one moved, lit and blurred otherwise.
        """
        pictures = person(face).pictures
        return pictures[: max(1, len(pictures) - 1)] if self._engine == "sface" else pictures[:1]

    def _pose(self, pictures: tuple[Path, ...]) -> None:
        """Before the kiosk's camera until three good shots are taken: another photograph, or another light, after each."""
        end, shown = time.monotonic() + CAPTURE_S, -1
        while (view := self._view())["step"] != "approve":
            if time.monotonic() > end:
                raise StageError(f"no three good shots: {view.get('capture')}")
            kept = (view.get("capture") or {}).get("kept", 0)
            if kept != shown:
                shown = kept
                self.kiosk_scene.show(pictures[kept % len(pictures)], light=0.85 + 0.1 * kept, move=6 + 6 * kept)
            time.sleep(0.1)

    def read_garbled(self, player: Player) -> str:
        """A card behind a noisy line, then one that the reader cannot read: the code that the kiosk shows for it."""
        self.kiosk_reader.refuse(select=0x81)
        self.kiosk_reader.put(player.card)
        try:
            return eventually("the kiosk to say that the card cannot be read", VERDICT_S, self._card_fault)
        finally:
            self.kiosk_reader.refuse()
            self.kiosk_reader.lift()
            time.sleep(0.5)

    def _card_fault(self) -> str | None:
        reader = self._view()["reader"]
        return str(reader["code"]) if reader["state"] == "fault" else None

    def _view(self) -> dict[str, Any]:
        view = cast("dict[str, Any]", self._client.get("/api/state").raise_for_status().json())
        self._csrf = view["csrf"]
        return view

    def _press(self, action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._client.post(f"/api/{action}", json=body, headers={"X-CSRF-Token": self._csrf})
        if answer.is_error:
            raise StageError(f"kiosk {action}: {answer.text[:300]}")
        view = cast("dict[str, Any]", answer.json())
        self._csrf = view["csrf"]
        return view

    def _until(self, step: str) -> None:
        eventually(f"the kiosk to be at '{step}'", VERDICT_S, lambda: self._view()["step"] == step)

    # --- the lane ----------------------------------------------------------------------------------------------------------------------

    def walk_up(self, face: str, **variation: float) -> Verdict:
        """Somebody steps before the gate's camera; what the box wrote down about it."""
        before = self.journal_end()
        self.lane_scene.show(person(face).pictures[-1 if self._engine == "sface" else 0], **variation)
        try:
            return self._next_verdict(face, before)
        finally:
            self.lane_scene.clear()
            time.sleep(1.0)

    def walk_by(self, face: str) -> None:
        """Somebody steps before the gate's camera for a moment, whatever comes of it."""
        self.lane_scene.show(person(face).pictures[0])
        time.sleep(3)
        self.lane_scene.clear()

    def lay_card(self, player: Player, with_face: bool = False) -> Verdict:
        """Somebody lays an ID card on the lane's reader, and shows the face to it; what the box wrote down about it."""
        before = self.journal_end()
        self.lane_reader.put(player.card)
        if with_face:
            time.sleep(CARD_READ_S)
            self.lane_scene.show(person(player.face).pictures[0])
        try:
            return self._next_verdict(f"the card of {player.key}", before)
        finally:
            self.lane_reader.lift()
            self.lane_scene.clear()
            time.sleep(1.0)

    def _next_verdict(self, who: str, before: int) -> Verdict:
        return eventually(f"a verdict on {who}", VERDICT_S, lambda: self._verdicts(before) or None)[0]

    def _verdicts(self, after: int) -> list[Verdict]:
        return [event.body for event in self.events() if event.seq > after and isinstance(event.body, Verdict)]

    # --- what the box wrote ------------------------------------------------------------------------------------------------------------

    def journal_end(self) -> int:
        """The last event's number."""
        return self._ask(lambda journal: journal.max_seq())

    def acked(self) -> int:
        """Up to where the centre said 'committed'."""
        return self._ask(lambda journal: journal.acked())

    def epoch(self) -> str:
        """This journal's epoch."""
        return self._ask(lambda journal: journal.epoch)

    def camera_is_well(self) -> bool:
        """Whether the gate's camera gives pictures."""
        gate = self.health().get("gate", {})
        return bool(gate.get("frames")) and gate.get("camera_fault") is None

    def events(self) -> list[wire.Event]:
        """The whole journal."""
        rows = self._ask(lambda journal: journal.range(1, journal.max_seq()))
        return [wire.decode(row.packed, wire.Event) for row in rows]

    def health(self) -> dict[str, dict[str, Any]]:
        """What the processes last reported."""
        store = Store.open(self.home)
        try:
            return Health(store).all()
        finally:
            store.close()

    def _ask(self, question: Callable[[Journal], T]) -> T:
        store = Store.open(self.home)
        try:
            return question(Journal(store, SystemClock()))
        finally:
            store.close()
