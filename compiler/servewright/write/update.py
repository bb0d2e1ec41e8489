"""Brings the tree on disk up to date, or says what is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Finding
from servewright.model.project import Project
from servewright.write.plan import plan_tree
from servewright.write.tree import apply_tree, check_tree


def check(
    root: str,
    project: Project,
    files: Mapping[str, str],
    selection: Collection[str] | None,
    *,
    digests: Mapping[str, str],
) -> tuple[Diagnostic, ...]:
    """What on disk is not what ``files`` say, whose hashes are ``digests``."""
    return finish(check_tree(root, project.spec.output, files, selection=selection, digests=digests), project, ())


def update(
    root: str,
    project: Project,
    files: Mapping[str, str],
    selection: Collection[str] | None,
    *,
    allow_deletions: bool,
    digests: Mapping[str, str],
    seen: Mapping[str, str],
    settled: Collection[str],
) -> tuple[tuple[Diagnostic, ...], dict[str, int]]:
    """Write ``files`` below the output folder; what was found, and how many files were touched.

    Nothing is written when an error is found, be it one by the Project's own rules. ``digests``, ``seen`` and
    ``settled`` as for ``plan_tree``.
    """
    output = project.spec.output
    plan = plan_tree(
        root,
        output,
        files,
        selection=selection,
        allow_deletions=allow_deletions,
        digests=digests,
        seen=seen,
        settled=settled,
    )
    diagnostics = finish(plan.findings, project, ())
    if plan.refused or any(item.severity == "error" for item in diagnostics):
        return diagnostics, {}
    try:
        apply_tree(plan)
    except OSError as error:
        problem = Finding(
            codes.NOT_WRITTEN,
            f"the tree could not be written: {(error.strerror or type(error).__name__).lower()}",
            None,
            "see to disk space and permissions, and render again: every file is whole, old or new",
        )
        return diagnostics + finish([problem], project, ()), {}
    return diagnostics, {
        "written": len(plan.to_write),
        "unchanged": len(plan.unchanged) + plan.settled,
        "deleted": len(plan.to_delete),
    }
