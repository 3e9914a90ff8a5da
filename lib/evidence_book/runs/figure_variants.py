"""Forms of one figure: as drawn, for the dark theme, and as pixels.

Pages keep one SVG per figure, which is compared in tests; the other forms follow from it.
"""

from __future__ import annotations

import re

# Colours of the theme (evidence/theme.mplstyle, evidence.figures.style) and what they are on the
# dark page, #121212. Colours of treatments stay: each has a contrast of 3 to 1 with both pages.
DARK = {
    "#000000": "#f2f2f2",
    "#222222": "#e6e6e6",
    "#444444": "#c4c9d0",
    "#6b6b6b": "#a8b0ba",
    "#777777": "#9aa3ad",
    "#cccccc": "#4a5563",
    "#dddddd": "#3d4753",
    "#e3edf5": "#24384a",
    "#9b1c1c": "#ff9d94",
    "#0072b2": "#3d9bd6",
    "#8c510a": "#d8a05f",
    "#01665e": "#5ab4ac",
    "#9e9e9e": "#8a919a",
    "#b5b5b5": "#6f7680",
    "#ffffff": "#121212",
}
_COLOUR = re.compile("|".join(DARK))
# Dots per inch of the pixels: sharp in print at the width of a column.
PIXELS_PER_INCH = 200


def for_the_dark(svg: str) -> str:
    """Return a figure in the colours of the dark theme."""
    recoloured = _COLOUR.sub(lambda found: DARK[found[0]], svg)
    # What has no colour of its own is black.
    return recoloured.replace("<svg ", f'<svg fill="{DARK["#000000"]}" ', 1)


def as_png(svg: str) -> bytes:
    """Return a figure as PNG, on white.

    Its letters are those that Matplotlib brings, so that no font of the machine enters.
    """
    from matplotlib import get_data_path
    from resvg_py import svg_to_bytes

    return svg_to_bytes(
        svg_string=svg,
        background="white",
        skip_system_fonts=True,
        font_dirs=[f"{get_data_path()}/fonts/ttf"],
        dpi=PIXELS_PER_INCH,
    )
