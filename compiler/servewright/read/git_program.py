"""Git, asked for objects only: it touches no work tree, no index and no reference, and fetches nothing.

So nothing that a repository's configuration names is run: hooks and ``core.fsmonitor`` belong to those.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from servewright.diagnostics import codes
from servewright.programs.find import find_program
from servewright.programs.process import EndedByUsError, run, tidy_when_ended
from servewright.read.usage import UsageError

_SECONDS = 120.0
_MOST_OUTPUT = 1 << 30
# What Git needs to find itself, and where people allow it to read a repository of another owner (safe.directory).
# GIT_DIR, GIT_INDEX_FILE and their like are left out: in a hook they name what is being committed.
_KEPT = (
    "PATH",
    "HOME",
    "XDG_CONFIG_HOME",
    "TMPDIR",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
)
_KEPT_PREFIXES = ("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
_SET = {
    "LC_ALL": "C",  # messages that can be recognised
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    # A partial clone must not fetch what it lacks: by the first for Git 2.44 and newer, by the second for older ones,
    # which then have no protocol to do it with.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}


class GitError(UsageError):
    """The base cannot be read."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(codes.NO_BASE, message, hint)


class Answer:
    """What Git said: ``code`` is 0 if it did what it was asked."""

    __slots__ = ("code", "errors", "output")

    def __init__(self, code: int, output: bytes, errors: bytes) -> None:
        self.code, self.output, self.errors = code, output, errors.decode("utf-8", "replace")


class Git:
    """Git in one folder."""

    def __init__(self, folder: str, environment: Mapping[str, str]) -> None:
        program = find_program("git", environment)
        if program is None:
            raise GitError(
                "Git is not installed, so there is no base to compare with",
                "install it, or compare with a folder: `servewright diff --base-directory FOLDER`",
            )
        self._program = program
        self._folder = folder
        kept = {name: value for name, value in environment.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)}
        self._environment = kept | _SET

    def ask(self, *arguments: str, given: bytes = b"") -> Answer:
        """Run ``git ARGUMENTS`` with ``given`` on its standard input."""
        command = (self._program, "--no-pager", "--literal-pathspecs", *arguments)
        try:
            with tidy_when_ended():
                ended = run(
                    command,
                    self._folder,
                    self._environment,
                    seconds=_SECONDS,
                    most_output=_MOST_OUTPUT,
                    given=given,
                    errors=True,
                )
        except OSError as error:
            reason = (os.strerror(error.errno) if error.errno else type(error).__name__).lower()
            raise GitError(f"Git could not be run: {reason}", f"see whether `{self._program}` works") from None
        except EndedByUsError as error:
            raise GitError(f"`git {arguments[0]}` {error}", "try again, or use `--base-directory FOLDER`") from None
        return Answer(ended.code, ended.output, ended.errors)

    def need(self, *arguments: str, given: bytes = b"") -> bytes:
        """The output of a command that can only fail when the repository is damaged, or lacks objects."""
        answer = self.ask(*arguments, given=given)
        if answer.code:
            raise GitError(
                f"Git cannot read the base (`git {arguments[0]}` ended with {answer.code})",
                "see `git fsck`, or clone the repository again",
            )
        return answer.output
