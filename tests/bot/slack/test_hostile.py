"""Whatever a document says, Slack takes the message, and nobody is called, nothing is linked, nothing is formatted."""

import json
from collections.abc import Sequence
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerting import NOW, alert, message, quote
from bot.alerts.compose import note_of_change
from bot.alerts.gathering import Folding, Lately, fold
from bot.model import Alert, Case, Context, Earlier, Handled, Message
from bot.plain import TRICKS
from bot.slack.render import LONGEST_TEXT, payload
from bot.slack.text import address_of
from fake_slack import Posted, Workspace
from fake_slack.asked import Asked
from fake_slack.blocks import length
from fake_slack.chat import Chat
from fake_slack.rates import Rates

EVIL = [
    "<!channel> <!here> <!everyone> @here @channel <@U0ADMIN> <!subteam^S01> #general",
    "<https://evil.example|your bank> https://evil.example www.evil.example <mailto:a@evil.example>",
    "*bold* _italic_ ~struck~ `code` ```block``` > quote\n> quote &lt;!channel&gt; &amp;lt;",
    "\u202eevil\u202c \u2066x\u2069 \x00\x1b[2J\x9b31m \ud800 \udfff \ufeff",
    "]]></text><!--#exec--> {{7*7}} ${jndi:ldap://x} <!date^0^{date}^https://evil.example|now>",
    '"\\\\"' * 400,
    "😀" * 2000,
    "\u0301" * 3000,
    "a" * 100_000,
    "\n" * 5000,
    "",
]

texts = st.one_of(
    st.sampled_from(EVIL),
    st.text(alphabet=st.characters(codec=None), max_size=80),
    st.text(alphabet="<>&!@#*_~`|\\\"' \n:^{}", max_size=60),
    st.builds("".join, st.lists(st.sampled_from(EVIL[:6]), max_size=4)),
)
names = st.one_of(st.none(), texts)
urls = st.one_of(
    st.none(),
    texts,
    st.sampled_from(
        [
            "https://ok.example/a",
            "HTTP://ok.example/|x<!channel>",
            "javascript:alert(1)",
            "https://e.example/" + "u" * 4000,
        ]
    ),
    texts.map(lambda text: f"https://e.example/{text}"),
)


@st.composite
def quotes(draw):
    text = draw(texts)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    made = quote(
        text,
        "",
        rule=draw(texts),
        severity=draw(st.sampled_from(["high", "normal", "low"])),
        speaker=draw(names),
        role=draw(st.sampled_from(["executive", "analyst", "operator", "unknown"])),
        section=draw(st.sampled_from([None, "title", "prepared", "qa"])),
        side=draw(st.sampled_from(["own", "analyst", "opposing", "court", "press"])),
        page=draw(st.one_of(st.none(), st.integers(1, 10**9))),
        passage=draw(st.integers(0, 5)),
        before=draw(st.one_of(st.none(), st.just(text), texts)),
    )
    return made.model_copy(update={"start": made.text_start + start, "end": made.text_start + end})


@st.composite
def alerts(draw) -> Alert:
    case = Case(
        court=draw(names),
        docket_number=draw(names),
        case_name=draw(names),
        entry_number=draw(st.one_of(st.none(), st.integers(0, 10**9))),
        filed_by=draw(names),
        allegation=draw(st.booleans()),
    )
    context = st.builds(Context, relation=st.sampled_from(["question", "next"]), speaker=names, text=texts)
    earlier = st.builds(
        Earlier,
        date=st.one_of(st.just("2024-07-23"), texts),
        kind=st.sampled_from(["transcript", "post", "docket-entry", "filing"]),
        speaker=names,
        quote=texts,
        url=urls,
        relation=st.sampled_from(["same", "opposite", "unclear"]),
    )
    return alert(
        *draw(st.lists(quotes(), min_size=1, max_size=12)),
        severity=draw(st.sampled_from(["high", "normal", "low"])),
        company=draw(names),
        kind=draw(st.sampled_from(["transcript", "post", "docket-entry", "filing"])),
        source=draw(texts),
        title=draw(texts),
        url=draw(urls),
        published=draw(st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))),
        status=draw(st.sampled_from(["new", "changed", "removed", "available"])),
        context=tuple(draw(st.lists(context, max_size=5))),
        case=draw(st.one_of(st.none(), st.just(case))),
        earlier=tuple(draw(st.lists(earlier, max_size=8))),
        also_at=tuple(draw(st.lists(urls.filter(bool), max_size=6))),
    )


