"""Evaluation protocols, one file each: what must be trained, and what is compared with what."""

from benchmark.registry import PROTOCOLS

names = PROTOCOLS.names
info = PROTOCOLS.info
create = PROTOCOLS.create
