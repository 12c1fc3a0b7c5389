"""The fetcher against an honest server: conditional, polite, typed."""

import asyncio
import gzip
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from fetching import AGENT, NOW, Clock, Names, Sleep, fetching
from loopback import Upstream
from watchers.model import Credential, Validators
from watchers.trouble import (
    Blocked,
    CredentialsMissing,
    NotFound,
    PlanTooSmall,
    Refused,
    Throttled,
    Trouble,
    Unreachable,
    Unreadable,
)

MODIFIED = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
KEY = Credential("earningscall", query="apikey", fallback="demo")
TOKEN = Credential("courtlistener", header="Authorization", prefix="Token ")


async def test_a_body_comes_with_what_the_server_said_of_it():
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/a.html", "<p>words", headers={"Cache-Control": "public, max-age=600"}, modified=MODIFIED)
        response = await fetcher.get(url)
        assert response.body is not None
        assert (response.body.content, response.body.media_type, response.body.charset) == (
            b"<p>words",
            "text/html",
            "utf-8",
        )
        assert (response.status, response.url, response.body.url) == (200, url, url)
        assert response.fresh_for == timedelta(minutes=10)
        assert response.validators == Validators(
            given_by=url,
            etag=f'"{hashlib.sha256(b"<p>words").hexdigest()[:16]}"',
            last_modified="Sun, 01 Nov 2026 08:30:00 GMT",
            body_hash=hashlib.sha256(b"<p>words").hexdigest(),
        )
        (asked,) = upstream.log
        assert asked.headers["User-Agent"] == AGENT
        assert asked.headers["Accept-Encoding"] == "gzip, deflate, br, zstd"
        assert "Cookie" not in asked.headers


@pytest.mark.parametrize("etag", ['W/"weak, with a comma"', "unquoted", '"caf\u00e9"', '""', '"a" "b"'])
async def test_validators_are_opaque(etag):
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/feed", "one", etag=etag, modified=MODIFIED)
        first = await fetcher.get(url)
        assert first.validators.etag == etag
        second = await fetcher.get(url, validators=first.validators)
        assert upstream.log[1].headers["If-None-Match"] == etag
        assert upstream.log[1].headers["If-Modified-Since"] == "Sun, 01 Nov 2026 08:30:00 GMT"
        assert second.unchanged
        assert second.validators == first.validators, "a 304 keeps what was known"


async def test_validators_are_replaced_by_those_of_a_200_and_dropped_when_it_has_none():
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/feed", "one", etag='"1"', modified=MODIFIED)
        first = await fetcher.get(url)
        upstream.serve("/feed", "two", etag='"2"')
        second = await fetcher.get(url, validators=first.validators)
        assert (second.validators.etag, second.validators.last_modified) == ('"2"', None)
        upstream.serve("/feed", "three", etag=False)
        third = await fetcher.get(url, validators=second.validators)
        assert (third.validators.etag, third.validators.last_modified) == (None, None)
        await fetcher.get(url, validators=third.validators)
        assert "If-None-Match" not in upstream.log[-1].headers
        assert "If-Modified-Since" not in upstream.log[-1].headers


async def test_the_same_bytes_again_are_no_change_even_as_200():
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/feed", "one", etag='"1"')
        first = await fetcher.get(url)
        upstream.serve("/feed", "one", etag='"2"')
        second = await fetcher.get(url, validators=first.validators)
        assert (second.status, second.unchanged, second.validators.etag) == (200, True, '"2"')


async def test_a_304_that_nobody_asked_for_is_no_news_of_nothing():
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/feed", "", status=304)
        with pytest.raises(Unreadable, match=r"not modified.*though nothing was known"):
            await fetcher.get(url)
        upstream.redirect("/old", url)
        with pytest.raises(Unreadable):
            await fetcher.get(upstream.url("/old"), validators=Validators(etag='"old"'))


async def test_validators_go_behind_a_redirect_to_who_gave_them():
    async with Upstream() as upstream, fetching() as fetcher:
        new = upstream.serve("/new", "one", etag='"1"')
        upstream.redirect("/old", "/new", 301)
        first = await fetcher.get(upstream.url("/old"))
        assert (first.url, first.validators.etag) == (new, '"1"')
        again = await fetcher.get(upstream.url("/old"), validators=first.validators)
        assert (again.status, again.unchanged) == (304, True)
        assert [(asked.path, asked.headers.get("If-None-Match")) for asked in upstream.log][2:] == [
            ("/old", None),
            ("/new", '"1"'),
        ]


