"""A change as two lists of documents, and what is said of it."""

from __future__ import annotations

from typing import Any

import yaml

from change.comparison import consequences
from diagnostics.test_pages import repository
from servewright.diagnostics.codes import BY_SLUG
from servewright.diagnostics.model import Finding

Document = dict[str, Any]
# Which llm-d has `rolloutStrategy`, and which has not.
ROLLS, RECREATES = ("openshift-ai", "3.4"), ("open-data-hub", "3.6")
FILE = "file"  # stands in metadata until the document is written
RELEASES = (("openshift-ai", "3.3"), ROLLS, ("openshift-ai", "3.5"), ("open-data-hub", "3.5"), RECREATES)


def predictive(name: str = "fraud", **spec: Any) -> Document:
    """A ModelDeployment of a model on CPUs."""
    return {
        "apiVersion": "servewright.dev/v1alpha1",
        "kind": "ModelDeployment",
        "metadata": {"name": name, "namespace": "demo"},
        "spec": {
            "model": {
                "type": "predictive",
                "format": {"name": "sklearn", "version": "1"},
                "source": {"pvc": {"claim": "models", "path": "fraud/1"}},
            },
            "hardware": {"profile": "default-profile"},
            **spec,
        },
    }


def in_namespace(document: Document, namespace: str) -> Document:
    """The same deployment in another namespace."""
    return {**document, "metadata": {**document["metadata"], "namespace": namespace}}


def with_metadata(document: Document, **metadata: Any) -> Document:
    """The same deployment with labels or annotations."""
    return {**document, "metadata": {**document["metadata"], **metadata}}


def files(*documents: Document, release: tuple[str, str] = ROLLS) -> dict[str, str]:
    """A repository with the documents, over that of the pages; a file has the same name on both sides."""
    text = repository()
    del text["deployments/iris.yaml"]
    project = yaml.safe_load(text["servewright.yaml"])
    project["spec"]["platform"] = dict(zip(("name", "version"), release, strict=True))
    project["spec"]["applicationsNamespace"] = "redhat-ods-applications"
    text["servewright.yaml"] = yaml.safe_dump(project)
    for document in documents:
        folder = "deployments" if document["apiVersion"].startswith("servewright.dev/") else "catalog"
        metadata = {key: value for key, value in document["metadata"].items() if key != FILE}
        stem = document["metadata"].get(FILE) or f"{document['kind']}-{metadata['name']}".lower()
        path = f"{folder}/{stem}.yaml"
        text[path] = "---\n".join(filter(None, (text.get(path), yaml.safe_dump({**document, "metadata": metadata}))))
    return text


def in_file(document: Document, stem: str) -> Document:
    """The document in a file of this name, whatever its own is."""
    return {**document, "metadata": {**document["metadata"], FILE: stem}}


def findings(
    before: list[Document], after: list[Document], *, release: tuple[str, str] = ROLLS, allow_deletions: bool = False
) -> list[Finding]:
    """Every consequence of the change."""
    sides = [files(*side, release=release) for side in (before, after)]
    return [found for _, found in consequences(*sides, allow_deletions=allow_deletions)]


def said(slug: str, before: Document | list[Document], after: Document | list[Document], **more: Any) -> list[str]:
    """What the rule says of the change."""
    assert slug in BY_SLUG
    sides = [side if isinstance(side, list) else [side] for side in (before, after)]
    return [found.message for found in findings(sides[0], sides[1], **more) if found.rule.slug == slug]


def slugs(before: Document | list[Document], after: Document | list[Document], **more: Any) -> set[str]:
    """The rules that have something to say."""
    sides = [side if isinstance(side, list) else [side] for side in (before, after)]
    return {found.rule.slug for found in findings(sides[0], sides[1], **more)}
