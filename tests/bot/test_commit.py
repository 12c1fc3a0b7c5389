"""A step committed: what becomes a version, a statement, an alert and a message, and what stays quiet."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, create_engine, select

from bot.alerts.quiet import Quiet
from bot.commit import Tally, Terms, commit_step
from bot.digest import DigestHour
from bot.model import Alert, Message, Watch
from bot.scan import Scanned
from bot.store import agenda, matches, outbox, roster, statements, troubles
from bot.store.errors import LeaseLost
from bot.store.schema import bodies, documents, metadata
from making import NOW, document, read_from, source
from rules.engine import Engine
from rules.model import Rule
from watchers.model import Body, CallMeta, Company, Document, EntryMeta, FollowUp, Passage, PostMeta, Step, Validators
from watchers.trouble import TroubleRecord

CHANNEL = "#on-record"
OLD = NOW - timedelta(days=60)
"""Before any watch of these tests was made."""
META = Company(ticker="META", name="Meta Platforms", aliases=("Meta",), site="https://about.fb.com")
SHARE = Rule(name="Revenue sharing", query='"portion of the revenue" OR "revenue share"', facet="paid-access")
ACCESS = Rule(name="Licensing", query='"selling access"', facet="paid-access", severity="high")
GUIDANCE = Rule(name="Guidance", query="guidance", severity="low")
AWAKE = Quiet("quiet", NOW - timedelta(days=1))
ASLEEP = Quiet("quiet", None)
PAGE = Body(b"<p>We think", url="https://about.fb.com/one")
YES = "We think we should get some portion of the revenue for that."
NO = "Selling access to our models is not our business."


def watch(rule: Rule, channel: str = CHANNEL, since: datetime = NOW - timedelta(days=30)) -> Watch:
    return Watch(name=f"{rule.name}:{channel}", rules=(rule.name,), channel=channel, since=since)


class Desk:
    """One source under its claim, and everything that its steps may be committed under."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.now = NOW
        self.rules = [SHARE, ACCESS, GUIDANCE]
        self.watches = [watch(rule) for rule in self.rules]
        self.quiet = AWAKE
        roster.sync(conn, [source("news"), source("court")], now=NOW)
        self.claims = {name: self._claim(name) for name in ("news", "court")}

    def _claim(self, name: str) -> agenda.Claim:
        claim = agenda.claim(self.conn, name, now=NOW, lease=timedelta(days=999))
        assert claim is not None
        return claim

    def take(self, *made: Document, body: Body | None = None, step: Step | None = None, **about: Any) -> Tally:
        """Commit one step of these documents."""
        engine = Engine(self.rules)
        scanned = [Scanned(item, body, engine.scan(item)) for item in made]
        given = (step or Step()).model_copy(update={"documents": made})
        terms = Terms(
            watches=self.watches,
            quiet=self.quiet,
            companies={"META": META},
            digest=DigestHour(time(20), ZoneInfo("UTC")),
        )
        lease = timedelta(days=999)
        claim = self.claims[made[0].source if made else "news"]
        return commit_step(self.conn, claim, given, scanned, {}, terms, now=self.now, lease=lease, **about)

    def messages(self) -> list[Message]:
        return outbox.listing(self.conn, ("waiting",))

    def timeline(self) -> list[tuple[str, str]]:
        return [(said.polarity, said.quote) for said in statements.timeline(self.conn, "META")]


@pytest.fixture
def desk() -> Iterator[Desk]:
    engine = create_engine("sqlite://")
    with engine.connect() as conn:
        metadata.create_all(conn)
        yield Desk(conn)
    engine.dispose()


def post(*texts: str, **about: Any) -> Document:
    return document(*texts, **({"company": "META", "language": "en", "url": "https://about.fb.com/one"} | about))


def quotes(alert: Alert) -> list[str]:
    return [quote.text for quote in alert.quotes]


# What is told


def test_a_match_is_told_word_for_word(desk: Desk):
    tally = desk.take(post("Good morning.", f"Thanks. {YES} Next question."))
    (alert,) = tally.alerts
    assert (quotes(alert), alert.severity, alert.facets, alert.status) == ([YES], "normal", ("paid-access",), "new")
    (message,) = desk.messages()
    assert (message.alert, message.operation, message.due) == (alert, "post", NOW)
    assert tally.channels == {CHANNEL}
    assert outbox.alerts_of(desk.conn, 1) == [alert]


