"""Who makes the parts of a run, and in what order they are ready, shows nowhere: same files, same findings."""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings

from harness import Repo
from servewright import Repository
from servewright.compilation import Outcome, prepare
from servewright.copies import Crew
from servewright.parts import copies, pool, processes
from servewright.parts.chunks import by_executor
from servewright.parts.copies import Meanwhile, by_copies
from servewright.parts.part import Part
from servewright.parts.pool import by_pool
from servewright.parts.run import Order, Schedule, compile_parts, one_by_one
from servewright.write.files import Tree
from test_properties import GOLDEN, REPOSITORIES, Bent, bent_structures, inputs

REFUSED = {
    folder.name: inputs(folder / "repo")
    for folder in sorted(GOLDEN.iterdir())
    if folder.name.endswith("refused") and "servewright.yaml" in inputs(folder / "repo")
}


class Posted(Executor):
    """Runs each call at once, on copies, as if everything had gone by post; breaks after so many calls."""

    def __init__(self, calls: int | None = None) -> None:
        self.calls = calls

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.calls is not None:
            self.calls -= 1
            if self.calls < 0:
                future.set_exception(BrokenExecutor("a worker was killed"))
                return future
        fn, args, kwargs = pickle.loads(pickle.dumps((fn, args, kwargs)))
        future.set_result(pickle.loads(pickle.dumps(fn(*args, **kwargs))))
        return future


Everything = tuple[Outcome, dict[str, str], str, int]


def run(files: dict[str, str], schedule: Schedule | None) -> Everything:
    tree = Tree()
    outcome = compile_parts(Repository.of(files), tree.take, schedule=schedule)
    # The context is the same by what it was made from; catalogs do not compare cheaply.
    return outcome._replace(context=None), tree.files(), tree.stream(), tree.objects


@pytest.mark.parametrize("name", [*REPOSITORIES, *REFUSED])
def test_an_executor_makes_what_this_process_makes(name: str) -> None:
    files = {**REPOSITORIES, **REFUSED}[name]
    alone = run(files, None)
    assert run(files, by_executor(Posted(), size=1)) == alone
    assert run(files, by_executor(Posted(), size=3)) == alone


@given(bent_structures())
@settings(max_examples=60)
def test_whatever_is_wrong_is_said_in_the_same_words(bent: Bent) -> None:
    assert run(bent.files, by_executor(Posted(), size=2)) == run(bent.files, None)


def test_what_is_wrong_in_a_copied_runtime_is_said_once_wherever_its_copies_are_made() -> None:
    files = dict(REPOSITORIES["examples"])
    runtime = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: broken, namespace: redhat-ods-applications, labels: {opendatahub.io/dashboard: "true"}, annotations: {opendatahub.io/modelServingSupport: '["single"]', opendatahub.io/model-type: '["predictive"]'}}
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {name: broken}
  spec:
    supportedModelFormats: [{name: odd, version: "1", autoSelect: true}]
    containers: [{name: kserve-container, image: quay.io/x/y:1, ports: [{containerPort: 8080, protocol: TCP}, {containerPort: 8081, protocol: TCP}]}]
"""
    spec = """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: NAME, namespace: tabular}
spec:
  model: {type: predictive, format: {name: odd, version: "1"}, source: {pvc: {claim: models, path: iris}}}
  hardware: {resources: {requests: {cpu: "1", memory: 1Gi}}}
  runtime: broken
