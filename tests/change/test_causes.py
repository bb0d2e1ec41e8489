"""The line that is responsible for a change, and which of its causes comes first."""

from __future__ import annotations

import pytest

from change.cases import Document, findings, said
from change.test_added import connection
from change.test_restarts import profile
from check.rules.cases import deployment, llmd, template
from servewright.diagnostics.model import Where

S3 = {"connection": "weights", "path": "granite"}


def lines(before: list[Document], after: list[Document]) -> dict[str, tuple[str, object]]:
    """The file and the last step of the path of each consequence."""
    return {
        item.rule.slug: (item.where.document.source.path, item.where.path[-1])
        for item in findings(before, after)
        if isinstance(item.where, Where)
    }


def test_another_profile_is_a_change_of_the_spec_and_another_default_one_of_the_catalog() -> None:
    def using(name: str) -> Document:
        return deployment(hardware={"profile": name})

    catalog = [profile("a"), profile("b", cpu=3)]
    spec = ("deployments/modeldeployment-granite.yaml", "profile")
    places = lines([*catalog, using("a")], [*catalog, using("b")])
    assert {slug: place for slug, place in places.items() if slug in ("model-restarts", "demand-changes")} == {
        "model-restarts": spec,
        "demand-changes": spec,
    }
    assert places["rollout-accelerators"] == spec
    places = lines([profile("a"), using("a")], [profile("a", cpu=3), using("a")])
    assert places["model-restarts"] == ("catalog/hardwareprofile-a.yaml", "defaultCount")


def test_several_models_that_choose_another_profile_are_not_restarted_by_the_catalog() -> None:
    catalog = [profile("a"), profile("b", cpu=3)]
    sides = ([*catalog, *(deployment(name, hardware={"profile": p}) for name in ("one", "two"))] for p in "ab")
    assert said("restarts-many", *sides) == []


def test_another_template_is_a_change_of_the_spec() -> None:
    second = template({"image": "quay.io/acme/second:1"})
    second["metadata"]["name"] = "second"
    catalog = [template({}), second]
    places = lines([*catalog, deployment(runtime="own")], [*catalog, deployment(runtime="second")])
    assert places["model-restarts"][0] == "deployments/modeldeployment-granite.yaml"
    assert places["runtime-image"][0] == "deployments/modeldeployment-granite.yaml"


def test_the_image_is_named_before_what_is_said_about_a_runtime() -> None:
    after = template({"image": "quay.io/acme/own:2"})
    runtime = after["objects"][0]
    runtime["spec"]["annotations"] = {f"example.com/{key}": key for key in "abcd"}
    (message,) = said("model-restarts", [template({}), deployment(runtime="own")], [after, deployment(runtime="own")])
    assert message.startswith(
        "`granite` restarts, pod after pod: `spec.containers[kserve-container].image` of the ServingRuntime"
    )


@pytest.mark.parametrize("release", [("openshift-ai", "3.4"), ("open-data-hub", "3.6")])
def test_the_same_file_by_another_connection_is_the_same_model(release: tuple[str, str]) -> None:
    one, other = connection(), connection()
    other["metadata"] = {**other["metadata"], "name": "renamed"}
    both = [one, other]
    before = deployment(model={"type": "generative", "source": {"s3": S3}})
    after = deployment(model={"type": "generative", "source": {"s3": {**S3, "connection": "renamed"}}})
    assert said("model-source", [*both, before], [*both, after], release=release) == []
    as_llmd = llmd(model={"type": "generative", "source": {"s3": S3}})
    assert said("model-source", [*both, before], [*both, as_llmd], release=release) == []
    other["spec"] = {"s3": {"endpoint": "https://s3.example.com", "bucket": "others"}}
    (message,) = said("model-source", [*both, before], [*both, after], release=release)
    assert message.startswith("`granite` gets its model from `granite` of the connection `renamed` instead of")
    del other["spec"]["s3"]["bucket"]
    (message,) = said("model-source", [*both, before], [*both, after], release=release)
    assert "; it is the same model if both lead to the same bucket: " in message
