"""After the password: the second factor, an own password, enrolment; nothing is open before the last step."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest

from central.access import Role
from central.identity import second_factor
from central.identity.model import Account
from central.web import sessions
from central.web.attempts import PER_ACCOUNT
from tests.central.web.site import _HASH, NOW, PASSWORD, FakeBrowser, Site, a_site, field

PEOPLE = "/projects/1/people"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path) as built:
        yield built


def officer(site: Site, **changed: object) -> None:
    """The security administrator's account."""
    with site.centre.database.writing() as session:
        values = {"username": "officer", "password_hash": _HASH, "display_name": "安全员", "role": Role.SECURITY, "created_at": NOW}
        session.add(Account(**(values | changed)))


def send(browser: FakeBrowser, path: str, **form: str) -> httpx.Response:
    """The form of this step as it was given, filled in."""
    return browser.post(path, {"csrf": field(browser.get(path).text, "csrf")} | form)


def test_an_administrator_sets_a_second_factor_up_before_anything_opens_and_needs_it_from_then_on(site: Site) -> None:
    officer(site)
    browser = FakeBrowser(site)
    assert browser.sign_in("officer", next_path="/help").headers["Location"] == "/sign-in/enrol?next=%2Fhelp"
    assert browser.get("/").headers["Location"].startswith("/sign-in"), "nothing is open yet"
    page = browser.get("/sign-in/enrol")
    secret = re.search(r"<code>((?:[A-Z2-7]{4} ?)+)</code>", page.text)
    assert secret
    assert "data:image/png;base64," in page.text
    otp = pyotp.TOTP(secret[1].replace(" ", ""))
    csrf = field(page.text, "csrf")
    wrong = browser.post("/sign-in/enrol", {"csrf": csrf, "code": "12345"})
    assert wrong.status_code == 422
    assert secret[1] in wrong.text, "the same secret is still shown"
    done = browser.post("/sign-in/enrol", {"csrf": csrf, "code": otp.at(NOW)})
    recovery = re.findall(r"<code>(\w{5}-\w{5})</code>", done.text)
    assert len(recovery) == second_factor.RECOVERY_CODES

    again = FakeBrowser(site)
    assert again.sign_in("officer").headers["Location"] == "/sign-in/second?next=%2F"
    assert again.get(PEOPLE).status_code == 303, "the password alone opens nothing"
    assert send(again, "/sign-in/second", code=otp.at(NOW)).status_code == 401  # it was used to enrol
    site.clock.at = NOW + dt.timedelta(seconds=60)
    token = again.cookies[sessions.COOKIE]
    assert send(again, "/sign-in/second", code=otp.at(site.clock.at)).headers["Location"] == "/"
    assert again.cookies[sessions.COOKIE] != token, "a new session after each step"

    lost = FakeBrowser(site)
    lost.sign_in("officer")
    assert send(lost, "/sign-in/second", code=recovery[0]).status_code == 303


def test_codes_cannot_be_guessed_for_long(site: Site) -> None:
    officer(site, totp_sealed=site.centre.secrets.seal(pyotp.random_base32().encode(), "totp:officer"))
    browser = FakeBrowser(site)
    browser.sign_in("officer")
    for _ in range(PER_ACCOUNT):
        assert send(browser, "/sign-in/second", code="wrong").status_code == 401
    locked = send(browser, "/sign-in/second", code="wrong")
    assert locked.status_code == 429
    assert FakeBrowser(site).sign_in("officer").status_code == 429, "the right password does not reset the count"


def test_a_temporary_password_is_replaced_before_anything_opens(site: Site) -> None:
    with site.centre.database.writing() as session:
        session.query(Account).filter_by(username="office").one().password_is_temporary = True
    browser = FakeBrowser(site)
    assert browser.sign_in("office", next_path=PEOPLE).headers["Location"].startswith("/sign-in/own?next=%2Fprojects")
    assert browser.get(PEOPLE).status_code == 303
    assert send(browser, "/sign-in/own", old="wrong", password="another-good-one").status_code == 403
    assert send(browser, "/sign-in/own", old=PASSWORD, password="short").status_code == 422
    assert send(browser, "/sign-in/own", old=PASSWORD, password="another-good-one", next=PEOPLE).headers["Location"] == PEOPLE
    assert browser.get(PEOPLE).status_code == 200
    assert FakeBrowser(site).sign_in("office").status_code == 401


def test_a_step_left_lying_ends_after_ten_minutes_and_is_not_there_for_others(site: Site) -> None:
    officer(site)
    assert FakeBrowser(site).get("/sign-in/enrol").headers["Location"] == "/sign-in"
    browser = FakeBrowser(site)
    browser.sign_in("officer")
    assert browser.get("/sign-in/second").headers["Location"] == "/sign-in", "it is another step that waits"
    site.clock.at = NOW + sessions.UNFINISHED + dt.timedelta(seconds=1)
    assert browser.get("/sign-in/enrol").headers["Location"] == "/sign-in"


def test_the_setting_lets_administrators_in_without_and_who_has_one_is_still_asked(site: Site) -> None:
    site.centre.settings.second_factor_for_administrators = False
    officer(site)
    browser = FakeBrowser(site)
    assert browser.sign_in("officer").headers["Location"] == "/"
    with site.centre.database.writing() as session:
        account = session.query(Account).filter_by(username="officer").one()
        account.totp_sealed = site.centre.secrets.seal(pyotp.random_base32().encode(), "totp:officer")
    assert FakeBrowser(site).sign_in("officer").headers["Location"].startswith("/sign-in/second")


def test_one_sees_and_ends_ones_own_sessions_only(site: Site) -> None:
    one, other, neighbour = FakeBrowser(site), FakeBrowser(site), FakeBrowser(site)
    for browser, name in ((one, "office"), (other, "office"), (neighbour, "neighbour")):
        browser.sign_in(name)
    with site.centre.database.writing() as session:
        mine = session.query(Account).filter_by(username="office").one()
        theirs = session.query(Account).filter_by(username="neighbour").one()
        assert len(sessions.of_owner(session, mine)) == 2
        sessions.end_one(session, mine, sessions.of_owner(session, theirs)[0].id)
        sessions.end_others(session, mine, one.cookies[sessions.COOKIE])
        assert len(sessions.of_owner(session, mine)) == 1
        assert len(sessions.of_owner(session, theirs)) == 1
    assert one.get(PEOPLE).status_code == 200
    assert other.get(PEOPLE).status_code == 303
