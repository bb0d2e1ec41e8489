"""``runtime: auto`` chooses what the wizard would choose, or says that there is no single choice.

What the recordings leave open, settled by the only reading under which the wizard's algorithm gives all of their
results: a listed template is one that the dashboard offers (even the multi-node one, whose own label hides it), and
a ``-custom`` template is a copy whose ServingRuntime has the suffix too, so it never replaces the original.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wizard import oracle
from wizard.forms import (
    APPLICATIONS,
    HEAD,
    STABLE,
    SUITES,
    Files,
    Json,
    Suite,
    builtin_templates,
    dump,
    plain_deployment,
    profile,
    project,
)
from wizard.run import compile_files

CASES = [
    pytest.param(suite, case, id=f"{suite.version}-{case['id']}")
    for suite in SUITES
    for case in suite.data["selection"]
]

SOURCE = {"uri": {"url": "hf://org/model"}}


def template(suite: Suite, name: str, namespace: str) -> Json:
    """The built-in template ``name``, or a copy of it when the name ends in ``-custom``, as the dashboard offers it."""
    original = name.removesuffix("-custom")
    document = copy.deepcopy(builtin_templates(suite.version)[original])
    document["metadata"] |= {"name": name, "namespace": namespace}
    document["metadata"]["labels"]["opendatahub.io/dashboard"] = "true"
    if name != original:
        oracle.embedded(document)["metadata"]["name"] += "-custom"
        del document["metadata"]["labels"]["opendatahub.io/ootb"]
    return document


def files(suite: Suite, cluster: oracle.Cluster, wanted: oracle.Wanted) -> Files:
    """A repository with just these templates and one deployment that leaves the runtime open."""
    config = {
        "apiVersion": "opendatahub.io/v1alpha",
        "kind": "OdhDashboardConfig",
        "metadata": {"name": "odh-dashboard-config", "namespace": APPLICATIONS},
        "spec": cluster.config,
    }
    model = {"type": wanted.model_type, "format": wanted.format, "source": SOURCE}
    hardware = {"profile": wanted.profile["metadata"]["name"]}
    deployment = plain_deployment({"name": "model"}, model=model, hardware=hardware, runtime="auto")
    return {
        "servewright.yaml": project(suite, catalog={"builtin": False}),
        "catalog/cluster.yaml": dump(config, wanted.profile, *cluster.templates),
        "deployments/model.yaml": dump(deployment),
    }


def chosen(suite: Suite, cluster: oracle.Cluster, wanted: oracle.Wanted) -> oracle.Outcome:
    """What the compiler makes of it."""
    compilation = compile_files(files(suite, cluster, wanted))
    decisions = compilation.decisions.get(("demo", "model"))
    codes = {diagnostic.code for diagnostic in compilation.diagnostics}
    if decisions is None:
        assert codes & {"SW202", "SW203", "SW204"}, f"neither a choice nor a reason: {compilation.diagnostics}"
        return oracle.Outcome("several" if "SW204" in codes else "none")
    assert not codes & {"SW202", "SW203", "SW204"}
    runtime = decisions.runtime
    return oracle.Outcome(runtime.kind, runtime.template, runtime.scope)


def recorded(suite: Suite, case: Json) -> tuple[oracle.Cluster, oracle.Wanted]:
    """The cluster and the choices of a recorded selection."""
    templates = [template(suite, *entry.split("@")) for entry in case["templates"]]
    config = {"modelServing": {"isLLMdDefault": case["isLLMdDefault"]}} if "isLLMdDefault" in case else {}
    wanted = oracle.Wanted(case["modelType"], case["format"], profile(suite, case["profile"]))
    return oracle.Cluster(suite.version, templates, config), wanted


def agrees(case: Json, outcome: oracle.Outcome) -> bool:
    """Whether an outcome is the recorded one. 3.6 records no scope, as its wizard writes none."""
    if case["selected"] == "llmd-serving":
        return outcome == oracle.Outcome("llm-d")
    if case["selected"] is None:
        return outcome.kind in ("none", "several")
    return outcome.template == case["selected"] and outcome.scope == case.get("scope", outcome.scope)


@pytest.mark.parametrize(("suite", "case"), CASES)
def test_the_oracle_reproduces_the_wizards_choices(suite: Suite, case: Json) -> None:
    assert agrees(case, oracle.choose(*recorded(suite, case)))


@pytest.mark.parametrize(("suite", "case"), CASES)
def test_auto_chooses_what_the_wizard_chose(suite: Suite, case: Json) -> None:
    assert agrees(case, chosen(suite, *recorded(suite, case)))


# --- and where nothing was recorded ---------------------------------------------------------------------------------

ACCELERATORS = ("nvidia.com/gpu", "amd.com/gpu", "habana.ai/gaudi", "ibm.com/spyre_pf", "ibm.com/spyre_vf")
FORMATS = (
    {"name": "onnx", "version": "1"},
    {"name": "onnx", "version": "1"},
    {"name": "tensorflow", "version": "2"},
    {"name": "guardrails-detector-hf-runtime"},
    {"name": "unheard-of", "version": "1"},
)
PREDICTIVE = ("kserve-ovms", "mlserver-runtime-template", "guardrails-detector-huggingface-serving-template")
GENERATIVE = ("vllm-cuda-runtime-template", "vllm-rocm-runtime-template", "vllm-cpu-runtime-template")


def _annotate(document: Json, key: str, value: str | None) -> None:
    annotations = document["metadata"].setdefault("annotations", {})
    annotations.pop(f"opendatahub.io/{key}", None)
    if value is not None:
        annotations[f"opendatahub.io/{key}"] = value


def _untyped(document: Json) -> None:
    _annotate(document, "model-type", None)


def _for_both(document: Json) -> None:
    _annotate(document, "model-type", '["predictive", "generative"]')


def _mistyped(document: Json) -> None:
    _annotate(document, "model-type", "generative, predictive")


def _hidden(document: Json) -> None:
    document["metadata"]["labels"]["opendatahub.io/dashboard"] = "false"


def _not_single(document: Json) -> None:
    _annotate(document, "modelServingSupport", '["multi"]')


def _unsupported(document: Json) -> None:
    _annotate(document, "support-status", "unsupported")


def _accepted(document: Json) -> None:
    _annotate(oracle.embedded(document), "support-status", "unsupported")
    _annotate(document, "unsupported-status-accepted", "true")


def _unmatched(document: Json) -> None:
    _annotate(oracle.embedded(document), "recommended-accelerators", None)


def _for_every_accelerator(document: Json) -> None:
    listed = ", ".join(f'"{name}"' for name in ACCELERATORS)
    _annotate(oracle.embedded(document), "recommended-accelerators", f"[{listed}]")


def _namesake(document: Json) -> None:
    runtime = oracle.embedded(document)["metadata"]
    runtime["name"] = runtime["name"].removesuffix("-custom")


TWISTS = (_namesake, _untyped, _for_both, _mistyped, _hidden, _not_single, _unsupported, _accepted, _unmatched)

Twist = Callable[[Json], None]
Situation = tuple[oracle.Cluster, oracle.Wanted]


def with_accelerators(accelerators: list[tuple[str, bool]]) -> Json:
    """A profile with these identifiers; the flag says whether they are declared to be accelerators."""
    hardware = copy.deepcopy(profile(HEAD, "default-profile"))
    for name, typed in accelerators:
        identifier: Json = {"identifier": name, "displayName": name, "minCount": 1, "defaultCount": 1}
        hardware["spec"]["identifiers"].append(identifier | ({"resourceType": "Accelerator"} if typed else {}))
    return hardware


@st.composite
def templates(draw: st.DrawFn, suite: Suite, model_type: str) -> Json:
    """A template, likely of the model's type: original or copy, somewhere, perhaps made for more, perhaps twisted."""
    family = PREDICTIVE if model_type == "predictive" else GENERATIVE
    name = draw(st.sampled_from([*family * 4, *PREDICTIVE, *GENERATIVE]))
    namespace = draw(st.sampled_from([APPLICATIONS, "demo", APPLICATIONS, "demo", APPLICATIONS, "other"]))
    document = template(suite, name + draw(st.sampled_from(["", "", "-custom"])), namespace)
    if draw(st.sampled_from([True, True, True, False])):
        _for_every_accelerator(document)
    if draw(st.sampled_from([False, False, True])):
        draw(st.sampled_from(TWISTS))(document)
    return document


