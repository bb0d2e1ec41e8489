"""The shell scripts inside the built-in runtimes do what the shipped ones do: run here, with stand-ins for programs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from servewright.catalog.builtin import load_builtin

VERSIONS = ("3.3", "3.4", "3.5", "3.6")
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


class Script(NamedTuple):
    """``place`` is version/template/container, for a probe's script followed by /probe."""

    place: str
    shell: str
    text: str


def scripts() -> Iterator[Script]:
    for version in VERSIONS:
        for template in load_builtin(version, {}, "apps"):
            spec = template["objects"][0]["spec"]
            for container in [*spec["containers"], *spec.get("workerSpec", {}).get("containers", [])]:
                place = f"{version}/{template['metadata']['name']}/{container['name']}"
                runs = {place: container} | {
                    f"{place}/{probe}": container.get(probe, {}).get("exec", {}) for probe in PROBES
                }
                for name, run in runs.items():
                    shell, flag, text = (*run.get("command", ()), "", "", "")[:3]
                    if flag == "-c":
                        yield Script(name, shell.rpartition("/")[2], text)


ALL = {script.place: script for script in scripts()}


def multinode(version: str, place: str) -> Script:
    return ALL[f"{version}/vllm-multinode-runtime-template/{place}"]


class Run(NamedTuple):
    code: int
    output: str
    calls: list[list[str]]


