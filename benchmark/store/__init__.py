"""The store: what a step is, where its products lie, and who may write there.

May import the ground floor.
"""
