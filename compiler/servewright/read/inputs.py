"""Documents to typed inputs: the Project, ModelDeployments and Connections."""

from __future__ import annotations

from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Finding, Path, Problems, Rule, Source, Where
from servewright.diagnostics.short import short
from servewright.hints import Any
from servewright.model import connection as connection_model
from servewright.model import deployment_shape
from servewright.model import project as project_model
from servewright.model.connection import REQUIRED_KEYS, Connection, storage_account
from servewright.model.deployment import ModelDeployment
from servewright.model.exact import InexactError, exact
from servewright.model.metadata_syntax import is_config_key
from servewright.model.names import LONGEST_SUBDOMAIN, is_dns_subdomain
from servewright.model.project import API_VERSION, Project
from servewright.model.shape import Record
from servewright.read.credentials import secret_env_name
from servewright.read.documents import read_documents
from servewright.record import NamedTuple

MODEL_DEPLOYMENT, CONNECTION = "ModelDeployment", "Connection"


class DeploymentInput(NamedTuple):
    """A deployment spec with its document and what was found while reading it."""

    deployment: ModelDeployment
    problems: Problems


class DeploymentInputs(NamedTuple):
    """What is in a file of the deployment folders. ``refused_connections`` are names of unusable ones."""

    deployments: tuple[DeploymentInput, ...]
    connections: tuple[Connection, ...]
    findings: tuple[Finding, ...]
    refused_connections: frozenset[tuple[str, str]] = frozenset()


def read_project(source: Source) -> tuple[Project | None, list[Finding]]:
    """The Project of servewright.yaml; None when there is not exactly one (reported)."""
    documents, findings = read_documents(source)
    ours = [item for item in documents if item.data.get("kind") == "Project"]
    if len(ours) != 1 or len(documents) != 1:
        if not findings:
            what = "two Projects" if len(ours) > 1 else "another document beside the Project" if ours else "no Project"
            message, help_text = (
                f"{source.path} holds {what}",
                f"write one document with `apiVersion: {API_VERSION}` and `kind: Project`",
            )
            if not documents:
                finding = Finding(codes.PROJECT_INVALID, message, None, help_text)
            elif ours:
                finding = Finding(codes.PROJECT_INVALID, message, Where(documents[-1]), help_text)
            else:
                where = _kind_place(documents[0])
                finding = _misspelt(documents[0], codes.PROJECT_INVALID, message) or Finding(
                    codes.PROJECT_INVALID, message, where, help_text
                )
            findings.append(finding)
        return None, findings
    problems = Problems(ours[0])
    project = project_model.SHAPE.read(ours[0].data, (), problems)
    if not problems.failed:
        _check_folders(project, problems)
    return (None if problems.failed else project), findings + problems.findings


def _check_folders(project: Project, problems: Problems) -> None:
    """Inputs, catalog and output have different owners: none may hold another."""
    spec = project.spec
    roles: list[tuple[Path, str]] = [(("spec", "output"), spec.output)]
    roles += [(("spec", "inputs", "catalog", index), folder) for index, folder in enumerate(spec.inputs.catalog)]
    roles += [
        (("spec", "inputs", "deployments", index), folder) for index, folder in enumerate(spec.inputs.deployments)
    ]
    for number, (path, folder) in enumerate(roles):
        for earlier_path, earlier in roles[:number]:
            one, other = f"{folder}/", f"{earlier}/"
            if path[:3] != earlier_path[:3] and (one.startswith(other) or other.startswith(one)):
                problems.add(
                    codes.INVALID_VALUE,
                    f"the folders `{folder}` and `{earlier}` overlap; what is in them has different owners",
                    path,
                    help="use folders that do not lie in one another, like `catalog`, `deployments` and `rendered`",
                )
                break
    if spec.output.split("/")[0] in ("servewright.lock", project_model.FILE):
        problems.add(
            codes.INVALID_VALUE,
            f"`{spec.output}` is a file of servewright",
            ("spec", "output"),
            help="write `rendered`",
        )


def may_hold_connection(source: Source) -> bool:
    """Whether a Connection can be in the file; False is certain, since only an escape can spell the word otherwise."""
    return CONNECTION in source.text or "\\" in source.text


