"""The networks of the mappers, and their parts, one idea per file."""
