"""Pod templates: each rule of Kubernetes' pod validation that a user's pod or container can break."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from check.cluster.samples import objects
from servewright.check.cluster import REASONS
from servewright.check.cluster.pods import check_container, check_pod_spec

SOUND = """
serviceAccountName: a
nodeSelector: {zone: a}
terminationGracePeriodSeconds: 60
tolerations:
- {operator: Exists}
- {key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}
- {key: a, value: b}
- {key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 60}
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}, {key: n, operator: Gt, values: ["1"]}]}]
    preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, preference: {matchExpressions: [{key: a, operator: Exists}]}}]
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {a: b}}}]
topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, minDomains: 2}]
securityContext: {runAsUser: 1000, fsGroup: 0, seccompProfile: {type: RuntimeDefault}}
volumes:
- {name: shm, emptyDir: {medium: Memory, sizeLimit: 2Gi}}
- {name: models, persistentVolumeClaim: {claimName: models}}
- {name: secret, secret: {secretName: s, defaultMode: 420, items: [{key: a, path: b/c}]}}
- {name: config, configMap: {name: c}}
- {name: token, projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 600}}]}}
initContainers: [{name: init, image: i}, {name: side, image: i, restartPolicy: Always, startupProbe: {exec: {command: [a]}}}]
containers:
- name: main
  image: quay.io/a/b:1
  ports: [{containerPort: 8080, name: http1, protocol: TCP}, {containerPort: 8080, protocol: UDP}]
  env:
  - {name: A, value: "1"}
  - {name: a.b-c, valueFrom: {secretKeyRef: {name: s, key: k}}}
  - {name: POD, valueFrom: {fieldRef: {fieldPath: "metadata.labels['a/b']"}}}
  - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
  envFrom: [{secretRef: {name: s}, prefix: X_}]
  volumeMounts: [{name: shm, mountPath: /dev/shm}, {name: models, mountPath: /mnt, subPath: a/b, readOnly: true}]
  resources: {requests: {cpu: 500m, memory: 1Gi, nvidia.com/gpu: "1"}, limits: {cpu: 1, nvidia.com/gpu: 1}}
  livenessProbe: {httpGet: {port: http1, scheme: HTTPS}, successThreshold: 1}
  readinessProbe: {tcpSocket: {port: 8080}, successThreshold: 3}
  startupProbe: {grpc: {port: 1}, terminationGracePeriodSeconds: 5}
  lifecycle: {preStop: {sleep: {seconds: 60}}}
  securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
  imagePullPolicy: IfNotPresent
