"""A working day at the portal: the companies of `Story` with an account for each role, browsers that are signed in."""

from __future__ import annotations

import re
from functools import cached_property

from fastapi import FastAPI

from central.access import Role
from central.centre import Centre
from central.identity.model import Account
from tests.central.builders import PASSWORDS, Story
from tests.central.stage import application
from tests.central.web.site import PASSWORD, FakeBrowser

_HASH = PASSWORDS.hash(PASSWORD)


class Day(Story):
    """The story's people, at their desks."""

    @cached_property
    def app(self) -> FastAPI:
        """The centre's application, one for all browsers."""
        return application(self.centre)

    def account(self, username: str, role: Role, company: int | None = None, project: int | None = None) -> str:
        """An account; its name."""
        with self.centre.database.writing() as session:
            session.add(
                Account(
                    username=username,
                    password_hash=_HASH,
                    display_name=username,
                    role=role,
                    company_id=company,
                    project_id=project,
                    created_at=self.centre.clock.now(),
                )
            )
        return username

    def everybody(self) -> None:
        """An account for each role: `labour`, `pro` (employers), `office`, `neighbour` (offices), `authority`, `system`."""
        site, other = self.site, self.neighbour
        self.account("labour", Role.EMPLOYER, site.labour.id)
        self.account("pro", Role.EMPLOYER, self.pro.company_id)
        self.account("office", Role.CONTRACTOR, site.gc.id, site.project.id)
        self.account("pro-office", Role.CONTRACTOR, self.pro.company_id, site.project.id)
        self.account("neighbour", Role.CONTRACTOR, other.gc.id, other.project.id)
        self.account("other-labour", Role.EMPLOYER, other.labour.id)
        self.account("authority", Role.AUTHORITY)

    def browser(self, username: str) -> FakeBrowser:
        """A browser that has signed in."""
        browser = FakeBrowser(self, self.app)
        assert browser.sign_in(username).status_code == 303
        return browser


def opened(centre: Centre) -> Day:
    """The day with its accounts."""
    day = Day(centre)
    day.everybody()
    return day


def fields(html: str, action: str) -> dict[str, str]:
    """What a browser would send of the form with this action, nothing changed."""
    found = re.search(rf'<form(?=[^>]*method="post")[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', html, re.S)
    assert found, f"no form to {action}"
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", found[1]):
        name, value, kind = (_attribute(tag, key) for key in ("name", "value", "type"))
        if name and (kind not in {"radio", "checkbox"} or " checked" in tag):
            sent[name] = value
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', found[1], re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', found[1], re.S):
        sent[name] = text
    return sent


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', tag)
    return found[1] if found else ""
