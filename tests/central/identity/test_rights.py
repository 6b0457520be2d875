"""Delegation, tokens' scopes, accounts and their second factor."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import httpx
import pyotp
import pytest
from sqlalchemy import select

from central.access import SYSTEM, Access, Function, Position, Role
from central.audit import AuditEntry
from central.database import Database
from central.errors import TEXTS, Problem
from central.functions import ALL, CLERK, ENTERPRISE_ONLY, NOT_DELEGABLE, OF_ROLE
from central.identity import delegations, rules, second_factor
from central.identity import service as identity
from central.identity.attempts import NOTED_S, Pace
from central.identity.model import Account, ApiToken, Delegation
from central.web.attempts import PER_ACCOUNT
from tests.central.builders import MORNING, PASSWORDS, Site, Story
from tests.central.web.site import FakeBrowser, field

WORD = "a-good-password"


def account(
    story: Story, username: str, position: Position | None = None, site: Site | None = None, role: Role = Role.CONTRACTOR
) -> Account:
    """An account of the general contractor's office, or of another role."""
    at = site or story.site
    with story.centre.database.writing() as session:
        return identity.create_account(
            session,
            story.centre.clock,
            PASSWORDS,
            SYSTEM,
            username=username,
            password=WORD,
            display_name=username,
            role=role,
            company_id=at.gc.id,
            project_id=at.project.id,
            position=position,
        )


def access(story: Story, of: Account) -> Access:
    """How the account acts now."""
    with story.centre.database.reading() as session:
        return identity.access_of(session, story.centre.clock.now(), session.get_one(Account, of.id))


def grant(story: Story, by: Account, to: Account, *functions: Function, **when: dt.datetime) -> Delegation:
    """A delegation."""
    with story.centre.database.writing() as session:
        acting = identity.access_of(session, story.centre.clock.now(), session.get_one(Account, by.id))
        return delegations.delegate(session, story.centre.clock, acting, delegate_id=to.id, functions=functions, **when)


@pytest.mark.rule("A-06")
def test_a_member_does_what_was_delegated_on_behalf_of_the_manager_and_nothing_else(story: Story, database: Database) -> None:
    manager, member = account(story, "pm"), account(story, "member", Position.MEMBER)
    assert access(story, member).functions == frozenset()
    grant(story, manager, member, Function.CONFIRM_ENTRY)
    acting = access(story, member)
    assert acting.on_behalf_of == f"account:{manager.id}"
    accepted = story.accept(story.assigned(), acting)
    assert accepted.assignment.entry_time is not None
    with pytest.raises(Problem, match="OUTSIDE_DELEGATION"):
        acting.require(Function.MANAGE_GATES)
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "assignment.accepted")).one()
    assert (entry.actor, entry.on_behalf_of) == (f"account:{member.id}", f"account:{manager.id}")


@pytest.mark.rule("A-06")
def test_a_delegation_counts_from_its_start_to_its_end(story: Story) -> None:
    manager, member = account(story, "pm"), account(story, "member", Position.MEMBER)
    day = dt.timedelta(days=1)
    grant(story, manager, member, Function.COMPARE, starts_at=MORNING + day, ends_at=MORNING + 2 * day)
    seen = []
    for _ in range(4):
        seen.append(access(story, member).may(Function.COMPARE))
        story.centre.clock.at += dt.timedelta(hours=20)  # type: ignore[attr-defined]  # the tests' clock
    assert seen == [False, False, True, False]


