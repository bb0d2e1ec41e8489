"""A change for people and machines: one module per format, with ``render(reported) -> str``."""
