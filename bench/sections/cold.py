"""A start from nothing, against Python's own; and how soon a schema is ready."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict

from processes import STARTS, Place, median
from report import Data, Figure, Goal, figures

NOT_AT_START = ("cel_expr_python", "jinja2", "jsonschema", "multiprocessing", "distributed")

# Milliseconds until the schema of InferenceService is read, and ready for objects.
SCHEMA = """
import time
from servewright.catalog.release import load_release
from servewright.check import schemas
from servewright.check.cluster.checker import check_object
import functools, json, hashlib
release = load_release("openshift-ai", "3.4")
body = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"predictor": {"model": {"modelFormat": {"name": "onnx"}, "storageUri": "oci://a/b"}}}}
start = time.process_time()
faults = list(check_object(body, functools.partial(schemas.load, release)))
took = time.process_time() - start
assert not faults, faults
print(took * 1e3)
"""


def measure(place: Place) -> Data:
    """Every figure in every round, side by side."""
    one = place.fleet(1)
    place.render(one)
    _refuse_heavy_imports(place, one)
    rounds: Data = defaultdict(list)
    for _ in range(place.rounds):
        nothing = place.starts(place.python, "-c", "pass", folder=one)
        costs = {
            "help": place.starts(place.command, "--help", folder=one),
            "validate": place.starts(place.command, "validate", folder=one),
            "render": median([place.render(one) for _ in range(STARTS)]),
        }
        for name, cost in costs.items():
            rounds[name].append(cost.cpu / nothing.cpu)
            rounds[f"{name} wall"].append(cost.wall / nothing.wall)
        rounds["schema"].append(min(place.answer(SCHEMA, folder=one) for _ in range(STARTS)))
        rounds["nothing"].append(nothing.cpu * 1e3)
    return rounds


def _refuse_heavy_imports(place: Place, fleet: str) -> None:
    result = subprocess.run(
        [place.python, "-X", "importtime", "-m", "servewright", "render"],
        cwd=fleet, env=place.environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    lines = result.stderr.splitlines()
    modules = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    heavy = [name for name in NOT_AT_START if name in modules]
    if heavy:
        sys.exit(f"imported at start: {', '.join(heavy)}")


def tables(data: Data) -> str:
    """The table."""
    return figures(
        [
            Figure("`servewright --help`: CPU / `python -c pass`", data["help"], Goal(4)),
            Figure("the same: wall", data["help wall"]),
            Figure("validate of one deployment: CPU / `python -c pass`", data["validate"], Goal(7)),
            Figure("the same: wall", data["validate wall"]),
            Figure("render of one deployment: CPU / `python -c pass`", data["render"], Goal(7)),
            Figure("the same: wall", data["render wall"]),
            Figure(
                "the schema of InferenceService: read, ready, and a first verdict", data["schema"], Goal(5), "{} ms"
            ),
        ]
    )
