"""The centre's side of the play: the companies at their desks, each through the API with its own token."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from typing import Any, cast

import httpx

from central.people.chip_read import ChipFields
from gongmen.demo.cast import FITTING, MAIN, Player
from gongmen.demo.desk import DeskReader
from gongmen.demo.first_sign_in import choose_password
from gongmen.demo.stage import StageError

PIN = "280519"
PASSWORD = "gongmen-demo-2026"  # noqa: S105 - of a demo on loopback

WAGES = {
    "wage_type": "monthly",
    "bank_code": "105",
    "card_number": "6217000000000000000",
    "basic_wage": "5200",
    "probation_wage": "4800",
    "performance_payments": 3,
}

ACCOUNTS = {"gc": "contractor", "sub": "subcontractor", "labour": "employer", "authority": "authority"}
"""Who may look at the portal afterwards, all with the same password."""


class Office:
    """Everybody who works with the centre. `ids` keeps what the centre named."""

    def __init__(self, url: str, admin_token: str, security_token: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=f"{url}/api/v1", timeout=30)
        self._tokens = {"admin": admin_token, "security": security_token}
        self.ids: dict[str, int] = {}
        self.operator = ""
        self._desk = DeskReader()

    def close(self) -> None:
        """Hangs up."""
        self._client.close()

    def found(self) -> None:
        """Companies, project, contracts, accounts: what stands before the first worker comes."""
        codes = {"gc": "91310115MA1K4ABC8", "sub": "91310104MA1F9XYW6", "labour": "91310112MA7H2QRT4"}
        names = {"gc": "申建总承包有限公司", "sub": "沪安机电安装有限公司", "labour": "浦江建筑劳务有限公司"}
        for who, first17 in codes.items():
            self.ids[who] = self._made("admin", "companies", {"uscc": _credit_code(first17), "name": names[who]})
        project = {"reg_no": "2026PD0042", "name": "浦东图书馆改扩建工程", "contact": "总包办公室 李工 021-50000000"}
        self.ids["project"] = self._made("admin", "projects", project)
        gc_part = self._participant("gc", "general_contractor", None)
        sub_part = self._participant("sub", "professional_sub", gc_part)
        self.ids["sub_part"] = sub_part
        self.ids[MAIN] = self._participant("labour", "labour_sub", gc_part)
        self.ids[FITTING] = self._participant("labour", "labour_sub", sub_part)
        for who, role in (("gc", "contractor"), ("sub", "contractor"), ("labour", "employer"), ("authority", "authority")):
            self._person(who, role, f"{names[who]} 项目部" if role == "contractor" else names.get(who, "市建管中心"))
        body = {"name": "李工", "pin": PIN}
        self.operator = str(self._post("gc", f"projects/{self.ids['project']}/operators", body)["name"])

    def play_with_photographs(self) -> None:
        """The gate's liveness checks are made to refuse photographs, and photographs are all that this demo shows: its project has none."""
        path = f"projects/{self.ids['project']}/settings"
        body = {"gate_policy": {"liveness": "never"}, "version": self._get("gc", path)["version"]}
        self._checked(self._client.patch(path, json=body, headers=self._headers("gc")))

    def _participant(self, company: str, role: str, parent: int | None) -> int:
        body = {"company_id": self.ids[company], "role": role, **({"parent_id": parent} if parent else {})}
        return self._made("admin", f"projects/{self.ids['project']}/participants", body)

    def _person(self, who: str, role: str, shown: str) -> None:
        place = {"company_id": self.ids.get(who)} if who in self.ids else {}
        if role == "contractor":
            place["project_id"] = self.ids["project"]
        self._tokens[who] = str(self._post("security", "tokens", {"name": who, "role": role, **place})["token"])
        temporary = secrets.token_urlsafe(12)
        account = {"username": ACCOUNTS[who], "password": temporary, "display_name": shown, "role": role, **place}
        self._post("security", "accounts", account)
        choose_password(self.url, ACCOUNTS[who], temporary, PASSWORD)

    def register(self, player: Player, team: int | None) -> None:
        """The employer writes a worker down, read from the card's chip, and assigns the worker to the project."""
        today = dt.datetime.now(dt.UTC).date()
        worker = {
            "name": player.name,
            "id_number": player.number,
            "phone": f"1380000{player.sequence:04d}",
            "nation": "汉",
            "contract_start": str(today),
            "contract_end": str(today + dt.timedelta(days=400)),
            "main_trade": player.trade,
            **WAGES,
            "performance_dates": ",".join(str(today + dt.timedelta(days=days)) for days in (120, 240, 360)),
            "identity": {"source": "chip", "read": self._chip(player)},
        }
        self.ids[f"worker {player.key}"] = self._made("labour", "workers", worker)
        assignment = {
            "worker_id": self.ids[f"worker {player.key}"],
            "project_id": self.ids["project"],
            "main_trade": player.trade,
            "participant_id": self.ids[player.contract],
            **({"team_id": team} if team else {}),
        }
        self.ids[player.key] = self._made("labour", "assignments", assignment)

    def _chip(self, player: Player) -> dict[str, Any]:
        """The card on the desk's reader, which is paired the first time."""
        if not self._desk.reader_id:
            code = str(self._post("labour", "readers/pairings", {})["code"])
            paired = {"code": code, "public_key": self._desk.public_key, "name": "劳务公司前台"}
            self._desk.reader_id = int(self._post("labour", "readers/pair", paired)["reader_id"])
        nonce = str(self._post("labour", "readers/nonces", {})["nonce"])
        return self._desk.read(ChipFields(player.name, player.number), nonce)

    def team(self, name: str) -> int:
        """A team of the employer."""
        return self._made("labour", f"projects/{self.ids['project']}/teams", {"name": name})

    def accept(self, player: Player) -> str:
        """The chain of acceptance: on the second level the professional subcontractor first, then the general contractor."""
        if player.contract == FITTING:
            self._post("sub", f"assignments/{self.ids[player.key]}/acceptance", {})
        return str(self._post("gc", f"assignments/{self.ids[player.key]}/acceptance", {})["state"])

    def complete_fitting(self) -> int:
        """The general contractor registers that the fitting subcontract is completed; how many rights that ended."""
        done = self._post("gc", f"participants/{self.ids['sub_part']}/completion", {})
        return int(done["ended_assignments"])

    def claim_box(self) -> tuple[str, str]:
        """A new box at the east gate: its id and claim code."""
        body = {"name": "东门 1 号通道", "lane": "1", "direction": "01"}
        claimed = self._post("gc", f"projects/{self.ids['project']}/boxes", body)
        return str(claimed["box"]["id"]), str(claimed["claim_code"])

    def box(self, box: str) -> dict[str, Any]:
        """What the centre knows of a box."""
        return next(one for one in self._get("gc", "boxes")["items"] if one["id"] == box)

    def roster_version(self) -> int:
        """The version that the project's gates are to be brought up to."""
        return int(self._get("gc", f"projects/{self.ids['project']}")["roster_version"])

    def people(self) -> list[dict[str, Any]]:
        """Everybody on the project, as the general contractor sees them."""
        return cast("list[dict[str, Any]]", self._get("gc", f"projects/{self.ids['project']}/people")["items"])

    def passages(self, who: str) -> list[dict[str, Any]]:
        """Everything that this party's pull gives, page by page until nothing is new."""
        return [row for page in self._pages(who) for row in page]

    def _pages(self, who: str) -> Iterator[list[dict[str, Any]]]:
        cursor: str | None = None
        while True:
            page = self._get(who, "attendance", {"limit": 100, **({"cursor": cursor} if cursor else {})})
            if not page["items"]:
                return
            yield page["items"]
            cursor = page["next_cursor"]

    def _made(self, who: str, path: str, body: dict[str, Any]) -> int:
        return int(self._post(who, path, body)["id"])

    def _post(self, who: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._checked(self._client.post(path, json=body, headers=self._headers(who)))

    def _get(self, who: str, path: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._checked(self._client.get(path, params=query, headers=self._headers(who)))

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[who]}"}

    @staticmethod
    def _checked(answer: httpx.Response) -> dict[str, Any]:
        if answer.is_error:
            raise StageError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:400]}")
        return cast("dict[str, Any]", answer.json())


def _credit_code(first17: str) -> str:
    from central.projects.rules import credit_code_check

    return first17 + credit_code_check(first17)
