"""The built-in runtime templates are, field by field, what each release installs (tests/data/runtimes.json)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, UndefinedError
from jinja2.exceptions import SecurityError

from servewright.catalog import build_builtin
from servewright.catalog.build_builtin import ReleaseFacts
from servewright.catalog.builtin import image_parameters, load_builtin

FACTS = json.loads((Path(__file__).parents[1] / "data" / "runtimes.json").read_text(encoding="utf-8"))
VERSIONS = sorted(FACTS["versions"])
SCRIPT = "<script>"
# What the facts say about a runtime beyond the fields of its spec.
DESCRIPTIVE = {
    "template", "runtime", "displayName", "versions", "modelTypes", "recommendedAccelerators", "templateLabels",
    "templateAnnotations", "templateProse", "runtimeLabels", "runtimeAnnotations", "specAnnotations", "overrides",
    "notes",
}  # fmt: skip


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def facts_of(version: str) -> dict[str, dict[str, Any]]:
    return {
        entry["template"]: merge_patch(entry, entry.get("overrides", {}).get(version, {}))
        for entry in FACTS["runtimes"]
        if version in entry["versions"]
    }


def structural(value: Any) -> Any:
    """Facts as they stand in a spec: the descriptions of scripts are gone, an image is its default."""
    if isinstance(value, list):
        return [structural(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"parameter", "default"}:
        return value["default"]
    return {key: structural(item) for key, item in value.items() if key not in ("script", "commandScript")}


def expected_runtime(facts: dict[str, Any]) -> dict[str, Any]:
    spec = {key: structural(value) for key, value in facts.items() if key not in DESCRIPTIVE}
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {
            "name": facts["runtime"],
            "labels": facts["runtimeLabels"],
            "annotations": facts["runtimeAnnotations"],
        },
        "spec": {"annotations": facts["specAnnotations"], **spec},
    }


def with_scripts_hidden(expected: Any, actual: Any) -> Any:
    """``actual``, but with the marker wherever ``expected`` has it in place of a script."""
    if expected == SCRIPT and isinstance(actual, str) and actual.strip():
        return SCRIPT
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {key: with_scripts_hidden(expected.get(key), value) for key, value in actual.items()}
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [with_scripts_hidden(*pair) for pair in zip(expected, actual, strict=True)]
    return actual


def exactly(value: Any) -> str:
    """Text that tells 1 from true and 1.0, and makes a readable difference."""
    return json.dumps(value, indent=1, sort_keys=True)


def loaded(version: str, **images: str) -> dict[str, dict[str, Any]]:
    return {template["metadata"]["name"]: template for template in load_builtin(version, images, "apps")}


def containers(template: dict[str, Any]) -> list[dict[str, Any]]:
    spec = template["objects"][0]["spec"]
    return [*spec["containers"], *spec.get("workerSpec", {}).get("containers", [])]


SHIPPED = [(version, name) for version in VERSIONS for name in facts_of(version)]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_release_brings_exactly_the_templates_that_it_installs(version: str) -> None:
    names = [template["metadata"]["name"] for template in load_builtin(version, {}, "apps")]
    assert names == sorted(facts_of(version))
    assert len(names) == FACTS["versions"][version]["templateCount"]


@pytest.mark.parametrize(("version", "name"), SHIPPED)
def test_the_runtime_inside_is_the_release_s(version: str, name: str) -> None:
    expected = expected_runtime(facts_of(version)[name])
    (runtime,) = loaded(version)[name]["objects"]
    assert exactly(with_scripts_hidden(expected, runtime)) == exactly(expected)


@pytest.mark.parametrize(("version", "name"), SHIPPED)
def test_the_template_around_it_is_the_release_s(version: str, name: str) -> None:
    facts = facts_of(version)[name]
    template = loaded(version)[name]
    annotations = dict(template["metadata"].pop("annotations"))
    prose = {key: annotations.pop(key) for key in facts["templateProse"]["keys"]}
    assert all(isinstance(text, str) and text.strip() for text in prose.values())
    assert annotations == facts["templateAnnotations"]
    assert json.loads(annotations["opendatahub.io/model-type"]) == facts["modelTypes"]
    del template["objects"]
    assert template == {
        "apiVersion": "template.openshift.io/v1",
        "kind": "Template",
        "metadata": {
            "name": name,
            "namespace": "apps",
            "labels": {**facts["templateLabels"], **FACTS["install"]["labelsAddedToTemplates"]},
        },
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_image_parameters_are_those_that_the_templates_use(version: str) -> None:
    used = {
        container["image"]["parameter"]: container["image"]["default"]
        for facts in facts_of(version).values()
        for container in [*facts["containers"], *facts.get("workerSpec", {}).get("containers", [])]
    }
    assert image_parameters(version) == used


@pytest.mark.parametrize("version", VERSIONS)
def test_overriding_an_image_changes_that_image_only(version: str) -> None:
    for parameter in image_parameters(version):
        overridden = loaded(version, **{parameter: "registry.example/mine@sha256:1"})
        for name, facts in facts_of(version).items():
            worker = facts.get("workerSpec", {}).get("containers", [])
            for fact, container in zip([*facts["containers"], *worker], containers(overridden[name]), strict=True):
                if fact["image"]["parameter"] == parameter:
                    assert container["image"] == "registry.example/mine@sha256:1"
                    container["image"] = fact["image"]["default"]
        assert overridden == loaded(version)


def test_an_image_for_a_parameter_that_no_template_uses_changes_nothing() -> None:
    assert loaded("3.4", **{"mlserver-cuda-image": "registry.example/mine:1"}) == loaded("3.4")


def test_what_a_caller_does_to_the_documents_stays_with_the_caller() -> None:
    loaded("3.4")["kserve-ovms"]["objects"].clear()
    assert loaded("3.4")["kserve-ovms"]["objects"]


def test_placeholders_of_kserve_and_kubernetes_are_left_for_them() -> None:
    templates = loaded("3.6")
    assert "--model_name={{.Name}}" in containers(templates["kserve-ovms"])[0]["args"]
    assert "--master-addr=$(POD_IP)" in containers(templates["vllm-multinode-runtime-template"])[0]["args"]


def test_a_release_that_servewright_does_not_know_has_no_file() -> None:
    with pytest.raises(FileNotFoundError):
        load_builtin("2.0", {}, "apps")


def test_loading_never_pays_for_the_template_engine() -> None:
    code = (
        "import sys; from servewright.catalog.builtin import load_builtin; load_builtin('3.4', {}, 'apps');"
        "print('jinja2' in sys.modules)"
    )
    path = str(Path(build_builtin.__file__).parents[2])
    run = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": path}, capture_output=True, text=True)
    assert run.stdout.strip() == "False", run.stderr


def test_the_generated_files_are_those_of_the_sources() -> None:
    hint = "run python -m servewright.catalog.build_builtin and commit what it writes"
    assert build_builtin.stale(build_builtin.build(), build_builtin.TARGET) == [], hint


def test_check_names_stale_missing_and_surplus_files_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_builtin, "TARGET", tmp_path)
    for name, text in build_builtin.build().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert build_builtin.main(["--check"]) == 0
    (tmp_path / "3.3.json").write_text("{}", encoding="utf-8")
    (tmp_path / "3.4.json").unlink()
    (tmp_path / "2.0.json").write_text("{}", encoding="utf-8")
    assert build_builtin.main(["--check"]) == 1
    reported = capsys.readouterr().err
    assert [name for name in ("2.0", "3.3", "3.4", "3.5", "3.6") if f"{name}.json" in reported] == ["2.0", "3.3", "3.4"]
    assert not (tmp_path / "3.4.json").exists()
    assert build_builtin.main([]) == 0
    assert sorted(path.stem for path in tmp_path.iterdir()) == VERSIONS
    assert build_builtin.main(["--check"]) == 0


def rendered(text: str, version: str | None = None) -> dict[str, Any]:
    jinja = build_builtin.environment(DictLoader({"mine.yaml.j2": text}))
    return build_builtin.render(jinja, "mine", ReleaseFacts({"mine": version}, {"probes": True}, {"my-image": "x:1"}))


def test_a_name_that_is_not_defined_is_an_error() -> None:
    assert rendered("[% if has.probes %]image: '[[ image(\"my-image\") ]]'[% endif %]") == {"image": "$(my-image)"}
    assert rendered("v: '[[ runtime_version ]]'", "1.0") == {"v": "1.0"}
    for text in ("v: [[ runtim_version ]]", "v: [[ runtime_version ]]", "[% if has.prob %]v: 1[% endif %]"):
        with pytest.raises(UndefinedError):
            rendered(text)
    with pytest.raises(KeyError, match="other-image"):
        rendered("v: '[[ image(\"other-image\") ]]'")


@pytest.mark.parametrize(
    "trick",
    ["''.__class__.__mro__", "image.__globals__", "image.__closure__", "has.__init__", "''.format.__self__.__class__"],
)
def test_the_sandbox_keeps_templates_from_python(trick: str) -> None:
    with pytest.raises(SecurityError):
        rendered(f"v: '[[ {trick} ]]'")


def test_templates_cannot_change_what_they_are_given_nor_call_anything_else() -> None:
    with pytest.raises(SecurityError):
        rendered("[[ has.update({'probes': false}) ]]")
    with pytest.raises(UndefinedError):
        rendered("v: [[ range(9) ]]")


def test_releases_answer_the_same_names_and_no_source_file_is_left_over() -> None:
    releases = [build_builtin.read_release(path) for path in (build_builtin.SOURCES / "releases").glob("*.yaml")]
    assert len({frozenset(release.has) for release in releases}) == 1
    sources = {path.name.removesuffix(".yaml.j2") for path in (build_builtin.SOURCES / "runtimes").glob("*.yaml.j2")}
    assert sources == set().union(*(release.templates for release in releases))
