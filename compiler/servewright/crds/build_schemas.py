"""Builds ``schemas/`` from ``schemas/sources/``: ``python -m servewright.crds.build_schemas [--check]``.

Every set of sources becomes the folder of its name. The schemas of our own inputs, in ``servewright.dev/``, are made
from the code instead (``servewright schema``) and are left alone.

Works on a source checkout only. Nothing on the compile path imports this module.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from servewright.crds import openapi, sources
from servewright.crds.definitions import Definition, definitions, files
from servewright.crds.structural import SchemaError
from servewright.diagnostics.model import Source
from servewright.hints import Final
from servewright.read.documents import read_documents

SCHEMAS: Final = Path(__file__).parents[3] / "schemas"
_NOT_BUILT: Final = frozenset({"servewright.dev", "sources"})


def build(folder: Path = SCHEMAS / "sources") -> dict[str, str]:
    """The text of every schema file, by its path below ``schemas/``."""
    sets: dict[str, list[Definition]] = {}
    for path, text in sources.texts(folder):
        sets.setdefault(path.partition("/")[0], []).extend(_definitions(path, text))
    return {f"{name}/{path}": text for name in sorted(sets) for path, text in files(sets[name]).items()}


def _definitions(path: str, text: str) -> Iterator[Definition]:
    if path.endswith(".json"):
        yield from openapi.kinds(json.loads(text))
        return
    documents, findings = read_documents(Source(path, text), catalog=True)
    if findings:
        raise SchemaError(f"{path}: {findings[0].message}")
    for document in documents:
        for definition in definitions(document.data):
            if definition.kind == "Template":
                _keep_objects_of_templates(definition)
            yield definition


def _keep_objects_of_templates(template: Definition) -> None:
    """OpenShift serves Templates by an API server of its own, which keeps their objects as they are.

    The CRD stands in for it in tests of its projects, and would prune them (openshift/api, template/v1/types.go:
    ``Objects []runtime.RawExtension``).
    """
    items = template.schema["properties"]["objects"]["items"]
    del items["additionalProperties"]
    items["x-kubernetes-preserve-unknown-fields"] = True


def committed(schemas: Path) -> dict[str, str]:
    """The built files that are there."""
    return {
        file.relative_to(schemas).as_posix(): file.read_text(encoding="utf-8")
        for folder in schemas.iterdir()
        if folder.is_dir() and folder.name not in _NOT_BUILT
        for file in folder.rglob("*.json")
    }


def stale(built: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """The files that are missing, differ, or should not be there."""
    return sorted(name for name in found.keys() | built.keys() if found.get(name) != built.get(name))


def main(arguments: list[str] | None = None) -> int:
    """Write the schemas, or with ``--check`` only compare: 1 when any is stale."""
    parser = argparse.ArgumentParser(prog="python -m servewright.crds.build_schemas")
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a schema is stale")
    check: bool = parser.parse_args(arguments).check
    built = build()
    names = stale(built, committed(SCHEMAS))
    for name in names:
        print(f"{'stale' if check else 'wrote' if name in built else 'deleted'}: schemas/{name}", file=sys.stderr)
        if check:
            continue
        if name in built:
            (SCHEMAS / name).parent.mkdir(parents=True, exist_ok=True)
            (SCHEMAS / name).write_text(built[name], encoding="utf-8")
        else:
            (SCHEMAS / name).unlink()
    return 1 if check and names else 0


if __name__ == "__main__":
    sys.exit(main())
