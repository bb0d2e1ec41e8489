"""The command line: exit codes, where output goes, what PATH means, what is written and what is left alone."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness import CONNECTIONS, PROFILES, Repo, documents, model, project, rendered, servewright, tree

COMPILER = Path(__file__).parent.parent / "compiler"

BROKEN = model().replace("profile: nvidia-gpu", "profile: nvidia-gpus")


def severities(repo: Repo, *args: str) -> list[str]:
    """``severity CODE`` of everything that ``validate`` (or another command) reports as JSON."""
    run = repo.run(*(args or ("validate",)), "--format", "json")
    return [f"{item['severity']} {item['code']}" for item in json.loads(run.out)["diagnostics"]]


def stamps(root: Path) -> dict[str, tuple[int, int]]:
    """Inode and modification time of every file below ``root``."""
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in root.rglob("*") if path.is_file()}


# --- exit codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["render", "validate"])
def test_exit_0_when_all_is_fine(repo: Repo, command: str) -> None:
    repo.deploy()
    assert repo.run(command).code == 0


@pytest.mark.parametrize("command", ["render", "validate"])
def test_exit_1_on_an_error(repo: Repo, command: str) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    assert repo.run(command).code == 1


@pytest.mark.parametrize("command", ["render", "validate"])
def test_a_warning_is_no_failure_unless_asked_for(repo: Repo, command: str) -> None:
    repo.deploy(expose={"route": True})
    assert repo.run(command).code == 0
    assert repo.run(command, "--fail-on", "warning").code == 1


@pytest.mark.parametrize("command", ["render", "validate"])
def test_exit_2_without_a_project(tmp_path: Path, command: str) -> None:
    run = servewright(command, cwd=tmp_path)
    assert (run.code, run.out) == (2, "")
    assert "there is no servewright.yaml" in run.err


@pytest.mark.parametrize(
    "text",
    [
        "spec: [",
        "",
        project().replace("kind: Project", "kind: Porject"),
        project().replace("metadata:", "metdata:"),
        project("openshift-ai 9.9"),
        project("kserve 0.20"),
        project() + "---\n" + project(),
    ],
    ids=["not YAML", "empty", "another kind", "a typing mistake", "an unknown release", "a planned one", "two"],
)
@pytest.mark.parametrize("command", ["render", "validate"])
def test_exit_2_with_a_broken_project(repo: Repo, command: str, text: str) -> None:
    repo.deploy()
    repo.write("servewright.yaml", text)
    run = repo.run(command)
    assert run.code == 2
    assert "error[SW" in run.err
    assert not (repo.root / "rendered").exists()


@pytest.mark.parametrize(
    "args",
    [
        ["rendre"],
        ["render", "--chek"],
        ["render", "--format", "xml"],
        ["-C", "does-not-exist", "render"],
        ["render", "does-not-exist"],
        ["validate", "catalog"],
    ],
)
def test_exit_2_on_wrong_usage(repo: Repo, args: list[str]) -> None:
    repo.deploy()
    run = repo.run(*args)
    assert (run.code, run.out) == (2, "")
    assert "rror: " in run.err


def test_a_mistyped_command_is_suggested(repo: Repo) -> None:
    assert "did you mean `render`?" in repo.run("rendre").err


@pytest.mark.parametrize("command", ["render", "validate"])
def test_exit_3_when_there_is_nothing_to_compile(tmp_path: Path, command: str) -> None:
    repo = Repo(tmp_path, {"servewright.yaml": project(), "catalog/profiles.yaml": PROFILES})
    run = repo.run(command)
    assert run.code == 3
    assert "error[SW405] no-objects" in run.err
    assert not (tmp_path / "rendered").exists()


def test_zero_objects_are_an_error_and_never_an_empty_tree(tmp_path: Path) -> None:
    connection = "apiVersion: servewright.dev/v1alpha1\nkind: Connection\nmetadata: {name: a, namespace: b}\n"
    files = {
        "servewright.yaml": project(),
        "deployments/a.yaml": f"{connection}spec: {{oci: {{registry: quay.io/a}}}}\n",
    }
    repo = Repo(tmp_path, files)
    assert repo.run("render").code == 1
    assert not (tmp_path / "rendered").exists()


@pytest.mark.parametrize("command", ["render", "validate"])
def test_exit_4_on_a_bug_without_a_word_of_the_inputs(
    repo: Repo, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object) -> None:
        raise RuntimeError(repr(args))

    repo.deploy(displayName="confidential")
    monkeypatch.setattr("servewright.compilation.resolve", fails)
    run = repo.run(command)
    assert (run.code, run.out) == (4, "")
    assert "internal error (RuntimeError); this is a bug" in run.err
    assert "in fails" in run.err, "a bug report needs the lines that led there"
    assert "confidential" not in run.err


def test_a_disk_that_cannot_be_written_to_is_no_bug(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    repo.deploy()
    monkeypatch.setattr("servewright.write.disk.replace", full)
    run = repo.run("render")
    assert run.code not in (0, 4)
    assert "no space left on device" in run.err.lower()


# --- where it works --------------------------------------------------------------------------------------------------


def test_it_works_from_any_folder_below_the_project(repo: Repo) -> None:
    repo.deploy()
    (repo.root / "deployments/team/deep").mkdir(parents=True)
    run = servewright("render", cwd=repo.root / "deployments/team/deep")
    assert run.code == 0
    assert rendered(repo.root)["InferenceService"]["metadata"]["name"] == "m"


def test_dash_c_is_as_if_started_there(repo: Repo) -> None:
    repo.deploy()
    assert servewright("-C", "repo/deployments", "render", cwd=repo.root.parent).code == 0
    assert rendered(repo.root)["InferenceService"]["metadata"]["name"] == "m"


def test_paths_behind_dash_c_are_relative_to_its_folder(repo: Repo) -> None:
    repo.deploy()
    assert servewright("-C", "repo", "validate", "deployments/m.yaml", cwd=repo.root.parent).code == 0


def test_paths_are_relative_to_where_one_is(repo: Repo) -> None:
    repo.deploy()
    assert servewright("validate", "m.yaml", cwd=repo.root / "deployments").code == 0
    assert servewright("validate", "deployments/m.yaml", cwd=repo.root / "deployments").code == 2


def test_places_in_messages_are_relative_to_the_root(repo: Repo) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    run = servewright("validate", cwd=repo.root / "catalog")
    assert "--> deployments/m.yaml:13:14" in run.err


def test_every_option_can_be_given_by_environment(repo: Repo) -> None:
    repo.deploy(expose={"route": True})
    assert json.loads(repo.run("validate", SERVEWRIGHT_VALIDATE_FORMAT="json").out)["version"] == 1
    assert repo.run("validate", SERVEWRIGHT_VALIDATE_FAIL_ON="warning").code == 1
    assert repo.run("render", SERVEWRIGHT_RENDER_CHECK="1").code == 1
    assert not (repo.root / "rendered").exists()
    assert servewright("validate", cwd=repo.root.parent, env={"SERVEWRIGHT_DIRECTORY": "repo"}).code == 0


def test_an_option_of_all_commands_can_be_given_by_one_variable(repo: Repo) -> None:
    for command in ("validate", "render"):
        assert json.loads(repo.run(command, SERVEWRIGHT_FORMAT="json").out)["version"] == 1
    assert repo.run("validate", SERVEWRIGHT_FORMAT="json", SERVEWRIGHT_VALIDATE_FORMAT="text").out == ""


def test_of_two_options_that_exclude_each_other_the_one_given_counts(repo: Repo) -> None:
    stale = repo.run("render", "--check", SERVEWRIGHT_RENDER_STDOUT="1")
    assert (stale.code, stale.out) == (1, "")
    both = repo.run("render", SERVEWRIGHT_RENDER_STDOUT="1", SERVEWRIGHT_CHECK="1")
    assert both.code == 2
    assert "SERVEWRIGHT_CHECK and SERVEWRIGHT_RENDER_STDOUT exclude each other" in both.err
    assert repo.run("render", SERVEWRIGHT_RENDER_STDOUT="1", SERVEWRIGHT_CHECK="0").out != ""


def test_an_option_wins_over_the_environment(repo: Repo) -> None:
    repo.deploy()
    assert repo.run("validate", "--format", "text", SERVEWRIGHT_VALIDATE_FORMAT="json").out == ""


# --- where output goes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["render", "validate"])
def test_text_is_for_people_and_goes_to_stderr(repo: Repo, command: str) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    run = repo.run(command)
    assert run.out == ""
    assert run.err.startswith("error[SW301] profile-unknown: ")
    assert run.err.splitlines()[-1].startswith("found 1 error")


def test_the_last_line_says_how_much_was_fine(repo: Repo) -> None:
    repo.write("servewright.yaml", project("open-data-hub 3.6"))
    repo.deploy()
    assert repo.run("validate").err == "1 deployment, 3 objects: no problems\n"


REPORT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "diagnostics", "summary"],
    "properties": {
        "version": {"const": 1},
        "diagnostics": {"type": "array", "items": {"$ref": "#/$defs/diagnostic"}},
        "summary": {
            "type": "object",
            "required": ["errors", "warnings", "infos", "deployments", "objects"],
            "additionalProperties": {"type": "integer", "minimum": 0},
        },
    },
    "$defs": {
        "text": {"type": ["string", "null"]},
        "number": {"type": ["integer", "null"], "minimum": 1},
        "file": {"type": ["string", "null"], "pattern": "^[^/]"},
        "diagnostic": {
            "type": "object",
            "additionalProperties": False,
            "required": [
                *("code", "slug", "severity", "message", "help", "file", "line", "column", "endLine", "endColumn"),
                *("object", "field", "related"),
            ],
            "properties": {
                "code": {"type": "string", "pattern": "^SW[0-9]{3}$"},
                "slug": {"type": "string", "pattern": "^[a-z0-9-]+$"},
                "severity": {"enum": ["error", "warning", "info"]},
                "message": {"type": "string", "minLength": 1},
                "help": {"$ref": "#/$defs/text"},
                "file": {"$ref": "#/$defs/file"},
                "line": {"$ref": "#/$defs/number"},
                "column": {"$ref": "#/$defs/number"},
                "endLine": {"$ref": "#/$defs/number"},
                "endColumn": {"$ref": "#/$defs/number"},
                "object": {"type": ["string", "null"], "pattern": "^[A-Za-z]+/[^/]+/[^/]+$"},
                "field": {"$ref": "#/$defs/text"},
                "related": {"type": "array", "items": {"$ref": "#/$defs/related"}},
            },
        },
        "related": {
            "type": "object",
            "additionalProperties": False,
            "required": ["message", "file", "line", "column"],
            "properties": {
                "message": {"type": "string", "minLength": 1},
                "file": {"$ref": "#/$defs/file"},
                "line": {"$ref": "#/$defs/number"},
                "column": {"$ref": "#/$defs/number"},
            },
        },
    },
}


@pytest.mark.parametrize("command", ["render", "validate"])
def test_json_is_one_document_on_stdout_and_nothing_on_stderr(repo: Repo, command: str) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    repo.deploy(name="second", expose={"route": True})
    repo.write("deployments/third.yaml", repo.root.joinpath("deployments/second.yaml").read_text())
    run = repo.run(command, "--format", "json")
    assert run.err == ""
    report = json.loads(run.out)
    assert [error.message for error in Draft202012Validator(REPORT).iter_errors(report)] == []
    found = {item["code"] for item in report["diagnostics"]}
    assert {"SW025", "SW215", "SW301", "SW311"} <= found
    assert list(report) == ["version", "diagnostics", "summary"]
    assert list(report["diagnostics"][0]) == REPORT["$defs"]["diagnostic"]["required"]  # type: ignore[index]


def test_json_of_a_clean_run(repo: Repo) -> None:
    repo.write("servewright.yaml", project("open-data-hub 3.6"))
    repo.deploy()
    report = json.loads(repo.run("validate", "--format", "json").out)
    summary = {"errors": 0, "warnings": 0, "infos": 0, "deployments": 1, "objects": 3}
    assert report == {"version": 1, "diagnostics": [], "summary": summary}


def test_json_of_a_render_counts_files(repo: Repo) -> None:
    repo.deploy()
    first = json.loads(repo.run("render", "--format", "json").out)["summary"]
    second = json.loads(repo.run("render", "--format", "json").out)["summary"]
    assert (first["written"], first["unchanged"], first["deleted"]) == (5, 0, 0)
    assert (second["written"], second["unchanged"], second["deleted"]) == (0, 5, 0)


def test_a_diagnostic_says_what_and_where(repo: Repo) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    (found,) = json.loads(repo.run("validate", "--format", "json").out)["diagnostics"]
    assert (found["file"], found["line"], found["column"]) == ("deployments/m.yaml", 13, 14)
    assert (found["endLine"], found["endColumn"]) == (13, 25)
    assert found["object"] == "ModelDeployment/demo/m"
    assert found["field"] == "spec.hardware.profile"
    assert found["help"] == "did you mean `nvidia-gpu`?"


@pytest.mark.parametrize("command", ["validate", "render"])
def test_machines_get_a_document_even_without_a_project(repo: Repo, command: str) -> None:
    (repo.root / "servewright.yaml").unlink()
    run = repo.run(command, "--format", "json")
    assert (run.code, run.err) == (2, "")
    (found,) = json.loads(run.out)["diagnostics"]
    assert (found["code"], found["file"]) == ("SW020", None)
    assert repo.run("render", "--stdout", "--format", "json").out == "", "objects go there, and there are none"


def test_how_many_deployments_there_are_does_not_depend_on_their_errors(repo: Repo) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    repo.deploy(name="second")
    report = json.loads(repo.run("validate", "--format", "json").out)
    assert report["summary"]["deployments"] == 2


def on_a_terminal(root: Path, **env: str) -> str:
    """What ``validate`` prints to stderr when that is a terminal."""
    leader, follower = pty.openpty()
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(COMPILER), "TERM": "xterm", **env}
    process = subprocess.Popen(
        [sys.executable, "-m", "servewright", "validate"],
        cwd=root,
        env=variables,
        stderr=follower,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    os.close(follower)
    printed = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        printed += piece
    process.wait(timeout=60)
    os.close(leader)
    return printed.decode("utf-8")


def test_colours_are_for_terminals_that_want_them(repo: Repo) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    assert "\x1b[" in on_a_terminal(repo.root)
    assert "\x1b[" not in on_a_terminal(repo.root, NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(repo.root, TERM="dumb")
    assert "\x1b[" not in repo.run("validate").err


def test_stdout_is_one_yaml_stream_of_what_would_be_written(repo: Repo) -> None:
    repo.deploy(expose={"route": True})
    run = repo.run("render", "--stdout")
    assert run.code == 0
    assert not (repo.root / "rendered").exists()
    assert "warning[SW311]" in run.err
    repo.render()
    key = str
    assert sorted(documents(run.out), key=key) == sorted(rendered(repo.root), key=key)


def test_stdout_is_in_the_order_in_which_things_are_applied(repo: Repo) -> None:
    repo.deploy(auth={"tokens": ["a"]}, runtime={"template": "vllm-cuda-runtime-template", "name": "shared"})
    kinds = [item["kind"] for item in documents(repo.run("render", "--stdout").out)]
    access = ["ServiceAccount", "Role", "RoleBinding", "Secret"]
    assert kinds == ["ServiceAccount", "ServingRuntime", *access, "InferenceService"]


def test_stdout_with_json_findings_keeps_stdout_for_the_objects(repo: Repo) -> None:
    repo.deploy()
    run = repo.run("render", "--stdout", "--format", "json")
    assert json.loads(run.err)["version"] == 1
    assert {item["kind"] for item in documents(run.out)} == {"ServiceAccount", "ServingRuntime", "InferenceService"}


def test_stdout_with_an_error_prints_no_object(repo: Repo) -> None:
    repo.write("deployments/m.yaml", BROKEN)
    run = repo.run("render", "--stdout")
    assert (run.code, run.out) == (1, "")


def test_schema_prints_json_for_editors() -> None:
    run = servewright("schema", "ModelDeployment")
    assert (run.code, run.err) == (0, "")
    Draft202012Validator.check_schema(json.loads(run.out))


# --- help ------------------------------------------------------------------------------------------------------------


def test_help_is_the_answer_to_no_command_too() -> None:
    expected = servewright("--help").out
    assert expected.startswith("usage: servewright")
    for args in (["-h"], []):
        run = servewright(*args)
        assert (run.code, run.out, run.err) == (0, expected, "")


def test_help_names_every_command_with_what_it_does() -> None:
    text = servewright("--help").out
    for name in ("render", "validate", "explain", "catalog list", "schema"):
        assert re.search(rf"^  {name} +[a-z].*$", text, re.MULTILINE), name
        run = servewright(*name.split(), "--help")
        assert run.code == 0
        assert run.out.startswith(f"usage: servewright {name}")


def test_the_version_is_printed() -> None:
    from servewright import __version__

    run = servewright("--version")
    assert (run.code, run.err) == (0, "")
    assert run.out.split()[-1] == __version__


def modules_after(*args: str, cwd: Path) -> set[str]:
    """The top-level modules that a process has loaded when ``servewright ARGS`` ends."""
    script = (
        "import atexit, sys; atexit.register(lambda: print('MODULES', *sorted(sys.modules)));"
        "sys.argv = ['servewright', *sys.argv[1:]]; from servewright.__main__ import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *args],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(COMPILER)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(run.stdout.rpartition("MODULES ")[2].split())


NEVER = {
    "typing",
    "dataclasses",
    "jinja2",
    "jsonschema",
    "multiprocessing",
    "ruamel",
    "concurrent",
    "asyncio",
    "urllib.request",
}


def test_help_loads_no_library(tmp_path: Path) -> None:
    loaded = modules_after("--help", cwd=tmp_path)
    assert loaded.isdisjoint({*NEVER, "click", "yaml", "json", "servewright.compilation"})


# What is for errors that did not happen, for kinds, engines and rules that nothing asks for, and for programs.
UNNEEDED = {
    *("contextlib", "difflib", "yaml", "importlib.metadata", "pathlib", "subprocess", "tempfile"),
    *("servewright.catalog.llm_config", "servewright.catalog.resource_quota", "servewright.catalog.secret"),
    *("servewright.check.capacity", "servewright.check.cluster.rules", "servewright.check.demand"),
    *("servewright.check.kubeconform", "servewright.check.placing", "servewright.check.rules.secret_unknown"),
    *("servewright.explain", "servewright.lower.llm_config", "servewright.lower.llm_inference_service"),
    *("servewright.read.positions", "servewright.read.refusals", "servewright.resolve.llmd"),
    *("servewright.resolve.no_choice", "servewright.second_opinion"),
}


def test_a_clean_run_loads_only_what_it_needs(repo: Repo) -> None:
    """No YAML library, template engine or schema library, no words for errors that did not happen, no way to run programs."""
    repo.deploy()
    for command in ("validate", "render"):
        loaded = modules_after(command, cwd=repo.root)
        assert loaded & {*NEVER, *UNNEEDED} == set()
        assert "_hashlib" not in loaded  # OpenSSL
        assert ("servewright.write.emit" in loaded) == (command == "render")  # validate writes no YAML


def test_what_a_deployment_asks_for_is_loaded(repo: Repo) -> None:
    """So that the names above are those of modules that there are."""
    repo.write(
        "catalog/secret.yaml",
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: other, namespace: demo}
        """,
    )
    repo.deploy(runtime="llm-d", hardware={"profile": "nvidia-gpu"})
    loaded = modules_after("validate", cwd=repo.root)
    assert loaded >= {
        name for name in UNNEEDED if name.endswith((".llmd", "secret", "secret_unknown", "cluster.rules"))
    }


