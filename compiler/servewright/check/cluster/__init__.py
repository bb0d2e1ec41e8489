"""What the API server of a release would say to an object, without asking one.

:func:`check_object` is for whole objects; :func:`check_pod_spec` for the pod templates inside of them, which the API
server takes by their structure alone, and refuses only when a controller makes a Deployment of them.
"""

from servewright.check.cluster.checker import Load, Memo, check_object
from servewright.check.cluster.violation import NOT_REFUSED, REASONS, Violation

__all__ = ["NOT_REFUSED", "REASONS", "Load", "Memo", "Violation", "check_object"]
