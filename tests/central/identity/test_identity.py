"""Tokens, accounts, operators."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from central.access import SYSTEM, Role
from central.database import Database
from central.errors import Problem
from central.identity import rules
from central.identity import service as identity
from central.identity.attempts import WINDOW_S, Attempts
from central.identity.model import Account, ApiToken, KioskOperator
from tests.central.builders import PASSWORDS, Story


def test_of_a_token_only_the_hash_is_kept(story: Story, database: Database) -> None:
    clear = story.token(story.authority)["Authorization"].removeprefix("Bearer ")
    with database.reading() as session:
        token = session.scalars(select(ApiToken)).one()
        access = identity.bearer(session, story.centre.clock, clear)
    assert clear.encode() not in token.token_hash
    assert access is not None
    assert (access.role, access.actor) == (Role.AUTHORITY, f"token:{token.id}")


def test_an_account_opens_with_its_password_only_and_not_when_disabled(story: Story, database: Database) -> None:
    clock = story.centre.clock
    with database.writing() as session:
        made = identity.create_administrator(session, clock, PASSWORDS, "root", "a-good-password")
    with database.reading() as session:
        right = identity.account_by_password(session, PASSWORDS, "root", "a-good-password")
        assert right is not None
        assert identity.access_of(session, clock.now(), right).role is Role.ADMINISTRATOR
        assert identity.account_by_password(session, PASSWORDS, "root", "a-bad-password") is None
        assert identity.account_by_password(session, PASSWORDS, "nobody", "a-good-password") is None
    with database.writing() as session:
        session.get_one(Account, made.id).disabled_at = clock.now()
    with database.reading() as session:
        assert identity.account_by_password(session, PASSWORDS, "root", "a-bad-password") is None
        with pytest.raises(Problem, match="ACCOUNT_DISABLED"):
            identity.account_by_password(session, PASSWORDS, "root", "a-good-password")


def test_only_an_administrator_makes_accounts_and_a_name_is_taken_once(story: Story, database: Database) -> None:
    clock = story.centre.clock
    with database.writing() as session:
        identity.create_administrator(session, clock, PASSWORDS, "root", "a-good-password")
    for acting, code in ((story.office(), "ROLE_NOT_ALLOWED"), (SYSTEM, "USERNAME_TAKEN")):
        with pytest.raises(Problem, match=code), database.writing() as session:
            identity.create_account(
                session, clock, PASSWORDS, acting, username="root", password="a-good-password", display_name="x", role=Role.AUTHORITY
            )


@pytest.mark.parametrize(
    ("role", "company", "project", "field"),
    [(Role.EMPLOYER, None, None, "company_id"), (Role.CONTRACTOR, None, 1, "company_id"), (Role.CONTRACTOR, 1, None, "project_id")],
)
def test_a_principal_names_what_it_acts_for(role: Role, company: int | None, project: int | None, field: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.principal(role, company, project)
    assert (refused.value.code, refused.value.field) == ("PRINCIPAL_INCOMPLETE", field)


@pytest.mark.parametrize("pin", ["12345", "123456", "654321", "000000", "12a456", "1" * 13, "\uff11\uff12\uff13\uff14\uff15\uff16"])
def test_a_pin_that_is_easily_guessed_is_refused(pin: str) -> None:
    with pytest.raises(Problem, match="PIN_INVALID"):
        rules.pin(pin)


def test_a_short_password_or_one_of_digits_is_refused() -> None:
    for password in ("short", "1234567890"):
        with pytest.raises(Problem, match="PASSWORD_TOO_WEAK"):
            rules.password(password)


def test_an_operators_pin_is_kept_as_an_argon2id_hash(story: Story, database: Database) -> None:
    with database.writing() as session:
        identity.add_operator(session, story.centre.clock, PASSWORDS, story.office(), story.site.project.id, name="李现场", pin="280519")
    with database.reading() as session:
        stored = session.scalars(select(KioskOperator)).one().pin_hash
    assert stored.startswith("$argon2id$")
    assert "280519" not in stored


def test_after_a_minute_somebody_may_fail_again() -> None:
    now = [0.0]
    attempts = Attempts(2, lambda: now[0])
    for _ in range(2):
        attempts.check("here")
        attempts.failed("here")
    with pytest.raises(Problem) as refused:
        attempts.check("here")
    assert refused.value.retry_after_s == int(WINDOW_S)
    attempts.check("elsewhere")
    now[0] = WINDOW_S
    attempts.check("here")
