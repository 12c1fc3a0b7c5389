"""A PDF from lines of text: as small as the format allows (ISO 32000-1), for a filing of our own making."""

from collections.abc import Sequence

_PAGE = (612, 792)
"""US Letter, in points."""
_MARGIN = 72
_LEADING = 14


def make_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A page for each sequence of lines, in Helvetica; a page without lines is blank. Same lines, same bytes.

    Raises `UnicodeEncodeError` for what is not in CP1252, and `ValueError` where a page has more lines than fit.
    """
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, lines in enumerate(pages):
        content = _content(lines)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_PAGE[0]} {_PAGE[1]}] /Contents {5 + 2 * at} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    return _file(objects)


def _content(lines: Sequence[str]) -> bytes:
    if len(lines) > (_PAGE[1] - 2 * _MARGIN) // _LEADING:
        raise ValueError(f"{len(lines)} lines do not fit on a page")
    if not lines:
        return b""
    shown = b"\n".join(b"(%s) Tj T*" % _escaped(line) for line in lines)
    return b"BT /F1 11 Tf %d TL %d %d Td\n%s\nET" % (_LEADING, _MARGIN, _PAGE[1] - _MARGIN, shown)


def _escaped(line: str) -> bytes:
    encoded = line.encode("cp1252")
    for special in (b"\\", b"(", b")"):
        encoded = encoded.replace(special, b"\\" + special)
    return encoded


def _file(objects: Sequence[bytes]) -> bytes:
    """Numbered objects, and the table of where each of them begins."""
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
