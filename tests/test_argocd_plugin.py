"""The Argo CD plugin: its generate command, run as the sidecar runs it, and the files that install it.

The sidecar runs the command of plugin.yaml in the Application's path, in a copy of the repository, with its own
environment and what Argo CD adds to that: ARGOCD_APP_…, KUBE_…, PARAM_…, and ARGOCD_ENV_… for what an Application sets
(cmpserver/plugin/plugin.go). Here it cannot write to the copy, has no home and no locale, and is user 999 if the tests
run as root.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import test_wheel
from go_tools import kustomize
from harness import BASE, Repo, Run, documents, model, tree

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "plugins" / "argocd"
USER = 999
TWO = {
    **BASE,
    "deployments/a/a.yaml": model("a", metadata={"namespace": "first"}, displayName="Äpfel ✓"),
    "deployments/b/b.yaml": model("b", metadata={"namespace": "second"}),
}


def loaded(name: str) -> Any:
    return yaml.safe_load((PLUGIN / name).read_text(encoding="utf-8"))


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A folder that any user may look into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _reachable(path: Path) -> bool:
    """Whether any user may run or enter what is there."""
    return all(each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents))


def _as_user() -> tuple[list[str], dict[str, Any]]:
    """How to run a program as user 999 of group 0: words before it, arguments of subprocess."""
    if os.getuid():
        return [], {}
    program = Path(sys.executable)
    if all(map(_reachable, (program, program.resolve(), ROOT / "compiler" / "servewright"))):
        return [], {"user": USER, "group": 0, "extra_groups": []}
    # Python or the clone lies in a folder of root's own. This lets the user read it, and write no more than before.
    capability = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", f"--reuid={USER}", "--regid=0", "--clear-groups", *capability], {}


def generate(root: Path, path: str = ".", parameters: Any = None, **variables: str) -> Run:
    """Run the plugin's generate command; the repository must be the same afterwards."""
    for each in (root, *root.rglob("*")):
        each.chmod(0o555 if each.is_dir() else 0o444)
    before = tree(root)
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "ARGOCD_APP_NAME": "models",
        "ARGOCD_APP_NAMESPACE": "default",
        "ARGOCD_APP_SOURCE_PATH": path,
        "KUBE_VERSION": "1.35",
        **({} if parameters is None else {"ARGOCD_APP_PARAMETERS": json.dumps(parameters)}),
        **variables,
    }
    command = loaded("plugin.yaml")["spec"]["generate"]
    prefix, user = _as_user()
    done = subprocess.run(
        [*prefix, *command["command"], *command.get("args", [])],
        cwd=root / path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=90,
        **user,
    )
    try:
        assert tree(root) == before
    finally:
        for each in (root, *root.rglob("*")):
            each.chmod(0o755 if each.is_dir() else 0o644)
    return Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def names(run: Run) -> set[tuple[str, str]]:
    """The services on stdout, by namespace and name."""
    assert run.code == 0, run.err
    return {
        (item["metadata"]["namespace"], item["metadata"]["name"])
        for item in documents(run.out)
        if item["kind"].endswith("InferenceService")
    }


def refused(run: Run, code: int) -> str:
    """What is said on stderr by a run that gives Argo CD nothing to sync."""
    assert (run.code, run.out) == (code, "")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", run.err)
    assert not any(line.startswith("::") for line in run.err.splitlines())
    return run.err


def parameter(*namespaces: str) -> list[Any]:
    return [{"name": "namespaces", "array": list(namespaces)}]


def test_it_prints_the_objects_that_render_writes_and_nothing_else(checkout: Path) -> None:
    shutil.copytree(ROOT / "examples", checkout / "examples")
    run = generate(checkout, "examples")
    rendered = [
        item
        for folder in ("connections", "runtimes", "deployments")
        for file in sorted((checkout / "examples" / "rendered").glob(f"*/{folder}/*.yaml"))
        if file.name != "kustomization.yaml"
        for item in documents(file.read_text(encoding="utf-8"))
    ]

    def key(item: Any) -> str:
        return json.dumps(item, sort_keys=True)

    assert run.code == 0, run.err
    assert sorted(documents(run.out), key=key) == sorted(rendered, key=key)


def test_the_path_of_the_application_selects(checkout: Path) -> None:
    Repo(checkout / "models", TWO)
    assert names(generate(checkout, "models")) == {("first", "a"), ("second", "b")}
    assert names(generate(checkout, "models/deployments")) == {("first", "a"), ("second", "b")}
    assert names(generate(checkout, "models/deployments/a")) == {("first", "a")}
    assert "holds no ModelDeployment" in refused(generate(checkout, "models/catalog"), 2)
    assert "there is no servewright.yaml" in refused(generate(checkout), 2)


