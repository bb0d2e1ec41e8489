"""Fields that do not apply to the chosen serving path, or that the release has no place for."""

from __future__ import annotations

from collections.abc import Callable

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.model.deployment import DeploymentSpec, Format, ModelDeployment
from servewright.record import NamedTuple
from servewright.resolve.context import Context


class _Misplaced(NamedTuple):
    """A field that has no effect; ``is_given`` says whether a spec has it."""

    is_given: Callable[[DeploymentSpec], bool]
    path: Path
    message: str
    help: str


_VLLM = Format("vLLM")


def _names_template(spec: DeploymentSpec) -> bool:
    return spec.runtime.existing is None and spec.runtime.template not in ("auto", "llm-d")


_ALWAYS = (
    _Misplaced(
        lambda spec: spec.ai_asset is not None and spec.model.type == "predictive",
        ("spec", "aiAsset"),
        "`aiAsset` is for generative models",
        "remove `aiAsset`, or write `type: generative`",
    ),
    _Misplaced(
        lambda spec: spec.runtime.scope is not None and not _names_template(spec),
        ("spec", "runtime", "scope"),
        "`scope` goes with the name of a template",
        "remove `scope`, or write a template's name",
    ),
)
_RUNTIME_NAME = (
    ("spec", "runtime", "name"),
    "`name` is for a ServingRuntime that is made here",
    "remove `name`",
)
_ON_LLMD = (
    _Misplaced(
        lambda spec: spec.expose is not None,
        ("spec", "expose"),
        "`expose` does not apply to llm-d: llm-d models are reached through their gateway",
        "remove `expose`",
    ),
    _Misplaced(
        lambda spec: spec.model.format is not None and spec.model.format != _VLLM,
        ("spec", "model", "format"),
        "llm-d serves vLLM models; it has no other format, and no versions",
        "remove `format`",
    ),
    _Misplaced(lambda spec: spec.runtime.name is not None, *_RUNTIME_NAME),
    *_ALWAYS,
)
_ELSEWHERE = (
    _Misplaced(
        lambda spec: spec.llmd is not None,
        ("spec", "llmd"),
        "`llmd` applies to the llm-d runtime only",
        "write `runtime: llm-d`, or remove `llmd`",
    ),
    _Misplaced(
        lambda spec: spec.model.served_name is not None,
        ("spec", "model", "servedName"),
        "`servedName` applies to the llm-d runtime only; other runtimes serve the model under the deployment's name",
        "remove `servedName`, or write `runtime: llm-d`",
    ),
    _Misplaced(lambda spec: spec.runtime.existing is not None and spec.runtime.name is not None, *_RUNTIME_NAME),
    *_ALWAYS,
)


def check_applicability(deployment: ModelDeployment, llmd: bool, context: Context, problems: Problems) -> None:
    """Report every field that would have no effect: silently dropping what someone wrote is worse than refusing it."""
    spec = deployment.spec
    for row in _ON_LLMD if llmd else _ELSEWHERE:
        if row.is_given(spec):
            problems.add(codes.FIELD_NOT_HERE, row.message, row.path, on="key", help=row.help)
    for index, subject in enumerate(spec.auth.subjects):
        if subject.kind in ("User", "Group") and subject.namespace is not None:
            problems.add(
                codes.FIELD_NOT_HERE,
                f"a {subject.kind} has no namespace",
                ("spec", "auth", "subjects", index, "namespace"),
                on="key",
                help="remove `namespace`",
            )
    if llmd and not context.release.has("llm-pod-metadata"):
        for field, table in (("labels", spec.pod.labels), ("annotations", spec.pod.annotations)):
            if table:
                problems.add(
                    codes.LLMD_NOT_IN_RELEASE,
                    f"the LLMInferenceService of {context.release.name} has no place for pod {field}",
                    ("spec", "pod", field),
                    on="key",
                    help=f"remove `pod.{field}`; releases from 3.4 on have a place for them",
                )
