"""The form of a diagnostic's page, and what `explain CODE` makes of it."""

from __future__ import annotations

import re

import pytest

from servewright.diagnostics import pages
from servewright.diagnostics.facts import Effect, Facts, Reading

PAGE = """\
# SW204 runtime-ambiguous

- **Kinds:** InferenceService, ServingRuntime
- **Releases:** those with `spec.canary`
- **Cluster:** refuses (API server), stalls (KServe controller)
- **Read in:** KServe `pkg/a.go:1-2`, which says so; KServe
  `pkg/b.go`; experiment, twice; CRDs

Why it matters.

Even more so.

## Refused

Some prose.

```yaml deployments/fraud.yaml
a: 1

b: "\u2028"
```

```yaml delete:deployments/iris.yaml
```

```sh
servewright render
```

```text
error[SW204] runtime-ambiguous: two
  = help: one
```

## Instead

````yaml deployments/fraud.yaml
a: |
```
  ## not a heading
````
"""


def test_parse() -> None:
    assert pages.parse(PAGE) == pages.Page(
        code="SW204",
        slug="runtime-ambiguous",
        title="several runtimes fit the model",
        facts=Facts(
            ("InferenceService", "ServingRuntime"),
            "those with `spec.canary`",
            (Effect("refuses", "API server"), Effect("stalls", "KServe controller")),
            (
                Reading("KServe", "pkg/a.go:1-2", "which says so"),
                Reading("KServe", "pkg/b.go"),
                Reading("experiment", "", "twice"),
                Reading("CRDs"),
            ),
        ),
        why="Why it matters.\n\nEven more so.",
        refused={"deployments/fraud.yaml": 'a: 1\n\nb: "\u2028"\n', "deployments/iris.yaml": None},
        output="error[SW204] runtime-ambiguous: two\n  = help: one\n",
        instead={"deployments/fraud.yaml": "a: |\n```\n  ## not a heading\n"},
        text=PAGE,
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# SW204", "# SW999", "the first line must be `# CODE slug`, of a code that exists"),
        ("runtime-ambiguous\n\n", "runtime-none\n\n", "the first line must be `# CODE slug`, of a code that exists"),
        (
            "## Refused",
            "## Reported",
            "SW204 needs the sections `## Refused` and `## Instead`, in this order, and no other",
        ),
        (
            "## Instead",
            "## Elsewhere",
            "SW204 needs the sections `## Refused` and `## Instead`, in this order, and no other",
        ),
        ("```text", "```console", "SW204 needs one ```text block, in `## Refused`"),
        ("```sh", "```text", "SW204 needs one ```text block, in `## Refused`"),
        ("```sh", "```yaml", "the ```yaml block on line 26 does not name its file"),
        (
            "delete:deployments/iris",
            "delete:deployments/fraud",
            "`deployments/fraud.yaml` is given twice in `## Refused`",
        ),
        ("headings\n````\n", "headings\n", "the block that starts on line 37 is not closed"),
    ],
)
def test_page_that_does_not_have_the_form(old: str, new: str, message: str) -> None:
    text = PAGE.replace("a heading", "headings").replace(old, new, 1)
    with pytest.raises(pages.PageError) as raised:
        pages.parse(text)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- **Kinds:** InferenceService, ServingRuntime\n", "", "the facts must be Kinds, Releases, Cluster, Read in, in this order"),
        ("- **Releases:**", "- **Kinds:**", "`- **Kinds:** those with `spec.canary`` is none of the facts"),
        ("- **Releases:**", "- Releases:", "`- Releases: those with `spec.canary`` is none of the facts"),
        ("stalls (KServe", "hangs (KServe", "`hangs (KServe controller)` is not an outcome"),
        ("stalls (KServe", "stalls (a", "`stalls (a controller)` is not an outcome"),
        ("experiment, twice", "rumour, twice", "`rumour, twice` does not begin with a known project"),
        ("- **Read in:** KServe `pkg/a.go:1-2`, which says so; KServe\n  `pkg/b.go`; experiment, twice; CRDs\n", "", "the facts must be"),
    ],
)  # fmt: skip
def test_facts_that_do_not_have_the_form(old: str, new: str, message: str) -> None:
    assert old in PAGE
    with pytest.raises(pages.PageError, match=re.escape(f"SW204: {message}")):
        pages.parse(PAGE.replace(old, new, 1))


