"""Counted pages: which numbers the pager shows."""

from __future__ import annotations

from collections.abc import Mapping

from central.web.listing import PAGE_SIZE, Listing


def page_numbers(page: int, pages: int) -> list[int]:
    """First, last and the neighbours of this page; 0 stands for a gap."""
    near = sorted({1, pages, *range(max(1, page - 1), min(pages, page + 1) + 1)})
    numbers: list[int] = []
    for number in near:
        if numbers and number - numbers[-1] > 1:
            numbers.append(0)
        numbers.append(number)
    return numbers


def counted(listing: Listing, matching: int, shown: int) -> Mapping[str, object]:
    """What `pager.html` needs."""
    pages = max(1, -(-matching // PAGE_SIZE))
    return {"shown": shown, "pages": pages, "page_numbers": page_numbers(min(listing.page, pages), pages), "matching": matching}
