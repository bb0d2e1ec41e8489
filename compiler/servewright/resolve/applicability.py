"""Fields that do not apply to the chosen serving path, or that the release has no place for."""

from __future__ import annotations

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.model.deployment import Format, ModelDeployment
from servewright.record import NamedTuple
from servewright.resolve.context import Context


class _Misplaced(NamedTuple):
    applies: bool
    path: Path
    message: str
    help: str


def check_applicability(deployment: ModelDeployment, llmd: bool, context: Context, problems: Problems) -> None:
    """Report every field that would have no effect: silently dropping what someone wrote is worse than refusing it."""
    spec = deployment.spec
    predictive = spec.model.type == "predictive"
    service_only = "llm-d models are reached through their gateway"
    rows: tuple[_Misplaced, ...] = (
        _Misplaced(
            llmd and spec.expose is not None,
            ("spec", "expose"),
            f"`expose` does not apply to llm-d: {service_only}",
            "remove `expose`",
        ),
        _Misplaced(
            not llmd and spec.llmd is not None,
            ("spec", "llmd"),
            "`llmd` applies to the llm-d runtime only",
            "write `runtime: llm-d`, or remove `llmd`",
        ),
        _Misplaced(
            not llmd and spec.model.served_name is not None,
            ("spec", "model", "servedName"),
            "`servedName` applies to the llm-d runtime only; other runtimes serve the model under the deployment's name",
            "remove `servedName`, or write `runtime: llm-d`",
        ),
        _Misplaced(
            llmd and spec.model.format not in (None, Format("vLLM")),
            ("spec", "model", "format"),
            "llm-d serves vLLM models; it has no other format, and no versions",
            "remove `format`",
        ),
        _Misplaced(
            predictive and spec.ai_asset is not None,
            ("spec", "aiAsset"),
            "`aiAsset` is for generative models",
            "remove `aiAsset`, or write `type: generative`",
        ),
    )
    runtime = spec.runtime
    by_name = runtime.existing is None and runtime.template not in ("auto", "llm-d")
    rows += (
        _Misplaced(
            runtime.scope is not None and not by_name,
            ("spec", "runtime", "scope"),
            "`scope` goes with the name of a template",
            "remove `scope`, or write a template's name",
        ),
        _Misplaced(
            runtime.name is not None and (llmd or runtime.existing is not None),
            ("spec", "runtime", "name"),
            "`name` is for a ServingRuntime that is made here",
            "remove `name`",
        ),
    )
    rows += tuple(
        _Misplaced(
            subject.kind in ("User", "Group") and subject.namespace is not None,
            ("spec", "auth", "subjects", index, "namespace"),
            f"a {subject.kind} has no namespace",
            "remove `namespace`",
        )
        for index, subject in enumerate(spec.auth.subjects)
    )
    for row in rows:
        if row.applies:
            problems.add(codes.FIELD_NOT_HERE, row.message, row.path, on="key", help=row.help)
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
