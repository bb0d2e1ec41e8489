"""``python -m cluster COMMAND…`` builds what is missing and runs a command where only loopback exists."""

from __future__ import annotations

import sys

from cluster.binaries import programs
from cluster.isolation import enter
from go_tools import ToolchainError

try:
    programs()  # now: in there, no module can be fetched
except ToolchainError as error:
    sys.exit(str(error))
enter(sys.argv[1:])
