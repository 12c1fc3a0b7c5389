"""An article's page, by trafilatura: its words in paragraphs, under the draft that a feed gave of it."""

import re

from lxml import html as lxml_html

from watchers.model import Body, Document, Frozen, Passage, PostMeta, Reader, Reading
from watchers.readers.html import blocks, clean, decode, one_line
from watchers.trouble import Unreadable

SHORTEST = 80
"""Characters: an extraction below this is none."""
ENOUGH = 0.8
"""An extraction shorter than this part of the teaser has missed the article."""

_LANGUAGE = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z-]{2,35})", re.IGNORECASE)


class Options(Frozen):
    """`draft`: what the feed says of the article; without it the page must say all itself."""

    draft: Document | None = None


def read(body: Body, options: Options) -> Reading:
    """One document. Raises `Unreadable` where the article cannot be found in the page."""
    from trafilatura import extract, extract_metadata

    markup = clean(decode(body.content, body.charset))
    where = body.url or "page"
    # `deduplicate` would make the result depend on the pages before it (trafilatura#17).
    extracted = extract(
        markup,
        url=body.url or None,
        output_format="html",
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        include_links=False,
        deduplicate=False,
        favor_precision=True,
        with_metadata=False,
    )
    text = blocks(lxml_html.fromstring(extracted)) if extracted else []
    draft = options.draft
    length = sum(map(len, text))
    teaser = sum(len(passage.text) for passage in draft.passages if passage.section != "title") if draft else 0
    if length < max(SHORTEST, ENOUGH * teaser if teaser < length * 20 else 0):
        raise Unreadable(f"{where}: no article was found in the page ({length} characters)")
    declared = _LANGUAGE.search(markup[:5000])
    language = declared.group(1).lower() if declared else None
    passages = tuple(Passage(text=part) for part in text)
    if draft is not None:
        meta = draft.meta.model_copy(update={"teaser": False}) if isinstance(draft.meta, PostMeta) else draft.meta
        whole = Document(**(draft.model_dump() | {"meta": meta, "passages": _without_title(passages, draft.title)}))
        return Reading(documents=(whole.model_copy(update={"language": language or draft.language}),))
    about = extract_metadata(markup, default_url=body.url or None)
    title = one_line(about.title or "")
    document = Document(
        key=body.url or title or "page",
        url=body.url or None,
        title=title,
        language=language,
        meta=PostMeta(author=one_line(about.author or "") or None),
        passages=_without_title(passages, title),
    )
    return Reading(documents=(document,))


def _without_title(passages: tuple[Passage, ...], title: str) -> tuple[Passage, ...]:
    """The headline often stands above the text once more; it is the title's passage already."""
    if passages and passages[0].text.casefold() == title.casefold():
        return passages[1:]
    return passages


READER = Reader(name="page", version=1, read=read, options=Options)
