"""Starts and stops what the centre does on the broker: the connection and three jobs, each in a thread of its own.

More than one such process may run against one database: the watermarks lie there, under row locks.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from central.centre import Centre
from central.messaging.intake import Intake
from central.messaging.link import BrokerAddress, BrokerLink, Inbox, Tls
from central.messaging.roster_publisher import RosterPublisher
from central.messaging.site_counts import SiteCounts
from central.settings import CentralSettings
from edge.sync import wire

log = logging.getLogger(__name__)


@dataclass
class Messaging:
    """The running messaging of a centre."""

    link: BrokerLink
    threads: list[threading.Thread]
    ended: threading.Event
    centre: Centre

    @property
    def connected(self) -> bool:
        """Whether the broker is there at this moment."""
        return self.link.connected

    def stop(self) -> None:
        """Ends the jobs after what they have in hand, then says goodbye to the broker."""
        self.ended.set()
        for thread in self.threads:
            thread.join()
        self.link.stop(_presence(self.centre, online=False))


def start(centre: Centre) -> Messaging:
    """Connects (now or as soon as the broker is there) and starts the jobs."""
    events, questions = Inbox(), Inbox()
    inboxes = {
        wire.Up.EVENTS: events,
        wire.Up.STATE: events,
        wire.Up.COPIES: events,
        wire.Up.ROSTER_GET: questions,
        wire.Up.APPLIED: questions,
        wire.Up.LOOKUP: questions,
    }
    link = BrokerLink(_address(centre.settings), inboxes, _presence(centre, online=False))
    intake = Intake(centre.database, centre.clock, centre.secrets.sign, link, events)
    publisher = RosterPublisher(centre.database, centre.clock, centre.secrets, link, questions)
    counts = SiteCounts(centre.database, centre.clock, centre.secrets, link)

    def present() -> None:
        link.publish(wire.CENTRE_STATE, _presence(centre, online=True), retain=True)
        publisher.publish_again()

    link.on_up = present
    ended = threading.Event()
    threads = [
        threading.Thread(target=intake.run, args=(ended,), name="intake"),
        threading.Thread(target=publisher.run, args=(ended,), name="roster-publisher"),
        threading.Thread(target=counts.run, args=(ended,), name="site-counts"),
    ]
    for thread in threads:
        thread.start()
    link.start()
    return Messaging(link, threads, ended, centre)


def _presence(centre: Centre, *, online: bool) -> bytes:
    state = wire.CentreState(online, int(centre.clock.now().timestamp() * 1000))
    return wire.frame(wire.CENTRE_STATE, state, centre.secrets.sign, wire.OLDEST_READ)  # one word for boxes of every version


def _address(settings: CentralSettings) -> BrokerAddress:
    tls = None
    if settings.mqtt_tls:
        if settings.mqtt_ca is None or settings.mqtt_certificate is None or settings.mqtt_key is None:
            raise ValueError("mqtt_tls needs mqtt_ca, mqtt_certificate and mqtt_key")
        tls = Tls(settings.mqtt_ca, settings.mqtt_certificate, settings.mqtt_key)
    return BrokerAddress(settings.mqtt_host, settings.mqtt_port, tls, settings.mqtt_client_id, settings.mqtt_share)