@pytest.mark.rule("A-06")
def test_only_the_manager_delegates_and_only_within_the_own_office_and_functions(story: Story) -> None:
    manager, member = account(story, "pm"), account(story, "member", Position.MEMBER)
    foreign = account(story, "foreign", Position.MEMBER, story.neighbour)
    grant(story, manager, member, Function.COMPARE)
    for by, to, functions, code in (
        (member, member, [Function.COMPARE], "ONLY_PM_DELEGATES"),
        (manager, member, [Function.DELEGATE], "OUTSIDE_DELEGATION"),
        (manager, member, [Function.REGISTER], "OUTSIDE_DELEGATION"),
        (manager, member, [], "DELEGATION_EMPTY"),
        (manager, foreign, [Function.COMPARE], "DELEGATE_UNKNOWN"),
        (manager, manager, [Function.COMPARE], "DELEGATE_UNKNOWN"),
    ):
        with pytest.raises(Problem, match=code):
            grant(story, by, to, *functions)
    for stranger in (story.office(), story.employer(story.site.gc), story.authority):
        with pytest.raises(Problem, match="ONLY_PM_DELEGATES"), story.centre.database.writing() as session:
            delegations.delegate(session, story.centre.clock, stranger, delegate_id=member.id, functions=[Function.COMPARE])
    with pytest.raises(Problem, match="DELEGATION_TIME_INVALID"):
        grant(story, manager, member, Function.COMPARE, ends_at=MORNING)


@pytest.mark.rule("A-06")
@pytest.mark.parametrize("how", ["revoked", "manager_replaced", "account_disabled"])
def test_a_delegation_ends_at_once_and_says_why(story: Story, database: Database, how: str) -> None:
    manager, member, successor = account(story, "pm"), account(story, "member", Position.MEMBER), account(story, "next", Position.MEMBER)
    delegation, clock = grant(story, manager, member, Function.COMPARE), story.centre.clock
    with database.writing() as session:
        if how == "revoked":
            delegations.revoke(session, clock, access(story, manager), delegation.id)
        elif how == "manager_replaced":
            identity.appoint_manager(session, clock, story.security, successor.id)
        else:
            identity.disable_account(session, clock, story.security, manager.id)
    assert not access(story, member).may(Function.COMPARE)
    with database.reading() as session:
        ended = session.get_one(Delegation, delegation.id)
        assert (ended.revoke_cause, ended.revoked_at) == (how, MORNING)
        told = session.scalars(select(AuditEntry.told).where(AuditEntry.action == "delegation.ended")).one()
    assert how in told
    if how == "manager_replaced":
        assert access(story, successor).may(Function.DELEGATE)
        assert not access(story, manager).may(Function.DELEGATE)


@pytest.mark.rule("A-06")
def test_a_delegation_counts_only_while_its_giver_is_the_manager(story: Story, database: Database) -> None:
    """Whatever way the manager stopped being one, even past the services."""
    manager, member = account(story, "pm"), account(story, "member", Position.MEMBER)
    grant(story, manager, member, Function.COMPARE)
    with database.writing() as session:
        session.get_one(Account, manager.id).position = Position.MEMBER
    assert not access(story, member).may(Function.COMPARE)


def test_an_office_has_one_manager_who_opens_accounts_of_the_own_office_only(story: Story, database: Database) -> None:
    manager = account(story, "pm")
    with pytest.raises(Problem, match="MANAGER_EXISTS"):
        account(story, "second")
    acting, clock, site, elsewhere = access(story, manager), story.centre.clock, story.site, story.neighbour.project.id
    mine = {"role": Role.CONTRACTOR, "company_id": site.gc.id, "project_id": site.project.id, "position": Position.MEMBER}
    with database.writing() as session:
        made = identity.create_account(session, clock, PASSWORDS, acting, username="clerk", password=WORD, display_name="x", **mine)  # type: ignore[arg-type]
        assert made.position is Position.MEMBER
        for changed in (
            {"position": Position.MANAGER},
            {"project_id": elsewhere},
            {"role": Role.EMPLOYER, "position": None},
            {"role": Role.SECURITY, "position": None},
        ):
            with pytest.raises(Problem, match="ROLE_NOT_ALLOWED"):
                said = {"username": "x", "password": WORD, "display_name": "x", **mine, **changed}
                identity.create_account(session, clock, PASSWORDS, acting, **said)  # type: ignore[arg-type]