"""
    files["catalog/broken.yaml"] = runtime
    files |= {f"deployments/tabular/{name}.yaml": spec.replace("NAME", name) for name in ("x1", "x2", "x3")}
    alone = run(files, None)
    found = [item.object for item in alone[0].diagnostics if item.code == "SW602"]
    assert found == ["ServingRuntime/tabular/x1"] * 2  # of two ports
    assert run(files, by_executor(Posted(), size=1)) == alone


@pytest.mark.parametrize("calls", [0, 1, 4])
def test_a_pool_that_breaks_loses_nothing(calls: int) -> None:
    files = REPOSITORIES["examples"]
    assert run(files, by_executor(Posted(calls), size=1)) == run(files, None)


@pytest.mark.parametrize("schedule", [by_copies(2, 1), by_copies(5, 2), by_copies(2), by_pool(2)])
def test_processes_make_what_this_process_makes(schedule: Schedule) -> None:
    files = REPOSITORIES["examples"]
    assert run(files, schedule) == run(files, None)


@pytest.mark.parametrize("name", [*REPOSITORIES, *REFUSED])
def test_copies_of_this_process_make_what_it_makes(name: str) -> None:
    files = {**REPOSITORIES, **REFUSED}[name]
    assert run(files, by_copies(3, 1)) == run(files, None)


def made_here(parts: Iterable[Part]) -> list[Part]:
    """Parts as they are where nobody had to send them."""
    return [part._replace(plain=None) for part in parts]


def test_a_copy_can_send_whatever_a_document_holds() -> None:
    files = REPOSITORIES["examples"]
    files = files | {path: text.replace("name: ", "name: 1.10 #", 1) for path, text in files.items() if "/" in path}
    repository = Repository.of(files)
    order = Order(repository, prepare(repository), repository.deployments, True)
    bench = copies._Bench(order, order.sources, 1)
    for number in range(len(bench.chunks)):
        assert made_here(bench.read(bench.packed(number))) == [*bench.parts(number)]


@given(bent_structures())
@settings(max_examples=60)
def test_whatever_is_wrong_a_copy_says_it_in_the_same_words(bent: Bent) -> None:
    assert run(bent.files, by_copies(2, 1)) == run(bent.files, None)


def test_a_process_that_is_killed_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_make", _die)
    files = REPOSITORIES["examples"]
    assert run(files, by_pool(2)) == run(files, None)


def _die(chunk: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise(chunk: object) -> None:
    raise RuntimeError


@pytest.mark.parametrize("delivered", [0, 1])
@pytest.mark.parametrize("end", [_die, _raise])
def test_a_copy_that_ends_early_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, end: Callable[[object], None], delivered: int
) -> None:
    here, packed = os.getpid(), copies._Bench.packed
    lost, gone = os.pipe()

    def make(bench: copies._Bench, number: int) -> bytes:
        nonlocal delivered
        if delivered == 0:
            os.write(gone, b".")
            end(number)
        delivered -= 1
        return packed(bench, number)

    def take(crew: Crew) -> int | None:
        if os.getpid() == here:
            os.read(lost, 1)  # only now, so that the copies have something to lose
            os.write(gone, b".")
        return original(crew)

    original = Crew.take
    monkeypatch.setattr(copies._Bench, "packed", make)
    monkeypatch.setattr(Crew, "take", take)
    files = REPOSITORIES["examples"]
    alone = run(files, None)
    assert run(files, by_copies(3, 1)) == alone
    os.close(lost)
    os.close(gone)


@pytest.mark.parametrize("end", [None, _die, _raise])
@pytest.mark.parametrize("most", [0, 4, 100])
def test_what_a_copy_begins_and_what_it_leaves_is_everything(
    monkeypatch: pytest.MonkeyPatch, most: int, end: Callable[[object], None] | None
) -> None:
    repository = Repository.of(REPOSITORIES["examples"])
    order = Order(repository, prepare(repository), repository.deployments, True)
    if end is not None:
        monkeypatch.setattr(copies._Bench, "packed", lambda bench, number: end(number))
    meanwhile = Meanwhile(order, most, size=2)
    for copy in meanwhile._crew._copies:
        select.select([copy.descriptor], [], [])  # it has made something, or is gone
    rest = meanwhile.stop()
    assert (len(rest.sources) < len(order.sources)) == (most > 0)
    assert made_here([*meanwhile.parts(), *one_by_one(rest)]) == [*one_by_one(order)]
    meanwhile.dismiss()


_WATCHED = """\
import os, signal, sys, time
from servewright.parts import copies
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever started the tests may have it ignored
packed, say = copies._Bench.packed, int(sys.argv.pop(1))
def said(bench, number):
    os.write(say, b"x")
    return packed(bench, number) + bytes(4_000_000)  # more than a pipe holds
def wait(bench, crew):
    time.sleep(100)
    yield