def read_deployment_file(source: Source) -> DeploymentInputs:
    """All ModelDeployments and Connections of a file; anything else there is an error."""
    deployments: list[DeploymentInput] = []
    connections: list[Connection] = []
    refused: set[tuple[str, str]] = set()
    documents, findings = read_documents(source)
    for document in documents:
        api_version, kind = document.data.get("apiVersion"), document.data.get("kind")
        if api_version == API_VERSION and kind == MODEL_DEPLOYMENT:
            deployments.append(_deployment(document))
        elif api_version == API_VERSION and kind == CONNECTION:
            problems = Problems(document)
            connection = _connection(document, problems)
            if connection is not None:
                connections.append(connection)
            else:
                refused.add(_identity(document))
            findings += problems.findings
        else:
            findings += _misplaced(document)
    return DeploymentInputs(tuple(deployments), tuple(connections), tuple(findings), frozenset(refused))


def _typed(shape: Record, document: Document, problems: Problems) -> Any:
    """What ``shape`` makes of the document; what is wrong with it is reported."""
    try:
        return exact(shape)(document.data)
    except InexactError:
        return shape.read(document.data, (), problems)


def _identity(document: Document) -> tuple[str, str]:
    metadata = document.data.get("metadata")
    names = (metadata.get("namespace"), metadata.get("name")) if isinstance(metadata, dict) else (None, None)
    return str(names[0]), str(names[1])


def _deployment_name(document: Document) -> str:
    metadata = document.data.get("metadata")
    names = [metadata.get(key) for key in ("namespace", "name")] if isinstance(metadata, dict) else [None, None]
    return "/".join(
        ["ModelDeployment", *(name if isinstance(name, str) and is_dns_subdomain(name) else "?" for name in names)]
    )


def _deployment(document: Document) -> DeploymentInput:
    problems = Problems(document, _deployment_name)
    deployment: ModelDeployment = _typed(deployment_shape.SHAPE, document, problems)
    for index, variable in enumerate(deployment.spec.env):
        if variable.value and secret_env_name(variable.name) and "$(" not in variable.value:
            problems.add(
                codes.CREDENTIAL,
                f"the value of `{variable.name}` looks like a credential",
                ("spec", "env", index, "value"),
                help="keep it in a Secret: `valueFrom: {secretKeyRef: {name: …, key: …}}`",
                field=f"spec.env[{index}].value",
            )
    return DeploymentInput(deployment, problems)


def _connection(document: Document, problems: Problems) -> Connection | None:
    fields: dict[str, Any] = _typed(connection_model.SHAPE, document, problems)
    spec, metadata = fields.get("spec"), fields.get("metadata") or {}
    if spec is None or "name" not in metadata or "namespace" not in metadata:
        return None
    kind = next((kind for kind in ("s3", "oci", "uri") if getattr(spec, kind) is not None), None)
    if kind is None:
        return None
    connection = Connection(metadata["name"], metadata["namespace"], kind, spec, Where(document))
    if kind == "s3" and len(storage_account(connection.name)) > LONGEST_SUBDOMAIN:
        problems.add(
            codes.NAME_TOO_LONG,
            f"the name has {len(connection.name)} characters; the service account `<name>-sa` would have more than {LONGEST_SUBDOMAIN}",
            ("metadata", "name"),
            help="shorten it",
        )
    _check_external(connection, problems)
    return connection


