"""A list's state as it stands in the URL: state, search, filters, order, place. Pure; a wrong value becomes the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

PAGE_SIZE = 50
MAX_Q = 100


@dataclass(frozen=True)
class Listing:
    """What of a list is looked at. `sort` is a column's key, `state` is empty for all, `filters` are further (name, value) conditions.

    Where the service counts pages, `page` (from 1) says which; where it pages by cursor, `after` is the cursor and `before` the ones
    that led here, so that the way back exists without a query.
    """

    path: str
    state: str = ""
    q: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1
    filters: tuple[tuple[str, str], ...] = ()
    after: str = ""
    before: tuple[str, ...] = ()

    @classmethod
    def read(
        cls, path: str, query: Mapping[str, str], states: Collection[str], columns: Collection[str], filters: Collection[str] = ()
    ) -> Listing:
        """From a query string; unknown states, columns, filters and pages fall back to the beginning rather than fail."""
        sort = query.get("sort", "")
        number = query.get("page", "")
        return cls(
            path=path,
            state=query.get("state", "") if query.get("state") in states else "",
            q=_line(query.get("q", "")),
            sort=sort.lstrip("-") if sort.lstrip("-") in columns else "",
            descending=sort.startswith("-"),
            page=min(int(number), 1_000_000) if number.isascii() and number.isdigit() and len(number) < 8 and int(number) > 0 else 1,
            filters=tuple((name, _line(query[name])) for name in filters if _line(query.get(name, ""))),
            after=_cursor(query.get("after", "")),
            before=tuple(_cursor(one) for one in query.get("before", "").split(".") if _cursor(one))[-200:],
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.state or self.q or self.filters)

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return ((len(self.before) + 1 if self.after else self.page) - 1) * PAGE_SIZE

    @property
    def order(self) -> str:
        """The order as services take it: the column's key, with a minus the other way round; empty for their own."""
        return f"-{self.sort}" if self.sort and self.descending else self.sort

    @property
    def after_id(self) -> int:
        """The row before this page, where cursors are ids; 0 for the first page and for what is none."""
        return int(self.after) if self.after.isdigit() and len(self.after) < 16 else 0

    @property
    def query(self) -> str:
        """What is looked at, without the place in it: what a saved view keeps, and an export repeats."""
        return _encoded({"state": self.state, "q": self.q, "sort": self.order, **dict(self.filters)})

    @property
    def url(self) -> str:
        """The address of exactly this view; defaults stay out of it."""
        place = {"page": str(self.page) if self.page > 1 else "", "after": self.after, "before": ".".join(self.before)}
        query = "&".join(part for part in (self.query, _encoded(place)) if part)
        return f"{self.path}?{query}" if query else self.path

    @property
    def export_url(self) -> str:
        """The whole list under the same conditions, as a workbook."""
        return f"{self.path}/export.xlsx?{self.query}" if self.query else f"{self.path}/export.xlsx"

    def filter(self, name: str) -> str:
        """A filter's value, or nothing."""
        return dict(self.filters).get(name, "")

    def with_state(self, state: str) -> Listing:
        """The beginning of another state."""
        return replace(self._from_start(), state=state)

    def with_q(self, q: str) -> Listing:
        """The beginning of another search."""
        return replace(self._from_start(), q=q)

    def with_filter(self, name: str, value: str) -> Listing:
        """The beginning under another condition; an empty one lifts it."""
        kept = tuple(pair for pair in self.filters if pair[0] != name)
        return replace(self._from_start(), filters=(*kept, (name, value)) if value else kept)

    def sorted_by(self, column: str) -> Listing:
        """Sorted by a column; asked twice, the other way round."""
        return replace(self._from_start(), sort=column, descending=self.sort == column and not self.descending)

    def at(self, page: int) -> Listing:
        """Another page of the same."""
        return replace(self, page=page)

    def next(self, cursor: str) -> Listing:
        """The rows after this cursor."""
        return replace(self, page=1, after=cursor, before=(*self.before, self.after) if self.after else self.before)

    def previous(self) -> Listing:
        """The rows before."""
        return replace(self, page=1, after=self.before[-1] if self.before else "", before=self.before[:-1])

    def _from_start(self) -> Listing:
        return replace(self, page=1, after="", before=())


def _line(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()[:MAX_Q]


def _cursor(text: str) -> str:
    return text if len(text) <= 200 and text.replace("-", "").replace("_", "").isalnum() and text.isascii() else ""


def _encoded(pairs: Mapping[str, str]) -> str:
    return urlencode({key: value for key, value in pairs.items() if value})
