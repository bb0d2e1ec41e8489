"""What the API server of a release would say to an object, without asking one.

:class:`Checker` is for whole objects. The pod templates inside of them the API server takes by their structure
alone; what Kubernetes refuses when a controller makes a Deployment of them is in
:mod:`servewright.check.cluster.pods`, which is loaded only by who needs it.
"""

from servewright.check.cluster.checker import Checker, Load, Memo, check_object
from servewright.check.cluster.violation import NOT_REFUSED, REASONS, Violation

__all__ = ["NOT_REFUSED", "REASONS", "Checker", "Load", "Memo", "Violation", "check_object"]
