"""Asks kubeconform about everything that was emitted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from servewright.catalog.release import Release
from servewright.check.kubeconform.answer import NonsenseError, Refusal, read_answer
from servewright.check.kubeconform.findings import Emitted, findings_of
from servewright.check.kubeconform.question import INSTALL, OBJECTS, SCHEMAS, VERSION, arguments, patience
from servewright.check.schemas import schema_folder
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding
from servewright.diagnostics.short import short
from servewright.programs.find import find_program, is_program
from servewright.programs.process import EndedByUsError, run, tidy_when_ended
from servewright.record import NamedTuple
from servewright.second_opinion.private_folder import private_folder, write_files

PROGRAM = "SERVEWRIGHT_KUBECONFORM_PROGRAM"
# Wrappers, such as those of version managers, need to find themselves; nothing else is kubeconform's business, least of
# all a proxy or a credential.
_ENVIRONMENT = ("PATH", "HOME")
_MOST_OUTPUT = 64 << 20


class Opinion(NamedTuple):
    """What it found, and how many objects it was content with; None when it was not asked, or cannot be trusted."""

    findings: tuple[Finding, ...]
    valid: int | None = None


class _NoOpinionError(Exception):
    """It gave none; the text says why."""


def ask(
    emitted: Callable[[], Iterable[Emitted]], release: Release, environment: Mapping[str, str], *, required: bool
) -> Opinion:
    """What kubeconform says about every emitted object of a compilation for ``release``.

    ``emitted`` gives the files from the first to the last whenever it is called: once to write them, and once more
    only if something is refused, so that nobody has to keep them.
    """
    try:
        program = _program(environment)
        if program is None and not required:
            message = "kubeconform is not installed, so there is no second opinion"
            return Opinion((Finding(codes.KUBECONFORM_MISSING, message, None, INSTALL),))
        if program is None:
            message, hint = "kubeconform is required, and is not installed", INSTALL
            return Opinion((Finding(codes.KUBECONFORM_FAILED, message, None, hint),))
        refusals, objects = _ask(program, emitted, release, environment)
        findings = findings_of(refusals, emitted()) if refusals else []
        return Opinion(tuple(findings), objects - len(refusals))
    except (_NoOpinionError, NonsenseError) as error:
        hint = f"servewright is tested with kubeconform {VERSION}; see which one it is with `kubeconform -v`"
        return Opinion((Finding(codes.KUBECONFORM_FAILED, f"kubeconform {error}", None, hint),))


def _ask(
    program: str, emitted: Callable[[], Iterable[Emitted]], release: Release, environment: Mapping[str, str]
) -> tuple[tuple[Refusal, ...], int]:
    """What it refuses, and of how many objects."""
    objects = 0

    def files() -> Iterator[tuple[str, str]]:
        nonlocal objects
        for file in emitted():
            objects += len(file.objects)
            yield f"{OBJECTS}/{file.path}", file.text

    with tidy_when_ended():
        try:
            with private_folder() as folder:
                write_files(folder, files())
                os.symlink(os.path.realpath(schema_folder()), f"{folder}/{SCHEMAS}")
                ended = run(
                    (program, *arguments(release.schemas)),
                    folder,
                    {name: environment[name] for name in _ENVIRONMENT if name in environment},
                    seconds=patience(objects),
                    most_output=_MOST_OUTPUT,
                )
        except OSError as error:
            raise _NoOpinionError(f"could not be run: {(error.strerror or type(error).__name__).lower()}") from None
        except EndedByUsError as error:
            raise _NoOpinionError(str(error)) from None
    return read_answer(ended.output, ended.code, objects), objects


def _program(environment: Mapping[str, str]) -> str | None:
    """The program's absolute path: what the environment names, or the first on the PATH."""
    named = environment.get(PROGRAM)
    if named:
        if not os.path.isabs(named) or not is_program(named):
            raise _NoOpinionError(
                f"could not be run: {PROGRAM} is `{short(named, 200)}`, not the absolute path of a program"
            )
        return named
    return find_program("kubeconform", environment)
