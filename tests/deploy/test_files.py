"""What is deployed, read: image, compose, chart, nginx and collector name only what there is."""

import inspect
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from auth.certificates import HEADER
from deploy import eyes, settings
from deploy.cli import COMMANDS
from deploy.pools import CONNECTIONS
from deploy.serve import GRACE_SECONDS
from federation.refusals import Busy, RateLimited
from tests.auth import fronted
from tests.conftest import Given
from tests.mall import BEGIN, settings_for
from tests.races.hubs import ROOT, hubs, lay_out, mall_of

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "image" / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
COLLECTOR = yaml.safe_load((DEPLOY / "otel" / "collector.yaml").read_text())
NGINX_FILES = ("nginx.conf", "routes.conf")
NGINX = "".join((DEPLOY / "nginx" / one).read_text() for one in NGINX_FILES)
CHART = DEPLOY / "helm" / "meguri"
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
DRAIN_SECONDS = 5
ROUTES = (ROOT / "tests" / "golden" / "routes.txt").read_text()

GOLANG = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")


def known_variables() -> set[str]:
    """Every variable that a process reads."""
    source = inspect.getsource(settings)
    return {*re.findall(r'"([A-Z][A-Z_]+_?[A-Z]*)"', source), eyes.ENDPOINT, "PORT"}


def rendered(name: str, **values: Any) -> Any:
    """A template of the chart, as far as this chart goes: values, if, quote, toJson."""
    given = {
        "Values": {**VALUES, **values},
        "Release": {"Name": "points"},
        "Chart": yaml.safe_load((CHART / "Chart.yaml").read_text()),
    }

    def looked_up(words: str) -> Any:
        found: Any = given
        for part in words.removeprefix(".").split("."):
            found = found[part]  # a value that is not there stops the test
        return found

    def told(match: re.Match[str]) -> str:
        path, _, how = match.group(1).partition(" | ")
        value = looked_up(path)
        return (
            json.dumps(str(value))
            if how == "quote"
            else (json.dumps(value) if how == "toJson" else str(value))
        )

    lines, open_ifs = [], []
    for line in (CHART / "templates" / name).read_text().splitlines():
        words = GOLANG.fullmatch(line.strip())
        if words and words.group(1).startswith("if "):
            asked = words.group(1).removeprefix("if ").removeprefix("not ")
            open_ifs.append(bool(looked_up(asked)) != (" not " in f" {words.group(1)} "))
        elif words and words.group(1) == "end":
            open_ifs.pop()
        elif all(open_ifs):
            lines.append(GOLANG.sub(told, line))
    assert open_ifs == []
    return yaml.safe_load("\n".join(lines))


TEMPLATES = sorted(path.name for path in (CHART / "templates").iterdir())


def commands() -> list[list[str]]:
    """Every command that a file gives to `meguri`."""
    found = [json.loads(DOCKERFILE.split("\nCMD ")[-1])]
    found += [one["command"] for one in COMPOSE["services"].values()
              if one.get("image", "").startswith("meguri") and one.get("command")]  # fmt: skip
    found.append(container(rendered("deployment.yaml"))["args"])
    found.append(container(rendered("migrate.yaml"))["args"])
    return found


def container(made: Any) -> Any:
    [one] = made["spec"]["template"]["spec"]["containers"]
    return one


def test_every_command_is_one_of_ours() -> None:
    assert len(commands()) == 4
    for command in commands():
        assert command[0] in COMMANDS, command
    assert json.loads(re.findall(r"ENTRYPOINT (.*)", DOCKERFILE)[0]) == ["meguri"]


def test_every_variable_is_one_that_a_hub_reads() -> None:
    known = known_variables()
    assert {"DATABASE_URL", "MEGURI_SECRET", "REDIS_URL"} <= known
    ours = [one for one in COMPOSE["services"].values() if "DATABASE_URL" in str(one)]
    named = {name for one in ours for name in one["environment"]}
    for made in (rendered("deployment.yaml"), rendered("migrate.yaml")):
        named |= {one["name"] for one in container(made)["env"]}
    assert named <= known
    assert {"DATABASE_URL", "MEGURI_SECRET", "MEGURI_HEADS"} <= named


