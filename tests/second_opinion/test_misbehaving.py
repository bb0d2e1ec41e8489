"""A kubeconform that is missing, old, wrong, stuck or hostile is said to be so, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness import Repo, Run, model
from second_opinion.programs import SUMMARY, answering, is_running, program, wait_for
from servewright.programs import process
from servewright.second_opinion import kubeconform

COMPILER = Path(__file__).parents[2] / "compiler"
SECRET = "hunter2-" + "correct-horse"
OBJECTS = 3  # of the repository below: a connection, a runtime, a model


@pytest.fixture
def one(repo: Repo, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository with one model, whose temporary files go to a folder of its own."""
    repo.deploy()
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    yield repo
    assert list(temporary.iterdir()) == [], "nothing is left behind"


def asked(repo: Repo, path: str, mode: str = "require", *args: str) -> Run:
    return repo.run("validate", f"--kubeconform={mode}", *args, SERVEWRIGHT_KUBECONFORM_PROGRAM=path)


def failure(run: Run) -> str:
    """The message of the only error, a ``kubeconform-failed``."""
    assert run.code == 1
    assert run.err.count("error[") == 1, run.err
    first = run.err[run.err.index("error[") :].split("\n")[0]
    assert first.startswith("error[SW512] kubeconform-failed: "), first
    assert "kubeconform accepts" not in run.err
    return first.removeprefix("error[SW512] kubeconform-failed: ")


def refusal(repo: Repo, **entry: Any) -> dict[str, Any]:
    return {
        "filename": "objects/demo/deployments/m.yaml",
        "kind": "InferenceService",
        "name": "m",
        "version": "serving.kserve.io/v1beta1",
        "status": "statusInvalid",
        "msg": "",
        **entry,
    }


# --- it is not there -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/nonexistent", "."])
def test_a_missing_program_is_a_warning_that_says_how_to_install_it(one: Repo, path: str, tmp_path: Path) -> None:
    program(one.root, "raise SystemExit(1)")  # a repository does not bring its own, not even by `.` on the PATH
    run = one.run("validate", "--kubeconform", "on", PATH=path)
    assert run.code == 0
    assert "warning[SW513] kubeconform-missing: " in run.err
    assert "go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0" in run.err
    assert one.run("validate", "--kubeconform", "on", "--fail-on", "warning", PATH=path).code == 1


def test_a_missing_program_is_an_error_where_it_is_required(one: Repo) -> None:
    run = one.run("validate", PATH="/nonexistent", SERVEWRIGHT_VALIDATE_KUBECONFORM="require")
    assert failure(run) == "kubeconform is required, and is not installed"
    assert "go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0" in run.err


@pytest.mark.parametrize("mode", ["on", "require"])
@pytest.mark.parametrize("name", ["/nonexistent/kubeconform", "kubeconform", "/"])
def test_a_named_program_that_is_none_is_an_error(one: Repo, mode: str, name: str) -> None:
    program(one.root, "raise SystemExit(1)")
    message = failure(asked(one, name, mode))
    assert (
        message
        == f"kubeconform could not be run: SERVEWRIGHT_KUBECONFORM_PROGRAM is `{name}`, not the absolute path of a program"
    )


def test_a_file_that_the_system_cannot_run_is_an_error(one: Repo, tmp_path: Path) -> None:
    path = Path(program(tmp_path, ""))
    path.write_text("#!/nonexistent/interpreter\n")
    assert failure(asked(one, str(path))) == "kubeconform could not be run: no such file or directory"


def test_it_is_found_on_the_path(one: Repo, tmp_path: Path) -> None:
    answering(tmp_path, valid=OBJECTS)
    run = one.run("validate", "--kubeconform", "require", PATH=f"/nonexistent:{tmp_path}:{os.environ['PATH']}")
    assert run.code == 0
    assert run.err.endswith(f"; kubeconform accepts {OBJECTS}\n")


