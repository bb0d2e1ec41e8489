"""Amounts of resources: each is judged by itself, so that one that is wrong hides no other."""

from __future__ import annotations

from harness import Repo


def _codes(repo: Repo, **resources: dict[str, str]) -> list[str]:
    repo.deploy(hardware={"profile": "nvidia-gpu", "resources": resources})
    lines = (repo.root / "deployments/m.yaml").read_text(encoding="utf-8").splitlines()
    found = repo.run("validate").err.splitlines()
    codes = [line[6:11] for line in found if line.startswith("error[")]
    places = [int(line.split(":")[1]) for line in found if line.lstrip().startswith("--> deployments/m.yaml")]
    return [f"{code} {lines[place - 1].strip()}".replace('"', "") for code, place in zip(codes, places, strict=True)]


def test_an_amount_that_cannot_be_read_hides_none_that_is_out_of_range(repo: Repo) -> None:
    assert _codes(repo, requests={"nvidia.com/gpu": "1.5", "cpu": "200m"}, limits={"memory": "1000Gi"}) == [
        "SW307 nvidia.com/gpu: 1.5",
        "SW305 cpu: 200m",
        "SW305 memory: 1000Gi",
    ]


def test_nothing_more_is_said_of_a_resource_with_an_amount_that_cannot_be_read(repo: Repo) -> None:
    """Without its request, the profile's default would be compared with the limit."""
    assert _codes(repo, requests={"cpu": "many"}, limits={"cpu": "100m"}) == ["SW304 cpu: many"]
