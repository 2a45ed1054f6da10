"""Pure functions from a picture and its reference to one number, and the statistics of many.

May import the ground floor, and `data` for the layout of ColorCheckers.
"""
