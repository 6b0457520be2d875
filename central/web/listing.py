"""A list's state as it stands in the URL: which state, what is sought, how sorted, which page. Pure; a wrong value becomes the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

PAGE_SIZE = 50
MAX_Q = 100


@dataclass(frozen=True)
class Listing:
    """What of a list is looked at. `sort` is a column's key, `page` counts from 1, `state` is empty for all."""

    path: str
    state: str = ""
    q: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1

    @classmethod
    def read(cls, path: str, query: Mapping[str, str], states: Collection[str], columns: Collection[str]) -> Listing:
        """From a query string; unknown states, columns and pages fall back to the beginning rather than fail."""
        sort = query.get("sort", "")
        number = query.get("page", "")
        return cls(
            path=path,
            state=query.get("state", "") if query.get("state") in states else "",
            q=query.get("q", "").strip()[:MAX_Q],
            sort=sort.lstrip("-") if sort.lstrip("-") in columns else "",
            descending=sort.startswith("-"),
            page=min(int(number), 1_000_000) if number.isascii() and number.isdigit() and len(number) < 8 and int(number) > 0 else 1,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.state or self.q)

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.page - 1) * PAGE_SIZE

    @property
    def url(self) -> str:
        """The address of exactly this view; defaults stay out of it."""
        sort = f"-{self.sort}" if self.sort and self.descending else self.sort
        pairs = {"state": self.state, "q": self.q, "sort": sort, "page": str(self.page) if self.page > 1 else ""}
        query = urlencode({key: value for key, value in pairs.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def with_state(self, state: str) -> Listing:
        """The first page of another state."""
        return replace(self, state=state, page=1)

    def with_q(self, q: str) -> Listing:
        """The first page of another search."""
        return replace(self, q=q, page=1)

    def sorted_by(self, column: str) -> Listing:
        """Sorted by a column; asked twice, the other way round."""
        return replace(self, sort=column, descending=self.sort == column and not self.descending, page=1)

    def at(self, page: int) -> Listing:
        """Another page of the same."""
        return replace(self, page=page)
