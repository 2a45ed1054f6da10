"""Where steps run: in this process, in a pool of processes, on a Ray cluster, under Slurm.

The unit of work is the command `isp-bench step KEY`, which finds all it needs in the store.
"""
