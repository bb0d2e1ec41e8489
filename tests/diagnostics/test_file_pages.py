"""The pages of codes that are about files or programs: each message is produced on a real disk, by the command.

Every case starts from the repository in ``base/``, rendered. ``SERVEWRIGHT_REFRESH=1`` rewrites the output blocks of
the pages, as in ``test_pages``.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

import pytest

from diagnostics.test_pages import NOT_FROM_TEXT, refresh, repository
from go_tools import kubeconform
from harness import servewright
from servewright.diagnostics import pages
from servewright.diagnostics.codes import BY_CODE
from servewright.write import emit as emitter

SPEC = "deployments/iris.yaml"
TREE = "rendered/demo/deployments/iris.yaml"
FRAUD = repository()[SPEC].replace("iris", "fraud").replace("Iris", "Fraud")


class Case(NamedTuple):
    """How to get to see a code: what happens to the repository, the command, and what the page says to do instead.

    Functions get the repository's root. ``mended`` is the command that is fine afterwards, if it is another one;
    ``during`` holds while the first command runs.
    """

    cause: Callable[[Path], object]
    mend: Callable[[Path], object]
    command: tuple[str, ...] = ("render",)
    mended: tuple[str, ...] = ()
    during: Callable[[], AbstractContextManager[None]] = nullcontext


def replace(path: str, old: str, new: str) -> Callable[[Path], object]:
    """What an editor does."""

    def edit(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new), encoding="utf-8")

    return edit


def write(path: str, content: str | bytes) -> Callable[[Path], object]:
    data = content.encode() if isinstance(content, str) else content
    return lambda root: (root / path).write_bytes(data)


def delete(*paths: str) -> Callable[[Path], object]:
    return lambda root: [(root / path).unlink() for path in paths]


def link(path: str, to: str) -> Callable[[Path], object]:
    return lambda root: (root / path).symlink_to(to)


def run(*arguments: str) -> Callable[[Path], object]:
    """Run the command, successfully."""

    def running(root: Path) -> None:
        result = servewright(*arguments, cwd=root)
        assert result.code == 0, result.err

    return running


def in_turn(*steps: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda root: [step(root) for step in steps]


def outside_link(root: Path) -> None:
    """A link to a file that is really there, beside the repository."""
    (root.parent / "platform").mkdir()
    (root.parent / "platform/fraud.yaml").write_text(FRAUD, encoding="utf-8")
    (root / "deployments/fraud.yaml").symlink_to("../../platform/fraud.yaml")


def conflict(root: Path) -> None:
    """What Git leaves of a lock that two branches changed on the same lines."""
    first, *rest = (root / "servewright.lock").read_text(encoding="utf-8").splitlines(keepends=True)
    theirs = first.replace(first.split()[1], "0" * 32)
    lines = ["<<<<<<< HEAD\n", first, "=======\n", theirs, ">>>>>>> bigger-iris\n", *rest]
    (root / "servewright.lock").write_text("".join(lines), encoding="utf-8")


def both_sides(root: Path) -> None:
    lines = (root / "servewright.lock").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("<<<<<<< ", "=======", ">>>>>>> "))]
    (root / "servewright.lock").write_text("".join(kept), encoding="utf-8")


@contextmanager
def no_room() -> Iterator[None]:
    """No file can grow: what a full disk is like, but for the reason that the message gives."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def empty_path() -> Iterator[None]:
    """No program is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        yield


@contextmanager
def replicas_as_text() -> Iterator[None]:
    """A mistake in the emitter, which no check of the objects can see."""
    emit = emitter.Emitter.emit
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emitter.Emitter, "emit", lambda *of: emit(*of).replace("minReplicas: 1", 'minReplicas: "1"'))
        yield


def large_runtime(root: Path) -> None:
    """A runtime with a file in its arguments, and a model that uses it."""
    text = f"""\
apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: large
  namespace: redhat-ods-applications
  labels: {{opendatahub.io/dashboard: "true"}}
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {{name: large}}
  spec:
    supportedModelFormats: [{{name: sklearn, version: "1"}}]
    containers:
    - name: kserve-container
      image: quay.io/acme/large:1
      args:
      - {"x" * 2_000_000}