def test_a_clerk_has_the_clerks_functions_and_a_delegation_adds_to_them(story: Story) -> None:
    manager, clerk = account(story, "pm"), account(story, "clerk", Position.CLERK)
    assert access(story, clerk).functions == CLERK
    with pytest.raises(Problem, match="ROLE_NOT_ALLOWED"):
        access(story, clerk).require(Function.CONFIRM_ENTRY)
    grant(story, manager, clerk, Function.CONFIRM_ENTRY)
    assert access(story, clerk).functions == CLERK | {Function.CONFIRM_ENTRY}


@pytest.mark.rule("A-04")
def test_no_project_account_stands_in_for_the_enterprises_certificate(story: Story) -> None:
    manager, clerk = account(story, "pm"), account(story, "clerk", Position.CLERK)
    for acting in (access(story, manager), access(story, clerk), story.sub_office(story.pro)):
        for function in ENTERPRISE_ONLY:
            with pytest.raises(Problem, match="ENTERPRISE_CERT_REQUIRED"):
                acting.require(function)
        with pytest.raises(Problem, match="ENTERPRISE_CERT_REQUIRED"):
            story.worker(acting)
    for other in (story.authority, story.security, story.auditor):
        with pytest.raises(Problem, match="NOT_THE_EMPLOYER"):
            other.require(Function.REGISTER)


@pytest.mark.rule("A-42")
def test_the_general_contractors_project_account_confirms_entry(story: Story) -> None:
    """The manager's account, and a delegate's: both could not, once."""
    manager, member = account(story, "pm"), account(story, "member", Position.MEMBER)
    grant(story, manager, member, Function.CONFIRM_ENTRY)
    for acting in (access(story, manager), access(story, member)):
        assert story.accept(story.assigned(), acting).assignment.entry_time is not None


def test_no_two_administrators_share_a_function_and_none_has_anothers() -> None:
    parts = [OF_ROLE[role.value] for role in rules.ADMINISTRATORS]
    for n, one in enumerate(parts):
        for other in parts[n + 1 :]:
            assert not one & other
    assert frozenset().union(*OF_ROLE.values()) == ALL
    assert set(OF_ROLE) == {role.value for role in Role}
    assert SYSTEM.functions == ALL
    assert NOT_DELEGABLE < ALL


def test_a_token_never_does_more_than_its_maker_may_now(story: Story, database: Database) -> None:
    clock, manager = story.centre.clock, account(story, "pm")
    acting, elsewhere = access(story, manager), story.neighbour.project.id
    mine = {"role": Role.CONTRACTOR, "company_id": story.site.gc.id, "project_id": story.site.project.id}
    with database.writing() as session:
        _, clear = identity.issue_token(session, clock, acting, name="板", functions=[Function.CONFIRM_ENTRY, Function.COMPARE], **mine)  # type: ignore[arg-type]
        for changed, functions in (
            ({}, [Function.REGISTER]),
            ({}, [Function.ISSUE_TOKENS]),
            ({"project_id": elsewhere}, [Function.COMPARE]),
            ({"role": Role.EMPLOYER}, [Function.COMPARE]),
            ({"role": Role.ADMINISTRATOR}, None),
        ):
            with pytest.raises(Problem, match="SCOPE_EXCEEDS_MAKER"):
                identity.issue_token(session, clock, acting, name="x", functions=functions, **(mine | changed))  # type: ignore[arg-type]
    with database.writing() as session:
        carried = identity.bearer(session, clock, clear)
        assert carried is not None
        assert carried.functions == {Function.CONFIRM_ENTRY, Function.COMPARE}
        assert carried.on_behalf_of == acting.actor
        session.get_one(Account, manager.id).position = Position.CLERK
        session.flush()
        narrowed = identity.bearer(session, clock, clear)
        assert narrowed is not None
        assert narrowed.functions == {Function.COMPARE}
        identity.disable_account(session, clock, story.security, manager.id)
        session.flush()
        assert identity.bearer(session, clock, clear) is None


