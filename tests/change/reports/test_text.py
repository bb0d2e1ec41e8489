"""A change at a terminal."""

from __future__ import annotations

import re

from hypothesis import given

from change.reports.reported import BUSY, NOTHING, changed, deployment, field, found, reported, whole
from diagnostics.hostile import filled
from servewright.change.model import Item
from servewright.change.reports.text import render
from servewright.diagnostics.escape import visible


def test_a_deployment_that_changes() -> None:
    shown = render(
        reported(
            deployment(
                "granite-8b",
                changed(
                    "granite-8b",
                    field(("spec", "predictor", "minReplicas"), 1, 2),
                    field(("spec", "predictor", "model", "env", Item("name", "A"), "value"), None, "1"),
                ),
                whole("added", "extra", "Secret"),
            ),
            consequences={
                "granite-8b": (
                    found("model-restarts", "it restarts", "info", "SW801", line=7),
                    found("edit-refused", "it is refused", "error", "SW821", "do not", line=9),
                )
            },
        )
    )
    assert (
        shown
        == """\
~ chat/granite-8b  changed
    error[SW821] edit-refused: it is refused
      --> deployments/chat.yaml:9:3
      = help: do not
    info[SW801] model-restarts: it restarts
      --> deployments/chat.yaml:7:3
    ~ InferenceService/chat/granite-8b
        spec.predictor.minReplicas: 1 → 2
        spec.predictor.model.env[name=A].value: (absent) → "1"
    + Secret/chat/extra

1 deployment changed; 1 error, 1 info: refused by the cluster, restarts
"""
    )


def test_what_comes_and_goes() -> None:
    shown = render(
        reported(
            deployment("new", whole("added", "new"), change="added", renamed="old"),
            deployment("old", whole("removed", "old"), change="removed", renamed="new"),
        )
    )
    assert (
        shown
        == """\
+ chat/new  added: was old
    + InferenceService/chat/new

- chat/old  removed: becomes new
    - InferenceService/chat/old

1 deployment renamed
"""
    )


def test_what_concerns_the_whole_change_comes_first() -> None:
    shown = render(reported(deployment("a"), others=(found("mass-deletion", "too much", "error", "SW810"),)))
    assert shown.startswith("error[SW810] mass-deletion: too much\n\n~ chat/a  changed\n")


def test_connections_and_shared_runtimes_are_listed_with_their_users() -> None:
    assert "~ chat/models-s3  connection changed, used by granite-8b, llama-70b\n" in render(BUSY)


def test_nothing_changes() -> None:
    assert render(NOTHING) == "nothing changes\n"


def test_a_very_large_object_is_summarised() -> None:
    fields = [field(("spec", "args", number), 1, 2) for number in range(250)]
    assert "        … and 150 fields more; --format json has all\n" in render(
        reported(deployment("a", changed("a", *fields)))
    )


def test_color_changes_nothing_but_colors() -> None:
    colored = render(BUSY, color=True)
    assert "\x1b[1;31merror[SW821]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(BUSY)


@given(text=filled)
def test_nothing_of_a_repository_acts_on_a_terminal_or_makes_a_line(text: str) -> None:
    def with_text(value: str) -> str:
        return render(
            reported(
                deployment(value, changed(value, field((value, Item(value, value)), value, [value])), renamed=value),
                consequences={value: (found("model-restarts", value, help=value),)},
                others=(found("mass-deletion", value),),
            )
        )

    shown = with_text(text)
    lines = shown.splitlines()
    assert "\n".join(map(visible, lines)) + "\n" == shown
    assert len(lines) == len(with_text("x").splitlines())
    assert not [line for line in lines if line.startswith(("::", "##"))]
