"""A probe of the model's container that speaks HTTP where the platform's llm-d serves HTTPS.

The platform sets enableLLMInferenceServiceTLS (KServe, config/overlays/odh), so vLLM listens with TLS, and the preset's
probes say HTTPS. Lists and maps are merged by key: a probe that leaves `scheme` out keeps the preset's.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes

RULE = codes.LLMD_PROBE_SCHEME
_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each probe that says HTTP."""
    container = subject.spec["template"]["containers"][0]
    for name in _PROBES:
        request = container.get(name, {}).get("httpGet")
        if isinstance(request, dict) and request.get("scheme") == "HTTP":
            yield Fault(
                ("spec", "template", "containers", 0, name, "httpGet", "scheme"),
                "the platform's llm-d serves HTTPS, so a probe over HTTP fails, and the pods are restarted for ever",
                "leave `scheme` out: the platform's own setting is kept then",
            )