def test_a_narrow_token_is_refused_outside_its_scope_and_knows_nothing_of_words_it_does_not_know(story: Story, database: Database) -> None:
    clock = story.centre.clock
    with database.writing() as session:
        token, clear = identity.issue_token(
            session,
            clock,
            SYSTEM,
            name="只看",
            role=Role.EMPLOYER,
            company_id=story.site.labour.id,
            functions=[Function.VIEW_PEOPLE],
        )
        session.get_one(ApiToken, token.id).functions = '["view_people", "fly"]'
    with database.reading() as session:
        carried = identity.bearer(session, clock, clear)
    assert carried is not None
    assert carried.functions == {Function.VIEW_PEOPLE}
    with pytest.raises(Problem, match="FUNCTION_NOT_GRANTED"):
        carried.require(Function.REGISTER)


def test_the_security_administration_makes_no_administrators_token_and_what_it_issued_stays(story: Story, database: Database) -> None:
    clock, officer = story.centre.clock, account(story, "officer", role=Role.SECURITY)
    acting = access(story, officer)
    with database.writing() as session:
        for role in rules.ADMINISTRATORS:
            with pytest.raises(Problem, match="SCOPE_EXCEEDS_MAKER"):
                identity.issue_token(session, clock, acting, name="x", role=role)
        _, clear = identity.issue_token(session, clock, acting, name="监管", role=Role.AUTHORITY)
        identity.disable_account(session, clock, SYSTEM, officer.id)
        session.flush()
        assert identity.bearer(session, clock, clear) is not None


def test_a_principal_lists_and_ends_its_own_tokens_only(story: Story, database: Database) -> None:
    mine, theirs = story.employer(story.site.labour), story.employer(story.neighbour.labour)
    for each in (mine, theirs):
        story.token(each)
    with database.writing() as session:
        listed = identity.page_of_tokens(session, mine, 0, 50)
        assert {(token.role, token.company_id) for token in listed} == {(Role.EMPLOYER, mine.company_id)}
        with pytest.raises(Problem, match="NOT_FOUND"):
            identity.revoke_token(session, story.centre.clock, theirs, listed[0].id)
        assert identity.revoke_token(session, story.centre.clock, mine, listed[0].id).revoked_at == MORNING


def test_a_token_that_asks_too_often_waits_for_the_next_minute_and_its_use_is_noted_every_ten() -> None:
    now = [120.0]
    pace = Pace(3, lambda: now[0])
    assert [pace.ask("token:1") for _ in range(3)] == [True, False, False]
    with pytest.raises(Problem) as refused:
        pace.ask("token:1")
    assert (refused.value.code, refused.value.status, refused.value.retry_after_s) == ("TOO_MANY_REQUESTS", 429, 61)
    assert pace.ask("token:2")
    now[0] += 60
    assert not pace.ask("token:1")
    now[0] += NOTED_S
    assert pace.ask("token:1")


def test_a_one_time_code_works_once_and_a_recovery_code_once(story: Story, database: Database) -> None:
    clock, keys, made = story.centre.clock, story.centre.secrets, account(story, "officer", role=Role.SECURITY)
    with database.writing() as session:
        officer = session.get_one(Account, made.id)
        secret = second_factor.begin(keys, officer)
        assert secret == second_factor.begin(keys, officer), "a page loaded again shows the same"
        assert not second_factor.is_on(officer)
        assert secret in second_factor.uri(officer, secret)
        otp = pyotp.TOTP(secret)
        with pytest.raises(Problem, match="CODE_WRONG"):
            second_factor.confirm(session, clock, keys, officer, "000000" if otp.at(MORNING) != "000000" else "111111")
        recovery = second_factor.confirm(session, clock, keys, officer, otp.at(MORNING))
        assert second_factor.is_on(officer)
        assert secret.encode() not in (officer.totp_sealed or b"")
        assert recovery[0] not in officer.recovery

        def right(code: str) -> bool:
            return second_factor.check(session, clock, keys, officer, code)

        assert not right(otp.at(MORNING)), "the code that confirmed it was used"
        assert right(otp.at(MORNING + dt.timedelta(seconds=30)))
        assert not right(otp.at(MORNING + dt.timedelta(seconds=30)))
        assert not right(otp.at(MORNING)), "an earlier one does not count after a later one"
        clock.at += dt.timedelta(minutes=5)  # type: ignore[attr-defined]  # the tests' clock
        assert right(otp.at(clock.now()))
        assert right(recovery[3].upper())
        assert not right(recovery[3])
        with pytest.raises(Problem, match="SECOND_FACTOR_ON"):
            second_factor.begin(keys, officer)
        second_factor.switch_off(session, story.security, officer)
        assert not right(recovery[4])


