"""Names so long that the llm-d controller hashes its objects' names.

KServe, llmisvc ChildName: parent and suffix if they have at most 63 characters together, else a piece of the parent
and the MD5 of it. The longest suffix is that of the Secret with the TLS certificate.
"""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.rules.subject import Fault, Subject
from servewright.diagnostics import codes
from servewright.model.names import LONGEST_LABEL, child_name

RULE = codes.LLMD_NAMES_HASHED
_SUFFIX = "-kserve-self-signed-certs"


def check(subject: Subject) -> Iterator[Fault]:
    """A fault when a child's name is hashed."""
    name = subject.decisions.naming.name
    if len(name) + len(_SUFFIX) > LONGEST_LABEL:
        yield Fault(
            ("metadata", "name"),
            f"the name is so long that llm-d's objects get hashed names, such as `{child_name(name, _SUFFIX)}`",
            f"use at most {LONGEST_LABEL - len(_SUFFIX)} characters if dashboards or network policies name these objects",
        )
