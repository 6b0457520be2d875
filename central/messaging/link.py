"""The centre's connection to the broker: MQTT 5 over mutual TLS, QoS 1, and an acknowledgement only after the commit.

What arrives goes to the inboxes and stays unacknowledged at the broker until `acknowledge` is called, so a centre that dies before its
commit gets it again. The session is kept by the broker across restarts. This is the only module of the centre that imports paho.
"""

from __future__ import annotations

import logging
import queue
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.sync import wire

log = logging.getLogger(__name__)

_SESSION_S = 24 * 3600
_IN_FLIGHT = 512
"""Unacknowledged messages that the broker may hand over: the bound of the inboxes."""


@dataclass(frozen=True)
class Tls:
    """Files of the client's side of mutual TLS."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class BrokerAddress:
    """Where the broker is and who we are there. `share` names the group of ingest processes that share the load; empty: one process."""

    host: str
    port: int
    tls: Tls | None = None
    client_id: str = "central"
    share: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as the broker gave it; `connection` tells messages of an older connection apart, whose numbers mean nothing now."""

    box: str
    kind: wire.Up
    topic: str
    payload: bytes
    number: int
    connection: int


Inbox = queue.SimpleQueue[Incoming]


class Outbound(Protocol):
    """What the messaging jobs need of a connection."""

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Hands a frame to the connection; it is sent once there is one (QoS 1)."""

    def acknowledge(self, message: Incoming) -> None:
        """Tells the broker that the message is dealt with."""


class BrokerLink:
    """The connection. `inboxes` says where each kind of message goes; `on_up` runs in the network thread after each connect."""

    def __init__(self, address: BrokerAddress, inboxes: Mapping[wire.Up, Inbox], will: bytes) -> None:
        self._address = address
        self._inboxes = inboxes
        self.on_up: Callable[[], None] = lambda: None
        self._connection = 0
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=address.client_id, protocol=mqtt.MQTTv5, manual_ack=True, reconnect_on_failure=True
        )
        self._client.max_inflight_messages_set(1000)
        self._client.reconnect_delay_set(1, 8)
        self._client.will_set(wire.CENTRE_STATE, will, qos=1, retain=True)
        if address.tls is not None:
            self._client.tls_set(str(address.tls.ca), str(address.tls.certificate), str(address.tls.key))
        self._client.on_socket_open = _send_at_once
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._arrived

    @property
    def connected(self) -> bool:
        """Whether the broker is there at this moment."""
        return self._client.is_connected()

    def start(self) -> None:
        """Connects in a thread of its own, and again whenever the connection is lost."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = _SESSION_S
        properties.ReceiveMaximum = _IN_FLIGHT
        self._client.connect_async(self._address.host, self._address.port, keepalive=20, clean_start=False, properties=properties)
        self._client.loop_start()

    def stop(self, farewell: bytes) -> None:
        """Says that the centre leaves, disconnects and waits for the thread."""
        if self.connected:
            said = self._client.publish(wire.CENTRE_STATE, farewell, qos=1, retain=True)
            try:
                said.wait_for_publish(2)
            except (RuntimeError, ValueError):
                log.info("FAREWELL_UNSENT the broker left first")
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """See `Outbound`."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def acknowledge(self, message: Incoming) -> None:
        """See `Outbound`; numbers of an older connection are forgotten, the broker sends those messages again."""
        if message.connection == self._connection:
            self._client.ack(message.number, 1)

    def _connected(self, _client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, reason: ReasonCode, _properties: object) -> None:
        if reason.is_failure:
            log.warning("BROKER_REFUSED %s", reason)
            return
        self._connection += 1
        shared = f"$share/{self._address.share}/" if self._address.share else ""
        options = SubscribeOptions(qos=1)
        for kind in self._inboxes:
            group = "" if kind is wire.Up.STATE else shared
            self._client.subscribe(f"{group}{wire.up_topic('+', kind)}", options=options)
        log.info("BROKER_CONNECTED")
        self.on_up()

    def _disconnected(self, _client: mqtt.Client, _data: object, _flags: object, reason: ReasonCode, _properties: object) -> None:
        self._connection += 1
        log.info("BROKER_LOST %s", reason)

    def _arrived(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            box, kind = wire.box_of(message.topic)
        except (wire.WireError, UnicodeDecodeError):
            log.warning("BAD_TOPIC dropped")
            self._client.ack(message.mid, 1)
            return
        self._inboxes[kind].put(Incoming(box, kind, message.topic, bytes(message.payload), message.mid, self._connection))


def _send_at_once(_client: mqtt.Client, _data: object, opened: object) -> None:
    """An acknowledgement is a small packet that somebody waits for."""
    if isinstance(opened, socket.socket):
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
