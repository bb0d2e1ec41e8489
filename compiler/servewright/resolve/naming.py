"""The object's name: given, or derived from the display name as the wizard derives it."""

from __future__ import annotations

import re

from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Problems, Where
from servewright.model.deployment import ModelDeployment
from servewright.model.names import derive_name, is_dns_label, is_model_name
from servewright.resolve.context import Context
from servewright.resolve.decisions import Naming

# odh-dashboard k8sNameDescriptionFieldUtils: model deployments have names of at most 30 characters.
NAME_LIMIT = 30
# A host name's first label is <component>-<namespace>; KServe's component of an InferenceService is <name>-predictor.
HOST_LABEL_LIMIT = 63
PREDICTOR_SUFFIX = "-predictor"

_NAME_PATH = ("metadata", "name")
_NAMESPACE_PATH = ("metadata", "namespace")
_DISPLAY_PATH = ("spec", "displayName")
_CONTROL_PLANE_PATH = ("metadata", "labels", "control-plane")


def decide_naming(deployment: ModelDeployment, context: Context, problems: Problems) -> Naming | None:
    """Name, namespace and display name; None when there is no usable one (reported)."""
    metadata, display = deployment.metadata, deployment.spec.display_name
    namespace_fits = _check_namespace(metadata.namespace, context, problems)
    if metadata.name is not None:
        if not _check_name(metadata.name, problems) or not namespace_fits:
            return None
        return Naming(
            metadata.name, metadata.namespace, display or metadata.name, (f"the name `{metadata.name}` is given",)
        )
    if display is None:
        if not problems.failed:
            problems.add(
                codes.MISSING_FIELD,
                "the deployment has neither `metadata.name` nor `spec.displayName`",
                ("metadata",),
                on="key",
                help="add `metadata.name`, the name of the InferenceService",
            )
        return None
    name = derive_name(display)
    if not is_model_name(name):
        what = f"gives `{name}`, which does not start with a letter" if name else "leaves no letter or digit"
        problems.add(
            codes.NAME_INVALID,
            f"no name can be derived from the display name: it {what}",
            _DISPLAY_PATH,
            help="add `metadata.name`, starting with a letter",
        )
        return None
    problems.add(
        codes.NAME_DERIVED,
        f"the name `{name}` is derived from the display name; changing that would replace the model",
        _DISPLAY_PATH,
        help=f"add `name: {name}` to metadata",
        field="metadata.name",
    )
    if not namespace_fits:
        return None
    return Naming(
        name, metadata.namespace, display, (f"the name `{name}` is derived from the display name `{display}`",)
    )


def check_placement(naming: Naming, llmd: bool, context: Context, problems: Problems) -> None:
    """What depends on the serving path: lengths of what is built from the names, and the namespace's labels."""
    suffix = "" if llmd else PREDICTOR_SUFFIX
    host = f"{naming.name}{suffix}-{naming.namespace}"
    if len(host) > HOST_LABEL_LIMIT:
        given = problems.document.data.get("metadata")
        effect = "the dashboard refuses that" if llmd else "the model would never get a URL"
        problems.add(
            codes.NAME_TOO_LONG,
            f"the host label `{host}` would have {len(host)} characters, more than {HOST_LABEL_LIMIT}: {effect}",
            _NAME_PATH if isinstance(given, dict) and "name" in given else _DISPLAY_PATH,
            help=f"shorten the name by {len(host) - HOST_LABEL_LIMIT} characters, or use a namespace with a shorter name",
        )
    namespace = context.catalog.namespaces.get(("", naming.namespace))
    if not llmd and namespace is not None and "control-plane" in namespace.labels:
        problems.add(
            codes.STORAGE_NOT_INJECTED,
            f"the namespace `{naming.namespace}` has the label `control-plane`, so no model would be downloaded into its pods",
            _NAMESPACE_PATH,
            help="deploy to another namespace, or take the label away",
            notes=(Note("the label", Where(namespace.where.document, _CONTROL_PLANE_PATH, "key")),),
        )


def _check_name(name: str, problems: Problems) -> bool:
    if not is_model_name(name):
        # From what was typed, and with everything that tells it from its neighbours: `m1.5` is not meant to be `m1`.
        derived = derive_name(re.sub(r"[^A-Za-z0-9-]+", "-", name))
        problems.add(
            codes.NAME_INVALID,
            "a name starts with a lower-case letter, goes on with lower-case letters, digits and `-`, and does not end with `-`",
            _NAME_PATH,
            help=f"write `name: {derived}`" if is_model_name(derived) else "write a name like `granite-8b`",
        )
        return False
    if len(name) > NAME_LIMIT:
        problems.add(
            codes.NAME_TOO_LONG,
            f"the name has {len(name)} characters, more than {NAME_LIMIT}",
            _NAME_PATH,
            help=f"shorten it, for example to `{name[:NAME_LIMIT].rstrip('-')}`, and keep the long form in `spec.displayName`",
        )
        return False
    return True


def _check_namespace(namespace: str, context: Context, problems: Problems) -> bool:
    if not namespace:
        return False
    if not is_dns_label(namespace):
        problems.add(
            codes.NAME_INVALID,
            "a namespace consists of lower-case letters, digits and `-`, and starts and ends with a letter or digit",
            _NAMESPACE_PATH,
            help="write the name of the project as `oc projects` shows it",
        )
        return False
    if namespace == context.applications_namespace:
        problems.add(
            codes.NAMESPACE_PROTECTED,
            f"`{namespace}` is the platform's own namespace: admission refuses an InferenceService there",
            _NAMESPACE_PATH,
            help="write the name of one of your projects",
        )
        return False
    return True
