"""Documents that describe the same object."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.check.summary import NAME
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Where
from servewright.model.connection import Connection
from servewright.read.inputs import DeploymentInput


def find_duplicates(deployments: Iterable[DeploymentInput], connections: Iterable[Connection]) -> list[Finding]:
    """Documents of one kind, namespace and name, at both places."""
    named = [
        (
            ("ModelDeployment", item.deployment.metadata.namespace, item.deployment.metadata.name),
            Where(item.problems.document, NAME),
        )
        for item in deployments
        if item.deployment.metadata.name and item.deployment.metadata.namespace
    ]
    named += [(("Connection", item.namespace, item.name), Where(item.where.document, NAME)) for item in connections]
    findings = []
    first: dict[tuple[str, str, str | None], Where] = {}
    for key, where in named:
        if (earlier := first.setdefault(key, where)) is not where:
            findings.append(
                Finding(
                    codes.DUPLICATE_DOCUMENT,
                    f"{key[0]} `{key[2]}` of namespace `{key[1]}` is written twice",
                    where,
                    "keep one of the two, or give one another name",
                    (Note("first here", earlier),),
                )
            )
    return findings
