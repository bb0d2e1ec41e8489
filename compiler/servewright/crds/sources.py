"""What the schemas come from: archives of CRDs and OpenAPI documents, as their projects publish them.

The first folder of a member's path is the set of schemas that it belongs to. Equal files give equal archives.

    python -m servewright.crds.sources FOLDER ARCHIVE       packs FOLDER, one sub-folder per set
    python -m servewright.crds.sources --kubernetes OPENAPI_FOLDER FILE KIND…
                                                            takes some kinds out of api/openapi-spec/v3 of Kubernetes
"""

from __future__ import annotations

import io
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

from servewright.crds.openapi import subset


def pack(folder: Path, archive: Path) -> None:
    """Write the files below ``folder`` into ``archive``: by name, without times and owners."""
    with tarfile.open(archive, "w:xz", format=tarfile.USTAR_FORMAT, preset=9) as tar:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = file.read_bytes()
            member = tarfile.TarInfo(file.relative_to(folder).as_posix())  # mode 0644, no owner, time 0
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(path, text) of all sources in ``folder``: members of its archives, and files in its sub-folders."""
    for archive in sorted(folder.glob("*.tar.xz")):
        with tarfile.open(archive, "r:xz") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is not None:
                    yield member.name, content.read().decode("utf-8")
    for file in sorted(folder.glob("*/*.yaml")):
        yield file.relative_to(folder).as_posix(), file.read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Pack a folder, or cut out of OpenAPI."""
    if arguments[:1] == ["--kubernetes"]:
        openapi, target, *wanted = arguments[1:]
        document = subset(json.loads(Path(openapi).read_text(encoding="utf-8")), wanted)
        Path(target).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    folder, archive = arguments
    pack(Path(folder), Path(archive))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
