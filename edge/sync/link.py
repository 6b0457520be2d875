"""The box's connection to the broker: MQTT 5, QoS 1, mutual TLS. The only module of the box that imports paho.

There is no thread: `poll` does what is due and says what happened. Every connection is a new session with nothing carried over, because
what must not be lost stands in the journal and is sent again, and what is asked for is asked again.
"""

from __future__ import annotations

import random
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.errors import KeyMissing

KEEPALIVE_S: Final = 20
CONNECT_S: Final = 5.0
"""How long one attempt to reach the broker may take."""
OPEN_S: Final = 15.0
"""How long a broker that was reached may take until the topics are subscribed."""


@dataclass(frozen=True)
class Tls:
    """Files of the box's side of mutual TLS; the certificate's common name is the box."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class Broker:
    """Where the broker is. `first_pause_s` and `longest_pause_s` bound the growing, jittered pause between attempts."""

    host: str
    port: int
    tls: Tls | None = None
    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0


@dataclass(frozen=True)
class Opened:
    """The connection stands, and the centre's topics are subscribed."""


@dataclass(frozen=True)
class Closed:
    """It does not stand: BROKER_UNREACHABLE, BROKER_TLS, BROKER_REFUSED, BROKER_DENIED or BROKER_LOST."""

    code: str


@dataclass(frozen=True)
class Arrived:
    """A message from the broker, not yet checked."""

    topic: str
    payload: bytes


@dataclass(frozen=True)
class Delivered:
    """The broker answered for a message of ours (PUBACK): not a commit, only that it came so far. `denied`: the ACL refused it."""

    number: int
    denied: bool = False


LinkEvent = Opened | Closed | Arrived | Delivered


class Link:
    """The connection. `will` gives the will's topic and frame anew for each attempt."""

    def __init__(self, name: str, broker: Broker, topics: Sequence[str], will: Callable[[], tuple[str, bytes]]) -> None:
        self._name = name
        self._broker = broker
        self._topics = list(topics)
        self._will = will
        self._events: list[LinkEvent] = []
        self._client: mqtt.Client | None = None
        self._open = False
        self._pause_s = broker.first_pause_s
        self._next_try_s = 0.0
        self._give_up_s = 0.0
        self._verdict: str | None = None

    def poll(self, timeout_s: float) -> list[LinkEvent]:
        """Waits up to `timeout_s` for something to happen (a connection attempt may take `CONNECT_S`); what happened, in order.

        Raises `KeyMissing` where the files of mutual TLS are not there.
        """
        if self._client is None:
            self._try_or_wait(timeout_s)
        elif self._client.loop(timeout_s) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._drop(self._verdict or "BROKER_LOST")
        elif self._verdict is not None or (not self._open and time.monotonic() > self._give_up_s):
            self._drop(self._verdict or "BROKER_UNREACHABLE")
        events, self._events = self._events, []
        return events

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int | None:
        """Sends a frame, QoS 1; its number for `Delivered`, None where there is no connection."""
        if self._client is None or not self._open:
            return None
        return self._client.publish(topic, payload, qos=1, retain=retain).mid

    def close(self, topic: str, farewell: bytes) -> None:
        """Leaves the farewell (retained) and ends the connection; a connection that does not take it within a second is dropped."""
        number, deadline = self.publish(topic, farewell, retain=True), time.monotonic() + 1.0
        while number is not None and self._client is not None and time.monotonic() < deadline:
            if any(event == Delivered(number) for event in self.poll(0.05)):
                break
        if self._client is not None:
            self._client.disconnect()
            self._client.loop(0.05)
            self._drop("BROKER_LOST")
        self._events.clear()

    def _try_or_wait(self, timeout_s: float) -> None:
        wait_s = self._next_try_s - time.monotonic()
        if wait_s > 0:
            time.sleep(min(wait_s, timeout_s))
            return
        self._client = client = self._new_client()
        self._give_up_s = time.monotonic() + OPEN_S
        try:
            client.connect(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S, clean_start=True)
        except ssl.SSLError:
            self._drop("BROKER_TLS")
        except (OSError, ValueError):
            self._drop("BROKER_UNREACHABLE")

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._name, protocol=mqtt.MQTTv5, reconnect_on_failure=False)
        client.connect_timeout = CONNECT_S
        topic, frame = self._will()
        client.will_set(topic, frame, qos=1, retain=True)
        tls = self._broker.tls
        if tls is not None:
            client.tls_set_context(_context(tls))
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_socket_open = _send_at_once
        return client

    def _drop(self, code: str) -> None:
        """Cuts the connection (the broker then publishes the will) and pauses: at random, so that a thousand boxes do not come back at
        once."""
        client, self._client, self._open, self._verdict = self._client, None, False, None
        if client is not None:
            left = client.socket()
            if left is not None:
                left.close()
        self._next_try_s = time.monotonic() + self._pause_s * random.uniform(0.5, 1.0)
        self._pause_s = min(self._pause_s * 2, self._broker.longest_pause_s)
        self._events.append(Closed(code))

    def _on_connect(self, client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, reason: ReasonCode, _properties: object) -> None:
        if reason.is_failure:
            self._verdict = "BROKER_REFUSED"
            return
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self._topics])

    def _on_subscribe(self, _client: mqtt.Client, _data: object, _number: int, reasons: list[ReasonCode], _properties: object) -> None:
        if any(reason.is_failure for reason in reasons):
            self._verdict = "BROKER_DENIED"
            return
        self._open = True
        self._pause_s = self._broker.first_pause_s
        self._events.append(Opened())

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._events.append(Arrived(message.topic, bytes(message.payload)))

    def _on_publish(self, _client: mqtt.Client, _data: object, number: int, reason: ReasonCode, _properties: object) -> None:
        self._events.append(Delivered(number, denied=reason.is_failure))


class _Socket(ssl.SSLSocket):
    """Lets go of the connection when the handshake fails, which the client library does not."""

    def do_handshake(self, block: bool = False) -> None:
        """See `ssl.SSLSocket`."""
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def _context(tls: Tls) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(tls.ca))
        context.load_cert_chain(str(tls.certificate), str(tls.key))
    except OSError as error:
        raise KeyMissing("a certificate for the broker: provision this box") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _Socket
    return context


def _send_at_once(_client: mqtt.Client, _data: object, opened: object) -> None:
    if isinstance(opened, socket.socket):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