@st.composite
def situations(draw: st.DrawFn, suite: Suite) -> Situation:
    """A model, a profile with up to two accelerators (some of no declared type), and a cluster with some templates."""
    model_type = draw(st.sampled_from(["predictive", "generative"]))
    wanted_format = draw(st.sampled_from(FORMATS)) if model_type == "predictive" else {"name": "vLLM"}
    names = draw(st.lists(st.sampled_from(ACCELERATORS), unique=True, max_size=2))
    hardware = with_accelerators([(name, draw(st.sampled_from([True, True, False]))) for name in names])
    drawn = draw(st.lists(templates(suite, model_type), min_size=1, max_size=7, unique_by=_identity))
    rarely = st.sampled_from([False, False, False, True])
    config: Json = {"modelServing": {"isLLMdDefault": draw(rarely)}}
    config["dashboardConfig"] = {"disableLLMd": draw(rarely), "disableCustomServingRuntimes": draw(rarely)}
    if draw(rarely):
        config["templateDisablement"] = [oracle.embedded(draw(st.sampled_from(drawn)))["metadata"]["name"]]
    return oracle.Cluster(suite.version, drawn, config), oracle.Wanted(model_type, wanted_format, hardware)


def _identity(document: Json) -> tuple[str, str]:
    return document["metadata"]["namespace"], document["metadata"]["name"]


