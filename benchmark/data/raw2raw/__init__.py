"""`--data raw2raw:PATH`: iPhone X and Samsung S9, the data set of the paper's Table 1.

May import the ground floor, `data` and `data.files`.
"""
