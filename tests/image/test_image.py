"""The Dockerfile and what goes into the image. It is built for real where somebody has a builder: docs/deploying.md."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from service.settings import read_settings, refuse_open_door
from tests import programs
from tests.cli.commands import here
from tests.structure.tree import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


@pytest.mark.helm
def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([programs.HADOLINT, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_all_that_is_installed_is_locked() -> None:
    commands = re.sub(r"\\\n", " ", DOCKERFILE)
    installs = re.findall(r"pip (?:--python \S+ )?install ([^&\n]*)", commands)
    assert len(installs) == 3
    assert all("--require-hashes" in each or "--no-index" in each for each in installs)


def test_whatever_the_dockerfile_copies_is_let_in_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        name for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE) for name in line.split()[:-1]
    }
    assert "*" in lines
    assert let_in == copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_who_runs_it_is_nobody_special() -> None:
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.*)$", final, re.MULTILINE) == ["10001:10001"]


def test_the_settings_of_image_and_compose_are_intouchs(tmp_path: Path) -> None:
    set_in_image = re.findall(r"^\s*(?:ENV )?(INTOUCH_[A-Z_]+)=(\S+)", DOCKERFILE, re.MULTILINE)
    assert read_settings(dict(set_in_image)).data_dir == Path("/var/lib/intouch")
    ours = {name: each for name, each in COMPOSE["services"].items() if each.get("image") == "intouch"}
    assert set(ours) == {"migrate", "keys", "serve", "consume", "work"}
    for each in ours.values():
        read_settings({**each["environment"], "INTOUCH_DATA_DIR": str(tmp_path)})


def test_compose_lets_somebody_in_before_the_door_opens(tmp_path: Path) -> None:
    """The words of `keys`, run with the key of the file: it opens the door, and `serve` waits for it."""
    services = COMPOSE["services"]
    (given,) = services["keys"]["configs"]
    (tmp_path / Path(given["target"]).name).write_text(COMPOSE["configs"][given["source"]]["content"], "utf-8")
    words = [str(tmp_path) if each == "/run/keys" else each for each in services["keys"]["command"]]
    environment = {"INTOUCH_DATA_DIR": str(tmp_path)}
    assert here("migrate", environment=environment).code == 0
    assert here(*words, environment=environment).code == 0
    assert services["serve"]["depends_on"]["keys"] == {"condition": "service_completed_successfully"}
    given_to_serve = services["serve"]["environment"]
    wanted = ("INTOUCH_HTTP", "INTOUCH_CONSOLE_HTTP", "INTOUCH_PUBLIC_URL")
    serving = read_settings({**environment, **{name: given_to_serve[name] for name in wanted}})
    refuse_open_door(serving, has_publishers="key trying" in here("keys", "list", environment=environment).out)


def test_compose_publishes_to_this_machine_only() -> None:
    ports = [port for each in COMPOSE["services"].values() for port in each.get("ports", ())]
    assert len(ports) == 4
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_compose_waits_only_for_what_is_there() -> None:
    services = COMPOSE["services"]
    awaited = {name for each in services.values() for name in each.get("depends_on", ())}
    assert awaited <= services.keys()
    mounted = {volume.partition(":")[0] for each in services.values() for volume in each.get("volumes", ())}
    named = {name for name in mounted if not name.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    assert all((ROOT / name).is_dir() for name in mounted - named)
