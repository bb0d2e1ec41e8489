"""Every code that servewright can report: one row each, grouped by the pass that finds it.

SW0xx reading · SW1xx shape, names and metadata of the inputs · SW2xx runtimes and sources · SW3xx hardware, access,
strategy and arguments · SW4xx the output tree · SW5xx what the API server would refuse in the objects · SW6xx what
webhooks and controllers would refuse, ignore or stall on · SW7xx capacity · SW8xx what a change does to what runs ·
SW9xx waivers. A code never changes its meaning. Each has a page of the same name in ``pages/`` whose examples the
tests run.
"""

from __future__ import annotations

from servewright.diagnostics.model import Rule, Severity

BY_CODE: dict[str, Rule] = {}
BY_SLUG: dict[str, Rule] = {}


def _rule(code: str, slug: str, severity: Severity, title: str, fixed: bool = True) -> Rule:
    rule = Rule(code, slug, severity, title, fixed)
    BY_CODE[code] = BY_SLUG[slug] = rule
    return rule


# Reading files
YAML_SYNTAX = _rule("SW001", "yaml-syntax", "error", "the file is not well-formed YAML")
DUPLICATE_KEY = _rule("SW002", "duplicate-key", "error", "a mapping has the same key twice")
TAG_NOT_ALLOWED = _rule("SW003", "tag-not-allowed", "error", "YAML tags are not allowed")
ALIAS_BUDGET = _rule("SW004", "alias-budget", "error", "aliases expand to too much")
AMBIGUOUS_SCALAR = _rule("SW005", "ambiguous-scalar", "error", "YAML readers disagree about an unquoted value")
FILE_TOO_LARGE = _rule("SW006", "file-too-large", "error", "an input file is too large")
NESTING_TOO_DEEP = _rule("SW007", "nesting-too-deep", "error", "a document is nested too deeply")
NOT_UTF8 = _rule("SW008", "not-utf8", "error", "an input file is not UTF-8")
PATH_ESCAPES = _rule("SW009", "path-escapes", "error", "a path leads out of the repository")
CREDENTIAL = _rule("SW010", "credential", "error", "a value looks like a credential")
SECRET_WITH_VALUES = _rule("SW011", "secret-with-values", "error", "a Secret carries values")
KEY_NOT_A_STRING = _rule("SW012", "key-not-a-string", "error", "a mapping key is not a string")
NUMBER_NOT_PORTABLE = _rule("SW013", "number-not-portable", "error", "a number that not every reader can hold")
UNREADABLE_FILE = _rule("SW014", "unreadable-file", "error", "an input file cannot be read")
NOT_A_MAPPING = _rule("SW015", "not-a-mapping", "error", "a document is not a Kubernetes-style object")

# The repository
PROJECT_INVALID = _rule("SW020", "project-invalid", "error", "servewright.yaml does not hold one Project")
RELEASE_UNKNOWN = _rule("SW021", "release-unknown", "error", "the platform or its version is not known")
PLATFORM_PLANNED = _rule("SW022", "platform-planned", "error", "the platform is planned, not supported yet")
WRONG_FOLDER = _rule("SW023", "wrong-folder", "error", "a document of this kind is not allowed in this folder")
KIND_IGNORED = _rule("SW024", "kind-ignored", "info", "a catalog document of this kind is not used", fixed=False)
DUPLICATE_DOCUMENT = _rule("SW025", "duplicate-document", "error", "two documents describe the same object")
NO_NAMESPACE = _rule("SW026", "no-namespace", "error", "a catalog document has no name or namespace")
CATALOG_MALFORMED = _rule(
    "SW027", "catalog-malformed", "error", "a catalog document is not as the cluster would hold it"
)
OUTPUT_COLLISION = _rule("SW028", "output-collision", "error", "two deployments would produce the same object or file")
RULE_UNKNOWN = _rule("SW029", "rule-unknown", "error", "spec.rules names an unknown or fixed rule")
BASE_INCOMPLETE = _rule("SW030", "base-incomplete", "info", "a file of the base cannot be compared", fixed=False)
NO_BASE = _rule("SW031", "no-base", "error", "there is nothing to compare a change with")

