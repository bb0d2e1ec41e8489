"""A repository on disk and the real command, in four verbs.

::

    repo.write("catalog/profiles.yaml", text)      a file of the repository
    repo.deploy(runtime="llm-d", replicas=2)       one ModelDeployment, `demo/m`, with these fields over a plain spec
    repo.render()                                  `servewright render` must succeed: the objects that it wrote
    repo.expect("SW204 deployments/m.yaml:3:5")    `servewright validate` must report exactly these errors

A new :class:`Repo` holds :data:`BASE`: a Project, two hardware profiles, three connections. Every run goes through the
command's entry point in this process, with the repository as the working directory, and nothing else is set up.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Json = dict[str, Any]

APPLICATIONS = "redhat-ods-applications"
ENVIRONMENT = "SERVEWRIGHT_"


class Run(NamedTuple):
    """What a command left behind: its exit code, and what it printed."""

    code: int
    out: str
    err: str


def servewright(*args: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Run:
    """Run ``servewright ARGS`` in this process, in the folder ``cwd``, with no SERVEWRIGHT_ variables but ``env``'s."""
    from servewright.__main__ import main

    out, err = _stream(), _stream()
    code = 0
    with (
        contextlib.chdir(cwd or Path.cwd()),
        _environment({**{k: v for k, v in os.environ.items() if not k.startswith(ENVIRONMENT)}, **(env or {})}),
        _arguments(["servewright", *args]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
        finally:
            gc.enable()  # a command turns it off for its short life, but this process goes on
    return Run(code, _text(out), _text(err))


class Objects(tuple[Json, ...]):
    """Kubernetes objects; ``objects["Role"]`` is the only one of its kind."""

    __slots__ = ()

    def __getitem__(self, kind: str) -> Json:  # type: ignore[override]
        found = self.all(kind)
        assert len(found) == 1, f"{len(found)} objects of kind {kind}, not one, among {[o['kind'] for o in self]}"
        return found[0]

    def all(self, kind: str) -> list[Json]:
        """Every object of a kind."""
        return [item for item in self if item["kind"] == kind]


class Repo:
    """A repository in the folder ``root``."""

    def __init__(self, root: Path, files: Mapping[str, str] | None = None) -> None:
        self.root = root
        for path, text in (BASE if files is None else files).items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        """Write a file."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def deploy(self, *, name: str = "m", **spec: Any) -> None:
        """Write ``deployments/<name>.yaml``: ``spec`` over a generative model on an NVIDIA profile.

        A field that is None is left out.
        """
        self.write(f"deployments/{name}.yaml", model(name, **spec))

    def render(self) -> Objects:
        """Render and return what is in the output folder; anything but success fails the test."""
        run = self.run("render")
        assert run.code == 0, run.err
        return rendered(self.root)

    def expect(self, *problems: str) -> None:
        """Validate and compare the errors (``CODE file:line:column``, in order) with ``problems``."""
        run = self.run("validate", "--format", "json")
        errors = [item for item in json.loads(run.out)["diagnostics"] if item["severity"] == "error"]
        assert [summary(item) for item in errors] == list(problems)

    def run(self, *args: str, **env: str) -> Run:
        """Any command, for what the verbs do not say."""
        return servewright(*args, cwd=self.root, env=env)


def summary(diagnostic: Json) -> str:
    """A diagnostic of ``--format json`` in one line."""
    place = f" {diagnostic['file']}:{diagnostic['line']}:{diagnostic['column']}" if diagnostic["file"] else ""
    return diagnostic["code"] + place


def rendered(root: Path, output: str = "rendered") -> Objects:
    """The Kubernetes objects in the output folder, kustomizations apart."""
    files = sorted(path for path in (root / output).rglob("*.yaml") if path.name != "kustomization.yaml")
    return Objects(item for file in files for item in documents(file.read_text(encoding="utf-8")))


def documents(text: str) -> list[Any]:
    """The YAML documents in ``text``."""
    return list(yaml.load_all(text, yaml.CSafeLoader))


def tree(folder: Path) -> dict[str, str]:
    """Every file below ``folder``, by relative path; a file that is not UTF-8 fails."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes().decode("utf-8") for file in files}


# --- inputs ----------------------------------------------------------------------------------------------------------


def project(release: str = "openshift-ai 3.4", **spec: Any) -> str:
    """``servewright.yaml`` for a release like ``openshift-ai 3.4``, always with :data:`APPLICATIONS`."""
    name, version = release.split()
    platform = {"name": name, "version": version}
    return document("Project", {"name": "test"}, {"platform": platform, "applicationsNamespace": APPLICATIONS, **spec})


def model(name: str = "m", **spec: Any) -> str:
    """A ModelDeployment of the namespace demo; see :meth:`Repo.deploy`."""
    metadata = {"name": name, "namespace": "demo", **spec.pop("metadata", {})}
    whole = {
        "model": {"type": "generative", "source": {"uri": {"url": "hf://acme/model"}}},
        "hardware": {"profile": "nvidia-gpu"},
        **spec,
    }
    return document("ModelDeployment", metadata, {key: value for key, value in whole.items() if value is not None})


def document(kind: str, metadata: Json, spec: Json) -> str:
    """One document of ours as YAML text, in block style."""
    body = {"apiVersion": "servewright.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
    return yaml.dump(body, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=10**9)


class _Plain(yaml.SafeDumper):
    """Without aliases, and with every string quoted that some reader would not take for one."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_DOUBTFUL = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = text.replace("-", "").replace("/", "").isalpha() and text.lower() not in _DOUBTFUL
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Plain.add_representer(str, _represent)

PROFILES = """\
apiVersion: infrastructure.opendatahub.io/v1
kind: HardwareProfile
metadata: {name: cpu, namespace: redhat-ods-applications}
spec:
  identifiers:
  - {identifier: cpu, displayName: CPU, resourceType: CPU, minCount: 1, defaultCount: 2, maxCount: 16}
  - {identifier: memory, displayName: Memory, resourceType: Memory, minCount: 1Gi, defaultCount: 4Gi, maxCount: 64Gi}
---
apiVersion: infrastructure.opendatahub.io/v1
kind: HardwareProfile
metadata: {name: nvidia-gpu, namespace: redhat-ods-applications}
spec:
  identifiers:
  - {identifier: cpu, displayName: CPU, resourceType: CPU, minCount: 1, defaultCount: 4, maxCount: 64}
  - {identifier: memory, displayName: Memory, resourceType: Memory, minCount: 1Gi, defaultCount: 32Gi, maxCount: 512Gi}
  - {identifier: nvidia.com/gpu, displayName: GPU, resourceType: Accelerator, minCount: 1, defaultCount: 1, maxCount: 8}
  scheduling:
    type: Node
    node:
      nodeSelector: {gpu: a100}
      tolerations:
      - {key: nvidia.com/gpu, operator: Exists, value: "", effect: NoSchedule}
"""

CONNECTIONS = """\
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: models-s3, namespace: demo}
spec:
  s3: {endpoint: "https://s3.example.com", bucket: models}
---
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: registry, namespace: demo}
spec:
  oci: {registry: quay.io/acme}
---
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: weights, namespace: demo}
spec:
  uri: {url: "https://models.example.com/weights.tar.gz"}
"""

BASE = {
    "servewright.yaml": project(),
    "catalog/profiles.yaml": PROFILES,
    "deployments/connections.yaml": CONNECTIONS,
}

# --- plumbing --------------------------------------------------------------------------------------------------------


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _arguments(argv: list[str]) -> Iterator[None]:
    before, sys.argv = sys.argv, argv
    try:
        yield
    finally:
        sys.argv = before


def refreshing() -> bool:
    """Whether this run writes expected outputs anew instead of comparing with them."""
    return os.environ.get("SERVEWRIGHT_REFRESH") == "1"
