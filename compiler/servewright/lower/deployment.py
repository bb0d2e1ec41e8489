"""Every object of one deployment, in apply order: runtime or configs, access, service."""

from __future__ import annotations

from servewright.lower import access_objects, inference_service, serving_runtime
from servewright.lower.engine_metadata import for_engine
from servewright.lower.fields import Object
from servewright.resolve.context import Context
from servewright.resolve.decisions import Decisions


def lower(decisions: Decisions, context: Context) -> tuple[Object, ...]:
    """The objects of a deployment; a shared runtime is not among them."""
    runtime, namespace = decisions.runtime, decisions.naming.namespace
    objects: list[Object] = []
    if runtime.kind == "template" and not runtime.shared:
        objects.append(serving_runtime.lower(runtime, namespace, context))
    if runtime.llmd:
        # Most repositories have no llm-d, and load nothing of it.
        from servewright.lower import llm_config, llm_inference_service, maas_model

        objects += llm_config.lower(decisions.llmd, namespace)
    objects += access_objects.lower(decisions)
    if runtime.llmd:
        objects.append(llm_inference_service.lower(decisions, context))
        objects += maas_model.lower(decisions, context)
    else:
        objects.append(inference_service.lower(decisions, context))
    engine = context.engine
    return tuple([for_engine(item, "deployments", engine) for item in objects])
