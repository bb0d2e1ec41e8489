"""Renders small outputs into a folder and looks at what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Finding, Rule, Source, Span, Where
from servewright.write.layout import Unit, layout
from servewright.write.tree import TreePlan, apply_tree, check_tree, plan_tree

WHERE = Where(Document(Source("deployments/x.yaml", ""), 0, {}))


def files_of(*paths: str, image: str = "1") -> dict[str, str]:
    """The output for units given as ``namespace/folder/name``."""
    units = []
    for path in paths:
        namespace, folder, name = path.split("/")
        units.append(Unit(namespace, folder, name, ({"kind": "X", "metadata": {"name": name}, "image": image},), WHERE))  # type: ignore[arg-type]
    files, findings = layout(units)
    assert not findings
    return files


A, B, C, D = "demo/deployments/a", "demo/deployments/b", "demo/connections/c", "web/deployments/d"
UNIT_A, UNIT_B, UNIT_D = f"{A}.yaml", f"{B}.yaml", f"{D}.yaml"


def render(root: Path, files: Mapping[str, str], **options: object) -> TreePlan:
    plan = plan_tree(str(root), "rendered", files, **options)  # type: ignore[arg-type]
    assert not errors(plan), plan.findings
    apply_tree(plan)
    return plan


def errors(plan: TreePlan) -> list[Rule]:
    return [finding.rule for finding in plan.findings if finding.rule.severity == "error"]


def rules(findings: tuple[Finding, ...] | list[Finding]) -> list[tuple[str, str]]:
    """Slug and file of each finding."""
    return [(finding.rule.slug, finding.where.file if isinstance(finding.where, Span) else "") for finding in findings]


def tree(root: Path) -> dict[str, str]:
    """Every file below ``root``; a link as where it leads."""
    return {
        str(path.relative_to(root)): f"-> {path.readlink()}" if path.is_symlink() else path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def identity(root: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in root.rglob("*") if path.is_file()}


def resources(root: Path, path: str) -> list[str]:
    listed = yaml.safe_load((root / "rendered" / path).read_text())
    assert set(listed) == {"apiVersion", "kind", "resources"}
    return listed["resources"]  # type: ignore[no-any-return]


def refused(root: Path, files: Mapping[str, str], *expected: tuple[str, str], **options: object) -> TreePlan:
    """Assert that a render reports exactly ``expected``, writes nothing, and cannot be made to."""
    before = tree(root)
    plan = plan_tree(str(root), "rendered", files, **options)  # type: ignore[arg-type]
    assert rules(plan.findings) == list(expected)
    assert plan.refused
    with pytest.raises(ValueError, match="must not be applied"):
        apply_tree(plan)
    assert tree(root) == before
    assert all(finding.help for finding in plan.findings)
    return plan


def check(root: Path, files: Mapping[str, str], **options: object) -> list[tuple[str, str]]:
    """The findings of ``--check``, which writes nothing."""
    before = tree(root)
    findings = check_tree(str(root), "rendered", files, **options)  # type: ignore[arg-type]
    assert tree(root) == before
    assert all("servewright render" in (finding.help or "") for finding in findings if finding.rule is codes.TREE_STALE)
    return rules(findings)
