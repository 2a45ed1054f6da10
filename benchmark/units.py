"""Sizes and times in units that are easy to read."""


def readable_size(count: float) -> str:
    """A number of bytes, in a unit that is easy to read.

    >>> readable_size(3_400_000), readable_size(999)
    ('3.4 MB', '999 B')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def readable_time(seconds: float) -> str:
    """A duration, in a unit that is easy to read.

    >>> readable_time(720), readable_time(90), readable_time(3 * 86400)
    ('12 min', '90 s', '3 d')
    """
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def percentage(share: float) -> str:
    """A share for people, to two digits.

    >>> percentage(1.0), percentage(0.0196), percentage(12.5)
    ('100 %', '2 %', '1200 %')
    """
    return f"{float(f'{100 * share:.2g}'):g} %"