async def test_validators_go_to_nobody_but_who_gave_them():
    async with Upstream() as upstream, fetching() as fetcher:
        given = Validators(given_by=upstream.serve("/new", "one", etag='"1"'), etag='"1"')
        other = upstream.serve("/other", "two", etag='"1"')
        upstream.redirect("/old", other, 301)
        moved = await fetcher.get(upstream.url("/old"), validators=given)
        assert moved.body is not None, "the other's document, though its tag is the same"
        assert (moved.body.content, moved.validators.given_by) == (b"two", other)
        assert [asked.headers.get("If-None-Match") for asked in upstream.log] == [None, None]


async def test_a_redirect_to_a_signed_address_is_remembered_without_it():
    async with Upstream() as upstream, fetching() as fetcher:
        known = None
        for signature, unchanged in (("one", False), ("two", True)):
            upstream.serve(f"/file?signature={signature}", "the same", etag='"1"')
            upstream.redirect("/old", f"/file?signature={signature}")
            answer = await fetcher.get(upstream.url("/old"), validators=known)
            assert answer.unchanged is unchanged, "by the hash of the body"
            known = answer.validators
            assert known == Validators(body_hash=hashlib.sha256(b"the same").hexdigest())
        assert [asked.headers.get("If-None-Match") for asked in upstream.log] == [None] * 4


@pytest.mark.parametrize("login", ["me:pw@", "me@", ":pw@"])
async def test_whose_validators_are_is_kept_without_what_logs_in(login):
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/feed", "one", etag='"1"')
        first = await fetcher.get(url.replace("://", f"://{login}"))
        assert (first.url, first.validators.given_by) == (url, url)
        again = await fetcher.get(url.replace("://", f"://{login}"), validators=first.validators)
        assert again.status == 304


