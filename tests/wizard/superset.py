"""Is an output a superset of what the wizard wrote? One function per intended deviation, named after its number.

The deviations are those of the case files' description; there are no others. 1, 2, 3 and 7 rewrite what the wizard
wrote before it is compared (:func:`expected_objects`), 4 and 5 are how things are compared (:func:`missing`), 6 are
the choices that are errors instead (:func:`refusals`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from wizard.forms import Json, Suite, builtin_templates, connection_name, model_uri, profile, translate

CONNECTIONS = "opendatahub.io/connections"
RESOURCE_VERSION = "opendatahub.io/hardware-profile-resource-version"

# --- what the wizard wrote, without what no output can or should have -----------------------------------------------


def expected_objects(suite: Suite, case: Json) -> list[Json]:
    """The objects of a case that the output must contain, deviations 1, 2, 3 and 7 applied."""
    form: Json = case["form"]
    objects = [unshortened(suite, item) for item in case["objects"]] + maas_objects(form)
    objects = [deviation_1_live_values(item, form) for item in objects if not _is_connection_secret(item)]
    objects = [deviation_2_explicit_locations(item, form) for item in objects]
    objects = [deviation_7_release_3_4(item, form) for item in objects] if suite.version == "3.4" else objects
    return [deviation_3_empty_values(item) for item in objects]


def unshortened(suite: Suite, item: Json) -> Json:
    """A copy of a recorded object, with the template's own spec where the recording only names the template."""
    item = copy.deepcopy(item)
    if set(item.get("spec", {})) == {"$template"}:
        template = builtin_templates(suite.version)[item["spec"]["$template"]]
        item["spec"] = copy.deepcopy(template["objects"][0]["spec"])
    return item


def maas_objects(form: Json) -> list[Json]:
    """What the wizard has its Models-as-a-Service back end write, which the recordings therefore lack."""
    if not form.get("maas"):
        return []
    annotations = {"openshift.io/display-name": form["name"], "openshift.io/description": form["description"]}
    metadata = {"name": form["k8sName"], "namespace": form["project"], "annotations": annotations}
    spec = {"modelRef": {"kind": "LLMInferenceService", "name": form["k8sName"]}}
    return [{"apiVersion": "maas.opendatahub.io/v1alpha1", "kind": "MaaSModelRef", "metadata": metadata, "spec": spec}]


def deviation_1_live_values(item: Json, form: Json) -> Json:
    """Leaves out what exists only on a live cluster, and replaces a hidden Secret's random name by the spec's."""
    metadata = item["metadata"]
    metadata.pop("ownerReferences", None)
    annotations = metadata.get("annotations", {})
    annotations.pop(RESOURCE_VERSION, None)
    if re.fullmatch(r"secret-[a-z0-9]{6}", annotations.get(CONNECTIONS, "")):
        annotations[CONNECTIONS] = connection_name(form) or ""
    return item


def _is_connection_secret(item: Json) -> bool:
    """Deviation 2, first half: no Secret with connection data is emitted."""
    return item["kind"] == "Secret" and item.get("type") != "kubernetes.io/service-account-token"


def deviation_2_explicit_locations(item: Json, form: Json) -> Json:
    """A URI or PVC that the wizard hid in a Secret is written into the service."""
    uri = model_uri(form)
    if uri is not None and item["kind"] == "InferenceService":
        item["spec"]["predictor"]["model"]["storageUri"] = uri
    if uri is not None and item["kind"] == "LLMInferenceService":
        item["spec"]["model"]["uri"] = uri
    return item


def deviation_3_empty_values(value: Any) -> Any:
    """Without empty strings and lists, which are left out or filled in. Empty mappings can mean something."""
    if isinstance(value, dict):
        return {key: deviation_3_empty_values(item) for key, item in value.items() if item not in ("", [])}
    if isinstance(value, list):
        return [deviation_3_empty_values(item) for item in value]
    return value


def deviation_7_release_3_4(item: Json, form: Json) -> Json:
    """LLMInferenceService in its stored version; blank and ``#`` argument lines dropped."""
    lines = kept_args(form)
    if item["kind"] == "InferenceService":
        item["spec"]["predictor"]["model"]["args"] = lines
    if item["kind"] == "LLMInferenceService":
        item["apiVersion"] = "serving.kserve.io/v1alpha2"
        for container in item["spec"]["template"]["containers"]:
            for variable in [item for item in container.get("env", []) if item["name"] == "VLLM_ADDITIONAL_ARGS"]:
                variable["value"] = " ".join(lines)
    return item


def kept_args(form: Json) -> list[str]:
    """The argument lines that are arguments."""
    return [line for line in form["args"] or [] if line.strip() and not line.strip().startswith("#")]


# --- comparing ------------------------------------------------------------------------------------------------------


