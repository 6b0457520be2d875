"""Signing in by certificate in Chromium: from a file with a password, from middleware, and every way in which it can go wrong."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, Page, expect

from central.projects.model import Company
from gongmen.ca_enterprise import EnterpriseAuthority, Kind, PrivateKey, bundle
from tests.browser.portal import needs_front_end, served
from tests.central.builders import credit_code
from tests.central.identity.shown import Holder
from tests.central.web.site import LABOUR, NOW, Site, a_site
from tests.parts.browser import DESK, PHONE, page_of, shoot

USCC = credit_code(7)
PASSWORD = "a-key's-password"

pytestmark = needs_front_end


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path) as built:
        with built.centre.database.writing() as session:
            session.get_one(Company, built.companies[LABOUR]).uscc = USCC
        built.centre.settings.certificate_roots = tmp_path / "enterprise-ca.crt"
        built.centre.settings.certificate_lists = tmp_path / "enterprise-ca.crl"
        yield built


@pytest.fixture
def authority(site: Site) -> EnterpriseAuthority:
    made = EnterpriseAuthority.create(NOW)
    made.save(site.centre.settings.home, NOW)
    return made


@contextmanager
def form(site: Site, browser: Browser, size: tuple[int, int] = DESK) -> Iterator[Page]:
    """The page on which somebody signs in."""
    with served(site) as url, page_of(browser, url, size) as page:
        page.goto("/sign-in")
        yield page


def choose(page: Page, folder: Path, content: bytes, password: str = "") -> None:
    """The file and its password, sent."""
    path = folder / "mine.pem"
    path.write_bytes(content)
    page.get_by_label("软证书文件（PEM）").set_input_files(path)
    page.get_by_label("私钥密码").fill(password)
    page.get_by_role("button", name="用证书登录").click()


@pytest.mark.rule("A-04")
@pytest.mark.parametrize(("kind", "password"), [(Kind.ECDSA, PASSWORD), (Kind.RSA, PASSWORD), (Kind.ECDSA, "")])
def test_an_employer_signs_in_with_a_file_and_its_key_never_leaves_the_page(
    site: Site, browser: Browser, authority: EnterpriseAuthority, tmp_path: Path, kind: Kind, password: str
) -> None:
    key, certificate = authority.issue(USCC, LABOUR, "沈操作员", NOW, kind=kind)
    with form(site, browser) as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.post_data or ""))
        choose(page, tmp_path, bundle(key, certificate, password), password)
        page.wait_for_url(lambda at: "sign-in" not in at)
        expect(page.get_by_text("沈操作员")).to_be_visible()
        shoot(page, f"certificate-signed-in-{kind}")
    told = "".join(sent)
    assert base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode() in told
    assert PASSWORD not in told
    assert secret_of(key) not in told


def test_what_is_wrong_is_told_on_the_page_and_the_password_of_the_key_stays(
    site: Site, browser: Browser, authority: EnterpriseAuthority, tmp_path: Path
) -> None:
    key, certificate = authority.issue(USCC, LABOUR, "沈操作员", NOW)
    revoked, of_revoked = authority.issue(USCC, LABOUR, "离任", NOW)
    authority.revoke(of_revoked.serial_number, NOW)
    authority.save(tmp_path, NOW)
    foreign = EnterpriseAuthority.create(NOW, name="another root").issue(USCC, LABOUR, "沈操作员", NOW)
    with form(site, browser, PHONE) as page:
        message = page.get_by_role("alert")
        page.get_by_role("button", name="用证书登录").click()
        expect(message).to_have_text("请选择证书文件。")
        for content, password, text in (
            (b"not a certificate", "", "文件中没有证书或私钥"),
            (bundle(key, certificate, PASSWORD), "wrong", "私钥密码不正确"),
            (bundle(revoked, of_revoked), "", "证书已被发证机构吊销"),
            (bundle(*foreign), "", "不是本系统信任的发证机构签发"),
        ):
            choose(page, tmp_path, content, password)
            expect(message).to_contain_text(text)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shoot(page, "certificate-refused-phone")
        choose(page, tmp_path, bundle(key, certificate, PASSWORD), PASSWORD)
        page.wait_for_url(lambda at: "sign-in" not in at)


@pytest.mark.rule("A-05")
def test_middleware_of_a_usb_key_adds_itself_and_signs_outside_the_page(
    site: Site, browser: Browser, authority: EnterpriseAuthority
) -> None:
    holder = Holder(*authority.issue(USCC, LABOUR, "持盾人", NOW))
    with form(site, browser) as page:
        page.expose_function("signOnKey", lambda text: list(holder.sign(text.encode())))
        page.evaluate(
            """der => window.gongmenCertificate.add({ name: "U 盾", open: async () => ({
              certificate: new Uint8Array(der), sign: async (text) => new Uint8Array(await window.signOnKey(text)) }) })""",
            list(holder.certificate.public_bytes(serialization.Encoding.DER)),
        )
        expect(page.get_by_label("软证书文件（PEM）")).to_be_hidden()
        page.get_by_role("button", name="用证书登录").click()
        page.wait_for_url(lambda at: "sign-in" not in at)
        expect(page.get_by_text("持盾人")).to_be_visible()


def secret_of(key: PrivateKey) -> str:
    """The key itself, as it would look if it were sent."""
    plain = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return base64.b64encode(plain).decode()[60:160]