async def test_validators_that_say_not_whose_they_are_go_to_the_first_alone():
    """As stores keep them that are older than this knowledge."""
    async with Upstream() as upstream, fetching() as fetcher:
        upstream.serve("/new", "one", etag='"1"')
        upstream.redirect("/old", "/new", 301)
        answer = await fetcher.get(upstream.url("/old"), validators=Validators(etag='"1"'))
        assert answer.status == 200
        assert [asked.headers.get("If-None-Match") for asked in upstream.log] == ['"1"', None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(status):
    async with Upstream() as upstream, fetching() as fetcher:
        upstream.serve("/c?x=%2F", "here")
        upstream.redirect("/a/b", "../c?x=%2F", status)
        response = await fetcher.get(upstream.url("/a/b"))
        assert response.body is not None
        assert (response.body.content, response.url) == (b"here", upstream.url("/c?x=/"))


async def test_a_circle_of_redirects_ends():
    async with Upstream() as upstream, fetching() as fetcher:
        upstream.redirect("/a", "/b")
        upstream.redirect("/b", "/a")
        with pytest.raises(Unreachable, match="more than 10 redirects"):
            await fetcher.get(upstream.url("/a"))
        assert len(upstream.log) == 11


@pytest.mark.parametrize(
    ("location", "kind", "said"),
    [
        ("file:///etc/passwd", Refused, "only http and https"),
        ("ftp://example.com/", Refused, "only http and https"),
        ("http://[::1", Refused, "no address"),
        ("http://host:99999/", Refused, "no address"),
        ("", Unreadable, "without an address"),
    ],
)
async def test_a_redirect_to_nowhere(location, kind, said):
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/a", "", status=302, headers={"Location": location}, etag=False)
        with pytest.raises(kind, match=said):
            await fetcher.get(url)


@pytest.mark.parametrize(
    ("status", "kind", "tries"),
    [
        (204, Unreadable, 1),
        (206, Unreadable, 1),
        (400, Unreadable, 1),
        (401, Blocked, 1),
        (402, Blocked, 1),
        (403, Blocked, 1),
        (404, NotFound, 1),
        (410, NotFound, 1),
        (418, Unreadable, 1),
        (429, Throttled, 1),
        (451, Blocked, 1),
        (500, Unreachable, 3),
        (502, Unreachable, 3),
        (503, Unreachable, 3),
        (520, Unreachable, 3),
    ],
)
async def test_a_status_is_a_trouble_of_its_kind(status, kind, tries):
    sleep = Sleep()
    async with Upstream() as upstream, fetching(sleep=sleep) as fetcher:
        url = upstream.serve("/feed", "no", status=status)
        with pytest.raises(Trouble) as trouble:
            await fetcher.get(url)
        assert isinstance(trouble.value, kind)
        assert trouble.value.record().kind == kind.kind
        assert str(status) in trouble.value.detail
        assert "127.0.0.1/feed" in trouble.value.detail
        assert trouble.value.mend
        assert len(upstream.log) == tries
        assert len(sleep.waits) == tries - 1
        assert all(0 < wait <= 11 for wait in sleep.waits)


@pytest.mark.parametrize(
    ("status", "credential", "kind"),
    [
        (401, KEY, CredentialsMissing),
        (402, KEY, PlanTooSmall),
        (403, KEY, PlanTooSmall),
        (401, TOKEN, CredentialsMissing),
        (404, KEY, NotFound),
    ],
)
async def test_what_a_status_means_for_a_key(status, credential, kind):
    secrets = {"earningscall": "s3cret-key", "courtlistener": "s3cret-key"}
    async with Upstream() as upstream, fetching(secrets=secrets) as fetcher:
        url = upstream.serve("/api", "s3cret-key is not allowed", status=status)
        with pytest.raises(kind) as trouble:
            await fetcher.get(url, credential=credential)
        assert "s3cret" not in f"{trouble.value.detail} {trouble.value.mend} {trouble.value!r}"


async def test_a_passing_fault_passes():
    answers = iter([503, 502, 200])

    async def flaky(_request: web.Request) -> web.Response:
        return web.Response(status=next(answers), text="now")

    async with Upstream() as upstream, fetching() as fetcher:
        response = await fetcher.get(upstream.handle("/feed", flaky))
        assert response.body is not None
        assert response.body.content == b"now"
        assert len(upstream.log) == 3


@pytest.mark.parametrize(
    ("given", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Tue, 24 Nov 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Tue, 24 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("99999999999", timedelta(days=7)),
        ("Fri, 24 Nov 2056 12:00:00 GMT", timedelta(days=7)),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_heeded_for_the_whole_host(given, wait, status):
    clock = Clock()
    async with Upstream() as upstream, fetching(clock=clock) as fetcher:
        url = upstream.serve("/feed", "later", status=status, headers={"Retry-After": given})
        other = upstream.serve("/other", "words")
        with pytest.raises(Throttled) as trouble:
            await fetcher.get(url)
        assert trouble.value.retry_after == wait
        assert len(upstream.log) == 1, "not tried again at once"
        with pytest.raises(Throttled, match="asked to be left alone") as left:
            await fetcher.get(other)
        assert left.value.retry_after == (wait or timedelta(minutes=1))
        assert len(upstream.log) == 1
        clock.now = NOW + (wait or timedelta(minutes=1))
        assert (await fetcher.get(other)).status == 200


@pytest.mark.parametrize("given", ["soon", "", "-5", "1.5", "²", "٣", "Fri, 99 Foo 2026", "1, 2"])
async def test_a_retry_after_that_says_nothing(given):
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/feed", "later", status=429, headers={"Retry-After": given})
        with pytest.raises(Throttled) as trouble:
            await fetcher.get(url)
        assert trouble.value.retry_after is None


async def test_those_who_waited_their_turn_heed_it_too():
    async with Upstream() as upstream, fetching(per_host=1) as fetcher:
        url = upstream.serve("/feed", "later", status=429, headers={"Retry-After": "60"})
        troubles = await asyncio.gather(*(fetcher.get(url) for _ in range(8)), return_exceptions=True)
        assert {type(trouble) for trouble in troubles} == {Throttled}
        assert len(upstream.log) == 1


@pytest.mark.parametrize(("per_host", "concurrency", "most"), [(2, 64, 2), (8, 3, 3), (1, 1, 1)])
async def test_no_more_at_a_time_than_asked_for(per_host, concurrency, most):
    inside, seen, gate = 0, 0, asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        nonlocal inside, seen
        inside += 1
        seen = max(seen, inside)
        if inside >= most:
            gate.set()
        await gate.wait()
        await asyncio.sleep(0)
        inside -= 1
        return web.Response(text="x")

    names = Names({"a.test": [["127.0.0.1"]], "b.test": [["127.0.0.1"]]})
    async with Upstream() as upstream, fetching(per_host=per_host, concurrency=concurrency, names=names) as fetcher:
        upstream.handle("/slow", slow)
        await asyncio.gather(*(fetcher.get(upstream.url("/slow", host="a.test")) for _ in range(10)))
        assert seen == most
        gate.clear()
        seen, most = 0, min(2 * per_host, concurrency)
        hosts = ("a.test", "b.test")
        await asyncio.gather(*(fetcher.get(upstream.url("/slow", host=host)) for host in hosts for _ in range(6)))
        assert seen == most, "each host has its own"


@pytest.mark.parametrize("credential", [KEY, TOKEN])
async def test_a_secret_goes_where_it_belongs_and_nowhere_else(credential):
    secrets = {"earningscall": "s3cret/key", "courtlistener": "s3cret/key"}
    names = Names({"api.test": [["127.0.0.1"]], "evil.test": [["127.0.0.1"]]})
    async with Upstream() as upstream, fetching(secrets=secrets, names=names) as fetcher:
        api, evil = upstream.url("/api", host="api.test"), upstream.url("/evil", host="evil.test")
        upstream.serve("/api", "ok")
        response = await fetcher.get(api, params={"symbol": "A&B"}, headers={"X-Own": "1"}, credential=credential)
        asked = upstream.log[0]
        given = asked.query.get("apikey") if credential is KEY else asked.headers["Authorization"]
        assert given == ("s3cret/key" if credential is KEY else "Token s3cret/key")
        assert asked.query["symbol"] == "A&B"
        assert "s3cret" not in f"{response!r} {response.url}"
        upstream.serve("/evil", "thanks")
        upstream.redirect("/api", evil)
        assert (await fetcher.get(api, headers={"X-Own": "1"}, credential=credential)).status == 200
        (there,) = upstream.asked("/evil")
        assert "s3cret" not in f"{there.query} {there.headers}"
        assert "X-Own" not in there.headers
        upstream.redirect("/api", "/moved")
        upstream.serve("/moved", "ok")
        await fetcher.get(api, credential=credential)
        (moved,) = upstream.asked("/moved")
        assert "s3cret" in f"{moved.query} {moved.headers}", "the same place under another path"


async def test_a_server_may_not_send_our_key_on():
    async def echo(request: web.Request) -> web.Response:
        there = upstream.url(f"/evil?{request.rel_url.query_string}", host="evil.test")
        return web.Response(status=302, headers={"Location": there})

    async def hide(request: web.Request) -> web.Response:
        there = upstream.url(f"/evil?{request.query_string.replace('apikey', 'it')}", host="evil.test")
        return web.Response(status=302, headers={"Location": there})

    names = Names({"api.test": [["127.0.0.1"]], "evil.test": [["127.0.0.1"]]})
    async with Upstream() as upstream, fetching(secrets={"earningscall": "s3cret key"}, names=names) as fetcher:
        upstream.handle("/echo", echo)
        upstream.handle("/hide", hide)
        upstream.serve("/evil", "thanks")
        response = await fetcher.get(upstream.url("/echo", host="api.test"), params={"q": "1"}, credential=KEY)
        assert response.url == upstream.url("/evil?q=1", host="evil.test")
        with pytest.raises(Refused, match="holds the key for earningscall") as refused:
            await fetcher.get(upstream.url("/hide", host="api.test"), credential=KEY)
        assert "s3cret" not in refused.value.detail
        assert "s3cret" not in "".join(f"{asked.query} {asked.headers}" for asked in upstream.asked("/evil"))


async def test_without_a_key_the_public_one_stands_in_or_it_is_said():
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/api", "ok")
        await fetcher.get(url, credential=KEY)
        assert upstream.log[0].query["apikey"] == "demo"
        with pytest.raises(CredentialsMissing, match="needs a key for courtlistener") as trouble:
            await fetcher.get(url, credential=TOKEN)
        assert "ONRECORD_COURTLISTENER_TOKEN" in trouble.value.mend
        assert len(upstream.log) == 1


async def test_what_stands_in_a_query_or_before_an_at_is_not_told():
    async with Upstream() as upstream, fetching() as fetcher:
        upstream.serve("/feed", "no", status=404)
        for url in (
            upstream.url("/feed?token=s3cret"),
            upstream.url("/feed").replace("//", "//me:s3cret@"),
            "http://me:s3cret@127.0.0.1:99999/feed?s3cret",
            "http://me:s3cret@[::1/",
        ):
            with pytest.raises(Trouble) as trouble:
                await fetcher.get(url)
            assert "s3cret" not in f"{trouble.value.detail} {trouble.value.mend}"
        upstream.serve("/feed", "yes")
        response = await fetcher.get(upstream.url("/feed").replace("//", "//me:s3cret@"))
        assert "s3cret" not in response.url


async def test_cookies_are_not_kept():
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/feed", "x", headers={"Set-Cookie": "track=me; Path=/"})
        await fetcher.get(url)
        await fetcher.get(url)
        assert "Cookie" not in upstream.log[1].headers


async def test_links_in_several_headers_are_all_told():
    async def websub(_request: web.Request) -> web.Response:
        response = web.Response(text="x")
        response.headers.add("Link", '<https://hub.test/>; rel="hub"')
        response.headers.add("Link", '<https://blog.test/feed>; rel="self"')
        return response

    async with Upstream() as upstream, fetching() as fetcher:
        response = await fetcher.get(upstream.handle("/feed", websub))
        assert response.headers["link"] == '<https://hub.test/>; rel="hub", <https://blog.test/feed>; rel="self"'


@pytest.mark.parametrize(("most", "fits"), [(1000, True), (999, False)])
@pytest.mark.parametrize("packed", [False, True])
async def test_a_body_may_be_as_large_as_allowed_and_no_larger(most, fits, packed):
    body = b"x" * 1000
    headers = {"Content-Encoding": "gzip"} if packed else {}
    async with Upstream() as upstream, fetching(max_bytes=most) as fetcher:
        url = upstream.serve("/feed", gzip.compress(body) if packed else body, headers=headers)
        if fits:
            response = await fetcher.get(url)
            assert response.body is not None
            assert response.body.content == body
        else:
            with pytest.raises(Unreadable, match="larger than") as trouble:
                await fetcher.get(url)
            assert "fetch.max_bytes" in trouble.value.mend
            assert len(upstream.log) == 1


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (403, Blocked), (500, Unreachable)])
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"not gzip at all", {"Content-Encoding": "gzip"}),
        (b"x" * 2_000_000, {}),
        (b"x", {"Content-Encoding": "rot13"}),
        (b"", {}),
    ],
)
async def test_a_broken_error_page_does_not_hide_its_status(status, kind, body, headers):
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/feed", body, status=status, headers=headers)
        with pytest.raises(kind, match=str(status)):
            await fetcher.get(url)


