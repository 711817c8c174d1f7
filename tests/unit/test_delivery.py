"""Dockerfile, compose files and systemd unit agree with the app, and close what can be closed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.responses import Response
from starlette.routing import Route

from components.studio.settings import read_secret_files, read_settings
from tests.support.app_server import free_port
from tests.support.http_server import serve_routes

ROOT = Path(__file__).parents[2]
COMPOSE = {
    name: yaml.safe_load((ROOT / name).read_text())
    for name in ("compose.yaml", "compose.scale.yaml")
}
SERVICES = [
    pytest.param(service, id=f"{file}: {name}")
    for file, content in COMPOSE.items()
    for name, service in content["services"].items()
]
REPLICAS = ("studio-1", "studio-2")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the script makes, in a checkout of its own."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "deploy").mkdir()
    script = shutil.copy(ROOT / "deploy/make_secrets.sh", folder / "deploy")
    for _ in range(2):
        before = {file.name: file.read_text() for file in folder.glob("secrets/*")}
        run_shell(script, "the key\n")
        after = {file.name: file.read_text() for file in folder.glob("secrets/*")}
        assert before in ({}, after)  # what is there stays
    return folder / "secrets"


def run_shell(script: str, text: str) -> None:
    subprocess.run(["/bin/sh", script], input=text.encode(), check=True)  # noqa: S603


@pytest.mark.parametrize("service", SERVICES)
def test_service_has_no_rights_that_it_does_not_need(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert re.search(r":(\$\{KONTEXT_VERSION:-local\}|v?\d+\.\d+.*)$", service["image"])


@pytest.mark.parametrize("file", COMPOSE)
def test_files_that_compose_names_are_there(file: str, secrets: Path) -> None:
    content = COMPOSE[file]
    for name, secret in content["secrets"].items():
        assert secret == {"file": f"secrets/{name}"}
        assert (secrets / name).read_text().strip()
    for service in content["services"].values():
        assert set(service.get("secrets", [])) <= set(content["secrets"])
        assert {entry["path"] for entry in service.get("env_file", [])} <= {"secrets/store.env"}
        mounted = [volume.partition(":")[0] for volume in service.get("volumes", [])]
        assert all((ROOT / path).is_file() for path in mounted if path.startswith("./"))
        assert {path for path in mounted if path.isidentifier()} <= set(content["volumes"])


@pytest.mark.parametrize(
    ("file", "name"), [("compose.yaml", "studio"), ("compose.scale.yaml", "studio-2")]
)
def test_settings_of_compose_are_settings_of_the_app(file: str, name: str, secrets: Path) -> None:
    service = COMPOSE[file]["services"][name]
    environment = {
        key: str(value).replace("/run/secrets", str(secrets))
        for key, value in service["environment"].items()
    }
    given = {Path(value).name for key, value in environment.items() if key.endswith("_FILE")}

    read = read_settings(read_secret_files(environment), {})

    assert read.api_key == "the key"
    assert given == set(service["secrets"])
    assert (read.database_url is not None) is (file == "compose.scale.yaml")


def test_secrets_of_the_store_and_the_database_agree(secrets: Path) -> None:
    key_id, key = (
        (secrets / f"store_{name}").read_text().strip() for name in ("key_id", "secret_key")
    )
    password = (secrets / "database_password").read_text().strip()

    assert re.fullmatch(r"GK[0-9a-f]{24}", key_id)
    assert re.fullmatch(r"[0-9a-f]{64}", key)
    assert (secrets / "store.env").read_text().split() == [
        f"GARAGE_DEFAULT_ACCESS_KEY={key_id}",
        f"GARAGE_DEFAULT_SECRET_KEY={key}",
    ]
    assert (
        secrets / "database_url"
    ).read_text() == f"postgresql://studio:{password}@database:5432/studio\n"
    assert secrets.stat().st_mode & 0o777 == 0o700


def test_nginx_knows_the_replicas_and_they_trust_it() -> None:
    services = COMPOSE["compose.scale.yaml"]["services"]
    address = {
        name: service["networks"]["studio"]["ipv4_address"]
        for name, service in services.items()
        if isinstance(service["networks"], dict)
    }
    named = re.findall(r"server ([\d.]+):8501", (ROOT / "deploy/nginx.conf").read_text())

    assert named == [address[name] for name in REPLICAS]
    for name in REPLICAS:
        assert services[name]["environment"]["KONTEXT_TRUSTED_PROXIES"] == address["nginx"]


def test_image_holds_what_the_app_needs_and_runs_as_nobody_known() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    bases = {line.split()[1] for line in lines if line.startswith("FROM ")}

    assert len(bases) == 1  # packages are compiled for the Python that runs them
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base) for base in bases)
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    assert all((ROOT / path).exists() for path in let_in)
    assert {path.partition("/")[0] for path in let_in} == {
        *(".streamlit", "app.py", "components", "deploy", "pages", "pyproject.toml"),
        *("requirements.lock", "static"),
    }


def test_unit_starts_the_app_as_make_run_does_and_waits_as_long_as_compose() -> None:
    unit = (ROOT / "deploy/kontext-studio.service").read_text()
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))

    assert settings["ExecStart"].endswith(
        "streamlit run app.py --server.address 127.0.0.1 --server.port 8501"
    )
    assert (
        f"{settings['TimeoutStopSec']}s"
        == COMPOSE["compose.yaml"]["services"]["studio"]["stop_grace_period"]
    )
    assert settings["Environment"] == "KIE_API_KEY_FILE=%d/kie_api_key"
    assert (settings["ProtectSystem"], settings["NoNewPrivileges"]) == ("strict", "yes")


@pytest.mark.parametrize(
    ("status", "folder", "path", "code"),
    [(200, "", "/healthz", 0), (503, "", "/healthz", 1), (200, "/studio/", "/studio/healthz", 0)],
)
def test_health_check_of_the_image_asks_the_app(
    status: int, folder: str, path: str, code: int
) -> None:
    routes = [Route(path, lambda _: Response(status_code=status))]
    with serve_routes(routes) as url:
        assert check_health(int(url.rpartition(":")[2]), folder) == code


def test_health_check_of_the_image_fails_without_an_answer() -> None:
    assert check_health(free_port(), "") == 1


def check_health(port: int, folder: str) -> int:
    environment = {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_BASE_URL_PATH": folder}
    command = [sys.executable, "-IS", str(ROOT / "deploy/health_check.py")]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
