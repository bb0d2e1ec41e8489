"""BLAKE2b, without what hashlib brings along."""

try:  # it is what hashlib hands out, and hashlib loads OpenSSL first: 3 ms of every start
    from _blake2 import blake2b as blake2b
except ImportError:
    from hashlib import blake2b as blake2b
