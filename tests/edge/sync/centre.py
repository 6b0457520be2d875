"""A centre in a few lines: keeps facts by their key, acknowledges them, hands out a roster and answers questions."""

from __future__ import annotations

from dataclasses import dataclass, field

from nacl.public import PublicKey, SealedBox
from nacl.signing import SigningKey

from edge.store.secrets import BoxKeys
from edge.sync import wire

BOX = "b-test0001"


@dataclass
class FakeCentre:
    """What it says is put into `said` as (topic, frame)."""

    keys: BoxKeys
    signing: SigningKey = field(default_factory=SigningKey.generate)
    facts: dict[tuple[str, int], bytes] = field(default_factory=dict)
    states: list[wire.BoxState] = field(default_factory=list)
    applied: list[wire.Applied] = field(default_factory=list)
    asked: list[wire.RosterGet] = field(default_factory=list)
    parts: list[wire.RosterPart] = field(default_factory=list)
    answers: dict[bytes, wire.LookupAnswer] = field(default_factory=dict)
    said: list[tuple[str, bytes]] = field(default_factory=list)
    copies: list[wire.TemplateCopies] = field(default_factory=list)
    takes_copies: bool = True
    here: bool = True

    @property
    def verify_key_hex(self) -> str:
        return bytes(self.signing.verify_key).hex()

    def sign(self, data: bytes) -> bytes:
        return self.signing.sign(data).signature

    def verify(self, data: bytes, signature: bytes) -> bool:
        return self.keys.sign(data) == signature

    def upto(self, epoch: str) -> int:
        seq = 0
        while (epoch, seq + 1) in self.facts:
            seq += 1
        return seq

    def acknowledge(self, epoch: str) -> None:
        upto, hash_ = self.upto(epoch), wire.GENESIS
        for seq in range(1, upto + 1):
            hash_ = wire.chain(hash_, self.facts[epoch, seq])
        self.say(wire.Down.ACK, wire.Ack(epoch, upto, hash=hash_))

    def hear(self, topic: str, payload: bytes) -> None:
        """A message of the box."""
        _, what = wire.box_of(topic)
        match what:
            case wire.Up.EVENTS:
                batch = wire.unframe(topic, payload, wire.EventBatch, self.verify)
                for number, packed in enumerate(batch.events, batch.seq0):
                    assert self.facts.setdefault((batch.epoch, number), packed) == packed, "two facts under one number"
                self.acknowledge(batch.epoch)
            case wire.Up.STATE:
                self.states.append(wire.unframe(topic, payload, wire.BoxState, self.verify))
                if self.here:
                    self.acknowledge(self.states[-1].epoch)
            case wire.Up.COPIES:
                sent = wire.unframe(topic, payload, wire.TemplateCopies, self.verify)
                self.copies.append(sent)
                if self.takes_copies:
                    self.say(wire.Down.COPIES, wire.CopiesTaken(sent.epoch, sent.seq))
            case wire.Up.ROSTER_GET:
                self.asked.append(wire.unframe(topic, payload, wire.RosterGet, self.verify))
                for part in self.parts:
                    self.say_sealed(wire.Down.ROSTER_PART, part)
            case wire.Up.APPLIED:
                self.applied.append(wire.unframe(topic, payload, wire.Applied, self.verify))
            case wire.Up.LOOKUP:
                lookup = wire.unframe(topic, payload, wire.Lookup, self.verify)
                answer = self.answers.get(lookup.card, wire.LookupAnswer(lookup.request, "unknown"))
                self.say_sealed(wire.Down.LOOKUP, wire.LookupAnswer(lookup.request, answer.state, answer.shown_name))

    def say(self, what: wire.Down, message: wire.Message) -> None:
        topic = wire.down_topic(BOX, what)
        self.said.append((topic, wire.frame(topic, message, self.sign)))

    def say_sealed(self, what: wire.Down, message: wire.Message) -> None:
        self.say(what, wire.Sealed(SealedBox(PublicKey(self.keys.sealing_public)).encrypt(wire.encode(message))))

    def point(self, issued_ms: int, lease_s: int = 3600) -> None:
        """Says that the roster in `parts` is in force."""
        last = self.parts[-1]
        self.say(wire.Down.ROSTER, wire.RosterPointer(last.to_version, last.hash_after, 0, issued_ms, lease_s))
