"""Documents that describe the same object."""

from __future__ import annotations

from servewright.check.summary import NAME, Summary, is_given
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Where
from servewright.resolve.context import Context


def duplicates(summaries: list[Summary], context: Context) -> list[Finding]:
    """Documents of one kind, namespace and name, at both places."""
    keys = [(summary.kind, summary.namespace, summary.name) for summary in summaries]
    if len(set(keys)) == len(keys):
        return []  # as in nearly every run
    findings = []
    first: dict[tuple[str, str, str], Where] = {}
    for key, summary in zip(keys, summaries, strict=True):
        if not (summary.namespace and summary.name and is_given(summary)):
            continue
        where = Where(summary.where.document, NAME)
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
