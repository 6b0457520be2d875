"""Runs a vendor's photo decoder once, in a process that may crash, hang or write what it likes: `wlt_child.py LIBRARY SYMBOL ARGUMENT`.

Only the standard library is imported. The folder it is started in holds `photo.wlt` and takes `photo.bmp` or `photo.rgb`; it goes with
everything in it. The exit code is 0 when the decoder says that it did its work, 3 when it refuses, 4 when it cannot be loaded.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from collections.abc import Callable
from pathlib import Path

MEMORY = 1 << 30
CPU_S = 5
FILE_BYTES = 1 << 20
ROOM = 1 << 18
"""A buffer far larger than any picture, for builds that write more than they say."""
REFUSED, UNLOADABLE = 3, 4


def get_bmp(call: Callable[..., int], argument: int) -> int:
    """int GetBmp(char *wlt_file, int interface): writes photo.bmp beside photo.wlt."""
    return call(b"photo.wlt", argument)


def dewlt(call: Callable[..., int], argument: int) -> int:
    """int dewlt(char *wlt_file[, char *bmp_file])."""
    return call(b"photo.wlt", b"photo.bmp")


def unpack(call: Callable[..., int], argument: int) -> int:
    """int unpack(char *wlt, char *rgb, int save): 1,024 bytes in, a picture out."""
    picture = ctypes.create_string_buffer(ROOM)
    answer = call(ctypes.create_string_buffer(Path("photo.wlt").read_bytes(), ROOM), picture, argument)
    Path("photo.rgb").write_bytes(picture.raw)
    return answer


ADAPTERS = {"GetBmp": get_bmp, "unpack": unpack, "_Z6unpackPcS_i": unpack, "dewlt": dewlt}
DEFAULTS = {"GetBmp": 1}


def main(library: str, symbol: str, argument: str) -> int:
    """Loads, calls, and says how it went."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
    ):
        resource.setrlimit(what, (most, most))
    try:
        loaded = ctypes.CDLL(library)
    except OSError as refused:
        sys.stderr.write(str(refused))
        return UNLOADABLE
    name = symbol or next((known for known in ADAPTERS if hasattr(loaded, known)), "")
    if name not in ADAPTERS or not hasattr(loaded, name):
        sys.stderr.write(f"no symbol {name or ', '.join(ADAPTERS)}")
        return UNLOADABLE
    call = getattr(loaded, name)
    call.restype = ctypes.c_int
    answer = ADAPTERS[name](call, int(argument) if argument else DEFAULTS.get(name, 0))
    sys.stderr.write(f"{name} answers {answer}")
    return 0 if answer == 1 else REFUSED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
