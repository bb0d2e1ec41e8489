"""Pod templates: what Kubernetes refuses in them beyond their structure.

The API server takes a pod template inside a custom resource by its schema alone. These rules hit when a controller
makes a Deployment of it: the object is admitted, and then nothing happens. Facts: kubernetes 1.35,
pkg/apis/core/validation/validation.go; the functions here are named after those there.
"""

from servewright.check.cluster.pods.environment import check_env
from servewright.check.cluster.pods.spec import check_container, check_pod_spec

__all__ = ["check_container", "check_env", "check_pod_spec"]
