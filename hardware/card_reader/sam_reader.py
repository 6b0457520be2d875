"""One SAM_V reader behind any pipe: find, select, read, with one deadline an answer and retries where retrying helps.

The order find, select, read is the protocol's. A garbled or missing answer is asked for again with the same command, because many
modules hand a card out once and then answer 'no card' until it is lifted; starting over would lose it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from hardware.card_reader import CardData
from hardware.card_reader.sam_frames import (
    ADDRESS_BYTES,
    FOUND,
    GOOD,
    UNKNOWN_COMMAND,
    Answer,
    Command,
    Scanner,
    decode_answer,
    decode_card,
    decode_sam_id,
    encode_request,
)
from hardware.errors import CardUnreadable, DeviceError, DeviceTimeout, DeviceUnplugged, NoCard, ProtocolFault

QUICK_S: Final = 0.5
"""For an answer of a few bytes."""
READ_S: Final = 2.0
"""For 1,295 bytes: 123 ms at 115,200 baud, 1.4 s at 9,600, and the card's own time."""
CALL_S: Final = 6.0
"""Within which any call on a reader ends, retries included."""
ATTEMPTS: Final = 3


class Pipe(Protocol):
    """Bytes to and from one reader. Everything raises `DeviceUnplugged` when the reader is gone."""

    def send(self, frame: bytes) -> None:
        """Forgets whatever was still to be read, then sends one frame. Raises `DeviceTimeout` where it cannot be sent."""

    def receive(self, timeout_s: float) -> bytes:
        """What has come in, waiting up to `timeout_s` for the first byte; empty when nothing came."""

    def close(self) -> None:
        """Lets the device go; safe to repeat."""


class SamReader:
    """A reader of the SAM_V family. Opens its pipe when first asked, and anew after it was lost."""

    def __init__(self, open_pipe: Callable[[], Pipe]) -> None:
        self._open_pipe = open_pipe
        self._pipe: Pipe | None = None

    def identify(self) -> str:
        """The security module's number (SAM id). Raises `DeviceError`."""
        return decode_sam_id(self._must(Command.SAM_ID, time.monotonic() + CALL_S).data)

    def self_test(self) -> None:
        """Raises `DeviceFault` where the module says that it is broken or not authorised."""
        self._must(Command.STATUS, time.monotonic() + CALL_S)

    def reset(self) -> None:
        """Begins the module anew, as after power-up. Raises `DeviceError`."""
        self._must(Command.RESET, time.monotonic() + CALL_S)

    def limit_radio(self, most: int = 0x50) -> None:
        """How many bytes go over the air at once: some makers' modules want it said after power-up. Raises `DeviceError`."""
        self._good(self._ask(Command.MAX_RF_BYTES, time.monotonic() + CALL_S, data=bytes([most])), Command.MAX_RF_BYTES)

    def chip_id(self) -> bytes:
        """The numbers of the card's chip, as the module gives them: to know this card again, not who it is. Raises like `read`."""
        end = time.monotonic() + CALL_S
        self._select(end)
        return self._must(Command.READ_CHIP_ID, end).data

    def read(self) -> CardData:
        """See `CardReader.read`. Fingerprints that a module sends along are read past and dropped."""
        end = time.monotonic() + CALL_S
        self._select(end)
        card = self._card(end)
        return replace(card, appended_address=self._appended_address(end), fingerprint=b"")

    def close(self) -> None:
        """See `CardReader.close`."""
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()

    def _select(self, end: float) -> None:
        found = self._ask(Command.FIND, end)
        if found.sw3 != FOUND:
            raise found.fault() or ProtocolFault(f"{found.sw3:02X} in answer to find")
        self._must(Command.SELECT, end)

    def _card(self, end: float) -> CardData:
        """Text and photo. A good answer of the wrong shape is noise that its checksum did not show: asked for again."""
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(ProtocolFault):
                return self._read_base(end)
        return self._read_base(end)

    def _read_base(self, end: float) -> CardData:
        """Modules made for fingerprints may not know the plain command: they are asked with theirs."""
        try:
            answer = self._ask(Command.READ_BASE, end, READ_S)
            if answer.sw3 == UNKNOWN_COMMAND:
                answer = self._ask(Command.READ_FINGERPRINT, end, READ_S)
            return decode_card(self._good(answer, Command.READ_BASE).data)
        except NoCard:
            raise CardUnreadable("lifted while it was read") from None

    def _appended_address(self, end: float) -> bytes:
        """The newest address, where the card holds one. Many modules do not serve it: nothing that goes wrong here spoils the card."""
        try:
            answer = self._exchange(Command.READ_ADDRESS, min(end, time.monotonic() + QUICK_S))
        except DeviceUnplugged:
            raise
        except DeviceError:
            return b""
        return answer.data if answer.sw3 == GOOD and len(answer.data) in ADDRESS_BYTES else b""

    def _must(self, command: Command, end: float, answer_s: float = QUICK_S) -> Answer:
        return self._good(self._ask(command, end, answer_s), command)

    @staticmethod
    def _good(answer: Answer, command: Command) -> Answer:
        if answer.sw3 != GOOD:
            raise answer.fault() or ProtocolFault(f"{answer.sw3:02X} in answer to {command.name.lower()}")
        return answer

    def _ask(self, command: Command, end: float, answer_s: float = QUICK_S, data: bytes = b"") -> Answer:
        """One command until it is answered in order, `ATTEMPTS` times at most and never beyond `end`."""
        last: DeviceError = DeviceTimeout("no time left")
        for _ in range(ATTEMPTS):
            now = time.monotonic()
            if now >= end:
                break
            try:
                answer = self._exchange(command, min(end, now + answer_s), data)
            except (DeviceTimeout, ProtocolFault) as fault:
                last = fault
                continue
            fault_said = answer.fault()
            if not isinstance(fault_said, ProtocolFault) or answer.sw3 == UNKNOWN_COMMAND:
                return answer
            last = fault_said
        if isinstance(last, DeviceTimeout):
            self.close()  # a converter that hangs often wakes when its port is opened anew
        raise last

    def _exchange(self, command: Command, deadline: float, data: bytes = b"") -> Answer:
        try:
            if self._pipe is None:
                self._pipe = self._open_pipe()
            self._pipe.send(encode_request(command, data))
            return self._answer(self._pipe, deadline)
        except DeviceUnplugged:
            self.close()
            raise

    @staticmethod
    def _answer(pipe: Pipe, deadline: float) -> Answer:
        scanner = Scanner()
        while (left := deadline - time.monotonic()) > 0:
            body = scanner.feed(pipe.receive(left))
            if body is not None:
                return decode_answer(body)
        raise DeviceTimeout("no whole answer in time")
