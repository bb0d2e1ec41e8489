"""YAML text to plain dicts, lists, strings, numbers, booleans and None, or to findings that say what to write instead."""

from __future__ import annotations

from servewright.diagnostics.model import Document, Finding, Source
from servewright.read.credentials import may_hold_credential
from servewright.read.lines import read_lines


def read_documents(source: Source, *, catalog: bool = False) -> tuple[list[Document], list[Finding]]:
    """The documents of ``source``, and what is wrong with it.

    A document with an error of its YAML is left out, unless it can be read all the same; the others are there, and
    empty documents are not. A catalog is mostly exported from clusters, so there unquoted dates are text, as for every
    reader of Kubernetes. A document with a credential is there, because a Project can make an exception for its path.
    Never raises, whatever the text.
    """
    text = source.text
    everyday = read_lines(text)
    if everyday is not None:
        documents = [Document(source, index, data) for index, data in enumerate(everyday)]
        findings: list[Finding] = []
        escapes = False
    else:
        from servewright.read.builder import build_documents  # PyYAML is a good part of a start

        documents, findings, escapes = build_documents(source, catalog=catalog)
    if escapes or may_hold_credential(text):
        from servewright.read.leaks import leaks

        findings += leaks(source, escapes)
    return documents, findings
