"""The few emoji that we send, drawn: a picture must not depend on a font of emoji. Pure."""

from bot.slack.typesetting import Run

_CIRCLES = {"red_circle": "#dd2e44", "large_yellow_circle": "#fdcb58", "white_circle": "#e6e7e8"}


def drawn(run: Run, x: float, baseline: float) -> str:
    """As SVG. Raises `ValueError` for one that this program never sends."""
    radius = run.size * 0.5
    middle_x, middle_y = x + run.width / 2, baseline - run.size * 0.36
    if run.emoji in _CIRCLES:
        return f'<circle cx="{middle_x:.1f}" cy="{middle_y:.1f}" r="{radius:.1f}" fill="{_CIRCLES[run.emoji]}"/>'
    draw = {"warning": _warning, "white_check_mark": _check, "no_entry_sign": _no_entry, "mute": _mute}.get(
        run.emoji or ""
    )
    if draw is None:
        raise ValueError(f"no picture is known of :{run.emoji}:")
    return draw(middle_x, middle_y, radius)


def _warning(x: float, y: float, radius: float) -> str:
    left, right, top, foot = x - radius, x + radius, y - radius, y + radius * 0.85
    return (
        f'<path d="M{x:.1f} {top:.1f} L{right:.1f} {foot:.1f} L{left:.1f} {foot:.1f} Z" fill="#ffcc4d" '
        f'stroke="#ffcc4d" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<path d="M{x:.1f} {top + radius * 0.6:.1f} v{radius * 0.6:.1f} m0 {radius * 0.24:.1f} v{radius * 0.17:.1f}" '
        f'stroke="#231f20" stroke-width="1.7"/>'
    )


def _check(x: float, y: float, radius: float) -> str:
    side = 2 * radius
    return (
        f'<rect x="{x - radius:.1f}" y="{y - radius:.1f}" width="{side:.1f}" height="{side:.1f}" rx="2.5" '
        f'fill="#77b255"/>'
        f'<path d="M{x - radius * 0.55:.1f} {y:.1f} l{radius * 0.4:.1f} {radius * 0.45:.1f} '
        f'l{radius * 0.75:.1f} {-radius:.1f}" fill="none" stroke="#ffffff" stroke-width="1.8"/>'
    )


def _no_entry(x: float, y: float, radius: float) -> str:
    ring, reach = radius * 0.85, radius * 0.6
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{ring:.1f}" fill="none" stroke="#dd2e44" stroke-width="1.9"/>'
        f'<path d="M{x - reach:.1f} {y - reach:.1f} L{x + reach:.1f} {y + reach:.1f}" stroke="#dd2e44" '
        f'stroke-width="1.9"/>'
    )


def _mute(x: float, y: float, radius: float) -> str:
    left, third = x - radius * 0.9, radius * 0.45
    return (
        f'<path d="M{left:.1f} {y - third:.1f} h{third:.1f} l{radius * 0.6:.1f} {-third:.1f} v{radius * 1.8:.1f} '
        f'l{-radius * 0.6:.1f} {-third:.1f} h{-third:.1f} Z" fill="#8899a6"/>'
        f'<path d="M{x + radius * 0.35:.1f} {y - third * 0.8:.1f} l{third * 1.4:.1f} {third * 1.6:.1f} '
        f'm0 {-third * 1.6:.1f} l{-third * 1.4:.1f} {third * 1.6:.1f}" stroke="#dd2e44" stroke-width="1.6"/>'
    )
