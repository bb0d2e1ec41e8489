"""Which file each object goes to, and that nothing goes anywhere else."""

from __future__ import annotations

import pytest
import yaml

from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Source, Where
from servewright.write.layout import Folder, Unit, is_kustomization, is_unit, kustomization, layout

RUNTIME: dict[str, object] = {
    "apiVersion": "serving.kserve.io/v1alpha1",
    "kind": "ServingRuntime",
    "metadata": {"name": "granite"},
}
SERVICE: dict[str, object] = {
    "apiVersion": "serving.kserve.io/v1beta1",
    "kind": "InferenceService",
    "metadata": {"name": "granite"},
}


def unit(namespace: str, folder: Folder, name: str, *objects: dict[str, object]) -> Unit:
    where = Where(Document(Source(f"deployments/{name}.yaml", ""), 0, {}))
    return Unit(namespace, folder, name, objects or (SERVICE,), where)


def test_each_deployment_has_one_file_and_every_folder_lists_its_own() -> None:
    files, findings = layout(
        [
            unit("demo", "deployments", "granite", RUNTIME, SERVICE),
            unit("demo", "connections", "models-s3"),
            unit("demo", "deployments", "fraud"),
            unit("web", "runtimes", "shared"),
        ]
    )
    assert not findings
    assert list(files) == [
        "demo/connections/kustomization.yaml",
        "demo/connections/models-s3.yaml",
        "demo/deployments/fraud.yaml",
        "demo/deployments/granite.yaml",
        "demo/deployments/kustomization.yaml",
        "demo/kustomization.yaml",
        "web/kustomization.yaml",
        "web/runtimes/kustomization.yaml",
        "web/runtimes/shared.yaml",
    ]
    assert (
        files["demo/deployments/kustomization.yaml"]
        == """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- fraud.yaml
- granite.yaml
"""
    )
    assert yaml.safe_load(files["demo/kustomization.yaml"])["resources"] == ["connections", "deployments"]
    assert yaml.safe_load(files["web/kustomization.yaml"])["resources"] == ["runtimes"]


def test_the_objects_of_a_deployment_stay_in_apply_order() -> None:
    files, _ = layout([unit("demo", "deployments", "granite", RUNTIME, SERVICE)])
    assert list(yaml.safe_load_all(files["demo/deployments/granite.yaml"])) == [RUNTIME, SERVICE]


def test_the_order_of_units_does_not_matter() -> None:
    units = [unit("demo", "deployments", name) for name in ("c", "a", "b")]
    assert list(layout(units)[0].items()) == list(layout(units[::-1])[0].items())


def test_a_unit_without_objects_has_no_file_and_is_listed_nowhere() -> None:
    """A connection whose Secret is there already emits nothing."""
    where = unit("demo", "connections", "models-s3").where
    empty = Unit("demo", "connections", "models-s3", (), where)
    assert layout([empty]) == ({}, [])
    files, _ = layout([empty, unit("demo", "deployments", "granite")])
    assert yaml.safe_load(files["demo/kustomization.yaml"])["resources"] == ["deployments"]


@pytest.mark.parametrize("folder", ["deployments", "connections", "runtimes"])
def test_a_unit_named_kustomization_would_replace_the_folders_own(folder: Folder) -> None:
    taken = unit("demo", folder, "kustomization")
    files, [finding] = layout([taken, unit("demo", folder, "other")])
    assert finding.rule is codes.OUTPUT_COLLISION
    assert finding.where == taken.where
    assert finding.help
    assert yaml.safe_load(files[f"demo/{folder}/kustomization.yaml"])["resources"] == ["other.yaml"]


def test_two_units_for_one_file_are_reported_at_both_places() -> None:
    first, second = unit("demo", "deployments", "granite"), unit("demo", "deployments", "granite", RUNTIME)
    _, [finding] = layout([first, second])
    assert finding.rule is codes.OUTPUT_COLLISION
    assert finding.where == second.where
    assert [note.where for note in finding.notes] == [first.where]


def test_a_name_that_no_file_system_takes_is_reported() -> None:
    assert not layout([unit("demo", "connections", "n" * 250)])[1]
    files, [finding] = layout([unit("demo", "connections", "n" * 251)])
    assert finding.rule is codes.NAME_TOO_LONG
    assert not files


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/a", "A", "a b", ".hidden", "-a", "a\n", "ä", "a\\b"])
def test_a_path_is_never_built_from_an_unsafe_name(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be part of a path"):
        layout([unit(name, "deployments", "granite")])
    with pytest.raises(ValueError, match="cannot be part of a path"):
        layout([unit("demo", "deployments", name)])
    with pytest.raises(ValueError, match="not an output folder"):
        layout([unit("demo", "../deployments", "granite")])  # type: ignore[arg-type]


def test_names_that_look_like_numbers_are_listed_as_strings() -> None:
    files, _ = layout([unit("demo", "deployments", "1e3"), unit("demo", "deployments", "1.0")])
    listed = yaml.safe_load(files["demo/deployments/kustomization.yaml"])["resources"]
    assert listed == ["1.0.yaml", "1e3.yaml"]


def test_an_empty_kustomization_still_has_its_list() -> None:
    """kustomize refuses one without any field ("kustomization.yaml is empty")."""
    assert yaml.safe_load(kustomization(()))["resources"] == []


def test_paths_of_ours_are_told_by_their_form() -> None:
    assert is_unit("demo/deployments/granite.yaml")
    assert is_kustomization("demo/kustomization.yaml")
    assert is_kustomization("demo/runtimes/kustomization.yaml")
    for path in ["demo/x.yaml", "demo/other/x.yaml", "demo/deployments/README.md", "../deployments/x.yaml", "x.yaml"]:
        assert not is_unit(path)
        assert not is_kustomization(path)
    assert not is_unit("demo/deployments/kustomization.yaml")
    assert not is_kustomization("kustomization.yaml")
    assert not is_kustomization("demo/other/kustomization.yaml")
