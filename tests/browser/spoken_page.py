"""A page as a screen reader has it: the accessibility tree of Chromium, and nothing else, to read and to press."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

PATIENCE = 10


@dataclass(frozen=True)
class Node:
    """One thing that is told: its role, its name, what else is said of it, and what stands inside it."""

    role: str
    name: str
    said: dict[str, Any]
    inside: tuple[Node, ...]
    handle: int

    def all(self) -> Iterator[Node]:
        """This one and all inside it, in the order of reading."""
        yield self
        for child in self.inside:
            yield from child.all()

    def find(self, role: str, name: str = "") -> list[Node]:
        """All of this role inside, and of this name when one is given."""
        return [node for node in self.all() if node.role == role and (not name or node.name == name)]

    def text(self) -> str:
        """All words inside."""
        return " ".join(node.name for node in self.all() if node.role == "StaticText")


class SpokenPage:
    """Reads and presses through the tree."""

    def __init__(self, page: Page) -> None:
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("Accessibility.enable")

    def tree(self) -> Node:
        """The page as it is now."""
        nodes = {node["nodeId"]: node for node in self.cdp.send("Accessibility.getFullAXTree")["nodes"]}
        root = next(node for node in nodes.values() if "parentId" not in node)
        (top,) = self._read(root, nodes)
        return top

    def _read(self, node: dict[str, Any], nodes: dict[str, Any]) -> tuple[Node, ...]:
        """The node, or what is inside it where a screen reader skips it."""
        children = (nodes[child] for child in node.get("childIds", ()) if child in nodes)
        inside = tuple(one for child in children for one in self._read(child, nodes))
        if node["ignored"]:
            return inside
        said = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
        name = node.get("name", {}).get("value", "")
        return (Node(node["role"]["value"], name, said, inside, node.get("backendDOMNodeId", 0)),)

    def wait(self, found: Callable[[Node], Any], what: str) -> Any:
        """What `found` finds in the tree, as soon as it finds something."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            result = found(self.tree())
            if result:
                return result
        raise AssertionError(f"nothing was told of: {what}")

    def press(self, role: str, name: str) -> None:
        """Do what a screen reader does when its user activates this."""
        (node, *_) = self.wait(lambda tree: tree.find(role, name), f"{role} {name!r}")
        self.activate(node)

    def activate(self, node: Node) -> None:
        """The same for a node that was found."""
        target = self.cdp.send("DOM.resolveNode", {"backendNodeId": node.handle})["object"]["objectId"]
        self.cdp.send(
            "Runtime.callFunctionOn", {"objectId": target, "functionDeclaration": "function() { this.click(); }"}
        )

    def type(self, name: str, text: str) -> None:
        """Go to the field of this name and write in it."""
        (field, *_) = self.wait(lambda tree: tree.find("textbox", name), f"field {name!r}")
        self.cdp.send("DOM.focus", {"backendNodeId": field.handle})
        self.cdp.send("Input.insertText", {"text": text})
