"""How to call a model: where it is, the token it wants, and commands to copy."""

from __future__ import annotations

import json
import shlex

from servewright.explain.request_forms import REQUEST_FORMS, RequestForm
from servewright.explain.server import UNKNOWN, Server
from servewright.lower.inference_service import DEFAULT_TIMEOUT
from servewright.record import NamedTuple
from servewright.resolve.access import EVERYONE
from servewright.resolve.decisions import Decisions

ROUTE, GATEWAY, CLUSTER = "route", "gateway", "cluster"
TOKEN, MAAS, NOBODY = "token", "models-as-a-service", "none"
# Stands in a command for a name that only the server knows.
SERVERS_OWN_NAME = "MODEL"
# The sidecar that checks tokens, and the certificate authority that signs its certificate, as pods find it.
_PROXY_PORT = 8443
_SERVICE_CA = "/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt"
# The audience that llm-d's gateway asks for; an InferenceService takes any token of the cluster.
_GATEWAY_AUDIENCE = "https://kubernetes.default.svc"


class TokenSource(NamedTuple):
    """A caller, and the command that prints its token."""

    holder: str
    command: str


class Command(NamedTuple):
    """A command of one or several lines."""

    title: str
    command: str


class Call(NamedTuple):
    """How to call a model; ``model`` is None when only the server knows its name. ``setup`` comes before any request;
    ``instead`` has other ways to the same variables.
    """

    reach: str
    authentication: str
    apis: tuple[str, ...]
    model: str | None
    tokens: tuple[TokenSource, ...]
    setup: tuple[str, ...]
    instead: tuple[Command, ...]
    requests: tuple[Command, ...]
    notes: tuple[str, ...]


def call_of(decisions: Decisions, server: Server) -> Call:
    """The call of a deployment."""
    naming, access = decisions.naming, decisions.access
    reach = GATEWAY if decisions.runtime.llmd else ROUTE if access.exposed else CLUSTER
    authentication = authentication_of(decisions)
    tokens = _tokens(decisions) if authentication == TOKEN else ()
    setup = [f"URL={_address(decisions, server, reach)}"]
    if authentication == MAAS:
        setup.insert(0, 'TOKEN="$MAAS_TOKEN"')
    elif tokens:
        setup.insert(0, f"TOKEN=$({tokens[0].command})")
    prefix = f"/{naming.namespace}/{naming.name}" if reach == GATEWAY else ""
    options = ['-H "Authorization: Bearer $TOKEN"'] if authentication != NOBODY else []
    if reach == CLUSTER and authentication == TOKEN:
        options.insert(0, f"--cacert {_SERVICE_CA}")
    forms = [REQUEST_FORMS[api] for api in server.apis if api in REQUEST_FORMS]
    model = server.model or SERVERS_OWN_NAME
    requests = [_inquiry(form, model, prefix, options) for form in forms if form.inquiry][:1]
    requests += [_request(form, model, prefix, options) for form in forms]
    return Call(
        reach,
        authentication,
        server.apis,
        server.model,
        tokens,
        tuple(setup),
        tuple(_instead(decisions, server, tokens, reach, authentication)),
        tuple(requests),
        (
            *_notes(decisions, server, reach, authentication),
            *(note for form in forms for note in form.notes),
        ),
    )


def authentication_of(decisions: Decisions) -> str:
    """What callers must show: nothing, a token of the cluster, or one of Models-as-a-Service, which only llm-d knows."""
    llmd = decisions.deployment.spec.llmd
    if decisions.runtime.llmd and llmd is not None and llmd.maas:
        return MAAS
    return TOKEN if decisions.access.authenticated else NOBODY


def addresses_of(decisions: Decisions, server: Server) -> dict[str, str]:
    """Where the model answers, in words, by how it is reached: a route leaves the address in the cluster as it is."""
    naming = decisions.naming
    if decisions.runtime.llmd:
        gateway = "/".join(reversed(decisions.llmd.gateway)) if decisions.llmd.gateway else ""
        named = f"the gateway `{gateway}`" if gateway else "the platform's gateway"
        return {GATEWAY: f"`/{naming.namespace}/{naming.name}` of {named}"}
    found = {CLUSTER: f"`{_in_cluster(decisions, server)}`"}
    if decisions.access.exposed:
        found[ROUTE] = f"the host of the route `{naming.name}`"
    return found


def _address(decisions: Decisions, server: Server, reach: str) -> str:
    name, namespace = shlex.quote(decisions.naming.name), shlex.quote(decisions.naming.namespace)
    if reach == GATEWAY:
        # Only scheme and host: which path the status shows differs between releases.
        status = f"oc get llminferenceservice {name} -n {namespace} -o jsonpath='{{.status.url}}'"
        return f"$({status} | cut -d/ -f1-3)"
    if reach == ROUTE:
        return f"https://$(oc get route {name} -n {namespace} -o jsonpath='{{.spec.host}}')"
    return _in_cluster(decisions, server)


