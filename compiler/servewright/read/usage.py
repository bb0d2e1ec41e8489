"""What a command was asked for cannot be read: no finding about a file, but an answer to whoever asked."""

from __future__ import annotations

from servewright.diagnostics.model import Diagnostic, Rule


class UsageError(Exception):
    """There is nothing to work on, with what to do; ``rule`` is for answers that are lists of findings."""

    def __init__(self, rule: Rule, message: str, hint: str) -> None:
        super().__init__(message)
        self.rule, self.message, self.hint = rule, message, hint

    def finding(self) -> Diagnostic:
        """The error without a place."""
        return Diagnostic(self.rule.code, self.rule.slug, self.rule.severity, self.message, self.hint)
