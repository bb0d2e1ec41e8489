"""Rules about runtimes that are copied from the catalog, and about services over them."""

from __future__ import annotations

from typing import Any

import pytest

from check.rules.cases import compiled, deployment, messages, named, reported, template

OWN = deployment(runtime="own")
NOT_LISTS: list[Any] = [None, 5, "text", {"a": 1}, [None, 5, "text", ["x"]], [{}], [{"name": None}], [{"name": {}}]]


@pytest.mark.parametrize("field", ["args", "command", "env", "ports", "volumeMounts"])
@pytest.mark.parametrize("value", NOT_LISTS, ids=str)
def test_what_is_no_list_of_objects_is_nobodys_business_here(field: str, value: Any) -> None:
    document = template({field: value}, workerSpec=None)
    codes = {found.code for found in compiled(document, deployment(runtime="own", args=["--port=1"])).diagnostics}
    assert not {code for code in codes if code.startswith("SW6")}


@pytest.mark.parametrize("value", [*NOT_LISTS, [{"name": []}]], ids=str)
def test_volumes_of_a_runtime_may_be_anything(value: Any) -> None:
    mount = deployment(runtime="own", container={"volumeMounts": [{"name": "v", "mountPath": "/v"}]})
    fields = [found.field for found in reported(template({}, volumes=value), mount, code="SW506")]
    assert "spec.predictor.model.volumeMounts[0].name" in fields


@pytest.mark.parametrize("containers", [[], ["kserve-container"], [None], [{"name": ["kserve-container"]}]], ids=str)
def test_containers_that_are_none_are_reported_once(containers: list[Any]) -> None:
    document = template({}, containers=containers)
    assert [found.code for found in compiled(document, OWN).diagnostics] == ["SW209"]


def test_pythonpath_is_found_in_every_container_of_a_runtime() -> None:
    env = [{"name": "A"}, {"name": "PYTHONPATH", "value": "/x"}]
    sidecar = {"name": "sidecar", "image": "i", "env": env}
    document = template({})
    document["objects"][0]["spec"]["containers"].append(sidecar)
    (found,) = reported(document, OWN, code="SW601")
    assert found.field == "spec.containers[1].env[1].name"
    assert found.span is not None
    assert found.span.file.startswith("catalog/")


def test_pythonpath_is_compared_exactly() -> None:
    assert not reported(deployment(env=[{"name": "pythonpath", "value": "x"}]), code="SW601")


@pytest.mark.parametrize(
    ("ports", "count"),
    [
        ([{"containerPort": 8080}], 0),
        ([{"containerPort": 8080, "name": "a"}, {"containerPort": 8081, "name": "b"}], 0),
        ([{"containerPort": 8080, "name": "a"}, {"containerPort": 8081}], 1),
        ([{"containerPort": 8080, "name": ""}, {"containerPort": 8081}], 2),
    ],
)
def test_ports_need_names_when_there_are_several(ports: list[dict[str, Any]], count: int) -> None:
    assert len(reported(template({"ports": ports}), OWN, code="SW602")) == count


def test_ports_of_other_containers_are_not_those_of_the_service() -> None:
    document = template({})
    ports = [{"containerPort": 1}, {"containerPort": 2}]
    document["objects"][0]["spec"]["containers"].append({"name": "sidecar", "image": "i", "ports": ports})
    assert not reported(document, OWN, code="SW602")


@pytest.mark.parametrize(
    ("given", "argument", "repeated"),
    [
        ({"args": ["--port=8080"]}, "--port=9000", True),
        ({"args": ["--port", "8080"]}, "--port", True),
        ({"command": ["serve", "--port=8080"]}, "--port=9000", True),
        ({"args": ["--served_model_name=x"]}, "--served-model-name=y", True),
        ({"args": ["--port=8080"]}, "--port-range=9000", False),
        ({"args": ["--max-model-len=4096"]}, "--max-model-len=8192", False),
        ({"args": ["-p", "8080"]}, "-p", False),
        ({"args": ["serve"]}, "serve", False),
    ],
)
def test_options_that_the_runtime_gives_too(given: dict[str, Any], argument: str, repeated: bool) -> None:
    found = reported(template(given), deployment(runtime="own", args=[argument]), code="SW603")
    assert bool(found) == repeated