def _in_cluster(decisions: Decisions, server: Server) -> str:
    """The URL of an InferenceService for the pods of its cluster."""
    host = f"{decisions.naming.name}-predictor.{decisions.naming.namespace}.svc.cluster.local"
    return f"https://{host}:{_PROXY_PORT}" if decisions.access.authenticated else f"http://{host}:{server.port}"


def _tokens(decisions: Decisions) -> tuple[TokenSource, ...]:
    namespace = decisions.naming.namespace
    sources = [
        TokenSource(
            f"the token `{token.display_name}`",
            f"oc get secret {shlex.quote(token.secret)} -n {shlex.quote(namespace)} -o jsonpath='{{.data.token}}' | base64 -d",
        )
        for token in decisions.access.tokens
    ]
    audience = f" --audience={_GATEWAY_AUDIENCE}" if decisions.runtime.llmd else ""
    for subject in decisions.access.subjects:
        if subject.kind == "ServiceAccount":
            place = subject.namespace or namespace
            sources.append(
                TokenSource(
                    f"the service account `{subject.name}` of `{place}`",
                    f"oc create token {shlex.quote(subject.name)} -n {shlex.quote(place)}{audience}",
                )
            )
        elif subject.kind == "User":
            sources.append(TokenSource(f"the user `{subject.name}`, logged in", "oc whoami -t"))
        elif subject.name not in EVERYONE:
            sources.append(TokenSource(f"a member of the group `{subject.name}`, logged in", "oc whoami -t"))
    return tuple(sources)


def _instead(
    decisions: Decisions, server: Server, tokens: tuple[TokenSource, ...], reach: str, authentication: str
) -> list[Command]:
    commands = [Command(token.holder, f"TOKEN=$({token.command})") for token in tokens[1:]]
    if reach == CLUSTER and authentication == NOBODY:
        name, namespace = shlex.quote(f"{decisions.naming.name}-predictor"), shlex.quote(decisions.naming.namespace)
        forward = f"oc port-forward -n {namespace} deployment/{name} {server.port}"
        commands.append(Command("from a workstation", f"{forward} &\nURL=http://localhost:{server.port}"))
    return commands


def _inquiry(form: RequestForm, model: str, prefix: str, options: list[str]) -> Command:
    return Command("what the server says about its model", _curl(f"{prefix}{form.inquiry}", model, "", options))


def _request(form: RequestForm, model: str, prefix: str, options: list[str]) -> Command:
    headers = ["Content-Type: application/json", *(header.replace("{model}", model) for header in form.headers)]
    body = {
        key: value.replace("{model}", model) if isinstance(value, str) else value for key, value in form.body.items()
    }
    given = [*options, *(f"-H {shlex.quote(header)}" for header in headers)]
    data = f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}"
    return Command(form.title, _curl(f"{prefix}{form.path}", model, "-X POST ", [*given, data]))


def _curl(path: str, model: str, method: str, options: list[str]) -> str:
    from urllib.parse import quote

    place = shlex.quote(path.replace("{model}", quote(model, safe="")))
    return " \\\n  ".join([f'curl {method}"$URL"{place}', *options])


def _notes(decisions: Decisions, server: Server, reach: str, authentication: str) -> list[str]:
    spec = decisions.deployment.spec
    notes = []
    if spec.stopped:
        notes.append("the model is stopped (`stopped: true`): nothing answers until that is removed")
    if reach == ROUTE:
        seconds = spec.expose.timeout_seconds if spec.expose and spec.expose.timeout_seconds is not None else None
        given = f"{seconds} s" if seconds is not None else f"{DEFAULT_TIMEOUT} s, the default"
        notes.append(f"the route gives up on a request after {given} (`expose.timeoutSeconds`)")
    if reach == CLUSTER:
        if authentication == TOKEN:
            notes.append(
                "there is no route: run curl in a pod of the cluster, with a token from where `oc` is logged in"
            )
        else:
            notes.append("there is no route: run curl in a pod of the cluster")
            notes.append(
                f"port {server.port} is the container's, because the platform's Services are headless; it is 80 where an administrator chose `rawDeploymentServiceConfig: Headed`"
            )
    if reach == GATEWAY and authentication == TOKEN:
        notes.append(
            "the gateway checks tokens with Red Hat Connectivity Link (Kuadrant); on a cluster without it the model gets no route (HTTPRoutesReady: GatewayPreconditionNotMet)"
        )
    if authentication == MAAS:
        notes.append(
            "put a token that Models-as-a-Service gave you into MAAS_TOKEN; tokens of the cluster do not count"
        )
    if server.model is None:
        notes.append(f"{SERVERS_OWN_NAME} stands for the name that /v1/models shows")
    if UNKNOWN in server.apis:
        notes.append("how a request looks is not known for this runtime: ask whoever made it")
    if server.runtime is None and reach != GATEWAY:
        notes.append("the ServingRuntime is not in the catalog: port and API are guesses")
    return notes
