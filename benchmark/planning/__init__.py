"""From a request to a graph of steps, in which equal steps are one node.

May import the ground floor, `store`, `data` and the protocols' contract; runs nothing.
"""
