"""Reading a ResourceList, so that what is passed through is written as it was."""

from __future__ import annotations

import json
import re

from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Finding, Source
from servewright.hints import Any
from servewright.read.documents import read_documents
from servewright.read.positions import Node, document_nodes
from servewright.record import NamedTuple

API_GROUP = "config.kubernetes.io"
KIND = "ResourceList"
INDENT = "  "
# Each is written twice: the first is the specification's, the other that of tools before it.
_PATHS = ("internal.config.kubernetes.io/path", "config.kubernetes.io/path")
_INDICES = ("internal.config.kubernetes.io/index", "config.kubernetes.io/index")
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))+")
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
# What JSON leaves as it is, and YAML reads otherwise or not at all.
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SOURCE = "the ResourceList"


class Item(NamedTuple):
    """An object of the list: its data, and its text, to stand behind a dash."""

    data: dict[str, Any]
    text: str

    @property
    def api_version(self) -> str:
        """Its apiVersion, or nothing."""
        return _string(self.data.get("apiVersion"))

    @property
    def kind(self) -> str:
        """Its kind, or nothing."""
        return _string(self.data.get("kind"))

    @property
    def name(self) -> str:
        """Its name, or nothing."""
        return _string(_mapping(self.data.get("metadata")).get("name"))

    @property
    def namespace(self) -> str:
        """Its namespace, or nothing."""
        return _string(_mapping(self.data.get("metadata")).get("namespace"))

    @property
    def annotations(self) -> dict[str, Any]:
        """Its annotations."""
        return _mapping(_mapping(self.data.get("metadata")).get("annotations"))

    @property
    def path(self) -> str:
        """The file that it is from, as the orchestrator calls it; or nothing."""
        return next((path for key in _PATHS if (path := _string(self.annotations.get(key)))), "")

    @property
    def position(self) -> int:
        """Its position in that file."""
        text = next((text for key in _INDICES if (text := str(self.annotations.get(key, "")))), "0")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ResourceList(NamedTuple):
    """A ResourceList; ``function_config`` is what the orchestrator configures this run with."""

    api_version: str
    items: tuple[Item, ...]
    function_config: Item | None


class Unreadable(NamedTuple):
    """Why there is no ResourceList; ``findings`` are those of its YAML."""

    message: str
    findings: tuple[Finding, ...] = ()


def read_resource_list(text: str) -> ResourceList | Unreadable:
    """The ResourceList in ``text``."""
    documents, findings = read_documents(Source(_SOURCE, text), catalog=True)
    if len(documents) != 1 or documents[0].index:
        return Unreadable("standard input is not one YAML document", tuple(findings))
    data = documents[0].data
    if not _string(data.get("apiVersion")).startswith(f"{API_GROUP}/") or data.get("kind") != KIND:
        return Unreadable(f"standard input is not a {KIND} of {API_GROUP}")
    items, config = data.get("items"), data.get("functionConfig")
    if items is None:
        items = []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return Unreadable("`items` is not a list of objects")
    if config is not None and not isinstance(config, dict):
        return Unreadable("`functionConfig` is not an object")
    fields = document_nodes(text)[0].entries or ()
    entries = {entry.key: entry.node for entry in fields}
    if len(entries) != len(fields):
        return Unreadable("a field is given twice")
    nodes = [entry.node for entry in (entries["items"].entries if items else None) or ()]
    if len(nodes) != len(items):
        return Unreadable("`items` is an alias")
    texts = [_text(text, node, item) for item, node in zip(items, nodes, strict=True)]
    own = None if config is None else _text(text, entries["functionConfig"], config)
    certain = all(finding.rule is codes.CREDENTIAL for finding in findings)
    if not certain and (None in texts or (config is not None and own is None)):
        return Unreadable("an item cannot be written as it was", tuple(findings))
    return ResourceList(
        str(data["apiVersion"]),
        tuple(Item(item, written or as_yaml(item)) for item, written in zip(items, texts, strict=True)),
        None if config is None else Item(config, own or as_yaml(config)),
    )


def as_yaml(data: object) -> str:
    """Any data in one line that every YAML reader reads alike."""
    text = json.dumps(data, ensure_ascii=False)
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _text(text: str, node: Node, data: dict[str, Any]) -> str | None:
    """The node as it is written, moved below a dash; None if it does not mean the same there, as aliases do not."""
    line = max(text.rfind("\n", 0, node.start), text.rfind("\r", 0, node.start)) + 1
    column = node.start - line
    blank = _BLANK_LINES.match(text, node.end)  # which count behind a block scalar with `+`
    first, *others = _LINE_BREAK.split(text[node.start : blank.end() if blank else node.end])
    written = "\n".join([first, *(_moved(each, column) for each in others)]).removesuffix("\n")
    documents = _read_again(f"{INDENT}{written}\n")
    return written if len(documents) == 1 and documents[0].data == data else None


def _moved(line: str, column: int) -> str:
    blank = len(line) - len(line.lstrip(" "))
    rest = line[min(column, blank) :]
    return f"{INDENT}{rest}" if rest else ""


def _read_again(text: str) -> list[Document]:
    return read_documents(Source(_SOURCE, text), catalog=True)[0]


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