def _check_external(connection: Connection, problems: Problems) -> None:
    external = connection.spec.secret.external
    if external is None:
        return
    path = ("spec", "secret", "external", "keys")
    missing = [key for key in REQUIRED_KEYS[connection.kind] if key not in external.keys]
    if not external.keys:
        problems.add(
            codes.CONNECTION_INCOMPLETE,
            "an external store that fills no key makes no Secret",
            path,
            on="key",
            help="add a key of the Secret, like `URI: {key: …, property: …}`, or write `secret: {existing: {}}`",
        )
    texts: list[tuple[tuple[str, ...], str | None]] = [
        (("displayName",), connection.spec.display_name),
        (("description",), connection.spec.description),
    ]
    details: Any = getattr(connection.spec, connection.kind)
    texts += [((connection.kind, name), getattr(details, name)) for name in details._fields]
    for place, text in texts:
        if text and "{{" in text:
            problems.add(
                codes.TEMPLATE_EXPRESSION,
                "the External Secrets Operator takes `{{ … }}` for a template of its own",
                ("spec", *place),
                help="write it without `{{`",
            )
    if missing:
        problems.add(
            codes.CONNECTION_INCOMPLETE,
            f"the keys {' and '.join(f'`{key}`' for key in missing)} of the Secret are not filled",
            path,
            on="key",
            help=f"add `{missing[0]}: {{key: …, property: …}}`",
        )
    for key in external.keys:
        if not is_config_key(key):
            problems.add(
                codes.INVALID_VALUE,
                "a key of a Secret has letters, digits, `-`, `_` and `.` only",
                (*path, key),
                on="key",
            )
    needed = {
        "s3": (("endpoint", "AWS_S3_ENDPOINT"), ("bucket", "AWS_S3_BUCKET")),
        "oci": (("registry", "OCI_HOST"),),
        "uri": (("url", "URI"),),
    }[connection.kind]
    for field, key in needed:
        if getattr(getattr(connection.spec, connection.kind), field) is None and key not in external.keys:
            problems.add(
                codes.CONNECTION_INCOMPLETE,
                f"the Secret needs `{key}`, and neither `{connection.kind}.{field}` nor the store's keys give it",
                ("spec", connection.kind),
                on="key",
                help=f"add `{field}` to `spec.{connection.kind}`",
            )


# Where a document of this kind belongs, or what to write in its place.
_ELSEWHERE = {
    "Project": "move it to servewright.yaml",
    **dict.fromkeys(
        ("InferenceService", "LLMInferenceService"), f"write a {MODEL_DEPLOYMENT}: it is rendered to such an object"
    ),
}


def _meant(kind: str) -> str | None:
    from servewright.diagnostics.suggest import did_you_mean

    near = did_you_mean(kind, (MODEL_DEPLOYMENT, CONNECTION))
    return f"did you mean `{near}`?" if near else None


def _misplaced(document: Document) -> list[Finding]:
    kind, api_version = document.data.get("kind"), document.data.get("apiVersion")
    found = []
    if kind == "Secret" and any(document.data.get(key) for key in ("data", "stringData")):
        found.append(
            Finding(
                codes.SECRET_WITH_VALUES,
                "a Secret with values must not be in Git",
                Where(document, ("kind",)),
                "remove it, treat the values as leaked, and describe the connection with `kind: Connection`",
            )
        )
    if not isinstance(kind, str) or not isinstance(api_version, str):
        message = "a document here needs `apiVersion` and `kind`"
        if (misspelt := _misspelt(document, codes.WRONG_FOLDER, message)) is not None:
            return [*found, misspelt]
        help_text = f"add `apiVersion: {API_VERSION}` and `kind: {MODEL_DEPLOYMENT}`"
    elif kind in (MODEL_DEPLOYMENT, CONNECTION):
        message = f"`{short(api_version, 80)}` is not an API version of {kind}"
        help_text = f"write `apiVersion: {API_VERSION}`"
    else:
        message = f"a deployment folder holds ModelDeployments and Connections only, not {short(kind, 80)}"
        help_text = _ELSEWHERE.get(kind) or _meant(kind) or "move what describes the cluster to the catalog folder"
    path = ("apiVersion",) if "apiVersion" in document.data and kind in (MODEL_DEPLOYMENT, CONNECTION) else ("kind",)
    found.append(
        Finding(
            codes.WRONG_FOLDER,
            message,
            Where(document, path if path[0] in document.data else (), "value" if path[0] in document.data else "key"),
            help_text,
        )
    )
    return found


def _misspelt(document: Document, rule: Rule, message: str) -> Finding | None:
    """What is said of a document whose `apiVersion` or `kind` is misspelt: that key is the place to look at."""
    for field in ("apiVersion", "kind"):
        if field not in document.data:
            from servewright.diagnostics.suggest import did_you_mean

            for key in document.data:
                if key not in ("metadata", "spec") and did_you_mean(key, (field,)):
                    return Finding(rule, message, Where(document, (key,), "key"), f"did you mean `{field}`?")
    return None


def _kind_place(document: Document) -> Where:
    return Where(document, ("kind",)) if "kind" in document.data else Where(document)
