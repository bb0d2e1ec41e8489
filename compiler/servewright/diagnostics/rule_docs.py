"""Builds docs/rules/ from the pages: ``python -m servewright.diagnostics.rule_docs [--check]``.

One file per code, as ``servewright explain CODE`` shows it, and an index. What only a fence's info string says on a
page, such as an example's file name, is written out, because a browser does not show it. Works on a source checkout.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from servewright.diagnostics.codes import BY_CODE
from servewright.diagnostics.facts import OUTCOMES, PROJECTS
from servewright.diagnostics.model import Rule
from servewright.diagnostics.pages import Page, PageError, blocks, load, standing

TARGET = Path(__file__).parents[3] / "docs" / "rules"
INDEX = "README.md"

GROUPS = {
    "SW0": "Reading files, and the repository",
    "SW1": "Shape, names and metadata of the inputs",
    "SW2": "Runtimes and sources",
    "SW3": "Hardware, access, strategy and arguments",
    "SW4": "The output tree",
    "SW5": "The objects, as the API server sees them",
    "SW6": "Webhooks and controllers",
    "SW7": "Capacity",
    "SW8": "What a change does",
    "SW9": "Waivers",
}
_DELETE = "delete:"


def build() -> dict[str, str]:
    """The files of docs/rules/, by name."""
    pages: dict[str, Page] = {}
    for code in BY_CODE:
        try:
            pages[code] = load(code)
        except PageError as problem:
            if "has no page" not in str(problem):
                raise
    return {INDEX: index(pages), **{f"{code}.md": document(page) for code, page in pages.items()}}


def document(page: Page) -> str:
    """A page for a browser."""
    rule = BY_CODE[page.code]
    lines = page.text.removesuffix("\n").split("\n")
    starts = {block.first - 1: block for block in blocks(page.text)}
    text = [lines[0], "", f"**{rule.title}** ({standing(rule)})", ""]
    number = 2
    while number < len(lines):
        block = starts.get(number)
        if block is None:
            text.append(lines[number])
            number += 1
            continue
        language, _, name = block.info.partition(" ")
        if name.startswith(_DELETE):
            text.append(f"`{name.removeprefix(_DELETE)}` is deleted.")
        else:
            caption = "servewright reports:" if language == "text" else f"`{name}`:" if name else None
            fence = lines[number].partition(block.info)[0] if block.info else lines[number]
            text += [caption, ""] if caption else []
            text += [f"{fence}{language}", *lines[block.first : block.last], lines[block.last]]
        number = block.last + 1
    return "\n".join(text) + "\n"


def index(pages: Mapping[str, Page]) -> str:
    """The table of all codes."""
    text = [
        "# Rules",
        "",
        "Everything that servewright reports, generated from the pages that `servewright explain CODE` shows. The last column",
        "is what the cluster would do without the rule; of a change, what it will do:",
        "",
        *(f"- *{outcome}*: {meaning}" for outcome, meaning in OUTCOMES.items()),
        "- *nothing*: the rule is servewright's own",
        "",
        "Severities marked with † are defaults, which `spec.rules` in servewright.yaml can change. [What clusters",
        "do](../cluster-behaviour.md) goes the other way: from what is known of a cluster to the rule that covers it.",
    ]
    for prefix, title in GROUPS.items():
        rules = [rule for code, rule in sorted(BY_CODE.items()) if code.startswith(prefix)]
        if rules:
            text += [
                "",
                f"## {title}",
                "",
                "| Code | Slug | Severity | What is wrong | Cluster |",
                "|---|---|---|---|---|",
            ]
            text += [_row(rule, pages.get(rule.code)) for rule in rules]
    text += ["", "## Where facts were read", "", "| Name on the pages | What it is |", "|---|---|"]
    text += [f"| {name} | {what} |" for name, what in PROJECTS.items()]
    return "\n".join(text) + "\n"


def _row(rule: Rule, page: Page | None) -> str:
    code = f"[{rule.code}]({rule.code}.md)" if page else rule.code
    outcome = page.facts.outcome if page else ""
    return f"| {code} | {rule.slug} | {rule.severity}{'' if rule.fixed else '†'} | {rule.title} | {outcome} |"


def stale(files: Mapping[str, str], folder: Path) -> list[str]:
    """The names of files in ``folder`` that are not as ``files`` says, missing, or too many."""
    here = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*")}
    return sorted(name for name in files.keys() | here.keys() if files.get(name) != here.get(name))


def main(arguments: list[str] | None = None, folder: Path = TARGET) -> int:
    """Write docs/rules/, or with --check say what is stale; returns the exit code."""
    parser = argparse.ArgumentParser(description="Build docs/rules/ from the pages of the diagnostics.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is stale")
    options = parser.parse_args(arguments)
    files = build()
    names = stale(files, folder)
    if options.check:
        for name in names:
            print(f"docs/rules/{name} is stale: run `make rules`", file=sys.stderr)
        return bool(names)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name in files:
            (folder / name).write_text(files[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
