"""Versions of this package and of the protocol that it speaks."""

PROTOCOL_VERSION = 1
VERSION = "0.1.0"
