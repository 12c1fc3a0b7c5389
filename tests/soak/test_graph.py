"""What the graph of a soak shows: every worker's line inside its axes, each with a name that can be read."""

import xml.etree.ElementTree as ET
from itertools import pairwise

from soak.graph import APART, END, FLOOR, LEFT, TOP, Line, graph

SVG = "{http://www.w3.org/2000/svg}"


def level(megabytes: float) -> Line:
    return [(quarter / 4, megabytes) for quarter in range(1, 97)]


def test_every_line_stays_inside_the_axes_with_zero_at_their_foot():
    drawn = ET.fromstring(graph({"low": level(0), "high": level(199)}, "Memory"))
    lines = [[point.split(",") for point in line.attrib["points"].split()] for line in drawn.iter(f"{SVG}polyline")]
    high, low = ([float(y) for _, y in line] for line in lines)
    assert set(low) == {float(FLOOR)}
    assert TOP <= min(high) < TOP + 5
    assert all(LEFT <= float(x) <= END for line in lines for x, _ in line)


def test_names_of_lines_that_run_close_do_not_cover_each_other():
    drawn = ET.fromstring(graph({"left": level(150), "<right>": level(151), "alone": level(150.5)}, "Memory"))
    names = [text for text in drawn.iter(f"{SVG}text") if float(text.attrib["x"]) > END]
    assert [text.text for text in names] == ["<right>: 151 MB", "alone: 150 MB", "left: 150 MB"]
    heights = [float(text.attrib["y"]) for text in names]
    assert all(below - above >= APART - 0.1 for above, below in pairwise(heights))
