"""The command line: one file per verb; heavy imports only where a verb needs them."""
