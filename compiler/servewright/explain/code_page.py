"""The page of a diagnostic; of one without a page, what is known about it."""

from __future__ import annotations

import re

from servewright.diagnostics.codes import BY_CODE, BY_SLUG
from servewright.diagnostics.model import Rule
from servewright.diagnostics.pages import PageError, render_page
from servewright.record import NamedTuple


class CodePage(NamedTuple):
    """A code and its page as text, None when it has none."""

    code: str
    slug: str
    severity: str
    title: str
    fixed: bool
    page: str | None


def find_rule(text: str) -> Rule | None:
    """The rule that a code or slug names, in upper or lower case."""
    return BY_CODE.get(text.upper()) or BY_SLUG.get(text.lower())


def looks_like_code(text: str) -> bool:
    """Whether someone who writes ``text`` means a code, existing or not."""
    return re.fullmatch(r"SW[0-9]+", text) is not None


def near_rule(text: str) -> str | None:
    """The slug or code that was probably meant."""
    from servewright.diagnostics.suggest import did_you_mean

    return did_you_mean(text, [*BY_CODE, *BY_SLUG])


def code_page(rule: Rule) -> CodePage:
    """The page of ``rule``."""
    try:
        page = render_page(rule.code)
    except PageError:
        page = None
    return CodePage(rule.code, rule.slug, rule.severity, rule.title, rule.fixed, page)


def render_code(page: CodePage) -> str:
    """The page for a terminal."""
    if page.page is not None:
        return page.page
    standing = (
        "cannot be switched off, changed or waived" if page.fixed else "`spec.rules` in servewright.yaml can change it"
    )
    return f"{page.code} {page.slug}: {page.title}\n{page.severity}; {standing}\n"
