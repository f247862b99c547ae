"""How figures reach the browser: the drawing library of the installed wheel and the options every chart must have."""

from __future__ import annotations

from importlib import resources
from typing import Any

# The style elements that the library adds when it loads: an empty one that it fills through the object model, and the
# stylesheet of its maps, which we do not draw. Both are bound to the version pinned in requirements.in; the browser
# test of the curves fails when an update changes them.
STYLE_HASHES = (
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o=",
)


def plotly_script() -> bytes:
    """The drawing library exactly as the installed wheel brings it, so that it always fits the figures."""
    return resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()


def chart_config() -> dict[str, Any]:
    """Options of every chart.

    The library's default tool bar offers to hand the chart's data to its maker's cloud; no security policy of the
    page stops that, so the button and the address behind it are switched off here, once for all charts.
    """
    return {
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "displaylogo": False,
        "responsive": True,
        "displayModeBar": "hover",
        "modeBarButtonsToRemove": ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
        "toImageButtonOptions": {"filename": "recovery-curve", "scale": 2},
    }