def test_nothing_is_told_where_nothing_was_asked_for(desk: Desk):
    tally = desk.take(post("The weather is fine."))
    assert (tally.documents, tally.matches, tally.alerts, tally.channels) == (1, 0, [], set())
    assert desk.messages() == []


def test_two_watches_on_one_channel_are_one_alert_and_two_channels_are_two(desk: Desk):
    desk.watches += [watch(SHARE, "#other"), watch(SHARE)]
    desk.take(post(f"{YES} {NO}"))
    told = {message.channel: message.alert for message in desk.messages()}
    assert len(desk.messages()) == 2
    assert quotes(told[CHANNEL]) == [YES, NO]
    assert quotes(told["#other"]) == [YES]
    assert told[CHANNEL].severity == "high", "the highest of its quotes"
    assert told[CHANNEL].id != told["#other"].id


def test_low_severity_waits_for_its_hour(desk: Desk):
    tally = desk.take(post("Our guidance is unchanged."))
    (message,) = desk.messages()
    assert message.due == NOW + timedelta(hours=8)
    assert tally.channels == set(), "nothing is to be delivered now"


def test_a_step_is_told_once_however_often_it_is_committed(desk: Desk):
    desk.take(post(YES))
    again = desk.take(post(YES))
    assert (again.changes, again.alerts, len(desk.messages())) == ([], [], 1)
    assert [quote for _, quote in desk.timeline()] == [YES]


def test_a_claim_that_was_lost_writes_nothing(desk: Desk):
    desk.conn.commit()
    held = desk.claims["news"]
    desk.claims["news"] = agenda.Claim("news", held.token - 1, held.due)
    with pytest.raises(LeaseLost):
        desk.take(post(YES), step=Step(cursor={"zombie": True}))
    desk.conn.rollback()
    assert desk.messages() == []
    assert desk.conn.execute(select(documents.c.id)).all() == []


def test_validators_and_follow_ups_are_committed_with_their_step(desk: Desk):
    follow_up = FollowUp(key="one", at=NOW + timedelta(days=1), about={"n": 1})
    terms = Terms(watches=[], quiet=AWAKE, companies={}, digest=DigestHour(time(8), ZoneInfo("UTC")))
    step = Step(cursor={"page": 2}, follow_ups=(follow_up,))
    tag = Validators(etag='"one"')
    commit_step(desk.conn, desk.claims["news"], step, [], {"u": tag}, terms, now=NOW, lease=timedelta(minutes=1))
    known = agenda.memory(desk.conn, "news")
    assert (known.cursor, known.validators) == ({"page": 2}, {"u": tag})
    assert agenda.follow_ups_due(desk.conn, "news", NOW + timedelta(days=1)) == [follow_up]


def test_a_source_keeps_when_it_last_brought_something(desk: Desk):
    def last() -> datetime | None:
        return next(one.last_document for one in roster.standing(desk.conn) if one.source == "news")

    assert last() is None
    first = read_from(post(YES), PAGE)
    desk.take(first, body=PAGE)
    assert last() == NOW
    desk.now = NOW + timedelta(hours=1)
    desk.take(first, body=PAGE)
    assert last() == NOW, "the same again"
    desk.take(read_from(post(YES, NO), PAGE, version=2), body=PAGE)
    assert last() == NOW, "the same bytes, better read"
    desk.take(post(YES, NO, "More of it."))
    assert last() == desk.now


# What was said before


def test_earlier_statements_stand_beside_opposite_ones_first_then_the_newest(desk: Desk):
    for days, text in ((500, YES), (400, NO), (300, f"Again: {YES}"), (200, f"Once more: {YES}")):
        desk.take(post(text, key=str(days), published=NOW - timedelta(days=days)))
    (alert,) = desk.take(post("There will be a revenue share for them.", key="now")).alerts
    assert [(earlier.quote, earlier.relation) for earlier in alert.earlier] == [
        (NO, "opposite"),
        (f"Once more: {YES}", "same"),
        (f"Again: {YES}", "same"),
        (YES, "same"),
    ]


def test_a_denial_is_called_up_however_much_was_said_since(desk: Desk):
    desk.take(post(NO, key="denial", published=NOW - timedelta(days=900)))
    for number in range(60):
        said = f"In week {number}, {YES[0].lower()}{YES[1:]}"
        desk.take(post(said, key=str(number), published=NOW - timedelta(days=100 - number)))
    (alert,) = desk.take(post("There will be a revenue share for them.", key="now")).alerts
    assert (alert.earlier[0].quote, alert.earlier[0].relation) == (NO, "opposite")
    assert len(alert.earlier) == 5


