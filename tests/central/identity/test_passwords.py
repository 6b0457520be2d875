"""What is kept of passwords, and at what cost it was made."""

from __future__ import annotations

import argon2
import pytest
from pydantic import ValidationError

from central.database import Database
from central.identity import service as identity
from central.identity.model import Account
from central.identity.passwords import Passwords
from central.settings import CentralSettings
from tests.central.builders import PASSWORDS, Story

WORD = "a-good-password"
OLDER = Passwords(memory_kib=32, rounds=2)


@pytest.fixture
def account(story: Story, database: Database) -> Account:
    """A system administrator's, whose password was kept when a guess cost something else."""
    with database.writing() as session:
        return identity.create_administrator(session, story.centre.clock, OLDER, "root", WORD)


def test_who_signs_in_after_the_cost_was_changed_has_the_password_kept_at_the_new_one(account: Account, database: Database) -> None:
    kept = [account.password_hash]
    for _ in range(2):
        with database.writing() as session:
            seen = identity.account_by_password(session, PASSWORDS, "root", WORD)
            assert seen is not None
            held = identity.hold_signing_in(session, PASSWORDS, seen, WORD)
            assert held is not None
            kept.append(held.password_hash)
    assert kept[0] != kept[1] == kept[2], "made anew once"
    assert [argon2.extract_parameters(one).memory_cost for one in kept] == [32, 64, 64]


def test_an_account_that_was_disabled_or_reset_while_its_password_was_looked_at_stays_so(
    story: Story, account: Account, database: Database
) -> None:
    with database.reading() as session:
        seen = identity.account_by_password(session, PASSWORDS, "root", WORD)
    assert seen is not None
    with database.writing() as session:
        _, temporary = identity.reset_account(session, story.centre.clock, PASSWORDS, story.security, account.id)
        identity.enable_account(session, story.auditor, account.id)
    with database.writing() as session:
        assert identity.hold_signing_in(session, PASSWORDS, seen, WORD) is None
    with database.writing() as session:
        seen = identity.account_by_password(session, PASSWORDS, "root", temporary)
        assert seen is not None
        session.expunge(seen)
        identity.disable_account(session, story.centre.clock, story.security, account.id)
        session.flush()
        assert identity.hold_signing_in(session, PASSWORDS, seen, temporary) is None
    with database.reading() as session:
        assert session.get_one(Account, account.id).disabled_at is not None


def test_for_a_name_that_nobody_has_a_whole_string_of_the_same_cost_is_tried() -> None:
    passwords = Passwords(memory_kib=19 * 1024, rounds=2)
    told, kept = (argon2.extract_parameters(one) for one in (passwords.nobodys, passwords.hash(WORD)))
    assert told == kept
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        argon2.PasswordHasher().verify(passwords.nobodys, WORD)
    assert not passwords.matches(None, WORD)
    assert not passwords.matches("damaged", WORD)


@pytest.mark.parametrize("cost", [{"password_memory_mib": 18}, {"password_memory_mib": 2048}, {"password_rounds": 1}])
def test_a_centre_does_not_start_with_passwords_that_cost_too_little_to_guess(cost: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=next(iter(cost))):
        CentralSettings.model_validate(cost)