Shell = Callable[..., Run]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs a script with stand-ins, name to sh code, as its programs; their calls are recorded in order."""

    def run(script: Script, programs: dict[str, str], *arguments: str, **env: str) -> Run:
        folder = tmp_path / "bin"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        log = tmp_path / "calls"
        log.write_bytes(b"")
        for name, body in {"sleep": "", **programs}.items():
            record = f'printf \'%s\\0\' "{name}" "$@" >> "{log}"; printf \'\\n\' >> "{log}"'
            (folder / name).write_text(f"#!/bin/sh\n{record}\n{body}\n", encoding="utf-8")
            (folder / name).chmod(0o755)
        done = subprocess.run(
            [f"/bin/{script.shell}", "-c", script.text, *arguments],
            env={"PATH": f"{folder}:/usr/bin:/bin", "LANG": "C", **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        lines = log.read_text(encoding="utf-8").splitlines()
        return Run(done.returncode, done.stdout, [line.split("\0")[:-1] for line in lines])

    return run


def called(run: Run, name: str) -> list[list[str]]:
    return [call[1:] for call in run.calls if call[0] == name]


def test_every_release_has_its_scripts() -> None:
    found = [sum(place.startswith(version) for place in ALL) for version in VERSIONS]
    assert found == [1 + 7, 1 + 5, 2 + 5, 3 + 5], list(ALL)


@pytest.mark.parametrize("script", ALL.values(), ids=ALL)
def test_a_script_is_valid_in_its_shell(script: Script) -> None:
    checked = subprocess.run([f"/bin/{script.shell}", "-n", "-c", script.text], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("script", ALL.values(), ids=ALL)
def test_nobody_on_the_way_to_the_pod_expands_anything_in_a_script(script: Script) -> None:
    assert "{{" not in script.text  # KServe
    assert "${" not in script.text  # Flux; OpenShift
    assert "$$" not in script.text  # Kubernetes' escape
    assert not re.search(r"\$\([A-Za-z_.-][A-Za-z0-9_.-]*\)", script.text)  # Kubernetes


@pytest.mark.parametrize("version", ["3.4", "3.5", "3.6"])
def test_mlserver_starts_when_the_model_folder_has_something(version: str, shell: Shell, tmp_path: Path) -> None:
    original = ALL[f"{version}/mlserver-runtime-template/kserve-container/startupProbe"]

    def probe(folder: Path) -> Run:
        return shell(original._replace(text=original.text.replace("/mnt/models", str(folder))), {})

    empty, hidden, linked, nowhere = (tmp_path / name for name in ("empty", "hidden", "linked", "nowhere"))
    empty.mkdir()
    hidden.mkdir()
    (hidden / ".model").write_text("x", encoding="utf-8")
    linked.symlink_to(hidden)
    nowhere.symlink_to(tmp_path / "gone")
    assert [probe(folder).code for folder in (hidden, linked)] == [0, 0]
    assert [probe(folder) for folder in (empty, tmp_path / "gone", nowhere)] == [(1, "", [])] * 3


@pytest.mark.parametrize("version", ["3.3", "3.6"])
def test_spyre_on_s390x_serves_only_with_the_card_s_environment(version: str, shell: Shell, tmp_path: Path) -> None:
    original = ALL[f"{version}/vllm-spyre-s390x-runtime-template/kserve-container"]
    setup = tmp_path / "setup.sh"
    script = original._replace(text=original.text.replace("/etc/profile.d/ibm-aiu-setup.sh", str(setup)))
    assert script != original
    setup.write_text("export CARD=1\n", encoding="utf-8")
    run = shell(script, {"python3": "echo card $CARD"}, "--", "--port=8000", "two words")
    assert (run.code, run.output) == (0, "card 1\n")
    assert run.calls == [["python3", "-m", "vllm.entrypoints.openai.api_server", "--port=8000", "two words"]]
    setup.write_text("return 3\n", encoding="utf-8")
    run = shell(script, {"python3": ""}, "--", "--port=8000")
    assert run.code != 0 and run.calls == []


@pytest.mark.parametrize(
    ("container", "url"),
    [
        ("kserve-container", "http://localhost:8080/v1/completions"),
        ("worker-container", "http://head.demo.svc.cluster.local:8080/v1/completions"),
    ],
)
def test_liveness_is_one_token_within_five_seconds(container: str, url: str, shell: Shell) -> None:
    script = multinode("3.4", f"{container}/livenessProbe")
    env = {"MODEL_NAME": "granite", "ISVC_NAME": "granite", "HEAD_SVC": "head", "POD_NAMESPACE": "demo"}
    run = shell(script, {"curl": "printf 200"}, **env)
    assert (run.code, run.output) == (0, "")
    (arguments,) = called(run, "curl")
    assert arguments[-1] == url
    assert arguments[arguments.index("--header") + 1] == "Content-Type: application/json"
    assert arguments[arguments.index("--max-time") + 1] == "5"
    body = json.loads(arguments[arguments.index("--data") + 1])
    assert body == {"model": "granite", "prompt": "healthcheck", "max_tokens": 1}
    for answer, code in (("printf 503", "503"), ("printf 000; exit 7", "000")):
        run = shell(script, {"curl": answer}, **env)
        assert run.code == 1 and code in run.output


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe"])
def test_a_worker_is_ready_when_the_head_lists_the_model(probe: str, shell: Shell) -> None:
    script = multinode("3.6", f"worker-container/{probe}")
    env = {"ISVC_NAME": "granite", "HEAD_SVC": "head", "POD_NAMESPACE": "demo"}

    def answering(answer: str) -> Run:
        return shell(script, {"curl": f"printf '%s' '{answer}'"}, **env)

    run = answering('{"data":[{"id":"granite","object":"model"}]}')
    assert (run.code, run.output) == (0, "")
    assert called(run, "curl")[0][-1] == "head.demo.svc.cluster.local:8080/v1/models"
    for answer in ("", '{"data":[{"id":"granite-2"}]}', '{"data":[{"id": "granite"}]}'):
        run = answering(answer)
        assert run.code == 1 and "granite" in run.output


ADDRESSES = "10.0.0.9 STREAM workers\n10.0.0.9 DGRAM\n10.0.0.10 STREAM\n10.0.0.10 DGRAM\n"


def rank(shell: Shell, getent: str, own: str, nodes: int = 3) -> Run:
    script = multinode("3.4", "worker-container")
    env = {"WORKER_SVC": "workers", "POD_IP": own, "PIPELINE_PARALLEL_SIZE": str(nodes)}
    return shell(script, {"getent": getent, "vllm": ""}, "--", "/mnt/models", "--headless", **env)


def test_each_worker_finds_its_own_rank(shell: Shell) -> None:
    for own, number in (("10.0.0.10", 1), ("10.0.0.9", 2)):
        run = rank(shell, f"printf '{ADDRESSES}'", own)
        assert run.code == 0 and str(number) in run.output
        assert called(run, "getent") == [["ahosts", "workers"]]
        assert called(run, "vllm") == [["serve", "/mnt/models", "--headless", f"--node-rank={number}"]]


def test_a_worker_waits_for_the_others_but_not_for_ever(shell: Shell) -> None:
    run = rank(shell, f"printf '{ADDRESSES}'", "10.0.0.9", nodes=4)
    assert run.code == 0
    assert len(called(run, "getent")) == 15
    assert called(run, "sleep") == [["2"]] * 14
    assert called(run, "vllm")[0][-1] == "--node-rank=2"


def test_a_worker_takes_the_rank_of_the_complete_list(shell: Shell, tmp_path: Path) -> None:
    mark = tmp_path / "asked"
    getent = f"if [ -e '{mark}' ]; then printf '{ADDRESSES}'; else printf '10.0.0.9 STREAM\\n'; : > '{mark}'; fi"
    run = rank(shell, getent, "10.0.0.9")
    assert called(run, "vllm")[0][-1] == "--node-rank=2"
    assert len(called(run, "sleep")) == 1


def test_a_worker_without_an_address_gives_up(shell: Shell) -> None:
    for getent in (f"printf '{ADDRESSES}'", "exit 2"):
        run = rank(shell, getent, "10.0.0.1")
        assert run.code == 1 and "10.0.0.1" in run.output
        assert called(run, "vllm") == [] and len(called(run, "getent")) == 15


def test_a_ray_head_serves_when_all_nodes_have_joined(shell: Shell, tmp_path: Path) -> None:
    looks = tmp_path / "looks"
    # One node too few at the first look, one too many at the second, which is as little what the head waits for.
    nodes = f"echo >> '{looks}'; case $(wc -l < '{looks}') in 1) seq 2;; 2) seq 4;; *) seq 3;; esac"
    ray = f'if [ "$1" = status ]; then {{ {nodes}; }} | while read -r node; do echo "1 node_$node"; done; fi'
    env = {
        "MODEL_DIR": "/mnt/models", "MODEL_NAME": "granite", "RAY_ADDRESS": "127.0.0.1:6379",
        "TENSOR_PARALLEL_SIZE": "4", "PIPELINE_PARALLEL_SIZE": "3",
    }  # fmt: skip
    programs = {"ray": ray, "python3": 'echo "model name $MODEL_NAME"'}
    run = shell(multinode("3.3", "kserve-container"), programs, "--served-model-name=granite", "--port=8080", **env)
    assert run.code == 0
    status = ["ray", "status", "--address=127.0.0.1:6379"]
    server = [
        "python3", "-m", "vllm.entrypoints.openai.api_server", "--distributed-executor-backend", "ray",
        "--model=/mnt/models", "--tensor-parallel-size=4", "--pipeline-parallel-size=3",
        "--served-model-name=granite", "--port=8080",
    ]  # fmt: skip
    start, *rest = run.calls
    assert start[:3] == ["ray", "start", "--head"] and "--disable-usage-stats" in start
    assert rest == [status, ["sleep", "1"], status, ["sleep", "1"], status, status, server]
    first, *_, last = run.output.splitlines()
    assert first.endswith(" ".join(server)) and last == "model name /mnt/models"


def test_a_ray_worker_waits_for_the_head_and_joins(shell: Shell, tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    health = f"echo x >> '{tries}'; echo refused >&2; [ $(wc -l < '{tries}') -ge 3 ]"
    ray = f'if [ "$1" = health-check ]; then {health}; fi'
    env = {"HEAD_SVC": "head", "POD_NAMESPACE": "demo"}
    address = "--address=head.demo.svc.cluster.local:6379"
    for seconds, told in (("0", False), ("240", True)):
        tries.unlink(missing_ok=True)
        run = shell(multinode("3.3", "worker-container"), {"ray": ray}, SECONDS=seconds, **env)
        check, pause = ["ray", "health-check", address], ["sleep", "5"]
        assert run.calls == [check, pause, check, pause, check, ["ray", "start", address, "--block"]]
        assert ("refused" in run.output, "https://docs.ray.io/" in run.output) == (told, told)


@pytest.mark.parametrize(
    ("place", "address", "checks"),
    [
        ("kserve-container/startupProbe", "127.0.0.1:6379", 2),
        ("kserve-container/livenessProbe", "127.0.0.1:6379", 1),
        ("worker-container/startupProbe", "head.demo.svc.cluster.local:6379", 2),
        ("worker-container/livenessProbe", "head.demo.svc.cluster.local:6379", 0),
    ],
)
def test_ray_probes_want_every_node(place: str, address: str, checks: int, shell: Shell) -> None:
    env = {"RAY_ADDRESS": "127.0.0.1:6379", "HEAD_SVC": "head", "POD_NAMESPACE": "demo", "PIPELINE_PARALLEL_SIZE": "2"}
    curl = 'case "$*" in *health*) printf 200;; *) printf \'%s\' \'{"object":"model"}\';; esac'
    for nodes, code in ((1, 1), (2, 0), (3, 0)):
        run = shell(
            multinode("3.3", place), {"ray": "printf '1 node_x\\n%.0s' $(seq " + str(nodes) + ")", "curl": curl}, **env
        )
        assert run.code == code
        assert bool(run.output) == bool(code)
        assert called(run, "ray") == [["status", f"--address={address}"]]
        assert len(called(run, "curl")) == (0 if code else checks)
    unset = {key: value for key, value in env.items() if key != "PIPELINE_PARALLEL_SIZE"}
    assert shell(multinode("3.3", place), {"ray": "echo node_x", "curl": curl}, **unset).code == 1


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_a_ray_head_must_be_healthy(probe: str, shell: Shell) -> None:
    env = {"RAY_ADDRESS": "127.0.0.1:6379", "PIPELINE_PARALLEL_SIZE": "1"}
    script = multinode("3.3", f"kserve-container/{probe}")
    run = shell(script, {"ray": "echo node_x", "curl": "printf 200"}, **env)
    assert (run.code, run.output) == (0, "")
    assert {call[-1] for call in called(run, "curl")} == {"http://localhost:8080/health"}
    run = shell(script, {"ray": "echo node_x", "curl": "printf 503"}, **env)
    assert run.code == 1 and "503" in run.output


def test_a_ray_worker_has_started_when_the_head_lists_a_model_twice(shell: Shell) -> None:
    env = {"HEAD_SVC": "head", "POD_NAMESPACE": "demo", "PIPELINE_PARALLEL_SIZE": "1"}
    script = multinode("3.3", "worker-container/startupProbe")
    run = shell(script, {"ray": "echo node_x", "curl": "printf '%s' '{\"object\":\"model\"}'"}, **env)
    url, pause = "head.demo.svc.cluster.local:8080/v1/models", ["sleep", "10"]
    assert (run.code, run.output) == (0, "")
    assert [call if call[0] == "sleep" else call[-1] for call in run.calls[1:]] == [url, pause, url, pause]
    run = shell(script, {"ray": "echo node_x", "curl": "printf '%s' '{\"object\":\"list\"}'"}, **env)
    assert run.code == 1 and run.output
