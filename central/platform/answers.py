"""What the platform answers, read: accepted, there already, or one of the faults.

PlatformError           the code of a bilingual text, and what the platform said, without numbers of people
├── AwayError           nobody answered, or not sensibly; the record may have arrived: it is sent again later
├── LimitError          too many calls (-5): the whole channel waits
├── StoppedError        no call can succeed (-2 signature, -4 address): the channel stands still until somebody resumes it
└── RefusedError        this record was refused; `is_final` where sending the same again cannot help (-1)
    └── ThereError      ... because it is there already, which is what was wanted
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from central.errors import declare

ALREADY: Final = re.compile(r"已存在|已经存在|重复上传|数据重复")
"""「班组已存在」「项目中已存在身份证为…」「参建单位已存在」: the platform has it."""
MISSING: Final = re.compile(r"不存在|未找到|没有找到")
"""Wins over the above: 「班组不存在」."""
_LONG: Final = re.compile(r"[0-9A-Za-z+/=]{8,}")

declare(
    {
        "PLATFORM_PARAMETER": (
            "平台认为内容有误（-1）。请按平台说明补正人员或项目资料，然后点“重试”。",
            "The platform found the content wrong (-1): mend the worker's or project's data as it says, then try again.",
        ),
        "PLATFORM_SIGNATURE": (
            "平台拒绝了签名（-2），已停止上传。请系统管理员核对 appid 和密钥文件，然后点“恢复上传”。",
            "Signature refused (-2): uploading has stopped. Have appid and secret checked by the administrator, then resume.",
        ),
        "PLATFORM_PERMISSION": (
            "该 appid 无权调用此接口（-3），一小时后自动重试。请向平台申请权限。",
            "This appid may not use the method (-3); tried again in an hour. Ask the platform for the permission.",
        ),
        "PLATFORM_ADDRESS": (
            "平台不接受本机地址（-4），已停止上传。请向平台登记出口 IP，然后点“恢复上传”。",
            "The platform does not accept our address (-4); uploading has stopped. Register the outgoing IP there, then resume.",
        ),
        "PLATFORM_LIMIT": (
            "调用超出平台限额（-5），稍后自动继续，无需处理。",
            "Over the platform's limit of calls (-5): it goes on by itself later.",
        ),
        "PLATFORM_AWAY": (
            "平台没有应答，稍后自动重试，无需处理。",
            "The platform does not answer: tried again by itself later.",
        ),
        "PLATFORM_UNREADABLE": (
            "平台的应答无法读懂，稍后自动重试；若持续出现请联系平台。",
            "The platform's answer cannot be read: tried again later. If it stays so, contact the platform.",
        ),
        "PLATFORM_REFUSED": (
            "平台处理失败，将自动重试数次；仍失败时请按平台说明补正后点“重试”。",
            "The platform could not take it: tried again a few times by itself; then mend what it says and try again.",
        ),
        "PLATFORM_ANSWER_LATE": (
            "平台超过一天没有给出结果，已重新上传。",
            "The platform gave no result within a day: it is uploaded again.",
        ),
        "PLATFORM_RESULT_UNKNOWN": (
            "平台没有给出该请求的结果，稍后自动重新上传。",
            "The platform does not say how the request ended: it is uploaded again later.",
        ),
        "PLATFORM_NUMBER_MISSING": (
            "平台已有该班组但没有给出班组编号，稍后自动再查。",
            "The platform has the team but did not give its number: asked again later.",
        ),
        "PLATFORM_DATA_UNUSABLE": (
            "本系统的资料无法按平台代码表转换，请核对工种、证件类型和合同类型后点“重试”。",
            "Our data have no code in the platform's tables: check trade, document and contract type, then try again.",
        ),
        "PLATFORM_CHANGED_AFTER": (
            "上传之后通行记录有更正，平台不支持修改，请在平台上人工核对。",
            "The passage was corrected after it had been uploaded and the platform cannot change it: compare it there by hand.",
        ),
    }
)


class PlatformError(Exception):
    """What went wrong with a call. `said` is the platform's own text, cut, without anything that could be a number or a key."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.said = shown(said)


class AwayError(PlatformError):
    """No sensible answer."""


class LimitError(PlatformError):
    """Over the limit."""


class StoppedError(PlatformError):
    """Nothing can succeed before somebody mends something."""


class RefusedError(PlatformError):
    """This record was refused."""

    def __init__(self, code: str, said: str = "", *, is_final: bool = False) -> None:
        super().__init__(code, said)
        self.is_final = is_final


class ThereError(RefusedError):
    """It is there already."""


class Progress(Enum):
    """What AsyncHandleResult.Query says of a request: 0, 20 (10 is a `RefusedError`)."""

    PENDING = "0"
    DONE = "20"


@dataclass(frozen=True)
class Reply:
    """A call that was taken: `serial` to ask about later, empty where it is done at once; `number` of a team; `data` as it came."""

    serial: str
    number: str
    data: Any


def shown(said: str) -> str:
    """The platform's words as they may be kept: short, and nothing in them that could be a number of a person or a key."""
    return _LONG.sub("***", " ".join(said.split()))[:200]


def read(body: bytes) -> Reply:
    """A reply. Raises the faults above."""
    try:
        told = json.loads(body)
        code, said = str(told["code"]), str(told.get("message") or told.get("msg") or "")
        data = told.get("data")
        data = json.loads(data) if isinstance(data, str) and data[:1] in {"{", "["} else data
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AwayError("PLATFORM_UNREADABLE") from None
    if code != "0":
        raise _fault(code, said)
    fields: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    return Reply(str(fields.get("requestSerialCode") or "")[:64], str(fields.get("teamSysNo") or "")[:64], data)


def outcome(reply: Reply) -> tuple[Progress, str]:
    """How an accepted request stands, and the number it gave. Raises `RefusedError`, `ThereError`, `AwayError`."""
    fields = reply.data if isinstance(reply.data, Mapping) else {}
    status, result = str(fields.get("status", "")), fields.get("result")
    said = str(result) if not isinstance(result, Mapping) else str(result.get("message", ""))
    if status == "10":
        raise ThereError("", said) if is_there(said) else RefusedError("PLATFORM_REFUSED", said)
    if status not in {"0", "20"}:
        raise AwayError("PLATFORM_UNREADABLE")
    number = str(result.get("teamSysNo") or "") if isinstance(result, Mapping) else reply.number
    return Progress(status), number[:64]


def is_there(said: str) -> bool:
    """Whether a refusal says that the record is there already."""
    return bool(ALREADY.search(said)) and not MISSING.search(said)


def _fault(code: str, said: str) -> PlatformError:
    if code == "-2":
        return StoppedError("PLATFORM_SIGNATURE", said)
    if code == "-4":
        return StoppedError("PLATFORM_ADDRESS", said)
    if code == "-5":
        return LimitError("PLATFORM_LIMIT", said)
    if code == "-3":
        return RefusedError("PLATFORM_PERMISSION", said)
    if is_there(said):
        return ThereError("", said)
    return RefusedError("PLATFORM_PARAMETER", said, is_final=True) if code == "-1" else RefusedError("PLATFORM_REFUSED", said)
