"""What ``servewright gitops`` prints: for each option what is expected as a whole, and all of it as its CRD wants it."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crd_schemas import SCHEMAS, release_of
from gitops.inputs import EXTERNAL, URL
from go_tools import kubeconform
from go_yaml import go_read
from harness import Json, Repo, Run, documents, model, project, refreshing
from servewright.check.cluster.checker import check_object
from servewright.check.kubeconform.question import OBJECTS, arguments
from servewright.check.schemas import load

EXPECTED = Path(__file__).with_name("expected")
SETS = release_of("openshift-ai-3.4").schemas

# What is written in spec.gitops, beside the repository's address.
CASES: dict[str, Json] = {
    "argocd-defaults": {},
    "argocd-applications": {"argocd": {"applicationSet": False}},
    "argocd-every-option": {
        "repository": {"url": "ssh://git@git.example.com/acme/platform.git", "revision": "refs/tags/v3", "path": "ai/models"},
        "createNamespaces": False,
        "argocd": {
            "namespace": "argo",
            "project": "models",
            "destination": {"name": "gpu-cluster"},
            "prune": "confirm",
        },
    },
    "argocd-manual": {
        "argocd": {
            "applicationSet": False,
            "automated": False,
            "prune": "manual",
            "destination": {"server": "https://api.gpu.example.com:6443"},
        }
    },
    "argocd-manual-prune": {"argocd": {"prune": "manual"}},
    "flux-defaults": {"engine": "flux"},
    "flux-every-option": {
        "engine": "flux",
        "repository": {"url": URL, "revision": "0123456789abcdef0123456789abcdef01234567", "path": "ai/models"},
        "createNamespaces": False,
        "flux": {
            "namespace": "gitops",
            "secretName": "git-credentials",
            "serviceAccountName": "models",
            "interval": "1h",
            "waitForModels": True,
            "timeout": "45m",
        },
    },
    "flux-oci": {"engine": "flux", "repository": {"url": "oci://registry.example.com/acme/models"}},
}  # fmt: skip


def repository(repo: Repo, gitops: Json) -> str:
    """Three namespaces: with everything, with a connection and a model, with a model alone; and the engine's command."""
    repo.write("servewright.yaml", project(gitops={"repository": {"url": URL}, **gitops}))
    repo.write("deployments/connections.yaml", EXTERNAL + "---\n" + EXTERNAL.replace("demo", "vision"))
    shared = {"template": "vllm-cuda-runtime-template", "name": "vllm"}
    repo.deploy(name="one", runtime=shared)
    repo.deploy(name="two", runtime=shared)
    repo.write("deployments/vision.yaml", model("defects", metadata={"namespace": "vision"}))
    repo.write("deployments/web.yaml", model("search", metadata={"namespace": "web"}))
    return str(gitops.get("engine", "argocd"))


def printed(repo: Repo, gitops: Json, *options: str) -> Run:
    """What the command of the engine prints for :func:`repository`."""
    run = repo.run("gitops", repository(repo, gitops), *options)
    assert run.code == 0, run.err
    assert run.err == ""
    return run


def everything(repo: Repo) -> Iterator[tuple[str, str]]:
    """Each case's name and what is printed for it; the health checks too."""
    for name, gitops in CASES.items():
        yield name, printed(repo, gitops).out
    for form in ("configmap", "operator"):
        yield f"argocd-health-{form}", printed(repo, {}, "--health", form).out


def test_what_is_printed(repo: Repo) -> None:
    actual = dict(everything(repo))
    if refreshing():
        for file in EXPECTED.glob("*.yaml"):
            file.unlink()
        for name, text in actual.items():
            (EXPECTED / f"{name}.yaml").write_bytes(text.encode())
    assert actual == {file.stem: file.read_bytes().decode() for file in EXPECTED.glob("*.yaml")}


def test_the_api_server_would_accept_it(repo: Repo) -> None:
    release = release_of("openshift-ai-3.4")
    for name, body in objects(repo):
        assert check_object(body, lambda api_version, kind: load(release, api_version, kind)) == [], name


def test_kubeconform_accepts_it(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "schemas").symlink_to(SCHEMAS)
    (tmp_path / OBJECTS).mkdir()
    count = 0
    for count, (_, body) in enumerate(objects(repo), 1):
        (tmp_path / OBJECTS / f"{count}.json").write_text(json.dumps(body), encoding="utf-8")
    run = subprocess.run([kubeconform(), *arguments(SETS)], cwd=tmp_path, capture_output=True, timeout=60, text=True)
    assert json.loads(run.stdout)["summary"] == {"valid": count, "invalid": 0, "errors": 0, "skipped": 0}


def objects(repo: Repo) -> Iterator[tuple[str, Json]]:
    """Every object that is printed, with the case that it is from. The operator's own kind has no schema here."""
    for name, text in everything(repo):
        for body in documents(text):
            if body["kind"] != "ArgoCD":
                yield name, body


