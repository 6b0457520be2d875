"""The centre's settings: environment variables `GONGMEN_CENTRAL_…`, or arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from central.identity.trust import Revocation


class CentralSettings(BaseSettings):
    """Where the centre keeps its things and whom it talks to.

    `home` holds `central.db` (unless `database_url` says otherwise) and `secrets/` (0700). `public_url` is how boxes and browsers reach
    it. `allowed_contract_types` is A-11's list; the default is the owner's text. `below_base_is_error` makes A-18 refuse instead of warn;
    from `over_age` on registration warns. A request for a transfer that is not answered within `transfer_answer_days` lapses (ADR 0018).
    `identity_service_url` is the verification service (empty: an officer verifies), which is planned to be away on
    `identity_outage_weekdays` (0 is Monday; A-26). `mqtt_public_host` and `mqtt_public_port` say where boxes find the broker, if that is
    not where the centre finds it. Several processes that take in events share the load under one name in `mqtt_share`, each with an
    `mqtt_client_id` of its own.

    `certificate_roots` and `certificate_lists` are files or folders of the authorities that name enterprises, and of what they revoked
    (A-04); `certificate_revocation` says what happens without a current list. Administrators need a second factor unless told otherwise;
    `enterprise_passwords` lets enterprises in without a certificate, for trials and demos only. `password_memory_mib` and
    `password_rounds` are what one guess at a password costs (argon2id); below the bounds, which are OWASP's least, nothing starts.

    `platform_url` is the national platform's address (empty: nothing is uploaded), `platform_projects` the registration numbers of the
    projects that may be uploaded. `platform_secret` is a file (0600) with the appsecret, or a folder (0700) with one named after each
    registration number; `platform_appid` is empty where each project is its own. Passages that were told stand in the queue for
    `platform_keep_days`, then packed. The others: docs/operations/platform.md.
    """

    model_config = SettingsConfigDict(env_prefix="GONGMEN_CENTRAL_", extra="ignore")

    home: Path = Path("var/central")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = True
    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = 1883
    mqtt_public_host: str = ""
    mqtt_public_port: int = 0
    mqtt_tls: bool = False
    mqtt_ca: Path | None = None
    mqtt_certificate: Path | None = None
    mqtt_key: Path | None = None
    mqtt_enabled: bool = True
    mqtt_client_id: str = "central"
    mqtt_share: str = ""
    help_zh: str = "电话 54614788*4076；微信交流群；邮箱 azjzz_scjg@163.com"
    help_en: str = "telephone 54614788*4076, WeChat group, e-mail azjzz_scjg@163.com"
    help_url: str = "/help"
    certificate_roots: Path | None = None
    certificate_lists: Path | None = None
    certificate_revocation: Revocation = Revocation.REQUIRED
    second_factor_for_administrators: bool = True
    enterprise_passwords: bool = False
    token_requests_per_minute: int = 1200
    allowed_contract_types: tuple[str, ...] = ("fixed_term",)
    below_base_is_error: bool = False
    over_age: int = 60
    transfer_answer_days: int = Field(default=7, ge=1, le=30)
    identity_service_url: str = ""
    identity_service_key: str = ""
    identity_outage_weekdays: tuple[int, ...] = (5, 6)
    auth_failures_per_minute: int = 20
    password_memory_mib: int = Field(default=64, ge=19, le=1024)
    password_rounds: int = Field(default=3, ge=2, le=20)
    platform_url: str = ""
    platform_adapter: Literal["national", "henan"] = "national"
    platform_appid: str = ""
    platform_secret: Path | None = None
    platform_corp_key: Path | None = None
    platform_projects: tuple[str, ...] = ()
    platform_add_project: bool = False
    platform_correction_way: str = "011"
    platform_assumed: dict[str, str] = {}
    platform_keep_days: int = Field(default=90, ge=1)

    @property
    def database(self) -> str:
        """The database's URL: SQLite in `home` by default."""
        return self.database_url or f"sqlite:///{self.home / 'central.db'}"
