"""The choices of a wizard case as a servewright repository: ``form -> {path: text}``.

The case files (``tests/data/wizard*.json``) hold the choices in neutral words. Everything here is a pure function
from those words to the files a person would have committed for the same deployment. Two things are not in a form
and are chosen here: the name of a connection the wizard would have hidden behind a random name, and the contents
of connections that already exist.
"""

from __future__ import annotations

import copy
import functools
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Json = dict[str, Any]
Files = dict[str, str]

APPLICATIONS = "redhat-ods-applications"
"""Where the case files keep their hardware profiles and global templates."""

ACCELERATORS = "opendatahub.io/recommended-accelerators"

API = "servewright.dev/v1alpha1"


class Suite(NamedTuple):
    """One case file and the release whose dashboard wrote it."""

    file: str
    platform: str
    version: str

    @property
    def data(self) -> Json:
        return _load(self.file)


HEAD = Suite("wizard.json", "open-data-hub", "3.6")
STABLE = Suite("wizard-3.4.json", "openshift-ai", "3.4")
SUITES = (HEAD, STABLE)


@functools.cache
def _load(name: str) -> Json:
    path = Path(__file__).parent.parent / "data" / name
    data: Json = json.loads(path.read_text(encoding="utf-8"))
    return data


# --- text -----------------------------------------------------------------------------------------------------------


class _Quoted(yaml.CSafeDumper):
    """Quotes every string, so that no value of a case can turn into a number, a boolean or an anchor."""

    def ignore_aliases(self, data: object) -> bool:
        return True


_Quoted.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def dump(*documents: Json) -> str:
    """The documents as one YAML stream."""
    return yaml.dump_all(documents, Dumper=_Quoted, allow_unicode=True, sort_keys=False, explicit_start=True)


# --- names ----------------------------------------------------------------------------------------------------------


def translate(display_name: str, limit: int | None = None) -> str:
    """The Kubernetes name that the wizard derives from a display name; empty where it would make up a random one.

    Model deployments have a limit of 30 characters, connections and tokens none.
    """
    name = re.sub(r"\s", "-", display_name.strip().lower())
    name = re.sub(r"-+", "-", re.sub(r"[^a-z0-9-]", "", name).strip("-"))
    return name if limit is None else name[:limit].rstrip("-")


# --- the catalog ----------------------------------------------------------------------------------------------------


@functools.cache
def builtin_templates(version: str) -> dict[str, Json]:
    """The release's built-in Templates as plain documents, by name, as if installed beside the case's profiles."""
    from servewright.catalog.builtin import load_builtin

    return {document["metadata"]["name"]: document for document in load_builtin(version, {}, APPLICATIONS)}


def project(suite: Suite, **spec: Any) -> str:
    """``servewright.yaml`` for a case of ``suite``."""
    platform = {"name": suite.platform, "version": suite.version}
    body = {"platform": platform, "applicationsNamespace": APPLICATIONS, **spec}
    return dump({"apiVersion": API, "kind": "Project", "metadata": {"name": "wizard"}, "spec": body})


def profile(suite: Suite, name: str) -> Json:
    """One of the case file's HardwareProfiles."""
    found: Json = next(item for item in suite.data["profiles"] if item["metadata"]["name"] == name)
    return found


# --- the connection -------------------------------------------------------------------------------------------------


def connection_name(form: Json) -> str | None:
    """The connection that the spec of ``form`` names, or None where the spec spells its source out.

    A hidden connection without credentials (a URI, a public image) is what an explicit source replaces. Hidden
    S3 and registry credentials still need a Secret, so they get the name a person would have to give it.
    """
    location = form["location"]
    if location["kind"] == "existing":
        return str(location["connection"])
    if location["kind"] == "pvc":
        return None
    if location["save"]:
        return translate(location["connectionName"])
    has_credentials = location["type"] == "s3" or (location["type"] == "oci" and location["fields"])
    return f"{form['k8sName']}-model" if has_credentials else None


def _connection_spec(form: Json) -> Json:
    """What the connection's Secret would hold, without its credentials."""
    location = form["location"]
    fields = location.get("fields", {})
    if location["type"] == "s3":
        keys = {"endpoint": "AWS_S3_ENDPOINT", "bucket": "AWS_S3_BUCKET", "region": "AWS_DEFAULT_REGION"}
        known = fields or {"AWS_S3_ENDPOINT": "https://s3.example", "AWS_S3_BUCKET": "models"}
        return {"s3": {ours: known[theirs] for ours, theirs in keys.items() if theirs in known}}
    if location["type"] == "oci":
        registry = location["uri"].removeprefix("oci://").rpartition("/")[0]
        return {"oci": {"registry": fields.get("OCI_HOST", registry)}}
    existing = "hf://org/model" if form["method"] == "llmd" else "https://models.example/model.tar.gz"
    return {"uri": {"url": fields.get("URI", existing)}}


def connection(form: Json) -> Json | None:
    """The Connection document that the deployment needs, if any."""
    name = connection_name(form)
    if name is None:
        return None
    spec = {"displayName": form["location"].get("connectionName", name), **_connection_spec(form)}
    return {
        "apiVersion": API,
        "kind": "Connection",
        "metadata": {"name": name, "namespace": form["project"]},
        "spec": spec,
    }


