"""A change for machines: one JSON document, versioned; its keys and their order are a contract."""

from __future__ import annotations

import json

from servewright.change.model import DeploymentChange, FieldChange, FileChange, ObjectChange, Reported
from servewright.change.paths import show
from servewright.diagnostics.escape import redact, visible_json
from servewright.diagnostics.json_report import as_dict
from servewright.diagnostics.model import Diagnostic
from servewright.hints import Any

VERSION = 1


def render(reported: Reported) -> str:
    """The report, with a line break at the end. Absent values are null; texts that look like a credential are redacted."""
    change = reported.change
    folders: dict[str, list[dict[str, Any]]] = {"connections": [], "runtimes": []}
    for file in change.files:
        folders[file.folder].append(_file(file))
    report = {
        "version": VERSION,
        "deployments": [_deployment(item, reported) for item in change.deployments],
        **folders,
        "diagnostics": [as_dict(diagnostic) for diagnostic in reported.others],
        "summary": dict(reported.summary),
    }
    return visible_json(json.dumps(report, ensure_ascii=False, indent=2)) + "\n"


def _deployment(item: DeploymentChange, reported: Reported) -> dict[str, Any]:
    return {
        "namespace": item.namespace,
        "name": item.name,
        "change": item.change,
        "renamed": item.renamed,
        "moved": item.moved,
        "incomplete": item.incomplete,
        "objects": [_object(each) for each in item.objects],
        "runtime": _object(item.runtime) if item.runtime else None,
        "consequences": [_consequence(each) for each in reported.consequences.get((item.namespace, item.name), ())],
    }


def _file(file: FileChange) -> dict[str, Any]:
    return {
        "namespace": file.namespace,
        "name": file.name,
        "change": file.change,
        "objects": [_object(each) for each in file.objects],
        "users": list(file.users),
    }


def _object(item: ObjectChange) -> dict[str, Any]:
    return {
        "object": "/".join(item.identity),
        "change": item.change,
        "fields": [_field(each) for each in item.fields],
    }


def _field(field: FieldChange) -> dict[str, Any]:
    return {"path": redact(show(field.path)), "from": field.before, "to": field.after}


def _consequence(diagnostic: Diagnostic) -> dict[str, Any]:
    told = as_dict(diagnostic)
    return {key: told[key] for key in ("code", "slug", "severity", "message", "help", "file", "line")}