"""
CONTAINER = "containers.0"
PROBE = "containers.0.livenessProbe"
_TERMS = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
_PREFERRED = "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0"
_PODS = "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.0"
_EXPRESSION = f"{_TERMS}.0.matchExpressions.0"


def put(spec: dict[str, Any], place: str, value: str) -> None:
    """``value`` (YAML) at the dotted ``place``; `+` as the last step appends to a list."""
    *way, last = place.split(".")
    owner: Any = spec
    for step in way:
        owner = owner[int(step) if isinstance(owner, list) else step]
    if last == "+":
        owner.append(yaml.safe_load(value))
    else:
        owner[int(last) if isinstance(owner, list) else last] = yaml.safe_load(value)


def said(spec: dict[str, Any]) -> list[str]:
    found = check_pod_spec(spec, ("spec", "template"))
    assert all(item.path[:2] == ("spec", "template") and item.reason in REASONS for item in found)
    assert {item.reason for item in found} <= {"pod", "quantity"}
    return [".".join(map(str, item.path[2:])) for item in found]


def test_a_sound_pod_has_no_problems() -> None:
    assert said(yaml.safe_load(SOUND)) == []


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        # Volumes.
        ("volumes.0.name", "models", "volumes.1.name"),
        ("volumes.+", "{name: A, emptyDir: {}}", "volumes.5.name"),
        ("volumes.+", "{emptyDir: {}}", "volumes.5.name"),
        ("volumes.+", "{name: a}", "volumes.5"),
        ("volumes.+", "{name: a, emptyDir: {}, hostPath: {path: /a}}", "volumes.5.hostPath"),
        ("volumes.0.emptyDir.sizeLimit", "-1Gi", "volumes.0.emptyDir.sizeLimit"),
        ("volumes.1.persistentVolumeClaim", "{}", "volumes.1.persistentVolumeClaim.claimName"),
        ("volumes.2.secret.secretName", "''", "volumes.2.secret.secretName"),
        ("volumes.2.secret.defaultMode", "777", "volumes.2.secret.defaultMode"),
        ("volumes.2.secret.items.0.path", "/b", "volumes.2.secret.items.0.path"),
        ("volumes.2.secret.items.0.path", "a/../b", "volumes.2.secret.items.0.path"),
        ("volumes.2.secret.items.0.path", "..b", "volumes.2.secret.items.0.path"),
        ("volumes.2.secret.items.0.key", "''", "volumes.2.secret.items.0.key"),
        ("volumes.3.configMap.name", "''", "volumes.3.configMap.name"),
        ("volumes.+", "{name: a, hostPath: {path: /a/../b}}", "volumes.5.hostPath.path"),
        ("volumes.+", "{name: a, hostPath: {path: /a, type: Folder}}", "volumes.5.hostPath.type"),
        ("volumes.+", "{name: a, nfs: {server: s, path: a}}", "volumes.5.nfs.path"),
        ("volumes.+", "{name: a, csi: {}}", "volumes.5.csi.driver"),
        ("volumes.4.projected.sources.0.serviceAccountToken.expirationSeconds", "60",
         "volumes.4.projected.sources.0.serviceAccountToken.expirationSeconds"),
        ("volumes.4.projected.sources.+", "{}", "volumes.4.projected.sources.1"),
        # Mounts.
        (f"{CONTAINER}.volumeMounts.0.name", "other", f"{CONTAINER}.volumeMounts.0.name"),
        (f"{CONTAINER}.volumeMounts.0.mountPath", "/mnt", f"{CONTAINER}.volumeMounts.1.mountPath"),
        (f"{CONTAINER}.volumeMounts.0.mountPath", "''", f"{CONTAINER}.volumeMounts.0.mountPath"),
        (f"{CONTAINER}.volumeMounts.1.subPath", "/a", f"{CONTAINER}.volumeMounts.1.subPath"),
        (f"{CONTAINER}.volumeMounts.1.subPathExpr", "a", f"{CONTAINER}.volumeMounts.1.subPathExpr"),
        (f"{CONTAINER}.volumeMounts.1.mountPropagation", "Bidirectional", f"{CONTAINER}.volumeMounts.1.mountPropagation"),
        (f"{CONTAINER}.volumeMounts.0.recursiveReadOnly", "Enabled", f"{CONTAINER}.volumeMounts.0.recursiveReadOnly"),
        (f"{CONTAINER}.volumeDevices", "[{name: shm, devicePath: /x}]", f"{CONTAINER}.volumeMounts.0.name"),
        # Environment.
        (f"{CONTAINER}.env.0.name", "''", f"{CONTAINER}.env.0.name"),
        (f"{CONTAINER}.env.0.name", "a=b", f"{CONTAINER}.env.0.name"),
        (f"{CONTAINER}.env.0.name", "é", f"{CONTAINER}.env.0.name"),
        (f"{CONTAINER}.env.0.valueFrom", "{}", f"{CONTAINER}.env.0.valueFrom"),
        (f"{CONTAINER}.env.1.value", "x", f"{CONTAINER}.env.1.valueFrom"),
        (f"{CONTAINER}.env.1.valueFrom.configMapKeyRef", "{name: a, key: b}", f"{CONTAINER}.env.1.valueFrom"),
        (f"{CONTAINER}.env.1.valueFrom.secretKeyRef.key", "a b", f"{CONTAINER}.env.1.valueFrom.secretKeyRef.key"),
        (f"{CONTAINER}.env.1.valueFrom.secretKeyRef.name", "A", f"{CONTAINER}.env.1.valueFrom.secretKeyRef.name"),
        (f"{CONTAINER}.env.2.valueFrom.fieldRef.fieldPath", "spec.other", f"{CONTAINER}.env.2.valueFrom.fieldRef.fieldPath"),
        (f"{CONTAINER}.env.3.valueFrom.resourceFieldRef.resource", "limits.gpu", f"{CONTAINER}.env.3.valueFrom.resourceFieldRef.resource"),
        (f"{CONTAINER}.env.3.valueFrom.resourceFieldRef.divisor", "2", f"{CONTAINER}.env.3.valueFrom.resourceFieldRef.divisor"),
        (f"{CONTAINER}.envFrom.0.prefix", "a=", f"{CONTAINER}.envFrom.0.prefix"),
        (f"{CONTAINER}.envFrom.0", "{}", f"{CONTAINER}.envFrom.0"),
        (f"{CONTAINER}.envFrom.0.configMapRef", "{name: a}", f"{CONTAINER}.envFrom.0"),
        # Ports.
        (f"{CONTAINER}.ports.1.name", "http1", f"{CONTAINER}.ports.1.name"),
        (f"{CONTAINER}.ports.1.name", "HTTP", f"{CONTAINER}.ports.1.name"),
        (f"{CONTAINER}.ports.1.name", "a--b", f"{CONTAINER}.ports.1.name"),
        (f"{CONTAINER}.ports.1.name", "'8080'", f"{CONTAINER}.ports.1.name"),
        (f"{CONTAINER}.ports.1.name", "sixteen-letters-", f"{CONTAINER}.ports.1.name"),
        (f"{CONTAINER}.ports.1.containerPort", "0", f"{CONTAINER}.ports.1.containerPort"),
        (f"{CONTAINER}.ports.1.containerPort", "65536", f"{CONTAINER}.ports.1.containerPort"),
        (f"{CONTAINER}.ports.1.hostPort", "65536", f"{CONTAINER}.ports.1.hostPort"),
        (f"{CONTAINER}.ports.1.protocol", "HTTP", f"{CONTAINER}.ports.1.protocol"),
        (f"{CONTAINER}.ports", "[{containerPort: 1, hostPort: 5}, {containerPort: 2, hostPort: 5}]", f"{CONTAINER}.ports.1.hostPort"),
        # Probes and hooks.
        (f"{PROBE}.exec", "{command: [a]}", f"{PROBE}.httpGet"),
        (PROBE, "{}", PROBE),
        (PROBE, "{exec: {}}", f"{PROBE}.exec.command"),
        (f"{PROBE}.httpGet.port", "0", f"{PROBE}.httpGet.port"),
        (f"{PROBE}.httpGet.port", "A", f"{PROBE}.httpGet.port"),
        (f"{PROBE}.httpGet.scheme", "https", f"{PROBE}.httpGet.scheme"),
        (f"{PROBE}.httpGet.httpHeaders", "[{name: 'a b', value: c}]", f"{PROBE}.httpGet.httpHeaders.0.name"),
        (f"{PROBE}.successThreshold", "2", f"{PROBE}.successThreshold"),
        (f"{PROBE}.periodSeconds", "-1", f"{PROBE}.periodSeconds"),
        (f"{CONTAINER}.readinessProbe.terminationGracePeriodSeconds", "5", f"{CONTAINER}.readinessProbe.terminationGracePeriodSeconds"),
        (f"{CONTAINER}.startupProbe.terminationGracePeriodSeconds", "0", f"{CONTAINER}.startupProbe.terminationGracePeriodSeconds"),
        (f"{CONTAINER}.lifecycle.preStop.sleep.seconds", "61", f"{CONTAINER}.lifecycle.preStop.sleep.seconds"),
        (f"{CONTAINER}.lifecycle.postStart", "{}", f"{CONTAINER}.lifecycle.postStart"),
        (f"{CONTAINER}.lifecycle.stopSignal", "SIGTERM", f"{CONTAINER}.lifecycle.stopSignal"),
        # Resources.
        (f"{CONTAINER}.resources.requests.cpu", "2", f"{CONTAINER}.resources.requests.cpu"),
        (f"{CONTAINER}.resources.requests.cpu", "-1", f"{CONTAINER}.resources.requests.cpu"),
        (f"{CONTAINER}.resources.requests.cpu", "much", f"{CONTAINER}.resources.requests.cpu"),
        (f"{CONTAINER}.resources.limits", "{cpu: 1}", f"{CONTAINER}.resources.limits.nvidia.com/gpu"),
        (f"{CONTAINER}.resources.limits", "{nvidia.com/gpu: 2}", f"{CONTAINER}.resources.requests.nvidia.com/gpu"),
        (f"{CONTAINER}.resources", "{limits: {nvidia.com/gpu: 500m}}", f"{CONTAINER}.resources.limits.nvidia.com/gpu"),
        (f"{CONTAINER}.resources.limits.gpu", "1", f"{CONTAINER}.resources.limits.gpu"),
        (f"{CONTAINER}.resources.limits.storage", "1", f"{CONTAINER}.resources.limits.storage"),
        (f"{CONTAINER}.resources.limits", "{requests.a/b: 1, nvidia.com/gpu: 1}", f"{CONTAINER}.resources.limits.requests.a/b"),
        (f"{CONTAINER}.resources", "{limits: {hugepages-2Mi: 4Mi}}", f"{CONTAINER}.resources"),
        (f"{CONTAINER}.resources", "{limits: {hugepages-2Mi: 3Mi, cpu: 1}}", f"{CONTAINER}.resources.limits.hugepages-2Mi"),
        (f"{CONTAINER}.resources.claims", "[{name: gpu}]", f"{CONTAINER}.resources.claims.0.name"),
        # Scheduling.
        ("tolerations.0", "{}", "tolerations.0.operator"),
        ("tolerations.0", "{operator: Equal}", "tolerations.0.operator"),
        ("tolerations.1.value", "x", "tolerations.1.value"),
        ("tolerations.1.effect", "noschedule", "tolerations.1.effect"),
        ("tolerations.2.operator", "In", "tolerations.2.operator"),
        ("tolerations.2.operator", "Gt", "tolerations.2.operator"),
        ("tolerations.2.value", "a b", "tolerations.2.value"),
        ("tolerations.2.key", "a b", "tolerations.2.key"),
        ("tolerations.3.effect", "NoSchedule", "tolerations.3.effect"),
        ("nodeSelector", "{a b: c}", "nodeSelector.a b"),
        ("nodeSelector", "{a: b c}", "nodeSelector.a"),
        (_TERMS, "[]", _TERMS),
        (f"{_EXPRESSION}.operator", "Equals", f"{_EXPRESSION}.operator"),
        (f"{_EXPRESSION}.operator", "Exists", f"{_EXPRESSION}.values"),
        (f"{_EXPRESSION}.values", "[]", f"{_EXPRESSION}.values"),
        (f"{_EXPRESSION}.values", "[a, b c]", f"{_EXPRESSION}.values.1"),
        (f"{_TERMS}.0.matchExpressions.1.values", "[a, b]", f"{_TERMS}.0.matchExpressions.1.values"),
        (f"{_TERMS}.0.matchFields", "[{key: a, operator: In, values: [b]}]", f"{_TERMS}.0.matchFields.0.key"),
        (f"{_PREFERRED}.weight", "0", f"{_PREFERRED}.weight"),
        (f"{_PODS}.topologyKey", "''", f"{_PODS}.topologyKey"),
        (f"{_PODS}.labelSelector.matchLabels.a", "b c", f"{_PODS}.labelSelector.matchLabels.a"),
        (f"{_PODS}.namespaces", "[A]", f"{_PODS}.namespaces.0"),
        ("topologySpreadConstraints.0.maxSkew", "0", "topologySpreadConstraints.0.maxSkew"),
        ("topologySpreadConstraints.0.whenUnsatisfiable", "ScheduleAnyway", "topologySpreadConstraints.0.minDomains"),
        ("topologySpreadConstraints.+", "{maxSkew: 2, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}", "topologySpreadConstraints.1"),
        # Security.
        ("securityContext.runAsUser", "-1", "securityContext.runAsUser"),
        ("securityContext.fsGroup", "2147483648", "securityContext.fsGroup"),
        ("securityContext.seccompProfile", "{type: Localhost}", "securityContext.seccompProfile.localhostProfile"),
        ("securityContext.seccompProfile", "{type: Other}", "securityContext.seccompProfile.type"),
        ("securityContext.seccompProfile", "{type: RuntimeDefault, localhostProfile: a}", "securityContext.seccompProfile.localhostProfile"),
        (f"{CONTAINER}.securityContext.privileged", "true", f"{CONTAINER}.securityContext.allowPrivilegeEscalation"),
        (f"{CONTAINER}.securityContext.capabilities.add", "[CAP_SYS_ADMIN]", f"{CONTAINER}.securityContext.allowPrivilegeEscalation"),
        # Names and choices.
        (f"{CONTAINER}.name", "Main", f"{CONTAINER}.name"),
        (f"{CONTAINER}.name", "init", "initContainers.0.name"),
        (f"{CONTAINER}.image", "''", f"{CONTAINER}.image"),
        (f"{CONTAINER}.imagePullPolicy", "always", f"{CONTAINER}.imagePullPolicy"),
        (f"{CONTAINER}.terminationMessagePolicy", "Log", f"{CONTAINER}.terminationMessagePolicy"),
        (f"{CONTAINER}.restartPolicy", "Always", f"{CONTAINER}.restartPolicy"),
        ("initContainers.0.livenessProbe", "{exec: {command: [a]}}", "initContainers.0.livenessProbe"),
        ("initContainers.0.restartPolicy", "Never", "initContainers.0.restartPolicy"),
        ("containers", "[]", "containers"),
        ("restartPolicy", "OnFailure", "restartPolicy"),
        ("dnsPolicy", "None!", "dnsPolicy"),
        ("activeDeadlineSeconds", "10", "activeDeadlineSeconds"),
        ("terminationGracePeriodSeconds", "-1", "terminationGracePeriodSeconds"),
        ("serviceAccountName", "A", "serviceAccountName"),
        ("priorityClassName", "a_b", "priorityClassName"),
        ("hostname", "a.b", "hostname"),
        ("ephemeralContainers", "[{name: a}]", "ephemeralContainers"),
    ],
)  # fmt: skip
def test_a_rule_is_reported_where_it_is_broken(place: str, value: str, expected: str) -> None:
    spec = yaml.safe_load(SOUND)
    put(spec, place, value)
    assert expected in said(spec)
    # Nothing else is said, but for what the change also takes away from others.
    assert set(said(spec)) - {expected} <= {
        f"{CONTAINER}.lifecycle.preStop.sleep.seconds",
        f"{CONTAINER}.volumeMounts.0.name",
    }


def test_a_part_is_not_missed_where_another_spec_brings_it() -> None:
    spec = yaml.safe_load(
        "{containers: [{name: main, volumeMounts: [{name: elsewhere, mountPath: /a}], resources: {requests: {a.b/c: 1}}}]}"
    )
    assert [item.path[-1] for item in check_pod_spec(spec, ())] == ["image", "a.b/c", "name"]
    assert check_pod_spec(spec, (), complete=False) == []
    assert check_pod_spec({}, (), complete=False) == []


def test_a_model_is_checked_as_the_container_that_it_is() -> None:
    model = yaml.safe_load(
        "{modelFormat: {name: vLLM}, env: [{name: a=b}], livenessProbe: {}, resources: {requests: {cpu: 2}, limits: {cpu: 1}}}"
    )
    found = [item.path for item in check_container(model, ("model",))]
    assert found == [("model", "env", 0, "name"), ("model", "resources", "requests", "cpu")]


def test_a_probe_over_another_one_may_change_its_numbers_only() -> None:
    spec = yaml.safe_load("containers: [{name: main, image: a, startupProbe: {failureThreshold: 60}}]")
    assert check_pod_spec(spec, (), complete=False) == []
    assert [item.path for item in check_pod_spec(spec, ())] == [("containers", 0, "startupProbe")]


@pytest.mark.parametrize("value", ["a", 1, None, [], {}, [None], ["a"], {"a": None}, True, 0.5])
def test_values_of_other_types_are_passed_over(value: Any) -> None:
    """The schema reports them."""
    sound = yaml.safe_load(SOUND)

    def places(node: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        return [way, *(place for key, item in pairs for place in places(item, (*way, key)))]

    for place in places(sound)[1:]:
        spec = copy.deepcopy(sound)
        owner = spec
        for step in place[:-1]:
            owner = owner[step]
        owner[place[-1]] = value
        check_pod_spec(spec, ())


def test_no_message_repeats_a_value() -> None:
    secret = "Hunter_2="  # in no syntax that is asked for here
    spec = {"volumes": [{"name": secret}], "containers": [{"name": secret, "image": "a", "env": [{"name": secret}]}]}
    found = check_pod_spec(spec, ())
    assert len(found) == 4
    assert not any(secret in item.message for item in found)


def test_every_runtime_that_is_rendered_makes_a_sound_pod() -> None:
    count = 0
    for _, file, body in objects():
        if body["kind"] == "ServingRuntime":
            # Volumes come from the service as well.
            assert check_pod_spec(body["spec"], ("spec",), complete=False) == [], file
            count += 1
        elif body["kind"] == "InferenceService":
            predictor = body["spec"]["predictor"]
            assert check_pod_spec(predictor, (), complete=False) == [], file
            assert check_container(predictor["model"], ()) == [], file
            count += 1
        elif body["kind"] == "LLMInferenceService":
            for spec in (body["spec"].get("template", {}), body["spec"].get("worker", {})):
                assert check_pod_spec(spec, (), complete=False) == [], file
    assert count > 50
