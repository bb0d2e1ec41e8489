"""Labels and annotations that the runtime's template asks for and the service does not have.

KServe, inferenceservice/utils/utils.go, ReplacePlaceholders: what is missing becomes the text `<no value>`, as Go's
text/template does it with maps; what `index` does not find becomes an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from servewright.check.rules.containers import model_containers
from servewright.check.rules.runtime_template_expression import texts
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.hints import Any

RULE = codes.RUNTIME_REFERENCE

# A plain lookup; in a condition or with a default, what is missing does no harm.
_LOOKUP = r"\{\{-?\s*(?:\.(Labels|Annotations)\.([A-Za-z_]\w*)|index\s+\.(Labels|Annotations)\s+`([^`]*)`)\s*-?\}\}"
# KServe sets these itself, for runtimes of a server type (inference_service_defaults.go); SW217 is about the type.
_SET_BY_KSERVE = frozenset({"modelClass", "serviceEnvelope"})


def applies(subject: Subject) -> bool:
    """Whether the runtime looks anything up."""
    return bool(_lookups_of(subject))


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each lookup that finds nothing."""
    metadata = subject.item.body["metadata"]
    for (table, key), becomes in _lookups_of(subject).items():
        if key not in metadata.get(table, {}):
            yield Fault(
                ("spec", "predictor", "model", "runtime"),
                f"the runtime asks for the {table.removesuffix('s')} `{key}`, which the service does not have: it becomes {becomes}",
                f"add `{key}` to `metadata.{table}` of the deployment",
            )


def _lookups_of(subject: Subject) -> dict[tuple[str, str], str]:
    runtime = subject.decisions.runtime.runtime
    spec = runtime.body["spec"] if runtime else None
    lookups: dict[tuple[str, str], str] = subject.once("runtime_reference", spec, lambda: _lookups_in(spec))
    return lookups


def _lookups_in(spec: dict[str, Any] | None) -> dict[tuple[str, str], str]:
    """The table and the key of each lookup, but for those that KServe answers; and what becomes of one in vain."""
    found: dict[tuple[str, str], str] = {}
    for _, container in model_containers(spec):
        for _, text in texts(container, ()):
            for match in re.finditer(_LOOKUP, text) if ".Labels" in text or ".Annotations" in text else ():
                table, key = (match[1] or match[3]).lower(), match[2] or match[4]
                if key not in _SET_BY_KSERVE:
                    found.setdefault((table, key), "`<no value>`" if match[1] else "an empty text")
    return found
