"""The portal: pages for the employer, the project's office, the authority and the administration, on the services of the slices.

`mount` adds it to the app, after every other route and error handler. No page asks the database itself.
"""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request
from fastapi.staticfiles import StaticFiles

from central.centre import Centre
from central.web import error_pages, people, sessions, sign_in
from central.web.pages import HERE, Portal


def mount(app: FastAPI, centre: Centre) -> None:
    """The portal's pages, files and error pages on this app."""
    portal = Portal(centre)

    def recognise(request: Request) -> None:
        request.state.visitor = sessions.visitor(centre.database, request, centre.clock.now())

    app.mount("/assets", StaticFiles(directory=HERE / "assets", check_dir=False), name="assets")
    for module in (sign_in, people):
        app.include_router(module.router(portal), dependencies=[Depends(recognise)])
    error_pages.install(app, portal)
