"""A change as annotations."""

from __future__ import annotations

from change.reports.reported import BUSY, NOTHING, deployment, found, reported
from diagnostics.test_github import commands
from servewright.change.reports.github import render
from servewright.change.reports.places import reported_in_checkout


def test_the_worst_comes_first() -> None:
    assert [command.properties["title"] for command in commands(render(BUSY))] == [
        "SW821 edit-refused",
        "SW808 deployment-removed",
        "SW802 model-downtime",
        "SW801 model-restarts",
        "SW805 demand-changes",
    ]


def test_an_annotation_is_on_its_line() -> None:
    first = commands(render(BUSY))[0]
    assert (first.name, first.properties["file"], first.properties["line"]) == ("error", "deployments/chat.yaml", "9")


def test_errors_win_over_what_is_else_worse() -> None:
    own = (found("model-downtime"), found("model-starts", severity="error", code="SW807"))
    shown = commands(render(reported(deployment("a"), consequences={"a": own})))
    assert [command.name for command in shown] == ["error", "warning"]


def test_ten_of_a_kind_and_a_count_of_the_rest() -> None:
    names = [f"m{number}" for number in range(30)]
    downtime = {name: (found("model-downtime", name), found("url-changes", name)) for name in names}
    shown = commands(render(reported(*map(deployment, names), consequences=downtime)))
    assert {command.properties["title"] for command in shown[:-1]} == {"SW802 model-downtime"}
    assert len(shown) == 11
    assert shown[-1].message.startswith("50 warnings more: ")


def test_nothing_changes() -> None:
    assert render(NOTHING) == "nothing changes\n"


def test_the_last_line_is_for_the_log() -> None:
    assert (
        render(BUSY)
        .splitlines()[-1]
        .startswith("1 deployment added, 3 changed, 1 removed; 1 connection changed; 1 error")
    )


def test_places_can_be_given_from_the_root_of_the_git_repository() -> None:
    moved = reported_in_checkout(BUSY._replace(others=(found("mass-deletion", line=2),)), "services/models")
    files = {command.properties.get("file") for command in commands(render(moved))}
    assert files == {"services/models/deployments/chat.yaml", None}
