"""Reading a page as a reader does: what stands where. A little of CSS's selectors, enough for tests."""

import re

from django.test import Client
from lxml import html

_STEP = re.compile(r"([a-z][a-z0-9]*)?((?:\.[\w-]+|\[[^\]]+\])*)\Z")
_CONDITION = re.compile(r"\.([\w-]+)|\[([\w:-]+)(?:=['\"]?([^'\"\]]*)['\"]?)?\]")


def page(client: Client, path: str, status: int = 200) -> html.HtmlElement:
    """Fetch a page, whose status must be this one."""
    response = client.get(path)
    assert response.status_code == status, f"{path} answered {response.status_code}"
    return html.document_fromstring(response.content)


def words(node: html.HtmlElement) -> str:
    """Return the words of an element, white space folded."""
    return " ".join(node.text_content().split())


def select(root: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    """Return the elements that a selector finds, in the page's order: `tag.class[name=value] descendant, other`."""
    paths = [".//" + "//".join(_step(step) for step in part.split()) for part in selector.split(",")]
    return root.xpath(" | ".join(paths))


def one(root: html.HtmlElement, selector: str) -> html.HtmlElement:
    """Return the one element that a selector finds; there must be one and no more."""
    (found,) = select(root, selector)
    return found


def hrefs(root: html.HtmlElement, selector: str) -> list[str]:
    """Return where the links lead that a selector finds."""
    return [link.get("href") for link in select(root, selector)]


def _step(step: str) -> str:
    match = _STEP.match(step)
    assert match, f"not a selector that tests understand: {step}"
    conditions = ""
    for name, attribute, value in _CONDITION.findall(match[2]):
        if name:
            conditions += f"[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
        else:
            conditions += f"[@{attribute}='{value}']" if value else f"[@{attribute}]"
    return (match[1] or "*") + conditions
