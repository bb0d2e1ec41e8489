"""Secret values deep inside catalog documents: what is copied from them would carry the values into the output."""

from __future__ import annotations

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.hints import Any
from servewright.read.credentials import secret_env_name


def check_values_inside(value: Any, path: Path, problems: Problems) -> None:
    """Report literals beside names that promise a credential, and Secrets with values below the document's root."""
    if isinstance(value, dict):
        name, literal = value.get("name"), value.get("value")
        if isinstance(name, str) and isinstance(literal, str) and literal and _is_secret(name, literal):
            problems.add(
                codes.CREDENTIAL,
                f"the value of `{name}` looks like a credential",
                (*path, "value"),
                help="keep it in a Secret: `valueFrom: {secretKeyRef: {name: …, key: …}}`",
                field=_dotted((*path, "value")),
            )
        if path and value.get("kind") == "Secret" and any(value.get(key) for key in ("data", "stringData")):
            problems.add(
                codes.SECRET_WITH_VALUES,
                "a Secret inside this document carries values",
                (*path, "kind"),
                help="take it out, and treat the values as leaked",
            )
            return
        for key, item in value.items():
            if isinstance(item, (dict, list)):
                check_values_inside(item, (*path, key), problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, (dict, list)):
                check_values_inside(item, (*path, index), problems)


def _is_secret(name: str, literal: str) -> bool:
    # A name of KServe's or OpenShift's own expansion is no value.
    return secret_env_name(name) and not literal.startswith(("$(", "${", "{{"))


def _dotted(path: Path) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