def test_options_of_a_runtime_that_is_there_already() -> None:
    spec = template({"args": ["--port=8080"]})["objects"][0]["spec"]
    existing = named("ServingRuntime", "there", "serving.kserve.io/v1alpha1", spec=spec)
    assert reported(existing, deployment(runtime={"existing": "there"}, args=["--port=1"]), code="SW603")


@pytest.mark.parametrize(
    "text",
    [
        "{{.Name}}",
        "{{ .Namespace }}",
        "{{- .Name -}}",
        "{{.Labels.team}}",
        "{{index .Annotations `a/b`}}",
        "{{if .Labels.team}}a{{else}}b{{end}}",
        "{{range $k, $v := .Labels}}{{$k}}={{$v}}{{end}}",
        "{{range .OwnerReferences}}{{.Kind}}{{end}}",
        "{{with .Labels}}{{.anything}}{{end}}",
        "{{/* a note */}}",
        "{{printf `%s-%s` .Namespace .Name}}",
        "{{$.Name}}",
        "{ {.Name} }",
        "{{`{{ messages }}`}}",
        "{{ `a text` }}",
        '{{index .Labels `a"b`}}',
        "{{if .Name}}{{with .Labels}}{{.x.y}}{{end}}{{end}}",
        "{{.Name}}}",
    ],
)
def test_expressions_that_the_template_engine_expands(text: str) -> None:
    assert not messages(template({"args": [text]}), OWN, code="SW604")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{", "this one is never closed"),
        ("{{.Name}} {{.Name", "this one is never closed"),
        ("{{}}", "this one is empty"),
        ('{{index .Labels "team"}}', 'a `"` cannot be in one'),
        ("{{ messages }}", "`messages` is no function"),
        ("{{.Labels.my-team}}", "`team` is no function"),
        ("{% for %}{{ message.role }}", "`message` is no function"),
        ("{{.ObjectMeta.Name}}", "`.ObjectMeta` is not there"),
        ("{{if .Spec}}a{{end}}", "`.Spec` is not there"),
        ("{{printf `%s` .Status}}", "`.Status` is not there"),
        ("{{{.Name}}}", "a `{` cannot be in one"),
        ("{{.Name} {{.Name}}", "a `}` cannot be in one"),
        ("{{.Name\n}}", "one must be on one line"),
        ("{{\n.Name}}", "one must be on one line"),
        ("{{ .Name\n| print }}", "one must be on one line"),
        ("{{.Labels.x && .Labels.y}}", "a `&` cannot be in one"),
        ("{{.Labels.app.kubernetes}}", "`.Labels.app` is a text, which has no fields"),
        ("{{.Name.x}}", "`.Name` is a text, which has no fields"),
        ("{{if .Name}}x", "a block of this one has no `end`"),
        ("x{{end}}", "its `end` closes nothing"),
    ],
)
def test_expressions_that_it_does_not(text: str, problem: str) -> None:
    (message,) = messages(template({"args": [text]}), OWN, code="SW604")
    assert problem in message


def test_a_block_may_end_in_another_text() -> None:
    whole = {"args": ["{{if .Labels.x}}", "--a", "{{end}}"]}
    assert not messages(template(whole), OWN, code="SW604")


def test_expressions_are_found_wherever_the_container_has_text() -> None:
    probe = {"exec": {"command": ["sh", "-c", "{{ nothing }}"]}}
    (found,) = reported(template({"readinessProbe": probe}), OWN, code="SW604")
    assert found.field == "spec.containers[0].readinessProbe.exec.command[2]"


def test_other_containers_are_no_templates() -> None:
    document = template({})
    document["objects"][0]["spec"]["containers"].append({"name": "sidecar", "image": "i", "args": ["{{ x }}"]})
    assert not messages(document, OWN, code="SW604")


def test_expressions_in_the_probes_of_a_spec() -> None:
    for runtime in ("vllm-cuda-runtime-template", "llm-d"):
        bad = deployment(runtime=runtime, container={"startupProbe": {"exec": {"command": ["a", "{{ b }}"]}}})
        (found,) = reported(bad, code="SW333")
        assert found.span is not None
        assert found.span.file.startswith("deployments/")
        name = "{{.ObjectMeta.Name}}" if runtime == "llm-d" else "{{.Name}}"
        good = deployment(runtime=runtime, container={"startupProbe": {"exec": {"command": ["a", name]}}})
        assert not reported(good, code="SW333")