"""
    (root / "catalog/large.yaml").write_text(text, encoding="utf-8")
    replace(SPEC, "  model:", "  runtime: large\n  model:")(root)


LATIN = FRAUD.replace("Fraud", "Betrügereien").encode("latin-1")
WEB = FRAUD.replace("namespace: demo", "namespace: web")

CASES = {
    "SW006": Case(write("deployments/export.yaml", "# …\n" * (1 << 18)), delete("deployments/export.yaml")),
    "SW008": Case(write("deployments/fraud.yaml", LATIN), write("deployments/fraud.yaml", LATIN.decode("latin-1"))),
    "SW009": Case(outside_link, in_turn(delete("deployments/fraud.yaml"), write("deployments/fraud.yaml", FRAUD))),
    "SW014": Case(link("deployments/fraud.yaml", "../templates/fraud.yaml"), delete("deployments/fraud.yaml")),
    "SW401": Case(replace(SPEC, "  model:", "  replicas: 3\n  model:"), run("render"), ("render", "--check")),
    "SW402": Case(
        replace(TREE, "minReplicas: 1", "minReplicas: 3"), replace(SPEC, "  model:", "  replicas: 3\n  model:")
    ),
    "SW403": Case(in_turn(replace(TREE, "minReplicas: 1", "minReplicas: 3"), delete(SPEC)), delete(TREE)),
    "SW404": Case(conflict, both_sides),
    "SW405": Case(delete(SPEC, "deployments/models-s3.yaml"), write("deployments/fraud.yaml", FRAUD)),
    "SW406": Case(
        in_turn(write("deployments/fraud.yaml", WEB), run("render"), delete("deployments/fraud.yaml")),
        lambda root: None,
        mended=("render", "--allow-deletions"),
    ),
    "SW407": Case(
        in_turn(
            write("rendered/demo/deployments/fraud.yaml", "# applied by hand\n"), write("deployments/fraud.yaml", FRAUD)
        ),
        delete("rendered/demo/deployments/fraud.yaml"),
    ),
    "SW408": Case(replace(SPEC, "  model:", "  replicas: 3\n  model:"), lambda root: None, during=no_room),
    "SW505": Case(large_runtime, replace(SPEC, "  runtime: large\n", "")),
    "SW511": Case(
        replace(SPEC, "  model:", "  replicas: 1\n  model:"),
        lambda root: None,
        ("validate", "--kubeconform=require"),
        during=replicas_as_text,
    ),
    "SW512": Case(lambda root: None, lambda root: None, ("validate", "--kubeconform=require"), during=empty_path),
    "SW513": Case(lambda root: None, lambda root: None, ("validate", "--kubeconform=on"), during=empty_path),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The base repository, rendered, on a machine with kubeconform."""
    monkeypatch.setenv("PATH", f"{kubeconform().parent}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "repository"
    for path, text in repository().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    run("render")(folder)
    return folder


def test_every_code_that_is_not_in_a_text_is_produced_here() -> None:
    in_tests_of_diff = {"SW030", "SW031"}
    assert set(CASES) == NOT_FROM_TEXT - in_tests_of_diff


@pytest.mark.parametrize("code", sorted(CASES))
def test_command_prints_exactly_what_the_page_shows_until_the_cause_is_gone(code: str, root: Path) -> None:
    case, page, rule = CASES[code], pages.load(code), BY_CODE[code]
    case.cause(root)
    with case.during():
        result = servewright(*case.command, cwd=root)
    output, _, summary = result.err.removesuffix("\n").rpartition("\n")
    assert f"{rule.severity}[{code}] " in output
    assert summary.startswith("found ")
    assert (result.code == 0) == (rule.severity != "error")
    if os.environ.get("SERVEWRIGHT_REFRESH") == "1":
        page = refresh(page, output)
    assert f"{output}\n" == page.output

    case.mend(root)
    result = servewright(*(case.mended or case.command), cwd=root)
    assert code not in result.err
    assert result.code == 0, result.err
