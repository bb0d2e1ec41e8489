"""The page of each diagnostic: why it matters, an example that is refused, and what to write instead.

A page is a Markdown file, ``pages/<CODE>.md``, so that it reads well in a browser; a person in a terminal gets it from
``servewright explain CODE``. Its examples are run by the tests, which is why their fences say what they hold::

    # SW204 runtime-ambiguous

    - **Kinds:** InferenceService                  what it is about: see :mod:`servewright.diagnostics.facts`
    - **Releases:** all
    - **Cluster:** refuses (API server)
    - **Read in:** KServe `a/file.go`

    Why it matters: any text, up to the first heading.

    ## Refused                                      (## Reported where the code is a warning or an info)

    ```yaml deployments/fraud.yaml                  a file of the repository, added or replaced
    ```yaml delete:deployments/iris.yaml            a file that is not there
    ```text                                         exactly what servewright prints

    ## Instead

    ```yaml deployments/fraud.yaml                  the same repository with these files is fine

The page of a consequence (SW8…) is about a change. It has ``## Before``, files of the base; those of the other sections
are laid over them, and are the head. Its output is what servewright says of that code; there may be more to say.

Fences with another info string, such as ``sh``, are prose.
"""

from __future__ import annotations

import re

from servewright.diagnostics.codes import BY_CODE, BY_SLUG, is_consequence
from servewright.diagnostics.escape import visible
from servewright.diagnostics.facts import Facts, parse_facts
from servewright.diagnostics.model import Rule
from servewright.record import NamedTuple

_FENCE = re.compile(r"^(`{3,})\s*([^`]*?)\s*$")
_TITLE = re.compile(r"^# (SW\d{3}) ([a-z0-9-]+)$")
_DELETE = "delete:"


class PageError(ValueError):
    """A page does not have the form that this module describes."""


class Page(NamedTuple):
    """A page. ``before``, ``refused`` and ``instead`` map paths to file texts, None where a file is deleted."""

    code: str
    slug: str
    title: str
    facts: Facts
    why: str
    refused: dict[str, str | None]
    output: str
    instead: dict[str, str | None]
    text: str
    before: dict[str, str | None] = {}  # noqa: RUF012 - never changed


class Block(NamedTuple):
    """A fenced block: its section's heading, its info string, and its lines, from 0, ``last`` exclusive."""

    section: str
    info: str
    first: int
    last: int


def load(code: str) -> Page:
    """Return the page of ``code``, which may also be a slug, in any case.

    Raises KeyError for a code that does not exist, PageError for one whose page does not exist or is not well-formed.
    """
    from importlib.resources import files

    rule = _rule(code)
    page = files("servewright.diagnostics").joinpath("pages", f"{rule.code}.md")
    try:
        text = page.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PageError(f"{rule.code} has no page") from None
    return parse(text)