def test_labels_that_only_the_runtime_asks_for() -> None:
    document = template({"env": [{"name": "W", "value": "{{.Labels.workers}}{{index .Annotations `a/b`}}"}]})
    assert messages(document, OWN, code="SW617") == [
        "the runtime asks for the annotation `a/b`, which the service does not have: it becomes an empty text",
        "the runtime asks for the label `workers`, which the service does not have: it becomes `<no value>`",
    ]
    has = deployment(runtime="own")
    has["metadata"] |= {"labels": {"workers": "4"}, "annotations": {"a/b": "c"}}
    assert not messages(document, has, code="SW617")


@pytest.mark.parametrize("text", ["{{.Labels.modelClass}}", "{{.Annotations.modelFormat}}", "{{if .Labels.x}}a{{end}}"])
def test_labels_that_are_there_or_need_not_be(text: str) -> None:
    assert not messages(template({"args": [text]}), OWN, code="SW617")


@pytest.mark.parametrize(
    ("ours", "fields"),
    [
        ({"httpGet": {"path": "/other", "port": 8080}}, []),
        ({"failureThreshold": 60}, []),
        ({"exec": {"command": ["true"]}}, ["spec.predictor.model.readinessProbe.exec"]),
        ({"tcpSocket": {"port": 8080}}, ["spec.predictor.model.readinessProbe.tcpSocket"]),
    ],
    ids=str,
)
def test_a_probe_is_merged_with_that_of_the_runtime(ours: dict[str, Any], fields: list[str]) -> None:
    document = template({"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}}})
    found = reported(document, deployment(runtime="own", container={"readinessProbe": ours}), code="SW506")
    assert [item.field for item in found] == fields


@pytest.mark.parametrize(
    ("probe", "ours", "field"),
    [
        ("livenessProbe", {"failureThreshold": 60}, ""),
        ("startupProbe", {}, ""),
        ("readinessProbe", {"failureThreshold": 60}, None),
        ("livenessProbe", {"httpGet": {"path": "/health"}}, ".httpGet"),
        ("livenessProbe", {"httpGet": {"path": "/health", "port": 8080}}, None),
    ],
    ids=str,
)
def test_a_probe_that_the_runtime_does_not_have_is_complete(
    probe: str, ours: dict[str, Any], field: str | None
) -> None:
    found = reported(template({}), deployment(runtime="own", container={probe: ours}), code="SW506")
    assert [item.field for item in found] == ([] if field is None else [f"spec.predictor.model.{probe}{field}"])
    theirs = template({probe: {"httpGet": {"path": "/", "port": 8080}}})
    assert not reported(theirs, deployment(runtime="own", container={probe: ours}), code="SW506")


@pytest.mark.parametrize(("seconds", "count"), [(30, 0), (31, 1)])
def test_a_hook_ends_before_the_pod_is_killed(seconds: int, count: int) -> None:
    hook = {"lifecycle": {"preStop": {"sleep": {"seconds": seconds}}}}
    found = reported(template({}), deployment(runtime="own", container=hook), code="SW506")
    assert len(found) == count


def test_huge_pages_are_looked_at_in_each_deployment() -> None:
    pages = {"hugepages-2Mi": "3Mi"}
    second = deployment("second", runtime="own", hardware={"profile": "nvidia-gpu", "resources": {"requests": pages}})
    found = reported(template({}), deployment("first", runtime="own"), second, code="SW506")
    assert [item.field for item in found] == [
        "spec.predictor.model.resources.limits.hugepages-2Mi",
        "spec.predictor.model.resources.requests.hugepages-2Mi",
    ]


def test_what_is_wrong_in_a_template_is_said_once() -> None:
    document = template({"ports": "x"}, initContainers=[])
    both = (deployment("first", runtime="own"), deployment("second", runtime="own"))
    assert len(reported(document, *both, code="SW501")) == 2


def test_a_label_that_is_wrong_hides_nothing_else() -> None:
    queue = {"type": "Queue", "kueue": {"localQueueName": "team queue"}}
    counts = {"displayName": "x", "minCount": 1, "defaultCount": 1}
    identifiers = [{"identifier": name, **counts} for name in ("cpu", "memory")]
    spec = {"identifiers": identifiers, "scheduling": queue}
    profile = named("HardwareProfile", "own", "infrastructure.opendatahub.io/v1", spec=spec)
    wrong = deployment(runtime="own", hardware={"profile": "own"}, env=[{"name": "PYTHONPATH", "value": "/x"}])
    found = {item.code for item in compiled(profile, template({}), wrong).diagnostics if item.severity == "error"}
    assert found == {"SW503", "SW601"}
