"""servewright as a KRM function: a ResourceList in, a ResourceList out. Pure; ``cli/krm.py`` reads and prints.

The protocol is kustomize's (cmd/config/docs/api-conventions/functions-spec.md): what is in ``items`` and not ours goes
out as it came, what is rendered is added, and what was found is in ``results``.
"""
