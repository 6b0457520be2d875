"""An MQTT broker on loopback that needs no installation, for the demo only: it checks neither certificates nor rights.

The protocol does not trust a broker, so nothing is lost or let in by that; a real centre runs mosquitto (docs/operations).
"""

from __future__ import annotations

import sys

import anyio
from moat.lib.mqtt.async_broker import AsyncMQTTBroker


def serve(port: int) -> None:
    """Serves MQTT 5 on 127.0.0.1:`port` until the process is ended."""
    anyio.run(AsyncMQTTBroker(("127.0.0.1", port)).serve)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