def test_a_rule_of_our_own_needs_no_source() -> None:
    page = re.sub(r"- \*\*Cluster:(.|\n)*?\n\n", "- **Cluster:** nothing: servewright's own rule\n\n", PAGE, count=1)
    facts = pages.parse(page).facts
    assert (facts.effects, facts.readings, facts.outcome) == ((), (), "nothing")


def test_empty_page_does_not_have_the_form() -> None:
    with pytest.raises(pages.PageError):
        pages.parse("")


def test_findings_that_are_no_errors_are_reported_not_refused() -> None:
    text = PAGE.replace("SW204 runtime-ambiguous", "SW110 name-derived", 1).replace("Refused", "Reported")
    assert pages.parse(text).code == "SW110"


@pytest.mark.parametrize("name", ["SW204", "sw204", "runtime-ambiguous", "Runtime-Ambiguous"])
def test_load_by_code_or_slug(name: str) -> None:
    assert pages.load(name).code == "SW204"


@pytest.mark.parametrize("name", ["SW999", "", "../pages/SW204", "SW204.md"])
def test_only_codes_and_slugs_are_looked_up(name: str) -> None:
    with pytest.raises(KeyError):
        pages.load(name)


def test_page_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "load", lambda code: pages.parse(PAGE))
    assert (
        pages.render_page("SW204")
        == """\
SW204 runtime-ambiguous: several runtimes fit the model
error; cannot be switched off, changed or waived

Kinds: InferenceService, ServingRuntime
Releases: those with `spec.canary`
Cluster: refuses (API server), stalls (KServe controller)
Read in: KServe `pkg/a.go:1-2`, which says so; KServe
  `pkg/b.go`; experiment, twice; CRDs

Why it matters.

Even more so.

REFUSED

Some prose.

  deployments/fraud.yaml:

    a: 1

    b: "\\u2028"

  deployments/iris.yaml is deleted

    servewright render

  servewright reports:

    error[SW204] runtime-ambiguous: two
      = help: one

INSTEAD

  deployments/fraud.yaml:

    a: |
    ```
      ## not a heading
"""
    )


def test_terminal_page_says_how_to_change_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    text = PAGE.replace("SW204 runtime-ambiguous", "SW110 name-derived", 1).replace("Refused", "Reported")
    monkeypatch.setattr(pages, "load", lambda code: pages.parse(text))
    assert pages.render_page("SW110").splitlines()[:2] == [
        "SW110 name-derived: the name is derived from the display name",
        "warning by default; `spec.rules` in servewright.yaml can change it",
    ]


CHANGE = """\
# SW809 deployment-renamed

- **Kinds:** ModelDeployment
- **Releases:** all
- **Cluster:** deletes (GitOps engine)
- **Read in:** Flux

Why.

## Before

```yaml deployments/fraud.yaml
a: 1
```

## Reported

```yaml deployments/fraud.yaml
a: 2
```

```text
warning[SW809] deployment-renamed: one
```

## Instead

```yaml deployments/fraud.yaml
a: 3
```
"""


def test_the_page_of_a_consequence_has_a_base() -> None:
    page = pages.parse(CHANGE)
    assert (page.why, page.output) == ("Why.", "warning[SW809] deployment-renamed: one\n")
    assert [side["deployments/fraud.yaml"] for side in (page.before, page.refused, page.instead)] == [
        "a: 1\n",
        "a: 2\n",
        "a: 3\n",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [("## Before", "## Base"), ("## Before\n\n```yaml deployments/fraud.yaml\na: 1\n```\n\n", "")],
)
def test_the_page_of_a_consequence_needs_its_base(old: str, new: str) -> None:
    assert old in CHANGE
    with pytest.raises(pages.PageError) as raised:
        pages.parse(CHANGE.replace(old, new, 1))
    assert str(raised.value) == (
        "SW809 needs the sections `## Before`, `## Reported` and `## Instead`, in this order, and no other"
    )
