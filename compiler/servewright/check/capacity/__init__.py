"""Deployments against the quotas and limit ranges of their namespaces."""
