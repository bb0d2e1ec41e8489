"""Customised resources are accepted exactly where the wizard and the cluster accept them."""

from __future__ import annotations

import pytest

from wizard.forms import HEAD, SUITES, Json, Suite, dump, plain_deployment, profile, project, quantities
from wizard.run import compile_files, errors, objects
from wizard.superset import amount

CASES = HEAD.data["hardwareValidation"]


def _label(case: Json) -> str:
    return " ".join([case["profile"], *(f"{case['requests'][key]}/{case['limits'][key]}" for key in case["requests"])])


def _cluster_refuses(case: Json) -> bool:
    """A device plugin's resource: Kubernetes takes whole numbers only, and no limit other than the request."""
    devices = [key for key in case["requests"] if "/" in key]
    amounts = [(amount(case["requests"][key]), amount(case["limits"][key])) for key in devices]
    return any(request != limit or request.denominator != 1 for request, limit in amounts)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.version)
@pytest.mark.parametrize("case", CASES, ids=_label)
def test_resources_are_validated_as_the_wizard_does(suite: Suite, case: Json) -> None:
    resources = quantities({part: case[part] for part in ("requests", "limits")})
    hardware = {"profile": case["profile"], "resources": resources}
    files = {
        "servewright.yaml": project(suite),
        "catalog/profile.yaml": dump(profile(HEAD, case["profile"])),
        "deployments/model.yaml": dump(plain_deployment({"name": "model"}, hardware=hardware)),
    }
    compilation = compile_files(files)
    refused = not case["ok"] or _cluster_refuses(case)
    found = {diagnostic.code for diagnostic in errors(compilation)}
    assert bool(found) is refused
    assert found <= {"SW304", "SW305", "SW306", "SW307"}, "refused for another reason than its resources"
    if not refused:
        emitted = objects(compilation)["InferenceService", "model"]["spec"]["predictor"]["model"]["resources"]
        for part, wanted in resources.items():
            assert {key: amount(value) for key, value in emitted[part].items()} == {
                key: amount(value) for key, value in wanted.items()
            }
