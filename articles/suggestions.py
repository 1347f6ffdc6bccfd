"""Suggestions: changes that stand in a body until somebody accepts or refuses them.

Decides how a suggestion is written down, which marks are well formed, and what a body says once suggestions are
accepted or refused. Readers get every body as if all were refused; `body.py` sees to that. Who may accept is the
verbs' business. Pure: no ORM.

Stored form. Words that come and words that go:

    <ins data-suggestion="k3v9x2ab" data-by="7" data-at="2024-06-19T12:05:00+00:00">words</ins>   <del …>words</del>

and blocks, by `data-change` next to the same three attributes:

    split    this paragraph or heading was one with the block before it
    join     it is to become one with the block before it
    insert   this block, whole, comes (top level only)
    delete   this block, whole, goes (top level only)

One id may stand in many places: it is accepted or refused as one. `data-by` is the number of an account;
`stamped` writes it, and what a browser says of it counts for nothing.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree, html

#: Inline marks and block attributes, in the order in which they are written.
ATTRIBUTES: tuple[str, ...] = ("data-suggestion", "data-change", "data-by", "data-at")
WORDS = frozenset({"ins", "del"})
#: What can bear a whole-block suggestion; paragraphs and headings can be split and joined as well.
TEXT_BLOCKS = frozenset({"p", "h2", "h3"})
BLOCKS = TEXT_BLOCKS | {"ul", "ol", "blockquote", "aside", "hr", "figure", "table"}
#: Blocks that are nothing without words: left out of a stored body when they are empty.
_NOTHING_WITHOUT_WORDS = BLOCKS - {"hr", "figure"}
_EMPHASIS = frozenset({"a", "strong", "em", "s", "sub", "sup"})
_CONTAINERS = frozenset({"blockquote", "aside"})

_ID = re.compile(r"[A-Za-z0-9]{6,40}\Z")
_BY = re.compile(r"[1-9]\d{0,17}\Z", re.ASCII)
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion that is still open: what comes, what goes, who suggested it and when.

    `by` is the number of an account, None before the first save. `changes` are the block changes in it, each as
    its kind and the tag of its block.
    """

    id: str
    by: int | None
    at: dt.datetime | None
    added: str = ""
    removed: str = ""
    changes: tuple[tuple[str, str], ...] = ()


def open_suggestions(source: str) -> list[Suggestion]:
    """Return the open suggestions of a stored body, in reading order."""
    return [found.whole() for found in _collected(_parse(source)).values()] if _has_any(source) else []


def accepted(source: str, only: str | None = None) -> str:
    """Return a stored body with its suggestions accepted; with `only`, the one of that id."""
    return _resolved(source, accept=True, only=only)


def refused(source: str, only: str | None = None) -> str:
    """Return a stored body with its suggestions refused; with `only`, the one of that id."""
    return _resolved(source, accept=False, only=only)


def stamped(source: str, *, before: str, by: int, at: dt.datetime) -> str:
    """Return a clean body whose suggestions say truly whose they are.

    One that stood in `before` keeps its stamp, unless it says more or other words by now: whoever changed it made
    it theirs. Every other one is `by` this account, `at` (aware) this moment.
    """
    if not _has_any(source):
        return source
    root = _parse(source)
    earlier = _collected(_parse(before)) if _has_any(before) else {}
    stamps = {}
    for number, found in _collected(root).items():
        known = earlier.get(number)
        kept = known is not None and known.by and known.at and found.says_no_more_than(known)
        stamps[number] = (known.by, known.at) if kept and known else (str(by), at.isoformat(timespec="seconds"))
    for node in _marked(root):
        node.set("data-by", stamps[node.get("data-suggestion")][0])
        node.set("data-at", stamps[node.get("data-suggestion")][1])
        _in_order(node)
    return _written(root)


# --- For body.py, which holds the tree ----------------------------------------------------------------------------


def repair(root: html.HtmlElement) -> None:
    """Keep the well-formed suggestions of a tree; the others become what they would be without one.

    Words marked by an `ins` of somewhere else are just words, those of a `del` are struck through.
    """
    for node in list(root.iter(*WORDS)):
        inside = {ancestor.tag for ancestor in node.iterancestors()}
        if not _ID.match(node.get("data-suggestion", "")) or inside & {"caption", "figcaption"}:
            if node.tag == "del":
                node.tag = "s"
                node.attrib.clear()
            else:
                node.drop_tag()
        elif inside & WORDS or not _says_something(node):
            node.drop_tag()
        else:
            keep_attributes(node, {})
    for node in list(root.iter()):
        if node.tag not in WORDS and any(name in node.attrib for name in ATTRIBUTES):
            mine = attributes(node)
            for name in ATTRIBUTES:
                node.attrib.pop(name, None)
            if mine and _may_bear(node, mine["data-change"], root):
                node.attrib.update(mine)


