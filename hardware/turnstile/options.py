"""The numbers in a turnstile's address: a name that is misspelt must not pass for a sensor that is not there."""

from __future__ import annotations

from collections.abc import Mapping

from hardware.errors import DeviceUnsupported


def numbers(given: Mapping[str, str], known: Mapping[str, int | None]) -> dict[str, int | None]:
    """`known` with what was `given` in it. Raises `DeviceUnsupported` for an unknown name and for what is no whole number."""
    for name, text in given.items():
        if name not in known or not (text.isascii() and text.isdecimal()):
            raise DeviceUnsupported(f"{name}={text}; known: {', '.join(known)}")
    return {**known, **{name: int(text) for name, text in given.items()}}


def word(given: dict[str, str], name: str, *choices: str) -> str:
    """Takes the word called `name` out of `given`; the first choice if it is not there. Raises `DeviceUnsupported`."""
    found = given.pop(name, choices[0])
    if found not in choices:
        raise DeviceUnsupported(f"{name}={found}; known: {', '.join(choices)}")
    return found


def distinct(*wires: int | None) -> None:
    """Raises `DeviceUnsupported` where two uses share one wire."""
    used = [wire for wire in wires if wire is not None]
    if len(used) != len(set(used)):
        raise DeviceUnsupported("one wire is used twice")
