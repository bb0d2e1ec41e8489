"""The same choices give a superset of the objects that the OpenShift AI wizard wrote, or an error where it should."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from wizard.forms import (
    ACCELERATORS,
    APPLICATIONS,
    SUITES,
    Json,
    Suite,
    automatic_repository,
    builtin_templates,
    repository,
)
from wizard.run import compile_files, errors, objects
from wizard.superset import expected_objects, missing, refusals

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

ALL = [(suite, case) for suite in SUITES for case in suite.data["deployments"]]


def _parameters(wanted: Callable[[Json], object]) -> list[ParameterSet]:
    """The recorded deployments whose form is ``wanted``."""
    chosen = [(suite, case) for suite, case in ALL if wanted(case["form"])]
    return [pytest.param(suite, case, id=f"{suite.version}-{case['id']}") for suite, case in chosen]


CASES = _parameters(lambda form: True)
LEGACY = _parameters(lambda form: form["method"] == "legacy")
MAAS = _parameters(lambda form: form.get("maas"))

SCOPE = "opendatahub.io/serving-runtime-scope"


@pytest.mark.parametrize(("suite", "case"), CASES)
def test_the_output_is_a_superset_of_the_wizards(suite: Suite, case: Json) -> None:
    form = case["form"]
    compilation = compile_files(repository(suite, form))
    refused = refusals(suite, form)
    codes = {diagnostic.code for diagnostic in errors(compilation)}
    assert codes >= {refusal.code for refusal in refused}, f"not refused for all of {refused}"
    if refused:
        return
    assert errors(compilation) == []
    assert lacking(expected_objects(suite, case), objects(compilation)) == []


def lacking(expected: list[Json], actual: dict[tuple[str, str], Json]) -> list[str]:
    """What the emitted objects lack of the expected ones."""
    keys = [(item["kind"], item["metadata"]["name"]) for item in expected]
    return [
        f"{kind} {name} {line}"
        for (kind, name), item in zip(keys, expected, strict=True)
        for line in missing(item, actual.get((kind, name), {}))
    ]


@pytest.mark.parametrize(("suite", "case"), LEGACY)
def test_an_automatic_choice_gives_the_same_objects(suite: Suite, case: Json) -> None:
    """And records the template's scope as the release does: not from 3.4.4 on."""
    if refusals(suite, case["form"]):
        return
    compilation = compile_files(automatic_repository(suite, case["form"]))
    assert errors(compilation) == []
    expected = expected_objects(suite, case)
    runtime = next(item for item in expected if item["kind"] == "ServingRuntime")
    for not_of_this_template in (SCOPE, ACCELERATORS):
        runtime["metadata"]["annotations"].pop(not_of_this_template, None)
    actual = objects(compilation)
    assert lacking(expected, actual) == []
    scope = {"3.4": "global", "3.6": None}[suite.version]
    assert actual["ServingRuntime", case["form"]["k8sName"]]["metadata"]["annotations"].get(SCOPE) == scope


MEANT_BY_ABSENCE = {
    "InferenceService": [
        ("labels", "networking.kserve.io/visibility"),
        ("labels", "opendatahub.io/genai-asset"),
        ("annotations", "opendatahub.io/genai-use-case"),
        ("annotations", "opendatahub.io/connections"),
        ("annotations", "opendatahub.io/connection-path"),
        ("annotations", "security.opendatahub.io/auth-proxy-type"),
    ],
    "LLMInferenceService": [
        ("labels", "opendatahub.io/genai-asset"),
        ("annotations", "opendatahub.io/genai-use-case"),
        ("annotations", "opendatahub.io/connections"),
        ("annotations", "opendatahub.io/connection-path"),
    ],
}
"""Where the wizard says something by leaving a key out, a superset must leave it out too."""


@pytest.mark.parametrize(("suite", "case"), CASES)
def test_nothing_is_said_that_the_wizard_left_unsaid(suite: Suite, case: Json) -> None:
    form = case["form"]
    if refusals(suite, form):
        return
    actual = objects(compile_files(repository(suite, form)))
    expected = {(item["kind"], item["metadata"]["name"]): item for item in expected_objects(suite, case)}
    extra = {kind for kind, name in actual if (kind, name) not in expected}
    assert extra <= {"ServiceAccount"}, "only a storage service account may come on top"
    for key, item in expected.items():
        for part, name in MEANT_BY_ABSENCE.get(item["kind"], []):
            if name not in item["metadata"].get(part, {}):
                assert name not in actual[key]["metadata"].get(part, {})


