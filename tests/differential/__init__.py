"""Our verdict on objects against that of others: JSON Schema validators, kubeconform, a real API server.

``corpus`` has what servewright renders, for every release; ``mutate`` breaks it, the same way in every run; ``oracles``
ask the others. What disagrees is a bug of ours, or stands with its reason in ``known.py``.
"""