# Shape, names and metadata
UNKNOWN_FIELD = _rule("SW101", "unknown-field", "error", "a field does not exist")
MISSING_FIELD = _rule("SW102", "missing-field", "error", "a required field is missing")
WRONG_TYPE = _rule("SW103", "wrong-type", "error", "a value has the wrong type")
INVALID_VALUE = _rule("SW104", "invalid-value", "error", "a value is not allowed")
EXACTLY_ONE = _rule("SW105", "exactly-one", "error", "exactly one of several fields must be given")
FIELD_NOT_HERE = _rule("SW106", "field-not-here", "error", "a field does not apply to this deployment")
DUPLICATE_ENTRY = _rule("SW107", "duplicate-entry", "error", "a list names the same thing twice")
RESERVED_METADATA = _rule(
    "SW108", "reserved-metadata", "error", "a label or annotation belongs to a platform or engine"
)
INVALID_METADATA = _rule("SW109", "invalid-metadata", "error", "a label or annotation is not valid in Kubernetes")
NAME_DERIVED = _rule("SW110", "name-derived", "warning", "the name is derived from the display name", fixed=False)
NAME_INVALID = _rule("SW111", "name-invalid", "error", "a name is not allowed")
NAME_TOO_LONG = _rule("SW112", "name-too-long", "error", "a name is too long for what is built from it")
NAMESPACE_PROTECTED = _rule("SW113", "namespace-protected", "error", "nothing may be deployed to this namespace")
NAME_COLLISION = _rule("SW114", "name-collision", "error", "a name belongs to an object of a controller")
STORAGE_NOT_INJECTED = _rule("SW115", "storage-not-injected", "error", "the namespace's label disables model download")

# Runtimes
FORMAT_MISSING = _rule("SW201", "format-missing", "error", "a predictive model has no format")
FORMAT_UNKNOWN = _rule("SW202", "format-unknown", "error", "no runtime knows the model format")
RUNTIME_NONE = _rule("SW203", "runtime-none", "error", "no runtime fits the model")
RUNTIME_AMBIGUOUS = _rule("SW204", "runtime-ambiguous", "error", "several runtimes fit the model")
RUNTIME_UNKNOWN = _rule("SW205", "runtime-unknown", "error", "the named runtime does not exist")
RUNTIME_FORMAT_MISMATCH = _rule("SW206", "runtime-format-mismatch", "error", "the runtime does not serve the format")
RUNTIME_ACCELERATOR = _rule(
    "SW207", "runtime-accelerator", "warning", "the runtime is not made for the profile's accelerator", fixed=False
)
RUNTIME_DISABLED = _rule("SW208", "runtime-disabled", "error", "the runtime is disabled")
RUNTIME_INVALID = _rule("SW209", "runtime-invalid", "error", "the runtime cannot work with KServe")
FORMAT_VERSION_NEEDED = _rule("SW210", "format-version-needed", "error", "the runtime lists several versions")
RUNTIME_NAME_CONFLICT = _rule("SW211", "runtime-name-conflict", "error", "a shared runtime's name is taken")
RUNTIME_PRIORITY_CONFLICT = _rule("SW212", "runtime-priority-conflict", "error", "two runtimes share a priority")
TECHNOLOGY_PREVIEW = _rule("SW213", "technology-preview", "warning", "the runtime is a Technology Preview", fixed=False)
LLMD_ACCELERATOR = _rule("SW214", "llmd-accelerator", "warning", "llm-d's own image is for NVIDIA", fixed=False)
BUILTIN_IMAGES = _rule("SW215", "builtin-images", "info", "built-in images are not the product's own", fixed=False)
RUNTIME_PROTOCOL = _rule("SW216", "runtime-protocol", "error", "the runtime does not speak the model's protocol")
RUNTIME_SERVER_TYPE = _rule(
    "SW217", "runtime-server-type", "warning", "an MLServer runtime lacks its server type", fixed=False
)
RUNTIME_UNPROCESSED = _rule("SW218", "runtime-unprocessed", "error", "a template's parameters are not filled in")
RUNTIME_CLUSTER_SCOPED = _rule(
    "SW219", "runtime-cluster-scoped", "warning", "the platform's metrics ignore a ClusterServingRuntime", fixed=False
)

# Sources and connections
CONNECTION_UNKNOWN = _rule("SW231", "connection-unknown", "error", "the connection does not exist in the namespace")
CONNECTION_TYPE = _rule("SW232", "connection-type", "error", "the connection is of another type")
CONNECTION_MARKERS = _rule("SW233", "connection-markers", "error", "the Secret lacks what the platform looks for")
CONNECTION_INCOMPLETE = _rule("SW234", "connection-incomplete", "error", "the connection lacks a needed value")
URI_INVALID = _rule("SW235", "uri-invalid", "error", "the model's URI cannot be served")
STORAGE_ACCOUNT = _rule(
    "SW237", "storage-account", "warning", "the pods' service account does not carry the connection", fixed=False
)
PATH_INVALID = _rule("SW236", "path-invalid", "error", "the path inside the storage is not allowed")

