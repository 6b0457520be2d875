"""From frames to 'this is she' or 'nobody here knows him': once for each attempt, from several frames, never from one.

A verdict needs two good frames that agree, however sure the first is. Nobody is called unknown before four good frames over a second
have been fused, since the first ones are often the worst; then the same face may try again, silently, after a rest. Frames that look past
the camera count for a match and not for a refusal: whoever reads a phone is asked to look up.

Whether the face is alive is asked once somebody is known (`edge.gate.proof`): a picture is refused with LIVENESS_FAILED.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from edge.faces import Face, FaceEngine, Image, Vector
from edge.gate.eyes import Eyes
from edge.gate.gallery import Gallery, Match, accepts
from edge.gate.lamp import Lamp, scene_brightness
from edge.gate.liveness import Ask, Liveness, Standing
from edge.gate.looks import Looks
from edge.gate.owner import Owner
from edge.gate.proof import FAILS, NOTHING, Asking, Proof, Prover
from edge.gate.tracking import Sample, Track, Tracker
from edge.sync.wire import Reason

ENOUGH_TO_OPEN: Final = 2
ENOUGH_TO_REFUSE: Final = 4
REFUSE_AFTER_S: Final = 1.0
REST_S: Final = 4.0
"""After a refusal the face rests as long as the refusal is shown."""
PASS_AGAIN_S: Final = 12.0
"""Who was let through and still stands there is looked at anew after so long: the arm has locked again, or never opened."""
RECHECK_S: Final = 0.5
"""How often a settled track is looked at again: the next person may have slid into it."""
REMEMBERED_S: Final = 60.0
"""A face that was refused is refused silently for so long: one event, not hundreds. The vectors stay in memory and go with the time."""
MIN_WIDTH: Final = 60.0
MIN_LIGHT: Final = 25.0
"""Between this and twice as much faces are told less often, yet told; the lamp comes on below 60."""
MIN_SHARPNESS: Final = 15.0
MAX_TURN: Final = 0.45
TURNED: Final = 0.3
"""From here on a face is asked to look at the camera, and still looked at. Of turned faces in helmets half are missed among thousands, of
straight ones one in seven (docs/adr/0021)."""
TURNED_S: Final = 4.0
"""How long a turned face has to look up before it is called unknown."""
MIN_QUALITY: Final = 0.2
ADVISED_S: Final = 8.0
"""Advice that has not helped for so long will not: somebody whom the light, the camera or a bent neck keeps from being seen has a card."""
ADVICE_GAP_S: Final = 2.0
"""Advice that pauses for longer was for somebody who has gone."""
_NEVER: Final = (float("-inf"), float("-inf"))
_CROWD: Final = 0.75
"""Two people stand side by side where the second face is at least this wide, in widths of the first."""


class Hint(StrEnum):
    """What the person before the lane can do to be told better."""

    COME_CLOSER = "COME_CLOSER"
    ONE_AT_A_TIME = "ONE_AT_A_TIME"
    TOO_DARK = "TOO_DARK"
    HOLD_STILL = "HOLD_STILL"
    LOOK_STRAIGHT = "LOOK_STRAIGHT"
    USE_CARD = "USE_CARD"
    """Two who look alike (brothers, twins): the face alone opens for neither, card and face together do. So for whoever failed twice to

    show a living face by the face alone, and for whom advice did not help."""


@dataclass(frozen=True)
class Verdict:
    """What a track's frames came to. `person` is None for somebody unknown; `again` if that was said a moment ago.

    `checks` names every liveness check that ran, movements of the challenge among them; `fault` is LIVENESS_FAILED where they said no.
    """

    person: str | None
    score: float | None
    checks: tuple[str, ...]
    track: Track
    again: bool = False
    fault: Reason | None = None


@dataclass(frozen=True, eq=False)
class View:
    """What one frame shows: the face that counts, what to tell it, and a verdict in the one frame that completes it.

    `ask` is the movement that a challenge wants now. `brightness` is the scene's mean grey (0 to 255), `lamp` whether the lane's lamp
    should burn.
    """

    face: Face | None = None
    hint: Hint | None = None
    verdict: Verdict | None = None
    settled: bool = False
    ask: Ask | None = None
    brightness: float = 0.0
    lamp: bool = False


@dataclass
class _Claimed:
    """Somebody who was known and now has to move as asked."""

    track: Track
    match: Match
    proof: Proof


class Recognition:
    """One lane's eyes. Not thread-safe.

    `asking` gives what the site's policy wants of a face here, asked when somebody is known. Without `eyes` no blink is asked.
    """

    def __init__(
        self,
        engine: FaceEngine,
        liveness: Liveness | None = None,
        *,
        asking: Callable[[], Asking] = lambda: NOTHING,
        eyes: Eyes | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._engine, self._tracker, self._looks = engine, Tracker(), Looks(engine)
        self._prover = Prover(engine, liveness or Liveness(), asking, eyes, chance)
        self._lamp = Lamp()
        self._refused: list[tuple[float, Vector]] = []
        self._before: Track | None = None
        self._claimed: _Claimed | None = None
        self._sent: Track | None = None
        self._advised = _NEVER

    def look(self, image: Image, at_s: float, gallery: Gallery) -> View:
        """One fresh frame, taken at the monotonic time `at_s`."""
        return self._lit(image, at_s, self._look(image, at_s, gallery))

    def _lit(self, image: Image, at_s: float, view: View) -> View:
        scene = scene_brightness(image)
        lamp = self._lamp.see(scene, view.face.quality.brightness if view.face else None, at_s)
        return replace(view, brightness=scene, lamp=lamp)

    def _look(self, image: Image, at_s: float, gallery: Gallery) -> View:
        tracks = self._tracker.follow(self._looks.see(image, at_s, self._tracker.followed(at_s)), at_s)
        self._before = track = _foremost(tracks)
        if self._claimed is not None:
            face = self._claimed.track.face if self._claimed.track in tracks else None
            return self._challenged(image, at_s, gallery, face, self._claimed)
        if track is None:
            return View()
        if track.passed and at_s - track.passed_s >= PASS_AGAIN_S:
            track.restart()  # still there: the arm has locked again, or never opened
        if track.rest_until_s > at_s or track.passed:
            return self._look_again(image, at_s, track)
        if _crowded(track, tracks):
            return View(track.face, Hint.ONE_AT_A_TIME)
        if not is_good(track.face):
            return View(track.face, self._advice(track.face, at_s))
        self._add(image, at_s, track)
        track.straight += not is_turned(track.face)
        verdict, hint = self._verdict(track, at_s, gallery), None
        if verdict is None:
            hint = Hint.USE_CARD if self._sent is track or self._alike(track, gallery) else self._advice(track.face, at_s)
        return View(track.face, hint, verdict, ask=self.asks)

    @property
    def asks(self) -> Ask | None:
        """The movement that a challenge under way wants now."""
        return self._claimed.proof.challenge.asks if self._claimed else None

    def hold(self, verdict: Verdict, at_s: float) -> None:
        """The person of this verdict was known and yet refused: the face stays foremost, and may try again after the rest."""
        verdict.track.passed, verdict.track.rest_until_s = False, at_s + REST_S

    def wait(self, verdict: Verdict, until_s: float) -> None:
        """The person of this verdict passed a moment ago: the face may ask again from `until_s` on."""
        verdict.track.passed, verdict.track.rest_until_s = False, until_s

    def excuse(self, came_through: bool, at_s: float) -> None:
        """Whoever stands foremost has shown a card: the face needs no verdict of its own, or only after a rest if the card was refused."""
        self._claimed = None
        if self._before is not None:
            self._before.restart()
            self._before.passed, self._before.passed_s = came_through, at_s
            self._before.rest_until_s = at_s + REST_S

    def forget(self) -> None:
        """The frames in between are not for these eyes: whoever is seen next is somebody new."""
        self._tracker, self._before, self._claimed = Tracker(), None, None

    def owner(self, person: str, enough: float) -> Owner:
        """Begins a comparison 1:1 with a card's owner; whoever was asked to move is asked no more."""
        self._claimed = None
        return Owner(person, enough, self._engine, self._prover, is_near)

    def compare(self, image: Image, at_s: float, owner: Owner, gallery: Gallery) -> View:
        """One fresh frame for somebody whose card was laid: the foremost face, and the movement that is wanted now."""
        tracks = self._tracker.follow(self._looks.everywhere(image, at_s), at_s)
        self._before = max(tracks, key=lambda track: track.face.box[2], default=None)
        owner.look(image, at_s, tracks, gallery)
        face = self._before.face if self._before else None
        return self._lit(image, at_s, View(face, advice_for(face) if face else None, ask=owner.ask))

    def _advice(self, face: Face, at_s: float) -> Hint | None:
        """What would help: the card, once there has been advice for too long. Not a track's own: a face in the dark comes and goes."""
        hint = advice_for(face)
        if hint is None or hint is Hint.COME_CLOSER:
            return hint
        began_s, last_s = self._advised
        self._advised = (at_s if at_s - last_s > ADVICE_GAP_S else began_s), at_s
        return Hint.USE_CARD if at_s - self._advised[0] >= ADVISED_S else hint

    def _add(self, image: Image, at_s: float, track: Track) -> None:
        weight = track.face.quality.weight()
        if not track.wants(weight) and at_s - track.samples[-1].at_s < RECHECK_S:
            track.good += 1  # it would not be kept: worth no embedding
            return
        vector = self._engine.embed(image, track.face)
        if track.samples and not track.resembles(vector, self._engine.scale.same):
            track.restart()
        track.add(Sample(vector, weight, self._prover.look(image, track.face), at_s))

    def _look_again(self, image: Image, at_s: float, track: Track) -> View:
        if at_s - track.checked_s >= RECHECK_S and is_good(track.face):
            track.checked_s, vector = at_s, self._engine.embed(image, track.face)
            if not track.resembles(vector, self._engine.scale.same):
                track.restart()
                return View(track.face)
            track.settled = vector if track.settled is None else track.settled
        return View(track.face, settled=True)

    def _verdict(self, track: Track, at_s: float, gallery: Gallery) -> Verdict | None:
        self._sent = None
        if track.good < ENOUGH_TO_OPEN:
            return None
        match = gallery.search(track.fused())
        if match is not None and accepts(match, gallery, self._engine.scale):
            return self._known(match, track, at_s)
        if not _looked_enough(track, at_s) or self._alike(track, gallery):
            return None
        again = self._was_refused(track.fused(), at_s)
        track.settle(False, at_s + REST_S)
        self._advised = _NEVER
        return Verdict(None, match.score if match else None, self._prover.checks(), track, again)

    def _alike(self, track: Track, gallery: Gallery) -> bool:
        """Whether this is one of two enrolled people who cannot be told apart: no stranger, and yet nobody to open for."""
        if track.good < ENOUGH_TO_REFUSE or not track.samples:
            return False
        match = gallery.search(track.fused())
        return match is not None and match.second >= gallery.threshold(self._engine.scale)

    def _known(self, match: Match, track: Track, at_s: float) -> Verdict | None:
        standing = self._prover.judge([sample.live for sample in track.samples])
        if self._prover.needs_proof(standing):
            if self._prover.failures(match.person, at_s) >= FAILS:
                self._sent = track
            else:
                self._claimed = _Claimed(track, match, self._prover.draws(match.person, at_s))
            return None
        return self._told(match, track, at_s, self._prover.checks(), alive=standing is not Standing.PICTURE)

    def _told(self, match: Match, track: Track, at_s: float, checks: tuple[str, ...], alive: bool) -> Verdict:
        self._claimed, self._advised = None, _NEVER
        if track.samples:
            track.settle(alive, at_s if alive else at_s + REST_S)
        track.passed_s = at_s
        return Verdict(match.person, match.score, checks, track, fault=None if alive else Reason.LIVENESS_FAILED)

    def _challenged(self, image: Image, at_s: float, gallery: Gallery, face: Face | None, claimed: _Claimed) -> View:
        """One frame of a challenge. A face that is gone has failed silently: whoever comes next begins anew."""
        ask = self._prover.step(claimed.proof, image, at_s, face, gallery)
        if ask is Ask.FAILED and face is None:
            self._claimed = None
            return View()
        if ask in (Ask.PASSED, Ask.FAILED):
            checks = self._prover.checks(claimed.proof)
            return View(face, None, self._told(claimed.match, claimed.track, at_s, checks, alive=ask is Ask.PASSED), ask=ask)
        return View(face, None, ask=ask)

    def _was_refused(self, vector: Vector, at_s: float) -> bool:
        self._refused = [(then, known) for then, known in self._refused if at_s - then < REMEMBERED_S]
        again = any(float(known @ vector) >= self._engine.scale.same for _, known in self._refused)
        if not again:
            self._refused.append((at_s, vector))
        return again


