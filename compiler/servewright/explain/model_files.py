"""Which files of a model its server finds by itself, and what to do for others.

Facts: the product documentation on MLServer, and the arguments of the OpenVINO runtime (``--model_path=/mnt/models``).
KServe tells MLServer the implementation and the place of the model, but only where the runtime is annotated as one of
its server type (inference_service_defaults.go); release 3.3's runtime is not.
"""

from __future__ import annotations

from servewright.catalog.annotations import SERVER_TYPE
from servewright.explain.server import Server
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions

MODEL_FOLDER = "/mnt/models"
MODEL_URI = "MLSERVER_MODEL_URI"
# Directly below the model folder, by model format.
WELL_KNOWN = {
    "lightgbm": ("model.bst",),
    "onnx": ("model.onnx",),
    "sklearn": ("model.joblib", "model.pickle", "model.pkl"),
    "xgboost": ("model.bst", "model.json", "model.ubj"),
}


class ModelFiles(NamedTuple):
    """``well_known`` are found without being named; ``model_uri`` is what names another file, if anything does."""

    well_known: tuple[str, ...]
    model_uri: str | None
    notes: tuple[str, ...]


def model_files(decisions: Decisions, server: Server) -> ModelFiles | None:
    """What the server looks for; None when there is nothing to say."""
    if server.family == "mlserver":
        known = server.runtime is not None and server.runtime.server_type == "mlserver"
        return _mlserver(decisions) if known else _mlserver_by_settings(decisions)
    if server.family == "ovms":
        note = f"OpenVINO Model Server looks for numbered versions: a folder such as `1` with the model in it {_where(decisions)}"
        return ModelFiles((), None, (note,))
    return None


def _mlserver(decisions: Decisions) -> ModelFiles:
    name, model_format = decisions.naming.name, decisions.runtime.format.name
    variable = next((item for item in decisions.deployment.spec.env if item.name == MODEL_URI), None)
    given = (variable.value or "a reference") if variable else None
    files = WELL_KNOWN.get(model_format, ())
    notes = []
    if given is not None:
        notes.append(f"`{MODEL_URI}` is set, so MLServer loads `{given}`")
    elif files:
        listing = " or ".join(f"`{file}`" for file in files)
        notes.append(f"MLServer finds {listing} by itself {_where(decisions)}")
        notes.append(
            f"`{MODEL_URI}` is not set: for any other file name, or a sub-folder, give the full path, `env: [{{name: {MODEL_URI}, value: {MODEL_FOLDER}/my-model.{_suffix(files)}}}]`"
        )
    else:
        notes.append(
            f"which files MLServer finds by itself for `{model_format}` is not known; `{MODEL_URI}` names one by its full path"
        )
    notes.append(
        f"a `model-settings.json` beside the model overrides this automatic configuration; the `name` in it must be `{name}`"
    )
    return ModelFiles(files, given, tuple(notes))


def _mlserver_by_settings(decisions: Decisions) -> ModelFiles:
    name, runtime = decisions.naming.name, decisions.runtime.name
    notes = (
        f"the runtime `{runtime}` has no annotation `{SERVER_TYPE}: mlserver`, so KServe sets neither the implementation nor the place of the model, and MLServer finds no model by itself",
        f"a `model-settings.json` is required beside the model, {_where(decisions)}: with `name`, which must be `{name}`, `implementation`, and the file's name in `parameters.uri`",
    )
    return ModelFiles((), None, notes)


def _where(decisions: Decisions) -> str:
    """Where "directly below the model folder" is, in the terms of the spec."""
    source = decisions.deployment.spec.model.source
    if source.pvc is not None:
        place = f", that is `{source.pvc.path}` in the claim `{source.pvc.claim}`"
    elif source.s3 is not None:
        place = f", that is `{source.s3.path}` in the bucket"
    elif source.oci is not None:
        place = ", that is `/models` in the image"
    else:
        place = ""
    return f"directly below {MODEL_FOLDER}{place}"


def _suffix(files: tuple[str, ...]) -> str:
    return files[-1].rpartition(".")[2]
