"""`python -m gongmen` is the command `gongmen`."""

from gongmen.cli import app

app()
