"""What ``servewright diff`` says of a change, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from change.history import History, changes, fields
from check.rules.cases import template
from harness import document, model, project, servewright
from servewright.change import differences as under_test
from servewright.change.model import Change
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Where

VLLM, CPU = "vllm-cuda-runtime-template", "vllm-cpu-runtime-template"


def test_the_report_is_this_document(history: History) -> None:
    history.write(
        "servewright.yaml", project(rules={code: "off" for code in codes.BY_CODE if codes.is_consequence(code)})
    )
    history.commit()
    history.deploy(replicas=3, env=[{"name": "A", "value": "1"}])
    assert history.diff() == {
        "version": 1,
        "deployments": [
            {
                "namespace": "demo",
                "name": "m",
                "change": "changed",
                "renamed": None,
                "moved": None,
                "incomplete": False,
                "objects": [
                    {
                        "object": "InferenceService/demo/m",
                        "change": "changed",
                        "fields": [
                            {"path": "spec.predictor.maxReplicas", "from": 2, "to": 3},
                            {"path": "spec.predictor.minReplicas", "from": 2, "to": 3},
                            {
                                "path": "spec.predictor.model.env[name=A]",
                                "from": None,
                                "to": {"name": "A", "value": "1"},
                            },
                        ],
                    }
                ],
                "runtime": None,
                "consequences": [],
            }
        ],
        "connections": [],
        "runtimes": [],
        "diagnostics": [],
        "summary": {
            "added": 0,
            "removed": 0,
            "changed": 1,
            "objects": 1,
            "errors": 0,
            "warnings": 0,
            "infos": 0,
        },
    }


def test_deployments_come_go_and_change(history: History) -> None:
    history.deploy(name="gone")
    history.deploy(name="same")
    history.commit()
    history.remove("deployments/gone.yaml")
    history.deploy(name="new")
    history.deploy(replicas=1)
    report = history.diff("--allow-deletions")
    assert changes(report) == ["removed demo/gone", "changed demo/m", "added demo/new"]
    assert [[item["change"] for item in each["objects"]] for each in report["deployments"]] == [
        ["removed", "removed"],
        ["changed"],
        ["added", "added"],
    ]
    counts = [report["summary"][key] for key in ("added", "removed", "changed", "objects", "errors")]
    assert counts == [1, 1, 1, 5, 0]


def test_what_means_the_same_is_no_change(history: History) -> None:
    history.deploy(name="other")
    history.commit()
    first, second = (history.root / f"deployments/{name}.yaml" for name in ("m", "other"))
    history.write("deployments/both/all.yml", f"# moved\n{first.read_text()}---\n{second.read_text()}")
    first.unlink()
    second.unlink()
    history.write("catalog/profiles.yaml", "# nothing else\n" + (history.root / "catalog/profiles.yaml").read_text())
    report = history.diff()
    assert report["deployments"] == report["connections"] == report["diagnostics"] == []


def test_another_kind_is_one_object_less_and_one_more(history: History) -> None:
    history.deploy(replicas=2, runtime="llm-d")
    (found,) = history.diff()["deployments"]
    assert found["change"] == "changed"
    assert [(item["object"], item["change"]) for item in found["objects"]] == [
        ("LLMInferenceService/demo/m", "added"),
        ("ServingRuntime/demo/m", "removed"),
        ("InferenceService/demo/m", "removed"),
    ]


def test_both_halves_of_a_renaming_know_each_other(history: History) -> None:
    history.deploy(name="old", displayName="Old", args=["--a", "--b"], env=[{"name": "A", "value": "1"}])
    history.deploy(name="unlike")
    history.commit()
    history.remove("deployments/old.yaml")
    history.remove("deployments/unlike.yaml")
    history.deploy(name="new", displayName="New", args=["--a", "--b"], env=[{"name": "A", "value": "1"}], replicas=2)
    history.deploy(name="newer", model={"type": "generative", "source": {"uri": {"url": "hf://acme/other"}}})
    report = history.diff("--allow-deletions")
    assert {item["name"]: item["renamed"] for item in report["deployments"]} == {
        "old": "new",
        "new": "old",
        "unlike": None,
        "newer": None,
    }
    history.write("deployments/new.yaml", model("new", metadata={"namespace": "web"}))
    assert {item["renamed"] for item in history.diff("--allow-deletions")["deployments"]} == {
        None
    }  # not of the same namespace


def test_users_of_a_shared_runtime_change_with_it(history: History) -> None:
    for name in ("a", "b"):
        history.deploy(name=name, runtime={"template": VLLM, "name": "pool"})
    history.deploy(name="c", runtime={"existing": "pool"})
    history.commit()
    history.write("servewright.yaml", project(images={"vllm-cuda-image": f"quay.io/acme/vllm@sha256:{'1' * 64}"}))
    report = history.diff()
    assert changes(report) == ["changed demo/a", "changed demo/b", "changed demo/c", "changed demo/m"]
    (runtime,) = report["runtimes"]
    assert (runtime["name"], runtime["change"], runtime["users"]) == ("pool", "changed", ["a", "b", "c"])
    (field,) = runtime["objects"][0]["fields"]
    assert field["path"] == "spec.containers[name=kserve-container].image"
    assert field["to"] == f"quay.io/acme/vllm@sha256:{'1' * 64}"
    by_name = {item["name"]: item for item in report["deployments"]}
    assert by_name["a"]["objects"] == []
    assert by_name["a"]["runtime"] == by_name["c"]["runtime"] == runtime["objects"][0]
    assert by_name["m"]["runtime"] is None  # its own is among its objects
    assert [item["object"] for item in by_name["m"]["objects"]] == ["ServingRuntime/demo/m"]


def test_a_catalog_edit_shows_in_every_deployment_that_it_changes(history: History) -> None:
    history.deploy(name="on-cpu", hardware={"profile": "cpu"}, runtime=CPU)
    history.commit()
    path = "catalog/profiles.yaml"
    history.write(path, (history.root / path).read_text().replace("defaultCount: 32Gi", "defaultCount: 48Gi"))
    report = history.diff()
    assert changes(report) == ["changed demo/m"]
    assert fields(report, "m")["spec.predictor.model.resources.requests.memory"] == ("32Gi", "48Gi")


def test_a_connection_and_its_users(history: History) -> None:
    external = {"external": {"store": {"kind": "ClusterSecretStore", "name": "vault"}, "keys": {"URI": {"key": "a"}}}}

    def connection(url: str) -> str:
        return document("Connection", {"name": "w", "namespace": "demo"}, {"uri": {"url": url}, "secret": external})

    history.write("deployments/w.yaml", connection("https://example.com/1.tar.gz"))
    history.deploy(name="user", model={"type": "generative", "source": {"uri": {"connection": "w"}}})
    history.commit()
    history.write("deployments/w.yaml", connection("https://example.com/2.tar.gz"))
    report = history.diff()
    assert changes(report) == ["changed demo/user"]
    assert list(fields(report, "user").values()) == [("https://example.com/1.tar.gz", "https://example.com/2.tar.gz")]
    history.write("deployments/w.yaml", connection("https://example.com/1.tar.gz").replace("vault", "other"))
    report = history.diff()
    assert changes(report) == []
    (found,) = report["connections"]
    assert (found["namespace"], found["name"], found["change"], found["users"]) == ("demo", "w", "changed", ["user"])
    assert [field["path"] for field in found["objects"][0]["fields"]] == ["spec.secretStoreRef.name"]
    history.remove("deployments/w.yaml")
    history.remove("deployments/user.yaml")
    (found,) = history.diff("--allow-deletions")["connections"]
    assert (found["change"], found["users"]) == ("removed", [])


def test_a_spec_with_errors_is_not_taken_for_removed(history: History) -> None:
    history.deploy(replicas="two")
    report = history.diff(code=1)
    assert report["deployments"] == []
    assert [(item["code"], item["file"], item["line"]) for item in report["diagnostics"]] == [
        ("SW103", "deployments/m.yaml", 14)
    ]
    history.write("deployments/m.yaml", "kind: [broken\n")
    report = history.diff(code=1)
    assert report["deployments"] == []
    assert {item["code"] for item in report["diagnostics"]} == {"SW001"}
    (history.root / "deployments/m.yaml").write_bytes(b"\xff")
    report = history.diff(code=1)
    assert report["deployments"] == []
    assert {item["code"] for item in report["diagnostics"]} == {"SW008"}
    assert report["summary"]["errors"] == 1


def test_a_runtime_that_only_a_spec_with_errors_uses_is_not_taken_for_removed(history: History) -> None:
    pool = {"template": VLLM, "name": "pool"}
    history.deploy(name="user", runtime=pool)
    history.commit()
    history.deploy(name="user", runtime=pool, replicas="two")
    report = history.diff(code=1)
    assert (report["deployments"], report["runtimes"]) == ([], [])
    history.write("deployments/user.yaml", "kind: [broken\n")
    assert history.diff(code=1)["runtimes"] == []
    history.remove("deployments/user.yaml")
    assert [item["change"] for item in history.diff(code=1)["runtimes"]] == ["removed"]


def test_errors_elsewhere_are_left_to_validate(history: History) -> None:
    history.deploy(name="broken", replicas="two")
    history.commit()
    history.deploy(replicas=3)
    report = history.diff()
    assert changes(report) == ["changed demo/m"]
    assert report["diagnostics"] == []
    assert history.run("validate").code == 1


def test_errors_of_the_base_are_said_and_are_none(history: History) -> None:
    history.deploy(name="broken", replicas="two")
    history.commit()
    history.deploy(name="broken", replicas=2)
    report = history.diff()
    assert changes(report) == ["added demo/broken"]
    (deployment,) = report["deployments"]
    assert deployment["incomplete"]
    # What it asked for before is not known, but who may call it from now on is.
    assert [item["slug"] for item in deployment["consequences"]] == ["deployment-added"]
    assert "demo/broken  added, had errors in the base\n" in history.ask("--format", "text").out
    assert "| added, had errors in the base |" in history.ask("--format", "markdown").out
    (info,) = report["diagnostics"]
    assert (info["code"], info["severity"], info["file"]) == ("SW030", "info", None)
    assert "`deployments/broken.yaml` has errors in the base" in info["message"]


def test_a_namespace_that_had_only_errors_is_not_emptied_unseen(history: History) -> None:
    history.deploy(replicas="two")
    history.commit()
    history.deploy(name="other", replicas=2)
    history.write("deployments/m.yaml", "")
    report = history.diff(code=1)
    said = {item["code"]: item["message"] for item in report["diagnostics"]}
    assert said["SW030"].endswith("and that `demo/m` is removed is not listed")
    assert said["SW810"].startswith("1 deployment is removed from the namespace `demo` (1 of 1, 100 %)")
    assert {item["code"] for item in history.diff("--allow-deletions")["diagnostics"]} == {"SW030"}


@pytest.mark.parametrize("broken", [project("openshift-ai 9.9"), "nothing: here\n", "kind: [broken\n"])
def test_a_broken_project_of_the_base_hides_no_deletions(history: History, broken: str) -> None:
    good = (history.root / "servewright.yaml").read_text()
    for index in range(12):
        history.deploy(name=f"gone-{index:02}")
    history.write("servewright.yaml", broken)
    history.commit()
    for index in range(12):
        history.remove(f"deployments/gone-{index:02}.yaml")
    history.deploy(name="new")
    history.write("servewright.yaml", good)
    report = history.diff(code=1)
    assert changes(report) == ["added demo/m", "added demo/new"]
    assert all(item["incomplete"] for item in report["deployments"])
    assert "SW805" not in {code for code, _ in consequences(report)}  # what it asked for before is not known
    said = {item["code"]: item["message"] for item in report["diagnostics"]}
    assert said["SW810"].startswith("12 deployments are removed from the namespace `demo` (12 of 13, 92 %)")
    assert "`demo/gone-09` and 2 more are removed is not listed" in said["SW030"]
    assert {item["code"] for item in history.diff("--allow-deletions")["diagnostics"]} == {"SW030"}


def test_deployments_beside_a_document_with_errors_are_not_removed_unseen(history: History) -> None:
    history.write("deployments/two.yaml", f"{model('a')}---\n{model('b')}---\nkind: [broken\n")
    history.commit()
    history.remove("deployments/two.yaml")
    report = history.diff("--allow-deletions")
    (info,) = (item["message"] for item in report["diagnostics"] if "two.yaml" in item["message"])
    assert "and that `demo/a` and `demo/b` are removed is not listed" in info
    assert "SW810" in {item["code"] for item in history.diff(code=1)["diagnostics"]}


def test_the_page_of_an_incomplete_base_shows_what_is_said(history: History) -> None:
    from servewright.diagnostics.pages import load
    from servewright.diagnostics.text import render_text

    history.deploy(name="fraud", hardware={"profile": "no-such"})
    history.commit()
    history.deploy(name="fraud")
    reported = under_test.differences(*_sides(history))
    assert render_text(reported.others, {}, color=False) == load("SW030").output


def _sides(history: History) -> tuple[Any, Any]:
    from change.test_git_base import ENVIRONMENT
    from servewright.read.from_disk import read_repository
    from servewright.read.from_git import read_base

    head = read_repository(str(history.root))
    return read_base(str(history.root), "HEAD", head, ENVIRONMENT), head


@pytest.mark.parametrize("broken", ["planned", "bytes", "link"])
def test_a_base_with_a_broken_project_cannot_be_compared(history: History, broken: str) -> None:
    path = history.root / "servewright.yaml"
    good = path.read_text()
    if broken == "planned":
        path.write_text(project("openshift-ai 9.9"))
    elif broken == "bytes":
        path.write_bytes(b"\xff")
    else:
        path.unlink()
        path.symlink_to("../outside.yaml")
    history.commit()
    path.unlink()
    path.write_text(good)
    report = history.diff()
    assert changes(report) == ["added demo/m"]
    assert ["`servewright.yaml` has errors in the base" in item["message"] for item in report["diagnostics"]] == [True]


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github"])
def test_the_exit_code_of_a_broken_project_is_that_of_no_format(tmp_path: Path, form: str) -> None:
    history = History(tmp_path / "mono" / "models", top=tmp_path / "mono")
    history.deploy()
    history.commit()
    history.write("servewright.yaml", project("openshift-ai 9.9"))
    run = history.ask("--format", form)
    assert run.code == 2
    assert "SW021" in run.out


def test_without_a_project_every_format_says_so(tmp_path: Path) -> None:
    said = {
        form: servewright("diff", "--format", form, cwd=tmp_path) for form in ("text", "json", "markdown", "github")
    }
    assert {run.code for run in said.values()} == {2}
    message = "there is no servewright.yaml in"
    assert message in said["text"].err and said["text"].out == ""
    (found,) = json.loads(said["json"].out)["diagnostics"]
    assert (found["code"], found["file"]) == ("SW020", None) and message in found["message"]
    assert all(message in said[form].out and said[form].err == "" for form in ("markdown", "github"))


def test_a_broken_project_is_a_usage_error(history: History) -> None:
    history.write("servewright.yaml", project("openshift-ai 9.9"))
    report = history.diff(code=2)
    assert report["deployments"] == []
    assert [item["code"] for item in report["diagnostics"]] == ["SW021"]


def test_a_name_that_is_used_twice_is_an_error_and_no_change(history: History) -> None:
    history.write("deployments/copy.yaml", model("m", replicas=4))
    report = history.diff(code=1)
    assert report["deployments"] == []
    assert [(item["code"], item["file"]) for item in report["diagnostics"]] == [("SW025", "deployments/m.yaml")]


def test_a_name_that_another_display_name_gives_is_used_twice_too(history: History) -> None:
    history.write("deployments/other.yaml", model("x", displayName="M!").replace("  name: x\n", ""))
    report = history.diff(code=1)
    assert report["deployments"] == []
    assert [(item["code"], item["file"]) for item in report["diagnostics"]] == [("SW028", "deployments/other.yaml")]


def test_of_a_name_that_was_used_twice_it_is_not_known_what_was_there(history: History) -> None:
    history.write("deployments/copy.yaml", model("m", replicas=4))
    history.commit()
    history.remove("deployments/copy.yaml")
    report = history.diff()
    assert changes(report) == ["added demo/m"]
    assert [item["message"].partition(" has ")[0] for item in report["diagnostics"]] == [
        "`deployments/copy.yaml`",
        "`deployments/m.yaml`",
    ]


def test_what_the_cluster_would_refuse_is_reported(history: History) -> None:
    history.deploy(replicas=2, pod={"labels": {"a": "not valid!"}})
    report = history.diff(code=1)
    assert {item["file"] for item in report["diagnostics"]} == {"deployments/m.yaml"}


def test_what_is_wrong_in_a_template_is_said_once_for_all_its_users(history: History) -> None:
    history.write("catalog/own.yaml", json.dumps(template({"env": [{"name": "PYTHONPATH", "value": "/x"}]})))
    history.commit()
    for name in ("a", "b", "c"):
        history.deploy(name=name, runtime="own")
    report = history.diff(code=1)
    assert [(item["code"], item["file"]) for item in report["diagnostics"]] == [("SW601", "catalog/own.yaml")]


def test_the_environment_gives_the_base_and_the_command_line_wins(history: History) -> None:
    history.deploy(replicas=3)
    history.commit()
    assert changes(json.loads(history.ask(SERVEWRIGHT_DIFF_BASE="HEAD~1").out)) == ["changed demo/m"]
    assert changes(json.loads(history.ask("--base=HEAD", SERVEWRIGHT_DIFF_BASE="HEAD~1").out)) == []
    assert changes(json.loads(history.ask("--base=HEAD", SERVEWRIGHT_DIFF_BASE_DIRECTORY="x").out)) == []
    run = history.ask(SERVEWRIGHT_DIFF_BASE="HEAD", SERVEWRIGHT_DIFF_BASE_DIRECTORY="x")
    assert run.code == 2 and "exclude each other" in run.err


# --- consequences: what the rules report, as every other finding --------------------------------------------------


@pytest.fixture
def restarting(monkeypatch: pytest.MonkeyPatch) -> Iterable[None]:
    """A rule of changes: whatever changes is an error at its name; a namespace that loses something, a warning."""
    rule = codes._rule("SW888", "test-rule", "error", "a rule of this test", fixed=False)
    warning = codes._rule("SW889", "test-warning", "warning", "a rule of this test", fixed=False)

    def consequences_of(change: Change, *, allow_deletions: bool) -> Iterable[Any]:
        for item in change.deployments:
            version = item.after or item.before
            assert version is not None
            where = Where(version.document, ("metadata", "name"))
            yield (item.namespace, item.name), Finding(rule, f"{item.name} changes", where, "do not")
            if item.name == "changes-others":
                yield (item.namespace, "unchanged"), Finding(warning, "of one that is not listed")
        if not allow_deletions:
            for namespace, counts in change.population.items():
                yield None, Finding(warning, f"{namespace}: {counts[0]} to {counts[1]}")

    monkeypatch.setattr(under_test, "consequences_of", consequences_of)
    yield
    for each in (rule, warning):
        del codes.BY_CODE[each.code], codes.BY_SLUG[each.slug]


def consequences(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(found["code"], found["severity"]) for item in report["deployments"] for found in item["consequences"]]


def test_a_consequence_has_a_place_and_decides_the_exit_code(history: History, restarting: None) -> None:
    def base(severity: str) -> None:
        history.deploy(replicas=2)
        history.write("servewright.yaml", project(rules={"test-rule": severity}))
        history.commit()
        history.deploy(replicas=3)

    history.deploy(replicas=3)
    (found,) = history.diff(code=1)["deployments"]
    assert found["consequences"] == [
        {
            "code": "SW888",
            "slug": "test-rule",
            "severity": "error",
            "message": "m changes",
            "help": "do not",
            "file": "deployments/m.yaml",
            "line": 4,
        }
    ]
    history.write("servewright.yaml", project(rules={"test-rule": "warning"}))
    assert consequences(history.diff(code=1)) == [("SW888", "error")]  # from the next change on
    base("warning")
    report = history.diff()
    assert consequences(report) == [("SW888", "warning")]
    assert report["summary"]["warnings"] == 1
    assert history.diff("--fail-on", "warning", code=1) == report
    base("off")
    assert consequences(history.diff()) == []
    history.write("servewright.yaml", project(rules={"test-rule": "info"}))
    assert consequences(history.diff()) == [("SW888", "info")]  # a stricter one counts at once


def test_a_change_does_not_turn_off_its_own_guard(history: History) -> None:
    history.write("servewright.yaml", project(rules={"model-stops": {"severity": "error", "waivable": False}}))
    history.deploy(name="other")
    history.commit()
    history.remove("deployments/m.yaml")
    history.write("servewright.yaml", project(rules={"SW810": "off", "model-stops": "error", "newly-exposed": "error"}))
    report = history.diff(code=1)
    found = {item["code"]: item for item in report["diagnostics"]}
    assert found.keys() == {"SW810", "SW831"}
    assert found["SW810"]["severity"] == "error"
    assert [
        (item["message"], item["file"], item["line"]) for item in report["diagnostics"] if item["code"] == "SW831"
    ] == [
        (
            "SW810 (mass-deletion) was `error`, and is `off` from now on: this change is still judged as before",
            "servewright.yaml",
            11,
        ),
        (
            "SW806 (model-stops) could not be waived, and can be from now on: this change is still judged as before",
            "servewright.yaml",
            12,
        ),
    ]
    history.commit()
    assert history.diff()["diagnostics"] == []
    history.write("servewright.yaml", project(rules={"newly-exposed": "error"}))
    assert [item["message"].partition(":")[0] for item in history.diff()["diagnostics"]] == [
        "SW806 (model-stops) was `error`, and is `warning` from now on"
    ]


def test_a_waiver_of_a_consequence_is_unused_nowhere(history: History, restarting: None) -> None:
    def waived(text: str) -> dict[str, Any]:
        return {"annotations": {"servewright.dev/allow": text}}

    history.deploy(replicas=3, metadata=waived("SW888: planned\nSW311: no such error"))
    assert consequences(history.diff()) == [("SW901", "info")]
    run = history.run("validate", "--format", "json")
    unused = [item["message"] for item in json.loads(run.out)["diagnostics"] if item["code"] == "SW902"]
    assert unused == ["nothing is waived by `SW311`: there is no such error"]
    history.deploy(replicas=3, metadata=waived("SW888"))
    report = history.diff(code=1)
    assert consequences(report) == [("SW888", "error")]
    assert [item["code"] for item in report["diagnostics"]] == ["SW903"]


def test_a_removed_deployment_is_spoken_of_where_it_was(history: History, restarting: None) -> None:
    history.deploy(name="gone")
    history.deploy(name="gone-too", metadata={"annotations": {"servewright.dev/allow": "SW888: planned"}})
    history.commit()
    history.remove("deployments/gone.yaml")
    history.remove("deployments/gone-too.yaml")
    report = history.diff(code=1)
    assert consequences(report) == [("SW888", "error"), ("SW901", "info")]
    assert report["deployments"][0]["consequences"][0]["file"] == "deployments/gone.yaml"
    assert [(item["code"], item["message"]) for item in report["diagnostics"]] == [("SW889", "demo: 3 to 1")]
    assert history.diff("--allow-deletions", code=1)["diagnostics"] == []


def test_a_consequence_for_one_that_is_not_listed_is_not_lost(history: History, restarting: None) -> None:
    history.deploy(name="changes-others")
    assert [item["message"] for item in history.diff(code=1)["diagnostics"]] == ["of one that is not listed"]


def test_what_cannot_be_read_counts_as_still_there(history: History, restarting: None) -> None:
    history.deploy(name="gone")
    history.commit()
    history.remove("deployments/gone.yaml")
    history.write("deployments/m.yaml", "kind: [broken\n")
    report = history.diff(code=1)
    assert [item["message"] for item in report["diagnostics"] if item["code"] == "SW889"] == ["demo: 2 to 1"]


def test_no_secret_and_no_escape_sequence_is_printed(history: History) -> None:
    history.deploy(replicas=2, args=["--x=\x1b[31m", "--y=\u202e"])
    run = history.ask()
    assert "\x1b" not in run.out and "\u202e" not in run.out
    history.write("servewright.yaml", project(credentials={"allow": ["deployments/m.yaml*"]}))
    history.deploy(replicas=2, env=[{"name": "HF_TOKEN", "value": "hunter2"}], args=["--api-key=hunter3"])
    run = history.ask()
    assert changes(json.loads(run.out)) == ["changed demo/m"]
    assert "hunter" not in run.out


TOKEN = "ghp_" + "a1B2" * 9
# Where a base may have held a credential, in words that nothing but it has.
CREDENTIALS: dict[str, Any] = {
    "a variable": {"env": [{"name": "HF_TOKEN", "value": "hunter2"}]},
    "a variable of any name": {"env": [{"name": "A", "value": TOKEN}]},
    "variables in another order": {"env": [{"name": "A", "value": TOKEN}, {"name": "B", "value": "b"}]},
    "an argument": {"args": ["--max-model-len=8192", "--api-key=hunter2"]},
    "a model name": {"args": [f"--served-model-name={TOKEN}"]},
    "an address": {"model": {"type": "generative", "source": {"uri": {"url": "https://u:hunter2@h.example/m"}}}},
    "an annotation": {"pod": {"annotations": {"a": TOKEN}}},
    "a description": {"description": f"with {TOKEN}"},
    "an image": {"container": {"image": f"quay.io/acme/vllm:{TOKEN}"}},
    "a probe": {
        "container": {"livenessProbe": {"httpGet": {"path": f"/{TOKEN}", "port": 8080}, "periodSeconds": 5}},
    },
    "a token's name": {"auth": {"tokens": ["bot", TOKEN]}},
}


@pytest.mark.parametrize("allowed", [True, False], ids=["known to be none", "an error of the base"])
@pytest.mark.parametrize("kind", CREDENTIALS)
def test_a_credential_that_a_change_takes_out_is_in_no_format(history: History, kind: str, allowed: bool) -> None:
    if allowed:
        history.write("servewright.yaml", project(credentials={"allow": ["deployments/*"]}))
    spec = {"replicas": 2, **CREDENTIALS[kind]}
    history.deploy(**spec)
    history.deploy(name="gone", **spec)
    history.commit()
    history.deploy(replicas=3, env=[{"name": "B", "value": "b"}, {"name": "A", "value": "a"}])
    history.remove("deployments/gone.yaml")
    for form in ("text", "json", "markdown", "github"):
        run = history.ask("--allow-deletions", "--format", form)
        assert run.code == 0, run.out
        assert "demo/m" in run.out or "`m`" in run.out or form == "github"
        assert "hunter" not in run.out and "a1B2" not in run.out, form
    report = history.diff("--allow-deletions")
    said = " ".join(item["message"] for item in report["diagnostics"])
    if changes(report) == ["added demo/m"]:  # what is refused in an address is no matter of opinion
        assert not allowed or kind == "an address"
        assert "and that `demo/gone` is removed is not listed" in said
    else:
        assert changes(report) == ["removed demo/gone", "changed demo/m"]