def test_what_another_company_or_a_later_day_said_is_no_earlier(desk: Desk):
    desk.take(post(YES, key="other", company="AAPL", published=NOW - timedelta(days=9)))
    desk.take(post(YES, key="future", published=NOW + timedelta(days=9)))
    (alert,) = desk.take(post(NO, key="now")).alerts
    assert alert.earlier == ()


def test_a_document_is_not_its_own_earlier(desk: Desk):
    (alert,) = desk.take(post(YES, NO)).alerts
    assert alert.earlier == ()


def test_a_copy_of_the_same_day_is_shown_once(desk: Desk):
    for key in ("one", "two"):
        desk.take(post(YES, key=key, url=f"https://example.com/{key}", published=NOW - timedelta(days=1)))
    (alert,) = desk.take(post(NO, key="now")).alerts
    assert [earlier.quote for earlier in alert.earlier] == [YES]


def test_the_date_is_the_documents_own(desk: Desk):
    call = CallMeta(call_date="2023-07-26")
    desk.take(post(YES, meta=call, published=datetime(2023, 7, 27, 1, tzinfo=UTC)))
    desk.take(post(NO, key="two", published=None))
    said = statements.timeline(desk.conn, "META")
    assert [statement.date for statement in said] == ["2023-07-26", date(2026, 11, 24).isoformat()]


# First sight is quiet


def test_what_a_first_visit_finds_is_recorded_and_not_told(desk: Desk):
    desk.quiet = ASLEEP
    tally = desk.take(post(YES, published=NOW - timedelta(days=60)))
    assert (tally.matches, tally.alerts, desk.messages()) == (1, [], [])
    assert matches.tally(desk.conn, "news", since=NOW) == (1, 1)
    desk.quiet = AWAKE
    (alert,) = desk.take(post(NO, key="two")).alerts
    assert [earlier.quote for earlier in alert.earlier] == [YES], "the first alert already has an earlier one"


def test_what_was_published_after_the_watch_was_made_is_told_at_first_sight(desk: Desk):
    desk.quiet = ASLEEP
    desk.watches = [watch(SHARE, since=NOW - timedelta(hours=2)), watch(SHARE, "#new", since=NOW)]
    tally = desk.take(post(YES, published=NOW - timedelta(hours=1)))
    assert [alert.channel for alert in tally.alerts] == [CHANNEL]


def test_a_call_going_on_now_is_told_at_first_sight(desk: Desk):
    desk.quiet = ASLEEP
    desk.watches = [watch(SHARE, since=NOW)]
    turn = Passage(text=YES, speaker="Mark Zuckerberg", role="executive", section="qa")
    for hours, told in ((1, 1), (4, 0)):
        call = post(key=str(hours), meta=CallMeta(), published=NOW - timedelta(hours=hours), passages=(turn,))
        assert len(desk.take(call).alerts) == told


def test_the_policy_may_be_to_alert(desk: Desk):
    desk.quiet = Quiet("alert", None)
    assert len(desk.take(post(YES, published=NOW - timedelta(days=60))).alerts) == 1


def test_what_arrives_later_is_told_whatever_its_date(desk: Desk):
    assert len(desk.take(post(YES, published=NOW - timedelta(days=2000))).alerts) == 1
    assert len(desk.take(post(YES, key="undated", published=None)).alerts) == 1


@pytest.mark.parametrize(
    ("at_first", "later"),
    [
        (PostMeta(teaser=True), PostMeta()),
        (EntryMeta(state="available"), EntryMeta(state="text-ready")),
    ],
    ids=["page", "pdf"],
)
def test_the_whole_of_an_old_document_that_could_not_be_had_at_first_sight_is_quiet(desk: Desk, at_first, later):
    desk.quiet = ASLEEP
    desk.take(post("A teaser.", meta=at_first, published=OLD))
    desk.quiet = Quiet("quiet", NOW)
    desk.now = NOW + timedelta(minutes=15)
    assert desk.take(post("A teaser.", YES, meta=later, published=OLD)).alerts == []
    assert len(desk.timeline()) == 1


