"""PDFs of our own making, drawn by hand (ISO 32000-1): what a text alone cannot show, and what is broken on purpose."""

import zlib
from collections.abc import Sequence

IMAGE = b"/Im1 Do"
"""Draws the image over the page: a scan, as far as a reader can tell."""


def line(text: str, *, x: int = 72, y: int = 700, colour: str = "0 g") -> bytes:
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return b"q %s BT /F1 12 Tf %d %d Td (%s) Tj ET Q" % (colour.encode(), x, y, escaped.encode("cp1252"))


def box(x: int, y: int, width: int, height: int, colour: str = "0 g") -> bytes:
    return f"q {colour} {x} {y} {width} {height} re f Q".encode()


def scan() -> bytes:
    return b"q 612 0 0 792 0 0 cm " + IMAGE + b" Q"


def drawn(
    pages: Sequence[Sequence[bytes]], *, annotations: str = "", media_box: str = "0 0 612 792", rotate: int = 0
) -> bytes:
    """A page for each sequence of drawings; the same drawings, the same bytes."""
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _stream(
            b"/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8",
            b"\x40\x80\xc0\xff",
        ),
    ]
    for at, drawings in enumerate(pages):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{media_box}] /Rotate {rotate} /Contents {6 + 2 * at} 0 R "
            f"/Annots [{annotations}] /Resources << /Font << /F1 3 0 R >> /XObject << /Im1 4 0 R >> >> >>".encode(),
            _stream(b"", b"\n".join(drawings)),
        ]
    return of_objects(objects)


def compressed(content: bytes) -> bytes:
    """One page whose content is this, squeezed."""
    squeezed = zlib.compress(content, 9)
    return of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R /Resources 6 0 R >>",
            _stream(b"/Filter /FlateDecode", squeezed),
            b"<< /Font << /F1 3 0 R >> >>",
        ]
    )


def locked(pdf: bytes) -> bytes:
    """The same under a password that nobody knows: the keys in it fit none."""
    encrypt = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]" % (
        b"5a" * 32,
        b"a5" * 32,
    )
    return pdf.replace(b"/Root 1 0 R", b"/Root 1 0 R " + encrypt)


def of_objects(objects: Sequence[bytes]) -> bytes:
    """A file of numbered objects, the first one its catalogue."""
    file = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(file)


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)
