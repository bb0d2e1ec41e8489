"""Other programs that look at what was compiled. Like ``read/`` and ``write/`` this is an edge, and starts processes."""
