"""Labels and annotations of the catalog that no cluster would hold."""

from __future__ import annotations

from typing import Any

import pytest

from check.rules.cases import deployment, named, reported, template


@pytest.mark.parametrize("value", [True, 5, 1.5, {}, []], ids=str)
@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_what_is_no_text_is_not_left_out_in_silence(field: str, value: Any) -> None:
    namespace = named("Namespace", "demo")
    del namespace["metadata"]["namespace"]
    namespace["metadata"][field] = {"kueue.openshift.io/managed": value}
    (found,) = reported(namespace, deployment(), code="SW027")
    assert found.field == f"metadata.{field}['kueue.openshift.io/managed']"


def test_the_runtime_in_a_template_is_looked_at_too() -> None:
    document = template({})
    document["objects"][0]["metadata"]["labels"] = {"opendatahub.io/dashboard": True, "team": None, "ok": "true"}
    (found,) = reported(document, deployment(runtime="own"), code="SW027")
    assert found.field == "objects[0].metadata.labels['opendatahub.io/dashboard']"
