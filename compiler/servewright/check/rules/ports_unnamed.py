"""Several ports of the model's container without names: Kubernetes refuses the Service that KServe makes of them.

KServe, reconcilers/service/service_reconciler.go: each port of the first container becomes one of the Service, under
the name that it has there.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes

RULE = codes.PORTS_UNNAMED
CONTAINER = "kserve-container"


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each port that needs a name."""
    for index, container in enumerate(subject.spec.get("containers") or ()):
        if not isinstance(container, dict) or container.get("name") != CONTAINER:
            continue
        ports = container.get("ports")
        if not isinstance(ports, list) or len(ports) < 2:
            continue
        for number, port in enumerate(ports):
            if isinstance(port, dict) and not port.get("name"):
                yield Fault(
                    ("spec", "containers", index, "ports", number),
                    f"`{CONTAINER}` has {len(ports)} ports, and this one has no name: the Service of the model cannot be made",
                    "give every port a `name`, such as `http` and `grpc`",
                )
