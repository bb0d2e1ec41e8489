"""The comment on a pull request: what is worst comes first, it always fits, and no text of it becomes markup."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given

from change.reports.reported import BUSY, NOTHING, changed, deployment, field, file, found, reported, whole
from diagnostics.hostile import filled
from diagnostics.markdown_readers import Seen, github, markdown_it, notifying
from servewright.change.model import Item, Reported
from servewright.change.reports.markdown import LIMIT, MARKER, render

READERS = [github, markdown_it]


def test_whole_comment() -> None:
    shown = render(
        reported(
            deployment(
                "granite-8b",
                changed("granite-8b", field(("spec", "predictor", "minReplicas"), 1, 2)),
                whole("added", "extra", "Secret"),
            ),
            consequences={
                "granite-8b": (
                    found("model-restarts", "`granite-8b` restarts", "info", "SW801", line=7),
                    found("edit-refused", "it is refused", "error", "SW821", "write `runtime: auto`", line=9),
                )
            },
        )
    )
    assert (
        shown
        == """\
<!-- servewright-diff -->
### ❌ servewright: 1 deployment changed

1 error, 1 info: refused by the cluster, restarts.

| | Deployment | Change | What happens |
|---|---|---|---|
| ❌ | `chat/granite-8b` | changed | refused by the cluster, restarts |

<details open>
<summary>❌ <code>chat/granite-8b</code> changed · 1 field</summary>

- ❌ **SW821** edit-refused: it is refused (`deployments/chat.yaml:9`)<br>
  **Help:** write `runtime: auto`
- ℹ️ **SW801** model-restarts: `granite-8b` restarts (`deployments/chat.yaml:7`)

Created:

- `Secret/chat/extra`

| Object | Field | Before | After |
|---|---|---|---|
| `InferenceService` | `spec.predictor.minReplicas` | `1` | `2` |

