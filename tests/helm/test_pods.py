"""Every pod that the chart asks for: what it may do, how it leaves, and what it knows."""

from pathlib import Path

import pytest

from service.cli.running import DRAIN_S
from tests.cli.commands import here
from tests.helm.engine import VALUES, Manifest, containers, pods, rendered, values_named

pytestmark = pytest.mark.helm

every_set = pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
PAUSE_S = range(5, 11)
"""How long a pod waits before it is told to stop, so that nobody is sent to it any more."""


def long_lived(manifests: list[Manifest]) -> dict[str, Manifest]:
    return {name: pod for name, pod in pods(manifests).items() if "restartPolicy" not in pod}


@every_set
def test_every_pod_keeps_to_the_restricted_profile(values: Path) -> None:
    for pod in pods(rendered(values)).values():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert {kind for volume in pod.get("volumes", ()) for kind in volume} <= {
            "name", "emptyDir", "projected", "configMap", "secret",
        }  # fmt: skip
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }


@every_set
def test_no_pod_gets_names_or_keys_from_the_cluster(values: Path) -> None:
    for pod in pods(rendered(values)).values():
        assert pod["enableServiceLinks"] is False
        assert pod["automountServiceAccountToken"] is False


@every_set
def test_every_container_is_bounded_in_memory(values: Path) -> None:
    for pod in pods(rendered(values)).values():
        assert all({"requests", "limits"} <= each["resources"].keys() for each in containers(pod))


@every_set
def test_the_grace_covers_the_pause_and_the_drain(values: Path) -> None:
    for pod in long_lived(rendered(values)).values():
        pauses = [_pause_s(each) for each in containers(pod)]
        assert all(pause in PAUSE_S for pause in pauses)
        assert max(pauses) + DRAIN_S + 5 <= pod["terminationGracePeriodSeconds"] == 45


def test_the_proxy_leaves_before_what_is_behind_it() -> None:
    serve, proxy = pods(rendered(values_named("minimal")))["intouch-serve"]["containers"]
    assert (serve["name"], proxy["name"]) == ("serve", "proxy")
    assert _pause_s(proxy) < _pause_s(serve)


@pytest.mark.parametrize(
    ("process", "known"),
    [
        ("serve", {"DATABASE_URL", "SECRET", "SENDGRID_WEBHOOK_KEY", "OIDC_CLIENT_SECRET"}),
        ("consume", {"DATABASE_URL", "SECRET", "BROKER_URL"}),
        ("work", {"DATABASE_URL", "SECRET", "MAIL_URL", "SENDGRID_KEY", "BROKER_URL"}),
        ("migrate", {"DATABASE_URL", "SECRET", "BROKER_URL"}),
        ("rules", {"DATABASE_URL", "SECRET"}),
        ("keys", {"DATABASE_URL", "SECRET"}),
        ("tidy", {"DATABASE_URL", "SECRET"}),
    ],
)
def test_each_process_knows_the_secrets_that_it_needs_and_no_other(process: str, known: set[str]) -> None:
    pod = pods(rendered(values_named("everything")))[f"intouch-{process}"]
    named = {each["name"] for each in pod["containers"][0]["env"] if each["name"].endswith("_FILE")}
    assert named == {f"INTOUCH_{name}_FILE" for name in known}
    volume = next(each for each in pod["volumes"] if each["name"] == "secrets")
    assert len(volume["projected"]["sources"]) == len(known)


@every_set
def test_no_secret_is_made_or_told(values: Path) -> None:
    manifests = rendered(values)
    assert [each for each in manifests if each["kind"] == "Secret"] == []
    for pod in pods(manifests).values():
        assert all("valueFrom" not in each for one in containers(pod) for each in one.get("env", ()))


def test_an_autoscaler_is_not_argued_with() -> None:
    kinds = {
        each["metadata"]["name"]: each for each in rendered(values_named("everything")) if each["kind"] == "Deployment"
    }
    assert [name for name, each in kinds.items() if "replicas" in each["spec"]] == []


@every_set
def test_whatever_is_kept_up_is_spread_and_given_up_one_by_one(values: Path) -> None:
    manifests = rendered(values)
    for pod in long_lived(manifests).values():
        topologies = [each["topologyKey"] for each in pod["topologySpreadConstraints"]]
        assert topologies == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    budgets = [each["metadata"]["name"] for each in manifests if each["kind"] == "PodDisruptionBudget"]
    assert sorted(budgets) == ([] if values.stem == "rules-image" else sorted(long_lived(manifests)))


def test_the_store_is_made_before_the_rules_and_both_before_the_pods() -> None:
    jobs = {
        each["metadata"]["name"]: each["metadata"]["annotations"]
        for each in rendered(values_named("minimal"))
        if each["kind"] == "Job"
    }
    migrate, rules = jobs["intouch-migrate"], jobs["intouch-rules"]
    assert migrate["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert rules["helm.sh/hook"] == "pre-install,post-upgrade"
    assert int(migrate["helm.sh/hook-weight"]) < int(rules["helm.sh/hook-weight"])


def test_the_first_keys_are_made_known_before_anybody_asks_for_one(tmp_path: Path) -> None:
    """The Job's own words, run on a store with files where the Secrets would be, let those services publish."""
    manifests = rendered(values_named("everything"))
    job = next(each for each in manifests if each["kind"] == "Job" and each["metadata"]["name"] == "intouch-keys")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    pod = job["spec"]["template"]["spec"]
    volume = next(each for each in pod["volumes"] if each["name"] == "keys")
    for source in volume["projected"]["sources"]:
        for item in source["secret"]["items"]:
            (tmp_path / item["path"]).write_text(f"intouch_{item['path']:x<40}", "utf-8")
    (container,) = pod["containers"]
    words = [str(tmp_path) if each == "/run/secrets/keys" else each for each in container["args"]]
    environment = {"INTOUCH_DATA_DIR": str(tmp_path)}
    assert here("migrate", environment=environment).code == 0
    assert here(*words, environment=environment).code == 0
    listed = here("keys", "list", environment=environment).out
    assert "key matching: sources /matching; programs northfield, eastgate" in listed
    assert "key conversations: sources /conversations/*; programs *" in listed
    assert "by helm release" in listed


def test_tidying_can_be_left_to_others() -> None:
    own = [each["kind"] for each in rendered(values_named("everything")) if each["metadata"]["name"] == "intouch-tidy"]
    assert sorted(own) == ["CronJob", "NetworkPolicy"]
    without = rendered(values_named("everything"), "--set", "tidy.enabled=false")
    assert "intouch-tidy" not in {each["metadata"]["name"] for each in without}


def _pause_s(container: Manifest) -> int:
    command = container["lifecycle"]["preStop"]["exec"]["command"]
    return int(" ".join(command).split("sleep ")[1].split(";")[0])