def test_a_reset_gives_a_temporary_password_and_only_the_security_administrator_resets(story: Story, database: Database) -> None:
    made, clock = account(story, "pm"), story.centre.clock
    with database.writing() as session:
        for acting in (story.office(), story.authority, story.auditor, Access("token:a", Role.ADMINISTRATOR)):
            with pytest.raises(Problem, match="ROLE_NOT_ALLOWED"):
                identity.reset_account(session, clock, PASSWORDS, acting, made.id)
        _, clear = identity.reset_account(session, clock, PASSWORDS, story.security, made.id, second_factor_too=True)
    with database.writing() as session:
        assert identity.account_by_password(session, PASSWORDS, "pm", WORD) is None
        found = identity.account_by_password(session, PASSWORDS, "pm", clear)
        assert found is not None
        assert found.password_is_temporary
        for old, new, code in (("wrong", "another-password", "PASSWORD_WRONG"), (clear, clear, "WEAK"), (clear, "my-pm-is-here", "WEAK")):
            with pytest.raises(Problem, match=code):
                identity.change_password(session, PASSWORDS, identity.access_of(session, MORNING, found), found, old=old, new=new)
        identity.change_password(session, PASSWORDS, identity.access_of(session, MORNING, found), found, old=clear, new="another-good-one")
        assert session.get_one(Account, made.id).password_is_temporary is False
        assert clear not in "".join(session.scalars(select(AuditEntry.told)))


def test_functions_are_stored_as_words_and_nothing_stored_stands_for_all() -> None:
    some = frozenset({Function.REVEAL, Function.ASSIGN})
    assert rules.packed(some) == '["assign", "reveal"]'
    assert rules.unpacked(rules.packed(some)) == some
    assert rules.unpacked(rules.packed(None)) is None
    assert replace(SYSTEM, actor="token:1", role=Role.EMPLOYER).functions == OF_ROLE["employer"]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.AUTHORITY])
def test_a_password_that_somebody_else_chose_is_temporary_whatever_the_door(story: Story, client: httpx.Client, role: Role) -> None:
    said = {"username": "newcomer", "password": WORD, "display_name": "新人", "role": role.value}
    headers = story.token(story.security)
    assert client.post("/api/v1/accounts", json=said | {"password_is_temporary": False}, headers=headers).status_code == 422
    made = client.post("/api/v1/accounts", json=said, headers=headers)
    assert made.status_code == 201
    with story.centre.database.reading() as session:
        assert session.get_one(Account, made.json()["id"]).password_is_temporary
    acting = FakeBrowser(story)
    if role in rules.ADMINISTRATORS:
        assert acting.sign_in("newcomer", WORD).status_code == 403, "nobody makes an administrator alone"
        second = Access("token:second", rules.RELEASED_BY[role])
        with story.centre.database.writing() as session:
            identity.enable_account(session, second, made.json()["id"])
    assert acting.sign_in("newcomer", WORD).headers["Location"].startswith("/sign-in/own")
    assert acting.get("/").headers["Location"].startswith("/sign-in")
    own = {"csrf": field(acting.get("/sign-in/own").text, "csrf"), "old": WORD, "password": "an-own-password"}
    arrived = acting.post("/sign-in/own", own).headers["Location"]
    assert arrived.startswith("/sign-in/enrol") == (role in rules.ADMINISTRATORS), arrived


