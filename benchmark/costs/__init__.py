"""What the steps of a plan cost: as comparable ones did, else their work, counted beforehand.

May import the ground floor, `store`, `data`, `planning`, `training` and the methods' contracts.
"""
