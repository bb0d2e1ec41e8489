"""Persistent volume claims that a model is read from or that its pods mount, and that nobody knows to be there.

Only where the catalog has claims of the namespace does one that is missing say something.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.known_names import better, known_in
from servewright.check.rules.subject import Fault, Subject, container_path, pod_path
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Where

RULE = codes.CLAIM_UNKNOWN


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each claim that is missing among those that are known."""
    namespace = subject.decisions.naming.namespace
    known = known_in(namespace, subject.context.catalog.claims, subject)
    for path, claim, place in _claims(subject) if known else ():
        if claim not in known:
            yield Fault(
                path,
                f"the catalog has claims of `{namespace}`, and `{claim}` is not among them: the pods would stay pending",
                better(
                    subject,
                    "claims",
                    claim,
                    known,
                    f"export it into the catalog: `oc get pvc {claim} -n {namespace} -o yaml`",
                ),
                Where(subject.document, place),
            )


def _claims(subject: Subject) -> Iterator[tuple[Path, str, Path]]:
    """The claims that the spec names: where the object has them, and where the spec."""
    spec = subject.decisions.deployment.spec
    if spec.model.source.pvc is not None:
        uri = ("spec", "model", "uri") if subject.decisions.runtime.llmd else (*container_path(subject), "storageUri")
        yield uri, spec.model.source.pvc.claim, ("spec", "model", "source", "pvc", "claim")
    for index, volume in enumerate(spec.pod.volumes):
        claim = volume.get("persistentVolumeClaim")
        if isinstance(claim, dict) and isinstance(name := claim.get("claimName"), str):
            inside = ("volumes", index, "persistentVolumeClaim", "claimName")
            yield (*pod_path(subject), *inside), name, ("spec", "pod", *inside)