def attributes(node: html.HtmlElement) -> dict[str, str]:
    """Return the suggestion that a block bears as attributes in their order, or nothing when it is malformed."""
    if not _ID.match(node.get("data-suggestion", "")) or not node.get("data-change"):
        return {}
    return _well_formed(node, ATTRIBUTES)


def keep_attributes(node: html.HtmlElement, others: dict[str, str]) -> None:
    """Leave a node with its well-formed suggestion, if any, and these other attributes."""
    names = ATTRIBUTES if node.tag not in WORDS else tuple(name for name in ATTRIBUTES if name != "data-change")
    mine = attributes(node) if node.tag not in WORDS else _well_formed(node, names)
    node.attrib.clear()
    node.attrib.update({**others, **mine})


def drop_empty(root: html.HtmlElement) -> None:
    """Take blocks without a word out of the top level.

    The boundary behind an empty paragraph goes with it: what was split from it, or was to be joined to it, must
    not end up split from or joined to the block before.
    """
    for node in list(root):
        if node.tag in _NOTHING_WITHOUT_WORDS and not node.text_content().strip() and node.find(".//figure") is None:
            follower = node.getnext()
            while follower is not None and _is_only_suggested(follower):
                follower = follower.getnext()
            behind = follower.get("data-change") if follower is not None and node.tag in TEXT_BLOCKS else None
            if behind in {"split", "join"} and behind != node.get("data-change"):
                _clear(follower)
            node.drop_tree()


def resolve(root: html.HtmlElement, *, accept: bool, only: str | None = None) -> None:
    """Accept or refuse the suggestions of a tree in place, all of them or the one of an id."""
    for node in list(root.iter(*WORDS)):
        if node.get("data-suggestion") and only in {None, node.get("data-suggestion")}:
            if (node.tag == "ins") == accept:
                node.drop_tag()
            else:
                _take_out(node)
    for parent in [root, *root.iter(*_CONTAINERS)]:
        _resolve_blocks(parent, accept, only)
    drop_empty(root)


def _take_out(node: html.HtmlElement) -> None:
    """Take a node out with its words, leaving no empty emphasis or link behind, and none cut in two."""
    parent, before, behind = node.getparent(), node.getprevious(), node.getnext()
    node.drop_tree()
    if parent.tag in _EMPHASIS and not len(parent) and not parent.text:
        _take_out(parent)
        return
    while (
        before is not None
        and behind is not None
        and not before.tail
        and before.tag in _EMPHASIS
        and (before.tag, before.get("href")) == (behind.tag, behind.get("href"))
    ):
        inner = before[-1] if len(before) else None, behind[0] if len(behind) and not behind.text else None
        before.tail = behind.tail
        behind.tail = None
        _merge(before, behind)
        before, behind = inner


# --- Blocks ---------------------------------------------------------------------------------------------------------


def _resolve_blocks(parent: html.HtmlElement, accept: bool, only: str | None) -> None:
    last: html.HtmlElement | None = None
    for node in list(parent):
        change = node.get("data-change")
        if change is None or only not in {None, node.get("data-suggestion")}:
            last = node
        elif change in {"insert", "delete"}:
            if (change == "insert") == accept:
                _clear(node)
                last = node
            else:
                node.drop_tree()
        elif (change == "split") == accept:
            _clear(node)
            last = node
        elif last is not None and last.tag in TEXT_BLOCKS:
            _merge(last, node)
        else:
            # A block that is itself only suggested stands between: what becomes of it decides about this border.
            between = last.get("data-change") if last is not None else None
            _clear(node)
            if last is not None and between:
                node.attrib.update({**_well_formed(last, ATTRIBUTES), "data-change": _BORDER[between]})
                _in_order(node)
            last = node


_BORDER = {"insert": "split", "delete": "join", "split": "split", "join": "join"}


def _merge(into: html.HtmlElement, node: html.HtmlElement) -> None:
    """Append the content of a block to another and take the block away."""
    text = node.text or ""
    if len(into):
        into[-1].tail = (into[-1].tail or "") + text
    else:
        into.text = (into.text or "") + text
    into.extend(list(node))
    node.drop_tree()


