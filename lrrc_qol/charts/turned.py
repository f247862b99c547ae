"""A figure with its score axis turned round, for who wants to read every panel with up as better."""

from __future__ import annotations

from lrrc_qol.charts.backdrop import Figure

OTHER_SIDE = {"top": "bottom", "bottom": "top"}
OTHER_WAY = {"triangle-up": "triangle-down", "triangle-down": "triangle-up"}
WORDS = "turned round: up is better"
ROOM_FOR_TWO_LINES = 66


def turned(figure: Figure) -> Figure:
    """The same scores on axes that run the other way, and say so; no number in it changes.

    What stands on the lower edge stays there, words keep to their side of a score, and triangles go on pointing the
    way the curve goes.
    """
    frame = figure["layout"]
    old_edge, new_edge = frame["yaxis"]["range"]
    title = f"{frame['yaxis']['title']['text']}<br>{WORDS}"
    axes = {name: {**axis, "range": axis["range"][::-1]} for name, axis in frame.items() if name.startswith("yaxis")}
    axes["yaxis"]["title"] = {**frame["yaxis"]["title"], "text": title}
    return {
        "data": [_turned_trace(trace, old_edge, new_edge) for trace in figure["data"]],
        "layout": {
            **frame,
            **axes,
            "margin": {**frame["margin"], "l": ROOM_FOR_TWO_LINES},
            "annotations": [_turned_words(one) for one in frame["annotations"]],
        },
    }


def _turned_words(words: Figure) -> Figure:
    if "yref" in words:  # placed on the picture, not at a score
        return words
    return {**words, "yanchor": OTHER_SIDE.get(words["yanchor"], words["yanchor"])}


def _turned_trace(trace: Figure, old_edge: float, new_edge: float) -> Figure:
    if trace["name"] == "no value":
        return {**trace, "y": [new_edge if y == old_edge else y for y in trace["y"]]}
    symbols = trace.get("marker", {}).get("symbol")
    if not isinstance(symbols, list):
        return trace
    return {**trace, "marker": {**trace["marker"], "symbol": [_turned_symbol(one) for one in symbols]}}


def _turned_symbol(symbol: str) -> str:
    shape = next((one for one in OTHER_WAY if symbol.startswith(one)), None)
    return symbol if shape is None else symbol.replace(shape, OTHER_WAY[shape], 1)
