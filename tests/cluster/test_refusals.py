"""What our rules say that the API server or KServe's webhooks refuse, they do refuse, and for that reason.

The objects are those of the failing example on the rule's page. Where a spec is refused so early that there is no
object, the passing example's is altered to what the spec would have become.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from cluster.conftest import Setup
from cluster.control_plane import ControlPlane
from cluster.corpus import definitions_of
from cluster.test_rendered import WITH_WEBHOOKS
from diagnostics.test_pages import repository
from differential.corpus import Seed
from differential.document import RULES
from differential.mutate import Mutant
from differential.oracles import by_jsonschema, by_kubeconform
from servewright import Repository, compile_repository
from servewright.catalog.release import Release, load_release
from servewright.diagnostics import pages
from servewright.diagnostics.codes import BY_CODE, is_consequence

Json = dict[str, Any]
LARGE = "SW505"  # no page can show two megabytes


class Case(NamedTuple):
    """A rule's refusal: a pattern of what the cluster's reason says, and how an accepted object of ``kind`` is broken, if it is."""

    says: str
    kind: str = ""
    alter: Callable[[Json], object] | None = None


def _container(obj: Json) -> Json:
    if obj["kind"] == "InferenceService":
        return obj["spec"]["predictor"]["model"]  # type: ignore[no-any-return]
    return obj["spec"]["template"]["containers"][0]  # type: ignore[no-any-return]


def _same_variable_twice(obj: Json) -> None:
    _container(obj)["env"] = [{"name": "VLLM_ADDITIONAL_ARGS", "value": value} for value in ("a", "b")]


def _no_quantity(obj: Json) -> None:
    _container(obj)["resources"] = {"requests": {"memory": "16GB"}, "limits": {"memory": "16GB"}}


def _large(obj: Json) -> None:
    # More than the API server takes: etcd's own limit is lower, but has to be raised here for the definitions.
    obj["spec"]["containers"][0]["args"] = ["x" * 4_000_000]


def _queue_without_kueue(obj: Json) -> None:
    obj["spec"]["scheduling"] = {"type": "Queue"}


def _renamed(obj: Json) -> None:
    obj["metadata"]["name"] = "1-granite"


CASES = {
    "SW107": Case("duplicate"),
    "SW109": Case("metadata.labels"),
    "SW111": Case("must consist of lower case alphanumeric", "InferenceService", _renamed),
    "SW212": Case("same priority assigned for the model format"),
    "SW302": Case("spec.scheduling", "HardwareProfile", _queue_without_kueue),
    "SW304": Case("memory|quantities must match", "InferenceService", _no_quantity),
    "SW334": Case("duplicate", "LLMInferenceService", _same_variable_twice),
    "SW342": Case("parallelism must be configured"),
    "SW343": Case("spec.labels: field not declared in schema"),
    "SW501": Case("field not declared in schema"),
    "SW502": Case("duplicate"),
    "SW503": Case("metadata.labels: Invalid value"),
    "SW504": Case("replicas and scaling are mutually exclusive"),
    LARGE: Case("too large", "ServingRuntime", _large),
    "SW601": Case("PYTHONPATH"),
    "SW609": Case("baseRefs"),
}
BY_WEBHOOK = {"SW111", "SW212", "SW342", "SW601", "SW609"}


def decided_by(actor: str) -> set[str]:
    """The codes about what ``actor`` refuses; those about edits are in ``test_refused_edits``."""
    return {code for code in BY_CODE if ("refuses", actor) in pages.load(code).facts.effects}


def test_every_such_rule_is_here() -> None:
    by_server, by_webhook = (
        {code for code in decided_by(actor) if not is_consequence(code)}
        for actor in ("API server", "KServe admission webhook")
    )
    assert by_server | by_webhook == CASES.keys()
    assert by_webhook == BY_WEBHOOK


def files_of(code: str, *, passing: bool) -> dict[str, str]:
    page = pages.load(code)
    return repository(page.refused, page.instead) if passing else repository(page.refused)


def _platform(code: str) -> tuple[str, str]:
    platform = yaml.safe_load(files_of(code, passing=False)["servewright.yaml"])["spec"].get("platform", {})
    return platform.get("name", "openshift-ai"), str(platform.get("version", "3.4"))


def release_of(code: str) -> str:
    return definitions_of(*_platform(code))


def release_data(code: str) -> Release:
    release = load_release(*_platform(code))
    assert release is not None
    return release


def objects_of(code: str) -> list[Json]:
    """What is applied, in order."""
    case = CASES[code]
    if case.kind == "HardwareProfile":  # not emitted, but of the catalog
        (text,) = (text for path, text in repository().items() if path.endswith("hardware-profiles.yaml"))
        bodies: list[Json] = yaml.safe_load(text)["items"][:1]
        bodies[0]["metadata"] = {key: bodies[0]["metadata"][key] for key in ("name", "namespace")}  # no longer exported
        for body in bodies:
            case.alter(body)  # type: ignore[misc]
        return bodies
    compilation = compile_repository(Repository.of(files_of(code, passing=case.alter is not None)))
    bodies = [copy.deepcopy(item.body) for item in compilation.objects]
    if case.alter is not None:
        case.alter(next(body for body in bodies if body["kind"] == case.kind))
    assert bodies, "the example gives no object: alter that of the passing one"
    return bodies


ORACLES = ("API server", "KServe webhooks", "kubeconform", "jsonschema")
RUNS = [
    pytest.param(Setup(release_of(code), webhooks), code, id=f"{code}{'-webhooks' * webhooks}")
    for code in CASES
    for webhooks in (False, True)
    if not webhooks or release_of(code) in WITH_WEBHOOKS
]


@pytest.fixture(scope="session")  # tests of several modules take turns on a cluster
def shown() -> dict[str, dict[str, bool]]:
    """Which oracles refuse a rule's example."""
    return {code: {} for code in CASES}


