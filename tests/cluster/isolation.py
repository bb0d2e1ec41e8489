"""A network of our own, where only loopback exists, and processes that all end with the first one.

KServe's managers listen on every interface: here there is no other. And however this process ends, even by SIGKILL,
the kernel ends every process that it started, and their files are gone. One of those files tells the managers in which
namespace of the cluster they run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Final, NoReturn

MANAGERS_NAMESPACE: Final = "kserve"

# A file system of our own, in memory: it goes with the last process.
PRIVATE: Final = Path(os.path.realpath("/var/run"))

_INSIDE: Final = "--inside"
_IFF_UP: Final = 0x1
_GET_FLAGS, _SET_FLAGS = 0x8913, 0x8914  # SIOCGIFFLAGS, SIOCSIFFLAGS

_ADVICE: Final = """\
the cluster tests need a network namespace of their own, and this machine does not allow one:
{reason}
On Linux run them as root, or allow user namespaces:
  sysctl -w kernel.unprivileged_userns_clone=1                (Debian)
  sysctl -w kernel.apparmor_restrict_unprivileged_userns=0    (Ubuntu)
In a container: docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined …"""


def enter(command: list[str]) -> NoReturn:
    """Become ``command`` in new namespaces; ends the process with advice where that is impossible."""
    unshare = [*_unshare(), "--", sys.executable, "-m", "cluster.isolation", _INSIDE, *command]
    os.execvp(unshare[0], unshare)


def is_isolated() -> bool:
    """Whether loopback is the only network interface, and is up."""
    names = [name for _, name in socket.if_nameindex()]
    # Some kernels give every namespace a few tunnels, which are down.
    return not [name for name in names if _is_up(name) != (name == "lo")]


def _unshare() -> list[str]:
    if sys.platform != "linux":
        sys.exit(_ADVICE.format(reason=f"it runs {sys.platform}, not Linux"))
    program = shutil.which("unshare")
    if program is None:
        sys.exit(_ADVICE.format(reason="there is no unshare (of util-linux)"))
    namespaces = [program, "--net", "--pid", "--fork", "--kill-child", "--mount"]
    attempts = [namespaces] if os.geteuid() == 0 else []
    attempts.append([*namespaces, "--user", "--map-root-user"])
    said = []
    for attempt in attempts:
        tried = subprocess.run([*attempt, "true"], capture_output=True, text=True)
        if tried.returncode == 0:
            return attempt
        said.append(f"  {' '.join(attempt)}: {tried.stderr.strip()}")
    sys.exit(_ADVICE.format(reason="\n".join(said)))


def _inside(command: list[str]) -> int:
    """The first process of the namespaces: it runs ``command``, and with it all others end."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh22x", b"lo", 0)
        _, flags = struct.unpack("16sh22x", fcntl.ioctl(control, _GET_FLAGS, request))
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh22x", b"lo", flags | _IFF_UP))
    # The Leases of leader election are looked for in the namespace that this file names.
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(PRIVATE)], check=True)
    identity = PRIVATE / "secrets/kubernetes.io/serviceaccount"
    identity.mkdir(parents=True)
    (identity / "namespace").write_text(MANAGERS_NAMESPACE, encoding="utf-8")
    child = subprocess.Popen(command)
    # Ctrl-C reaches the child too, which cleans up and says what was under way. A first process has no default action
    # for SIGTERM: pass it on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


def _is_up(interface: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, _GET_FLAGS, struct.pack("16sh22x", interface.encode(), 0))
    flags: int = struct.unpack("16sh22x", answer)[1]
    return bool(flags & _IFF_UP)


if __name__ == "__main__":
    assert sys.argv[1] == _INSIDE, "use `python -m cluster COMMAND…`"
    sys.exit(_inside(sys.argv[2:]))