copies._Bench.packed, copies._in_order = said, wait
from servewright.__main__ import main
main()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_copy_outlives_the_first_process(tmp_path: Path, number: signal.Signals) -> None:
    repo = Repo(tmp_path)
    for name in range(40):
        repo.deploy(name=f"m{name}")
    life, end = os.pipe()  # all copies have the end, so there is something to read while one lives
    command = [sys.executable, "-c", _WATCHED, str(end), "render", "--jobs=3"]
    process = subprocess.Popen(command, cwd=repo.root, pass_fds=[end], start_new_session=True)
    os.close(end)
    with os.fdopen(life, "rb", buffering=0) as file:
        assert file.read(1) == b"x"
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        assert process.wait(60) == (130 if number == signal.SIGINT else -number)
        while select.select([file], [], [], 60)[0]:
            if not file.read(100):
                break  # nobody is left who could say something
        else:
            pytest.fail("a copy lives on")
    assert not (repo.root / "rendered").exists()


def test_jobs_change_no_byte_of_the_tree_or_the_findings(repo: Repo) -> None:
    for number in range(5):
        repo.deploy(name=f"m{number}", replicas=number + 1)
    one = repo.run("render", "--jobs", "1")
    before = {path: path.read_bytes() for path in sorted((repo.root / "rendered").rglob("*.yaml"))}
    two = repo.run("render", "--jobs", "2")
    assert (one.code, two.code) == (0, 0)
    assert {path: path.read_bytes() for path in sorted((repo.root / "rendered").rglob("*.yaml"))} == before
    assert repo.run("render", "--check", "--jobs", "3").code == 0
    assert repo.run("validate", "--jobs", "2").err == repo.run("validate", "--jobs", "1").err


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "١"])
def test_a_number_of_jobs_that_is_none_is_refused(repo: Repo, value: str) -> None:
    answer = repo.run("render", f"--jobs={value}")
    assert answer.code == 2
    assert "is neither a number from 1 to 512 nor `auto`" in answer.err
    assert repo.run("render", SERVEWRIGHT_JOBS=value).code == 2


_COUNTED = """\
import os, sys
def fork(fork=os.fork):
    print("a copy", flush=True)
    return fork()
os.fork, os.sched_getaffinity = fork, lambda process: set(range(8))
from servewright.cli.parser import main
main(sys.argv[1:], {})
print("multiprocessing" in sys.modules)
"""


@pytest.mark.parametrize(("specs", "started"), [(1, 0), (150, 0), (250, 1), (350, 2)])
def test_a_few_specs_start_no_processes_and_some_start_few(repo: Repo, specs: int, started: int) -> None:
    for number in range(specs):
        repo.deploy(name=f"m{number}")
    command = [sys.executable, "-c", _COUNTED, "render"]
    result = subprocess.run(command, cwd=repo.root, capture_output=True, text=True, check=True)
    assert result.stdout == "a copy\n" * started + "False\n"


@pytest.mark.parametrize(
    ("limit", "granted"),
    [("max 100000", None), ("150000 100000", 2), ("50000 100000", 1), ("nonsense", None), (None, None)],
)
def test_the_control_groups_limit_counts(tmp_path: Path, limit: str | None, granted: int | None) -> None:
    path = tmp_path / "cpu.max"
    if limit is not None:
        path.write_text(limit + "\n")
    assert processes._quota(str(path)) == granted


def _refuse(*args: object) -> None:
    raise OSError("none left")


@pytest.mark.parametrize(
    ("module", "name", "schedule"),
    [(pool, "ProcessPoolExecutor", by_pool(2)), (os, "fork", by_copies(2, 1)), (os, "pipe", by_copies(2, 1))],
)
def test_where_no_process_can_be_started_this_one_does_it_all(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, schedule: Schedule
) -> None:
    monkeypatch.setattr(module, name, _refuse)
    files = REPOSITORIES["examples"]
    assert run(files, schedule) == run(files, None)


def test_where_a_process_cannot_be_copied_new_ones_are_started(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "COPIES", False)
    monkeypatch.setattr(os, "fork", _refuse)
    files = REPOSITORIES["examples"]
    assert run(files, processes.by_processes(2)) == run(files, None)


def test_a_copy_that_has_ended_is_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number may be another process's by then."""
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda process, number: killed.append(process))
    crew = Crew(1, 1, lambda number: b"made")
    while not (results := crew.results(wait=True)):
        pass
    while crew.results(wait=True):
        pass
    crew.dismiss()
    assert results == {0: b"made"}
    assert killed == []
