"""``catalog list``: what can be chosen, for all projects and for one."""

from __future__ import annotations

from explain.fleet import compiled
from servewright.explain.choices import Choices, TemplateChoice, choices_of
from servewright.explain.choices_text import render_choices

TEMPLATE = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: {name}
  namespace: {namespace}
  labels: {{opendatahub.io/dashboard: "true"}}
  annotations:
    opendatahub.io/modelServingSupport: '["single"]'
    opendatahub.io/model-type: '{types}'
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {{name: {name}, annotations: {{openshift.io/display-name: Our runtime}}}}
  spec:
    containers: [{{name: kserve-container, image: "quay.io/acme/own:1"}}]
    supportedModelFormats: [{{name: own, version: "1"}}]
"""


def choices(files: dict[str, str] | None = None, namespace: str | None = None) -> Choices:
    context = compiled(files).context
    assert context is not None
    return choices_of(context, namespace)


def template(found: Choices, name: str) -> TemplateChoice:
    return next(item for item in found.templates if item.name == name)


def test_profiles_show_ranges_scheduling_and_names() -> None:
    profiles = {item.name: item for item in choices().profiles}
    gpu = profiles["nvidia-a100"]
    assert gpu.display_name == "NVIDIA A100"
    assert [(item.name, item.minimum, item.default, item.maximum) for item in gpu.resources] == [
        ("cpu", "2", "8", "32"),
        ("memory", "16Gi", "64Gi", "512Gi"),
        ("nvidia.com/gpu", "1", "1", "8"),
    ]
    assert gpu.node_selector == {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"}
    assert gpu.tolerations == ("nvidia.com/gpu:NoSchedule",)
    assert profiles["amd-mi300x"].queue == "amd-queue"


def test_a_profile_that_the_wizard_hides_says_why() -> None:
    profile = """\
apiVersion: infrastructure.opendatahub.io/v1
kind: HardwareProfile
metadata: {name: retired, namespace: lab, annotations: {opendatahub.io/disabled: "true"}}
spec:
  identifiers:
  - {identifier: cpu, resourceType: CPU, minCount: 1, defaultCount: 1}
  - {identifier: memory, resourceType: Memory, minCount: 1Gi, defaultCount: 1Gi}
"""
    found = next(item for item in choices({"catalog/retired.yaml": profile}).profiles if item.name == "retired")
    assert found.not_offered == ("it is disabled",)
    assert found.resources[0].maximum is None


def test_a_profile_that_nobody_can_use_is_listed_apart() -> None:
    profile = (
        "apiVersion: infrastructure.opendatahub.io/v1\nkind: HardwareProfile\nmetadata: {name: bad, namespace: lab}\n"
    )
    found = choices({"catalog/bad.yaml": profile})
    assert "bad" not in [item.name for item in found.profiles]
    (bad,) = found.unusable
    assert (bad.kind, bad.namespace, bad.name, bad.file) == ("HardwareProfile", "lab", "bad", "catalog/bad.yaml")
    assert "`spec.identifiers`" in bad.problems[0] and bad.problems[0] in render_choices(found)
    assert choices({"catalog/bad.yaml": profile}, "web").unusable == ()


def test_queueing_fits_only_projects_that_kueue_manages() -> None:
    def namespace(managed: str) -> dict[str, str]:
        return {
            "catalog/lab.yaml": f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: lab, labels: {{kueue.openshift.io/managed: '{managed}'}}}}\n"
        }

    managed = {item.name: item.not_offered for item in choices(namespace("true"), "lab").profiles}
    assert managed["amd-mi300x"] == () and managed["nvidia-a100"] == (
        "`lab` is managed by Kueue, and it does not queue",
    )
    plain = {item.name: item.not_offered for item in choices(namespace("false"), "lab").profiles}
    assert plain["nvidia-a100"] == () and plain["amd-mi300x"] == ("it queues, and `lab` is not managed by Kueue",)
    unknown = {item.name: item.not_offered for item in choices(None, "lab").profiles}
    assert unknown["nvidia-a100"] == unknown["amd-mi300x"] == ()


def test_templates_say_when_automatic_selection_never_takes_them() -> None:
    files = {
        "catalog/own.yaml": TEMPLATE.format(name="own", namespace="lab", types='["predictive"]'),
        "catalog/typeless.yaml": TEMPLATE.format(name="typeless", namespace="lab", types="[]"),
    }
    found = choices(files)
    assert template(found, "own").never_automatic is None
    assert template(found, "typeless").never_automatic == "it does not say which model type it is for"
    assert template(found, "vllm-cuda-runtime-template").never_automatic is None
    hidden = template(found, "vllm-multinode-runtime-template").never_automatic
    assert hidden is not None and "opendatahub.io/dashboard" in hidden
    assert (template(found, "own").file, template(found, "kserve-ovms").file) == ("catalog/own.yaml", None)
    assert (template(found, "own").scope, template(found, "kserve-ovms").scope) == ("project", "global")


def test_a_disabled_template_says_so() -> None:
    config = """\
