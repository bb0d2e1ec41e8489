"""Rules about single objects: what KServe's and the platform's webhooks and controllers do with them.

Each rule is a module with ``RULE``, its code, and ``check``, which yields a Fault for everything wrong with a Subject;
its page (``diagnostics/pages/CODE.md``) has why, what it applies to, and where the fact was read. A module is loaded
when the first object of its kinds comes by.

One may have ``applies`` too: whether the rule has anything to look at in a Subject. The answer is kept for all objects
of a kind with the same runtime, and as much as arguments or environment in their specs, so it must follow from these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics.model import Rule
from servewright.hints import Any
from servewright.resolve.context import Context

Check = Callable[[Subject], Iterable[Fault]]
Applies = Callable[[Subject], bool]
Rules = tuple[tuple[Rule, Check, Applies], ...]

RULES: dict[str, tuple[str, ...]] = {
    "environment_forbidden": ("InferenceService", "ServingRuntime"),
    "pod_invalid": ("InferenceService", "ServingRuntime", "LLMInferenceService"),
    "ports_unnamed": ("ServingRuntime",),
    "argument_repeated": ("InferenceService",),
    "vllm_argument_joined": ("InferenceService",),
    "vllm_accelerators": ("InferenceService",),
    "vllm_accelerators_unused": ("InferenceService",),
    "runtime_template_expression": ("ServingRuntime",),
    "runtime_reference": ("InferenceService",),
    "template_expression": ("InferenceService", "LLMInferenceService"),
    "llmd_pipeline_preset": ("LLMInferenceService",),
    "llmd_accelerators": ("LLMInferenceService",),
    "llmd_base_ref_unknown": ("LLMInferenceService",),
    "llmd_config_conflict": ("LLMInferenceService",),
    "llmd_probe_scheme": ("LLMInferenceService",),
    "llmd_config_refused": ("LLMInferenceServiceConfig",),
    "llmd_accelerators_unused": ("LLMInferenceService",),
    "llmd_argument_repeated": ("LLMInferenceService",),
    "account_unknown": ("InferenceService", "LLMInferenceService"),
    "claim_unknown": ("InferenceService", "LLMInferenceService"),
    "secret_unknown": ("InferenceService", "LLMInferenceService"),
    "queue_missing": ("InferenceService", "LLMInferenceService"),
    "queue_unmanaged": ("InferenceService", "LLMInferenceService"),
}

# Rules that compare with what the catalog has of something, and say nothing where it has none.
_ABOUT = {
    "account_unknown": "service_accounts",
    "claim_unknown": "claims",
    "secret_unknown": "secrets",
    "queue_missing": "namespaces",
    "queue_unmanaged": "namespaces",
}

# Kinds whose specs are copied from the catalog: rules about them must look at nothing else.
COPIES = frozenset({"ServingRuntime", "LLMInferenceServiceConfig"})


def rules_for(kind: str, context: Context) -> Rules:
    """The rules about objects of ``kind`` in this context, in the order of the table."""
    modules: list[Any] = [
        __import__(f"{__name__}.{name}", fromlist=["check"])  # importlib would be loaded for this alone
        for name, kinds in RULES.items()
        if kind in kinds and (name not in _ABOUT or getattr(context.catalog, _ABOUT[name]))
    ]
    return tuple((module.RULE, module.check, getattr(module, "applies", _always)) for module in modules)


def _always(_: Subject) -> bool:
    return True
