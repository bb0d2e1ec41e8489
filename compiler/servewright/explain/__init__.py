"""Explanations: what was decided for a deployment and why, and what can be chosen. Pure: compilation in, data out.

Each question has a module that answers it with records (``NamedTuple``); ``as_json`` and ``*_text`` print those, so
that both forms always say the same.
"""
