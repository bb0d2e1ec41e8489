"""Our verdict on twenty thousand broken objects against everybody else's, a real API server's first of all.

``docs/validation.md`` shows the counts; ``SERVEWRIGHT_REFRESH=1`` rewrites them. More mutants, or others, by hand::

    SERVEWRIGHT_MUTANTS=50000 SERVEWRIGHT_SEED=7 make test-cluster
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cluster.conftest import Setup
from cluster.control_plane import ControlPlane
from cluster.corpus import definitions_of
from differential.corpus import RELEASES, seeds
from differential.document import MATRIX
from differential.known import explained
from differential.matrix import ORACLES, Row, Tally, rows_of, written
from differential.mutate import Mutant, mutants
from differential.oracles import LIBRARIES, Verdicts, by_kubeconform, ours

MUTANTS = int(os.environ.get("SERVEWRIGHT_MUTANTS", "5000"))  # of each release
SEED = int(os.environ.get("SERVEWRIGHT_SEED", "1"))
THREADS = 2
_DEFAULT = MUTANTS == 5000 and SEED == 1


def by_api_server(plane: ControlPlane, found: list[Mutant]) -> Verdicts:
    """Whether a server-side apply of each would be refused."""

    def ask(mutant: Mutant) -> bool:
        return not plane.apply(mutant.body, at=_address(mutant), dry_run=True).accepted

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(ask, found))


def _address(mutant: Mutant) -> dict[str, object]:
    """What is asked for by URL: the mutant, or what it was if its own name cannot be in one."""
    metadata = mutant.body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    fits = isinstance(name, str) and name not in ("", ".", "..") and name.isprintable() and not set(name) & {"/", "%"}
    return mutant.body if fits else mutant.seed.body


@pytest.fixture(scope="session")  # tests of several modules take turns on a cluster
def tally() -> Tally:
    return Tally()


@pytest.mark.parametrize(
    ("cluster", "platform", "version"),
    [(Setup(definitions_of(*release)), *release) for release in RELEASES],
    indirect=["cluster"],
    ids=["-".join(release) for release in RELEASES],
)
def test_everybody_agrees_or_it_is_known_why(
    cluster: ControlPlane, tally: Tally, platform: str, version: str, tmp_path: Path
) -> None:
    cluster.namespaces(*{item.body["metadata"]["namespace"] for item in seeds(platform, version)})
    found = list(mutants(platform, version, MUTANTS, SEED))
    reasons = [ours(mutant) for mutant in found]
    verdicts = {name: ask(found) for name, ask in LIBRARIES.items()}
    verdicts["kubeconform"] = by_kubeconform(found, tmp_path)
    verdicts["API server"] = by_api_server(cluster, found)
    unexplained = []
    for oracle, answers in verdicts.items():
        for mutant, why, refused in zip(found, reasons, answers, strict=True):
            agree = refused == bool(why)
            known = agree or explained(oracle, mutant, why, refused=refused)
            tally.count(oracle, why, refused=refused, known=known)
            if not known:
                unexplained.append((oracle, "refuses" if refused else "accepts", mutant.seed.source, mutant.how, *why))
    assert unexplained == []
    refused_by_us = sum(map(bool, reasons))
    assert MUTANTS // 4 < refused_by_us < MUTANTS * 3 // 4, "mutants that are all good, or all bad, prove little"


def test_the_document_shows_these_counts(tally: Tally) -> None:
    rows: list[Row] = rows_of(tally)
    assert tally.asked == {oracle: MUTANTS * len(RELEASES) for oracle in ORACLES}
    if _DEFAULT:
        shown = written(rows)
        assert MATRIX.refreshed(shown) == shown
