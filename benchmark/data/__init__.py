"""Camera pairs: the contract of a data set, its pictures on disk, and a room for each data set.

May import the ground floor. A data set (`simulated`, `raw2raw`, `lsmi`, `folder`) imports these
files and `data.files`, never another data set.
"""