def _may_bear(node: html.HtmlElement, change: str, root: html.HtmlElement) -> bool:
    parent = node.getparent()
    if change in {"insert", "delete"}:
        return parent is root and node.tag in BLOCKS
    if change not in {"split", "join"} or node.tag not in TEXT_BLOCKS:
        return False
    if parent is not root and parent.tag not in _CONTAINERS:
        return False
    before = node.getprevious()
    while before is not None and _is_only_suggested(before):
        before = before.getprevious()
    return before is not None and before.tag in TEXT_BLOCKS


def _is_only_suggested(node: html.HtmlElement) -> bool:
    """Tell whether a border may be suggested across a block: a picture, say, that itself comes or goes."""
    return node.tag not in TEXT_BLOCKS and node.get("data-change") in {"insert", "delete"}


# --- Reading them out -----------------------------------------------------------------------------------------------


@dataclass
class _Found:
    """What one id marks in a body, as it is gathered."""

    id: str
    by: str
    at: str
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)

    def whole(self) -> Suggestion:
        at = dt.datetime.fromisoformat(self.at) if self.at else None
        words = {"added": _one_line(self.added), "removed": _one_line(self.removed)}
        return Suggestion(self.id, int(self.by) if self.by else None, at, changes=tuple(self.changes), **words)

    def says_no_more_than(self, earlier: "_Found") -> bool:
        return (
            _is_part("".join(self.added), "".join(earlier.added))
            and _is_part("".join(self.removed), "".join(earlier.removed))
            and _is_part(self.changes, earlier.changes)
        )


def _collected(root: html.HtmlElement) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for node in _marked(root):
        number = node.get("data-suggestion")
        one = found.setdefault(number, _Found(number, node.get("data-by", ""), node.get("data-at", "")))
        change = node.get("data-change")
        if change is not None:
            one.changes.append((change, node.tag))
        if node.tag == "ins" or change == "insert":
            one.added.append(_content(node))
        elif node.tag == "del" or change == "delete":
            one.removed.append(_content(node))
    return found


def _content(node: html.HtmlElement) -> str:
    """Return the words of a marked node; of a picture, its number too."""
    photos = [f"[Photo {figure.get('data-photo')}] " for figure in node.iter("figure")]
    breaks = " " if node.tag not in WORDS or node.find(".//br") is not None else ""
    return "".join(photos) + breaks.join(node.itertext()) + (" " if node.tag not in WORDS else "")


def _one_line(pieces: Iterable[str]) -> str:
    return " ".join("".join(pieces).split())


def _is_part(new: Iterable[object], old: Iterable[object]) -> bool:
    """Tell whether all of `new` stands in `old`, in the same order."""
    rest = iter(old)
    return all(any(piece == other for other in rest) for piece in new)


# --- Trees and attributes -------------------------------------------------------------------------------------------


def _has_any(source: str) -> bool:
    return "data-suggestion=" in source


def _parse(source: str) -> html.HtmlElement:
    return html.fragment_fromstring(source, create_parent="div")


def _written(root: html.HtmlElement) -> str:
    return "".join(etree.tostring(child, encoding="unicode", method="html", with_tail=False) for child in root)


def _resolved(source: str, *, accept: bool, only: str | None) -> str:
    if not _has_any(source):
        return source
    root = _parse(source)
    resolve(root, accept=accept, only=only)
    return _written(root)


def _marked(root: html.HtmlElement) -> list[html.HtmlElement]:
    return [node for node in root.iterdescendants() if "data-suggestion" in node.attrib]


def _well_formed(node: html.HtmlElement, names: Iterable[str]) -> dict[str, str]:
    found = {name: value for name in names if (value := node.get(name)) is not None}
    if not _BY.match(found.get("data-by", "1")):
        del found["data-by"]
    if not _is_moment(found.get("data-at", "2024-06-19T12:05:00Z")):
        del found["data-at"]
    return found


def _is_moment(text: str) -> bool:
    try:
        return bool(_AT.match(text)) and dt.datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def _in_order(node: html.HtmlElement) -> None:
    mine = {name: node.attrib.pop(name) for name in ATTRIBUTES if name in node.attrib}
    node.attrib.update(mine)


def _clear(node: html.HtmlElement) -> None:
    for name in ATTRIBUTES:
        node.attrib.pop(name, None)


def _says_something(node: html.HtmlElement) -> bool:
    return bool(node.text_content()) or node.find(".//br") is not None