# Hardware
PROFILE_UNKNOWN = _rule("SW301", "profile-unknown", "error", "the hardware profile does not exist")
PROFILE_INVALID = _rule("SW302", "profile-invalid", "error", "the hardware profile is not valid")
PROFILE_NOT_OFFERED = _rule(
    "SW303", "profile-not-offered", "warning", "the wizard would not offer the hardware profile", fixed=False
)
QUANTITY_INVALID = _rule("SW304", "quantity-invalid", "error", "a quantity cannot be used")
RESOURCE_OUT_OF_RANGE = _rule("SW305", "resource-out-of-range", "error", "a resource is outside the profile's range")
LIMIT_BELOW_REQUEST = _rule("SW306", "limit-below-request", "error", "a limit is below its request")
EXTENDED_RESOURCE = _rule("SW307", "extended-resource", "error", "an extended resource is not a whole, equal number")
QUEUE_PRIORITY_IGNORED = _rule(
    "SW308", "queue-priority-ignored", "warning", "the profile's priority class has no effect", fixed=False
)
NODE_SELECTOR_OVERRIDDEN = _rule(
    "SW309", "node-selector-overridden", "warning", "the profile's node selector wins", fixed=False
)

# Access
SUBJECT_IS_EVERYONE = _rule("SW310", "subject-is-everyone", "warning", "a subject is everyone", fixed=False)
EXPOSED_WITHOUT_AUTH = _rule(
    "SW311", "exposed-without-auth", "warning", "a model is reachable without authentication", fixed=False
)
MAAS_ACCESS = _rule("SW313", "maas-access", "error", "Models-as-a-Service brings its own access control")

# Strategy
LLMD_STRATEGY = _rule("SW321", "llmd-strategy", "error", "llm-d is always Recreate")
LLMD_ROLLS = _rule("SW322", "llmd-rolls", "info", "the release's llm-d controller rolls updates", fixed=False)

# Arguments and environment
SHELL_UNSAFE = _rule("SW331", "shell-unsafe", "error", "a shell would take an llm-d argument apart")
SHELL_EXPANSION = _rule("SW332", "shell-expansion", "warning", "a shell would expand an llm-d argument", fixed=False)
TEMPLATE_EXPRESSION = _rule("SW333", "template-expression", "error", "KServe cannot expand a template expression")
ARGS_AND_ENV = _rule("SW334", "args-and-env", "error", "arguments are given in two ways")
ARGUMENT_IGNORED = _rule("SW335", "argument-ignored", "info", "a blank or comment argument is dropped", fixed=False)

# llm-d
LLMD_CONFIG_UNKNOWN = _rule("SW341", "llmd-config-unknown", "error", "the LLMInferenceServiceConfig does not exist")
LLMD_PARALLELISM = _rule("SW342", "llmd-parallelism", "error", "the parallelism cannot be served")
LLMD_NOT_IN_RELEASE = _rule("SW343", "llmd-not-in-release", "error", "the release has no field for this")

# The output tree
TREE_STALE = _rule("SW401", "tree-stale", "error", "the rendered tree is not what the specs say")
HAND_EDITED = _rule("SW402", "hand-edited", "warning", "a rendered file was edited by hand", fixed=False)
HAND_EDITED_REMOVED = _rule("SW403", "hand-edited-removed", "error", "a file to be removed was edited by hand")
LOCK_CONFLICT = _rule("SW404", "lock-conflict", "error", "servewright.lock has conflict markers")
NO_OBJECTS = _rule("SW405", "no-objects", "error", "nothing would be rendered")
NAMESPACE_EMPTIED = _rule("SW406", "namespace-emptied", "warning", "a namespace has nothing left", fixed=False)
FOREIGN_FILE = _rule("SW407", "foreign-file", "error", "a file that servewright did not write is in the way")
NOT_WRITTEN = _rule("SW408", "not-written", "error", "the tree could not be written")

# The objects, as the API server sees them
SCHEMA_VIOLATION = _rule("SW501", "schema-violation", "error", "an object does not fit the release's schema")
LIST_KEY_REPEATED = _rule("SW502", "list-key-repeated", "error", "a list has two entries of one key")
OBJECT_METADATA = _rule("SW503", "object-metadata", "error", "an object's metadata is not valid in Kubernetes")
CEL_RULE = _rule("SW504", "cel-rule", "error", "an object breaks a validation rule of its CRD")
OBJECT_TOO_LARGE = _rule("SW505", "object-too-large", "error", "an object is larger than the cluster can store")
POD_INVALID = _rule("SW506", "pod-invalid", "error", "Kubernetes would refuse the pods")

