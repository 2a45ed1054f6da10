"""Deep ISPs, one file each. `names()` and `create(name, **config)` are the way in."""

from benchmark.registry import ISPS

names = ISPS.names
info = ISPS.info
create = ISPS.create
