"""What messages propose: from what was typed, and where the thing belongs."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from check.rules.cases import deployment, named, reported
from diagnostics.test_pages import repository
from servewright import Repository, compile_repository
from servewright.diagnostics.model import Diagnostic


def helps(found: list[Diagnostic]) -> list[str | None]:
    return [item.help for item in found]


@pytest.mark.parametrize(
    ("name", "better"),
    [("mistral-0.3", "mistral-0-3"), ("M1.5", "m1-5"), ("Granite_8B", "granite-8b"), ("a b", "a-b")],
)
def test_a_name_is_mended_from_what_was_typed(name: str, better: str) -> None:
    found = reported(deployment(name, displayName="Something Else"), code="SW111")
    assert helps(found) == [f"write `name: {better}`"]


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("resources", "did you mean `hardware.resources`?"),
        ("route", "did you mean `expose.route`?"),
        ("volumes", "did you mean `pod.volumes`?"),
        ("tokens", "did you mean `auth.tokens`?"),
        ("replica", "did you mean `replicas`?"),
    ],
)
def test_a_field_in_the_wrong_place_is_told_where_it_belongs(field: str, place: str) -> None:
    assert helps(reported(deployment(**{field: {}}), code="SW101")) == [place]


def test_a_field_of_many_places_gets_the_list_of_fields() -> None:
    (found,) = reported(deployment(zone={}), code="SW101")
    assert (found.help or "").startswith("the fields here are `displayName`")


@pytest.mark.parametrize(
    ("path", "better"),
    [
        ("s3://weights/mistral/7b", "write `path: mistral/7b`"),
        ("s3://weights", "write the path below the bucket"),
        ("s3://weights/a b", "write the path below the bucket"),
    ],
)
def test_a_bucket_in_a_path_is_taken_out(path: str, better: str) -> None:
    model: dict[str, Any] = {"type": "generative", "source": {"s3": {"connection": "weights", "path": path}}}
    (found,) = reported(deployment(model=model), code="SW104")
    assert found.help == better
    assert "the bucket is that of the connection" in found.message


def test_a_variable_that_is_a_credential_by_name_and_by_form_is_said_once() -> None:
    token = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"
    (found,) = reported(deployment(env=[{"name": "HF_TOKEN", "value": token}]), code="SW010")
    assert "valueFrom" in (found.help or "")
    assert len(reported(deployment(env=[{"name": "PLAIN", "value": token}]), code="SW010")) == 1


def test_a_profile_without_accelerator_is_named_as_the_reason() -> None:
    profile = named(
        "HardwareProfile",
        "small",
        "infrastructure.opendatahub.io/v1",
        spec={"identifiers": [{"identifier": "cpu", "displayName": "CPU", "minCount": 1, "defaultCount": 2}]},
    )
    (found,) = reported(profile, deployment(hardware={"profile": "small"}), code="SW204")
    assert found.message.startswith("the hardware profile `small` has no accelerator to choose by")
    assert "to stay on CPUs write `runtime: vllm-cpu-runtime-template` or" in (found.help or "")
    assert "gaudi" not in (found.help or "")
    assert "`vllm-cuda-runtime-template`, `vllm-gaudi" in " ".join(note.message for note in found.related)


def test_default_images_are_named() -> None:
    files = repository({"deployments/granite.yaml": yaml.safe_dump(deployment())})
    files["servewright.yaml"] = yaml.safe_dump(
        {"apiVersion": "servewright.dev/v1alpha1", "kind": "Project", "metadata": {"name": "base"}}
    )
    (found,) = [item for item in compile_repository(Repository.of(files)).diagnostics if item.code == "SW215"]
    assert "`vllm-cuda-image` is `quay.io/" in found.message