def model_uri(form: Json) -> str | None:
    """The URI that a hidden URI or PVC Secret would have held; None where nothing is hidden or the spec has it."""
    location = form["location"]
    if location["kind"] == "pvc":
        return f"pvc://{location['claim']}/{location['path']}"
    if location["kind"] == "new" and location["type"] == "uri" and not location["save"]:
        return str(location["fields"]["URI"])
    return None


def source(form: Json) -> Json:
    """``spec.model.source``."""
    location = form["location"]
    name = connection_name(form)
    if location["kind"] == "pvc":
        return {"pvc": {"claim": location["claim"], "path": location["path"]}}
    if location["type"] == "s3":
        return {"s3": {"connection": name, "path": location["path"]}}
    if location["type"] == "oci":
        return {"oci": {"image": location["uri"]} | ({"connection": name} if name else {})}
    return {"uri": {"connection": name} if name else {"url": location["fields"]["URI"]}}


# --- the deployment -------------------------------------------------------------------------------------------------


def quantities(resources: Json) -> Json:
    """Resources as a spec has them: every quantity a string."""
    return {part: {key: str(value) for key, value in values.items()} for part, values in resources.items()}


def runtime(form: Json) -> Any:
    """``spec.runtime``. Chosen by hand in the wizard comes with its scope; else a spec only has to name the template.

    (A form that was not filled in by hand keeps the template it was opened with, whatever its profile would lead to.)
    """
    if form["method"] == "llmd":
        return "llm-d"
    template = form["runtime"]["template"]
    return {"template": template, "scope": "global"} if form["runtime"]["manual"] else template


def deployment(form: Json, automatic: bool = False) -> Json:
    """The ModelDeployment document with the form's choices; ``automatic`` leaves the runtime open."""
    llmd = form["method"] == "llmd"
    model: Json = {"type": form["modelType"], "source": source(form)}
    if "format" in form:
        model["format"] = form["format"]
    hardware: Json = {"profile": form["profile"]}
    if form["resources"] is not None:
        hardware["resources"] = quantities(form["resources"])
    spec: Json = {
        "displayName": form["name"],
        "description": form["description"],
        "model": model,
        "hardware": hardware,
        "runtime": "auto" if automatic else runtime(form),
        "replicas": form["replicas"],
        "auth": {"tokens": form["tokens"]},
    }
    if form["args"] is not None:
        spec["args"] = form["args"]
    if form["env"] is not None:
        spec["env"] = form["env"]
    if form["asset"] is not None and form["asset"]["saveAsAiAsset"]:
        spec["aiAsset"] = {"useCase": form["asset"]["useCase"]} if form["asset"]["useCase"] else {}
    if llmd:
        spec["llmd"] = {"maas": form["maas"]} | ({"gateway": form["gateway"]} if form["gateway"] else {})
    else:
        spec["strategy"] = {"rolling": "RollingUpdate", "recreate": "Recreate"}[form["strategy"]]
        expose = {"route": form["route"], "timeoutSeconds": form["timeout"], "return401": form["return401"]}
        spec["expose"] = expose
    metadata = {"name": form["k8sName"], "namespace": form["project"]}
    return {"apiVersion": API, "kind": "ModelDeployment", "metadata": metadata, "spec": spec}


def plain_deployment(metadata: Json, **spec: Any) -> Json:
    """A deployment that every release accepts, for tests that are about one choice only; ``spec`` overrides."""
    model = {"type": "predictive", "format": {"name": "tensorflow", "version": "2"}}
    model_source = {"source": {"uri": {"url": "https://models.example/model.tar.gz"}}}
    body = {"model": model | model_source, "hardware": {"profile": "default-profile"}, "runtime": "kserve-ovms", **spec}
    return {"apiVersion": API, "kind": "ModelDeployment", "metadata": {"namespace": "demo", **metadata}, "spec": body}


def repository(suite: Suite, form: Json) -> Files:
    """The files of a repository that deploys the form's choices, for ``Repository.of``."""
    files = {
        "servewright.yaml": project(suite),
        "catalog/profiles.yaml": dump(*suite.data["profiles"]),
        "deployments/model.yaml": dump(deployment(form)),
    }
    needed = connection(form)
    return files | {"deployments/connection.yaml": dump(needed)} if needed else files


def automatic_repository(suite: Suite, form: Json) -> Files:
    """The same with the runtime left open, on a cluster whose one template is the form's, made for the profile."""
    template = copy.deepcopy(builtin_templates(suite.version)[form["runtime"]["template"]])
    identifiers = profile(suite, form["profile"])["spec"]["identifiers"]
    accelerators = [item["identifier"] for item in identifiers if item["resourceType"] == "Accelerator"]
    template["objects"][0]["metadata"]["annotations"][ACCELERATORS] = json.dumps(accelerators)
    return repository(suite, form) | {
        "servewright.yaml": project(suite, catalog={"builtin": False}),
        "catalog/template.yaml": dump(template),
        "deployments/model.yaml": dump(deployment(form, automatic=True)),
    }
