"""What is right is read without the words for what is wrong, to the same; all else is explained."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servewright.diagnostics.model import Document, Problems, Source
from servewright.diagnostics.model import Path as Place
from servewright.model import connection, deployment_shape
from servewright.model.exact import InexactError, exact
from servewright.model.shape import Items, Record, Table, Text
from servewright.read.documents import read_documents

TESTS = Path(__file__).parents[1]
SHAPES = {"ModelDeployment": deployment_shape.SHAPE, "Connection": connection.SHAPE}

# Every field, but for those that exclude one another.
EVERYTHING = """
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: a, namespace: b, labels: {c: d}, annotations: {e: ""}}
spec:
  displayName: A b
  description: ""
  stopped: false
  model:
    type: generative
    format: {name: vLLM, version: "1"}
    servedName: a/b
    source: {oci: {image: "oci://a/b:1", pullSecrets: [c, d]}}
    registeredModel: {id: "1", versionId: "7", name: a}
  hardware: {profile: {name: a, namespace: b}, resources: {requests: {cpu: "4", nvidia.com/gpu: "1"}, limits: {memory: 16Gi}}}
  runtime: {template: a, scope: global, name: b}
  replicas: 2
  strategy: Recreate
  expose: {route: true, timeoutSeconds: 60, return401: true}
  auth: {tokens: [a, b], subjects: [{kind: ServiceAccount, name: app, namespace: web}]}
  aiAsset: {useCase: chat}
  args: ["--a=1", ""]
  env:
  - {name: A, value: ""}
  - {name: B, valueFrom: {secretKeyRef: {name: hf, key: token, optional: true}}}
  - {name: C, valueFrom: {fieldRef: {fieldPath: spec.nodeName, apiVersion: v1}}}
  - {name: D, valueFrom: {resourceFieldRef: {resource: limits.cpu, containerName: a, divisor: "1"}}}
  pod:
    labels: {a: b}
    annotations: {a: b}
    serviceAccountName: a
    imagePullSecrets: [a]
    nodeSelector: {a: b}
    tolerations: [{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 5}, {key: b, value: c}]
    affinity: {nodeAffinity: {a: [{b: 1}, true]}}
    priorityClassName: a
    schedulerName: b
    volumes: [{name: a, emptyDir: {}}]
  container:
    image: quay.io/a/b:1
    volumeMounts: [{name: a, mountPath: /a}]
    startupProbe: {httpGet: {port: 8080}}
    readinessProbe: {exec: {command: [a]}}
    livenessProbe: {tcpSocket: {port: http}}
    securityContext: {runAsNonRoot: true}
    lifecycle: {preStop: {sleep: {seconds: 5}}}
  llmd:
    gateway: {name: a, namespace: b}
    maas: true
    parallelism: {tensor: 2, data: 8, dataLocal: 8, expert: true, pipeline: 2}
    prefill: {replicas: 2, parallelism: {tensor: 1}, resources: {requests: {cpu: "1"}}, worker: true}
    worker: true
    config: a
    topology: {type: workload-single-node, config: b}
    routing: c
    baseRefs: [d, e]
"""

# In place of any value.
VALUES = [
    *(None, True, 0, 1, 2**40, -1, 1.5, "", "a", "A b", "a.b", "x/y/z", "true", "1", "a\nb", "a\x07", "\ud800", "s3://a/b", "u://a:b@c", "Exists"),
    *("Recreate", "ServiceAccount", "{{ a }}", "a" * 300, [], ["a"], ["a", "a"], [None], [{}], [1.5], {}, {"a": "b"}, {"name": "a"}, {"a": None}),
    *({"gpu": "1"}, {"nvidia.com/gpu": "1"}, {"a/b/c": "1"}, {"a": ["\x07", {"b": [None]}]}, {"url": "a", "connection": "b"}, {"name": "A", "key": 1}),
]  # fmt: skip


def documents() -> list[Document]:
    folders = [TESTS.parent / "examples", *(TESTS / "golden").glob("*/repo")]
    paths = [path for folder in folders for path in sorted((folder / "deployments").rglob("*.yaml"))]
    sources = [Source("a.yaml", EVERYTHING)]
    sources += [Source(path.name, path.read_text(encoding="utf-8", errors="replace")) for path in paths]
    found = [document for source in sources for document in read_documents(source)[0]]
    return [document for document in found if document.data.get("kind") in SHAPES]


def places(data: Any, path: Place = ()) -> Iterator[Place]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def is_right(shape: Record, document: Document) -> bool:
    """Whether the document is; both ways of reading it have to agree."""
    problems = Problems(document)
    expected = shape.read(document.data, (), problems)
    try:
        read = exact(shape)(document.data)
    except InexactError:
        assert problems.findings, document.data
        return False
    assert not problems.findings, document.data
    assert repr(read) == repr(expected)
    return True


def edited(document: Document, path: Place, value: object) -> Document:
    data: Any = copy.deepcopy(document.data)
    container = data
    for key in path[:-1]:
        container = container[key]
    if value is ...:
        del container[path[-1]]
    else:
        container[path[-1]] = value
    return document._replace(data=data)


def test_everything_is_right() -> None:
    [document] = read_documents(Source("a.yaml", EVERYTHING))[0]
    assert is_right(deployment_shape.SHAPE, document)
    fields = {key for place in places(document.data) for key in place}
    assert fields >= set(deployment_shape.SPEC.fields) | set(deployment_shape.METADATA.fields)


def test_whole_documents_are_read_alike() -> None:
    right = [is_right(SHAPES[str(document.data["kind"])], document) for document in documents()]
    assert len(right) > 80
    assert sum(right) > 0.8 * len(right)


@pytest.mark.parametrize("value", [..., *VALUES], ids=repr)
def test_any_value_in_any_place_is_read_alike(value: object) -> None:
    chosen = [document for number, document in enumerate(documents()) if number % 10 == 0]
    for document in chosen:
        for path in places(document.data):
            is_right(SHAPES[str(document.data["kind"])], edited(document, path, value))


def test_any_field_anywhere_is_read_alike() -> None:
    """Misspelt, misplaced, or one too many of those that exclude one another."""
    [document] = read_documents(Source("a.yaml", EVERYTHING))[0]
    names = sorted({str(path[-1]) for path in places(document.data)} | {"s3", "uri", "pvc", "existing", "url", "nmae"})
    mappings = sorted({path[:-1] for path in places(document.data) if isinstance(path[-1], str)}, key=repr)
    for number, mapping in enumerate(mappings):
        for name in names[number % 5 :: 5]:
            is_right(deployment_shape.SHAPE, edited(document, (*mapping, name), "a"))


def test_what_is_remembered_has_an_end() -> None:
    """A text is kept once it was right; not without end, and not at any length."""
    reader = exact(connection.NAME)
    for number in range(3000):
        assert reader(f"n{number}") == f"n{number}"
        assert reader("n" * 200 + str(number)) == "n" * 200 + str(number)
        with pytest.raises(InexactError):
            reader(f"-{number}")
    [known] = [cell.cell_contents for cell in reader.__closure__ or () if isinstance(cell.cell_contents, set)]
    assert 0 < len(known) <= 1024
    assert max(map(len, known)) <= 80
    assert not any(text.startswith("-") for text in known)


def test_shapes_that_are_equal_as_tuples_have_readers_of_their_own() -> None:
    text = Text()
    items, table = Items(text, "n", None), Table(text, "n", None)
    assert tuple(items) == tuple(table)
    assert exact(items)(["a"]) == ("a",)
    assert exact(table)({"a": "b"}) == {"a": "b"}