@pytest.mark.parametrize(("role", "by"), sorted(rules.RELEASED_BY.items()))
def test_an_administrator_is_made_and_taken_over_by_two_people_or_not_at_all(
    story: Story, client: httpx.Client, role: Role, by: Role
) -> None:
    security, headers = story.token(story.security), {one: story.token(Access(f"token:{one}", one)) for one in rules.ADMINISTRATORS}
    said = {"username": "newcomer", "password": WORD, "display_name": "新人", "role": role.value}
    number = client.post("/api/v1/accounts", json=said, headers=security).json()["id"]
    here = f"/api/v1/accounts/{number}/enabling"
    for _ in range(2):
        for other in sorted(rules.ADMINISTRATORS - {by}):
            refused = client.post(here, headers=headers[other])
            assert refused.status_code == 403, other
        assert [one["id"] for one in client.get("/api/v1/accounts", headers=headers[by]).json()["items"]] == [number]
        opened = client.post(here, headers=headers[by])
        assert (opened.status_code, opened.json()["disabled_at"]) == (200, None)
        assert client.get("/api/v1/accounts", headers=headers[by]).json()["items"] == []
        assert client.post(f"/api/v1/accounts/{number}/reset", json={}, headers=security).json()["disabled_at"], "shut again"
    with story.centre.database.writing() as session:
        told = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"account:{number}").order_by(AuditEntry.id)).all()
        identity.disable_account(session, story.centre.clock, story.security, number)
    assert told == ["account.created", *("account.enabled", "account.password_reset") * 2]
    late = client.post(here, headers=headers[by])
    assert (late.status_code, late.json()["code"]) == (409, "PASSWORD_TO_BE_GIVEN_FIRST")
    assert client.get("/api/v1/accounts", headers=headers[by]).json()["items"] == [], "disabled, it waits for nobody"


@pytest.mark.parametrize(
    ("role", "code", "who"),
    [
        (Role.ADMINISTRATOR, "ACCOUNT_WAITS_FOR_AUDITOR", "审计管理员"),
        (Role.SECURITY, "ACCOUNT_WAITS_FOR_AUDITOR", "审计管理员"),
        (Role.AUDITOR, "ACCOUNT_WAITS_FOR_SYSTEM", "系统管理员"),
    ],
)
def test_who_waits_for_consent_is_told_by_whom_after_the_right_password_and_nobody_else_is(
    story: Story, client: httpx.Client, role: Role, code: str, who: str
) -> None:
    said = {"username": "newcomer", "password": WORD, "display_name": "新人", "role": role.value}
    number = client.post("/api/v1/accounts", json=said, headers=story.token(story.security)).json()["id"]
    acting = FakeBrowser(story)
    wrong, right = acting.sign_in("newcomer", "not-the-password"), acting.sign_in("newcomer", WORD)
    assert (wrong.status_code, right.status_code) == (401, 403)
    assert TEXTS[code].zh in right.text
    assert who in TEXTS[code].zh
    assert TEXTS["LOGIN_FAILED"].zh in wrong.text
    with story.centre.database.writing() as session:
        identity.disable_account(session, story.centre.clock, story.security, number)
    again = acting.sign_in("newcomer", WORD)
    assert again.status_code == 401, "its temporary password was taken back"
    assert "newcomer" in again.text


def test_a_disabled_accounts_right_password_is_told_so_and_counts_as_a_failure(story: Story) -> None:
    made, acting = account(story, "pm"), FakeBrowser(story)
    with story.centre.database.writing() as session:
        identity.disable_account(session, story.centre.clock, story.security, made.id)
    for _ in range(PER_ACCOUNT):
        shut = acting.sign_in("pm", WORD)
        assert shut.status_code == 403
        assert TEXTS["ACCOUNT_DISABLED"].zh in shut.text
    assert acting.sign_in("pm", WORD).status_code == 429


def test_who_consents_opens_no_other_accounts(story: Story, client: httpx.Client) -> None:
    made = account(story, "pm")
    with story.centre.database.writing() as session:
        identity.disable_account(session, story.centre.clock, story.security, made.id)
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        headers = story.token(Access(f"token:{role}", role))
        assert client.post(f"/api/v1/accounts/{made.id}/enabling", headers=headers).status_code == 403
        assert client.get("/api/v1/accounts", headers=headers).json()["items"] == []
    assert client.post(f"/api/v1/accounts/{made.id}/enabling", headers=story.token(story.security)).status_code == 200
