"""What can be checked or said of a method without data: its contract, and the list of methods.

May import the ground floor, `data`, `planning`, `training` and the two contracts.
"""
