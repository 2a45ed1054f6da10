"""What is used from Python: `benchmark.run`, `load_run`, `load_mapper` and `load_isp`.

May import `store`, `planning`, `training`, `steps`, `records`, `running`, `reports` and
`reports.page`; `benchmark/__init__.py` offers its functions, and nothing else imports it.
"""
