"""From texts of CRDs to the texts of schema files."""

from __future__ import annotations

import json
from collections.abc import Iterable

from servewright.crds.definitions import Definition, definitions, files
from servewright.crds.structural import SchemaError
from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Source, Span, Where
from servewright.read.documents import read_documents
from servewright.read.positions import locate
from servewright.record import NamedTuple


class Problem(NamedTuple):
    """What is wrong with the sources, where, and what to do about it."""

    message: str
    span: Span | None
    help: str | None = None


class Imported(NamedTuple):
    """The texts of the schema files by path; none if there are problems."""

    files: dict[str, str]
    problems: tuple[Problem, ...]


def import_crds(sources: Iterable[Source]) -> Imported:
    """The schemas of all CRDs in YAML or JSON texts. What else is in them is passed over, but it must be readable."""
    found: list[Definition] = []
    problems: list[Problem] = []
    for source in sources:
        documents, unreadable = _documents(source)
        problems += unreadable
        for document in documents:
            try:
                found += definitions(document.data)
            except SchemaError as error:
                problems.append(Problem(str(error), locate(Where(document, error.path))))
            except RecursionError:
                problems.append(Problem("this is nested too deeply", Span(source.path, 1, 1, 1, 1)))
    if problems:
        return Imported({}, tuple(problems))
    try:
        return Imported(files(found), ())
    except ValueError as error:
        return Imported({}, (Problem(str(error), None),))


def _documents(source: Source) -> tuple[list[Document], list[Problem]]:
    if source.text.lstrip().startswith("{"):
        # JSON is YAML but for some escapes; what is no JSON may still be YAML in flow style.
        try:
            return [Document(source, 0, json.loads(source.text))], []
        except (ValueError, RecursionError):
            pass
    documents, findings = read_documents(source, catalog=True)
    return documents, [
        Problem(
            finding.message,
            locate(finding.where) if isinstance(finding.where, Where) else finding.where,
            finding.help,
        )
        for finding in findings
        # Documentation has credentials by way of example, and is left out.
        if finding.rule is not codes.CREDENTIAL
    ]
