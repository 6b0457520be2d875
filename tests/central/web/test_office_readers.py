"""The employer's page of card readers: a code once, a reader revoked, and nothing for anybody else."""

from __future__ import annotations

import re

import pytest
from nacl.signing import SigningKey

from central.centre import Centre
from central.people import readers
from tests.central.web.site import FakeBrowser, Site, field


@pytest.fixture
def site(centre: Centre) -> Site:
    return Site(centre)


@pytest.fixture
def labour(site: Site) -> FakeBrowser:
    browser = FakeBrowser(site)
    browser.sign_in("labour")
    return browser


def _redeem(site: Site, code: str) -> int:
    with site.centre.database.writing() as session:
        key = bytes(SigningKey.generate().verify_key)
        return readers.pair(session, site.clock, site.centre.secrets, code=code, public_key=key, name="前台", sam_id="05.03").id


@pytest.mark.rule("A-24")
def test_a_code_is_shown_once_redeems_once_and_its_reader_can_be_revoked(site: Site, labour: FakeBrowser) -> None:
    page = labour.get("/readers").text
    assert "还没有配对读卡器" in page
    assert labour.get("/readers/known").json() == {"readers": 0}
    csrf = field(page, "csrf")
    answer = labour.post("/readers/code", {"csrf": csrf})
    found = re.search(r"data-code>([0-9A-Z]{10})<", answer.text)
    assert found is not None
    assert found[1] not in labour.get("/readers").text
    reader = _redeem(site, found[1])
    assert "前台" in labour.get("/readers").text
    assert labour.get("/readers/known").json() == {"readers": 1}
    assert labour.post(f"/readers/{reader}/revoke", {"csrf": csrf}).status_code == 303
    assert "已停用" in labour.get("/readers").text
    assert labour.get("/readers/known").json() == {"readers": 0}


@pytest.mark.rule("A-25")
def test_a_nonce_and_a_code_are_given_to_the_employers_own_page_only(site: Site, labour: FakeBrowser) -> None:
    csrf = field(labour.get("/readers").text, "csrf")
    assert labour.post("/readers/nonce", {}).status_code == 400
    assert labour.post("/readers/code", {"csrf": "guessed"}).status_code == 400
    nonces = {labour.post("/readers/nonce", {}, **{"X-CSRF-Token": csrf}).json()["nonce"] for _ in range(2)}
    assert len(nonces) == 2
    office = FakeBrowser(site)
    office.sign_in("office")
    theirs = field(office.get("/help").text, "csrf")
    assert office.get("/readers").status_code in (403, 404)
    assert office.post("/readers/code", {"csrf": theirs}).status_code in (403, 404)
    assert office.post("/readers/nonce", {}, **{"X-CSRF-Token": theirs}).status_code in (403, 404)
    assert FakeBrowser(site).post("/readers/nonce", {}).status_code in (303, 401)
