"""The centre's settings: environment variables `GONGMEN_CENTRAL_…`, or arguments."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class CentralSettings(BaseSettings):
    """Where the centre keeps its things and whom it talks to.

    `home` holds `central.db` (unless `database_url` says otherwise) and `secrets/` (0700). `public_url` is how boxes and browsers
    reach it. `allowed_contract_types` is A-11's list; the default is the owner's text. `mqtt_public_host` and
    `mqtt_public_port` say where boxes find the broker, if that is not where the centre finds it.
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
    help_zh: str = "电话 54614788*4076；微信交流群；邮箱 azjzz_scjg@163.com"
    help_en: str = "telephone 54614788*4076, WeChat group, e-mail azjzz_scjg@163.com"
    help_url: str = "/help"
    allowed_contract_types: tuple[str, ...] = ("fixed_term",)
    auth_failures_per_minute: int = 20

    @property
    def database(self) -> str:
        """The database's URL: SQLite in `home` by default."""
        return self.database_url or f"sqlite:///{self.home / 'central.db'}"
