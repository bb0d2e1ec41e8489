"""``servewright schemas import``: JSON Schemas of the kinds of a cluster, from its CRDs."""

from __future__ import annotations

import argparse
import os
import re
import sys

from servewright.cli.session import FAILED, fail

DESCRIPTION = """
Turn CustomResourceDefinitions into JSON Schemas that refuse what a cluster would refuse or drop.

PATH is a file or a folder of CRDs, as YAML or JSON; exported Lists are fine (oc get crd -o yaml). The files are laid
out as kubeconform looks for them:
-schema-location 'DIR/NAME/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json'
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files, or folders of files")
    parser.add_argument("--release", metavar="NAME", help="write to the folder DIR/NAME (default: DIR)")
    parser.add_argument("--output", metavar="DIR", default="schemas", help="where to write (default: schemas)")


def run(options: argparse.Namespace) -> int:
    """Read, convert, write; the exit code."""
    from servewright.crds.importing import import_crds
    from servewright.crds.on_disk import UnusableError, read_sources, write_files
    from servewright.diagnostics.escape import visible

    if options.release is not None and not re.fullmatch(r"[A-Za-z0-9]+([-._][A-Za-z0-9]+)*", options.release):
        fail(f"`{options.release}` cannot be the name of a folder", "use letters, digits, `.`, `-` and `_`")
    folder = os.path.join(options.output, options.release) if options.release else options.output
    try:
        imported = import_crds(read_sources(options.paths, options.directory))
        if imported.problems:
            for problem in imported.problems:
                place = f"{problem.span.file}:{problem.span.line}:{problem.span.column}: " if problem.span else ""
                lines = [f"error: {place}{problem.message}"]
                lines += [f"  = help: {problem.help}"] if problem.help else []
                sys.stderr.write("".join(f"{visible(line)}\n" for text in lines for line in text.splitlines()))
            sys.stderr.write("nothing was written\n")
            return FAILED
        if not imported.files:
            fail(
                "there is no CustomResourceDefinition in what was given",
                "export them with `oc get crd inferenceservices.serving.kserve.io -o yaml`",
            )
        written = write_files(imported.files, os.path.join(options.directory, folder), folder)
    except UnusableError as error:
        fail(str(error), "name files or folders of CustomResourceDefinitions, and a folder to write to")
    sys.stderr.write(f"{len(imported.files)} schemas in {folder}: {written} written\n")
    return 0
