"""The command line: one module per command, loaded when it is used.

A command's module has ``arguments(parser)``, which declares what it takes, and ``run(options) -> int``, which does it
and returns the exit code. argparse rather than a larger library: it is a third of the cost of a cold start.
"""
