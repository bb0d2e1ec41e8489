"""Arguments that llm-d's own configs give too.

KServe, config/llmisvcconfig/config-llm-template.yaml: the entrypoint serves /mnt/models on port 8000 under two names,
with the tensor parallelism of the spec, and appends VLLM_ADDITIONAL_ARGS; vLLM takes the last one of an option. The
scheduler's pool (config-llm-scheduler.yaml), the Service and the probes use that port, the routes use those names.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.parallelism import option
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Where

RULE = codes.ARGUMENT_REPEATED
_GIVEN = {
    "--port": ("the pool, the Service and the probes use port 8000", "remove it"),
    "--model": ("the model is mounted at /mnt/models", "remove it"),
    "--served-model-name": ("the gateway's routes ask for the names that it gives", "write `spec.model.servedName`"),
    "--tensor-parallel-size": ("the last one counts", "write `llmd: {parallelism: {tensor: …}}`"),
}


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each argument that repeats one of the platform's own config."""
    if subject.spec.get("baseRefs"):
        return  # these may have another entrypoint
    for index, argument in enumerate(subject.decisions.deployment.spec.args):
        name = option(argument)
        if name in _GIVEN:
            consequence, better = _GIVEN[name]
            yield Fault(
                ("spec", "template", "containers", 0, "env"),
                f"llm-d gives `{name}` too: {consequence}",
                better if better == "remove it" else f"{better} instead",
                Where(subject.document, ("spec", "args", index)),
            )
