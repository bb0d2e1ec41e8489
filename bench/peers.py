"""Other tools that make the same InferenceServices: how they are installed, their inputs, and their command lines.

Each tool gets what its users would write: one base of about 150 lines, and per deployment a namespace, a name and four
values of its own. Tools are kept outside the clone, in a folder named after their version.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests"))

import go_tools

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "servewright" / "bench-peers"
CDK8S = {"cdk8s": "2.70.106", "constructs": "10.8.1"}
KAPITAN = "0.36.3"
HELM = "v3.19.0"
KUSTOMIZE = "v5.8.1"
KUBECONFORM = "v0.8.0"

_Inputs = Iterator[tuple[str, str]]  # path and text


class Peer(NamedTuple):
    """A tool: its name and version, how it gets here, its inputs, and the command that renders them into a folder.

    ``command`` is given the program, the number of deployments and the output folder, which is there and empty, and
    runs where the inputs are.
    """

    name: str
    version: str
    install: Callable[[], str]
    inputs: Callable[[int], _Inputs]
    command: Callable[[str, int, str], list[str]]
    goal: float | None = None


class Values(NamedTuple):
    """What a deployment has of its own."""

    name: str
    namespace: str
    replicas: int
    uri: str
    description: str


def values(number: int) -> Values:
    """Those of one."""
    return Values(
        f"assistant-{number}",
        f"team-{number % 40}",
        1 + number % 5,
        f"oci://registry.example.com/models/assistant-{number}:2.1.0",
        f"Answers questions of team {number % 40}, model {number}",
    )


def service(own: Values) -> dict[str, Any]:
    """An InferenceService of about 150 lines of YAML."""
    amounts = {"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": "1"}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": own.name,
            "namespace": own.namespace,
            "labels": {
                "opendatahub.io/dashboard": "true",
                "networking.kserve.io/visibility": "exposed",
                "tier": "gold",
            },
            "annotations": {
                "openshift.io/display-name": "Assistant",
                "openshift.io/description": own.description,
                "opendatahub.io/model-type": "generative",
                "opendatahub.io/hardware-profile-name": "nvidia-a100",
                "security.opendatahub.io/enable-auth": "true",
                "serving.kserve.io/deploymentMode": "Standard",
            },
        },
        "spec": {
            "predictor": {
                "minReplicas": own.replicas,
                "maxReplicas": own.replicas,
                "timeout": 300,
                "automountServiceAccountToken": False,
                "deploymentStrategy": {"type": "Recreate"},
                "nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"},
                "tolerations": [
                    {"key": key, "operator": "Exists", "effect": "NoSchedule"}
                    for key in ("nvidia.com/gpu", "dedicated", "spot")
                ],
                "model": {
                    "modelFormat": {"name": "vLLM"},
                    "runtime": "assistant",
                    "storageUri": own.uri,
                    "args": [f"--setting-{number:02d}={number * 16}" for number in range(15)],
                    "env": [{"name": f"ENGINE_{number:02d}", "value": f"option-{number}"} for number in range(35)],
                    "resources": {"requests": amounts, "limits": amounts},
                    "readinessProbe": {
                        "httpGet": {"path": "/health", "port": 8080},
                        "periodSeconds": 10,
                        "failureThreshold": 60,
                    },
                    "livenessProbe": {
                        "httpGet": {"path": "/health", "port": 8080},
                        "periodSeconds": 30,
                        "failureThreshold": 3,
                    },
                },
            }
        },
    }


_BASE = Values("assistant", "base", 1, "oci://registry.example.com/models/assistant:1", "Answers questions")


def _yaml(value: object) -> str:
    import yaml

    return str(yaml.dump(value, Dumper=_Plain, sort_keys=False))


def _install_cdk8s() -> str:
    folder = CACHE / "-".join(f"{name}-{version}" for name, version in CDK8S.items())
    if not (folder / "done").exists():
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            raise LookupError("cdk8s needs node and npm on the PATH")
        folder.mkdir(parents=True, exist_ok=True)
        packages = [f"{name}@{version}" for name, version in CDK8S.items()]
        _call(npm, "install", "--no-audit", "--no-fund", "--save-exact", *packages, folder=folder)
        (folder / "done").touch()
    return str(folder / "node_modules")


def _inputs_cdk8s(count: int) -> _Inputs:
    yield "base.json", json.dumps(service(_BASE))
    yield "values.json", json.dumps([values(number)._asdict() for number in range(count)])
    yield (
        "synth.js",
        """\