def situation(suite: Suite, entries: list[str], wanted: oracle.Wanted) -> Situation:
    """A cluster with the templates ``name@namespace``."""
    return oracle.Cluster(suite.version, [template(suite, *entry.split("@")) for entry in entries], {}), wanted


CPU = profile(HEAD, "default-profile")
COPIED = [f"kserve-ovms@{APPLICATIONS}", "kserve-ovms@demo"]
TENSORFLOW = oracle.Wanted("predictive", {"name": "tensorflow", "version": "2"}, CPU)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(situations(HEAD))
@example(situation(HEAD, COPIED, TENSORFLOW))
def test_auto_agrees_with_the_wizards_algorithm_in_3_6(drawn: Situation) -> None:
    assert chosen(HEAD, *drawn) == oracle.choose(*drawn)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(situations(STABLE))
@example(situation(STABLE, COPIED, TENSORFLOW))
def test_auto_agrees_with_the_wizards_algorithm_in_3_4(drawn: Situation) -> None:
    assert chosen(STABLE, *drawn) == oracle.choose(*drawn)


@pytest.mark.parametrize(
    ("suite", "outcome"),
    [
        (HEAD, oracle.Outcome("template", "kserve-ovms", "project")),
        (STABLE, oracle.Outcome("several")),
    ],
    ids=["3.6 the copy wins", "3.4 the copy is one more candidate"],
)
def test_a_copy_in_the_project(suite: Suite, outcome: oracle.Outcome) -> None:
    assert chosen(suite, *situation(suite, COPIED, TENSORFLOW)) == outcome


@pytest.mark.parametrize(
    ("suite", "outcome"),
    [
        (HEAD, oracle.Outcome("template", "kserve-ovms", "global")),
        (STABLE, oracle.Outcome("several")),
    ],
    ids=["3.6 the first by name stays", "3.4 each is a candidate"],
)
def test_two_templates_of_one_runtime_in_one_namespace(suite: Suite, outcome: oracle.Outcome) -> None:
    """The dashboard's list has each ServingRuntime name once, also within one namespace."""
    cluster, wanted = situation(
        suite, [f"kserve-ovms-custom@{APPLICATIONS}", f"kserve-ovms@{APPLICATIONS}"], TENSORFLOW
    )
    _namesake(cluster.templates[0])
    assert chosen(suite, cluster, wanted) == outcome
    assert oracle.choose(cluster, wanted) == outcome


def test_a_copy_without_a_usable_runtime_still_takes_the_place_of_the_original() -> None:
    cluster, wanted = situation(HEAD, COPIED, TENSORFLOW)
    del oracle.embedded(cluster.templates[1])["spec"]["containers"]
    assert chosen(HEAD, cluster, wanted) == oracle.Outcome("none")


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.version)
@pytest.mark.parametrize("twist", TWISTS, ids=lambda twist: twist.__name__.strip("_"))
@pytest.mark.parametrize("others", [[], COPIED[1:]], ids=["alone", "beside a copy"])
@pytest.mark.parametrize("namespace", [APPLICATIONS, "demo"])
def test_whatever_selection_looks_at(suite: Suite, twist: Twist, others: list[str], namespace: str) -> None:
    """Each peculiarity of a template by itself: alone, and where a copy of the same name competes with it."""
    cluster, wanted = situation(suite, [f"kserve-ovms@{namespace}"], TENSORFLOW)
    twist(cluster.templates[0])
    if others and namespace == "demo":
        others = COPIED[:1]
    beside = situation(suite, others, TENSORFLOW)[0].templates
    cluster = cluster._replace(templates=[*cluster.templates, *beside])
    assert chosen(suite, cluster, wanted) == oracle.choose(cluster, wanted)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.version)
@pytest.mark.parametrize(
    ("accelerators", "template_name"),
    [
        ([("nvidia.com/gpu", True), ("amd.com/gpu", True)], "vllm-cuda-runtime-template"),
        ([("amd.com/gpu", True), ("nvidia.com/gpu", True)], "vllm-rocm-runtime-template"),
        ([("amd.com/gpu", False), ("nvidia.com/gpu", True)], "vllm-cuda-runtime-template"),
        ([("nvidia.com/gpu", False)], None),
        ([], None),
    ],
    ids=["first of two", "first of two, reversed", "first that is typed", "none that is typed", "no accelerator"],
)
def test_only_the_first_accelerator_counts(
    suite: Suite, accelerators: list[tuple[str, bool]], template_name: str | None
) -> None:
    wanted = oracle.Wanted("generative", {"name": "vLLM"}, with_accelerators(accelerators))
    names = [f"vllm-{kind}-runtime-template@{APPLICATIONS}" for kind in ("cuda", "rocm", "cpu")]
    outcome = oracle.Outcome("template", template_name, "global") if template_name else oracle.Outcome("several")
    assert chosen(suite, *situation(suite, names, wanted)) == outcome
