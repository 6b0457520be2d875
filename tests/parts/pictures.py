"""The demo's people, for tests: skipped with a printed reason where the set-up has not fetched their pictures."""

from __future__ import annotations

import pytest

from gongmen.pictures import Person, PicturesMissing, people


def demo_people() -> dict[str, Person]:
    """The people by key."""
    try:
        return {person.key: person for person in people()}
    except PicturesMissing as missing:
        pytest.skip(str(missing))
