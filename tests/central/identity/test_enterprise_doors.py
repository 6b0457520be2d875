"""The ways in for an enterprise: its certificate, or a token that its certificate issued (A-04)."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest

from central.access import Access, Function, Role
from central.database import Database
from central.errors import Problem
from central.identity import certificates, rules
from central.identity import service as identity
from central.identity.model import Certificate
from tests.central.builders import MORNING, PASSWORDS, Story
from tests.central.web.day import fields, opened
from tests.central.web.site import FakeBrowser

API = "/api/v1"


@pytest.fixture
def story(story: Story) -> Story:
    """At a centre where it is for real, not a trial."""
    story.centre.settings.enterprise_passwords = False
    return story


def certified(story: Story) -> Access:
    """Somebody who signed in with a certificate of 浦江劳务."""
    with story.centre.database.writing() as session:
        row = Certificate(
            company_id=story.site.labour.id, fingerprint=b"1", serial="0A", issuer="CN=test", operator="沈一", created_at=MORNING
        )
        row.not_after = MORNING + dt.timedelta(days=9)
        session.add(row)
        session.flush()
        access = certificates.access_of(row, MORNING)
    assert access is not None
    return access


def token_of(story: Story, maker: Access, *, on_trial: bool = False) -> dict[str, str]:
    """The headers of an enterprise's token that somebody issues."""
    said = {"name": "接口", "role": Role.EMPLOYER, "company_id": story.site.labour.id, "enterprise_passwords": on_trial}
    with story.centre.database.writing() as session:
        _, clear = identity.issue_token(session, story.centre.clock, maker, **said)  # type: ignore[arg-type]
    return {"Authorization": f"Bearer {clear}"}


@pytest.mark.rule("A-04")
def test_the_security_administration_makes_no_way_in_for_an_enterprise(story: Story, client: httpx.Client) -> None:
    headers, company = story.token(story.security), story.site.labour.id
    account = {"username": "labour", "password": "a-good-password", "display_name": "x", "role": "employer", "company_id": company}
    for path, body in (("accounts", account), ("tokens", {"name": "x", "role": "employer", "company_id": company})):
        refused = client.post(f"{API}/{path}", json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "ENTERPRISE_BY_CERTIFICATE")
        assert "962600" in refused.json()["detail"]


@pytest.mark.rule("A-04")
def test_a_token_opens_for_an_enterprise_whose_certificate_issued_it_and_no_other_does(story: Story, client: httpx.Client) -> None:
    of_a_trial, own = token_of(story, story.security, on_trial=True), token_of(story, certified(story))
    refused = client.get(f"{API}/workers", headers=of_a_trial)
    assert (refused.status_code, refused.json()["code"]) == (403, "ENTERPRISE_BY_CERTIFICATE")
    assert client.get(f"{API}/workers", headers=own).status_code == 200
    story.centre.settings.enterprise_passwords = True
    assert client.get(f"{API}/workers", headers=of_a_trial).status_code == 200


@pytest.mark.rule("A-04")
def test_an_enterprises_password_of_a_trial_opens_nothing_for_real_and_neither_does_its_token(story: Story, database: Database) -> None:
    clock = story.centre.clock
    with database.writing() as session:
        made = identity.create_account(
            session,
            clock,
            PASSWORDS,
            story.security,
            username="labour",
            password="a-good-password",
            display_name="x",
            role=Role.EMPLOYER,
            company_id=story.site.labour.id,
            enterprise_passwords=True,
        )
        acting = identity.access_of(session, clock.now(), made)
    with pytest.raises(Problem, match="ENTERPRISE_BY_CERTIFICATE"):
        token_of(story, acting)
    with pytest.raises(Problem, match="ENTERPRISE_BY_CERTIFICATE"):
        rules.behind_certificate(acting, acting.role, enterprise_passwords=False)
    assert acting.may(Function.REGISTER), "as on trial"


@pytest.mark.rule("A-04")
def test_the_portal_asks_an_enterprise_for_its_certificate_and_offers_no_such_account(story: Story) -> None:
    day = opened(story.centre)
    day.account("security", Role.SECURITY)
    day.centre.settings.second_factor_for_administrators = False
    stranger = FakeBrowser(day, day.app)
    assert stranger.sign_in("labour", "a-wrong-password").status_code == 401
    refused = stranger.sign_in("labour")
    assert refused.status_code == 403
    assert "法人一证通" in refused.text
    assert stranger.get("/workers").status_code == 303
    security = day.browser("security")
    for path in ("/accounts", "/tokens"):
        page = security.get(path).text
        form = page[page.index('name="account_role"') :].partition("</select>")[0]
        assert 'value="contractor"' in form
        assert 'value="employer"' not in form, path
        sent = fields(page, path) | {"username": "labour2", "shown_name": "x", "token_name": "x", "uscc": day.site.labour.uscc}
        assert security.post(path, sent | {"account_role": "employer"}).status_code == 403