def test_the_text_is_sound_whatever_reads_it(repo: Repo) -> None:
    for name, text in everything(repo):
        assert go_read(text.split("\n---\n")) == documents(text), name
        assert all(line.isprintable() and line == line.rstrip() for line in text.splitlines()), name
        assert max(map(len, re.findall("^ *#.*", text, re.MULTILINE))) <= 120, name
        assert "${" not in text, name  # where these objects are synced by Flux, it may substitute


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("argocd")])
def test_argo_cd_never_replaces_or_forces(name: str, repo: Repo) -> None:
    for policy in policies(documents(printed(repo, CASES[name]).out)):
        assert "ServerSideApply=true" in policy["syncOptions"]
        assert not [option for option in policy["syncOptions"] if option.startswith(("Replace", "Force", "PruneLast"))]


def policies(printed: list[Json]) -> list[Json]:
    """The sync policy of each Application, or of those to be made."""
    return [item["spec"].get("template", item)["spec"]["syncPolicy"] for item in printed]


def test_applications_and_the_application_set_make_the_same(repo: Repo) -> None:
    """Argo CD writes the Application's name on each object, and on a model that is a restart."""
    (template,) = [item["spec"]["template"] for item in documents(printed(repo, CASES["argocd-defaults"]).out)]
    for application in documents(printed(repo, CASES["argocd-applications"]).out):
        namespace = application["spec"]["destination"]["namespace"]
        path = application["spec"]["source"]["path"]
        made = json.loads(json.dumps(template).replace("{{.path.basename}}", namespace).replace("{{.path.path}}", path))
        assert {"name": application["metadata"]["name"], "annotations": application["metadata"]["annotations"]} == made[
            "metadata"
        ]
        assert application["spec"] == made["spec"]


def test_a_kustomization_of_flux_needs_those_of_its_namespace_that_there_are(repo: Repo) -> None:
    needs = dict(dependencies(documents(printed(repo, CASES["flux-defaults"]).out)))
    assert needs == {
        "test-demo-connections": [],
        "test-demo-runtimes": [],
        "test-demo-deployments": ["test-demo-connections", "test-demo-runtimes"],
        "test-vision-connections": [],
        "test-vision-deployments": ["test-vision-connections"],
        "test-web-deployments": [],
    }


def dependencies(printed: list[Json]) -> Iterator[tuple[str, list[str]]]:
    for item in printed:
        if item["kind"] == "Kustomization":
            yield item["metadata"]["name"], [other["name"] for other in item["spec"].get("dependsOn", ())]


def test_each_kustomization_of_flux_is_a_folder_that_is_rendered(repo: Repo) -> None:
    text = printed(repo, CASES["flux-defaults"]).out
    repo.render()
    paths = [item["spec"]["path"] for item in documents(text) if item["kind"] == "Kustomization"]
    folders = {f"./{file.parent.relative_to(repo.root)}" for file in repo.root.glob("rendered/*/*/kustomization.yaml")}
    assert sorted(paths) == sorted(folders)


@pytest.mark.parametrize("engine", ["argocd", "flux"])
def test_what_was_emptied_is_synced_until_it_is_gone(engine: str, repo: Repo) -> None:
    """An engine prunes nothing of what nobody tells it to look at any more."""
    gitops = {"engine": engine, "argocd": {"applicationSet": False}}
    before = printed(repo, gitops).out
    repo.render()
    (repo.root / "deployments/web.yaml").unlink()
    for _ in range(2):
        assert repo.run("gitops", engine).out == before
        assert repo.run("render").code == 0
    assert repo.run("render", "--allow-deletions").code == 0
    after = documents(repo.run("gitops", engine).out)
    gone = [item for item in documents(before) if item not in after]
    assert gone
    assert all("web" in item["metadata"]["name"] for item in gone)


def test_names_fit_the_label_that_flux_writes(repo: Repo) -> None:
    long = "n" * 50
    repo.write("servewright.yaml", project(gitops={"engine": "flux", "repository": {"url": URL}}))
    repo.write("deployments/long.yaml", model("m", metadata={"namespace": long}))
    repo.write("deployments/longer.yaml", model("m", metadata={"namespace": long[:-1] + "m"}))
    names = [item["metadata"]["name"] for item in documents(repo.run("gitops", "flux").out) if "spec" in item]
    assert max(map(len, names)) == 63
    assert len(set(names)) == len(names)


def test_the_same_is_printed_wherever_the_repository_lies(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "elsewhere" / "deep")
    for one, another in itertools.pairwise([everything(repo), everything(other)]):
        assert list(one) == list(another)


