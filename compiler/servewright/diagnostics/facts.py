"""What a rule is about, as data: the list under the title of its page.

::

    - **Kinds:** InferenceService, LLMInferenceService
    - **Releases:** all
    - **Cluster:** refuses (KServe admission webhook), stalls (llm-d controller)
    - **Read in:** KServe `pkg/apis/serving/v1beta1/inference_service_validation.go:469-474`;
      odh-dashboard `packages/k8s-core/src`

*Kinds* are those of inputs or of emitted objects. *Releases* says which by what they have, not by their numbers.
*Cluster* is what would happen without the rule, and who does it; a rule that no cluster has says so: ``nothing:
servewright's own rule``. *Read in* is where that was read; only a rule of servewright's own can do without.
"""

from __future__ import annotations

import re

from servewright.record import NamedTuple

OUTCOMES = {
    "refuses": "the apply fails: admission or the schema says no",
    "changes": "accepted, but something else than what Git says is stored or done",
    "stalls": "accepted, but the model never gets ready, or its pods fail",
    "ignores": "accepted, and silently without effect",
    "restarts": "accepted, and the pods of models are replaced",
    "interrupts": "accepted, and requests fail: for a while, or of callers who do not change",
    "deletes": "accepted, and a model is gone",
}
OWN = "nothing: servewright's own rule"

ACTORS = frozenset(
    {
        "API server",
        "KServe admission webhook",
        "KServe pod webhook",
        "KServe controller",
        "llm-d controller",
        "llm-d gateway",
        "odh-model-controller admission webhook",
        "odh-model-controller",
        "opendatahub-operator admission webhook",
        "Kubernetes",
        "Kubernetes pod validation",
        "Kueue",
        "storage initializer",
        "model server",
        "dashboard",
        "GitOps engine",
    }
)

# Where facts were read, and in which state of it.
PROJECTS = {
    "KServe": "opendatahub-io/kserve at 3cf0a041, 22 August 2026 (and kserve/kserve at aaac4e29, 21 August 2026)",
    "odh-model-controller": "opendatahub-io/odh-model-controller at 57b43aad, 23 July 2026",
    "opendatahub-operator": "opendatahub-io/opendatahub-operator at 0c0c9913, 21 August 2026",
    "odh-dashboard": "opendatahub-io/odh-dashboard at b9d0963, 22 August 2026",
    "Kubernetes": "kubernetes/kubernetes 1.35",
    "CRDs": "the CustomResourceDefinitions of each release, kept in `schemas/`",
    "vLLM": "vllm-project/vllm at 00193b82",
    "documentation": "Red Hat OpenShift AI 3.4, “Deploying models”",
    "experiment": "kube-apiserver 1.35.4 with the CRDs of Open Data Hub 3.6 and the webhooks of KServe and odh-model-controller",
    "Argo CD": "argoproj/argo-cd, August 2026",
    "Flux": "fluxcd/kustomize-controller, August 2026",
}

_LABELS = ("Kinds", "Releases", "Cluster", "Read in")
_LINE = re.compile(r"- \*\*([A-Z][a-z ]+):\*\* (\S.*)")
_EFFECT = re.compile(r"([a-z]+) \(([^()]+)\)")
_SOURCE = re.compile(r"([A-Za-z][A-Za-z -]*?)(?: `([^`]+)`)?((?:, | \().+)?")


class Effect(NamedTuple):
    """What a cluster does, one of OUTCOMES, and the component that does it."""

    outcome: str
    actor: str


class Reading(NamedTuple):
    """Where a fact was read: one of PROJECTS, a file of it ("" where it is a whole), and more about the place."""

    project: str
    place: str = ""
    remark: str = ""


class Facts(NamedTuple):
    """What a rule applies to, what happens without it, and where that was read; no effects: a rule of our own."""

    kinds: tuple[str, ...]
    releases: str
    effects: tuple[Effect, ...]
    readings: tuple[Reading, ...]

    @property
    def outcome(self) -> str:
        """The effects in a few words: ``refuses, stalls``."""
        return ", ".join(dict.fromkeys(effect.outcome for effect in self.effects)) or "nothing"


def parse_facts(lines: list[str]) -> Facts:
    """The facts in the lines of the list; raises ValueError where they do not have the form described above."""
    given: dict[str, str] = {}
    for line in _unwrapped(lines):
        match = _LINE.fullmatch(line)
        if match is None or match[1] in given:
            raise ValueError(f"`{line}` is none of the facts {', '.join(f'`- **{label}:** …`' for label in _LABELS)}")
        given[match[1]] = match[2]
    own = given.get("Cluster") == OWN
    if tuple(given) not in (_LABELS, _LABELS[: 3 if own else 4]):
        raise ValueError(f"the facts must be {', '.join(_LABELS)}, in this order")
    effects = () if own else tuple(_effect(item) for item in given["Cluster"].split(", "))
    readings = tuple(_reading(item) for item in given["Read in"].split("; ")) if "Read in" in given else ()
    return Facts(tuple(given["Kinds"].split(", ")), given["Releases"], effects, readings)


def _unwrapped(lines: list[str]) -> list[str]:
    """Items in one line each; an item goes on in lines that are indented by two blanks."""
    items: list[str] = []
    for line in lines:
        if line.startswith("  ") and items:
            items[-1] = f"{items[-1]} {line.strip()}"
        else:
            items.append(line)
    return items


def _effect(text: str) -> Effect:
    match = _EFFECT.fullmatch(text)
    if match is None or match[1] not in OUTCOMES or match[2] not in ACTORS:
        raise ValueError(f"`{text}` is not an outcome ({', '.join(OUTCOMES)}) with a known component in parentheses")
    return Effect(match[1], match[2])


def _reading(text: str) -> Reading:
    match = _SOURCE.fullmatch(text)
    if match is None or match[1] not in PROJECTS:
        raise ValueError(f"`{text}` does not begin with a known project ({', '.join(PROJECTS)})")
    return Reading(match[1], match[2] or "", (match[3] or "").lstrip(", "))
