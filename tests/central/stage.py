"""One application for the centres of many tests, one after the other: to build its three hundred routes takes a second or two, to ask
it some milliseconds.

An application keeps nothing of a centre but the centre itself, which here is a stand-in for the one whose turn it is. Two things it
keeps beside: how often an own link asked, and who watches the live board. A centre of a test of these two does not `leave`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final, cast

from fastapi import FastAPI

from central.app import create_app
from central.centre import Centre


class StandIn:
    """Has whatever the thing has that `now` tells."""

    def __init__(self, now: Callable[[], Any]) -> None:
        self._now = now

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now(), name)


class Stage:
    """An application, and the centre that stands on it now."""

    def __init__(self, centre: Centre) -> None:
        self.settings = _settings(centre)
        self.centre = centre
        parts = {name: self._stand_in(name) for name in ("settings", "database", "clock", "secrets", "passwords", "failures", "pace")}
        self.app = create_app(parts["settings"], cast(Centre, _Parts(parts)))

    def enter(self, centre: Centre) -> None:
        """It is this one's turn."""
        self.centre = self.app.state.centre = centre

    def _stand_in(self, part: str) -> Any:
        return StandIn(lambda: getattr(self.centre, part))


class _Parts:
    def __init__(self, parts: dict[str, Any]) -> None:
        self.__dict__.update(parts)


_TAKEN: Final[list[Stage]] = []
_FREE: Final[deque[Stage]] = deque(maxlen=4)
"""The latest, since a centre with settings that no other has leaves one behind that nobody will take."""


def application(centre: Centre) -> FastAPI:
    """The application over this centre, the same until `leave`."""
    for stage in _TAKEN:
        if stage.centre is centre:
            return stage.app
    stage = next((one for one in _FREE if one.settings == _settings(centre)), None) or Stage(centre)
    if stage in _FREE:
        _FREE.remove(stage)
    stage.enter(centre)
    _TAKEN.append(stage)
    return stage.app


def leave(centre: Centre) -> None:
    """The centre is closed; whichever comes next may have its application."""
    for stage in [one for one in _TAKEN if one.centre is centre]:
        _TAKEN.remove(stage)
        _FREE.append(stage)


def _settings(centre: Centre) -> dict[str, Any]:
    """What an application may remember of the settings: all but where the data lie."""
    return centre.settings.model_dump(exclude={"home", "database_url"})
