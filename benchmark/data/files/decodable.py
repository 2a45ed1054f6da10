"""Which DNG files LibRaw decodes as written; the others are refused with the reason."""

from pathlib import Path

from benchmark.data.files.dng import MOSAIC, RECTANGULAR, DngTags
from benchmark.errors import BenchError

SIGNED = 2  # SampleFormat
UNCOMPRESSED, JPEG_XL, DEFLATE = 1, 52546, (8, 32946)  # Compression
CONVERTED = (
    "Convert it with Adobe DNG Converter to a DNG of version 1.6 or older with lossless "
    "compression, or write its mosaic as a 16-bit TIFF with a levels.yaml."
)


def check_decodable(path: Path, tags: DngTags) -> None:
    """Refuses a mosaic that LibRaw would decode wrongly or not at all.

    Raises:
        BenchError: it is cut short, or stored in a way that LibRaw does not read as written.
    """
    size, needed = path.stat().st_size, tags.end
    if tags.compression == UNCOMPRESSED:
        needed = max(needed, tags.height * tags.width * tags.bits // 8)
    if needed > size:
        raise BenchError(
            f"{path} is cut short: it has {size} of at least {needed} bytes. Copy it again from "
            f"the camera."
        )
    reason = _undecodable(tags)
    if reason:
        raise BenchError(f"{path} {reason}. {CONVERTED}")


def _undecodable(tags: DngTags) -> str:
    """What LibRaw does not read as written; "" for nothing."""
    if tags.compression == JPEG_XL:
        return "is compressed with JPEG XL (DNG 1.7), which LibRaw cannot read"
    if tags.photometric != MOSAIC:
        return ""  # refused for that, whatever its numbers are
    if tags.sample_format == SIGNED or (tags.bits > 16 and not tags.floating):
        sign = "signed " if tags.sample_format == SIGNED else ""
        return f"holds {sign}whole numbers of {tags.bits} bits, not unsigned ones of at most 16"
    if tags.compression in DEFLATE and not tags.floating:
        return (
            "is compressed with Deflate, which LibRaw cannot read for whole numbers; the file "
            "itself need not be damaged"
        )
    if tags.layout != RECTANGULAR:
        return f"has its filters on a staggered grid (CFALayout {tags.layout})"
    return ""
