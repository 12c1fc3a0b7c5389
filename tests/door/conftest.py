"""The table of what was withstood, below the run of these tests alone (`pytest tests/door`, with `-m full` for all)."""

from benchmarks.tables import table


def pytest_terminal_summary(terminalreporter):
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    told = [value for report in reports for name, value in report.user_properties if name == "attack"]
    if not told:
        return
    rows = [
        (name.encode("ascii", "replace").decode(), ended, f"{seconds * 1000:,.0f}", f"{bot:,.0f}", f"{readers:,.0f}")
        for name, ended, seconds, bot, readers in told
    ]
    terminalreporter.section("attacks")
    terminalreporter.write_line(table(("attack", "ended", "ms", "bot +MB", "reader MB"), rows))