def test_namespaces_select(checkout: Path) -> None:
    Repo(checkout, TWO)
    assert names(generate(checkout, parameters=parameter("first"))) == {("first", "a")}
    assert names(generate(checkout, parameters=parameter("first", "second"))) == {("first", "a"), ("second", "b")}
    assert names(generate(checkout, parameters=[])) == {("first", "a"), ("second", "b")}
    assert "`third`" in refused(generate(checkout, parameters=parameter("first", "third")), 2)
    assert "`second`" in refused(generate(checkout, "deployments/a", parameter("second")), 2)


def test_every_text_is_utf_8_without_a_locale(checkout: Path) -> None:
    Repo(checkout, TWO)
    assert "Äpfel ✓" in generate(checkout).out
    assert "Äpfel ✓" in generate(checkout, LC_ALL="C", PYTHONIOENCODING="ascii", HOME="/nonexistent").out


HOSTILE = (
    "$(touch /tmp/owned)",
    "`id`",
    "first;id",
    "first,second",
    "first\nsecond",
    "../..",
    "/etc",
    "--allow-deletions",
    "-C/",
    "",
    "\x1b[31mred",
    "\u202egpj",
    "::error::fake",
    "##[error]fake",
    "a" * 100_000,
)


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_parameter_is_refused(checkout: Path, value: str) -> None:
    Repo(checkout, TWO)
    said = refused(generate(checkout, parameters=parameter(value)), 2)
    assert "is not the name of a namespace" in said
    assert len(said) < 1000


@pytest.mark.parametrize(
    "parameters",
    [
        [{"name": "namespaces", "string": "first"}],
        [{"name": "namespaces", "array": []}],
        [{"name": "namespaces", "map": {"a": "first"}}],
        [{"name": "namespaces", "array": ["first"], "string": "second"}],
        [{"name": "namespaces", "array": [["first"]]}],
        [*parameter("first"), *parameter("second")],
        [{"name": "namespace", "array": ["first"]}],
        [{"name": "allow-deletions", "string": "true"}],
        [{"array": ["first"]}],
        ["first"],
        {"namespaces": ["first"]},
        {},
        5,
        "first",
    ],
    ids=str,
)
def test_parameters_that_are_not_understood_are_refused(checkout: Path, parameters: Any) -> None:
    # Passing over them would render more than was asked for.
    Repo(checkout, TWO)
    assert "array: [my-namespace]" in refused(generate(checkout, parameters=parameters), 2)


@pytest.mark.parametrize("text", ["[", "[" * 50_000, '[{"name": "namespaces", "array": ["first"]}] x', "\x01"])
def test_parameters_that_are_not_json_are_refused(checkout: Path, text: str) -> None:
    Repo(checkout, TWO)
    assert "is not JSON" in refused(generate(checkout, ARGOCD_APP_PARAMETERS=text), 2)


def test_what_an_application_sets_beside_the_parameter_changes_nothing(checkout: Path) -> None:
    Repo(checkout, TWO)
    plain = generate(checkout)
    hostile = {
        "ARGOCD_ENV_SERVEWRIGHT_FORMAT": "json",
        "ARGOCD_ENV_SERVEWRIGHT_DIRECTORY": "/etc",
        "ARGOCD_ENV_PATH": "/evil",
        "ARGOCD_ENV_PYTHONPATH": "/evil",
        "ARGOCD_ENV_X": "$(id)\n; rm -rf / #",
        "ARGOCD_APP_NAME": "`id`\n",
        "ARGOCD_APP_SOURCE_PATH": "../../..",
        "PARAM_NAMESPACES_0": "first",
        "PARAM_OUTPUT": "/tmp/x",
    }
    assert generate(checkout, **hostile) == plain
    assert plain.code == 0


@pytest.mark.parametrize("parameters", [None, parameter("first")])
def test_a_broken_spec_renders_nothing(checkout: Path, parameters: Any) -> None:
    # Also of another namespace: what cannot be read may belong to any, and what is missing would be pruned.
    Repo(checkout, {**TWO, "deployments/b/b.yaml": "kind: ModelDeployment\nspec: {{{\n"})
    said = refused(generate(checkout, parameters=parameters), 1)
    assert "deployments/b/b.yaml:2" in said
    broken = model("b", metadata={"namespace": "second"}, replicas="many")
    Repo(checkout, {**TWO, "deployments/b/b.yaml": broken})
    assert "replicas" in refused(generate(checkout, parameters=parameters), 1)


