"""`servewright schemas import`: the same schemas, however the CRDs come; or what is wrong with them, and where."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import servewright

Json = dict[str, Any]


def crd(kind: str = "Thing", group: str = "example.com", **schema: Any) -> Json:
    spec = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
    versions = [
        {
            "name": name,
            "served": name != "v1beta1",
            "storage": name == "v1",
            "schema": {"openAPIV3Schema": spec | schema},
        }
        for name in ("v1", "v1alpha1", "v1beta1")
    ]
    names = {"kind": kind, "plural": f"{kind.lower()}s"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.lower()}s.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": versions},
    }


def written(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


CRDS = [crd("Thing"), crd("Other")]
FORMS: dict[str, tuple[dict[str, str], list[str]]] = {
    "a folder": ({"in/a.yaml": yaml.dump(CRDS[0]), "in/below/b.yml": yaml.dump(CRDS[1])}, ["in"]),
    "files": ({"a.yaml": yaml.dump(CRDS[0]), "b.yaml": yaml.dump(CRDS[1])}, ["b.yaml", "a.yaml"]),
    "one file": ({"a.yaml": yaml.dump_all([*CRDS, {"apiVersion": "v1", "kind": "Namespace"}])}, ["a.yaml"]),
    "a List": ({"a.yaml": yaml.dump({"apiVersion": "v1", "kind": "List", "items": CRDS})}, ["a.yaml"]),
    "a List as JSON": ({"a.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": CRDS})}, ["a.json"]),
    "twice the same": ({"a.yaml": yaml.dump_all(CRDS), "b.yaml": yaml.dump_all(CRDS)}, ["a.yaml", "b.yaml"]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    files, paths = FORMS[form]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    run = servewright("schemas", "import", "--release", "mine-1.0", "--output", "out", *paths, cwd=tmp_path)
    assert (run.code, run.out, run.err) == (0, "", "4 schemas in out/mine-1.0: 4 written\n")
    (tmp_path / "again").mkdir()
    (tmp_path / "again/crds.yaml").write_text(yaml.dump_all(CRDS), encoding="utf-8")
    assert servewright("-C", "again", "schemas", "import", "--output", ".", "crds.yaml", cwd=tmp_path).code == 0
    (tmp_path / "again/crds.yaml").unlink()
    found = written(tmp_path / "out/mine-1.0")
    assert found == written(tmp_path / "again")
    assert sorted(found) == [f"example.com/{kind}_{v}.json" for kind in ("other", "thing") for v in ("v1", "v1alpha1")]
    for data in found.values():
        assert data.endswith(b"}\n") and data.count(b"\n") == 1
        assert json.dumps(json.loads(data), sort_keys=True, separators=(",", ":")).encode() + b"\n" == data


def test_files_that_are_there_already_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(yaml.dump_all(CRDS), encoding="utf-8")
    servewright("schemas", "import", "a.yaml", cwd=tmp_path)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "schemas").rglob("*.json")}
    (tmp_path / "schemas/example.com/mine.json").write_text("{}", encoding="utf-8")
    assert servewright("schemas", "import", "a.yaml", cwd=tmp_path).err == "4 schemas in schemas: 0 written\n"
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert (tmp_path / "schemas/example.com/mine.json").exists()


ODD = crd(properties={"a": {"type": "string", "patternProperties": {}}})
PROBLEMS: dict[str, tuple[str, str]] = {
    "a keyword": (yaml.dump(ODD, sort_keys=False), "a structural schema has no `patternProperties`"),
    "an old API version": (
        yaml.dump(crd() | {"apiVersion": "apiextensions.k8s.io/v1beta1"}),
        "only CustomResourceDefinitions of `apiextensions.k8s.io/v1` are understood",
    ),
    "a group that leads elsewhere": (yaml.dump(crd(group="../../etc")), "is none that a cluster accepts"),
    "a kind that leads elsewhere": (yaml.dump(crd(kind="../x")), "is none that a cluster accepts"),
    "nothing in it": (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {group: a.b}\n",
        "this CustomResourceDefinition is not complete",
    ),
    "broken YAML": ("a: [", "a.yaml:1:"),
    "two that differ": (yaml.dump_all([crd(), crd(required=["spec"])]), "is defined twice, and not alike"),
    "too deep": ('{"a":' * 5000 + "1" + "}" * 5000, "a.yaml:1:"),
    "not a number": (yaml.dump(crd(default={"size": float("nan")})), "error: "),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_what_is_wrong_is_said_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    text, message = PROBLEMS[case]
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    run = servewright("schemas", "import", "--output", "out", "a.yaml", cwd=tmp_path)
    assert run.code == 1
    assert run.out == ""
    assert message in run.err
    assert not (tmp_path / "out").exists()


def test_a_problem_has_its_place(tmp_path: Path) -> None:
    text = yaml.dump(ODD, sort_keys=False)
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "patternProperties" in line)
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    run = servewright("schemas", "import", "a.yaml", cwd=tmp_path)
    assert run.err.startswith(f"error: a.yaml:{line}:")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nothing"], "`nothing` is not there"),
        (["--release", "../x", "a.yaml"], "cannot be the name of a folder"),
        (["--release", "..", "a.yaml"], "cannot be the name of a folder"),
        (["empty.yaml"], "there is no CustomResourceDefinition"),
        (["latin.yaml"], "`latin.yaml` is not UTF-8"),
        (["--output", "a.yaml", "a.yaml"], "`a.yaml` cannot be written"),
        (["--output", "link", "a.yaml"], "is a symbolic link"),
    ],
)
def test_wrong_usage(tmp_path: Path, args: list[str], message: str) -> None:
    (tmp_path / "a.yaml").write_text(yaml.dump(CRDS[0]), encoding="utf-8")
    (tmp_path / "empty.yaml").write_text("kind: Namespace\n", encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")
    (tmp_path / "link").mkdir()
    os.symlink(tmp_path, tmp_path / "link/example.com")
    run = servewright("schemas", "import", *args, cwd=tmp_path)
    assert (run.code, run.out) == (2, "")
    assert message in run.err
    assert not list(tmp_path.rglob("thing_*"))


def test_a_hostile_key_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(json.dumps(crd(**{"\x1b[2J": {}})), encoding="utf-8")
    run = servewright("schemas", "import", "a.yaml", cwd=tmp_path)
    assert run.code == 1
    assert "\x1b" not in run.err
