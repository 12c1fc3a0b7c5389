"""A source's state in words: why it is silent, since when, and what can be done."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.standing import State
from bot.store.roster import Standing

_STATE = {
    "ok": "is watched without trouble",
    "quiet": "answers, but has brought nothing new for longer than is usual for it",
    "failing": "does not work now",
    "blocked": "is kept from us",
    "throttled": "asked us to come less often",
    "gone": "is not there any more",
    "paused": "is paused",
}


def explain(standing: Standing, state: State, now: datetime, quota: Mapping[str, Any] | None = None) -> str:
    """A few sentences for a person."""
    said = [f"{standing.source} {_STATE[state]}, since {_moment(standing.since, now)}."]
    if standing.last_visit is None:
        said.append("It has not been visited yet.")
    else:
        said.append(f"It was visited last {_moment(standing.last_visit, now)}.")
    if standing.last_success is not None and standing.last_success != standing.last_visit:
        said.append(f"The last visit that came through was {_moment(standing.last_success, now)}.")
    if standing.first_visit_done is None and standing.last_visit is not None:
        said.append("Its first visit has not come through yet; what it finds then is recorded, not alerted.")
    said.append(
        "It has brought no document yet."
        if standing.last_document is None
        else f"It brought something new last {_moment(standing.last_document, now)}."
    )
    if standing.trouble is not None:
        said.append(f"Trouble: {standing.trouble}")
        if standing.failures > 1:
            said.append(f"That was {standing.failures} times in a row.")
    said += [f"One document: {record}" for record in standing.document_troubles]
    if quota is not None:
        said.append(quota_words(quota))
    said.append(f"It is visited again {_moment(standing.next_visit, now)}.")
    return "\n".join(said)


def quota_words(quota: Mapping[str, Any]) -> str:
    """The object of the contract (`bot.budgets.quota_of`) as a sentence."""
    again = "" if quota["resets"] is None else f"; the next is free at {quota['resets'][:16].replace('T', ' ')} UTC"
    return f"Requests left in the provider's budget now: {quota['left']}{again}."


def _moment(moment: datetime, now: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC ({_apart(moment, now)})"


def _apart(moment: datetime, now: datetime) -> str:
    """`3 h ago`, `in 5 min`, `now`."""
    distance = abs(now - moment)
    for unit, name in ((timedelta(days=1), "days"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if distance >= unit:
            count = int(distance / unit)
            words = f"{count} {name}" if name != "days" or count != 1 else "1 day"
            return f"{words} ago" if moment < now else f"in {words}"
    return "now"
