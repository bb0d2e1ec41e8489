"""The Connection document: where a model's credentials are, never the credentials."""

from __future__ import annotations

from servewright.diagnostics.model import Where
from servewright.hints import Any
from servewright.model.names import is_dns_label, is_dns_subdomain
from servewright.model.project import API_VERSION
from servewright.model.shape import Field, Record, Table, Text
from servewright.model.url_syntax import credential_in_url, has_blanks
from servewright.record import NamedTuple


class S3(NamedTuple):
    """An S3-compatible object store."""

    endpoint: str | None = None
    bucket: str | None = None
    region: str | None = None


class Oci(NamedTuple):
    """An OCI registry."""

    registry: str | None = None


class Uri(NamedTuple):
    """A model at a URI."""

    url: str | None = None


class RemoteKey(NamedTuple):
    """Where one key of the Secret is in the external store."""

    key: str = ""
    property: str | None = None
    version: str | None = None


class Store(NamedTuple):
    """An external-secrets store."""

    name: str = ""
    kind: str = "SecretStore"


class External(NamedTuple):
    """An external secret store that fills the Secret."""

    store: Store = Store()
    refresh_interval: str = "1h0m0s"
    keys: dict[str, RemoteKey] = {}  # noqa: RUF012 - never changed


class Existing(NamedTuple):
    """The Secret is there already."""


class SecretSource(NamedTuple):
    """How the Secret of the connection comes to be."""

    existing: Existing | None = None
    external: External | None = None


class ConnectionSpec(NamedTuple):
    """``spec`` of a Connection."""

    display_name: str | None = None
    description: str | None = None
    s3: S3 | None = None
    oci: Oci | None = None
    uri: Uri | None = None
    secret: SecretSource = SecretSource()


# Which keys of the Secret only an external store can know.
REQUIRED_KEYS: dict[str, tuple[str, ...]] = {
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    "oci": (".dockerconfigjson",),
    "uri": (),
}


class Connection(NamedTuple):
    """A connection; ``kind`` is s3, oci or uri. ``where`` is its document."""

    name: str
    namespace: str
    kind: str
    spec: ConnectionSpec
    where: Where


def storage_account(connection: str) -> str:
    """The ServiceAccount of an S3 connection (odh-model-controller, connectionapi)."""
    return f"{connection}-sa"


def _url_problem(text: str) -> str | None:
    if has_blanks(text):
        return "a URL must not contain blanks"
    if "://" not in text:
        return "a URL needs a scheme, like `https://`"
    return _credential_problem(text)


def _credential_problem(text: str) -> str | None:
    """Also of a registry, which has no scheme."""
    found = credential_in_url(text if "://" in text else f"oci://{text}")
    return f"the address must not carry {found}: it is a credential" if found else None


def _subdomain_problem(text: str) -> str | None:
    return (
        None
        if is_dns_subdomain(text)
        else "a name consists of lower-case letters, digits, `-` and `.`, and starts and ends with a letter or digit"
    )


_LONGEST_AMOUNT = 6


def canonical_duration(text: str) -> str | None:
    """``text`` as Go prints a duration (``90m`` -> ``1h30m0s``); None when it is not hours, minutes and seconds."""
    amounts, rest = [], text
    for unit in "hms":
        digits, found, behind = rest.partition(unit)
        if found and not (digits.isdecimal() and digits.isascii() and len(digits) <= _LONGEST_AMOUNT):
            return None
        amounts.append(int(digits) if found else 0)
        rest = behind if found else rest
    if rest or not text:
        return None
    hours, minutes, seconds = amounts
    minutes, seconds = minutes + seconds // 60, seconds % 60
    hours, minutes = hours + minutes // 60, minutes % 60
    if hours:
        return f"{hours}h{minutes}m{seconds}s"
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"


def _interval_problem(text: str) -> str | None:
    return "this is not an interval" if canonical_duration(text) is None else None


def _label_problem(text: str) -> str | None:
    if is_dns_label(text):
        return None
    return "a namespace consists of lower-case letters, digits and `-`, and starts and ends with a letter or digit"


_URL_HINT = "write the plain address, like `https://host/path`; credentials belong in the Secret"
NAME = Text("a name", problem=_subdomain_problem, hint="write a name like `models-s3`")

METADATA = Record(
    dict,
    {
        "name": Field(NAME, "the Secret's name", required=True),
        "namespace": Field(
            Text("a namespace", problem=_label_problem, hint="write the project's name"),
            "the namespace of the Secret and its models",
            required=True,
        ),
    },
)

SPEC = Record(
    ConnectionSpec,
    {
        "displayName": Field(Text("a display name"), "shown in the dashboard; default the name"),
        "description": Field(Text("a description", empty=True)),
        "s3": Field(
            Record(
                S3,
                {
                    "endpoint": Field(Text("a URL", problem=_url_problem, hint=_URL_HINT), "https://s3.example.com"),
                    "bucket": Field(
                        Text("a bucket", pattern=r"[a-zA-Z0-9][a-zA-Z0-9._-]*"), "needed for llm-d and external secrets"
                    ),
                    "region": Field(Text("a region")),
                },
            ),
            "an S3-compatible object store",
        ),
        "oci": Field(
            Record(
                Oci,
                {
                    "registry": Field(
                        Text("a registry", problem=_credential_problem, hint="write it like `quay.io/org`"),
                        "quay.io/org",
                    )
                },
            ),
            "an OCI registry",
        ),
        "uri": Field(
            Record(
                Uri, {"url": Field(Text("a URL", problem=_url_problem, hint=_URL_HINT), "https://host/model.tar.gz")}
            ),
            "a model at a URI",
        ),
        "secret": Field(
            Record(
                SecretSource,
                {
                    "existing": Field(Record(Existing, {}), "a Secret of this name is there already (default)"),
                    "external": Field(
                        Record(
                            External,
                            {
                                "store": Field(
                                    Record(
                                        Store,
                                        {
                                            "kind": Field(Text("a store kind", ("SecretStore", "ClusterSecretStore"))),
                                            "name": Field(NAME, "the store", required=True),
                                        },
                                    ),
                                    "the external-secrets store",
                                    required=True,
                                ),
                                "refreshInterval": Field(
                                    Text(
                                        "an interval",
                                        problem=_interval_problem,
                                        hint="write hours, minutes and seconds, like `1h`, `15m` or `1h30m`",
                                    ),
                                    "default 1h0m0s",
                                ),
                                "keys": Field(
                                    Table(
                                        Record(
                                            RemoteKey,
                                            {
                                                "key": Field(Text("a key"), "the entry in the store", required=True),
                                                "property": Field(Text("a property"), "a member of the entry"),
                                                "version": Field(Text("a version")),
                                            },
                                        )
                                    ),
                                    "for each key of the Secret, where its value is",
                                    required=True,
                                ),
                            },
                        ),
                        "filled by the External Secrets Operator",
                    ),
                },
                at_most_one=("existing", "external"),
            ),
            "how the Secret comes to be",
        ),
    },
    one_of=("s3", "oci", "uri"),
)


def _build(api_version: str = "", kind: str = "", **fields: Any) -> dict[str, Any]:
    return fields


SHAPE = Record(
    _build,
    {
        "apiVersion": Field(Text(choices=(API_VERSION,)), required=True),
        "kind": Field(Text(choices=("Connection",)), required=True),
        "metadata": Field(METADATA, required=True),
        "spec": Field(SPEC, required=True),
    },
)