def test_nothing_to_render_is_never_a_success(checkout: Path) -> None:
    empty = {path: text for path, text in BASE.items() if not path.startswith("deployments/")}
    Repo(checkout, empty)
    assert "SW405" in refused(generate(checkout), 3)
    assert "SW405" in refused(generate(checkout, parameters=parameter("first")), 3)
    # A connection to a Secret that is there already becomes no object.
    only = BASE["deployments/connections.yaml"].split("---\n")[1].replace("namespace: demo", "namespace: first")
    Repo(checkout, {**TWO, "deployments/a/a.yaml": only})
    assert "SW405" in refused(generate(checkout, parameters=parameter("first")), 1)
    assert "SW405" in refused(generate(checkout, "deployments/a"), 1)


def test_a_secret_is_not_on_stderr(checkout: Path) -> None:
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    Repo(checkout, {**TWO, "deployments/a/a.yaml": model("a", env=[{"name": "KEY", "value": key}])})
    assert key not in refused(generate(checkout), 1)


# The files that install it


def test_the_plugin_runs_the_program_without_a_shell() -> None:
    plugin = loaded("plugin.yaml")
    assert (plugin["apiVersion"], plugin["kind"]) == ("argoproj.io/v1alpha1", "ConfigManagementPlugin")
    spec = plugin["spec"]
    assert set(spec) == {"discover", "generate", "parameters", "preserveFileMode", "provideGitCreds"}
    assert spec["generate"] == {"command": ["servewright", "argocd-plugin"]}
    assert list(ROOT.glob(f"examples/{spec['discover']['fileName']}"))
    assert spec["provideGitCreds"] is False


def _instructions() -> list[list[str]]:
    text = re.sub(r"\\\n", " ", (PLUGIN / "Containerfile").read_text(encoding="utf-8"))
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_is_built_from_what_is_there() -> None:
    copied = [words[1:-1] for words in _instructions() if words[0] == "COPY" and not words[1].startswith("--")]
    sources = {name for names in copied for name in names}
    assert all((ROOT / name).exists() for name in sources)
    # What test_wheel.py builds the wheel from.
    assert sources - {"plugins/argocd/plugin.yaml"} == set(test_wheel.SOURCES)


def test_the_image_runs_as_anybody() -> None:
    last = {words[0]: words[1:] for words in _instructions()}
    assert last["USER"] == [str(USER)]
    assert json.loads(" ".join(last["ENTRYPOINT"])) == ["/var/run/argocd/argocd-cmp-server"]
    assert any("chgrp" in words and "0" in words for words in _instructions())


def _sidecar(containers: list[Any]) -> Mapping[str, Any]:
    (found,) = (item for item in containers if item["name"] == "servewright")
    return found  # type: ignore[no-any-return]


def _check(sidecar: Mapping[str, Any], volumes: list[Any]) -> None:
    context = sidecar["securityContext"]
    assert (context["runAsNonRoot"], context["readOnlyRootFilesystem"]) == (True, True)
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    mounts = {item["mountPath"]: item["name"] for item in sidecar["volumeMounts"]}
    assert mounts["/var/run/argocd"] == "var-files"
    assert mounts["/home/argocd/cmp-server/plugins"] == "plugins"
    assert {"name": mounts["/tmp"], "emptyDir": {}} in volumes


def test_the_patch_adds_a_confined_sidecar(tmp_path: Path) -> None:
    volumes = [{"name": name, "emptyDir": {}} for name in ("var-files", "plugins", "tmp")]
    server = {"name": "argocd-repo-server", "image": "quay.io/argoproj/argocd:v3.2.11"}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "argocd-repo-server"},
        "spec": {"template": {"spec": {"containers": [server], "volumes": volumes}}},
    }
    (tmp_path / "deployment.yaml").write_text(yaml.safe_dump(deployment))
    shutil.copy(PLUGIN / "repo-server-patch.yaml", tmp_path)
    kustomization = {"resources": ["deployment.yaml"], "patches": [{"path": "repo-server-patch.yaml"}]}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    built = subprocess.run([kustomize(), "build", tmp_path], capture_output=True, text=True, check=True, timeout=60)
    pod = yaml.safe_load(built.stdout)["spec"]["template"]["spec"]
    assert [item["name"] for item in pod["containers"]] == ["servewright", "argocd-repo-server"]
    sidecar = _sidecar(pod["containers"])
    assert sidecar["securityContext"]["runAsUser"] == USER
    assert {item["name"] for item in sidecar["volumeMounts"]} <= {item["name"] for item in pod["volumes"]}
    _check(sidecar, pod["volumes"])


def test_openshift_gitops_gets_the_same_sidecar_without_a_user() -> None:
    repo = loaded("argocd-patch.yaml")["spec"]["repo"]
    sidecar = _sidecar(repo["sidecarContainers"])
    _check(sidecar, repo["volumes"])
    other = _sidecar(loaded("repo-server-patch.yaml")["spec"]["template"]["spec"]["containers"])
    context = {key: value for key, value in other["securityContext"].items() if key != "runAsUser"}
    assert sidecar == {**other, "securityContext": context}
