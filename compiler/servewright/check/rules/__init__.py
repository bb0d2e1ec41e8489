"""Rules about single objects: what KServe's and the platform's webhooks and controllers do with them.

Each rule is a module with ``RULE``, its code, and ``check``, which yields a Fault for everything wrong with a Subject;
its page (``diagnostics/pages/CODE.md``) has why, what it applies to, and where the fact was read. A module is loaded
when the first object of its kinds comes by, and if the catalog has what it goes by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from servewright.catalog.index import Catalog
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics.model import Rule
from servewright.hints import Any

Check = Callable[[Subject], Iterable[Fault]]

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

# What the catalog knows of the cluster, for rules that hold objects against that: a table of it that is not empty.
GO_BY = {
    "account_unknown": "service_accounts",
    "claim_unknown": "claims",
    "secret_unknown": "secrets",
    "queue_missing": "namespaces",
    "queue_unmanaged": "namespaces",
}

# Kinds whose specs are copied from the catalog: rules about them must look at nothing else.
COPIES = frozenset({"ServingRuntime", "LLMInferenceServiceConfig"})


def rules_for(kind: str, catalog: Catalog) -> tuple[tuple[Rule, Check], ...]:
    """The rules about objects of ``kind``, in the order of the table."""
    names = [
        name for name, kinds in RULES.items() if kind in kinds and (name not in GO_BY or getattr(catalog, GO_BY[name]))
    ]
    modules: list[Any] = [__import__(f"{__name__}.{name}", fromlist=["check"]) for name in names]
    return tuple((module.RULE, module.check) for module in modules)
