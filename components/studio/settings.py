"""The settings of an installation: keys, hosts, folders, prices and limits, read once.

The environment wins over `.streamlit/secrets.toml`. Names: README, "Settings". Nothing here
opens a connection, and `read_secret_files` alone opens files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

SECRET_NAMES: Final = (
    "KIE_API_KEY",
    "KIE_WEBHOOK_KEY",
    "KONTEXT_COOKIE_SECRET",
    "KONTEXT_DATABASE_URL",
    "KONTEXT_PROXY_SECRET",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
)
"""Settings that may stand in a file, which NAME_FILE names: hosts give secrets as files."""

# A host name or an IP address in brackets, then perhaps a port and a path: no user, no query.
_BASE_URL = re.compile(
    r"https?://(?:[\w-]+(?:\.[\w-]+)*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?(?:/[!-~]*)?"
)
_BUDGET = re.compile(
    r"(?P<subject>person|key|role:[\w-]{1,32})/(?P<period>day|month)=(?P<credits>\d{1,9}(?:\.\d{1,2})?)"
)
# A bucket, then perhaps a prefix of plain names: what stands in it is part of every key.
_BUCKET_URL = re.compile(
    r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9][\w.=-]*)*/?", re.ASCII
)
_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_MIN_SECRET_CHARACTERS = 16
_MAX_SECRET_FILE_BYTES = 65_536  # a wrong path may name a device that never ends
_DATABASE_SCHEMES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


Networks = tuple[IPv4Network | IPv6Network, ...]

LOOPBACK: Networks = (ip_network("127.0.0.0/8"), ip_network("::1"))


class Auth(StrEnum):
    """How the app knows who somebody is. The values are those of KONTEXT_AUTH."""

    COOKIE = "cookie"
    """Nobody signs in: a signed cookie tells people apart."""
    PROXY = "proxy"
    """A proxy has signed people in and names them in a header, beside a secret."""
    OIDC = "oidc"
    """People sign in at an OpenID Connect provider."""
    CLOSED = "closed"
    """The settings cannot be read, and they ask for a sign-in: nobody is known."""


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and says what it takes."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings. Prices are in the provider's credits, times in seconds."""

    api_key: str | None = field(default=None, repr=False)
    """The key for kie.ai, or None for the sandbox."""
    base_url: str = "https://api.kie.ai"
    upload_base_url: str = "https://kieai.redpandaai.co"
    webhook_key: str | None = field(default=None, repr=False)
    """When set, webhooks must be signed with it."""
    public_url: str | None = None
    """Where kie.ai reaches this app; None means polling only."""
    data_dir: Path = Path("data")
    database_url: str | None = field(default=None, repr=False)
    """PostgreSQL as SQLAlchemy names it, "postgresql+psycopg://…"; None means SQLite in `data_dir`.

    It may hold a password."""
    storage_url: str | None = None
    """Where the pictures are kept, as s3://bucket/prefix; None means in the data folder."""
    aws_access_key_id: str | None = field(default=None, repr=False)
    """The key of that store; None means that it is looked up as Amazon's tools do."""
    aws_secret_access_key: str | None = field(default=None, repr=False)
    aws_region: str | None = None
    aws_endpoint_url: str | None = None
    """Where that store answers; None means Amazon S3."""
    cookie_secret: str | None = field(default=None, repr=False)
    """Signs the identity cookies; None means a secret that is kept in the folder or database."""
    auth: Auth = Auth.COOKIE
    proxy_user_header: str = "x-forwarded-email"
    """In which header the proxy names a person by e-mail address. Header names in lower case."""
    proxy_groups_header: str | None = None
    """In which header it names the person's groups, with commas between them."""
    proxy_secret: str | None = field(default=None, repr=False)
    """What the proxy proves itself with, in the header `X-Kontext-Proxy-Secret`."""
    admins: frozenset[str] = frozenset()
    """E-mail addresses as `normalise_email` gives them, and groups as "group:NAME"."""
    sign_out_url: str | None = None
    """Where a proxy signs people out."""
    session_hours: int = 12
    """How long a sign-in lasts at an OpenID Connect provider's word."""
    credits_pro: Decimal = Decimal(5)
    credits_max: Decimal = Decimal(10)
    budgets: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    """Credits that may be spent, by subject ("everybody" for each person, "role:<name>", "key") and
    period ("day", "month"); an admin may set others."""
    creates_per_10s: int = 20
    queries_per_second: int = 10
    sandbox_faults: bool = False
    """Whether everybody may switch faults of the sandbox on, for everybody."""
    sandbox_drift: bool = True
    """Whether the sandbox's edits drift as the model's do."""
    keep_rest: str = "always"
    """Whether the source's pixels are put back after an edit: "always", "ask" or "never".

    Each person can choose otherwise."""
    raw_answer_days: int | None = None
    """How long an edit's raw answer stays beside its kept version; None for ever."""
    trusted_proxies: Networks = ()
    """Proxies whose word on scheme, host and client is believed."""
    hsts_seconds: int = 0
    """How long browsers are told to use https alone; 0 tells them nothing."""
    metrics_allow: Networks = LOOPBACK
    """Who may read the metrics and the details of the health check."""
    max_gb_per_person: Decimal | None = None
    """How many gigabytes a person's pictures may take before no more are taken in."""
    busy_timeout_seconds: float = 3.0
    """How long a write waits for another one; no environment variable sets it."""
    pause_factor: float = 1.0
    """Stretches the pauses between queries and between tries; no environment variable sets it."""

    @property
    def signs_in(self) -> bool:
        """Whether people have names here: nobody gets in unsigned."""
        return self.auth is not Auth.COOKIE

    @property
    def uses_sandbox(self) -> bool:
        """Whether images come from the sandbox that the app carries."""
        return self.api_key is None

    def callback_url(self, token: str) -> str | None:
        """Where kie.ai should report the end of the task with this token."""
        if self.public_url is None:
            return None
        return f"{self.public_url.rstrip('/')}/callbacks/kontext/{token}"