def test_a_pdf_that_was_uploaded_after_the_first_sight_is_told(desk: Desk):
    desk.quiet = ASLEEP
    desk.take(post("MOTION", key="entry", meta=EntryMeta(state="not-uploaded")))
    desk.quiet = Quiet("quiet", NOW)
    desk.now = NOW + timedelta(days=1)
    assert desk.take(post("MOTION", key="entry", meta=EntryMeta(state="available"))).alerts == []
    desk.now = NOW + timedelta(days=2)
    (alert,) = desk.take(post("MOTION", YES, key="entry", meta=EntryMeta(state="text-ready"))).alerts
    assert (alert.status, alert.case is not None) == ("available", True)


# Edits


def test_an_edit_tells_only_what_is_new_in_it(desk: Desk):
    desk.take(post(YES))
    (alert,) = desk.take(post(YES, NO)).alerts
    assert (quotes(alert), alert.status) == ([NO], "changed")
    first, second = desk.messages()
    assert (second.operation, second.parent) == ("reply", first.id), "in the thread of the first"


def test_what_is_worse_than_all_before_is_shown_to_the_whole_channel(desk: Desk):
    desk.take(post(YES))
    desk.take(post(YES, "Our guidance is unchanged.", NO))
    desk.take(post(YES, "Our guidance is unchanged.", NO, "Selling access is what others do."))
    told = [(message.operation, message.broadcast, message.alert.severity) for message in desk.messages()]
    assert told == [("post", False, "normal"), ("reply", True, "high"), ("reply", False, "high")]


def test_what_waits_for_the_digest_has_no_thread_to_wait_in(desk: Desk):
    desk.take(post("Our guidance is unchanged."))
    desk.take(post("Our guidance is unchanged.", YES))
    low, message = desk.messages()
    assert (message.operation, message.parent, message.due) == ("post", None, NOW)
    assert low.due > NOW


def test_an_edit_elsewhere_tells_nothing(desk: Desk):
    desk.take(post(YES, "Some words."))
    tally = desk.take(post("Other words.", YES))
    assert (tally.changes, tally.alerts, len(desk.messages())) == ([("post", "edited")], [], 1)


@pytest.mark.parametrize(
    "mended",
    [
        "We think we should get some portion of the revenues for that!",
        "We thinks we should get some portion of the revenue for that.",
        "We think that we should get some portion of the revenue for that.",
    ],
)
def test_a_mended_sentence_changes_its_alert_and_alerts_no_second_time(desk: Desk, mended):
    (alert,) = desk.take(post(YES)).alerts
    tally = desk.take(post(mended))
    assert tally.alerts == []
    assert len(desk.timeline()) == 1
    changed = desk.messages()[1:]
    if changed:  # folded, the words may be the same
        message, note = changed
        assert (note.operation, note.parent) == ("reply", message.parent)
        assert YES in note.notice
        assert (message.operation, message.alert.id, message.alert.status) == ("update", alert.id, "changed")
        (quote,) = message.alert.quotes
        assert (quote.text, quote.before) == (mended, YES)
        assert outbox.alerts_of(desk.conn, 1) == [message.alert]


def test_a_turn_that_grows_does_not_alert_twice(desk: Desk):
    grown = YES.removesuffix(".") + ", and so on, for as long as they use it and wherever they sell it to others."
    (alert,) = desk.take(post(YES.removesuffix("."))).alerts
    assert desk.take(post(grown)).alerts == []
    _, update, note = desk.messages()
    assert grown in note.notice
    assert (update.alert.id, quotes(update.alert)) == (alert.id, [grown])
    assert desk.take(post(grown, NO)).alerts[0].quotes[0].text == NO


def test_a_mended_sentence_that_was_never_told_is_not_told_now(desk: Desk):
    desk.quiet = ASLEEP
    desk.take(post(YES, published=OLD))
    desk.quiet = AWAKE
    assert desk.take(post(YES.replace("think we", "think that we"), published=OLD)).alerts == []
    assert desk.messages() == []


def test_another_statement_of_the_same_rule_is_news(desk: Desk):
    desk.take(post(YES))
    (alert,) = desk.take(post(YES, "There is a revenue share in every one of these agreements.")).alerts
    assert quotes(alert) == ["There is a revenue share in every one of these agreements."]


