"""The training loop, and all it needs: batches, checkpoints, log, device.

May import the ground floor, `data` and the two contracts; never names a method.
"""