def missing(expected: Any, actual: Any, path: str = "") -> list[str]:
    """What ``actual`` lacks of ``expected``, one line each: more is allowed in mappings (5), not in lists.

    Amounts of resources are compared by what they amount to, and must be strings (4).
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [line for key, value in expected.items() for line in _missing_key(key, value, actual, path)]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for index, (want, have) in pairs for line in missing(want, have, f"{path}[{index}]")]
    if re.search(r"\.resources\.(requests|limits)\.[^.]+(\.[^.]+)*$", path):
        return deviation_4_quantities(expected, actual, path)
    if type(expected) is not type(actual) or expected != actual:
        return [f"{path or '.'}: {actual!r} instead of {expected!r}"]
    return []


def _missing_key(key: str, value: Any, actual: Json, path: str) -> Iterator[str]:
    if key in actual:
        yield from missing(value, actual[key], f"{path}.{key}")
    else:
        yield f"{path}.{key}: absent instead of {value!r}"


def deviation_4_quantities(expected: Any, actual: Any, path: str) -> list[str]:
    """Equal amounts, written as a string."""
    if not isinstance(actual, str):
        return [f"{path}: {actual!r} is not a string"]
    if amount(expected) != amount(actual):
        return [f"{path}: {actual!r} instead of {expected!r}"]
    return []


_SUFFIXES = {"": Fraction(1), "m": Fraction(1, 1000)}
_SUFFIXES |= {letter: Fraction(1000**power) for power, letter in enumerate("kMGTPE", start=1)}
_SUFFIXES |= {f"{letter}i": Fraction(1024**power) for power, letter in enumerate("KMGTPE", start=1)}


def amount(quantity: str | int) -> Fraction:
    """What a Kubernetes quantity amounts to (no exponents: no case has them)."""
    match = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", str(quantity))
    if match is None:
        raise ValueError(quantity)
    return Fraction(match[1]) * _SUFFIXES[match[2]]


# --- choices that are errors ----------------------------------------------------------------------------------------


class Refusal(NamedTuple):
    """Why choices must be refused, and the code that says so."""

    code: str
    reason: str


def refusals(suite: Suite, form: Json) -> list[Refusal]:
    """Deviation 6: what the wizard's own validation or the cluster refuses, read off the form."""
    resources = form["resources"]
    identifiers = profile(suite, form["profile"])["spec"]["identifiers"]
    return [
        *(deviation_6_resources(resources, identifiers) if resources else []),
        *_duplicates("token", form["tokens"]),
        *_duplicates("token Secret", [translate(name) for name in form["tokens"]]),
        *_duplicates("env", [variable["name"] for variable in form["env"] or []]),
        *_deviation_6_location(form),
        *_deviation_6_text(form),
        *([Refusal("SW313", "MaaS with tokens")] if form.get("maas") and form["tokens"] else []),
    ]


def deviation_6_resources(resources: Json, identifiers: list[Json]) -> Iterator[Refusal]:
    """Resources that the wizard (range, order) or the cluster (extended resources) would not accept."""
    for identifier in identifiers:
        name = identifier["identifier"]
        request, limit = (amount(resources[part][name]) for part in ("requests", "limits"))
        least, most = amount(identifier["minCount"]), amount(identifier["maxCount"])
        if not (least <= request <= most and least <= limit <= most):
            yield Refusal("SW305", f"{name} outside the profile's range")
        if limit < request:
            yield Refusal("SW306", f"{name}: limit below request")
        # Kubernetes neither divides nor overcommits what a device plugin offers.
        if "/" in name and (request != limit or request.denominator != 1):
            yield Refusal("SW307", f"{name}: not a whole number, equal in requests and limits")


def _duplicates(what: str, names: list[str]) -> Iterator[Refusal]:
    if len(set(names)) < len(names):
        yield Refusal("SW107", f"duplicate {what} names")


def _deviation_6_location(form: Json) -> Iterator[Refusal]:
    """A model that the llm-d controller cannot fetch, and paths that are not the same text everywhere."""
    location = form["location"]
    uri = location.get("fields", {}).get("URI", "")
    if form["method"] == "llmd" and uri.startswith(("http://", "https://")):
        yield Refusal("SW235", "an http(s) model on llm-d")
    path = location.get("path")
    if path is not None and (path.startswith("/") or "//" in path or ".." in path.split("/")):
        yield Refusal("SW236", "a path with a leading /, // or ..")
    if location.get("type") == "s3" and not re.fullmatch(r"[a-zA-Z0-9\-_./]+", path):
        yield Refusal("SW236", "characters that the wizard refuses in an S3 path")


def _deviation_6_text(form: Json) -> Iterator[Refusal]:
    """Text that KServe's template engine or, on llm-d, the container's shell would not leave alone."""
    arguments = kept_args(form)
    values = [variable["value"] for variable in form["env"] or []]
    # KServe executes `{{ … }}` as a Go template of the service's metadata: only fields of it can be expanded.
    if any(not action.strip().startswith(".") for text in arguments + values for action in _actions(text)):
        yield Refusal("SW333", "a template expression that KServe cannot expand")
    if form["method"] == "llmd" and re.search("[`'\";|&<>\n]", "".join(arguments)):
        yield Refusal("SW331", "an argument that a shell would take apart")


def _actions(text: str) -> list[str]:
    return re.findall(r"\{\{(.*?)\}\}", text)
