"""Objects with the statuses that their controllers write, and what the engines shall make of each.

``statuses/<Kind>/`` is laid out as Argo CD's own ``resource_customizations``: ``health_test.yaml`` lists what is
expected of each object in ``testdata/``. ``flux`` is our addition: kstatus' word for what Flux makes of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

STATUSES = Path(__file__).with_name("statuses")


class Recorded(NamedTuple):
    """An object; ``argocd`` is (status, message), None for a kind whose health Argo CD knows by itself."""

    name: str
    body: dict[str, Any]
    argocd: tuple[str, str] | None
    flux: str


def recorded() -> list[Recorded]:
    """Every recorded object."""
    return [
        Recorded(
            f"{expectations.parent.name}-{Path(test['inputPath']).stem}",
            yaml.safe_load((expectations.parent / test["inputPath"]).read_text(encoding="utf-8")),
            (test["healthStatus"]["status"], test["healthStatus"]["message"]) if "healthStatus" in test else None,
            test["flux"],
        )
        for expectations in sorted(STATUSES.glob("*/health_test.yaml"))
        for test in yaml.safe_load(expectations.read_text(encoding="utf-8"))["tests"]
    ]


def files() -> set[str]:
    """The objects that there are, whether anything is expected of them or not."""
    return {f"{path.parents[1].name}-{path.stem}" for path in STATUSES.glob("*/testdata/*.yaml")}
