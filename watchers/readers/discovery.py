"""Which feed a page offers (https://html.spec.whatwg.org/#link-type-alternate)."""

import re
from contextlib import suppress

from watchers.model import Body, NoOptions, Reader, Reading
from watchers.readers.html import decode
from watchers.readers.identity import useful_link

_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
_ASIDE = re.compile(r"comment|/tag/|/category/|/author/", re.IGNORECASE)


def is_page(text: str) -> bool:
    """Whether text is a web page, by how it begins."""
    return _PAGE.match(text[:5000]) is not None


def meant_feed(page: str, url: str) -> str | None:
    """The address of the feed that a page names first; one of comments or of a single subject only if it is alone."""
    from lxml import html as lxml_html
    from lxml.etree import ParserError

    found = []
    with suppress(ParserError, ValueError):
        root = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", page))
        base = next((one.get("href") for one in root.iter("base") if one.get("href")), "")
        for link in root.iter("link"):
            rels = (link.get("rel") or "").lower().split()
            if "alternate" in rels and (link.get("type") or "").partition(";")[0].strip().lower() in _TYPES:
                address = useful_link(link.get("href"), useful_link(base, url) or url)
                if address:
                    found.append((_ASIDE.search(f"{address} {link.get('title') or ''}") is not None, address))
    return min(found, key=lambda one: one[0])[1] if found else None


def read(body: Body, _options: NoOptions) -> Reading:
    """No documents, but facts: whether it is a `page`, and which `feed` it offers."""
    text = decode(body.content, body.charset)
    page = is_page(text)
    return Reading(facts={"page": page, "feed": meant_feed(text, body.url) if page else None})


READER = Reader(name="discovery", version=1, read=read, options=NoOptions)
