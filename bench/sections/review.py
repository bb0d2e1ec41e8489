"""What a reviewer waits for: the consequences of one changed spec among many, in Git."""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict

from processes import Place
from report import Data, Figure, Goal, figures

COUNT = 5_000

# A commit that is the same everywhere, whatever the configuration of who measures.
_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "bench"), ("EMAIL", "bench@example.com"), ("DATE", "2026-01-01T00:00:00Z"))
}


def measure(place: Place) -> Data:
    """A diff, against a full render of the same fleet."""
    fleet = place.fleet(place.count(COUNT))
    place.render(fleet)
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "all")):
        subprocess.run(["git", *arguments], cwd=fleet, env=place.environment | _GIT, check=True)
    _change_one(place.specs(fleet))
    rounds: Data = defaultdict(list)
    for _ in range(place.rounds):
        whole = place.render(fleet, "--jobs", "1")
        diff = place.servewright("diff", "--format", "json", fleet=fleet)
        rounds["cpu"].append(diff.cpu / whole.cpu)
        rounds["wall"].append(diff.wall / whole.wall)
    return rounds


def _change_one(specs: list[str]) -> None:
    for path in specs:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if "replicas: 2" in text:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace("replicas: 2", "replicas: 3"))
            return


def tables(data: Data) -> str:
    """The table."""
    title = f"`diff` of one changed spec among {COUNT:,}, in Git"
    return figures(
        [
            Figure(f"{title}: CPU / a full render of them", data["cpu"], Goal(0.25)),
            Figure("the same: wall", data["wall"], Goal(0.25)),
        ]
    )