# --- --check ---------------------------------------------------------------------------------------------------------


def test_check_is_fine_after_a_render(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    assert repo.run("render", "--check").code == 0


def test_check_before_any_render(repo: Repo) -> None:
    repo.deploy()
    run = repo.run("render", "--check")
    assert run.code == 1
    assert "`rendered` does not exist" in run.err
    assert not (repo.root / "rendered").exists()


def check_reports(repo: Repo) -> list[str]:
    """The files that ``render --check`` complains about; it must not change any."""
    before = tree(repo.root)
    run = repo.run("render", "--check", "--format", "json")
    assert tree(repo.root) == before
    errors = [item for item in json.loads(run.out)["diagnostics"] if item["severity"] == "error"]
    assert {item["code"] for item in errors} <= {"SW401"}
    assert run.code == (1 if errors else 0)
    return [item["message"] for item in errors]


def test_check_finds_a_file_that_is_not_what_the_specs_say(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    repo.deploy(replicas=2)
    assert check_reports(repo) == [
        "`rendered/demo/deployments/m.yaml` is not what the specs say",
    ]  # and the lock, which is stale for the same reason, is not said to be


def test_check_finds_a_missing_file(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    (repo.root / "rendered/demo/deployments/m.yaml").unlink()
    assert check_reports(repo) == ["`rendered/demo/deployments/m.yaml` is missing"]


def test_check_finds_a_file_that_is_no_longer_produced(repo: Repo) -> None:
    repo.deploy()
    repo.deploy(name="second")
    repo.render()
    (repo.root / "deployments/second.yaml").unlink()
    assert check_reports(repo) == [
        "`rendered/demo/deployments/kustomization.yaml` is not what the specs say",
        "`rendered/demo/deployments/second.yaml` is no longer produced",
    ]


def test_check_finds_a_hand_edited_file(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    file = repo.root / "rendered/demo/deployments/m.yaml"
    file.write_text(file.read_text() + "# a note\n")
    assert check_reports(repo) == [
        "`rendered/demo/deployments/m.yaml` is neither what the specs say nor what servewright wrote"
    ]


def test_check_finds_a_missing_lock(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    (repo.root / "servewright.lock").unlink()
    assert check_reports(repo) == ["`servewright.lock` is missing"]


# --- PATH ------------------------------------------------------------------------------------------------------------


def two_models(repo: Repo) -> None:
    """Two deployments, in a folder of their own each."""
    repo.write("deployments/a/one.yaml", model("one"))
    repo.write("deployments/b/two.yaml", model("two"))


@pytest.mark.parametrize("path", ["deployments/a/one.yaml", "deployments/a", "./deployments/a/"])
def test_render_path_writes_only_its_files(repo: Repo, path: str) -> None:
    two_models(repo)
    assert repo.run("render", path).code == 0
    assert sorted(tree(repo.root / "rendered")) == [
        "demo/deployments/kustomization.yaml",
        "demo/deployments/one.yaml",
        "demo/kustomization.yaml",
    ]


def test_render_path_takes_several(repo: Repo) -> None:
    two_models(repo)
    assert repo.run("render", "deployments/a", "deployments/b/two.yaml").code == 0
    assert {"demo/deployments/one.yaml", "demo/deployments/two.yaml"} <= set(tree(repo.root / "rendered"))


def test_render_path_of_a_connection(repo: Repo) -> None:
    repo.deploy()
    assert repo.run("render", "deployments/connections.yaml").code == 0
    assert "demo/connections/models-s3.yaml" in tree(repo.root / "rendered")
    assert "demo/deployments/m.yaml" not in tree(repo.root / "rendered")


def test_render_path_extends_kustomizations_and_lock(repo: Repo) -> None:
    two_models(repo)
    repo.run("render", "deployments/a")
    assert repo.run("render", "deployments/b").code == 0
    (listing,) = documents((repo.root / "rendered/demo/deployments/kustomization.yaml").read_text())
    assert listing["resources"] == ["one.yaml", "two.yaml"]
    locked = [line.split()[0] for line in (repo.root / "servewright.lock").read_text().splitlines()]
    assert "rendered/demo/deployments/one.yaml" in locked
    assert "rendered/demo/deployments/two.yaml" in locked


def test_render_of_every_path_is_render(repo: Repo) -> None:
    two_models(repo)
    for path in ("deployments/connections.yaml", "deployments/b", "deployments/a"):
        assert repo.run("render", path).code == 0
    assert repo.run("render", "--check").code == 0


def test_render_path_brings_the_runtime_that_its_deployment_shares(repo: Repo) -> None:
    repo.deploy(runtime={"template": "vllm-cuda-runtime-template", "name": "shared"})
    repo.deploy(name="other", runtime={"template": "vllm-cuda-runtime-template", "name": "shared"})
    for name in ("m", "other"):
        assert repo.run("render", f"deployments/{name}.yaml").code == 0
        assert "demo/runtimes/shared.yaml" in tree(repo.root / "rendered")


def test_render_path_deletes_nothing(repo: Repo) -> None:
    two_models(repo)
    repo.render()
    (repo.root / "deployments/b/two.yaml").unlink()
    repo.write("deployments/a/one.yaml", model("one", replicas=2))
    assert repo.run("render", "deployments/a").code == 0
    assert "demo/deployments/two.yaml" in tree(repo.root / "rendered")
    (listing,) = documents((repo.root / "rendered/demo/deployments/kustomization.yaml").read_text())
    assert listing["resources"] == ["one.yaml", "two.yaml"]


def test_render_path_leaves_other_files_untouched(repo: Repo) -> None:
    two_models(repo)
    repo.render()
    other = repo.root / "rendered/demo/deployments/two.yaml"
    other.write_text(other.read_text() + "# a note\n")
    before = other.stat().st_mtime_ns
    repo.write("deployments/a/one.yaml", model("one", replicas=2))
    assert repo.run("render", "deployments/a").code == 0
    assert other.read_text().endswith("# a note\n")
    assert other.stat().st_mtime_ns == before


def test_render_path_is_not_stopped_by_errors_elsewhere(repo: Repo) -> None:
    two_models(repo)
    repo.write("deployments/b/two.yaml", BROKEN)
    assert repo.run("render", "deployments/a").code == 0
    assert repo.run("render", "deployments/b").code == 1
    assert repo.run("render").code == 1


def test_render_stdout_of_a_path(repo: Repo) -> None:
    two_models(repo)
    found = documents(repo.run("render", "--stdout", "deployments/a").out)
    assert {item["metadata"]["name"] for item in found} == {"one"}


def test_render_check_of_a_path(repo: Repo) -> None:
    two_models(repo)
    repo.render()
    repo.write("deployments/b/two.yaml", model("two", replicas=2))
    assert repo.run("render", "--check", "deployments/a").code == 0
    assert repo.run("render", "--check", "deployments/b").code == 1


def test_render_of_a_namespace_writes_its_files_and_no_others(repo: Repo) -> None:
    repo.write("deployments/x.yaml", model("x", metadata={"namespace": "other"}))
    repo.deploy()
    run = repo.run("render", "--namespace", "other")
    assert run.code == 0, run.err
    assert {path.parts[0] for path in map(Path, tree(repo.root / "rendered"))} == {"other"}
    assert repo.run("render", SERVEWRIGHT_NAMESPACE="demo,other").code == 0
    assert {path.parts[0] for path in map(Path, tree(repo.root / "rendered"))} == {"demo", "other"}
    assert repo.run("render", "--check", "--namespace", "other").code == 0


def test_render_of_a_namespace_that_nothing_belongs_to_is_a_usage_error(repo: Repo) -> None:
    repo.deploy()
    run = repo.run("render", "--namespace", "demo,\x1b[1mdemi")
    assert (run.code, run.out) == (2, "")
    assert "`\\x1b[1mdemi`" in run.err
    assert not (repo.root / "rendered").exists()


def test_render_of_a_namespace_is_stopped_by_an_error_anywhere(repo: Repo) -> None:
    # Which namespace something belongs to that has an error is not certain, and what is not rendered may be pruned.
    repo.write("deployments/x.yaml", model("x", metadata={"namespace": "other"}))
    repo.deploy(replicas="many")
    assert repo.run("render", "--namespace", "other").code == 1
    assert not (repo.root / "rendered").exists()
    assert repo.run("render", "deployments/x.yaml").code == 0  # a path is certain


def test_validate_of_a_namespace_reports_what_belongs_to_it(repo: Repo) -> None:
    repo.write("deployments/x.yaml", model("x", metadata={"namespace": "other"}, args=["--port=1"]))
    repo.deploy(args=["--port=1"])
    for more in ((), ("--kubeconform=on",)):
        assert "deployments/x.yaml" not in repo.run("validate", "--namespace", "demo", *more).err
        assert "SW603" in repo.run("validate", "--namespace", "demo", *more).err
        assert "deployments/m.yaml" not in repo.run("validate", "--namespace", "other", *more).err
    assert repo.run("validate", "deployments/x.yaml", "--namespace", "demo").code == 2
    assert repo.run("validate", "--namespace", "nobodys").code == 2


def test_a_stream_of_nothing_is_never_a_success(repo: Repo) -> None:
    repo.write("deployments/registry.yaml", CONNECTIONS.split("---\n")[1])
    repo.write("deployments/connections.yaml", "\n")
    repo.deploy()
    run = repo.run("render", "--stdout", "deployments/registry.yaml")
    assert (run.code, run.out) == (1, "")
    assert "SW405" in run.err


def test_validate_path_reports_the_selection(repo: Repo) -> None:
    repo.write("servewright.yaml", project("open-data-hub 3.6"))
    repo.write("deployments/a/one.yaml", BROKEN.replace("name: m\n", "name: one\n"))
    repo.write("deployments/b/two.yaml", model("two", expose={"route": True}))
    assert severities(repo, "validate", "deployments/a") == ["error SW301"]
    assert severities(repo, "validate", "deployments/b") == ["warning SW311"]
    assert repo.run("validate", "deployments/b").code == 0


def test_validate_path_reports_errors_elsewhere_that_involve_the_selection(repo: Repo) -> None:
    """Everything is always read: a second document of the same name is found, wherever it is."""
    repo.write("deployments/a/one.yaml", model("one"))
    repo.write("deployments/b/two.yaml", model("one"))
    for path in ("deployments/a", "deployments/b"):
        assert "error SW025" in severities(repo, "validate", path)
        assert repo.run("validate", path).code == 1


@pytest.mark.parametrize("hard", ["pods", "count/inferenceservices.serving.kserve.io"])
def test_a_quota_that_is_too_small_involves_every_model_that_it_counts(repo: Repo, hard: str) -> None:
    """However many there are, and wherever it is reported."""
    spec = f"spec: {{hard: {{{hard}: 9}}}}"
    repo.write(
        "catalog/q.yaml", f"apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: q, namespace: demo}}\n{spec}\n"
    )
    names = [f"m{number:02}" for number in range(10)]
    for name in names:
        repo.deploy(name=name, runtime="vllm-cuda-runtime-template")
    repo.write("deployments/stopped.yaml", model("stopped", stopped=True, metadata={"namespace": "other"}))
    for name in names:
        assert "error SW701" in severities(repo, "validate", f"deployments/{name}.yaml")
    assert "error SW701" not in severities(repo, "validate", "deployments/stopped.yaml")


def test_an_unreadable_catalog_involves_every_selection(repo: Repo) -> None:
    """Nobody knows what stands in it: a Template that was meant to replace a built-in one, for example."""
    repo.deploy()
    repo.write("catalog/templates.yaml", "apiVersion: v1\nkind: List\nitems: [\n")
    assert repo.run("validate", "deployments/m.yaml").code == 1
    assert repo.run("render", "deployments/m.yaml").code == 1
    assert not (repo.root / "rendered").exists()


# --- what is written -------------------------------------------------------------------------------------------------


def test_with_any_error_nothing_is_written(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    before, stamped = tree(repo.root / "rendered"), stamps(repo.root / "rendered")
    lock = (repo.root / "servewright.lock").read_bytes()
    repo.deploy(replicas=2)
    repo.write("deployments/other.yaml", BROKEN.replace("name: m\n", "name: other\n"))
    assert repo.run("render").code == 1
    assert tree(repo.root / "rendered") == before
    assert stamps(repo.root / "rendered") == stamped
    assert (repo.root / "servewright.lock").read_bytes() == lock


def test_a_warning_that_the_project_makes_an_error_stops_the_render(repo: Repo) -> None:
    repo.write("servewright.yaml", project(rules={"exposed-without-auth": "error"}))
    repo.deploy(expose={"route": True})
    run = repo.run("render")
    assert run.code == 1
    assert "error[SW311] exposed-without-auth" in run.err
    assert not (repo.root / "rendered").exists()


def test_a_waived_error_is_reported_and_does_not_stop_the_render(repo: Repo) -> None:
    repo.write("servewright.yaml", project(rules={"exposed-without-auth": "error"}))
    repo.deploy(metadata={"annotations": {"servewright.dev/allow": "SW311: demo day"}}, expose={"route": True})
    run = repo.run("render")
    assert run.code == 0
    assert "info[SW901] waived: SW311 (exposed-without-auth) is waived: demo day" in run.err
    assert "servewright.dev" not in (repo.root / "rendered/demo/deployments/m.yaml").read_text()


def test_unchanged_files_are_not_touched(repo: Repo) -> None:
    two_models(repo)
    repo.render()
    before = stamps(repo.root)
    repo.render()
    assert stamps(repo.root) == before
    repo.write("deployments/a/one.yaml", model("one", replicas=2))
    repo.render()
    after = stamps(repo.root)
    touched = {os.path.relpath(path, repo.root) for path in before if before[path] != after[path]}
    assert touched == {"deployments/a/one.yaml", "rendered/demo/deployments/one.yaml", "servewright.lock"}


def test_the_lock_is_one_sorted_line_per_file(repo: Repo) -> None:
    two_models(repo)
    repo.render()
    lines = (repo.root / "servewright.lock").read_text().splitlines()
    assert lines == sorted(lines)
    assert all(re.fullmatch(r"rendered/\S+\.yaml [0-9a-f]{32}", line) for line in lines)
    assert {line.split()[0] for line in lines} == {f"rendered/{path}" for path in tree(repo.root / "rendered")}


def test_the_tree_holds_objects_and_kustomizations_only(repo: Repo) -> None:
    repo.deploy(runtime={"template": "vllm-cuda-runtime-template", "name": "shared"})
    repo.render()
    assert sorted(tree(repo.root / "rendered")) == [
        "demo/connections/kustomization.yaml",
        "demo/connections/models-s3.yaml",
        "demo/deployments/kustomization.yaml",
        "demo/deployments/m.yaml",
        "demo/kustomization.yaml",
        "demo/runtimes/kustomization.yaml",
        "demo/runtimes/shared.yaml",
    ]
    (listing,) = documents((repo.root / "rendered/demo/kustomization.yaml").read_text())
    assert listing == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["connections", "deployments", "runtimes"],
    }


def test_another_output_folder(repo: Repo) -> None:
    repo.write("servewright.yaml", project(output="clusters/prod"))
    repo.deploy()
    assert repo.run("render").code == 0
    assert rendered(repo.root, "clusters/prod")["InferenceService"]["metadata"]["name"] == "m"


def test_a_removed_deployment_takes_its_file_with_it(repo: Repo) -> None:
    two_models(repo)
    repo.render()
    (repo.root / "deployments/b/two.yaml").unlink()
    repo.render()
    assert "demo/deployments/two.yaml" not in tree(repo.root / "rendered")
    assert "two.yaml" not in (repo.root / "servewright.lock").read_text()
    assert repo.run("render", "--check").code == 0


def test_a_hand_edited_file_of_a_living_deployment_is_overwritten_with_a_warning(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    file = repo.root / "rendered/demo/deployments/m.yaml"
    before = file.read_bytes()
    file.write_bytes(before + b"# a note\n")
    run = repo.run("render")
    assert run.code == 0
    assert "warning[SW402] hand-edited: `rendered/demo/deployments/m.yaml` was edited by hand" in run.err
    assert file.read_bytes() == before


def test_a_hand_edited_file_of_a_removed_deployment_is_kept_with_an_error(repo: Repo) -> None:
    two_models(repo)
    repo.render()
    file = repo.root / "rendered/demo/deployments/two.yaml"
    file.write_bytes(file.read_bytes() + b"# a note\n")
    (repo.root / "deployments/b/two.yaml").unlink()
    before = tree(repo.root)
    run = repo.run("render")
    assert run.code == 1
    assert "error[SW403] hand-edited-removed" in run.err
    assert tree(repo.root) == before


def test_a_file_that_servewright_did_not_write_is_never_deleted(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    repo.write("rendered/demo/deployments/README.md", "ours\n")
    repo.write("rendered/demo/deployments/extra.yaml", "kind: Extra\n")
    assert repo.run("render", "--allow-deletions").code == 0
    assert (repo.root / "rendered/demo/deployments/README.md").exists()
    assert (repo.root / "rendered/demo/deployments/extra.yaml").exists()


def test_a_file_that_servewright_did_not_write_is_never_overwritten(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    repo.deploy(name="second")
    repo.write("rendered/demo/deployments/second.yaml", "kind: Extra\n")
    run = repo.run("render")
    assert run.code == 1
    assert "error[SW407] foreign-file" in run.err
    assert (repo.root / "rendered/demo/deployments/second.yaml").read_text() == "kind: Extra\n"


def test_an_emptied_namespace_keeps_an_empty_list_until_deletions_are_allowed(repo: Repo) -> None:
    """A path that vanished breaks engines, so nothing would be pruned."""
    repo.deploy()
    repo.write("deployments/other.yaml", model("other").replace("namespace: demo", "namespace: other"))
    repo.render()
    (repo.root / "deployments/other.yaml").unlink()
    run = repo.run("render")
    assert run.code == 0
    assert "warning[SW406] namespace-emptied" in run.err
    kept = [path for path in tree(repo.root / "rendered") if path.startswith("other/")]
    assert kept == ["other/deployments/kustomization.yaml", "other/kustomization.yaml"]
    for path in kept:
        (listing,) = documents((repo.root / "rendered" / path).read_text())
        assert listing["resources"] == []
    assert repo.run("render", "--check").code == 0
    assert repo.run("render", "--allow-deletions").code == 0
    assert not (repo.root / "rendered/other").exists()
    assert repo.run("render", "--check").code == 0


def test_a_plan_of_a_namespace_that_is_being_emptied_says_so(repo: Repo) -> None:
    repo.deploy()
    repo.write("deployments/other.yaml", model("other").replace("namespace: demo", "namespace: other"))
    repo.render()
    (repo.root / "deployments/other.yaml").unlink()
    for arguments in ([], ["render"]):  # before and after the namespace's list is empty
        if arguments:
            assert repo.run(*arguments).code == 0
        run = repo.run("plan", "other")
        assert run.code == 2
        assert "no deployment is in the namespace `other` any more" in run.err
        assert "merged and pruned" in run.err
    assert "in a namespace `nowhere`" in repo.run("plan", "nowhere").err


def test_the_last_deployment_goes_by_an_empty_tree_that_engines_prune_by(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    before = tree(repo.root / "rendered")
    for path in (repo.root / "deployments").iterdir():
        path.unlink()
    for arguments in (["render"], ["render", "--check"]):
        run = repo.run(*arguments)
        assert run.code == 3
        assert "error[SW405] no-objects" in run.err
        assert "run `servewright render --allow-deletions`: it leaves empty kustomizations" in run.err
        assert tree(repo.root / "rendered") == before
    assert repo.run("render", "--stdout", "--allow-deletions").code == 3
    run = repo.run("render", "--allow-deletions")
    assert run.code == 0
    assert "warning[SW406] namespace-emptied" in run.err
    emptied = tree(repo.root / "rendered")
    assert {path.rpartition("/")[2] for path in emptied} == {"kustomization.yaml"}
    assert all(documents(text)[0]["resources"] == [] for text in emptied.values())
    for arguments in (["render"], ["render", "--check"]):
        assert repo.run(*arguments).code == 0
        assert tree(repo.root / "rendered") == emptied
    stream = repo.run("render", "--stdout")
    assert (stream.code, stream.out) == (3, "")
    assert repo.run("render", "--allow-deletions").code == 0
    assert repo.run("render").code == 3


def test_conflict_markers_in_the_lock_are_not_guessed_about(repo: Repo) -> None:
    repo.deploy()
    repo.render()
    lock = repo.root / "servewright.lock"
    first, *rest = lock.read_text().splitlines()
    lock.write_text("\n".join(["<<<<<<< main", first, "=======", first, ">>>>>>> branch", *rest]) + "\n")
    before = tree(repo.root)
    for args in (["render"], ["render", "--check"], ["render", "deployments/m.yaml"]):
        run = repo.run(*args)
        assert run.code == 2
        assert "error[SW404] lock-conflict" in run.err
    assert tree(repo.root) == before


def test_a_lock_with_the_lines_of_both_branches_is_fine(repo: Repo) -> None:
    """What remains when only the markers of a conflict are deleted."""
    repo.deploy()
    repo.render()
    lock = repo.root / "servewright.lock"
    old = lock.read_text()
    repo.deploy(replicas=2)
    repo.render()
    lock.write_text("".join(sorted({*old.splitlines(keepends=True), *lock.read_text().splitlines(keepends=True)})))
    assert repo.run("render").code == 0
    assert repo.run("render", "--check").code == 0


# --- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["deployments/linked.yaml", "catalog/linked.yaml"])
def test_an_input_that_leads_out_of_the_repository_is_refused_unread(repo: Repo, where: str) -> None:
    outside = repo.root.parent / "outside.yaml"
    outside.write_text("password: confidential\n")
    repo.deploy()
    (repo.root / where).symlink_to(outside)
    run = repo.run("render")
    assert run.code == 1
    assert "error[SW009] path-escapes" in run.err
    assert "confidential" not in run.err


def test_an_input_folder_that_leads_out_of_the_repository_is_refused(repo: Repo) -> None:
    outside = repo.root.parent / "outside"
    outside.mkdir()
    (outside / "m.yaml").write_text(model())
    (repo.root / "deployments/linked").symlink_to(outside)
    run = repo.run("render")
    assert run.code == 1
    assert "error[SW009] path-escapes" in run.err


@pytest.mark.parametrize("folder", ["../outside", "/etc", "deployments/../.."])
def test_folders_of_the_project_stay_inside_the_repository(repo: Repo, folder: str) -> None:
    repo.deploy()
    for spec in ({"inputs": {"deployments": [folder]}}, {"inputs": {"catalog": [folder]}}, {"output": folder}):
        repo.write("servewright.yaml", project(**spec))
        assert repo.run("render").code == 2


@pytest.mark.parametrize(
    "linked", ["rendered", "rendered/demo", "rendered/demo/deployments/m.yaml", "servewright.lock"]
)
def test_an_output_that_is_a_link_is_refused_and_what_it_leads_to_is_left_alone(repo: Repo, linked: str) -> None:
    repo.deploy()
    repo.render()
    elsewhere = repo.root.parent / "elsewhere"
    shutil.move(repo.root / linked, elsewhere)
    (repo.root / linked).symlink_to(elsewhere)
    before = tree(elsewhere) if elsewhere.is_dir() else elsewhere.read_text()
    repo.deploy(replicas=2)
    run = repo.run("render")
    assert run.code == 1
    assert "error[SW009] path-escapes" in run.err
    assert (tree(elsewhere) if elsewhere.is_dir() else elsewhere.read_text()) == before
    assert (repo.root / linked).is_symlink()
