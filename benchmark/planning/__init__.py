"""From what a user asks to a graph of steps in which equal steps are one, and its cost.

May import the ground floor, `store`, `data` and the protocols' contract; runs nothing.
"""
