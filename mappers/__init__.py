"""Raw-to-raw mappers, one file each. `names()` and `create(name, **config)` are the way in."""

from benchmark.registry import MAPPERS

names = MAPPERS.names
info = MAPPERS.info
create = MAPPERS.create
