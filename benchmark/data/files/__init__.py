"""Reading and writing the files that cameras and users make: raw, sRGB, tables of pairs.

May import the ground floor and the files of `data` itself; knows no data set.
"""
