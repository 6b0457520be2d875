"""Forms: what a browser sent, and how a form stands on a page with its errors, its defaults and somebody else's newer values.

A page declares a `Form` of sections and fields, shows it with `form.html`, and sends it through `Portal.write`. Whatever a service
refuses (`Problem`) goes back onto the form: beside the field it names, else above it, and what was typed stays. Labels are the texts
`field_<name>`, hints `hint_<name>` where there is one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from central.errors import Problem, declare
from central.faults import fault
from central.web.texts import TEXTS, Texts

Model = TypeVar("Model", bound=BaseModel)
MAX_BYTES: Final = 12 * 2**20
"""The largest form, file included."""
_UNSAID: Final = frozenset({"csrf", "once"})
_ONCE: Final = re.compile(r"[A-Za-z0-9_-]{20,60}")

declare(
    {
        "UPLOAD_TOO_LARGE": (
            "文件过大：最多 12 MB，请压缩或分批上传。",
            "The file is too large: 12 MB at most. Compress it or send it in parts.",
        ),
    }
)


@dataclass(frozen=True)
class Sent:
    """What a browser sent: one value a field, all values of a repeated one, files. `once` marks this filling-in of the form."""

    said: Mapping[str, str]
    lists: Mapping[str, list[str]]
    files: Mapping[str, UploadFile]
    csrf: str
    once: str

    def get(self, name: str, default: str = "") -> str:
        """A field's text without the spaces around it."""
        return self.said.get(name, default).strip()

    def ids(self, name: str = "id") -> list[int]:
        """The chosen rows of a list."""
        return [int(v) for v in self.lists.get(name, ()) if v.isascii() and v.isdigit() and len(v) < 16]

    def number(self, name: str) -> int | None:
        """A whole number, or None for anything else."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


async def _sent(request: Request) -> AsyncIterator[Sent]:
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > MAX_BYTES:
        raise Problem("UPLOAD_TOO_LARGE", 413)
    async with request.form(max_files=5, max_fields=2000) as form:
        lists: dict[str, list[str]] = {}
        files: dict[str, UploadFile] = {}
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                if value.filename:
                    files[name] = value
            else:
                lists.setdefault(name, []).append(value.replace("\x00", ""))  # no keyboard has it, and no database keeps it
        said = {name: values[-1] for name, values in lists.items() if name not in _UNSAID}
        once = lists.get("once", [""])[0]
        yield Sent(said, lists, files, lists.get("csrf", [""])[0], once if _ONCE.fullmatch(once) else "")


Form_ = Annotated[Sent, Depends(_sent)]
"""The dependency of every page that takes a form."""


def typed(kind: type[Model], values: Mapping[str, Any]) -> Model:
    """The values as the API's own schema: the same limits behind both doors. Raises `Problem` with one error a field."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        found = [fault(str(e["loc"][0]), e["type"], e.get("ctx")) for e in error.errors() if e["loc"]]
        raise Problem.of_fields(found or [Problem("FIELD_INVALID", 422)]) from None


@dataclass(frozen=True)
class Field:
    """One field. `kind`: text, area, date, number, tel, select, radio, check, file, password.

    `options` are (value, words). `show` is `other=value,value`: it is shown only while another field has one of these values.
    `label` is for a field that is called after a thing; the others are called `field_<name>`.
    """

    name: str
    kind: str = "text"
    required: bool = False
    options: Sequence[tuple[str, str]] = ()
    limit: int = 100
    wide: bool = False
    inputmode: str = ""
    show: str = ""
    accept: str = ""
    slot: str = ""
    note: str = ""
    label: str = ""

    @property
    def hint(self) -> str:
        """The key of its hint (`note` if given, else `hint_<name>`), or nothing."""
        key = self.note or f"hint_{self.name}"
        return key if key in TEXTS else ""


@dataclass(frozen=True)
class Section:
    """Fields under a heading: the text `section_<key>`, and `section_<key>_lead` where there is one."""

    key: str
    fields: Sequence[Field]

    @property
    def lead(self) -> str:
        """The key of the sentence under the heading, or nothing."""
        key = f"section_{self.key}_lead"
        return key if key in TEXTS else ""


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page.

    `values` is what the fields hold, `defaults` what was filled in by itself (marked as such while it is unchanged, A-14), `errors`
    what is wrong per field, `problems` what is wrong with the whole, `warnings` what should be looked at, `theirs` what somebody else
    has saved meanwhile. `key` names it for the draft that the browser's tab keeps.
    """

    key: str
    action: str
    sections: Sequence[Section]
    submit: str = "save"
    back: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[str] = ()
    warnings: Sequence[str] = ()
    theirs: Mapping[str, str] = field(default_factory=dict)
    confirm: str = ""
    once: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def names(self) -> list[str]:
        """Every field's name, in order."""
        return [one.name for section in self.sections for one in section.fields]

    @property
    def has_file(self) -> bool:
        """Whether it must be sent in parts."""
        return any(one.kind == "file" for section in self.sections for one in section.fields)

    def label(self, name: str, t: Texts) -> str:
        """What a field is called."""
        return next((one.label for section in self.sections for one in section.fields if one.name == name), "") or t(f"field_{name}")

    def value(self, name: str) -> str:
        """What a field holds."""
        return self.values.get(name, self.defaults.get(name, ""))

    def is_default(self, name: str) -> bool:
        """Whether a field still holds what was filled in by itself."""
        return bool(self.defaults.get(name)) and self.value(name) == self.defaults[name]

    def after(self, sent: Sent) -> Form:
        """The same form with what was typed, and the mark of that filling-in."""
        return replace(
            self, values={name: sent.said.get(name, "") for name in self.names} | _hidden(self, sent), once=sent.once or self.once
        )

    def refused(self, problem: Problem, t: Texts, theirs: Mapping[str, str] | None = None) -> Form:
        """The form with a refusal: beside the field that it names, else above. `theirs` is what stands in the store now (409)."""
        found: dict[str, str] = {}
        for one in problem.errors or (problem,):
            found.setdefault(one.field or "", t.problem(one.text))
        beside = {name: words for name, words in found.items() if name in self.names}
        above = [words for name, words in found.items() if name not in beside]
        newer = {name: now for name, now in (theirs or {}).items() if name in self.names and now != self.value(name)}
        return replace(
            self, errors=beside, problems=above, theirs=newer, once=secrets.token_urlsafe(18) if problem.status == 409 else self.once
        )

    def at_version(self, version: str) -> Form:
        """The form as an edit of this version: what is sent next is held against it."""
        return replace(self, values={**self.values, "version": version})


def _hidden(form: Form, sent: Sent) -> dict[str, str]:
    return {"version": sent.said["version"]} if "version" in sent.said and "version" not in form.names else {}