const {App, Chart, ApiObject} = require('cdk8s');
const base = JSON.stringify(require('./base.json'));
const app = new App({outdir: process.argv[2]});
for (const own of require('./values.json')) {
  const service = JSON.parse(base);
  service.metadata.name = own.name;
  service.metadata.namespace = own.namespace;
  service.metadata.annotations['openshift.io/description'] = own.description;
  service.spec.predictor.minReplicas = service.spec.predictor.maxReplicas = own.replicas;
  service.spec.predictor.model.storageUri = own.uri;
  new ApiObject(new Chart(app, own.name), 'service', service);
}
app.synth();
""",
    )


def _inputs_kustomize(count: int) -> _Inputs:
    yield "base/service.yaml", _yaml(service(_BASE))
    yield "base/kustomization.yaml", "resources: [service.yaml]\n"
    for number in range(count):
        own = values(number)
        folder = f"overlays/{own.name}"
        yield (
            f"{folder}/kustomization.yaml",
            _yaml(
                {
                    "resources": ["../../base"],
                    "namespace": own.namespace,
                    "nameSuffix": f"-{number}",
                    "patches": [{"path": "patch.yaml", "target": {"kind": "InferenceService"}}],
                }
            ),
        )
        yield (
            f"{folder}/patch.yaml",
            _yaml(
                [
                    {"op": "replace", "path": path, "value": value}
                    for path, value in (
                        ("/spec/predictor/minReplicas", own.replicas),
                        ("/spec/predictor/maxReplicas", own.replicas),
                        ("/spec/predictor/model/storageUri", own.uri),
                        ("/metadata/annotations/openshift.io~1description", own.description),
                    )
                ]
            ),
        )
    yield "kustomization.yaml", _yaml({"resources": [f"overlays/{values(number).name}" for number in range(count)]})


# Where a template has what belongs to a deployment; numbers are written without quotes.
_MARKED = Values("@name@", "@namespace@", 4711, "@uri@", "@description@")


def _template(form: Callable[[str], str]) -> str:
    text = _yaml(service(_MARKED)).replace("4711", form("replicas"))
    for name in ("namespace", "name", "uri", "description"):
        text = text.replace(f"'@{name}@'", form(name)).replace(f"@{name}@", form(name))
    return text


def _inputs_helm(count: int) -> _Inputs:
    yield "chart/Chart.yaml", "apiVersion: v2\nname: fleet\nversion: 1.0.0\n"
    yield "chart/values.yaml", _yaml({"deployments": [values(number)._asdict() for number in range(count)]})
    yield (
        "chart/templates/services.yaml",
        "{{- range .Values.deployments }}\n---\n" + _template(lambda name: f"{{{{ .{name} }}}}") + "{{- end }}\n",
    )


def _install_kapitan() -> str:
    folder = CACHE / f"kapitan-{KAPITAN}"
    if not (folder / "done").exists():
        _call(sys.executable, "-m", "venv", str(folder), folder=Path("/"))
        _call(str(folder / "bin/python"), "-m", "pip", "install", "--quiet", f"kapitan=={KAPITAN}", folder=folder)
        (folder / "done").touch()
    return str(folder / "bin/kapitan")


def _targets(count: int) -> _Inputs:
    for number in range(count):
        own = values(number)
        yield (
            f"inventory/targets/{own.name}.yml",
            _yaml(
                {
                    "classes": ["common"],
                    "parameters": {"target_name": own.name, "kapitan": {"vars": {"target": own.name}}, **own._asdict()},
                }
            ),
        )


def _compile(kind: str, path: str) -> dict[str, Any]:
    step = {"output_path": ".", "input_type": kind, "input_paths": [path]}
    return {"kapitan": {"compile": [step | ({"output_type": "yaml"} if kind == "kadet" else {})]}}


def _inputs_jinja2(count: int) -> _Inputs:
    yield "templates/service.yml", _template(lambda name: f"{{{{ inventory.parameters.{name} }}}}")
    yield "inventory/classes/common.yml", _yaml({"parameters": _compile("jinja2", "templates/service.yml")})
    yield from _targets(count)


def _inputs_kadet(count: int) -> _Inputs:
    """The whole service is in a class, as parameters that refer to the target's own."""
    whole = service(_MARKED)
    text = _yaml({"parameters": {**_compile("kadet", "components/service"), "service": whole}})
    text = text.replace("4711", "${replicas}")
    for name in ("namespace", "name", "uri", "description"):
        text = text.replace(f"'@{name}@'", f"${{{name}}}").replace(f"@{name}@", f"${{{name}}}")
    yield "inventory/classes/common.yml", text
    yield (
        "components/service/__init__.py",
        """\
from kapitan.inputs.kadet import BaseObj, inventory


def main():
    output = BaseObj()
    output.root.service = inventory().parameters.service
    return output
""",
    )
    yield from _targets(count)


