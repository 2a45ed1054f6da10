"""A plug-in without work of its own, so that what is left is the engine's."""

from mappers.base import Mapper, register_mapper


@register_mapper("trivial", title="Maps nothing, once per seed")
class Trivial(Mapper):
    def map(self, raw, direction):
        return raw
