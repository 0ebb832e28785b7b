"""What deploys the bot is taken by the tools that read it, and keeps what the documents say of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it has no stubs
import pytest
import yaml
from compose_spec import PyCompose

from bot.settings import Settings
from tests.repository import text_of, tracked

COMPOSE, UNIT = "deploy/compose.yaml", "deploy/systemd/slackbot.service"
KUBERNETES = ("deploy/kubernetes/slackbot.yaml", "deploy/kubernetes/secret.template.yaml")
OBJECTS = [one for file in KUBERNETES for one in yaml.safe_load_all(text_of(file))]
VERSIONS = ("1.30", "1.33")
OPS_PORT = 9464
ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(text_of(COMPOSE)))


@pytest.fixture
def bot(compose: dict[str, Any]) -> dict[str, Any]:
    return dict(compose["services"]["bot"])


@pytest.fixture
def pod() -> dict[str, Any]:
    (deployment,) = [one for one in OBJECTS if one["kind"] == "Deployment"]
    return dict(deployment["spec"]["template"]["spec"])


# --- they are what their tools read ----------------------------------------------------------------------------------


def test_the_compose_file_keeps_to_the_specification() -> None:
    assert set(PyCompose.from_yaml(text_of(COMPOSE)).services or ()) == {"bot", "database", "prometheus"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("described", OBJECTS, ids=lambda one: str(one["kind"]))
def test_kubernetes_takes_every_object(described: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(described, version, strict=True)


def test_there_is_what_a_deployment_needs() -> None:
    kinds = ["Deployment", "NetworkPolicy", "PodDisruptionBudget", "Secret", "Service"]
    assert sorted(one["kind"] for one in OBJECTS) == kinds


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit_and_finds_it_hardened(tmp_path: Path) -> None:
    """With a program that is there in the place of the one that will be."""
    unit = tmp_path / "slackbot.service"
    unit.write_text(text_of(UNIT).replace("/opt/slackbot/.venv/bin/python", sys.executable))
    verified = subprocess.run([str(ANALYZE), "verify", unit], check=False, capture_output=True, text=True)
    assert [line for line in verified.stderr.splitlines() if "slackbot" in line] == []
    command: list[str | Path] = [str(ANALYZE), "security", "--offline=true", "--threshold=25", unit]
    hardened = subprocess.run(command, check=False, capture_output=True, text=True)
    assert hardened.returncode == 0, hardened.stdout[-400:] + hardened.stderr


# --- they keep what is said of them ----------------------------------------------------------------------------------


def test_every_setting_that_they_name_exists(bot: dict[str, Any], pod: dict[str, Any]) -> None:
    named = {*bot["environment"], *(one["name"] for one in pod["containers"][0]["env"])}
    named |= set(
        re.findall(r"\b([A-Z][A-Z_]+)=", "".join(re.findall(r"^Environment=.*$", text_of(UNIT), re.MULTILINE)))
    )
    assert named <= {name.upper() for name in Settings.model_fields}
    assert "SLACK_BOT_TOKEN_FILE" in named


def test_every_secret_is_a_file_that_is_mounted(
    bot: dict[str, Any], compose: dict[str, Any], pod: dict[str, Any]
) -> None:
    files = {
        value.removeprefix("/run/secrets/") for name, value in bot["environment"].items() if name.endswith("_FILE")
    }
    assert files == set(bot["secrets"])
    assert {*bot["secrets"], *compose["services"]["database"]["secrets"]} == set(compose["secrets"])
    (secret,) = [one for one in OBJECTS if one["kind"] == "Secret"]
    env = {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
    assert {f"/run/secrets/slackbot/{key}" for key in secret["stringData"]} == {
        value for name, value in env.items() if name.endswith("_FILE")
    }
    assert [name for name in tracked() if name.startswith("deploy/secrets/")] == ["deploy/secrets/.gitignore"]


def test_every_deployment_waits_longer_than_the_grace_period(bot: dict[str, Any], pod: dict[str, Any]) -> None:
    env = {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
    unit = text_of(UNIT)
    graces = [
        (float(bot["environment"]["BOT_SHUTDOWN_GRACE_S"]), float(bot["stop_grace_period"].removesuffix("s"))),
        (float(env["BOT_SHUTDOWN_GRACE_S"]), float(pod["terminationGracePeriodSeconds"])),
        tuple(float(re.findall(rf"{name}=(\d+)", unit)[0]) for name in ("BOT_SHUTDOWN_GRACE_S", "TimeoutStopSec")),
    ]
    assert [pair for pair in graces if pair[1] - pair[0] < 10] == []


def test_the_port_for_whoever_runs_it_is_not_published(compose: dict[str, Any], bot: dict[str, Any]) -> None:
    assert "ports" not in bot
    assert compose["networks"]["inside"]["internal"] is True
    assert str(OPS_PORT) == bot["environment"]["BOT_OPS_PORT"]
    (service,) = [one for one in OBJECTS if one["kind"] == "Service"]
    assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]
    scraped = yaml.safe_load(text_of("deploy/prometheus/prometheus.yml"))["scrape_configs"][0]["dns_sd_configs"][0]
    assert (scraped["names"], scraped["port"]) == (["bot"], OPS_PORT)
    assert [port for port in compose["services"]["prometheus"]["ports"] if not port.startswith("127.0.0.1:")] == []


def test_a_container_has_nothing_that_it_does_not_need(bot: dict[str, Any], pod: dict[str, Any]) -> None:
    assert (bot["read_only"], bot["cap_drop"], bot["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert bot["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    (container,) = pod["containers"]
    context = container["securityContext"] | pod["securityContext"]
    assert [context[name] for name in ("readOnlyRootFilesystem", "runAsNonRoot")] == [True, True]
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    user = re.findall(r"^USER (\d+):", text_of("Dockerfile"), flags=re.MULTILINE)
    assert [str(context["runAsUser"])] == user
    written = set(re.findall(r"mountPath: (\S+)\}", text_of(KUBERNETES[0])))
    assert written == {"/data", "/tmp"} == {*bot["volumes"], *bot["tmpfs"]}


def test_probes_ask_the_port_for_whoever_runs_it(pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports["ops"] == OPS_PORT
    asked = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {name: get["path"] for name, get in asked.items()} == {
        "startupProbe": "/readyz", "livenessProbe": "/healthz", "readinessProbe": "/readyz",
    }  # fmt: skip
    assert {get["port"] for get in asked.values()} == {"ops"}
