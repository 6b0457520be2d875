"""The pages of one's own account, of delegations, of certificates and of the audit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from central.access import Function, Position, Role
from central.identity.model import Account, Certificate
from central.identity.principals import access_of
from central.web import sessions
from tests.central.web.site import _HASH, GENERAL, LABOUR, NOW, PASSWORD, FakeBrowser, Site, a_site, field

PEOPLE = "/projects/1/people"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path) as built:
        built.centre.settings.second_factor_for_administrators = False
        yield built


def account(site: Site, username: str, role: Role, position: Position = Position.MANAGER) -> int:
    """One more account, of the site's office where the role has one."""
    is_office = role is Role.CONTRACTOR
    with site.centre.database.writing() as session:
        made = Account(
            username=username,
            password_hash=_HASH,
            display_name=username,
            role=role,
            position=position,
            company_id=site.companies[GENERAL] if is_office else None,
            project_id=site.project if is_office else None,
            created_at=NOW,
        )
        session.add(made)
        session.flush()
        return made.id


def signed_in(site: Site, username: str) -> FakeBrowser:
    """A browser in which this account has signed in."""
    browser = FakeBrowser(site)
    assert browser.sign_in(username).headers["Location"] == "/"
    return browser


def by_certificate(site: Site, operator: str, functions: str | None = None) -> FakeBrowser:
    """A browser in which a certificate of the labour company has signed in."""
    with site.centre.database.writing() as session:
        certificate = Certificate(
            company_id=site.companies[LABOUR],
            fingerprint=operator.encode(),
            serial=operator.encode().hex(),
            issuer="CN=test",
            operator=operator,
            functions=functions,
            not_after=NOW + dt.timedelta(days=9),
            created_at=NOW,
        )
        session.add(certificate)
        session.flush()
        browser = FakeBrowser(site)
        browser.cookies.set(sessions.COOKIE, sessions.begin(session, certificate, NOW))
    return browser


def test_a_password_is_changed_with_the_present_one_and_everybody_signs_in_again(site: Site) -> None:
    browser, elsewhere = signed_in(site, "office"), signed_in(site, "office")
    form = {"csrf": field(browser.get("/account").text, "csrf"), "old": PASSWORD, "password": "another-good-one"}
    wrong = browser.post("/account/password", form | {"old": "wrong"})
    assert wrong.status_code == 403
    assert "another-good-one" not in wrong.text
    assert browser.post("/account/password", form).status_code == 303
    for one in (browser, elsewhere):
        assert one.get(PEOPLE).headers["Location"].startswith("/sign-in")
    assert FakeBrowser(site).sign_in("office", "another-good-one").status_code == 303


def test_a_browser_left_signed_in_elsewhere_is_ended_from_here(site: Site) -> None:
    here, elsewhere = signed_in(site, "office"), signed_in(site, "office")
    page = here.get("/account").text
    others = re.findall(r"/account/sessions/(\d+)/end", page)
    assert len(others) == 1
    assert here.post(f"/account/sessions/{others[0]}/end", {"csrf": field(page, "csrf")}).status_code == 303
    assert elsewhere.get(PEOPLE).status_code == 303
    assert here.get(PEOPLE).status_code == 200


def test_anybody_may_set_a_second_factor_up(site: Site) -> None:
    browser = signed_in(site, "office")
    page = browser.get("/account/second-factor").text
    secret = re.search(r"<code>((?:[A-Z2-7]{4} ?)+)</code>", page)
    assert secret
    form = {"csrf": field(page, "csrf"), "code": pyotp.TOTP(secret[1].replace(" ", "")).at(NOW)}
    assert "恢复码" in browser.post("/account/second-factor", form).text
    assert FakeBrowser(site).sign_in("office").headers["Location"].startswith("/sign-in/second")


@pytest.mark.rule("A-06")
def test_a_manager_delegates_on_a_page_and_ends_it_there_and_a_member_only_looks(site: Site) -> None:
    member = account(site, "member", Role.CONTRACTOR, Position.MEMBER)
    manager, other = signed_in(site, "office"), signed_in(site, "member")
    page = manager.get("/delegations").text
    form = {"csrf": field(page, "csrf"), "delegate_id": str(member), "may_confirm_entry": "1", "delegated_until": "2025-04-30"}
    nothing = manager.post("/delegations", form | {"may_confirm_entry": "", "delegate_id": ""})
    assert nothing.status_code == 422
    assert manager.post("/delegations", form).status_code == 303
    with site.centre.database.reading() as session:
        acting = access_of(session, NOW, session.get_one(Account, member))
        later = access_of(session, dt.datetime(2025, 4, 30, 16, tzinfo=dt.UTC), session.get_one(Account, member))
    assert acting.functions == {Function.CONFIRM_ENTRY}
    assert not later.functions
    seen = other.get("/delegations").text
    assert "进场确认" in seen
    assert other.post("/delegations", form | {"csrf": field(seen, "csrf")}).status_code == 403
    ending = re.search(r"/delegations/(\d+)/end", manager.get("/delegations").text)
    assert ending
    assert manager.post(ending[0], {"csrf": form["csrf"]}).status_code == 303
    assert "已撤销" in manager.get("/delegations").text


@pytest.mark.rule("A-05")
def test_an_operator_sees_the_companys_certificates_grants_and_disables_others_and_not_its_own(site: Site) -> None:
    first, second = by_certificate(site, "沈一"), by_certificate(site, "沈二", '["view_people"]')
    page = first.get("/certificates").text
    assert "沈二" in page
    csrf = field(page, "csrf")
    assert first.post("/certificates/2/functions", {"csrf": csrf, "function": "register"}).status_code == 303
    assert "登记工人" in second.get("/account").text
    assert second.get("/certificates").status_code == 403
    assert first.post("/certificates/1/functions", {"csrf": csrf, "function": "register"}).status_code == 409
    assert first.post("/certificates/2/disable", {"csrf": csrf}).status_code == 303
    assert second.get("/account").headers["Location"].startswith("/sign-in")


def test_only_the_audit_administrator_reads_the_audit_and_checks_its_chain(site: Site) -> None:
    for role in (Role.AUDITOR, Role.SECURITY, Role.ADMINISTRATOR):
        account(site, role.value, role)
    auditor = signed_in(site, "auditor")
    assert "account.signed_in" in auditor.get("/audit").text
    assert "没有符合条件的记录" in auditor.get("/audit?actor=nobody").text
    assert "完整" in auditor.get("/audit?check=1").text
    for other in ("security", "administrator", "office"):
        assert signed_in(site, other).get("/audit").status_code == 403