def normalise_email(email: str) -> str:
    """An e-mail address without differences of case and character width: one person has one."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


def closed_settings(environment: Mapping[str, object], secrets: Mapping[str, object]) -> Settings:
    """What holds while a setting cannot be used: the defaults, and nobody is known.

    Where no sign-in is asked for, the cookie's owner is known as always.
    """
    word = str(environment.get("KONTEXT_AUTH") or secrets.get("KONTEXT_AUTH") or "").strip()
    is_open = word.lower() in {"", Auth.COOKIE.value}
    return Settings(auth=Auth.COOKIE if is_open else Auth.CLOSED)


def read_secret_files(source: Mapping[str, object]) -> dict[str, object]:
    """The source with the secrets that NAME_FILE names; a blank name counts as unset.

    Raises SettingsError, which names setting and file and never quotes the content.
    """
    read = dict(source)
    for name in SECRET_NAMES:
        path = str(source.get(f"{name}_FILE") or "").strip()
        if not path:
            continue
        if str(source.get(name) or "").strip():
            raise SettingsError(f"{name} and {name}_FILE are both set: leave one of them out.")
        read[name] = _read_secret_file(f"{name}_FILE", Path(path))
    return read


def _read_secret_file(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_SECRET_FILE_BYTES + 1)
        value = data.decode().strip()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path, or no UTF-8
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        # The cause would quote the content.
        raise SettingsError(f"{name}: the file {path} cannot be read: {why}.") from None
    if len(data) > _MAX_SECRET_FILE_BYTES:
        raise SettingsError(f"{name}: the file {path} is too large for a secret.")
    if not value:
        raise SettingsError(f"{name}: the file {path} is empty.")
    if len(value.splitlines()) > 1:
        raise SettingsError(f"{name}: the file {path} must hold one line, the secret alone.")
    return value


def read_settings(environment: Mapping[str, object], secrets: Mapping[str, object]) -> Settings:
    """Settings from the environment first and the secrets second.

    Raises SettingsError for a value that cannot be used. A blank value counts as unset.
    """

    def text(name: str) -> str | None:
        for source in (environment.get(name), secrets.get(name)):
            if source is not None and str(source).strip():
                return str(source).strip()
        return None

    def base_url(name: str) -> str | None:
        value = text(name)
        if value is not None and not _is_base_url(value):
            raise SettingsError(f"{name} must be a plain address, such as https://example.com.")
        return value and value.rstrip("/")

    def database_url(name: str) -> str | None:
        value = text(name)
        if value is None:
            return None
        if not _is_database_url(value):
            raise SettingsError(
                f"{name} must be the address of a PostgreSQL database, such as "
                "postgresql://studio:password@db.example.com:5432/studio. In user and password "
                "write @ : / ? # % as %40 %3A %2F %3F %23 %25."
            )
        return f"postgresql+psycopg://{value.partition('://')[2]}"

    def bucket_url(name: str) -> str | None:
        value = text(name)
        if value is not None and not _BUCKET_URL.fullmatch(value):
            raise SettingsError(f"{name} must be a bucket, such as s3://pictures/studio.")
        return value and value.rstrip("/")

    def gigabytes(name: str) -> Decimal | None:
        value = text(name)
        if value is None:
            return None
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount <= 0:
            raise SettingsError(f"{name} must be a number of gigabytes, such as 2 or 0.5.")
        return amount

    def budgets(name: str) -> dict[tuple[str, str], Decimal]:
        read: dict[tuple[str, str], Decimal] = {}
        for part in (text(name) or "").split():
            match = _BUDGET.fullmatch(part)
            if match is None:
                raise SettingsError(
                    f"{name} must be budgets in credits with a space between them, such as "
                    "person/month=500 role:guest/day=20 key/month=20000."
                )
            subject = "everybody" if match["subject"] == "person" else match["subject"]
            read[subject, match["period"]] = Decimal(match["credits"])
        return read

    def price(name: str, default: Decimal) -> Decimal:
        value = text(name)
        if value is None:
            return default
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount < 0:
            raise SettingsError(f"{name} must be a price in credits, such as {default}.")
        return amount

    def limit(name: str, default: int, *, least: int = 1) -> int:
        value = text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or int(value) < least:
            raise SettingsError(f"{name} must be a whole number from {least}, such as {default}.")
        return int(value)

    def networks(name: str, default: Networks) -> Networks:
        value = text(name)
        if value is None:
            return default
        try:
            return tuple(ip_network(part) for part in re.split(r"[,\s]+", value.strip(", ")))
        except ValueError as error:
            raise SettingsError(
                f"{name} must be addresses or networks, such as 127.0.0.1 or 10.0.0.0/8."
            ) from error

    def switch(name: str, default: str = "off") -> bool:
        value = (text(name) or default).lower()
        if value not in {"on", "off", "true", "false", "1", "0"}:
            raise SettingsError(f"{name} must be on or off.")
        return value in {"on", "true", "1"}

    def choice(name: str, *allowed: str) -> str:
        value = (text(name) or allowed[0]).lower()
        if value not in allowed:
            raise SettingsError(f"{name} must be one of {', '.join(allowed)}.")
        return value

    def header(name: str) -> str | None:
        value = text(name)
        if value is not None and not _HEADER.fullmatch(value):
            raise SettingsError(f"{name} must be the name of a header, such as X-Forwarded-Email.")
        return value and value.lower()

    def admins(name: str, *, has_groups: bool) -> frozenset[str]:
        read = set()
        for part in re.split(r"[,\s]+", (text(name) or "").strip(", ")):
            if part.startswith("group:") and len(part) > len("group:"):
                if not has_groups:
                    raise SettingsError(
                        f"{name} names a group: set KONTEXT_AUTH=proxy and name the header with "
                        "people's groups in KONTEXT_PROXY_GROUPS_HEADER."
                    )
                read.add(part)
            elif "@" in part:
                read.add(normalise_email(part))
            elif part:
                raise SettingsError(
                    f"{name} must be e-mail addresses with a space between them, or groups such "
                    "as group:studio-admins."
                )
        return frozenset(read)

    def sign_out_url(name: str) -> str | None:
        value = text(name)
        if value is not None and not re.fullmatch(r"(https?:/)?/[\w.\[][!-~]*", value):
            raise SettingsError(f"{name} must be an address or a path, such as /oauth2/sign_out.")
        return value

    def secret(name: str) -> str | None:
        value = text(name)
        if value is not None and len(value) < _MIN_SECRET_CHARACTERS:
            raise SettingsError(
                f"{name} must have {_MIN_SECRET_CHARACTERS} characters at least, "
                "such as those of `openssl rand -hex 32`."
            )
        return value

    def storage() -> dict[str, str | None]:
        """Amazon's variables count only where a bucket is named: others read them, too."""
        url = bucket_url("KONTEXT_STORAGE_URL")
        if url is None:
            return {}
        key_id, key = text("AWS_ACCESS_KEY_ID"), text("AWS_SECRET_ACCESS_KEY")
        if (key_id is None) != (key is None):
            raise SettingsError("Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither.")
        return {
            "storage_url": url,
            "aws_access_key_id": key_id,
            "aws_secret_access_key": key,
            "aws_region": text("AWS_REGION"),
            "aws_endpoint_url": base_url("AWS_ENDPOINT_URL"),
        }

    auth = Auth(choice("KONTEXT_AUTH", Auth.COOKIE, Auth.PROXY, Auth.OIDC))
    proxy_secret = secret("KONTEXT_PROXY_SECRET")
    if auth is Auth.PROXY and proxy_secret is None:
        raise SettingsError(
            "KONTEXT_AUTH=proxy needs KONTEXT_PROXY_SECRET, which the proxy sends in the header "
            "X-Kontext-Proxy-Secret: without it anybody could name themselves."
        )
    if auth is Auth.OIDC:
        _check_oidc(secrets.get("auth"), has_secret=text("STREAMLIT_SERVER_COOKIE_SECRET"))
    groups_header = header("KONTEXT_PROXY_GROUPS_HEADER") if auth is Auth.PROXY else None

    defaults = Settings()
    return Settings(
        **storage(),  # type: ignore[arg-type]  # names of fields that are all texts
        auth=auth,
        proxy_user_header=header("KONTEXT_PROXY_USER_HEADER") or defaults.proxy_user_header,
        proxy_groups_header=groups_header,
        proxy_secret=proxy_secret,
        admins=admins("KONTEXT_ADMINS", has_groups=groups_header is not None),
        sign_out_url=sign_out_url("KONTEXT_SIGN_OUT_URL"),
        session_hours=limit("KONTEXT_SESSION_HOURS", defaults.session_hours),
        api_key=text("KIE_API_KEY"),
        base_url=base_url("KIE_BASE_URL") or defaults.base_url,
        upload_base_url=base_url("KIE_UPLOAD_BASE_URL") or defaults.upload_base_url,
        webhook_key=text("KIE_WEBHOOK_KEY"),
        public_url=base_url("KONTEXT_PUBLIC_URL"),
        data_dir=Path(text("KONTEXT_DATA_DIR") or defaults.data_dir).absolute(),
        database_url=database_url("KONTEXT_DATABASE_URL"),
        cookie_secret=secret("KONTEXT_COOKIE_SECRET"),
        credits_pro=price("KONTEXT_CREDITS_PRO", defaults.credits_pro),
        credits_max=price("KONTEXT_CREDITS_MAX", defaults.credits_max),
        budgets=budgets("KONTEXT_BUDGETS"),
        creates_per_10s=limit("KONTEXT_CREATES_PER_10S", defaults.creates_per_10s),
        queries_per_second=limit("KONTEXT_QUERIES_PER_S", defaults.queries_per_second),
        sandbox_faults=switch("KONTEXT_SANDBOX_FAULTS"),
        sandbox_drift=switch("KONTEXT_SANDBOX_DRIFT", "on"),
        keep_rest=choice("KONTEXT_KEEP_REST", "always", "ask", "never"),
        raw_answer_days=limit("KONTEXT_RAW_ANSWER_DAYS", 0, least=1) or None,
        trusted_proxies=networks("KONTEXT_TRUSTED_PROXIES", defaults.trusted_proxies),
        hsts_seconds=limit("KONTEXT_HSTS", defaults.hsts_seconds, least=0),
        metrics_allow=networks("KONTEXT_METRICS_ALLOW", defaults.metrics_allow),
        max_gb_per_person=gigabytes("KONTEXT_MAX_GB_PER_PERSON"),
    )


