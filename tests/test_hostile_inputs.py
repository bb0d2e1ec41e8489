"""What the author of one spec, or of a catalog document, must not be able to do to others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servewright import Compilation, Repository, compile_repository
from servewright.diagnostics.model import Source
from servewright.diagnostics.short import short
from servewright.diagnostics.text import render_text
from servewright.read.files import DEPLOYMENT_LIMIT, read_folder
from servewright.write.emit import emit

PROJECT = (
    'apiVersion: servewright.dev/v1alpha1\nkind: Project\nmetadata: {name: p}\nspec: {platform: {version: "3.4"}}\n'
)
DEPLOYMENT = """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata:
  name: m
  namespace: demo
  annotations: {ANNOTATIONS}
spec:
  model: {type: predictive, format: {name: sklearn, version: "1"}, source: {pvc: {claim: c, path: p}}}
  hardware: {resources: {requests: {cpu: "1", memory: 4Gi}}}
  args: ARGS
"""
TEMPLATE = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: t, namespace: demo}
objects:
- apiVersion: serving.kserve.io/v1alpha1
  kind: ServingRuntime
  metadata: {name: t}
  spec:
    supportedModelFormats: [{name: sklearn, version: "1"}]
    containers:
    - name: kserve-container
      env: [{name: HF_TOKEN, value: hunter2plain}]
- apiVersion: v1
  kind: Secret
  stringData: {password: hunter2plain}
"""


def deployment(annotations: str = "", args: str = "[]") -> str:
    return DEPLOYMENT.replace("ANNOTATIONS", annotations).replace("ARGS", args)


def compiled(**files: str) -> Compilation:
    texts = {f"{name.replace('_', '/', 1)}.yaml": text for name, text in files.items()}
    return compile_repository(Repository.of({"servewright.yaml": PROJECT, **texts}))


def errors(compilation: Compilation) -> set[str]:
    return {item.slug for item in compilation.diagnostics if item.severity == "error"}


@pytest.mark.parametrize(
    "key",
    [
        "internal.config.kubernetes.io/previousNames",
        "config.kubernetes.io/local-config",
        "kustomize.config.k8s.io/behavior",
        "helm.sh/hook",
        "argocd.argoproj.io/hook",
        "App.Kubernetes.io/instance",
        "kubectl.kubernetes.io/last-applied-configuration",
        "modelFormat",
    ],
)
def test_keys_that_tools_act_on_cannot_be_set(key: str) -> None:
    """kustomize drops or renames objects by some of these, or fails for the whole namespace."""
    assert "reserved-metadata" in errors(compiled(deployments_m=deployment(f'{key}: "true"')))


def test_many_opening_braces_are_refused_like_two() -> None:
    assert "template-expression" in errors(compiled(deployments_m=deployment(args=f"['{'{{' * 100_000}']")))


def test_a_long_text_cannot_be_multiplied_by_aliases() -> None:
    text = deployment(args="[" + ", ".join(["*a"] * 99) + "]").replace(
        "spec:", f'spec:\n  description: &a "{"x " * 50_000}"', 1
    )
    assert "alias-budget" in errors(compiled(deployments_m=text))


def test_a_long_line_is_emitted_as_it_is() -> None:
    text = "word " * 500_000 + "end"
    assert emit([{"a": text}]) == f"a: {text}\n"


def test_secret_values_inside_a_template_do_not_reach_the_output() -> None:
    compilation = compiled(catalog_t=TEMPLATE, deployments_m=deployment())
    assert {"credential", "secret-with-values"} <= errors(compilation)
    assert "hunter2plain" not in str(compilation.diagnostics)


def test_connections_are_not_written_into_the_platforms_namespace() -> None:
    text = (
        "apiVersion: servewright.dev/v1alpha1\nkind: Connection\n"
        "metadata: {name: x, namespace: redhat-ods-applications}\nspec: {uri: {url: 'hf://a/b'}}\n"
    )
    assert "namespace-protected" in errors(compiled(deployments_c=text, deployments_m=deployment()))


def test_a_connections_texts_are_no_templates_of_the_external_secrets_operator() -> None:
    text = (
        "apiVersion: servewright.dev/v1alpha1\nkind: Connection\nmetadata: {name: x, namespace: demo}\n"
        "spec:\n  uri: {url: 'https://evil/{{.tok}}'}\n"
        "  secret: {external: {store: {name: v}, keys: {tok: {key: k}}}}\n"
    )
    assert "template-expression" in errors(compiled(deployments_c=text, deployments_m=deployment()))


@pytest.mark.parametrize("target", [".env", ".git/config", "notes.txt"])
def test_links_do_not_open_what_is_no_input(tmp_path: Path, target: str) -> None:
    """Its lines would be shown in a message."""
    (tmp_path / target).parent.mkdir(exist_ok=True)
    (tmp_path / target).write_text("password=hunter2\n")
    (tmp_path / "deployments").mkdir()
    os.symlink(f"../{target}", tmp_path / "deployments" / "z.yaml")
    sources, findings = read_folder(str(tmp_path), "deployments", DEPLOYMENT_LIMIT)
    assert (sources, [finding.rule.slug for finding in findings]) == ([], ["path-escapes"])


def test_a_text_is_redacted_before_it_is_cut() -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    assert "ghp_" not in short("z " * 22 + token)


@pytest.mark.parametrize("folder", [".GIT", "a/.git", "'~'", "-x", "rendered.", "'rendered '"])
def test_the_output_is_not_a_hidden_or_odd_folder(folder: str) -> None:
    files = {"servewright.yaml": f"{PROJECT[:-2]}, output: {folder}}}\n", "deployments/m.yaml": deployment()}
    assert "invalid-value" in errors(compile_repository(Repository.of(files)))


@pytest.mark.parametrize("field", ["data", "stringData", "stringdata", "Data"])
def test_a_secret_with_values_is_refused_however_the_field_is_spelt(field: str) -> None:
    secret = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: demo}}\n{field}: {{p: hunter2plain}}\n"
    compilation = compiled(deployments_m=deployment(), catalog_s=secret)
    assert errors(compilation) == {"secret-with-values"}
    assert "hunter2plain" not in str([item.message for item in compilation.diagnostics])


@pytest.mark.parametrize("kind", ["Secret", "secret", "Secrett"])
def test_no_line_of_a_misspelt_secret_is_shown(kind: str) -> None:
    """The trouble is the unquoted `yes`; the value is on its line."""
    text = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: s}}\nstringData: {{p: yes, q: hunter2plain}}\n"
    compilation = compiled(deployments_m=deployment(), deployments_s=text)
    assert errors(compilation) & {"ambiguous-scalar", "secret-with-values"}
    sources = {"deployments/s.yaml": Source("deployments/s.yaml", text)}
    assert "hunter2plain" not in render_text(compilation.diagnostics, sources, color=False)