def hint_for(face: Face) -> Hint | None:
    """What would help most; None where nothing is wrong that the person could mend."""
    quality = face.quality
    if quality.width_px < MIN_WIDTH:
        return Hint.COME_CLOSER
    if quality.brightness < MIN_LIGHT:
        return Hint.TOO_DARK
    if quality.sharpness < MIN_SHARPNESS:
        return Hint.HOLD_STILL
    return Hint.LOOK_STRAIGHT if abs(quality.turn) > MAX_TURN else None


def advice_for(face: Face) -> Hint | None:
    """What would help, also where this frame is good enough to look at."""
    return hint_for(face) or (Hint.LOOK_STRAIGHT if is_turned(face) else None)


def is_turned(face: Face) -> bool:
    """Whether somebody looks past the camera: told less often, so not called unknown by such frames alone."""
    return abs(face.quality.turn) >= TURNED


def is_good(face: Face) -> bool:
    """Whether this frame is worth an embedding."""
    return hint_for(face) is None and face.quality.value() >= MIN_QUALITY


def is_near(face: Face) -> bool:
    """Whether this frame is worth a comparison 1:1, which takes dark, smeared and turned faces as well.

    Those lower a right score and raise no wrong one. Measured with SFace at the threshold for one: of 10,000 pairs of strangers 5.5 agree
    by good frames (of 45,000 pairs), 4.6 by poor ones (of 4,300).
    """
    return hint_for(face) is not Hint.COME_CLOSER


def _looked_enough(track: Track, at_s: float) -> bool:
    """Whether an attempt may end with 'unknown': four good frames in a second that look at the camera, or four seconds of others."""
    lasted = at_s - track.began_s
    straight = track.straight >= ENOUGH_TO_REFUSE or lasted >= TURNED_S
    return track.good >= ENOUGH_TO_REFUSE and lasted >= REFUSE_AFTER_S and straight


def _foremost(tracks: Sequence[Track]) -> Track | None:
    """The nearest face that has not passed yet; else the nearest. Who was refused stays foremost: a worker behind opens for no other."""
    waiting = [track for track in tracks if not track.passed]
    return max(waiting or tracks, key=lambda track: track.face.box[2], default=None)


def _crowded(track: Track, tracks: Sequence[Track]) -> bool:
    return any(other is not track and not other.passed and other.face.box[2] >= _CROWD * track.face.box[2] for other in tracks)
