"""What Argo CD and Flux say of a model in each of its phases, by the checks that ``servewright gitops`` prints."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from cel_expr_python import cel
from lupa.lua51 import LuaRuntime, lua_type

from crd_schemas import release_of
from gitops.inputs import EXTERNAL, URL
from gitops.recorded import Recorded, files, recorded
from harness import Repo, documents, project
from servewright.catalog.release import known_releases
from servewright.check.cluster.checker import check_object
from servewright.check.schemas import load

REPOSITORY = {"url": URL}
# What Argo CD opens of Lua's library for a health check; there is no `string` (util/lua/lua.go).
LIBRARY = ("_G", "_VERSION", "assert", "error", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawset",
           "select", "setmetatable", "getmetatable", "table", "tonumber", "tostring", "type", "unpack", "xpcall")  # fmt: skip
CASES = recorded()
every_object = pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])


def test_something_is_expected_of_every_recorded_object() -> None:
    assert {case.name for case in CASES} == files()
    assert {case.flux for case in CASES} == {"Unknown", "InProgress", "Failed", "Current"}
    assert {case.argocd[0] for case in CASES if case.argocd} == {"Progressing", "Healthy", "Degraded", "Suspended"}


@every_object
def test_a_recorded_object_is_one_that_the_cluster_could_hold(case: Recorded) -> None:
    release = release_of("open-data-hub-3.6")
    assert check_object(case.body, lambda api_version, kind: load(release, api_version, kind)) == []


@every_object
@pytest.mark.parametrize("form", ["configmap", "operator"])
def test_argo_cd(case: Recorded, form: str, repo: Repo) -> None:
    if case.argocd is None:
        assert case.body["kind"] not in ("InferenceService", "LLMInferenceService")
        return
    repo.write("servewright.yaml", project(gitops={"repository": REPOSITORY}))
    (printed,) = documents(repo.run("gitops", "argocd", "--health", form).out)
    checks = printed["data"] if form == "configmap" else printed["spec"]["extraConfig"]
    script = checks[f"resource.customizations.health.serving.kserve.io_{case.body['kind']}"]
    assert health(script, case.body) == case.argocd


@every_object
def test_flux(case: Recorded, expressions: dict[str, dict[str, str]]) -> None:
    assert flux_status(expressions[case.body["kind"]], case.body) == case.flux


@every_object
@pytest.mark.parametrize("field", ["reason", "message", "severity"])
def test_conditions_may_lack_what_their_schema_does_not_require(
    case: Recorded, field: str, expressions: dict[str, dict[str, str]]
) -> None:
    """An expression that cannot be evaluated is no answer, and Flux would wait in vain."""
    body = copy.deepcopy(case.body)
    for condition in body.get("status", {}).get("conditions", []):
        condition.pop(field, None)
    assert (flux_status(expressions[body["kind"]], body) == "Unknown") == ("status" not in body)


@pytest.mark.parametrize("release", [f"{platform} {version}" for platform, version in known_releases()])
def test_flux_knows_models_by_the_version_that_the_release_has(release: str, repo: Repo) -> None:
    repo.write("servewright.yaml", flux_project(release))
    repo.deploy(runtime="llm-d")
    (service,) = repo.render().all("LLMInferenceService")
    checks = checks_of(documents(repo.run("gitops", "flux").out))
    assert {"apiVersion": service["apiVersion"], "kind": service["kind"]}.items() <= checks[
        "LLMInferenceService"
    ].items()


def flux_project(release: str = "openshift-ai 3.4") -> str:
    """A Project whose models Flux waits for."""
    return project(release, gitops={"engine": "flux", "repository": REPOSITORY, "flux": {"waitForModels": True}})


@pytest.fixture(scope="module")
def expressions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The checks that are printed for a repository with a connection and a model, by kind."""
    repo = Repo(tmp_path_factory.mktemp("flux"))
    repo.write("servewright.yaml", flux_project())
    repo.write("deployments/external.yaml", EXTERNAL)
    repo.deploy()
    run = repo.run("gitops", "flux")
    assert run.code == 0, run.err
    return checks_of(documents(run.out))


def checks_of(printed: list[Any]) -> dict[str, dict[str, str]]:
    """The health checks in what was printed, by kind."""
    specs = [item.get("spec", {}) for item in printed]
    return {check["kind"]: check for spec in specs for check in spec.get("healthCheckExprs", ())}


def health(script: str, body: dict[str, Any]) -> tuple[str, str]:
    """What Argo CD would make of an object: the script is a chunk that returns a table and sees the object as ``obj``."""
    lua = LuaRuntime(unpack_returned_tuples=True)
    world = lua.globals()
    for name in list(world):
        if name not in LIBRARY:
            world[name] = None
    world.obj = to_lua(lua, body)
    result = lua.execute(script)
    assert lua_type(result) == "table"
    return result.status, result.message


def to_lua(lua: LuaRuntime, value: Any) -> Any:
    """Plain data as Lua has it."""
    if isinstance(value, dict):
        return lua.table_from({key: to_lua(lua, item) for key, item in value.items()})
    if isinstance(value, list):
        return lua.table_from([to_lua(lua, item) for item in value])
    return value


def flux_status(check: dict[str, str], body: dict[str, Any]) -> str:
    """What Flux would make of an object (fluxcd/pkg runtime/cel/status_evaluator.go)."""
    observed = body.get("status", {}).get("observedGeneration")
    if observed is not None and observed != body["metadata"]["generation"]:
        return "InProgress"
    for name, status in (("inProgress", "InProgress"), ("failed", "Failed"), ("current", "Current")):
        if name in check:
            result = evaluate(check[name], body)
            if result is None:
                return "Unknown"
            if result:
                return status
    return "InProgress"


def evaluate(expression: str, body: dict[str, Any]) -> bool | None:
    """The value of an expression over the fields of an object; None for an error, as a field that is not there."""
    names = set(re.findall(r"\b(?:metadata|spec|status|data)\b", expression))
    environment = cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DYN))
    result = environment.compile(expression).eval(data={name: body[name] for name in names if name in body})
    if result.type() == cel.Type.ERROR:
        return None
    assert isinstance(result.value(), bool), expression
    return result.value()
