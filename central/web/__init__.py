"""The portal: pages for the employer, the project's office, the authority and the administration, on the services of the slices.

`mount` adds it to the app, after every other route and error handler. No page asks the database itself, none holds a business rule.

Adding pages touches no shared file:

* **An area** is a module in `areas/` that declares `AREA` (see `areas/__init__.py`): its router, its entries in the navigation by role,
  and the parts it adds to other pages: a tab of a worker's or an assignment's page, a card of the project's board or the employer's desk.
* **Its texts** stand in `texts/<area>.py` as `TEXTS`, key -> (Chinese, English); `nav_<key>`, `part_<key>`, `field_<name>`, `hint_<name>`,
  `section_<key>`, `do_<verb>` and `done_<code>` are found by these names. `tests/central/web/test_texts.py` holds all of them.
* **A page**: `access = signed_in(request)`, services within `portal.database.reading()`, then `portal.page(request, "x.html", {...})`.
  The template extends `base.html`; `head.html` has the head of a page, the empty state (why, and what next: A-47) and a single button.
* **A list**: `Listing.read(...)` holds states, search, filters, order and place in the URL; `table.html` has `states`, `rows` (the caller
  writes one cell), `turns` (by cursor; `pager.html` for counted pages), `bulk` (the bar of actions over marked rows) and `views`
  (saved views: pass `saved_views.of_list(...)`). Marked rows arrive as `sent.ids()`.
* **A form**: `forms.Form` of sections and fields, shown by `form.html`; the route takes `sent: Form_` and calls
  `portal.write(request, sent, deed)`, whose deed calls a service and returns where to go, usually `told(path, "saved")`. A `Problem`
  goes back onto the form by `form.after(sent).refused(problem, t)`: beside its field, or above. For `VERSION_CONFLICT` pass `theirs`.
  The same filling-in sent twice does nothing twice; what was typed survives errors, a lost session and a lost network (in the tab).
* **A question first**: `data-confirm="..."` on a form or its button, naming the thing. **Long work**: an element with `hx-get`,
  `hx-trigger="every 1s"` that stops by answering without it. **Scripts** go into `assets/*.js` (the CSP forbids inline ones).
"""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request
from fastapi.staticfiles import StaticFiles

from central.centre import Centre
from central.web import error_pages, sessions, sign_in, sign_in_certificate, sign_in_steps
from central.web.areas import discover
from central.web.pages import HERE, Portal


def mount(app: FastAPI, centre: Centre) -> None:
    """The portal's pages, files and error pages on this app."""
    portal = Portal(centre, discover())

    def recognise(request: Request) -> None:
        request.state.visitor = sessions.visitor(centre.database, request, centre.clock.now())

    app.mount("/assets", StaticFiles(directory=HERE / "assets", check_dir=False), name="assets")
    for router in (sign_in.router, sign_in_steps.router, sign_in_certificate.router, *(area.router for area in portal.areas)):
        app.include_router(router(portal), dependencies=[Depends(recognise)])
    error_pages.install(app, portal)
