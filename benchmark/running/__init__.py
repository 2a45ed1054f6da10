"""A checked run, driven to its end: in this process, in a pool, on Ray, under Slurm.

The unit of work is the command `isp-bench step KEY`, which finds all it needs in the store.
May import every room but `reports`, `methods` and `cli`.
"""