async def test_robots_are_asked_for_pages_only_once_and_at_each_hop():
    robots = "User-agent: onrecord-tests\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n"
    async with Upstream() as upstream, fetching() as fetcher:
        upstream.serve("/robots.txt", robots, media_type="text/plain")
        upstream.serve("/private/a", "x")
        upstream.serve("/b", "x")
        upstream.redirect("/c", "/private/a")
        assert (await fetcher.get(upstream.url("/private/a"))).status == 200, "feeds and APIs are offered to machines"
        assert upstream.asked("/robots.txt") == []
        await asyncio.gather(*(fetcher.get(upstream.url("/b"), page=True) for _ in range(5)))
        for path in ("/private/a", "/c"):
            with pytest.raises(Blocked, match=r"/private/a: robots\.txt asks programs not to read this page"):
                await fetcher.get(upstream.url(path), page=True)
        assert len(upstream.asked("/robots.txt")) == 1
        assert len(upstream.asked("/private/a")) == 1


@pytest.mark.parametrize(
    ("status", "open_"), [(404, True), (410, True), (401, True), (403, True), (400, True), (500, False), (503, False)]
)
async def test_what_a_missing_robots_means(status, open_):
    """RFC 9309, 2.3.1.3 and 2.3.1.4: no such file, no rules; a server that fails asks to wait."""
    async with Upstream() as upstream, fetching() as fetcher:
        upstream.serve("/robots.txt", "Disallow: /", status=status)
        url = upstream.serve("/page", "x")
        if open_:
            assert (await fetcher.get(url, page=True)).status == 200
        else:
            with pytest.raises(Unreachable, match=r"robots\.txt cannot be had"):
                await fetcher.get(url, page=True)


async def test_a_challenge_is_told_as_what_it_is():
    page = (
        "<html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>"
    )
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.serve("/feed", page)
        with pytest.raises(Blocked, match="a Cloudflare challenge stands in for the document"):
            await fetcher.get(url)
        moved = upstream.serve("/login", "<title>Sign in</title><input name=p type=password>")
        upstream.redirect("/feed", moved)
        with pytest.raises(Blocked, match=r"/login: a log-in page stands in"):
            await fetcher.get(url)
