"""The model's source: S3, OCI, URI or PVC, as admission would write it into the object.

odh-model-controller, internal/webhook/connectionapi: a connection is looked up once, on create, and never injected
again while it is unchanged; so every value that it would inject is emitted.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from servewright.catalog import annotations as keys
from servewright.catalog.secret import SecretMetadata
from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Problems
from servewright.model.connection import Connection
from servewright.model.deployment import ModelDeployment, S3Source
from servewright.resolve.context import Context
from servewright.resolve.decisions import SourceChoice

_PATH = ("spec", "model", "source")
# KServe, pkg/.../utils.go (InferenceService) and llmisvc/workload_storage.go (LLMInferenceService).
SERVICE_SCHEMES = (
    "gs",
    "s3",
    "pvc",
    "file",
    "https",
    "http",
    "hdfs",
    "webhdfs",
    "oci",
    "oci+native",
    "oci+fetch",
    "hf",
)
LLM_SCHEMES = ("hf", "s3", "pvc", "oci", "oci+native")
_SIGNED = re.compile(r"[?&](?:X-Amz-|X-Goog-|sig=|Signature=|AWSAccessKeyId=|token=)", re.IGNORECASE)


class Found(NamedTuple):
    """A connection that exists, as a document of ours or as a Secret of the catalog."""

    kind: str | None
    connection: Connection | None
    secret: SecretMetadata | None


def decide_source(deployment: ModelDeployment, llmd: bool, context: Context, problems: Problems) -> SourceChoice | None:
    """The source; None when it cannot be used (reported)."""
    source = deployment.spec.model.source
    namespace = deployment.metadata.namespace
    if source.s3 is not None:
        return _s3(source.s3, namespace, llmd, context, problems)
    if source.oci is not None:
        path = (*_PATH, "oci")
        if not _check_image(source.oci.image, path, problems):
            return None
        pull_secrets = source.oci.pull_secrets
        if source.oci.connection is not None:
            if _find(source.oci.connection, "oci", namespace, path, context, problems) is None:
                return None
            pull_secrets = (source.oci.connection, *(name for name in pull_secrets if name != source.oci.connection))
        reason = f"a private image, pulled with `{'`, `'.join(pull_secrets)}`" if pull_secrets else "a public image"
        return SourceChoice(
            "oci", source.oci.image, source.oci.connection, pull_secrets=pull_secrets, reasons=(reason,)
        )
    if source.uri is not None:
        return _uri(deployment, llmd, context, problems)
    if source.pvc is not None:
        if not source.pvc.claim or not _check_path(source.pvc.path, (*_PATH, "pvc", "path"), problems):
            return None
        return SourceChoice(
            "pvc",
            f"pvc://{source.pvc.claim}/{source.pvc.path}",
            reasons=(f"the claim `{source.pvc.claim}` is mounted, nothing is downloaded",),
        )
    return None


def _s3(source: S3Source, namespace: str, llmd: bool, context: Context, problems: Problems) -> SourceChoice | None:
    path = (*_PATH, "s3")
    path_fits = bool(source.path) and _check_path(source.path, (*path, "path"), problems)
    if not source.connection:
        return None
    found = _find(source.connection, "s3", namespace, path, context, problems)
    if found is None or not path_fits:
        return None
    uri = None
    if llmd:
        bucket = found.connection.spec.s3.bucket if found.connection and found.connection.spec.s3 else None
        if bucket is None:
            problems.add(
                codes.CONNECTION_INCOMPLETE,
                f"llm-d needs the bucket of the connection `{source.connection}`: it is part of the model's URI",
                (*path, "connection"),
                help="add `spec.s3.bucket` to the Connection"
                if found.connection
                else "describe the Secret as a Connection with `spec.s3.bucket` and `secret: {existing: {}}`",
                notes=_note(found),
            )
            return None
        uri = f"s3://{bucket}/{source.path}"
    return SourceChoice(
        "s3",
        uri,
        source.connection,
        source.path,
        f"{source.connection}-sa",
        reasons=(f"the path `{source.path}` in the bucket of the connection `{source.connection}`",),
    )


def _uri(deployment: ModelDeployment, llmd: bool, context: Context, problems: Problems) -> SourceChoice | None:
    source = deployment.spec.model.source.uri
    assert source is not None
    path = (*_PATH, "uri")
    if source.connection is None:
        if source.url is None or not _check_uri(source.url, llmd, (*path, "url"), problems):
            return None
        return SourceChoice("uri", source.url, reasons=("the URL is written in the spec",))
    found = _find(source.connection, "uri", deployment.metadata.namespace, path, context, problems)
    if found is None:
        return None
    url = found.connection.spec.uri.url if found.connection and found.connection.spec.uri else None
    if url is None:
        problems.add(
            codes.CONNECTION_INCOMPLETE,
            f"the URL of the connection `{source.connection}` is part of the output, but it is not known here",
            (*path, "connection"),
            help="add `spec.uri.url` to the Connection"
            if found.connection
            else "describe the Secret as a Connection with `spec.uri.url` and `secret: {existing: {}}`",
            notes=_note(found),
        )
        return None
    if not _check_uri(url, llmd, (*path, "connection"), problems, _note(found)):
        return None
    return SourceChoice("uri", url, source.connection, reasons=(f"the URL of the connection `{source.connection}`",))


def _find(name: str, kind: str, namespace: str, path: Path, context: Context, problems: Problems) -> Found | None:
    place = (*path, "connection")
    if not namespace:  # missing, which was reported
        return None
    connection = context.connections.get((namespace, name))
    secret = context.catalog.secrets.get((namespace, name))
    found = Found(connection.kind if connection else secret.connection_type if secret else None, connection, secret)
    if connection is None and secret is None:
        if (namespace, name) in context.refused_connections or (
            "secrets",
            (namespace, name),
        ) in context.catalog.unusable:
            return None  # it is there, and what is wrong with it was reported
        _report_unknown(name, kind, namespace, place, context, problems)
        return None
    if found.kind is None:
        problems.add(
            codes.CONNECTION_MARKERS,
            f"the Secret `{name}` does not say which kind of connection it is; admission would refuse the model",
            place,
            help=f"add the annotation `{keys.CONNECTION_TYPE_PROTOCOL}: {kind}` to the Secret",
            notes=_note(found),
        )
        return None
    if found.kind != kind:
        problems.add(
            codes.CONNECTION_TYPE,
            f"the connection `{name}` is of type {found.kind}, not {kind}",
            place,
            help=f"write it under `source.{found.kind}`, or name a connection of type {kind}",
            notes=_note(found),
        )
        return None
    if kind == "s3" and connection is None and secret is not None and (missing := _missing_markers(secret)):
        problems.add(
            codes.CONNECTION_MARKERS,
            f"the Secret `{name}` lacks {' and '.join(missing)}: the platform would leave it out of storage-config and refuse the pods",
            place,
            help=f"add {' and '.join(missing)} to the Secret, or describe it as a Connection with `secret.external`",
            notes=_note(found),
        )
        return None
    return found


def _missing_markers(secret: SecretMetadata) -> list[str]:
    """What the storage-config builder looks for (odh-model-controller, secret_controller.go)."""
    missing = [
        f'the label `{label}: "true"`' for label in (keys.DASHBOARD, keys.MANAGED) if secret.labels.get(label) != "true"
    ]
    if secret.annotations.get(keys.CONNECTION_TYPE) != "s3":
        missing.append(f"the annotation `{keys.CONNECTION_TYPE}: s3`")
    return missing


def _report_unknown(name: str, kind: str, namespace: str, place: Path, context: Context, problems: Problems) -> None:
    from servewright.diagnostics.suggest import did_you_mean

    here = sorted(known for where, known in [*context.connections, *context.catalog.secrets] if where == namespace)
    elsewhere = sorted(where for where, known in [*context.connections, *context.catalog.secrets] if known == name)
    near = did_you_mean(name, here)
    if near:
        help_text = f"did you mean `{near}`?"
    elif elsewhere:
        help_text = f"there is one in `{elsewhere[0]}`, but a connection must be in the model's own namespace: add a Connection there"
    else:
        help_text = f"add a Connection `{name}` with `spec.{kind}`, or the Secret's metadata to the catalog"
    problems.add(
        codes.CONNECTION_UNKNOWN,
        f"there is no connection `{name}` in the namespace `{namespace}`",
        place,
        help=help_text,
    )


def _note(found: Found) -> tuple[Note, ...]:
    if found.connection is not None:
        return (Note("the connection", found.connection.where),)
    return (Note("the Secret", found.secret.where),) if found.secret else ()


def _check_path(path: str, place: Path, problems: Problems) -> bool:
    """Kept as typed, so it must be typed in the one form that every component reads alike."""
    climbs = ".." in path.split("/")
    if path.startswith("/"):
        complaint = "starts with `/`"
    elif "//" in path:
        complaint = "contains `//`"
    elif climbs:
        complaint = "contains `..`"
    else:
        return bool(path)
    better = "" if climbs else re.sub("/+", "/", path).lstrip("/")
    problems.add(
        codes.PATH_INVALID,
        f"the path {complaint}; it is used as it is written, and storage backends read that differently",
        place,
        help=f"write `{better}`" if better else "write the path below the bucket or volume, without `..`",
    )
    return False


def _check_image(image: str, path: Path, problems: Problems) -> bool:
    if not image:
        return False
    rest = image.split("://", 1)[-1]
    if not image.startswith("oci://"):
        complaint = "a model image is written with `oci://`"
    elif not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/@-]*", rest) or "/" not in rest:
        complaint = "this is not an image reference"
    else:
        return True
    problems.add(
        codes.URI_INVALID,
        complaint,
        (*path, "image"),
        help=f"write `oci://{rest}`" if "/" in rest else "write `oci://registry/repository:tag`",
    )
    return False


def _check_uri(uri: str, llmd: bool, place: Path, problems: Problems, notes: tuple[Note, ...] = ()) -> bool:
    scheme, separator, rest = uri.partition("://")
    schemes = LLM_SCHEMES if llmd else SERVICE_SCHEMES
    what = "llm-d" if llmd else "KServe"
    complaint = help_text = None
    if any(character.isspace() for character in uri):
        complaint, help_text = "a URI must not contain blanks", "remove them"
    elif not separator or not rest:
        complaint, help_text = "this is not a URI", "write it like `hf://org/model` or `https://host/model.tar.gz`"
    elif scheme not in schemes:
        listing = ", ".join(f"`{known}://`" for known in schemes)
        complaint, help_text = f"{what} does not load models from `{scheme[:20]}://`", f"use one of {listing}"
    elif "@" in rest.split("/", 1)[0]:
        complaint, help_text = "a URI must not carry a user name or password", "use a connection"
    elif _SIGNED.search(uri):
        complaint, help_text = (
            "a URI must not carry a signature: it is a credential, and it expires",
            "use a connection",
        )
    if complaint is None:
        return True
    problems.add(codes.URI_INVALID, complaint, place, help=help_text, notes=notes)
    return False
