"""The examples of the project's documents, as CONTRIBUTING.md describes them: what a fence's info string says it holds.

A document is a sequence of *cases*, none longer than its section. A case starts with its inputs, laid over the Project and the catalog of
``examples/`` and over what the document showed before (unless that was refused), and goes on with what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *sorted(f"docs/{path.name}" for path in ROOT.glob("docs/*.md")),
)

_FENCE = re.compile(r"^(`{3,})([^`]*)$")
_GAP = "…"


class Block(NamedTuple):
    """A fenced block; ``line`` is that of its fence, from 1, ``section`` counts headings."""

    info: str
    text: str
    line: int
    section: int


class Case(NamedTuple):
    """Inputs as a whole repository (path -> text), and the blocks that show what comes out."""

    document: str
    line: int
    files: dict[str, str]
    outputs: list[Block]

    @property
    def printed(self) -> Block | None:
        """The block with what servewright prints; None where it should find nothing."""
        return next((block for block in self.outputs if block.info == "text"), None)


def read(document: str) -> str:
    """The text of a document, by its path in the repository."""
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a Markdown text, in order."""
    found: list[Block] = []
    fence: tuple[str, str, int] | None = None
    section = 0
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        match = _FENCE.match(line)
        if fence is None:
            section += line.startswith("#")
            fence = (match[1], match[2].strip(), number) if match else None
        elif match and match[1] == fence[0] and not match[2].strip():
            content = "".join(f"{row}\n" for row in lines[fence[2] : number - 1])
            found.append(Block(fence[1], content, fence[2], section))
            fence = None
    assert fence is None, f"the fence on line {fence and fence[2]} is not closed"
    return found


def cases(document: str) -> Iterator[Case]:
    """The cases of a document."""
    accepted = _example_platform()
    whole = ""  # the file that `yaml spec` changes: the last one that was shown whole, and not refused
    case: Case | None = None
    given: list[str] = []
    section = 0
    for block in [*blocks(read(document)), None]:
        language, _, name = block.info.partition(" ") if block else ("", "", "")
        is_fields = language == "yaml" and name == "spec"
        is_file = language == "yaml" and name.endswith(".yaml") and not name.startswith("rendered/")
        is_next = block is None or block.section != section or is_fields or (is_file and case and case.outputs)
        if case is not None and is_next:
            yield case
            if case.printed is None and given:
                accepted.update((path, case.files[path]) for path in given)
                whole = given[-1]
            case, given = None, []
        if block is None:
            break
        section = block.section
        if is_fields or is_file:
            if case is None:
                case = Case(document, block.line, dict(accepted), [])
            if is_file:
                case.files[name] = block.text
                given.append(name)
            else:
                case.files[whole] = _with_fields(case.files[whole], block.text)
        elif case is not None and (block.info == "text" or name.startswith("rendered/")):
            case.outputs.append(block)


def differs_from_excerpt(text: str, excerpt: str) -> str | None:
    """The first stretch of ``excerpt`` that ``text`` does not have; None when it is an excerpt of it.

    A line that begins with ``…`` or ``# …`` stands for lines that are left out; everything else must be there, in
    order, in whole lines, from the first line to the last.
    """
    stretches = [[""]]
    for line in excerpt.splitlines():
        if line.strip().removeprefix("# ").startswith(_GAP):
            stretches.append([""])
        else:
            stretches[-1].append(line)
    rest = f"\n{text}"
    for index, stretch in enumerate(stretches):
        wanted = "\n".join(stretch) + "\n"
        at = rest.find(wanted)
        if at < 0 or (index == 0 and at > 0):
            return wanted
        rest = rest[at + len(wanted) - 1 :]
    return None if rest == "\n" or len(stretches[-1]) == 1 else rest


def _example_platform() -> dict[str, str]:
    """The Project and the catalog of the example repository: what the examples in documents are laid over."""
    folder = ROOT / "examples"
    paths = [folder / "servewright.yaml", *sorted((folder / "catalog").rglob("*.yaml"))]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _with_fields(text: str, fields: str) -> str:
    """The document in ``text`` with these fields of its spec instead of its own."""
    document = yaml.safe_load(text)
    document["spec"] = {**document.get("spec", {}), **yaml.safe_load(fields)}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
