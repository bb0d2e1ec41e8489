"""Where a consequence is shown, whom it concerns, and what a Project or a deployment can make of it."""

from __future__ import annotations

from typing import Any

import pytest

from change.cases import Document, files, findings, in_namespace, predictive, with_metadata
from change.comparison import consequences
from check.rules.cases import deployment, llmd, template
from servewright import Repository, compile_repository
from servewright.change import consequences as package
from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish
from servewright.diagnostics.model import Diagnostic, Finding, Where
from servewright.read.positions import text_of

SPEC = """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata:
  name: granite
  namespace: demo{annotations}
spec:
  model:
    type: generative
    source:
      uri: {{url: "hf://org/granite"}}
  hardware:
    profile: nvidia-gpu
{more}"""
LLMD = "  runtime: llm-d\n  auth: {tokens: [a]}\n"
PATH = "deployments/granite.yaml"


def change(
    before: str, after: str, annotations: str = "", project: str = ""
) -> tuple[tuple[tuple[str, str] | None, Finding], ...]:
    base, head = files(), files()
    for side in (base, head):
        side["servewright.yaml"] += project
    base[PATH] = SPEC.format(more=before, annotations="")
    head[PATH] = SPEC.format(more=after, annotations=annotations)
    return consequences(base, head)


@pytest.mark.parametrize(
    ("before", "after", "slug", "text"),
    [
        ("", "  args: [--a, --b]\n", "model-restarts", "--a"),
        ("  args: [--a]\n", "  args: [--a, --b]\n", "model-restarts", "--b"),
        ("", "  env: [{name: A, value: b}]\n", "model-restarts", "{name: A, value: b}"),
        ("", LLMD, "model-downtime", "llm-d"),
        ("", "  description: For chats\n", "model-restarts", "For chats"),
        ("", "  replicas: 3\n", "demand-changes", "3"),
        ("", "  stopped: true\n", "model-stops", "true"),
        ("", "  auth: {tokens: [a]}\n", "access-tightened", "{tokens: [a]}"),
        (LLMD, "  runtime: llm-d\n  llmd: {maas: true}\n", "access-tightened", "true"),
        (LLMD, LLMD + "  args: [--served-model-name=g]\n", "request-changes", "[--served-model-name=g]"),
        ("", "  expose: {route: true}\n", "newly-exposed", "true"),
        ("  auth: {tokens: [a]}\n", LLMD, "newly-exposed", "llm-d"),
        ("  expose: {route: true}\n", "  expose: {route: false}\n", "url-changes", "false"),
        ("", "  auth: {tokens: [a]}\n", "url-changes", "{tokens: [a]}"),
        ("", LLMD, "url-changes", "llm-d"),
        ("  auth: {tokens: [a]}\n", "", "newly-unauthenticated", "spec"),  # gone: what is around it
        ("  args: [--a]\n", "  replicas: 2\n", "model-restarts", "spec"),
        (LLMD, f"{LLMD}  llmd: {{prefill: {{replicas: 2}}}}\n", "model-restarts", "2"),
        (f"{LLMD}  llmd: {{prefill: {{replicas: 2}}}}\n", f"{LLMD}  llmd: {{}}\n", "model-restarts", "llmd"),
        (
            "  args: [--a]\n",
            "  env: [{name: A, value: b}]\n",
            "model-restarts",
            "{name: A, value: b}",
        ),  # rather one that is there
    ],
)
def test_a_consequence_is_on_the_line_that_is_responsible(before: str, after: str, slug: str, text: str) -> None:
    (found,) = (found for _, found in change(before, after) if found.rule.slug == slug)
    assert isinstance(found.where, Where)
    assert found.where.document.source.path == PATH
    assert text_of(found.where) == text


def test_a_change_of_the_catalog_is_shown_there() -> None:
    model = deployment(runtime="own")
    found = findings([template({}), model], [template({"image": "quay.io/acme/own:2"}), model])
    places = {item.rule.slug: item.where for item in found}
    for slug in ("model-restarts", "runtime-image"):
        where = places[slug]
        assert isinstance(where, Where)
        assert where.document.source.path == "catalog/template-own.yaml"
        assert text_of(where) == "quay.io/acme/own:2"


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("", "  images: {vllm-cuda-image: quay.io/acme/vllm:2}\n", "quay.io/acme/vllm:2"),
        ("  images: {vllm-cuda-image: quay.io/acme/vllm:1}\n", "", "spec"),
    ],
)
def test_an_image_of_a_built_in_template_is_shown_in_the_project(before: str, after: str, text: str) -> None:
    base, head = files(deployment()), files(deployment())
    base["servewright.yaml"] += before
    head["servewright.yaml"] += after
    places = {item.rule.slug: item.where for _, item in consequences(base, head)}
    for slug in ("model-restarts", "runtime-image"):
        where = places[slug]
        assert isinstance(where, Where)
        assert where.document.source.path == "servewright.yaml"
        assert text_of(where) == text


