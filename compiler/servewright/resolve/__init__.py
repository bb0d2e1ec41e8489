"""Decisions: name, hardware, runtime, source, strategy, access, each with its reasons."""