</details>
"""
    )


def test_nothing_changes() -> None:
    assert render(NOTHING) == "<!-- servewright-diff -->\n### ✅ servewright: nothing changes in the cluster\n"


def test_a_change_without_consequences_says_so() -> None:
    shown = render(reported(deployment("a", whole("added", "a"), change="added")))
    assert "### ✅ servewright: 1 deployment added\n\nNo consequences are known.\n" in shown
    assert "| ✅ | `chat/a` | added | – |\n" in shown


def names_in_order(text: str) -> list[str]:
    """The deployments of the table."""
    return re.findall(r"^\| \S+ \| `chat/([^`]+)` \|", text, re.MULTILINE)


def test_the_worst_comes_first_in_the_table_and_below() -> None:
    shown = render(BUSY)
    order = ["qwen-7b", "mistral", "llama-70b", "granite-8b", "phi-4"]
    assert names_in_order(shown) == order
    assert re.findall(r"<summary>[^<]+ <code>chat/([^<]+)</code>", shown) == [*order, "models-s3"]


def test_of_two_with_the_same_worst_the_one_with_more_is_first() -> None:
    own = {"a": (found("model-downtime"),), "b": (found("model-downtime"), found("model-restarts"))}
    assert names_in_order(render(reported(deployment("a"), deployment("b"), consequences=own))) == ["b", "a"]


def test_a_rule_that_is_not_in_the_order_is_behind_those_that_are() -> None:
    own = {"a": (found("brand-new"),), "b": (found("rollout-accelerators"),), "c": ()}
    deployments = [deployment(name) for name in own]
    shown = render(reported(*deployments, consequences=own))
    assert names_in_order(shown) == ["b", "a", "c"]
    assert "| ⚠️ | `chat/a` | changed | brand new |\n" in shown


def test_what_concerns_the_whole_change_is_above_the_table() -> None:
    shown = render(reported(deployment("a"), others=(found("mass-deletion", "too much", "error", "SW810"),)))
    assert shown.index("- ❌ **SW810** mass-deletion: too much\n") < shown.index("| Deployment |")
    assert "### ❌ servewright" in shown


def test_a_renaming_names_both() -> None:
    both = (deployment("new", change="added", renamed="old"), deployment("old", change="removed", renamed="new"))
    shown = render(reported(*both))
    assert "servewright: 1 deployment renamed\n" in shown
    assert "| `chat/new` | added, was `old` |" in shown
    assert "| `chat/old` | removed, becomes `new` |" in shown


def test_what_a_renaming_means_is_told_once_and_both_halves_stand_together() -> None:
    both = (deployment("new", change="added", renamed="old"), deployment("old", change="removed", renamed="new"))
    own = {"new": (found("deployment-renamed", "it is another model"),), "better": (found("url-changes"),)}
    shown = render(reported(deployment("better"), *both, consequences=own))
    assert names_in_order(shown) == ["new", "old", "better"]
    assert "| ⚠️ | `chat/old` | removed, becomes `new` | renamed |\n" in shown
    assert shown.count("it is another model") == 1
    assert "What that means is told of `new`.\n" in shown


def test_where_nothing_could_be_compared_the_problems_are_the_headline() -> None:
    shown = render(reported(others=(found("profile-unknown", "there is none", "error", "SW301"),)))
    assert "### ❌ servewright: what changes cannot be said\n\n1 error: profile unknown.\n\n- ❌ **SW301** " in shown


def test_an_incomplete_base_alone_changes_nothing() -> None:
    shown = render(reported(others=(found("base-incomplete", "it has errors", "info", "SW030"),)))
    assert "### ℹ️ servewright: nothing changes\n" in shown


def test_errors_are_not_folded() -> None:
    own = {"a": (found("model-downtime"),), "b": (found("edit-refused", severity="error"),)}
    shown = render(reported(deployment("a"), deployment("b"), consequences=own))
    assert "<details open>\n<summary>❌ <code>chat/b</code>" in shown
    assert "<details>\n<summary>⚠️ <code>chat/a</code>" in shown


def test_a_connection_lists_who_uses_it() -> None:
    users = tuple(f"user-{number}" for number in range(30))
    shown = render(reported(files=(file("runtimes", "shared", changed("shared"), users=users),)))
    assert "<summary>shared runtime <code>chat/shared</code> changed · 1 object</summary>" in shown
    assert "Used by `user-0`, " in shown
    assert "`user-19` and 10 more.\n" in shown


def test_a_shared_runtime_is_shown_once_and_not_with_each_who_shares_it() -> None:
    runtime = changed("vllm", field(("spec", "image"), "a:1", "a:2"), kind="ServingRuntime")
    sharing = [deployment(name)._replace(runtime=runtime) for name in ("a", "b")]
    shown = render(reported(*sharing, files=(file("runtimes", "vllm", runtime, users=("a", "b")),)))
    assert shown.count("It uses `ServingRuntime/chat/vllm`, which is changed too.\n") == 2
    assert shown.count("| `spec.image` |") == 1


# --- size ------------------------------------------------------------------------------------------------------------


def many(number: int, fields: int, length: int = 40) -> Reported:
    """Deployments whose risk is the greater the higher their number."""
    deployments = [
        deployment(
            f"model-{index:05}",
            changed(
                f"model-{index:05}", *(field(("spec", "ü" * length, each), 1, "模" * length) for each in range(fields))
            ),
        )
        for index in range(number)
    ]
    worst = f"model-{number - 1:05}"
    own = {item.name: (found("model-restarts", "it restarts" * 9, "info"),) for item in deployments}
    return reported(*deployments, consequences={**own, worst: (found("edit-refused", "no", "error"),)})


@pytest.mark.parametrize(("number", "fields"), [(1, 5_000), (40, 30), (2_000, 2), (10_000, 1)])
@pytest.mark.parametrize("read", READERS)
def test_a_comment_always_fits_and_says_what_it_left_out(read: Callable[[str], Seen], number: int, fields: int) -> None:
    shown = render(many(number, fields))
    assert len(shown.encode()) <= LIMIT == 60_000
    seen = read(shown)
    sections = seen.tags.count("details")
    assert sections == len(re.findall("<details(?: open)?>", shown)) >= 1
    assert names_in_order(shown)[0] == f"model-{number - 1:05}", "the worst is never cut"
    assert f"<code>chat/model-{number - 1:05}</code>" in shown
    if sections < number:
        left_out = f"{number - sections:,} section{'s' * (number - sections > 1)}"
        assert f"… and {left_out} more that would not fit here; `servewright diff` shows all of them." in shown
    rows = len(names_in_order(shown))
    assert (rows == number) or f"… and {number - rows:,} deployments more." in shown
    if fields == 5_000:
        assert re.search(r"… and 4,\d\d\d fields more\.", shown)


def test_findings_of_the_whole_change_leave_room_for_the_deployments() -> None:
    others = tuple(found("restarts-many", f"{number}: " + "x" * 3_000) for number in range(500))
    shown = render(reported(deployment("a", changed("a", field(("spec",), 1, 2))), others=others))
    assert len(shown.encode()) <= LIMIT
    assert "<summary>✅ <code>chat/a</code>" in shown
    assert re.search(r"- … and 49\d more\n", shown)


# --- hostile texts ---------------------------------------------------------------------------------------------------


def with_text(text: str) -> str:
    return render(
        reported(
            deployment(
                text,
                changed(text, field((text, Item(text, text), 0), text, [text, {text: text}])),
                whole("added", text, text),
                renamed=text,
            ),
            files=(file("connections", text, changed(text, field((text,), text, None)), users=(text, text)),),
            consequences={text: (found("model-restarts", text, help=text, line=3),)},
            others=(found("mass-deletion", text),),
        )
    )


@pytest.mark.parametrize("read", READERS)
@given(text=filled)
def test_no_text_of_a_repository_becomes_markup(text: str, read: Callable[[str], Seen]) -> None:
    seen, calm = read(with_text(text)), read(with_text("x"))
    assert _but_code(seen) == _but_code(calm)
    assert seen.attributes == []
    assert notifying(seen) == []
    assert with_text(text).startswith(f"{MARKER}\n")


def _but_code(seen: Seen) -> Counter[str]:
    return Counter(tag for tag in seen.tags if tag != "code")


def test_there_is_one_marker_whatever_a_repository_writes() -> None:
    assert with_text(MARKER).count(MARKER) > 1, "as code, in which nothing is looked for"
    assert github(with_text(MARKER)).tags.count(MARKER) == 1
