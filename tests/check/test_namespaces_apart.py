"""Nothing in a namespace is in the way of anything in another: so one that has not changed need not be checked again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from servewright import Repository
from servewright.check.across import check_namespaces
from servewright.check.summary import Summary
from servewright.compilation import compile_file, prepare
from servewright.diagnostics.model import Where
from servewright.resolve.context import Context
from test_properties import GOLDEN, REPOSITORIES, Bent, bent_structures, inputs

REFUSED = {
    folder.name: inputs(folder / "repo")
    for folder in sorted(GOLDEN.iterdir())
    if folder.name.endswith("refused") and "servewright.yaml" in inputs(folder / "repo")
}


def summarised(files: dict[str, str]) -> tuple[list[Summary], Context | None]:
    repository = Repository.of(files)
    prepared = prepare(repository)
    compiled = [item for source in repository.deployments for item in compile_file(source, prepared).compiled]
    return [item.summary for item in compiled], prepared.context


def compare(files: dict[str, str]) -> int:
    """Compare what is found of all namespaces together and of each alone; how much it is."""
    summaries, context = summarised(files)
    if context is None:
        return 0
    together = check_namespaces(summaries, context)
    apart = [
        finding
        for namespace in sorted({item.namespace for item in summaries})
        for finding in check_namespaces([item for item in summaries if item.namespace == namespace], context)
    ]
    assert sorted(map(str, apart)) == sorted(map(str, together))
    documents = [item.where.document[:2] for item in summaries]
    for finding in together:
        assert isinstance(finding.where, Where)
        assert finding.where.document[:2] in documents
    for summary in summaries:
        assert {namespace for _, namespace, _ in summary.identities} <= {summary.namespace}
    return len(together)


def crowded(files: dict[str, str]) -> dict[str, str]:
    """The repository with every deployment and connection three times: under its name, and under others."""
    own = {path: text for path, text in files.items() if path.startswith("deployments/")}
    again = {path.replace("deployments/", "deployments/again/"): text for path, text in own.items()}
    named = {
        path.replace("deployments/", "deployments/named/"): text.replace("name: ", "name: x-")
        for path, text in own.items()
    }
    return {**files, **again, **named}


@pytest.mark.parametrize("name", [*REPOSITORIES, *REFUSED])
def test_the_same_is_found_of_each_namespace_alone(name: str) -> None:
    files = {**REPOSITORIES, **REFUSED}[name]
    compare(files)
    compare(crowded(files))


def test_there_is_something_to_find() -> None:
    assert compare(crowded(REPOSITORIES["examples"])) > 10


@given(bent_structures())
@settings(max_examples=30)
def test_whatever_is_wrong(bent: Bent) -> None:
    compare(crowded(dict(bent.files)))