WRONG: dict[str, tuple[str, Any, str, str]] = {
    "no repository": ("argocd", {}, "SW102", "add `repository: {url: https://git.example.com/acme/models.git}` below `gitops:`"),
    "another engine": ("flux", {"repository": {"url": URL}}, "SW104", "write `gitops: {engine: flux}` and run `servewright render`"),
    "no engine": ("argocd", {"engine": "none", "repository": {"url": URL}}, "SW104", "write `gitops: {engine: argocd}` and run"),
    "oci for Argo CD": ("argocd", {"repository": {"url": "oci://r.example.com/a/b"}}, "SW104", "give the address of the Git repository"),
    "scp for Flux": ("flux", {"engine": "flux", "repository": {"url": "git@git.example.com:a/b.git"}}, "SW104", "put `ssh://` before it and `/` in the place of `:`"),
    "a misspelt field": ("argocd", {"repository": {"url": URL, "branch": "main"}}, "SW101", "the fields here are `url`, `revision`, `path`"),
    "a password": ("argocd", {"repository": {"url": "https://me:secret12@git.example.com/a/b"}}, "SW104", "credentials belong to the engine"),
    "no address": ("argocd", {"repository": {"url": "acme/models"}}, "SW104", "write it like `https://git.example.com/acme/models.git`"),
    "two clusters": ("argocd", {"repository": {"url": URL}, "argocd": {"destination": {"server": "https://a", "name": "b"}}}, "SW105", "keep one of them"),
    "a path for a pattern": ("argocd", {"repository": {"url": URL, "path": "a*"}}, "SW104", "use letters, digits, `-`, `_`, `.` and blanks in folders' names"),
    "no duration": ("flux", {"engine": "flux", "repository": {"url": URL}, "flux": {"interval": "10"}}, "SW104", "write it like `10m`"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_the_line_to_write(name: str, repo: Repo) -> None:
    engine, gitops, code, help_text = WRONG[name]
    repo.write("servewright.yaml", project(gitops=gitops))
    repo.deploy()
    run = repo.run("gitops", engine)
    assert (run.code, run.out) == (2, "")
    assert f"error[{code}]" in run.err
    assert "--> servewright.yaml:" in run.err
    assert help_text in run.err
    assert "secret12" not in run.err


@pytest.mark.parametrize("gitops", [{}, {"engine": "flux"}])
def test_health_checks_are_for_argo_cd_itself_and_need_no_repository(gitops: Json, repo: Repo) -> None:
    repo.write("servewright.yaml", project(gitops=gitops))
    run = repo.run("gitops", "argocd", "--health", "configmap")
    assert (run.code, run.err) == (0, "")
    assert run.out == (EXPECTED / "argocd-health-configmap.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["{{.path.path}}", "a\nb", "x'y", "$" + "{x}"])
@pytest.mark.parametrize(
    "where",
    [
        ("repository", "url", "https://git.example.com/"),
        ("repository", "revision", "r"),
        ("repository", "path", "p"),
        ("argocd", "namespace", "n"),
        ("argocd", "project", "n"),
    ],
    ids=lambda where: where[1],
)
def test_nothing_that_an_engine_would_take_for_a_template_gets_through(
    where: tuple[str, str, str], text: str, repo: Repo
) -> None:
    section, field, start = where
    gitops: Json = {"repository": {"url": URL}, "argocd": {}}
    gitops[section][field] = start + text
    repo.write("servewright.yaml", project(gitops=gitops))
    run = repo.run("gitops", "argocd")
    assert (run.code, run.out) == (2, "")
    assert "error[SW104]" in run.err


def test_a_project_needs_a_name_that_objects_can_have(repo: Repo) -> None:
    repo.write(
        "servewright.yaml", project(gitops={"repository": {"url": URL}}).replace("name: test", "name: Our Models")
    )
    run = repo.run("gitops", "argocd")
    assert (run.code, run.out) == (2, "")
    assert "like `acme-models`" in run.err


@pytest.mark.parametrize("engine", ["argocd", "flux"])
def test_nothing_is_printed_for_specs_with_errors(engine: str, repo: Repo) -> None:
    """The namespaces of a half-read repository would be too few, and the engine would drop the others."""
    gitops = {"engine": engine, "repository": {"url": URL}, "argocd": {"applicationSet": False}}
    repo.write("servewright.yaml", project(gitops=gitops))
    repo.deploy()
    repo.deploy(name="broken", hardware={"profile": "nope"})
    run = repo.run("gitops", engine)
    assert (run.code, run.out) == (1, "")
    assert "SW301" in run.err


def test_nothing_is_printed_where_there_is_nothing_to_sync(tmp_path: Path) -> None:
    repo = Repo(tmp_path, {"servewright.yaml": project(gitops={"engine": "flux", "repository": {"url": URL}})})
    run = repo.run("gitops", "flux")
    assert (run.code, run.out) == (3, "")


def test_a_lock_in_conflict_is_an_error(repo: Repo) -> None:
    repo.write("servewright.yaml", project(gitops={"engine": "flux", "repository": {"url": URL}}))
    repo.deploy()
    repo.write("servewright.lock", "<<<<<<< ours\n=======\n>>>>>>> theirs\n")
    run = repo.run("gitops", "flux")
    assert (run.code, run.out) == (2, "")
    assert "SW404" in run.err
