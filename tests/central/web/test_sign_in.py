"""Signing in: sessions, CSRF, lock-out, and nothing typed that is lost."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from central.centre import Centre
from central.identity.model import Account
from central.identity.passwords import Passwords
from central.web.attempts import PER_ACCOUNT, PER_ADDRESS, WINDOW, must_wait, note_failure, wait_minutes
from central.web.model import FailedSignIn
from central.web.pages import local_path
from tests.central.web.site import NOW, PASSWORD, FakeBrowser, Site, a_site, field

PEOPLE = "/projects/1/people"
OLDER = Passwords(memory_kib=32, rounds=2)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path) as built:
        yield built


def test_a_project_account_comes_to_its_projects_people_and_an_employer_to_its_workers(site: Site) -> None:
    for name, page in (("office", PEOPLE), ("labour", "/workers"), ("authority", "/projects")):
        browser = FakeBrowser(site)
        assert browser.sign_in(name).headers["Location"] == "/"
        assert browser.get("/").status_code in {200, 303}
        assert browser.get(page).status_code == 200


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_where_he_was(site: Site) -> None:
    browser = FakeBrowser(site)
    asked = browser.get(PEOPLE + "?state=confirmed&q=%E5%BC%A0")
    assert asked.status_code == 303
    form = browser.get(asked.headers["Location"])
    wanted = field(form.text, "next").replace("&amp;", "&")
    assert browser.sign_in("office", next_path=wanted).headers["Location"] == PEOPLE + "?state=confirmed&q=%E5%BC%A0"


def test_a_part_of_a_page_asked_for_after_the_session_ended_takes_the_whole_page_to_the_form(site: Site) -> None:
    answer = FakeBrowser(site).get(PEOPLE, HX_Request="true")
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/sign-in?next=%2Fprojects%2F1%2Fpeople")


def test_a_wrong_password_keeps_the_name_and_says_nothing_of_which_was_wrong(site: Site) -> None:
    browser = FakeBrowser(site)
    wrong, unknown = browser.sign_in("office", "not the password"), browser.sign_in("nobody", "not the password")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert field(wrong.text, "username") == "office"
    assert "用户名或密码不正确" in wrong.text
    assert "用户名或密码不正确" in unknown.text
    assert "not the password" not in wrong.text


def test_an_account_is_locked_after_five_failures_even_for_the_right_password_and_free_again_later(centre: Centre) -> None:
    site = Site(centre)
    browser = FakeBrowser(site)
    for _ in range(PER_ACCOUNT):
        assert browser.sign_in("office", "wrong password").status_code == 401
    locked = browser.sign_in("office")
    assert locked.status_code == 429
    assert "15 分钟" in locked.text
    assert browser.sign_in("labour").status_code == 303, "other accounts are not locked"
    site.clock.at = NOW + WINDOW + dt.timedelta(seconds=1)
    assert browser.sign_in("office").status_code == 303


def test_a_password_that_is_kept_anew_opens_this_session_and_ends_the_others(site: Site) -> None:
    phone, desk = FakeBrowser(site), FakeBrowser(site)
    phone.sign_in("office")
    with site.centre.database.writing() as session:
        session.scalars(select(Account).where(Account.username == "office")).one().password_hash = OLDER.hash(PASSWORD)
    assert desk.sign_in("office").status_code == 303
    assert desk.get(PEOPLE).status_code == 200
    assert phone.get(PEOPLE).headers["Location"].startswith("/sign-in")


def test_an_address_that_tries_many_names_is_stopped_and_neither_it_nor_the_names_are_kept(site: Site) -> None:
    FakeBrowser(site).sign_in("somebody", "wrong password")
    with site.centre.database.writing() as session:
        account, address = (failed.key for failed in session.query(FailedSignIn).order_by(FailedSignIn.id))
        assert len({account, address, "somebody", "127.0.0.1"}) == 4
        for n in range(PER_ADDRESS - 1):
            note_failure(session, (f"name-{n}", address), NOW)
        session.flush()
        assert must_wait(session, "another name", "another address", NOW) == 0
    assert FakeBrowser(site).sign_in("office").status_code == 429


@pytest.mark.parametrize(
    ("failures", "minutes_ago", "wait"),
    [(0, 0, 0), (4, 0, 0), (5, 0, 15), (5, 14, 1), (5, 15, 0), (6, 0, 30), (7, 15, 45), (9, 0, 240), (40, 239, 1)],
)
def test_the_wait_counts_from_the_latest_failure(failures: int, minutes_ago: int, wait: int) -> None:
    assert wait_minutes(failures, 5, NOW - dt.timedelta(minutes=minutes_ago) if failures else None, NOW) == wait


def test_a_form_that_no_page_gave_is_not_taken(site: Site) -> None:
    browser = FakeBrowser(site)
    browser.get("/sign-in")
    without = browser.post("/sign-in", {"username": "office", "password": "a-good-password"})
    assert without.status_code == 400
    assert field(without.text, "username") == "office"
    csrf = field(without.text, "csrf")
    foreign = browser.post(
        "/sign-in", {"csrf": csrf, "username": "office", "password": "a-good-password"}, Origin="https://elsewhere.example"
    )
    assert foreign.status_code == 400
    own = browser.post("/sign-in", {"csrf": csrf, "username": "office", "password": "a-good-password"}, Origin="http://127.0.0.1")
    assert own.status_code == 303


def test_signing_in_gives_a_new_token_and_signing_out_ends_it_at_the_centre(site: Site) -> None:
    browser = FakeBrowser(site)
    browser.get("/sign-in")
    before = browser.cookies["gongmen_session"]
    browser.sign_in("office")
    token = browser.cookies["gongmen_session"]
    assert token != before
    assert browser.post("/sign-out", {"csrf": "wrong"}).status_code == 400
    csrf = field(browser.get(PEOPLE).text, "csrf")
    assert browser.post("/sign-out", {"csrf": csrf}).status_code == 303
    browser.cookies.set("gongmen_session", token)
    assert browser.get(PEOPLE).status_code == 303, "the old cookie opens nothing"


def test_the_cookie_is_hidden_from_scripts_and_for_tls_only_where_there_is_tls(site: Site) -> None:
    plain = FakeBrowser(site).get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=lax" in plain
    assert "Secure" not in plain
    site.centre.settings.secure_cookies, site.centre.settings.public_url = True, "https://gongmen.example"
    assert "Secure" in FakeBrowser(site).get("/sign-in").headers["Set-Cookie"]


@pytest.mark.parametrize("after", [dt.timedelta(hours=2, seconds=1), dt.timedelta(hours=13)])
def test_a_session_ends_after_two_idle_hours(site: Site, after: dt.timedelta) -> None:
    browser = FakeBrowser(site)
    browser.sign_in("office")
    site.clock.at = NOW + after
    assert browser.get(PEOPLE).status_code == 303


def test_a_page_that_refreshes_itself_does_not_keep_the_session_awake(site: Site) -> None:
    browser = FakeBrowser(site)
    browser.sign_in("office")
    for minutes in range(0, 121, 10):
        site.clock.at = NOW + dt.timedelta(minutes=minutes)
        assert browser.get(PEOPLE, HX_Request="true", X_By_Itself="1").status_code == 200
    site.clock.at = NOW + dt.timedelta(minutes=121)
    assert browser.get(PEOPLE, HX_Request="true", X_By_Itself="1").headers["HX-Redirect"].startswith("/sign-in")


def test_a_session_in_use_ends_after_half_a_day(site: Site) -> None:
    browser = FakeBrowser(site)
    browser.sign_in("office")
    for hour in range(1, 13):
        site.clock.at = NOW + dt.timedelta(hours=hour)
        assert browser.get(PEOPLE).status_code == 200, f"in use after {hour} h"
    site.clock.at = NOW + dt.timedelta(hours=12, seconds=1)
    assert browser.get(PEOPLE).status_code == 303


def test_a_session_ends_with_its_password_and_with_its_account(site: Site) -> None:
    for change in ({"password_hash": "another"}, {"disabled_at": NOW}):
        browser = FakeBrowser(site)
        browser.sign_in("labour" if "disabled_at" in change else "office")
        with site.centre.database.writing() as session:
            account = session.query(Account).filter_by(username="labour" if "disabled_at" in change else "office").one()
            for name, value in change.items():
                setattr(account, name, value)
        assert browser.get("/").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "path", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "elsewhere", "", "/a\nb", "javascript:x"]
)
def test_nobody_is_led_elsewhere(path: str) -> None:
    assert local_path(path) == "/"


def test_a_language_is_chosen_once_and_kept(site: Site) -> None:
    browser = FakeBrowser(site)
    answer = browser.get("/language/en?next=/sign-in")
    assert answer.headers["Location"] == "/sign-in"
    assert "Sign in" in browser.get("/sign-in").text
    assert browser.get("/language/en?next=//elsewhere.example").headers["Location"] == "/"


def test_a_fault_of_ours_is_a_page_that_says_so_and_shows_no_insides(site: Site) -> None:
    office = FakeBrowser(site)
    office.sign_in("office")
    with site.centre.database.writing() as session:
        session.execute(text("ALTER TABLE passages RENAME TO lost"))
    answer = office.get(PEOPLE)
    assert answer.status_code == 500
    assert "系统出错了" in answer.text
    assert "r-0123456789" in answer.text
    assert "passages" not in answer.text
    assert office.get(PEOPLE, Accept="application/json").headers["Content-Type"] == "application/problem+json"
