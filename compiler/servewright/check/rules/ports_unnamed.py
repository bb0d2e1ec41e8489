"""Several ports of the model's container without names: Kubernetes refuses the Service that KServe makes of them.

KServe, reconcilers/service/service_reconciler.go: each port of the first container becomes one of the Service, under
the name that it has there.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.containers import MODEL_CONTAINER, entries, model_containers
from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes

RULE = codes.PORTS_UNNAMED


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each port that needs a name."""
    for index, container in model_containers(subject.spec):
        ports = list(entries(container, "ports"))
        for number, port in ports:
            if len(ports) > 1 and not port.get("name"):
                yield Fault(
                    ("spec", "containers", index, "ports", number),
                    f"`{MODEL_CONTAINER}` has {len(ports)} ports, and this one has no name: the Service of the model cannot be made",
                    "give every port a `name`, such as `http` and `grpc`",
                )
