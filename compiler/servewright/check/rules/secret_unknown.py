"""Secrets that a spec names beside its connection, and that nobody knows to be there.

Without one that the environment or a volume needs, the pods never start (kubelet); without a pull secret the image is
pulled anonymously. Catalogs have Secrets as connections; only where one has others of the namespace too does a name that
is missing say something, or where it is nearly that of one that is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.known_names import better, known_in, names_in, near
from servewright.check.rules.subject import Fault, Subject, container_path, pod_path
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Where
from servewright.hints import Any

RULE = codes.SECRET_UNKNOWN
_START = "the pods would not start"
_PULL = "the image would be pulled without it"


def check(subject: Subject) -> Iterator[Fault]:
    """A fault for each Secret that is missing among those that are known."""
    namespace, context = subject.decisions.naming.namespace, subject.context
    secrets = known_in(namespace, context.catalog.secrets, subject)
    named = list(_named(subject)) if secrets else ()
    if not named:
        return
    complete = any(secret.connection_type is None for secret in secrets.values())
    known = {*secrets, *names_in(namespace, context.connections, subject)}
    own = {token.secret for token in subject.decisions.access.tokens}
    for path, name, consequence, place in named:
        if name not in known and name not in own and (complete or near(subject, "secrets", name, known)):
            yield Fault(
                path,
                f"the catalog has Secrets of `{namespace}`, and `{name}` is not among them: {consequence}",
                better(subject, "secrets", name, known, "add its metadata to the catalog, without its data"),
                Where(subject.document, place),
            )


def _named(subject: Subject) -> Iterator[tuple[Path, str, str, Path]]:
    """The Secrets that are named: where the object has them, what happens without, and where the spec has them."""
    spec, pod = subject.decisions.deployment.spec, pod_path(subject)
    oci = spec.model.source.oci
    for index, name in enumerate(oci.pull_secrets if oci else ()):
        yield (*pod, "imagePullSecrets"), name, _PULL, ("spec", "model", "source", "oci", "pullSecrets", index)
    for index, name in enumerate(spec.pod.image_pull_secrets):
        yield (*pod, "imagePullSecrets"), name, _PULL, ("spec", "pod", "imagePullSecrets", index)
    for index, variable in enumerate(spec.env):
        if found := _needed((variable.value_from or {}).get("secretKeyRef"), "name"):
            inside: Path = ("env", index, "valueFrom", "secretKeyRef", "name")
            yield (*container_path(subject), *inside), found, _START, ("spec", *inside)
    for index, volume in enumerate(spec.pod.volumes):
        if found := _needed(volume.get("secret"), "secretName"):
            inside = ("volumes", index, "secret", "secretName")
            yield (*pod, *inside), found, _START, ("spec", "pod", *inside)


def _needed(reference: Any, field: str) -> str | None:
    """The name in a reference to a Secret that must be there."""
    name = reference.get(field) if isinstance(reference, dict) and reference.get("optional") is not True else None
    return name if isinstance(name, str) else None
