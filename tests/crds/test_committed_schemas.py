"""`schemas/`: what a run loads is fresh, small, compiles in two engines that agree, and takes what we render."""

from __future__ import annotations

import copy
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml

from crd_schemas import RELEASES, release_of
from servewright.check.schemas import load
from servewright.crds import build_schemas, sources

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"
FILES = sorted(
    file for file in SCHEMAS.rglob("*.json") if file.relative_to(SCHEMAS).parts[0] not in ("servewright.dev", "sources")
)
EVERY_FILE = pytest.mark.parametrize("file", [pytest.param(file, id=str(file.relative_to(SCHEMAS))) for file in FILES])
SETS = {file.relative_to(SCHEMAS).parts[0] for file in FILES}


def test_every_release_has_its_schemas_and_every_set_is_of_use() -> None:
    used = {name for release in RELEASES for name in release_of(release).schemas}
    # Plain KServe is no platform yet; its schemas are there for the comparison.
    assert used | {"kserve-0.17", "kserve-0.19", "kserve-0.20"} == SETS


@EVERY_FILE
def test_a_file_is_where_kubeconform_looks_for_it(file: Path) -> None:
    schema = json.loads(file.read_text(encoding="utf-8"))
    (api_version,) = schema["properties"]["apiVersion"]["enum"]
    (kind,) = schema["properties"]["kind"]["enum"]
    group, version = api_version.split("/")[0], api_version.split("/")[-1]
    assert list(file.relative_to(SCHEMAS).parts[1:]) == [group, f"{kind.lower()}_{version}.json"]
    assert schema["x-kubernetes-group-version-kind"] == [
        {"group": "" if group == version else group, "version": version, "kind": kind}
    ]
    assert schema["x-servewright-scope"] in ("Namespaced", "Cluster")


@EVERY_FILE
def test_a_file_is_small_and_without_documentation(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text) <= 100_000
    # A kind may have a field called description.
    assert not re.search(r'"(description|title|example)":"', text)


@EVERY_FILE
def test_both_engines_compile_it_and_refuse_an_unknown_field(file: Path) -> None:
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    engines = (jsonschema.Draft202012Validator(schema), jsonschema_rs.validator_for(schema))
    api_version, kind = (schema["properties"][key]["enum"][0] for key in ("apiVersion", "kind"))
    obj: Json = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}}
    obj |= {key: {} for key in schema["required"] if key not in obj}
    for change in ({}, {"specs": {}}, {"metadata": {"nmae": "x"}}, {"kind": "X"}, {"metadata": None}):
        verdicts = {engine.is_valid(obj | change) for engine in engines}
        assert len(verdicts) == 1, change
        assert not change or verdicts == {False}, change


# --- what we render --------------------------------------------------------------------------------------------------


def rendered() -> Iterator[tuple[str, Json]]:
    """(release, object) of the examples and the golden repositories."""
    for project in [*sorted((ROOT / "tests/golden").rglob("servewright.yaml")), ROOT / "examples/servewright.yaml"]:
        platform = yaml.safe_load(project.read_text(encoding="utf-8"))["spec"]["platform"]
        folder = project.parent / "rendered"
        if project.parent.name != "examples":
            folder = (project.parent.parent if project.parent.name == "repo" else project.parent) / "expected"
        for file in sorted(folder.rglob("*.yaml")):
            if file.name != "kustomization.yaml":
                for obj in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader):
                    yield f"{platform['name']}-{platform['version']}", obj


OBJECTS = list(rendered())


