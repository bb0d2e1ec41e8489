"""Requests that must look differently: another model name, another API."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import known, listed, server
from servewright.change.consequences.subject import Consequence, Subject
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path
from servewright.diagnostics.short import short
from servewright.explain.server import DETECTOR, OPENAI, UNKNOWN, V1, V2

RULE = codes.REQUEST_CHANGES
_APIS = {
    OPENAI: "the OpenAI API",
    V2: "the Open Inference Protocol",
    V1: "KServe's protocol v1",
    DETECTOR: "the detectors' API",
}


def check(subject: Subject) -> Iterator[Consequence]:
    """What is not known on both sides is not compared."""
    if subject.both is None or not all(map(known, subject.both)):
        return
    before, after = map(server, subject.both)
    spoken = [_APIS[api] for api in after.apis if api != UNKNOWN]
    lost = [_APIS[api] for api in before.apis if api != UNKNOWN and api not in after.apis]
    if lost and spoken:
        yield Consequence(
            f"{subject.name} no longer speaks {listed(lost)}, but {listed(spoken)}",
            "its callers must change with it",
            spec=("spec", "runtime"),
        )
    if before.model is not None and after.model is not None and before.model != after.model:
        yield Consequence(
            f"requests must name the model `{short(after.model)}`: {subject.name} no longer answers to `{short(before.model)}`",
            "its callers must change with it",
            spec=_place(subject),
        )


def _place(subject: Subject) -> Path:
    assert subject.both is not None
    before, after = (side.decisions.deployment.spec for side in subject.both)
    if before.model.served_name != after.model.served_name:
        return ("spec", "model", "servedName")
    if before.args != after.args:
        return ("spec", "args")
    return ("spec", "env") if before.env != after.env else ("spec", "runtime")