apiVersion: opendatahub.io/v1alpha
kind: OdhDashboardConfig
metadata: {name: odh-dashboard-config, namespace: redhat-ods-applications}
spec:
  dashboardConfig: {disableLLMd: true}
  templateDisablement: [kserve-ovms]
"""
    found = choices({"catalog/dashboard.yaml": config})
    assert template(found, "kserve-ovms").never_automatic == "the administrator disabled it"
    assert (found.default_strategy, found.llmd) == ("RollingUpdate", "disabled")


def test_one_project_sees_its_own_and_the_platform_s() -> None:
    files = {
        "catalog/own.yaml": TEMPLATE.format(name="own", namespace="lab", types='["predictive"]'),
        "catalog/theirs.yaml": TEMPLATE.format(name="theirs", namespace="web", types='["predictive"]'),
    }
    found = choices(files, "lab")
    names = [item.name for item in found.templates]
    assert "own" in names and "kserve-ovms" in names and "theirs" not in names
    assert found.connections == ()
    assert [item.name for item in choices(files, "chat").connections] == ["llm-s3", "quay-models", "registry-pull"]
    assert next(item for item in found.formats if item.name == "own").templates == ("own",)


def test_connections_are_documents_or_secrets_of_the_catalog() -> None:
    found = {(item.name, item.kind, item.type) for item in choices(None, "chat").connections}
    assert ("llm-s3", "Connection", "s3") in found
    assert ("registry-pull", "Secret", "oci") in found


def test_configs_and_existing_runtimes_are_listed() -> None:
    files = {
        "catalog/config.yaml": """\
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceServiceConfig
metadata:
  name: amd
  namespace: redhat-ods-applications
  labels: {opendatahub.io/config-type: accelerator}
  annotations: {openshift.io/display-name: AMD, opendatahub.io/recommended-accelerators: '["amd.com/gpu"]'}
spec: {}
""",
        "catalog/runtime.yaml": """\
apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: {name: there, namespace: lab}
spec:
  disabled: true
  containers: [{name: kserve-container, image: "quay.io/acme/own:1"}]
  supportedModelFormats: [{name: own, version: "1"}]
""",
    }
    found = choices(files)
    (config,) = found.llm_configs
    assert (config.name, config.display_name, config.type, config.accelerators) == (
        "amd",
        "AMD",
        "accelerator",
        ("amd.com/gpu",),
    )
    (runtime,) = found.runtimes
    assert (runtime.namespace, runtime.name, runtime.formats, runtime.disabled) == ("lab", "there", ("own 1",), True)
    assert "there  there: own 1; disabled" in render_choices(found)


def test_an_empty_section_says_how_to_fill_it() -> None:
    assert "none; export them into the catalog: `oc get servingruntimes -n NAMESPACE -o yaml`" in render_choices(
        choices()
    )


def test_the_order_of_files_does_not_matter() -> None:
    one = {"catalog/a.yaml": TEMPLATE.format(name="own", namespace="lab", types='["predictive"]')}
    other = {"catalog/zz/a.yaml": TEMPLATE.format(name="own", namespace="lab", types='["predictive"]')}
    assert render_choices(choices(one)).replace("a.yaml", "") == render_choices(choices(other)).replace("zz/a.yaml", "")