def test_it_is_not_run_unasked(one: Repo, tmp_path: Path) -> None:
    path = program(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')")
    for mode in ("off", "on"):
        asked(one, path, mode)
        assert (tmp_path / "ran").exists() == (mode == "on")


# --- what it gets ----------------------------------------------------------------------------------------------------


def test_it_gets_private_files_and_no_more(one: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HF_TOKEN", SECRET)
    saw = tmp_path / "saw.json"
    path = program(
        tmp_path,
        f"""
import json, os, stat, sys
files = sorted(os.path.join(folder, name) for folder, _, names in os.walk("objects") for name in names)
json.dump({{
    "arguments": sys.argv[1:], "environment": dict(os.environ), "input": sys.stdin.read(), "files": files,
    "modes": sorted({{oct(stat.S_IMODE(os.stat(name).st_mode)) for name in [".", "objects", *files]}}),
    "schemas": sorted(os.listdir("schemas")), "folder": os.getcwd(),
}}, open({str(saw)!r}, "w"))
print(json.dumps({{"resources": None, "summary": {{**{SUMMARY!r}, "valid": {OBJECTS}}}}}))
""",
    )
    run = asked(one, path)
    assert run.code == 0, run.err
    seen = json.loads(saw.read_text())
    assert seen["files"] == [
        "objects/demo/connections/models-s3.yaml",
        "objects/demo/deployments/m.yaml",
    ]
    assert seen["modes"] == ["0o600", "0o700"]
    assert seen["environment"].keys() <= {"PATH", "HOME", "LC_CTYPE"}, "the last one is Python's own"
    assert seen["input"] == ""
    assert seen["arguments"][:6] == ["-n", "2", "-strict", "-summary", "-output", "json"]
    assert seen["arguments"][-1] == "objects"
    locations = seen["arguments"][6:-1]
    assert set(locations[::2]) == {"-schema-location"}
    assert locations[1] == "schemas/openshift-ai-3.4/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json"
    assert {location.split("/")[1] for location in locations[1::2]} <= set(seen["schemas"])
    assert all(location.startswith("schemas/") for location in locations[1::2])


# --- its answer makes no sense ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("print('all fine')", "ended with exit code 0, and its answer is not the JSON of `-output json`"),
        ("print('[' * 100000)", "ended with exit code 0, and its answer is not the JSON of `-output json`"),
        ("import sys; sys.stdout.buffer.write(b'{\"\\xff')", "ended with exit code 0, and its answer is not the JSON of `-output json`"),
        ("raise SystemExit(3)", "ended with exit code 3, and its answer is not the JSON of `-output json`"),
        ("print('{}')", "gave an answer without a summary"),
        ("print('{\"summary\": 5, \"resources\": []}')", "gave an answer without a summary"),
        ("print('{\"summary\": {}, \"resources\": 5}')", "gave an answer whose `resources` is no list"),
        ("import os; os.kill(os.getpid(), 11)", "ended with exit code -11, and its answer is not the JSON of `-output json`"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_an_error(one: Repo, tmp_path: Path, body: str, message: str) -> None:
    assert failure(asked(one, program(tmp_path, body), "on")) == f"kubeconform {message}"


@pytest.mark.parametrize(
    ("counts", "code", "message"),
    [
        ({"valid": 0}, 0, f"counted 0 objects, and {OBJECTS} were rendered"),
        ({"valid": OBJECTS - 1}, 0, f"counted {OBJECTS - 1} objects, and {OBJECTS} were rendered"),
        ({"valid": OBJECTS + 1}, 0, f"counted {OBJECTS + 1} objects, and {OBJECTS} were rendered"),
        ({"valid": OBJECTS - 1, "skipped": 1}, 0, "skipped 1 of the objects"),
        ({"valid": OBJECTS - 1, "invalid": 1}, 1, "counted 1 refusals, and listed 0"),
        ({"valid": OBJECTS}, 1, "ended with exit code 1, which does not go with 0 refused objects"),
        ({"valid": OBJECTS}, 3, "ended with exit code 3, which does not go with 0 refused objects"),
        ({"valid": -1, "invalid": OBJECTS + 1}, 0, "gave an answer without a summary"),
    ],
)
def test_numbers_that_do_not_add_up_are_an_error(
    one: Repo, tmp_path: Path, counts: dict[str, int], code: int, message: str
) -> None:
    assert failure(asked(one, answering(tmp_path, code=code, **counts), "on")) == f"kubeconform {message}"


@pytest.mark.parametrize(
    ("entry", "code", "message"),
    [
        ({"status": "statusValid"}, 1, "gave an answer with an entry that is no refusal"),
        ({"name": 5}, 1, "gave an answer whose `name` is no text"),
        ({"validationErrors": [{"path": 1}]}, 1, "gave an answer whose `path` is no text"),
        ({"filename": "/etc/passwd"}, 1, "refused a file that it was not given"),
        ({}, 0, "ended with exit code 0, which does not go with 1 refused objects"),
    ],
)
def test_an_entry_that_makes_no_sense_is_an_error(
    one: Repo, tmp_path: Path, entry: dict[str, Any], code: int, message: str
) -> None:
    resources = [refusal(one, **entry)]
    path = answering(tmp_path, code=code, resources=resources, valid=OBJECTS - 1, invalid=1)
    assert failure(asked(one, path)) == f"kubeconform {message}"


@pytest.mark.parametrize(
    ("message", "says"),
    [
        # v0.6: `path` leads through the schema, and the message reads otherwise
        (f"jsonschema: '/spec' does not validate with file:///x: expected string, but got {SECRET}", "is not as the release's schema wants it"),
        # a value that looks like a part of the message
        (f"jsonschema validation failed with 'x' - at '/spec/predictor': '{SECRET} \\' - at \\'/spec' does not match pattern '^a$'", "does not match the pattern `^a$`"),
        (f"jsonschema validation failed with 'x' - at '/spec/predictor/{SECRET}': got {SECRET}, want {SECRET}", "is not as the release's schema wants it"),
        (f"jsonschema validation failed with 'x' - at '/spec/predictor': got string, want {SECRET.replace('-', '')}", "should be something else"),
        (f"error unmarshalling resource: {SECRET}", "its file is not YAML that kubeconform can read"),
        (f"{SECRET}\x1b[2J", "is not as the release's schema wants it"),
        ("jsonschema validation failed with 'x' - at '/\\x1b[2J\\u202e\\U00110000': 'not' failed", "it has a form that the schema forbids"),
    ],
)  # fmt: skip
def test_what_it_quotes_is_not_repeated(one: Repo, tmp_path: Path, message: str, says: str) -> None:
    entry = refusal(one, msg=message, validationErrors=[{"path": f"/properties/{SECRET}", "msg": SECRET}])
    body = f"""
import json, sys
sys.stderr.write({SECRET!r})
print(json.dumps({{"resources": [{entry!r}], "summary": {{**{SUMMARY!r}, "valid": {OBJECTS - 1}, "invalid": 1}}}}))
raise SystemExit(1)
"""
    for form in ("text", "json"):
        run = asked(one, program(tmp_path, body), "on", f"--format={form}")
        printed = run.out + run.err
        assert run.code == 1
        assert "SW511" in printed and says in printed, printed
        assert "deployments/m.yaml" in printed
        assert SECRET not in printed and SECRET.replace("-", "") not in printed
        assert "\x1b" not in printed and "\u202e" not in printed


# --- it does not end -------------------------------------------------------------------------------------------------

HANG = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(3600)"])
with open({pids!r} + ".new", "w") as file:
    file.write(f"{{os.getpid()}} {{child.pid}}")
os.rename({pids!r} + ".new", {pids!r})
{then}
"""


def hanging(folder: Path, then: str = "time.sleep(3600)") -> tuple[str, Path]:
    """A program that starts another one and hangs, and the file in which both their process numbers will be."""
    pids = folder / "pids"
    return program(folder, HANG.format(pids=str(pids), then=then)), pids


def ended(pids: Path) -> bool:
    return not any(is_running(int(pid)) for pid in pids.read_text().split())


@pytest.mark.parametrize(
    "then",
    [
        "time.sleep(3600)",
        "sys.exit(0)",  # its child goes on, and holds the pipe
        "os.close(1); time.sleep(3600)",
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(3600)",
        "while True: sys.stderr.write('x' * 65536)",
    ],
)
def test_one_that_hangs_is_ended_with_all_that_it_started(
    one: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    monkeypatch.setattr(kubeconform, "patience", lambda objects: 2.0)
    path, pids = hanging(tmp_path, then)
    assert failure(asked(one, path, "on")) == "kubeconform was not done after 2 seconds, and was ended"
    wait_for(lambda: ended(pids))


def test_one_that_leaves_a_process_behind_is_cleaned_up_after(one: Repo, tmp_path: Path) -> None:
    answer = json.dumps({"resources": [], "summary": {**SUMMARY, "valid": OBJECTS}})
    child = 'subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(3600)"], stdout=subprocess.DEVNULL)'
    body = HANG.format(pids=str(tmp_path / "pids"), then=f"print({answer!r})").replace(
        'subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(3600)"])', child
    )
    assert asked(one, program(tmp_path, body)).code == 0
    wait_for(lambda: ended(tmp_path / "pids"))


def test_one_that_floods_is_ended(one: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubeconform, "_MOST_OUTPUT", 1 << 20)
    path = program(tmp_path, "import sys\nwhile True: sys.stdout.write('x' * 65536)")
    assert failure(asked(one, path)) == "kubeconform said more than 1 MiB, and was ended"


def test_a_flood_on_standard_error_is_not_in_the_way(one: Repo, tmp_path: Path) -> None:
    answer = json.dumps({"resources": [], "summary": {**SUMMARY, "valid": OBJECTS}})
    body = f"import sys\nfor _ in range(1000): sys.stderr.write('x' * 65536)\nprint({answer!r})"
    run = asked(one, program(tmp_path, body))
    assert run.code == 0
    assert "xxx" not in run.err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGHUP, 128 + signal.SIGHUP), (signal.SIGINT, 130)]
)  # fmt: skip
def test_who_ends_us_ends_it(one: Repo, tmp_path: Path, number: int, code: int) -> None:
    path, pids = hanging(tmp_path)
    ours = subprocess.Popen(
        [sys.executable, "-m", "servewright", "validate", "--kubeconform=on"],
        cwd=one.root,
        env={**os.environ, "PYTHONPATH": str(COMPILER), "SERVEWRIGHT_KUBECONFORM_PROGRAM": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A run under nohup or in the background ignores some signals, and would hand that on.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    try:
        wait_for(pids.exists)
        ours.send_signal(number)
        assert ours.wait(60) == code
        wait_for(lambda: ended(pids))
    finally:
        ours.kill()
        ours.wait()


def test_the_handling_of_signals_is_put_back(one: Repo, tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    with process.tidy_when_ended():
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)] == before


# --- the rest of a run -----------------------------------------------------------------------------------------------


def test_a_repository_without_objects_is_not_asked_about(one: Repo, tmp_path: Path) -> None:
    for file in (one.root / "deployments").iterdir():
        file.unlink()
    path = program(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')")
    assert asked(one, path).code == 3
    assert not (tmp_path / "ran").exists()


def test_errors_of_the_specs_are_reported_beside_it(one: Repo, tmp_path: Path) -> None:
    one.write("deployments/other.yaml", model("other").replace("nvidia-gpu", "nvidia-gpus"))
    run = asked(one, answering(tmp_path, valid=1))
    assert run.code == 1
    assert run.err.index("error[SW512]") < run.err.index("error[SW301]")


def test_an_unknown_mode_is_a_usage_error(one: Repo) -> None:
    assert one.run("validate", "--kubeconform", "yes").code == 2
    run = one.run("validate", SERVEWRIGHT_VALIDATE_KUBECONFORM="yes")
    assert (run.code, "write one of off, on, require" in run.err) == (2, True)


def test_an_object_that_it_does_not_name_is_reported_for_its_file(one: Repo, tmp_path: Path) -> None:
    one.deploy(displayName="My Model", metadata={"name": None, "annotations": {}})
    one.write("deployments/m.yaml", (one.root / "deployments/m.yaml").read_text().replace("  name: null\n", ""))
    entry = refusal(one, kind="", name="", status="statusError", msg="error unmarshalling resource: yaml: line 2")
    entry["filename"] = "objects/demo/deployments/my-model.yaml"
    run = asked(one, answering(tmp_path, code=1, resources=[entry], valid=OBJECTS - 1, errors=1))
    assert run.code == 1
    assert (
        "kubeconform refuses an object: its file is not YAML that kubeconform can read\n --> deployments/m.yaml:3:1\n"
        in run.err
    )


def test_the_order_of_its_answer_does_not_matter(one: Repo, tmp_path: Path) -> None:
    one.deploy(auth={"tokens": ["a", "b"]})
    secrets = [{"kind": "Secret", "name": f"{name}-m-sa"} for name in ("a", "b")]
    runs = []
    for entries in (secrets, secrets[::-1]):
        resources = [refusal(one, **entry, msg="alike") for entry in entries]
        run = asked(one, answering(tmp_path, code=1, resources=resources, valid=6, invalid=2), "on", "--format=json")
        runs.append([item["object"] for item in json.loads(run.out)["diagnostics"] if item["severity"] == "error"])
    assert runs == [["Secret/demo/a-m-sa", "Secret/demo/b-m-sa"]] * 2
