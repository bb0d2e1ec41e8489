"""A name that is left out is derived from the display name exactly as the wizard derives it, or refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright import Compilation
from wizard.forms import HEAD, Json, dump, plain_deployment, project, translate
from wizard.run import compile_files, errors, objects


def compiled(display_name: str) -> Compilation:
    """A deployment that has a display name only."""
    return compile_files(
        {
            "servewright.yaml": project(HEAD),
            "catalog/profiles.yaml": dump(*HEAD.data["profiles"]),
            "deployments/model.yaml": dump(plain_deployment({}, displayName=display_name)),
        }
    )


def service_names(compilation: Compilation) -> list[str]:
    return [name for kind, name in objects(compilation) if kind == "InferenceService"]


@pytest.mark.parametrize("case", HEAD.data["names"], ids=lambda case: case["display"])
def test_the_derived_name_is_the_wizards(case: Json) -> None:
    compilation = compiled(case["display"])
    codes = {diagnostic.code for diagnostic in compilation.diagnostics}
    if not case["valid"]:
        assert "SW111" in codes
        return
    assert errors(compilation) == []
    assert "SW110" in codes, "renaming the display name would replace the model, so the author is warned"
    assert service_names(compilation) == [case["k8sName"]]


@pytest.mark.parametrize("case", HEAD.data["names"], ids=lambda case: case["display"])
def test_the_rule_that_the_tests_use_is_the_wizards(case: Json) -> None:
    assert translate(case["display"], limit=30) == (case["k8sName"] or "")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(alphabet="abcXYZ0189 -_.(é日\u00a0\u0130\u212a", min_size=1, max_size=50))
def test_any_display_name_gives_the_wizards_name_or_an_error(display_name: str) -> None:
    name = translate(display_name, limit=30)
    compilation = compiled(display_name)
    if re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", name):
        assert errors(compilation) == []
        assert service_names(compilation) == [name]
    else:
        assert errors(compilation) != []
        assert service_names(compilation) == []


def test_a_derived_name_is_cut_to_thirty_characters_and_does_not_end_in_a_dash() -> None:
    assert service_names(compiled("abcdefghi abcdefghi abcdefghi abcdefghi")) == ["abcdefghi-abcdefghi-abcdefghi"]