def _check_oidc(section: object, *, has_secret: str | None) -> None:
    """Raise SettingsError unless secrets.toml says where people sign in."""
    found = section if isinstance(section, Mapping) else {}
    providers = [found, *(part for part in found.values() if isinstance(part, Mapping))]
    if not any(
        all(part.get(key) for key in ("client_id", "client_secret", "server_metadata_url"))
        for part in providers
    ):
        raise SettingsError(
            "KONTEXT_AUTH=oidc needs client_id, client_secret and server_metadata_url in the "
            "[auth] part of .streamlit/secrets.toml."
        )
    if not str(found.get("redirect_uri") or "").endswith("/oauth2callback"):
        raise SettingsError(
            "KONTEXT_AUTH=oidc needs redirect_uri in the [auth] part of .streamlit/secrets.toml: "
            "this studio's address with /oauth2callback at its end."
        )
    cookie_secret = str(found.get("cookie_secret") or has_secret or "")
    if len(cookie_secret) < _MIN_SECRET_CHARACTERS:
        raise SettingsError(
            "KONTEXT_AUTH=oidc needs cookie_secret in the [auth] part of .streamlit/secrets.toml, "
            "or STREAMLIT_SERVER_COOKIE_SECRET: what `openssl rand -hex 32` prints, the same for "
            "all replicas. Without it a sign-in at one is unknown at the others."
        )


def _is_base_url(value: str) -> bool:
    match = _BASE_URL.fullmatch(value)
    return (
        match is not None
        and not set("?#@") & set(value)
        and 1 <= int(match["port"] or 443) <= 65_535
    )


def _is_database_url(value: str) -> bool:
    try:
        url = urlsplit(value)
        has_port = url.port is None or url.port > 0
    except ValueError:
        return False
    return (
        url.scheme in _DATABASE_SCHEMES
        and value.isprintable()
        and not set(" #") & set(value)
        and url.netloc.count("@") <= 1
        and has_port
        and re.fullmatch(r"/[^/]+", url.path) is not None
    )
