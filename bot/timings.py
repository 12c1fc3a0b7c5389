"""The waits of the running bot, in one place; whoever tests it under kills shortens them."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Timings:
    """Durations. A lease is renewed three times in its length; what is not renewed is another's when it ends."""

    tick: timedelta = timedelta(seconds=1)
    """How often it is asked what is due."""
    lease: timedelta = timedelta(minutes=2)
    """Of a source that is visited."""
    channel_lease: timedelta = timedelta(seconds=60)
    """Of a channel that is written to."""
    look_up_after: tuple[timedelta, ...] = (timedelta(seconds=2), timedelta(seconds=10))
    """From the committed try: Slack's history lags behind what was posted (korotovsky/slack-mcp-server#284)."""
    back_off: timedelta = timedelta(seconds=5)
    """Before a message is tried again for the first time; doubled up to ten minutes."""
    job_silent: timedelta = timedelta(seconds=30)
    """A job whose worker has not been heard of for so long is given to another, a visit not before its lease is over
    (pgqueuer's `heartbeat_timeout`)."""
    presence: timedelta = timedelta(seconds=10)
    """How often a worker says that it is there; after six times as long it is taken for gone."""
    housekeeping: timedelta = timedelta(minutes=10)
    daily: timedelta = timedelta(days=1)
    """How often what is older than the retention is deleted and silence is told; first when the house is first kept."""
    store_silent: timedelta = timedelta(seconds=30)
    """A database that leaves one statement unanswered for so long is taken for unreachable."""
    stop_within: timedelta = timedelta(seconds=5)
    """From a stop to the moment at which what is still under way is handed back."""
    reconnect: timedelta = timedelta(seconds=1)
    """Before the first new try to reach a database that went away; doubled up to half a minute."""
    drain: timedelta = timedelta(seconds=60)
    """How long `run --once` waits for messages that are to be looked up or tried again."""
    acknowledge: timedelta = timedelta(seconds=2)
    """How long a person in Slack waits for an answer before "Checking …" is said; Slack itself waits three seconds."""
    answer: timedelta = timedelta(minutes=5)
    """The longest that an answer may take; Slack takes it for thirty minutes."""
    answer_again: timedelta = timedelta(seconds=2)
    """Before an answer that Slack did not take is given once more, twice at most."""
    socket_ping: timedelta = timedelta(seconds=5)
    """The rhythm in which Slack's client looks after its socket, and tries to open it again."""
    socket_watch: timedelta = timedelta(seconds=1)
    """How often the socket is looked at."""
    socket_lost: timedelta = timedelta(seconds=30)
    """A socket that is closed for so long is given up, with its client, and made anew."""
    refused: timedelta = timedelta(minutes=1)
    """How often it is asked whether Slack takes a token again that it refused."""