# kubeconform, the second opinion
KUBECONFORM_REFUSED = _rule("SW511", "kubeconform-refused", "error", "kubeconform refuses an object")
KUBECONFORM_FAILED = _rule("SW512", "kubeconform-failed", "error", "kubeconform gave no answer that can be trusted")
KUBECONFORM_MISSING = _rule("SW513", "kubeconform-missing", "warning", "kubeconform is not installed", fixed=False)

# Webhooks and controllers
ENVIRONMENT_FORBIDDEN = _rule("SW601", "environment-forbidden", "error", "admission forbids an environment variable")
PORTS_UNNAMED = _rule("SW602", "ports-unnamed", "error", "a runtime has several ports without names")
ARGUMENT_REPEATED = _rule(
    "SW603", "argument-repeated", "warning", "an argument repeats one of the runtime", fixed=False
)
RUNTIME_TEMPLATE_EXPRESSION = _rule(
    "SW604", "runtime-template-expression", "error", "KServe cannot expand a template expression of the runtime"
)
LLMD_PIPELINE_PRESET = _rule(
    "SW605", "llmd-pipeline-preset", "error", "no preset exists for pipeline parallelism over nodes", fixed=False
)
LLMD_ACCELERATORS = _rule(
    "SW606", "llmd-accelerators", "error", "the accelerators of a pod do not match its parallelism", fixed=False
)
LLMD_BASE_REF_UNKNOWN = _rule(
    "SW607", "llmd-base-ref-unknown", "warning", "a base config is not in the catalog", fixed=False
)
LLMD_PROBE_SCHEME = _rule("SW608", "llmd-probe-scheme", "warning", "a probe asks llm-d without TLS", fixed=False)
LLMD_CONFIG_REFUSED = _rule("SW609", "llmd-config-refused", "error", "admission refuses a config's content")
LLMD_NAME_TWICE = _rule("SW610", "llmd-name-twice", "error", "two models of a gateway answer to one name", fixed=False)
ACCOUNT_UNKNOWN = _rule("SW611", "account-unknown", "warning", "a service account is not in the catalog", fixed=False)
CLAIM_UNKNOWN = _rule("SW612", "claim-unknown", "warning", "a claim is not in the catalog", fixed=False)
QUEUE_MISSING = _rule("SW613", "queue-missing", "warning", "a model of a Kueue namespace has no queue", fixed=False)
QUEUE_UNMANAGED = _rule("SW614", "queue-unmanaged", "warning", "Kueue does not manage the namespace", fixed=False)
LLMD_ACCELERATORS_UNUSED = _rule(
    "SW615", "llmd-accelerators-unused", "warning", "a pod reserves accelerators that it does not use", fixed=False
)
SECRET_UNKNOWN = _rule("SW616", "secret-unknown", "warning", "a Secret is not in the catalog", fixed=False)
RUNTIME_REFERENCE = _rule(
    "SW617", "runtime-reference", "warning", "the runtime asks for metadata that the service lacks", fixed=False
)
LLMD_CONFIG_CONFLICT = _rule(
    "SW618", "llmd-config-conflict", "error", "a base config contradicts what the service says", fixed=False
)
VLLM_ARGUMENT_JOINED = _rule(
    "SW619", "vllm-argument-joined", "warning", "an argument holds an option and its value in one string", fixed=False
)
VLLM_ACCELERATORS = _rule(
    "SW620", "vllm-accelerators", "warning", "vLLM is told to use more accelerators than its pod has", fixed=False
)
VLLM_ACCELERATORS_UNUSED = _rule(
    "SW621", "vllm-accelerators-unused", "warning", "a pod reserves accelerators that vLLM does not use", fixed=False
)

# Capacity. What the catalog says may be older than the cluster, so a Project or a deployment may know better.
QUOTA_EXCEEDED = _rule("SW701", "quota-exceeded", "error", "a namespace's quota is too small", fixed=False)
ROLLOUT_STUCK = _rule("SW702", "rollout-stuck", "error", "no change could roll out within the quota", fixed=False)
ROLLOUT_TIGHT = _rule("SW703", "rollout-tight", "warning", "a rollout has less room than it takes", fixed=False)
RESOURCES_DEMANDED = _rule(
    "SW704", "resources-demanded", "error", "a quota wants an amount that a container does not give", fixed=False
)
LIMIT_RANGE = _rule("SW705", "limit-range", "error", "a container or pod is outside a LimitRange", fixed=False)
LIMIT_RANGE_DEFAULT = _rule(
    "SW706", "limit-range-default", "info", "a LimitRange fills in what the spec leaves open", fixed=False
)

