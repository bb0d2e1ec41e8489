"""Volumes and their mounts (ValidateVolumes, validateVolumeSource, ValidateVolumeMounts)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from servewright.check.cluster.lenient import entries, mapping, number, text
from servewright.check.cluster.pods.report import bad, inner_path_problem, one_of, step_back
from servewright.check.cluster.violation import Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.model.names import is_dns_label
from servewright.model.quantity import parse

_MODE: Final = "must be between 0 and 511, which is 0777 in octal"
_HOST_PATH_TYPES: Final = (
    "DirectoryOrCreate",
    "Directory",
    "FileOrCreate",
    "File",
    "Socket",
    "CharDevice",
    "BlockDevice",
)
_PROPAGATIONS: Final = ("None", "HostToContainer", "Bidirectional")


def volume_names(spec: dict[str, Any]) -> set[str]:
    """The names that containers can mount."""
    return {text(volume.get("name")) for volume, _ in entries(spec, "volumes", ())}


def check_volumes(spec: dict[str, Any], path: Path) -> Iterator[Violation]:
    """Each volume has a name of its own and one source, and that is complete."""
    seen: set[str] = set()
    for volume, at in entries(spec, "volumes", path):
        name = text(volume.get("name"))
        if not is_dns_label(name):
            yield bad((*at, "name"), "must consist of lower-case letters, digits and inner `-`, at most 63 characters")
        if name in seen:
            yield bad((*at, "name"), "is the name of another volume")
        seen.add(name)
        sources = [key for key, source in volume.items() if key != "name" and source is not None]
        if not sources:
            yield bad(at, "must have a source, such as `emptyDir: {}`")
        for extra in sources[1:]:
            yield bad((*at, extra), f"is a second source: the volume has `{sources[0]}` already")
        for source in sources:
            check = _SOURCES.get(source)
            if check is not None:
                yield from check(mapping(volume[source]), (*at, source))


def check_mounts(container: dict[str, Any], path: Path, volumes: set[str] | None) -> Iterator[Violation]:
    """Mounts name a volume of the pod, at a place of their own. ``volumes`` None: another part may bring them."""
    devices = {
        text(item.get("name")): text(item.get("devicePath")) for item, _ in entries(container, "volumeDevices", ())
    }
    places: set[str] = set()
    for mount, at in entries(container, "volumeMounts", path):
        name, place = text(mount.get("name")), text(mount.get("mountPath"))
        if not name:
            yield bad((*at, "name"), "is required")
        elif volumes is not None and name not in volumes:
            yield bad((*at, "name"), "is no volume of this pod")
        if name in devices:
            yield bad((*at, "name"), "is in `volumeDevices` already")
        if not place:
            yield bad((*at, "mountPath"), "is required")
        elif place in places:
            yield bad((*at, "mountPath"), "is the path of another mount of this container")
        elif place in devices.values():
            yield bad((*at, "mountPath"), "is a path in `volumeDevices` already")
        places.add(place)
        for field in ("subPath", "subPathExpr"):
            if wrong := inner_path_problem(text(mount.get(field))):
                yield bad((*at, field), wrong)
        if mount.get("subPath") and mount.get("subPathExpr"):
            yield bad((*at, "subPathExpr"), "and `subPath` exclude each other")
        yield from _propagation(mount, container, at)


def _propagation(mount: dict[str, Any], container: dict[str, Any], at: Path) -> Iterator[Violation]:
    propagation = mount.get("mountPropagation")
    yield from one_of(propagation, _PROPAGATIONS, (*at, "mountPropagation"))
    if propagation == "Bidirectional" and mapping(container.get("securityContext")).get("privileged") is not True:
        yield bad((*at, "mountPropagation"), "must not be `Bidirectional` in a container that is not privileged")
    recursive = mount.get("recursiveReadOnly")
    yield from one_of(recursive, ("Disabled", "IfPossible", "Enabled"), (*at, "recursiveReadOnly"))
    if recursive in ("IfPossible", "Enabled"):
        if mount.get("readOnly") is not True:
            yield bad((*at, "recursiveReadOnly"), "needs `readOnly: true`")
        if propagation not in (None, "None"):
            yield bad((*at, "recursiveReadOnly"), "needs `mountPropagation` to be absent or `None`")


def _empty_dir(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    limit = parse(str(source.get("sizeLimit", "0")))
    if limit is not None and limit.value < 0:
        yield bad((*at, "sizeLimit"), "is less than 0")


def _secret(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    if not source.get("secretName"):
        yield bad((*at, "secretName"), "is required")
    yield from _files(source, at)


def _config_map(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    if not source.get("name"):
        yield bad((*at, "name"), "is required")
    yield from _files(source, at)


def _files(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    yield from _mode(source, "defaultMode", at)
    for item, place in entries(source, "items", at):
        if not item.get("key"):
            yield bad((*place, "key"), "is required")
        target = text(item.get("path"))
        wrong = "is required" if not target else inner_path_problem(target)
        if wrong is None and target.startswith(".."):
            wrong = "must not start with `..`"
        if wrong is not None:
            yield bad((*place, "path"), wrong)
        yield from _mode(item, "mode", place)


def _mode(owner: dict[str, Any], field: str, at: Path) -> Iterator[Violation]:
    mode = number(owner.get(field))
    if mode is not None and not 0 <= mode <= 0o777:
        yield bad((*at, field), _MODE)


def _claim(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    if not source.get("claimName"):
        yield bad((*at, "claimName"), "is required")


def _host_path(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    path = text(source.get("path"))
    if not path:
        yield bad((*at, "path"), "is required")
    elif step_back(path):
        yield bad((*at, "path"), "must not contain `..`")
    yield from one_of(source.get("type"), _HOST_PATH_TYPES, (*at, "type"))


def _nfs(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    for field in ("server", "path"):
        if not source.get(field):
            yield bad((*at, field), "is required")
    if source.get("path") and not text(source["path"]).startswith("/"):
        yield bad((*at, "path"), "must be an absolute path")


def _csi(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    if not source.get("driver"):
        yield bad((*at, "driver"), "is required")


def _projected(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    yield from _mode(source, "defaultMode", at)
    for projection, place in entries(source, "sources", at):
        kinds = [key for key, value in projection.items() if value is not None]
        if not kinds:
            yield bad(place, "must have a source, such as `secret`")
        for extra in kinds[1:]:
            yield bad((*place, extra), f"is a second source: the entry has `{kinds[0]}` already")
        for kind in kinds:
            inner, there = mapping(projection[kind]), (*place, kind)
            if kind in ("secret", "configMap"):
                yield from _config_map(inner, there)  # here both have a name
            elif kind == "serviceAccountToken":
                yield from _token(inner, there)


def _token(source: dict[str, Any], at: Path) -> Iterator[Violation]:
    wrong = "is required" if not source.get("path") else inner_path_problem(text(source["path"]))
    if wrong is not None:
        yield bad((*at, "path"), wrong)
    seconds = number(source.get("expirationSeconds"))
    if seconds is not None and not 600 <= seconds <= 2**32:
        yield bad((*at, "expirationSeconds"), "must be at least 600, and at most 2**32")


_SOURCES: Final[dict[str, Callable[[dict[str, Any], Path], Iterator[Violation]]]] = {
    "emptyDir": _empty_dir,
    "secret": _secret,
    "configMap": _config_map,
    "persistentVolumeClaim": _claim,
    "hostPath": _host_path,
    "nfs": _nfs,
    "csi": _csi,
    "projected": _projected,
}