@pytest.mark.parametrize(("cluster", "code"), RUNS, indirect=["cluster"])
def test_it_is_refused_for_the_reason_that_the_rule_gives(
    cluster: ControlPlane, code: str, shown: dict[str, dict[str, bool]], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    webhooks = request.node.callspec.params["cluster"].webhooks
    objects = objects_of(code)
    cluster.namespaces(*{obj["metadata"]["namespace"] for obj in objects})
    try:
        reasons = [verdict.reason for obj in objects if not (verdict := cluster.apply(obj)).accepted]
        shown[code]["KServe webhooks" if webhooks else "API server"] = bool(reasons)
        if webhooks or code not in BY_WEBHOOK:
            assert [reason for reason in reasons if re.search(CASES[code].says, reason)], (
                reasons or "everything was accepted"
            )
    finally:
        cluster.delete(objects)
    if not webhooks:
        release = release_data(code)
        mutants = [Mutant(Seed(release, code, obj), "", obj) for obj in objects]
        shown[code]["kubeconform"] = any(by_kubeconform(mutants, tmp_path))
        shown[code]["jsonschema"] = any(by_jsonschema(mutants))


def test_the_document_shows_who_refuses_what(shown: dict[str, dict[str, bool]]) -> None:
    assert all(verdicts.keys() >= set(ORACLES) - {"KServe webhooks"} for verdicts in shown.values())
    lines = [f"| Rule | {' | '.join(ORACLES)} |", "|---|" + "---|" * len(ORACLES)]
    for code, verdicts in shown.items():
        words = [{True: "refuses", False: "accepts", None: "does not run"}[verdicts.get(oracle)] for oracle in ORACLES]
        lines.append(f"| [{code}](rules/{code}.md) {BY_CODE[code].slug} | {' | '.join(words)} |")
    text = "".join(f"{line}\n" for line in lines)
    assert RULES.refreshed(text) == text
