"""What is decided for one deployment, and why."""

from __future__ import annotations

from servewright.catalog.hardware_profile import HardwareProfile
from servewright.catalog.serving_runtime import ServingRuntime
from servewright.hints import TYPE_CHECKING, Any
from servewright.model.deployment import Format, ModelDeployment, Subject
from servewright.record import NamedTuple

if TYPE_CHECKING:
    from servewright.catalog.plain_object import PlainObject


class Naming(NamedTuple):
    """The object's name and the display name."""

    name: str
    namespace: str
    display_name: str
    reasons: tuple[str, ...] = ()


class HardwareChoice(NamedTuple):
    """Final resources (canonical quantities) and scheduling of the main workload.

    ``prefill_requests`` and ``prefill_limits`` are those of llm-d's prefill workload (None: as the main one).
    """

    profile: HardwareProfile | None
    requests: dict[str, str]
    limits: dict[str, str]
    node_selector: dict[str, str]
    tolerations: tuple[dict[str, Any], ...]
    queue: str | None
    prefill: tuple[dict[str, str], dict[str, str]] | None = None
    reasons: tuple[str, ...] = ()


class Candidate(NamedTuple):
    """A template that was looked at in automatic selection, with why it stayed or fell out."""

    template: str
    namespace: str
    fits: bool
    reason: str
    scope: str


class RuntimeChoice(NamedTuple):
    """The runtime.

    ``kind`` is ``template`` (a copy named ``name`` is emitted), ``existing`` (one that is there already) or ``llm-d``.
    ``scope`` is where the template is; ``shared`` whether several deployments may use the copy.
    """

    kind: str
    template: str | None = None
    scope: str | None = None
    name: str = ""
    runtime: ServingRuntime | None = None
    api_protocol: str | None = None
    automatic: bool = False
    shared: bool = False
    format: Format = Format("vLLM")
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def llmd(self) -> bool:
        """Whether the deployment becomes an LLMInferenceService."""
        return self.kind == "llm-d"

    def without_why(self) -> RuntimeChoice:
        """The choice without candidates and reasons."""
        kind, template, scope, name, runtime, protocol, automatic, shared, model_format, _, _ = self
        return RuntimeChoice(kind, template, scope, name, runtime, protocol, automatic, shared, model_format)


class SourceChoice(NamedTuple):
    """Where the model comes from, in the form that admission would give it.

    ``account_by_admission``: the service account is made by admission, for a Secret that only the catalog knows.
    """

    kind: str
    uri: str | None = None
    connection: str | None = None
    path: str | None = None
    service_account: str | None = None
    pull_secrets: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    account_by_admission: bool = False


class StrategyChoice(NamedTuple):
    """RollingUpdate or Recreate."""

    type: str
    reasons: tuple[str, ...] = ()


class Token(NamedTuple):
    """A token Secret."""

    display_name: str
    secret: str


class AccessChoice(NamedTuple):
    """Who may call the model. ``annotation`` is the value of enable-auth; None leaves it out."""

    exposed: bool
    authenticated: bool
    annotation: str | None
    tokens: tuple[Token, ...] = ()
    subjects: tuple[Subject, ...] = ()
    reasons: tuple[str, ...] = ()


class ConfigCopy(NamedTuple):
    """An LLMInferenceServiceConfig that is copied into the project."""

    name: str
    source: PlainObject
    topology_type: str | None = None


class LlmdChoice(NamedTuple):
    """llm-d's configs and gateway; ``base_refs`` in merge order."""

    base_refs: tuple[str, ...] = ()
    copies: tuple[ConfigCopy, ...] = ()
    gateway: tuple[str, str] | None = None
    scheduler: bool = True
    topology_ref: str | None = None
    prefill_worker: bool = False
    reasons: tuple[str, ...] = ()


class Decisions(NamedTuple):
    """Everything that lowering needs to know about one deployment."""

    deployment: ModelDeployment
    naming: Naming
    hardware: HardwareChoice
    runtime: RuntimeChoice
    source: SourceChoice
    strategy: StrategyChoice
    access: AccessChoice
    args: tuple[str, ...]
    llmd: LlmdChoice = LlmdChoice()
