"""What the bot counts, as Prometheus sees it. Names begin with `onrecord_`; labels never hold text of documents."""

from prometheus_client import Counter, Gauge, Histogram

FETCHES = Counter("onrecord_fetches_total", "Requests to sources by what came of them", ["kind", "outcome"])
VISITS = Counter("onrecord_visits_total", "Visits by what came of them", ["kind", "outcome"])
DOCUMENTS = Counter("onrecord_documents_total", "Documents by what they were", ["kind", "change"])
ALERTS = Counter("onrecord_alerts_total", "Alerts made", ["severity"])
DELIVERIES = Counter("onrecord_deliveries_total", "Messages by what came of them", ["outcome"])
VISIT_SECONDS = Histogram("onrecord_visit_seconds", "Time a visit took", ["kind"])
LAG_SECONDS = Histogram(
    "onrecord_due_to_visit_seconds",
    "Time from a source being due to its visit",
    buckets=(0.1, 0.5, 1, 2, 5, 15, 60, 300, 900, 3600),
)
TROUBLED = Gauge("onrecord_sources_in_trouble", "Sources in trouble now", ["kind"])
DOCUMENTS_TROUBLED = Gauge("onrecord_documents_in_trouble", "Single documents that could not be had or read", ["kind"])
QUIET = Gauge("onrecord_sources_quiet", "Sources that say nothing for longer than is usual for them")
MESSAGES = Gauge("onrecord_messages", "Messages that are not told yet, by how they stand", ["state"])
STORE = Gauge("onrecord_store_answers", "1 where the database answers; without it the gauges are those of before")
