"""Every field that is emitted is in its module's table of origins, and what copies of a runtime share stays apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import BASE, model, project
from servewright import Repository, compile_repository, render_repository
from servewright.diagnostics.model import Path as FieldPath
from servewright.lower.origins import trace
from servewright.read.from_disk import read_repository
from test_golden import CASES, Case

IDENTITY = {("apiVersion",), ("kind",)}


@pytest.mark.parametrize("case", CASES)
def test_every_field_is_in_a_table(case: Case, tmp_path: Path) -> None:
    compilation = compile_repository(read_repository(str(case.materialise(tmp_path))))
    unknown = [
        (item.identity, path)
        for item in compilation.objects
        for path in leaves(item.body)
        if path not in IDENTITY and trace(item, path, None).origin.why == "what kind of object this is"
    ]
    assert not unknown


def leaves(value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    empty = True
    for step, inner in steps:
        empty = False
        yield from leaves(inner, (*path, step))
    if empty:
        yield path


TEMPLATE = "vllm-cuda-runtime-template"
CHOICES: dict[str, Any] = {
    "automatic": "auto",
    "by-hand": TEMPLATE,
    "shared": {"template": TEMPLATE, "name": "vllm"},
    "also-shared": {"template": TEMPLATE, "name": "vllm"},
    "named": {"template": TEMPLATE, "scope": "global"},
}


@pytest.mark.parametrize("engine", ["argocd", "flux", "none"])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_copy_of_a_runtime_is_the_same_in_any_company(engine: str, backwards: bool) -> None:
    # A release in which it shows in the copy whether the runtime was chosen by hand.
    base = BASE | {"servewright.yaml": project("openshift-ai 3.5", gitops={"engine": engine})}
    specs = {f"deployments/{name}.yaml": model(name, runtime=runtime) for name, runtime in CHOICES.items()}
    ordered = dict(sorted(specs.items(), reverse=backwards))
    together = render_repository(Repository.of(base | ordered)).files
    for path, text in specs.items():
        alone = render_repository(Repository.of(base | {path: text})).files
        texts = {path: text for path, text in alone.items() if not path.endswith("kustomization.yaml")}
        assert len(texts) >= 2
        assert texts.items() <= together.items()
    scoped = {path for path, text in together.items() if "serving-runtime-scope" in text}
    assert scoped == {f"demo/{path}.yaml" for path in ("deployments/by-hand", "deployments/named", "runtimes/vllm")}
