"""HTML to paragraphs: the words as they stand, one string for each block.

Inline tags never split a word, a `<br>` is a line break within its block, white space is collapsed as a browser
collapses it, scripts and styles say nothing.
"""

import re

from lxml import html as lxml_html
from lxml.etree import ParserError, XMLSyntaxError

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl"}
    | {"dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"}
    | {"html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th"}
    | {"thead", "tr", "ul"}
)
_SILENT = frozenset(
    {"script", "style", "noscript", "template", "head", "title", "iframe", "object", "svg", "math", "select", "option"}
    | {"textarea"}
)
_SPACE = re.compile(r"[ \t\r\f\v\n]+")
_CONTROL = re.compile("[\x00-\x01\x03-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> str:
    """Without what no text may hold: control characters (but for U+0002, pdfium's hyphen) and lone surrogates."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """White space collapsed, ends trimmed; no-break spaces stay."""
    return _SPACE.sub(" ", clean(text)).strip(" ")


def paragraphs(markup: str) -> list[str]:
    """The text blocks of a page or a fragment, in order, none of them empty. Never raises for bad markup."""
    if not markup.strip():
        return []
    try:
        root = lxml_html.fromstring(f"<div>{clean(markup)}</div>", parser=lxml_html.HTMLParser(huge_tree=False))
    except (ParserError, XMLSyntaxError, ValueError):
        return []
    return blocks(root)


def blocks(root: lxml_html.HtmlElement) -> list[str]:
    """The text blocks under an element. A walk without recursion: markup may be nested as deep as it likes."""
    found: list[str] = []
    line: list[str] = []

    def close() -> None:
        text = "\n".join(filter(None, (one_line(part) for part in "".join(line).split("\x00"))))
        line.clear()
        if text:
            found.append(text)

    stack: list[tuple[lxml_html.HtmlElement, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else None
        if leaving:
            if tag in _BLOCKS:
                close()
            line.append((node.tail or "") if node is not root else "")
            continue
        if tag is None or tag in _SILENT:
            line.append((node.tail or "") if node is not root else "")
            continue
        if tag in _BLOCKS:
            close()
        if tag == "br":
            line.append("\x00")
        line.append(node.text or "")
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    close()
    return found


def plain(markup: str) -> str:
    """One line of text from what may be markup: a title, a name."""
    if "<" in markup or "&" in markup:
        return one_line(" ".join(paragraphs(markup)))
    return one_line(markup)


def decode(content: bytes, charset: str | None) -> str:
    """Text of bytes: by byte order mark, then as the server says, then as the page says, then UTF-8, then CP1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    declared = re.search(
        rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", content[:4096], re.IGNORECASE
    )
    by_page = declared.group(1).decode("ascii") if declared else None
    for encoding in filter(None, (charset, by_page, "utf-8")):
        try:
            return content.decode(encoding)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")
