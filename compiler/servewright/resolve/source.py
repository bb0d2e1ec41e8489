"""The model's source: S3, OCI, URI or PVC, as admission would write it into the object.

odh-model-controller, internal/webhook/connectionapi: a connection is looked up once, on create, and never injected
again while it is unchanged; so every value that it would inject is emitted.
"""

from __future__ import annotations

import re

from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Problems
from servewright.diagnostics.short import short
from servewright.model.connection import storage_account
from servewright.model.deployment import ModelDeployment, S3Source
from servewright.model.image_syntax import image_problem
from servewright.model.names import LONGEST_SUBDOMAIN
from servewright.model.url_syntax import credential_in_url, has_blanks
from servewright.resolve.connections import find_connection, note_of
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


def decide_source(deployment: ModelDeployment, llmd: bool, context: Context, problems: Problems) -> SourceChoice | None:
    """The source; None when it cannot be used (reported)."""
    source = deployment.spec.model.source
    namespace = deployment.metadata.namespace
    if source.s3 is not None:
        if llmd:
            _check_account(source.s3, deployment, context, problems)
        return _s3(source.s3, namespace, llmd, context, problems)
    if source.oci is not None:
        path = (*_PATH, "oci")
        if not _check_image(source.oci.image, path, problems):
            return None
        pull_secrets = source.oci.pull_secrets
        if source.oci.connection is not None:
            if find_connection(source.oci.connection, "oci", namespace, path, llmd, context, problems) is None:
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
    found = find_connection(source.connection, "s3", namespace, path, llmd, context, problems)
    account = storage_account(source.connection)
    if found is not None and len(account) > LONGEST_SUBDOMAIN:
        problems.add(
            codes.NAME_TOO_LONG,
            f"the connection's service account, `<connection>-sa`, would have a name of {len(account)} characters, more than {LONGEST_SUBDOMAIN}",
            (*path, "connection"),
            help="give the connection a shorter name",
            notes=note_of(found),
        )
        return None
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
                notes=note_of(found),
            )
            return None
        uri = f"s3://{bucket}/{source.path}"
    return SourceChoice(
        "s3",
        uri,
        source.connection,
        source.path,
        account,
        reasons=(f"the path `{source.path}` in the bucket of the connection `{source.connection}`",),
        account_by_admission=found.connection is None,
    )


def _check_account(source: S3Source, deployment: ModelDeployment, context: Context, problems: Problems) -> None:
    """llm-d takes S3 credentials from the Secrets of the pods' service account, and from nowhere else."""
    name = deployment.spec.pod.service_account_name
    if name is None or name == storage_account(source.connection):
        return
    account = context.catalog.service_accounts.get((deployment.metadata.namespace, name))
    secrets = account.body.get("secrets") if account else None
    listed = [item.get("name") for item in secrets if isinstance(item, dict)] if isinstance(secrets, list) else []
    if source.connection not in listed:
        problems.add(
            codes.STORAGE_ACCOUNT,
            f"llm-d takes the credentials of `{source.connection}` from the Secrets of the service account, "
            f"and `{name}` is not known to list it",
            ("spec", "pod", "serviceAccountName"),
            help=f"remove the line (`{storage_account(source.connection)}` is used then), or add the ServiceAccount with "
            f"`secrets: [{{name: {source.connection}}}]` to the catalog",
        )


def _uri(deployment: ModelDeployment, llmd: bool, context: Context, problems: Problems) -> SourceChoice | None:
    source = deployment.spec.model.source.uri
    assert source is not None
    path = (*_PATH, "uri")
    if source.connection is None:
        if source.url is None or not _check_uri(source.url, llmd, (*path, "url"), problems):
            return None
        return SourceChoice("uri", source.url, reasons=("the URL is written in the spec",))
    found = find_connection(source.connection, "uri", deployment.metadata.namespace, path, llmd, context, problems)
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
            notes=note_of(found),
        )
        return None
    if not _check_uri(url, llmd, (*path, "connection"), problems, note_of(found)):
        return None
    return SourceChoice("uri", url, source.connection, reasons=(f"the URL of the connection `{source.connection}`",))


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
    problem = image_problem(rest)
    if problem is None and "/" not in rest:
        problem = "this is not an image reference: it has no registry"
    if image.startswith("oci://"):
        complaint = problem
    else:
        complaint = "a model image is written with `oci://`"
    if complaint is None:
        return True
    problems.add(
        codes.URI_INVALID,
        complaint,
        (*path, "image"),
        help="write it like `oci://quay.io/org/model:1.0`" if problem else f"write `oci://{rest}`",
    )
    return False


def _check_uri(uri: str, llmd: bool, place: Path, problems: Problems, notes: tuple[Note, ...] = ()) -> bool:
    scheme, separator, rest = uri.partition("://")
    schemes = LLM_SCHEMES if llmd else SERVICE_SCHEMES
    what = "llm-d" if llmd else "KServe"
    complaint = help_text = None
    if has_blanks(uri):
        complaint, help_text = "a URI must not contain blanks", "remove them"
    elif not separator or not rest:
        complaint, help_text = "this is not a URI", "write it like `hf://org/model` or `https://host/model.tar.gz`"
    elif ("huggingface.co" in uri or "hf.co" in uri) and (
        page := re.fullmatch(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/([^/?#]+/[^/?#]+)/?", uri)
    ):
        complaint, help_text = "this is the web page of a model, not the model", f"write `hf://{page[1]}`"
    elif scheme not in schemes:
        listing = ", ".join(f"`{known}://`" for known in schemes)
        complaint, help_text = f"{what} does not load models from `{short(scheme, 20)}://`", f"use one of {listing}"
    elif found := credential_in_url(uri):
        complaint = f"a URI must not carry {found}: it is a credential, and would be in Git and on every object"
        help_text = "use a URI that works without it, or a source whose connection keeps it in a Secret, such as `s3`"
    elif scheme.startswith("oci") and (problem := image_problem(rest)):
        complaint, help_text = problem, f"write it like `{scheme}://quay.io/org/model:1.0`"
    if complaint is None:
        return True
    problems.add(codes.URI_INVALID, complaint, place, help=help_text, notes=notes)
    return False