def test_an_image_that_the_spec_gives_up_is_shown_in_the_spec() -> None:
    before = deployment(runtime="own", container={"image": "quay.io/acme/mine:1"})
    found = findings([template({}), before], [template({}), deployment(runtime="own")])
    (image,) = (item for item in found if item.rule.slug == "runtime-image")
    assert image.message.startswith(
        "the image of `kserve-container` in `granite` goes from `quay.io/acme/mine:1` to `quay.io/acme/own:1`"
    )
    assert isinstance(image.where, Where)
    assert image.where.document.source.path == "deployments/modeldeployment-granite.yaml"


def test_consequences_are_told_by_deployment_and_in_one_order() -> None:
    def of(*specs: Document) -> dict[str, str]:
        return files(*specs)

    a, b = deployment("a"), in_namespace(predictive("b"), "web")
    changed = [deployment("a", args=["--a"]), in_namespace(predictive("b", replicas=2), "web")]
    found = consequences(of(a, b), of(*changed))
    assert [(key, item.rule.slug) for key, item in found] == [
        (("demo", "a"), "model-restarts"),
        (("demo", "a"), "rollout-accelerators"),
        (("web", "b"), "demand-changes"),
    ]
    assert next(key for key, _ in consequences(of(a, b), of())) is None  # of the namespaces


def test_nothing_that_changed_has_no_consequence() -> None:
    models = files(deployment(), llmd(), predictive())
    assert consequences(models, dict(models)) == ()


def reported(annotations: str = "", rules: str = "") -> tuple[Diagnostic, ...]:
    """An edit that is refused, as the repository's own settings have it."""
    found = [item for _, item in change(LLMD, LLMD + "  pod: {labels: {a: b}}\n", annotations)]
    text = {**files(), PATH: SPEC.format(more=LLMD, annotations=annotations)}
    text["servewright.yaml"] = text["servewright.yaml"].replace(
        "builtin-images: 'off'", f"builtin-images: 'off'{rules}"
    )
    compilation = compile_repository(Repository.of(text))
    assert compilation.project is not None
    (decisions,) = compilation.decisions.values()
    (where,) = (unit.where for unit in compilation.units if unit.folder == "deployments")
    waiving = [(where.document, decisions.deployment.metadata.annotations)]
    return finish(found, compilation.project, waiving)


def test_a_deployment_can_waive_an_edit_that_it_knows_better_about() -> None:
    assert [(item.code, item.severity) for item in reported()] == [("SW822", "error")]
    waived = reported('\n  annotations: {servewright.dev/allow: "SW822: it was never synced"}')
    assert [(item.code, item.severity) for item in waived] == [("SW901", "info")]


def test_a_project_can_change_the_severity() -> None:
    (found,) = reported(rules="\n    llmd-selector: warning")
    assert found.severity == "warning"


def test_a_waiver_of_a_consequence_is_not_called_unused_by_what_knows_no_change() -> None:
    allowed = {"servewright.dev/allow": "SW822: it was never synced\nSW311: nobody calls it"}
    text = files(with_metadata(deployment(), annotations=allowed))
    found = [item for item in compile_repository(Repository.of(text)).diagnostics if item.code == "SW902"]
    assert [item.message for item in found] == ["nothing is waived by `SW311`: there is no such error"]


def test_a_credential_that_the_base_had_is_not_repeated() -> None:
    secret = "ghp_" + "a1B2" * 9
    before = f"  auth: {{tokens: [bot, {secret}]}}\n  args: [--served-model-name={secret}]\n"
    allowed = "  credentials: {allow: [deployments/granite.yaml]}\n"  # else the base would have errors
    found = [item for _, item in change(before, "  auth: {tokens: [bot]}\n", project=allowed)]
    assert {"callers-removed", "request-changes"} <= {item.rule.slug for item in found}
    text = "".join(f"{item.message}{item.help}" for item in found).lower()
    assert "a1b2a1b2" not in text


def test_every_rule_has_a_code_of_its_own_and_every_code_a_rule() -> None:
    modules: list[Any] = package._modules((*package.OF_THE_FLEET, *package.OF_A_DEPLOYMENT))
    rules = [module.RULE.code for module in modules]
    assert sorted(rules) == sorted(filter(codes.is_consequence, codes.BY_CODE))
    for module in modules:
        assert module.__name__.rpartition(".")[2] == module.RULE.slug.replace("-", "_")
