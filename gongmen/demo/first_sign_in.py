"""A new account's owner at the portal for the first time: the temporary password is replaced before anything opens."""

from __future__ import annotations

import re

import httpx

from gongmen.demo.stage import StageError


def choose_password(url: str, username: str, temporary: str, own: str) -> None:
    """Signs in with the password that was given and takes an own one. Raises `StageError` where the portal does not go along."""
    with httpx.Client(base_url=url, timeout=30) as browser:
        _send(browser, "/sign-in", username=username, password=temporary)
        _send(browser, "/sign-in/own", old=temporary, password=own)


def _send(browser: httpx.Client, path: str, **said: str) -> None:
    form = re.search(r'name="csrf" value="([^"]+)"', browser.get(path).text)
    answer = browser.post(path, data={"csrf": form[1] if form else "", **said})
    if answer.status_code != 303:
        raise StageError(f"{path}: {answer.status_code}")
