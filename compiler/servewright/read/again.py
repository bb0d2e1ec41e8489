"""Documents read a second time: a run keeps no data of what it has compiled, and only what is reported needs it."""

from __future__ import annotations

from servewright.diagnostics.model import Document
from servewright.read.documents import read_documents


def whole(document: Document) -> Document:
    """``document`` with all of its data."""
    found = next((item for item in read_documents(document.source)[0] if item.index == document.index), None)
    return document if found is None else document._replace(data=found.data)
