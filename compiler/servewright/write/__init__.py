"""From Kubernetes objects to files: the only package that writes, and the last pass of every run.

``emit`` turns objects into YAML text, ``layout`` decides which text goes into which file, ``lock`` remembers what was
written, and ``tree`` brings the output folder to that state. Everything above ``disk`` and ``tree`` is pure.
"""