def test_the_image_is_nobody_s_root_and_holds_only_what_the_lock_names() -> None:
    assert "USER 10001:10001" in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE
    assert "--only-binary :all:" in DOCKERFILE
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.13-slim"] * 2
    for word in ("SECRET", "PASSWORD", "TOKEN", "http://", "https://", "index-url"):
        assert word not in DOCKERFILE.replace("http://127.0.0.1", ""), word
    for path in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / one).exists() for one in path.split()), path


def test_compose_starts_in_order_and_tells_no_hub_the_owner_s_password() -> None:
    services = COMPOSE["services"]
    hubs_ = [services["hub-a"], services["hub-b"]]
    assert [one["image"] for one in services.values() if "postgres" in one["image"]] == [
        "postgres:18"
    ]
    for hub in hubs_:
        assert hub["read_only"] is True
        assert hub["cap_drop"] == ["ALL"]
        assert "@" not in hub["environment"]["DATABASE_URL"]
        assert hub["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert int(hub["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS + GRACE_SECONDS
    assert "hub:${POSTGRES_PASSWORD:?}@" in services["migrate"]["environment"]["DATABASE_URL"]
    for name, one in services.items():
        for needed in one.get("depends_on", {}):
            assert needed in services, name
        for volume in one.get("volumes", []):
            source = volume.split(":")[0]
            here = source.startswith("${") or (DEPLOY / source).exists()
            assert here or source in COMPOSE["volumes"], volume
        assert "healthcheck" in one or name in ("valkey", "nginx", "collector", "heads")
    most = int(re.findall(r"max_connections=(\d+)", str(services["postgres"]["command"]))[0])
    assert most >= 3 * CONNECTIONS + 10  # two, and one more while one is replaced
    words = (DEPLOY / "compose.yaml").read_text()
    assert not re.search(r"(PASSWORD|SECRET): (?!\$\{)\S", words), "a secret stands in the file"


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_of_the_chart_is_what_it_says(name: str) -> None:
    kinds = {
        "deployment.yaml": "Deployment", "migrate.yaml": "Job", "service.yaml": "Service",
        "budget.yaml": "PodDisruptionBudget", "autoscaler.yaml": "HorizontalPodAutoscaler",
        "network.yaml": "NetworkPolicy",
    }  # fmt: skip
    scaled = {**VALUES["autoscaling"], "enabled": True}
    made = rendered(name, autoscaling=scaled)
    assert made["kind"] == kinds[name]
    assert made["metadata"]["name"].startswith("points")
    assert "{{" not in str(made)


def test_a_pod_leaves_only_after_it_has_drained() -> None:
    made = rendered("deployment.yaml")
    pod = made["spec"]["template"]["spec"]
    hub = container(made)
    stays = hub["lifecycle"]["preStop"]["sleep"]["seconds"]
    probe = hub["readinessProbe"]
    assert stays >= probe["periodSeconds"] * probe["failureThreshold"]
    assert pod["terminationGracePeriodSeconds"] > stays + DRAIN_SECONDS + GRACE_SECONDS
    assert made["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert rendered("budget.yaml")["spec"]["minAvailable"] >= 1
    assert made["spec"]["replicas"] > rendered("budget.yaml")["spec"]["minAvailable"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert hub["securityContext"]["readOnlyRootFilesystem"] is True
    for way in ("livenessProbe", "readinessProbe", "startupProbe"):
        path = hub[way]["httpGet"]["path"]
        assert re.search(rf"^GET +{path} +anyone$", ROUTES, re.MULTILINE), path
    [port] = hub["ports"]
    assert hub["args"][hub["args"].index("--port") + 1] == str(port["containerPort"])
    assert "replicas" not in rendered("deployment.yaml", autoscaling={"enabled": True})["spec"]


def test_migrations_run_before_the_pods_and_only_they_know_the_owner() -> None:
    made = rendered("migrate.yaml")
    assert made["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    owner = "owner-database-url"
    assert owner in str(container(made)["env"])
    assert owner not in str(rendered("deployment.yaml"))
    assert "@" not in VALUES["databaseUrl"]


def test_the_chart_never_scales_past_what_postgresql_gives() -> None:
    assert (VALUES["autoscaling"]["maxReplicas"] + 1) * CONNECTIONS + 3 <= 100


def test_without_claims_nothing_is_mounted() -> None:
    made = rendered("deployment.yaml", headsClaim="")
    assert "MEGURI_HEADS" not in str(made)
    assert [one["name"] for one in made["spec"]["template"]["spec"]["volumes"]] == ["tmp"]


def test_the_collector_takes_what_hubs_send_and_gives_what_prometheus_fetches() -> None:
    endpoint = COMPOSE["services"]["hub-a"]["environment"][eyes.ENDPOINT]
    taken = COLLECTOR["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    assert endpoint.rsplit(":")[-1] == taken.rsplit(":")[-1]
    for pipeline in COLLECTOR["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= COLLECTOR[part].keys()
    assert VALUES["collector"].rsplit(":")[-1] == str(VALUES["network"]["collectorPort"])


def test_nginx_sends_again_only_what_bears_a_slip() -> None:
    [again] = re.findall(
        r"location ~ (\S+) \{\s+proxy_next_upstream error timeout non_idemp", NGINX
    )
    assert NGINX.count("non_idempotent;") == 1
    posts = re.findall(r"^POST +(\S+)", ROUTES, re.MULTILINE)
    sent_again = {one for one in posts if re.match(again, re.sub(r"\{\w+\}", "x", one))}
    contract = msgspec.json.decode((ROOT / "tests" / "golden" / "openapi.json").read_bytes())
    assert len(sent_again) == 8
    for path in sent_again:
        body = contract["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        name = body["schema"]["$ref"].rpartition("/")[2]
        assert "slip" in contract["components"]["schemas"][name]["required"], path
    for refusal in (Busy(), RateLimited()):
        assert f"return {refusal.status} '{refusal.body().decode()}'" in NGINX


def test_nginx_itself_reads_the_file(tmp_path: Path) -> None:
    command = [fronted.found(), "-t", "-c", str(fronted.written(tmp_path, 8000))]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def test_nginx_says_itself_what_the_hubs_believe_of_it() -> None:
    """A location with a header of its own would pass on what clients say in all the others."""
    server, http = NGINX.find("server {"), NGINX.find("http {")
    assert http < NGINX.find("proxy_set_header") < NGINX.rfind("proxy_set_header") < server
    assert "proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;" in NGINX
    assert HEADER == "x-ssl-client-cert"
    assert COMPOSE["services"]["hub-a"]["environment"]["MEGURI_CERTIFICATES_FROM"].endswith(":-}")
    assert VALUES["certificatesFrom"] == ""


def test_the_hubs_believe_their_own_proxy_for_an_address_and_nobody_else() -> None:
    """Otherwise all people share one address, or anybody says which is his (docs/people.md)."""
    given = COMPOSE["services"]["hub-a"]["environment"]["MEGURI_PROXIES"]
    network = given.removeprefix("${MEGURI_PROXIES:-").removesuffix("}")
    assert [{"subnet": network}] == COMPOSE["networks"]["default"]["ipam"]["config"]
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert not re.search(r"^\s*set_real_ip_from", NGINX, re.MULTILINE)
    told = {one["name"]: one.get("value") for one in
            container(rendered("deployment.yaml", proxies="10.1.2.0/28"))["env"]}  # fmt: skip
    assert told["MEGURI_PROXIES"] == "10.1.2.0/28"


def test_a_pod_may_reach_the_scanner_where_one_is_named() -> None:
    scanned = rendered("network.yaml", scan="clamd://clamd:3310")
    assert str(VALUES["network"]["scanPort"]) in str(scanned["spec"]["egress"])
    assert str(VALUES["network"]["scanPort"]) not in str(rendered("network.yaml")["spec"]["egress"])


async def test_a_hub_serves_with_a_url_that_names_no_user(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    host = database.rpartition("@")[2]
    poor = msgspec.structs.replace(settings, database_url=f"postgresql://{host}")
    (tmp_path / "clock").write_text(BEGIN.isoformat())
    async with mall_of(settings) as mall:
        await lay_out(mall)
        async with hubs(poor, tmp_path) as [hub]:
            mall.url = hub.url
            bakery, hanako = await mall.shop("bakery"), await mall.member()
            await bakery.sells(hanako, yen=1_100)
            assert await mall.points_of(hanako) == 10