def broken(obj: Json) -> Iterator[Json]:
    """Copies with one leaf of another type, and with one unknown field; a few of each."""
    paths: list[tuple[str | int, ...]] = []

    def walk(node: object, at: tuple[str | int, ...]) -> None:
        for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            paths.append((*at, key))
            walk(child, (*at, key))

    walk(obj, ())
    for path in paths[:: max(1, len(paths) // 12)]:
        for change in ([["x"]], {"unknownField": 1}, None, 1.5):
            changed = copy.deepcopy(obj)
            node: Any = changed
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = change
            yield changed


@pytest.mark.parametrize("release", sorted({release for release, _ in OBJECTS}))
def test_what_we_render_is_valid_and_the_engines_agree_about_what_is_not(release: str) -> None:
    engines: dict[tuple[str, str], tuple[Any, Any]] = {}
    refused = 0
    for obj in (obj for name, obj in OBJECTS if name == release):
        identity = obj["apiVersion"], obj["kind"]
        schema = load(release_of(release), *identity)
        if schema is None:
            assert identity[1] == "MaaSModelRef" and release.endswith("-3.3")  # see test_drift_free.py
            continue
        if identity not in engines:
            engines[identity] = jsonschema.Draft202012Validator(schema), jsonschema_rs.validator_for(schema)
        slow, fast = engines[identity]
        assert [error.message for error in slow.iter_errors(obj)] == []
        assert fast.is_valid(obj)
        for changed in broken(obj):
            verdict = fast.is_valid(changed)
            assert slow.is_valid(changed) == verdict
            refused += not verdict
    assert refused > 20


# --- where they come from --------------------------------------------------------------------------------------------


def test_a_changed_missing_or_additional_file_is_stale(tmp_path: Path) -> None:
    built = {"set/a/b_v1.json": "{}\n", "set/a/c_v1.json": "{}\n"}
    for name, text in {
        "set/a/b_v1.json": "{} \n",
        "set/a/d_v1.json": "",
        "sources/x.json": "",
        "servewright.dev/y.json": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = build_schemas.committed(tmp_path)
    assert build_schemas.stale(built, found) == [*built, "set/a/d_v1.json"]


@pytest.mark.parametrize("archive", sorted(SCHEMAS.glob("sources/*.tar.xz")), ids=lambda path: path.name)
def test_nothing_in_an_archive_tells_who_packed_it_and_when(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
    names = [member.name for member in members]
    assert names == sorted(names)
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {(0, 0, 0, "", "", 0o644)}


def test_equal_files_are_packed_to_equal_archives(tmp_path: Path) -> None:
    archives = []
    for name in ("first", "second"):
        for number in range(3) if name == "first" else reversed(range(3)):
            file = tmp_path / name / f"set-{number}" / "a.yaml"
            file.parent.mkdir(parents=True)
            file.write_text(f"a: {number}\n", encoding="utf-8")
            file.chmod(0o600 if name == "first" else 0o640)
        sources.pack(tmp_path / name, tmp_path / f"{name}.tar.xz")
        archives.append((tmp_path / f"{name}.tar.xz").read_bytes())
    assert archives[0] == archives[1]
    (tmp_path / "first.tar.xz").unlink()
    assert list(sources.texts(tmp_path)) == [(f"set-{n}/a.yaml", f"a: {n}\n") for n in range(3)]


def test_every_source_is_credited() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for archive in SCHEMAS.glob("sources/*.tar.xz"):
        assert f"schemas/sources/{archive.name}" in notice
        with tarfile.open(archive) as tar:
            sets = {member.name.partition("/")[0] for member in tar}
        if archive.name == "support.tar.xz":
            assert {f"{name}/" for name in sets} <= set(notice.split())


# --- how they are found ----------------------------------------------------------------------------------------------


def test_a_kind_is_found_under_its_exact_version_only() -> None:
    old, new = release_of("openshift-ai-3.3"), release_of("open-data-hub-3.6")
    assert load(new, "serving.kserve.io/v1alpha2", "LLMInferenceService")
    assert load(old, "serving.kserve.io/v1alpha1", "LLMInferenceService")
    assert load(old, "serving.kserve.io/v1alpha2", "LLMInferenceService") is None
    assert load(new, "v1", "Secret") and load(new, "rbac.authorization.k8s.io/v1", "RoleBinding")
    assert load(new, "v1", "Secret") is load(old, "v1", "Secret"), "a file is read once"


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("", ""),
        ("v1", ""),
        ("v1", "Nothing"),
        ("../sources/v1", "Secret"),
        ("..", "Secret"),
        ("/v1", "Secret"),
        ("v1", "secret"),
        ("v1/..", "Secret"),
        ("v1", "../v1/Secret"),
        ("v1\0", "Secret"),
        ("a/b/v1", "Secret"),
    ],
)
def test_a_strange_version_or_kind_is_none_that_a_release_has(api_version: str, kind: str) -> None:
    assert load(release_of("open-data-hub-3.6"), api_version, kind) is None