@pytest.mark.parametrize(("suite", "case"), MAAS)
def test_models_as_a_service_says_about_access_what_its_release_says(suite: Suite, case: Json) -> None:
    """``"false"`` up to 3.4.3, nothing after: a gateway of its own controls the access."""
    form = case["form"]
    if refusals(suite, form):
        return
    key = "security.opendatahub.io/enable-auth"
    service = objects(compile_files(repository(suite, form)))["LLMInferenceService", form["k8sName"]]
    written = next(item for item in case["objects"] if item["kind"] == "LLMInferenceService")
    assert service["metadata"]["annotations"].get(key) == written["metadata"]["annotations"].get(key)


# --- the adapter itself: a mistake here would make the tests above prove nothing ----------------------------------


class _Recorder(dict[str, Any]):
    """A form that remembers which of its keys were looked at."""

    def __init__(self, form: Json) -> None:
        super().__init__(form)
        self.used: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.used.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize(("suite", "case"), CASES)
def test_every_choice_reaches_the_repository(suite: Suite, case: Json) -> None:
    form = _Recorder(case["form"])
    files = repository(suite, form)
    unused = set(form) - form.used
    assert unused <= {"route"}, "a choice is not translated"
    assert not form["route"] or "route" not in unused, "llm-d has no route to ask for"
    documents = [document for text in files.values() for document in yaml.safe_load_all(text)]
    spec = next(document["spec"] for document in documents if document["kind"] == "ModelDeployment")
    assert (spec["displayName"], spec["description"]) == (form["name"], form["description"])
    assert spec.get("env") == form["env"]
    assert spec.get("args") == form["args"]
    resources = spec["hardware"].get("resources", {})
    assert all(isinstance(value, str) for values in resources.values() for value in values.values())


def test_no_credential_of_a_case_reaches_the_repository() -> None:
    for suite in SUITES:
        for case in suite.data["deployments"]:
            fields = case["form"]["location"].get("fields", {})
            secrets = {key: value for key, value in fields.items() if key.startswith((".docker", "AWS_ACC", "AWS_SEC"))}
            text = "".join(repository(suite, case["form"]).values())
            assert not [value for value in secrets.values() if f'"{value}"' in text]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.version)
def test_every_recorded_template_is_built_in(suite: Suite) -> None:
    recorded = {case["form"]["runtime"]["template"] for case in suite.data["deployments"] if "runtime" in case["form"]}
    assert recorded <= set(builtin_templates(suite.version))
    assert {template["metadata"]["namespace"] for template in builtin_templates(suite.version).values()} == {
        APPLICATIONS
    }


@pytest.mark.parametrize(
    ("actual", "lacking"),
    [
        ({"a": {"b": "1", "more": 2}, "list": [{"x": 1, "y": 2}]}, []),
        ({"a": {"b": 1}, "list": [{"x": 1}]}, [".a.b: 1 instead of '1'"]),
        ({"a": {"b": "1"}, "list": [{"x": 1}, {"x": 2}]}, [".list: [{'x': 1}, {'x': 2}] instead of [{'x': 1}]"]),
        ({"a": {"b": "1"}, "list": [{"x": True}]}, [".list[0].x: True instead of 1"]),
        ({"list": [{"x": 1}]}, [".a: absent instead of {'b': '1'}"]),
    ],
)
def test_what_counts_as_a_superset(actual: Json, lacking: list[str]) -> None:
    assert missing({"a": {"b": "1"}, "list": [{"x": 1}]}, actual) == lacking


@pytest.mark.parametrize(
    ("expected", "actual", "equal"),
    [(16, "16", True), ("1000m", "1", True), ("2Gi", "2048Mi", True), ("1", "2", False), (1, 1, False)],
)
def test_amounts_are_compared_as_amounts_and_must_be_strings(expected: Any, actual: Any, equal: bool) -> None:
    def shaped(value: Any) -> Json:
        return {"resources": {"limits": {"nvidia.com/gpu": value}}}

    assert (missing(shaped(expected), shaped(actual)) == []) is equal


def test_enough_recorded_choices_are_accepted_to_prove_something() -> None:
    accepted = [case["form"] for suite, case in ALL if not refusals(suite, case["form"])]
    assert len(accepted) == 46
    assert {form["method"] for form in accepted} == {"legacy", "llmd"}
    assert {form["location"]["kind"] for form in accepted} == {"existing", "new", "pvc"}