def posted(said: dict) -> Posted:
    """What stands in the channel after the fake Slack took the payload; raises what it refuses."""
    workspace = Workspace(lambda: NOW)
    token = workspace.add_token()
    channel = workspace.add_channel("on-record")
    over_the_wire = json.loads(json.dumps({**said, "channel": channel.id}))
    Chat(Rates()).post(Asked(workspace, token, over_the_wire))
    [one] = workspace.messages  # one message, not several parts
    return one


def check(told: Alert, **how: bool) -> Posted:
    said = payload(message(told), **how)
    one = posted(said)
    assert length(said["text"]) <= LONGEST_TEXT
    assert one.pings == []
    assert one.formats == []
    ours = {address_of(url) for url in (told.url, *told.also_at, *(earlier.url for earlier in told.earlier))}
    assert set(one.links) <= ours
    assert not TRICKS.search(one.words + said["text"])
    return one


@settings(max_examples=75, deadline=None)
@given(alerts(), st.booleans())
def test_any_alert_is_taken_and_calls_nobody(told, plain):
    check(told, plain=plain)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("evil", EVIL)
def test_each_kind_of_evil_everywhere_at_once(evil, plain):
    said = Earlier(date="2024-07-23", kind="post", speaker=evil, quote=evil, url=evil, relation="opposite")
    case = Case(court=evil, docket_number=evil, case_name=evil, entry_number=1, filed_by=evil, allegation=True)
    told = alert(
        quote(evil, "", speaker=evil, rule=evil, before=f"{evil}!"),
        title=evil,
        source=evil,
        company=evil,
        url=f"https://e.example/{evil}",
        context=(Context(relation="question", speaker=evil, text=evil),),
        case=case,
        earlier=(said,),
        also_at=(evil,),
    )
    check(told, plain=plain)


def gathered(kind: str, told: Sequence[Alert]) -> list[Message]:
    """What the courier tells instead of these alerts."""
    severity = "low" if kind == "digest" else "normal"
    due = NOW - timedelta(hours=5) if kind == "late" else NOW
    waiting = [
        message(one.model_copy(update={"severity": severity, "id": f"alert-{number}"}), now=due)
        for number, one in enumerate(told)
    ]
    return fold(waiting, Lately(posts=0 if kind == "late" else 99), Folding(), now=NOW).new


@pytest.mark.parametrize("kind", ["digest", "storm", "late"])
@settings(max_examples=10, deadline=None)
@given(st.lists(alerts(), min_size=1, max_size=3), st.integers(3, 20), st.booleans())
def test_whatever_is_gathered_is_taken_and_calls_nobody(kind, different, count, plain):
    told = [different[number % len(different)] for number in range(count)]
    told = [one.model_copy(update={"source": told[0].source}) for one in told]
    for page in gathered(kind, told):
        said = payload(page, plain=plain)
        one = posted(said)
        assert length(said["text"]) <= LONGEST_TEXT
        assert (one.pings, one.formats) == ([], [])
        assert set(one.links) <= {address_of(alert.url) for alert in told}
        assert not TRICKS.search(one.words + said["text"])


@pytest.mark.parametrize("evil", EVIL)
def test_a_line_about_words_that_changed_is_literal(evil):
    told = alert(quote(evil, ""))
    changed = [(quote(f"{evil}!", ""), "rule", evil), (None, "rule", evil)]
    note = note_of_change(told, changed, {("rule", evil)}, turn=2, now=NOW)
    for plain in (False, True):
        one = posted(payload(note, plain=plain))
        assert (one.pings, one.links, one.formats) == ([], [], [])


@pytest.mark.parametrize("evil", EVIL)
def test_what_was_done_with_an_evil_alert_calls_whoever_did_it_alone(evil):
    acts = tuple(
        Handled(act=act, by="U0ANNA", at=NOW, reason="too broad" if act == "not-relevant" else None)
        for act in ("got-it", "not-relevant", "muted")
    )
    told = alert(quote(evil, "", speaker=evil, rule=evil), title=evil, watches=(evil,))
    one = posted(payload(message(told, operation="update", parent="p", handled=acts)))
    assert one.pings == ["@U0ANNA"] * 3
    assert one.formats == []


@settings(max_examples=100, deadline=None)
@given(texts)
def test_any_notice_is_taken_and_calls_nobody(text):
    for plain in (False, True):
        said = payload(message(notice=f"cand: blocked. {text}"), plain=plain)
        one = posted(said)
        assert (one.pings, one.links, one.formats) == ([], [], [])


def test_words_that_look_like_markup_are_still_read_as_they_were_written():
    text = "We pay <!channel> 30% of *gross* revenue & `royalties` > $5"
    shown = check(alert(quote(text, "30% of *gross* revenue"))).words
    assert text in shown