# What a change does to what runs. Whoever decides may know that the base never reached the cluster.
MODEL_RESTARTS = _rule("SW801", "model-restarts", "info", "the pods of a model are replaced", fixed=False)
MODEL_DOWNTIME = _rule("SW802", "model-downtime", "warning", "a model answers nothing while it restarts", fixed=False)
ROLLOUT_EXTRA = _rule("SW803", "rollout-extra", "info", "a rollout runs pods beside those that are there", fixed=False)
ROLLOUT_ACCELERATORS = _rule(
    "SW804", "rollout-accelerators", "warning", "a rollout needs accelerators that are free", fixed=False
)
DEMAND_CHANGES = _rule("SW805", "demand-changes", "info", "a model asks for more or less than before", fixed=False)
MODEL_STOPS = _rule("SW806", "model-stops", "warning", "a model is stopped", fixed=False)
MODEL_STARTS = _rule("SW807", "model-starts", "info", "a model that was stopped is started", fixed=False)
DEPLOYMENT_REMOVED = _rule("SW808", "deployment-removed", "warning", "a deployment is removed", fixed=False)
DEPLOYMENT_RENAMED = _rule("SW809", "deployment-renamed", "warning", "a deployment gets another name", fixed=False)
MASS_DELETION = _rule("SW810", "mass-deletion", "error", "much of a namespace is deleted", fixed=False)
URL_CHANGES = _rule("SW811", "url-changes", "warning", "a model is no longer where its callers look", fixed=False)
REQUEST_CHANGES = _rule("SW812", "request-changes", "warning", "requests must look differently", fixed=False)
NEWLY_EXPOSED = _rule("SW813", "newly-exposed", "warning", "a model can be called from outside", fixed=False)
NEWLY_UNAUTHENTICATED = _rule(
    "SW814", "newly-unauthenticated", "warning", "a model wants no token any more", fixed=False
)
ACCESS_TIGHTENED = _rule("SW815", "access-tightened", "warning", "a model wants a token from now on", fixed=False)
CALLERS_REMOVED = _rule("SW816", "callers-removed", "warning", "the access of a caller ends", fixed=False)
RUNTIME_IMAGE = _rule("SW817", "runtime-image", "info", "a container of a model gets another image", fixed=False)
RESTARTS_MANY = _rule("SW818", "restarts-many", "warning", "one thing restarts several models", fixed=False)
MODEL_SOURCE = _rule("SW819", "model-source", "info", "a model comes from another place", fixed=False)
EDIT_REFUSED = _rule("SW821", "edit-refused", "error", "admission refuses a change of what is there", fixed=False)
LLMD_SELECTOR = _rule("SW822", "llmd-selector", "error", "llm-d's controller cannot carry out a change", fixed=False)
CONNECTION_LOST = _rule("SW823", "connection-lost", "error", "a model loses its address for one sync", fixed=False)
PROFILE_SWITCHED = _rule(
    "SW824", "profile-switched", "warning", "a model loses its own scheduling for one sync", fixed=False
)
CONNECTION_CHANGES = _rule(
    "SW825", "connection-changes", "warning", "what models are loaded with changes under them", fixed=False
)
DEPLOYMENT_ADDED = _rule("SW826", "deployment-added", "info", "a deployment is added", fixed=False)
SYNC_OUTDATED = _rule(
    "SW827", "sync-outdated", "warning", "what syncs the tree does not know all of its folders", fixed=False
)
ENGINE_TAKEOVER = _rule("SW828", "engine-takeover", "warning", "an engine takes over and restarts models", fixed=False)
STRATEGY_CHANGES = _rule(
    "SW829", "strategy-changes", "info", "later changes of a model roll out in another way", fixed=False
)
RULE_LOOSENED = _rule("SW831", "rule-loosened", "warning", "a rule says less than before", fixed=False)

# Waivers
WAIVED = _rule("SW901", "waived", "info", "an error is waived")
WAIVER_UNUSED = _rule("SW902", "waiver-unused", "warning", "a waiver waives nothing", fixed=False)
WAIVER_INVALID = _rule("SW903", "waiver-invalid", "error", "a waiver cannot be used")


def is_consequence(code: str) -> bool:
    """Whether the rule is about a change, so that it takes a base and a head to meet it."""
    return code.startswith("SW8")
