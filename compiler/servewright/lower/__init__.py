"""Decisions to Kubernetes objects, one module per emitted kind, in the form that the cluster would store."""