def parse(text: str) -> Page:
    """Return the page that ``text`` holds; raises PageError where it does not have the form of a page."""
    lines = _lines(text)
    title = _TITLE.match(lines[0]) if lines else None
    if not title or title[1] not in BY_CODE or BY_CODE[title[1]].slug != title[2]:
        raise PageError("the first line must be `# CODE slug`, of a code that exists")
    rule = BY_CODE[title[1]]
    found = blocks(text)
    *base, first, second = _sections(rule)
    headings = [line.removeprefix("## ") for line in _prose(lines, found) if line.startswith("## ")]
    if headings != [*base, first, second]:
        wanted = [f"`## {heading}`" for heading in (*base, first, second)]
        raise PageError(
            f"{rule.code} needs the sections {', '.join(wanted[:-1])} and {wanted[-1]}, in this order, and no other"
        )
    outputs = [block for block in found if block.info == "text"]
    if [block.section for block in outputs] != [first]:
        raise PageError(f"{rule.code} needs one ```text block, in `## {first}`")
    listed = _facts(lines)
    try:
        facts = parse_facts(lines[listed])
    except ValueError as problem:
        raise PageError(f"{rule.code}: {problem}") from None
    return Page(
        code=rule.code,
        slug=rule.slug,
        title=rule.title,
        facts=facts,
        why="\n".join(lines[listed.stop : lines.index(f"## {headings[0]}")]).strip(),
        refused=_files(lines, [block for block in found if block.section == first]),
        output=_content(lines, outputs[0]),
        instead=_files(lines, [block for block in found if block.section == second]),
        text=text,
        before=_files(lines, [block for block in found if block.section in base]),
    )


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page in order; raises PageError for one that is not closed."""
    found: list[Block] = []
    section = ""
    fence: tuple[str, str, int] | None = None
    for number, line in enumerate(_lines(text)):
        match = _FENCE.match(line)
        if fence:
            ticks, info, first = fence
            if match and not match[2] and len(match[1]) >= len(ticks):
                found.append(Block(section, info, first, number))
                fence = None
        elif match:
            fence = match[1], match[2], number + 1
        elif line.startswith("## "):
            section = line.removeprefix("## ")
    if fence:
        raise PageError(f"the block that starts on line {fence[2]} is not closed")
    return found


def render_page(code: str) -> str:
    """Return the page of ``code`` for a terminal; raises as :func:`load` does."""
    page = load(code)
    rule = BY_CODE[page.code]
    lines = _lines(page.text)
    starts = {block.first - 1: block for block in blocks(page.text)}
    shown = [f"{rule.code} {rule.slug}: {rule.title}", standing(rule)]
    number = 1
    listed = _facts(lines)
    while number < len(lines):
        block = starts.get(number)
        if number in range(listed.start, listed.stop):
            shown.append(lines[number].removeprefix("- ").replace("**", ""))
            number += 1
            continue
        if block is None:
            heading = lines[number].removeprefix("## ")
            shown.append(lines[number] if heading == lines[number] else heading.upper())
            number += 1
            continue
        shown += [*_caption(block), *(f"    {visible(line)}".rstrip() for line in lines[block.first : block.last])]
        number = block.last + 1
    return "\n".join(shown).strip() + "\n"


def _lines(text: str) -> list[str]:
    """Return the lines of a page; unlike ``splitlines`` this leaves alone what an example may need, such as U+2028."""
    return text.removesuffix("\n").split("\n")


def _facts(lines: list[str]) -> slice:
    """The list under the title, which ends with the first blank line after it."""
    start = 2
    return slice(start, next((number for number in range(start, len(lines)) if not lines[number]), len(lines)))


def _rule(code: str) -> Rule:
    rule = BY_CODE.get(code.upper()) or BY_SLUG.get(code.lower())
    if rule is None:
        raise KeyError(code)
    return rule


def _sections(rule: Rule) -> tuple[str, ...]:
    base = ("Before",) if is_consequence(rule.code) else ()
    return (*base, "Refused" if rule.severity == "error" else "Reported", "Instead")


def standing(rule: Rule) -> str:
    """What can be done about the severity of a rule."""
    if rule.fixed:
        return f"{rule.severity}; cannot be switched off, changed or waived"
    return f"{rule.severity} by default; `spec.rules` in servewright.yaml can change it"


def _caption(block: Block) -> list[str]:
    name = block.info.partition(" ")[2]
    if name.startswith(_DELETE):
        return [f"  {name.removeprefix(_DELETE)} is deleted"]
    if block.info == "text":
        return ["  servewright reports:", ""]
    return [f"  {name}:", ""] if name else []


def _prose(lines: list[str], found: list[Block]) -> list[str]:
    inside = {number for block in found for number in range(block.first, block.last)}
    return [line for number, line in enumerate(lines) if number not in inside]


def _files(lines: list[str], found: list[Block]) -> dict[str, str | None]:
    files: dict[str, str | None] = {}
    for block in found:
        language, _, name = block.info.partition(" ")
        if language == "yaml" and not name:
            raise PageError(f"the ```yaml block on line {block.first} does not name its file")
        if not name:
            continue
        path = name.removeprefix(_DELETE)
        if path in files:
            raise PageError(f"`{path}` is given twice in `## {block.section}`")
        files[path] = None if name != path else _content(lines, block)
    return files


def _content(lines: list[str], block: Block) -> str:
    return "".join(f"{line}\n" for line in lines[block.first : block.last])
