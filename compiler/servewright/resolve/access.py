"""Access: who may call the model, and whether anyone may."""

from __future__ import annotations

from servewright.diagnostics import codes
from servewright.diagnostics.model import Problems
from servewright.model.deployment import ModelDeployment
from servewright.model.names import derive_name, is_dns_subdomain
from servewright.resolve.context import Context
from servewright.resolve.decisions import AccessChoice, Naming, Token
from servewright.resolve.runtime_place import runtime_place

# Groups that everyone is in: naming one controls nothing.
EVERYONE = frozenset({"system:authenticated", "system:authenticated:oauth", "system:unauthenticated"})
_BY_GATEWAY = "it is exposed by its gateway"
_BY_ROUTE = "it has an external route"
_INSIDE = "it is reachable inside the cluster only"
_BY_MAAS = "Models-as-a-Service authenticates its callers"
_KNOWN_CALLERS = "callers need a token that may `get` this service"
_ANYBODY = "callers need no token"


def service_account_name(name: str) -> str:
    """The ServiceAccount of a deployment's tokens (odh-dashboard, concepts/auth.ts)."""
    return f"{name}-sa"


def decide_access(
    deployment: ModelDeployment, naming: Naming, llmd: bool, context: Context, problems: Problems
) -> AccessChoice:
    """Tokens, subjects and the value of enable-auth."""
    spec = deployment.spec
    maas = bool(llmd and spec.llmd and spec.llmd.maas)
    tokens = _tokens(spec.auth.tokens, naming.name, problems) if spec.auth.tokens else ()
    named = False
    for index, subject in enumerate(spec.auth.subjects):
        if subject.kind == "ServiceAccount" and subject.name and not is_dns_subdomain(subject.name):
            problems.add(
                codes.NAME_INVALID,
                "a ServiceAccount's name has lower-case letters, digits, `-` and `.` only",
                ("spec", "auth", "subjects", index, "name"),
                help="write the ServiceAccount's name, without its namespace",
            )
        if _is_everyone(subject.kind, subject.name):
            problems.add(
                codes.SUBJECT_IS_EVERYONE,
                f"the group `{subject.name}` is everyone: it does not count as access control",
                ("spec", "auth", "subjects", index, "name"),
                help="name the users, groups or service accounts that call the model",
            )
        else:
            named = True
    if maas and (tokens or spec.auth.subjects):
        problems.add(
            codes.MAAS_ACCESS,
            "Models-as-a-Service brings its own access control: its gateway does not look at tokens or subjects",
            ("spec", "auth"),
            on="key",
            help="remove `auth`, or remove `llmd.maas`",
        )
    wanted = named or bool(tokens)
    annotation: str | None = "true" if wanted else "false"
    if maas:
        annotation = "false" if context.release.has("maas-auth-false") else None
    exposed = llmd or bool(spec.expose and spec.expose.route)
    authenticated = wanted or maas
    if exposed and not authenticated and not problems.touched(("spec", "auth")):
        _report_open(deployment, llmd, problems)
    return AccessChoice(
        exposed,
        authenticated,
        annotation,
        tokens,
        spec.auth.subjects,
        (
            _BY_GATEWAY if llmd else _BY_ROUTE if exposed else _INSIDE,
            _BY_MAAS if maas else _KNOWN_CALLERS if authenticated else _ANYBODY,
        ),
    )


def _is_everyone(kind: str, name: str) -> bool:
    return kind == "Group" and name in EVERYONE


def _tokens(names: tuple[str, ...], deployment: str, problems: Problems) -> tuple[Token, ...]:
    tokens: list[Token] = []
    first: dict[str, int] = {}
    account = service_account_name(deployment)
    for index, display in enumerate(names):
        derived = derive_name(display, limit=None)
        path = ("spec", "auth", "tokens", index)
        if not derived:
            problems.add(
                codes.NAME_INVALID,
                "no Secret name can be derived from this token name",
                path,
                help="use letters or digits, like `ci-bot`",
            )
            continue
        secret = f"{derived}-{account}"
        if len(secret) > 253:
            problems.add(
                codes.NAME_TOO_LONG,
                "the token's Secret would have a name of more than 253 characters",
                path,
                help="shorten the token's name",
            )
            continue
        if secret in first and display not in names[:index]:
            problems.add(
                codes.DUPLICATE_ENTRY,
                f"the token names give the same Secret name `{secret}` as item {first[secret] + 1}",
                path,
                help="give the tokens names that differ in letters or digits",
            )
            continue
        if secret not in first:
            tokens.append(Token(display.strip(), secret))
        first.setdefault(secret, index)
    return tuple(tokens)


def _report_open(deployment: ModelDeployment, llmd: bool, problems: Problems) -> None:
    path, on = runtime_place(problems.document) if llmd else (("spec", "expose", "route"), "value")
    how = "llm-d models are always exposed by their gateway" if llmd else "it has an external route"
    problems.add(
        codes.EXPOSED_WITHOUT_AUTH,
        f"anyone who can reach the cluster's ingress can use this model: {how}, and no tokens or subjects restrict it",
        path,
        on=on,
        help="add `auth: {tokens: [default-token]}`" + ("" if llmd else ", or remove `expose.route`"),
        field="metadata.annotations['security.opendatahub.io/enable-auth']",
    )