def test_words_that_are_taken_back_are_told_once_under_the_same_alert(desk: Desk):
    (alert,) = desk.take(post(YES, "More.")).alerts
    for text in ("More.", "More words.", "Yet more words."):
        desk.take(post(text))
    post_message, update, note = desk.messages()
    assert (note.operation, note.parent) == ("reply", post_message.id)
    assert note.notice == f"Words were removed. Before: “{YES}”"
    assert (update.operation, update.parent) == ("update", post_message.id)
    assert (update.alert.id, update.alert.status) == (alert.id, "removed")
    assert [(quote.text, quote.before) for quote in update.alert.quotes] == [(YES, YES)]


def test_words_that_come_back_are_no_news_but_no_longer_removed(desk: Desk):
    (alert,) = desk.take(post(YES, "More.")).alerts
    desk.take(post("More."))
    tally = desk.take(post(YES, "More."))
    assert tally.alerts == []
    *_, update, note = desk.messages()
    assert (update.alert.id, update.alert.status) == (alert.id, "changed")
    assert [quote.before for quote in update.alert.quotes] == [None]
    assert note.notice == f"Words that had been removed stand there again: “{YES}”"
    assert len({message.id for message in desk.messages()}) == 5


def test_one_quote_of_several_may_change(desk: Desk):
    desk.take(post(f"{YES} {NO}"))
    desk.take(post(f"{YES} {NO.replace('business', 'business model')}"))
    *_, update, _note = desk.messages()
    assert [(quote.before is None) for quote in update.alert.quotes] == [True, False]


def test_a_second_hit_in_a_mended_sentence_is_not_news(desk: Desk):
    twice = "A revenue share is some portion of the revenue that we get."
    desk.take(post(twice))
    assert desk.take(post(twice.replace("that we get", "which we get"))).alerts == []


def test_a_reply_of_low_severity_still_waits(desk: Desk):
    desk.take(post(YES))
    desk.take(post(YES, "Our guidance is unchanged."))
    *_, message = desk.messages()
    assert (message.operation, message.due) == ("post", NOW + timedelta(hours=8))


def test_a_better_reader_is_no_edit_and_what_it_sees_is_kept(desk: Desk):
    body = Body(b"%PDF-1.7")
    desk.take(read_from(post("Half of it."), body), body=body)
    tally = desk.take(read_from(post("Half of it.", YES), body, version=2), body=body)
    assert (tally.changes, tally.alerts, desk.messages()) == ([("post", "reread")], [], [])
    assert len(desk.timeline()) == 1
    other = Body(b"%PDF-1.7 other")
    assert desk.take(read_from(post("Half of it.", YES, "More."), other, version=2), body=other).alerts == []
    assert len(desk.conn.execute(select(bodies.c.hash)).all()) == 2


# Troubles of single documents


BLOCKED = TroubleRecord(kind="blocked", detail="page: kept out (403)", mend="Ask the site.")


def shown(desk: Desk) -> list[TroubleRecord]:
    return list(troubles.standing(desk.conn).get("news", ()))


def test_a_trouble_of_one_document_stands_until_that_document_is_had(desk: Desk):
    desk.take(post("A teaser."), step=Step(troubles=(BLOCKED,)))
    assert shown(desk) == [BLOCKED]
    desk.take(post("Something else.", key="two"))
    assert shown(desk) == [BLOCKED]
    desk.take(post("A teaser.", YES))
    assert shown(desk) == []


def test_a_run_about_one_document_speaks_for_it_even_without_it(desk: Desk):
    desk.take(step=Step(troubles=(BLOCKED,)), about="one")
    assert shown(desk) == [BLOCKED]
    desk.take(step=Step(), about="one")
    assert shown(desk) == []


def test_a_document_that_is_had_in_part_is_in_trouble(desk: Desk):
    half = TroubleRecord(kind="unreadable", detail="page 2 of 3 is damaged", mend="Look at it.")
    desk.take(post("Page 1."), step=Step(troubles=(half,)))
    assert shown(desk) == [half]


def test_what_is_given_up_is_told_again(desk: Desk):
    desk.take(post("A teaser."), step=Step(troubles=(BLOCKED,)))
    assert troubles.to_tell(desk.conn, "news", at_once={"blocked"}) == [BLOCKED]
    desk.take(post("A teaser."), step=Step(troubles=(BLOCKED,), done=("one",)))
    assert troubles.to_tell(desk.conn, "news", at_once={"blocked"}) == [BLOCKED]
