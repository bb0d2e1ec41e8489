"""What the commands do, document by document, is what compile_repository does at once, and nothing stays behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from servewright import Repository, compile_repository
from servewright.compilation import Compiled, compile_each
from servewright.diagnostics.model import Document
from servewright.lower.fields import Object
from servewright.model.deployment import ModelDeployment
from servewright.parts.run import compile_parts
from servewright.resolve.decisions import Decisions
from servewright.write.files import Tree, stream_of, tree_of
from test_properties import repositories

REPOSITORIES = dict(repositories())

PROJECT = (
    'apiVersion: servewright.dev/v1alpha1\nkind: Project\nmetadata: {name: p}\nspec: {platform: {version: "3.4"}}\n'
)
DEPLOYMENT = """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: NAME, namespace: demo}
spec:
  model: {type: predictive, format: {name: onnx, version: "1"}, source: {s3: {connection: models, path: p}}}
  hardware: {resources: {requests: {cpu: "1", memory: 4Gi}}}
  runtime: kserve-ovms
  expose: {route: true}
"""
CONNECTION = """\
apiVersion: servewright.dev/v1alpha1
kind: KIND
metadata: {name: models, namespace: demo}
spec: {s3: {endpoint: "https://s3.example.com", bucket: b}}
"""


@pytest.fixture
def no_collection() -> Iterator[None]:
    """As in the command, where cycles would never be freed."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", REPOSITORIES)
def test_the_tree_and_the_findings_are_the_same(name: str) -> None:
    repository = Repository.of(REPOSITORIES[name])
    compilation = compile_repository(repository)
    tree, checked = Tree(), Tree()
    outcome = compile_parts(repository, tree.take)
    files, found = tree_of(compilation)
    assert (tree.files(), tree.diagnostics(outcome)) == (files, found)
    assert (
        compile_parts(repository, checked.take, texts=False).diagnostics
        == outcome.diagnostics
        == compilation.diagnostics
    )
    assert checked.diagnostics(outcome) == found
    assert tree.objects == checked.objects == len(compilation.objects)
    assert tree.stream() == stream_of(compilation)
    assert (outcome.deployments, outcome.inputs) == (compilation.deployments, compilation.inputs)


@pytest.mark.usefixtures("no_collection")
def test_nothing_of_a_deployment_stays_in_memory_but_its_text() -> None:
    """A finding (here: exposed without authentication) and a summary do not keep the document's data either."""
    files = {f"deployments/{name}.yaml": DEPLOYMENT.replace("NAME", name) for name in ("a", "b", "c")}
    files["deployments/models.yaml"] = CONNECTION.replace("KIND", "Connection")
    repository = Repository.of({"servewright.yaml": PROJECT, **files})
    before = {id(item) for item in gc.get_objects()}
    tree = Tree()
    outcome = compile_parts(repository, tree.take)
    assert outcome.deployments == 3
    assert len([item for item in outcome.diagnostics if item.slug == "exposed-without-auth"]) == 3
    new = [item for item in gc.get_objects() if id(item) not in before]
    assert not [item for item in new if isinstance(item, Decisions | Object | ModelDeployment)]
    documents = [item for item in new if isinstance(item, Document)]
    assert not [item for item in documents if item.data.get("kind") == "ModelDeployment"]


@pytest.mark.usefixtures("no_collection")
def test_the_checks_keep_no_object_while_others_are_compiled() -> None:
    files = {f"deployments/{name}.yaml": DEPLOYMENT.replace("NAME", name) for name in ("a", "b", "c")}
    files["deployments/models.yaml"] = CONNECTION.replace("KIND", "Connection")
    alive: list[int] = []

    def take(compiled: Compiled) -> None:
        if compiled.decisions is not None:
            alive.append(sum(isinstance(item, dict) and "predictor" in item for item in gc.get_objects()))

    compile_each(Repository.of({"servewright.yaml": PROJECT, **files}), take)
    assert alive[1] == alive[2]


@pytest.mark.parametrize("kind", ["Connection", '"Connection"', '"Conn\\u0065ction"', '"Conn\\\n  ection"'])
def test_a_connection_is_known_before_deployments_however_it_is_spelt(kind: str) -> None:
    files = {
        "deployments/a.yaml": DEPLOYMENT.replace("NAME", "a"),
        "deployments/z.yaml": CONNECTION.replace("KIND", kind),
    }
    compilation = compile_repository(Repository.of({"servewright.yaml": PROJECT, **files}))
    assert not [item for item in compilation.diagnostics if item.severity == "error"]
    assert compilation.inputs == 2