def _kapitan(program: str, count: int, output: str) -> list[str]:
    return [program, "compile", "--quiet", "--output-path", output]


def _to_folder(program: str, count: int, output: str) -> list[str]:
    return [program, "build", ".", "--output", output]


PEERS = (
    Peer(
        "cdk8s (node)",
        CDK8S["cdk8s"],
        _install_cdk8s,
        _inputs_cdk8s,
        lambda program, count, output: [shutil.which("node") or "node", "synth.js", output],
        3,
    ),
    Peer(
        "helm",
        HELM,
        lambda: str(go_tools.built(Path(__file__).with_name("helm"), "helm.sh/helm/v3/cmd/helm", "helm")),
        _inputs_helm,
        lambda program, count, output: [program, "template", "fleet", "chart", "--output-dir", output],
    ),
    Peer("kustomize", KUSTOMIZE, lambda: str(go_tools.kustomize()), _inputs_kustomize, _to_folder, 12),
    Peer("kapitan (jinja2)", KAPITAN, _install_kapitan, _inputs_jinja2, _kapitan, 15),
    Peer("kapitan (kadet)", KAPITAN, _install_kapitan, _inputs_kadet, _kapitan, 22),
)


def prepare(peer: Peer, folder: str, count: int) -> tuple[str, Mapping[str, str]]:
    """Install the tool and write its inputs; its program, and what its environment needs."""
    program = peer.install()
    for path, text in peer.inputs(count):
        file = Path(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return program, {"NODE_PATH": program} if program.endswith("node_modules") else {}


def rendered(output: str) -> tuple[int, int]:
    """How many InferenceServices are in a folder of YAML, and how many lines."""
    services = lines = 0
    for path in Path(output).rglob("*.y*ml"):
        text = path.read_text(encoding="utf-8")
        services += text.count("\nkind: InferenceService") + text.startswith("kind: InferenceService")
        lines += text.count("\n")
    return services, lines


def _call(*arguments: str, folder: Path) -> None:
    subprocess.run(arguments, cwd=folder, check=True, stdout=sys.stderr)


def _plain() -> type:
    import yaml

    class Plain(yaml.CSafeDumper):
        """Without anchors, which nobody would write."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    return Plain


_Plain = _plain()
