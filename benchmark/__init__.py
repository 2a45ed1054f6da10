"""ISP-Bench: which raw-to-raw mapper lets a deep ISP work on another camera, and how well."""

__version__ = "0.1.0"
