"""The parts of a running centre, put together once and handed to whoever needs them."""

from __future__ import annotations

from dataclasses import dataclass, field

from central import audit
from central.clock import Clock, SystemClock
from central.database import Database
from central.identity.attempts import Attempts, Pace
from central.identity.passwords import Passwords
from central.secrets import CentreSecrets
from central.settings import CentralSettings


@dataclass(frozen=True)
class Centre:
    """Settings, store, clock and keys. Close it when done."""

    settings: CentralSettings
    database: Database
    clock: Clock
    secrets: CentreSecrets
    passwords: Passwords
    failures: Attempts = field(default_factory=Attempts)
    pace: Pace = field(default_factory=Pace)

    @classmethod
    def open(cls, settings: CentralSettings, clock: Clock | None = None, passwords: Passwords | None = None) -> Centre:
        """Open what `settings` name, passwords at their cost unless others are given.

        The keys must exist (`CentreSecrets.create`); raises `SecretsError` if they do not.
        """
        keys = CentreSecrets.load(settings.home)
        database = Database.open(settings.database)
        the_clock = clock or SystemClock()
        audit.attach(database, the_clock)
        the_passwords = passwords or Passwords(settings.password_memory_mib * 1024, settings.password_rounds)
        failures, pace = Attempts(settings.auth_failures_per_minute), Pace(settings.token_requests_per_minute)
        return cls(settings, database, the_clock, keys, the_passwords, failures, pace)

    def close(self) -> None:
        """Close the store."""
        self.database.close()
