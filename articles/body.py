"""The body of a story: which HTML it may be, and how it becomes the reader's.

Decides what is allowed in a stored body, how foreign markup is brought into that form, how words are counted,
and how the nodes that stand for a figure become HTML. What a figure looks like is the caller's template. The
core is pure: no ORM, no settings.

Stored form: a list of blocks. Paragraphs, headings (h2, h3), lists, quotations, tables, rules, pull quotes
(`aside[data-pullquote]`) and figures:

    <figure data-photo="12" data-alt="…" data-layout="full"><figcaption>Caption</figcaption></figure>

A figure names the photo only; its credit belongs to the picture and is added when the story is cut.

A stored body may hold suggestions (`suggestions.py`). All that is read out of it here, its words, pictures and the
reader's HTML, is as if they were refused; `blocks` alone gives what is stored.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

import nh3
from lxml import etree, html

from articles import suggestions
from articles.content import plain

LAYOUTS: tuple[str, ...] = ("full", "wide", "column")

_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "aside": {"data-pullquote"},
    "figure": {"data-photo", "data-alt", "data-layout"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
}
for _tag in suggestions.BLOCKS | suggestions.WORDS:
    _ATTRIBUTES[_tag] = _ATTRIBUTES.get(_tag, set()) | set(suggestions.ATTRIBUTES)
_INLINE = frozenset({"a", "strong", "em", "s", "sub", "sup", "br"}) | suggestions.WORDS
_TAGS = frozenset(
    {"p", "h2", "h3", "ul", "ol", "li", "blockquote", "aside", "hr", "figure", "figcaption"}
    | {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    | _INLINE
)
_SCHEMES = frozenset({"http", "https", "mailto"})
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    attributes=_ATTRIBUTES,
    url_schemes=set(_SCHEMES),
    link_rel=None,
    clean_content_tags={"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title"},
    strip_comments=True,
)
#: For what is nested deeper than any parser keeps: paragraphs, and every word.
_WORDS_ONLY = nh3.Cleaner(
    tags={"p"}, attributes={}, clean_content_tags={"script", "style", "template", "noscript", "svg", "math", "title"}
)
_BLOCK_TAG = re.compile(
    r"<(/?)(?:p|div|h[1-6]|ul|ol|li|blockquote|aside|figure|figcaption|table|caption|thead|tbody|tr|td|th)(?=[\s/>])[^>]*>",
    re.IGNORECASE,
)
#: No text that people write is nested deeper; libxml2 drops what is deeper than some 250.
_DEEPEST = 50
_TAG = re.compile(r"<(/?)([a-z0-9]+)")
#: Markup of other editors, and what it means here. Levels a page has already (h1) move down.
_RENAMED = {
    "b": "strong",
    "i": "em",
    "strike": "s",
    "h1": "h2",
    "h4": "h3",
    "h5": "h3",
    "h6": "h3",
    "div": "p",
}
_BLOCKS = _TAGS - _INLINE - {"li", "figcaption", "caption", "thead", "tbody", "tr", "th", "td"}
_PARTS = {"li": {"ul", "ol"}, "figcaption": {"figure"}}
_SPAN = re.compile(r"[1-9]\d?\Z")
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_WORD = re.compile(r"\w[\w’'\-.,]*", re.UNICODE)
#: Scripts written without spaces: each sign counts as a word, as editors of those languages count.
_SIGN = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in the body, as the stored node says it. An empty `alt` is a decorative picture."""

    photo: int
    alt: str
    caption: str
    layout: str


def clean(source: str) -> str:
    """Return hostile or foreign HTML in the stored form. Idempotent; never raises on any text.

    Scripts, handlers, styles and foreign tags are gone, their words stay. Words outside any block get a
    paragraph, so that nothing of the text is lost.
    """
    source = _renamed(plain(source))
    if not source.strip():
        return ""
    # once more plain: the sanitiser turns &#1; and its like into the characters themselves
    safe = plain(_CLEANER.clean(source))
    if _depth(safe) > _DEEPEST:
        safe = plain(_WORDS_ONLY.clean(_BLOCK_TAG.sub(r"<\1p>", source)))
    root = _parse(safe)
    _repair(root)
    return "".join(_serialise(child) for child in root)


def text(source: str) -> str:
    """Return the words of a stored body, a line a block, captions included."""
    return "\n".join(line for line in (" ".join(part.split()) for part in _lines(_read(source))) if line)


def flat(source: str) -> list[str]:
    """Return the characters of a stored body, a piece a top-level block, with nothing put in between.

    Notes count their passages in these pieces joined: it is what the browser's `textContent` says of the body.
    """
    return [str(child.text_content()) for child in _parse(source)]


def word_count(source: str) -> int:
    """Return how many words a stored body has; in scripts without spaces each sign is one."""
    return count_words(text(source))


def count_words(words: str) -> int:
    """Return how many words a plain text has; in scripts without spaces each sign is one."""
    signs = len(_SIGN.findall(words))
    return signs + len(_WORD.findall(_SIGN.sub(" ", words)))


def reading_minutes(words: int) -> int:
    """Return the reading time in whole minutes, at 238 words a minute (Brysbaert 2019), at least one."""
    return max(1, round(words / 238))


def figures(source: str) -> list[Figure]:
    """Return the pictures of a stored body, in reading order."""
    return [_figure(node) for node in _read(source).iter("figure")]


def blocks(source: str) -> list[str]:
    """Return the top-level blocks of a stored body, each as HTML, suggestions and all."""
    return [_serialise(child) for child in _parse(source)]


def as_read(source: str) -> tuple[object, ...]:
    """Return what a reader would see of a stored body as a value: bodies that look the same give equal ones.

    Suggestions count as refused. In which order emphasis is nested and how blanks are written makes no difference.
    """
    return tuple(_signature(_read(source), frozenset()))


def render(source: str, *, figure: Callable[[Figure], str], site: str = "") -> str:
    """Return the reader's HTML of a stored body.

    `figure` draws a picture as HTML; when it returns "", the picture is left out. Links that leave `site` get
    `rel="noopener"`, tables a box that scrolls by itself and can be reached by keyboard (WCAG 2.1.1), header
    cells a scope.
    """
    return "".join(_rendered(child, figure, site) for child in _read(source))


# --- Parsing and writing --------------------------------------------------------------------------------------


def _parse(source: str) -> html.HtmlElement:
    # create_parent takes text that stands before the first tag, too
    return html.fragment_fromstring(source, create_parent="div")


def _read(source: str) -> html.HtmlElement:
    """Return the tree of a stored body as readers get it: suggestions refused."""
    root = _parse(source)
    suggestions.resolve(root, accept=False)
    return root


def _depth(safe: str) -> int:
    """Return how deep a sanitised HTML is nested."""
    depth = deepest = 0
    for closing, name in _TAG.findall(safe):
        if name not in {"br", "hr"}:
            depth += -1 if closing else 1
            deepest = max(deepest, depth)
    return deepest


def _serialise(node: html.HtmlElement) -> str:
    return etree.tostring(node, encoding="unicode", method="html", with_tail=False)


def _renamed(source: str) -> str:
    """Rename foreign tags before the sanitiser drops them. Works on tag names only, so it can't open a tag."""

    def name(match: re.Match[str]) -> str:
        return f"<{match[1]}{_RENAMED.get(match[2].lower(), match[2])}"

    return re.sub(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])", name, source)


def _repair(root: html.HtmlElement) -> None:
    """Bring a sanitised tree into the stored form: only blocks at the top, only sensible attributes."""
    for node in list(root.iter("figure")):
        if root in node.iterancestors():  # not inside a figure that was emptied
            _repair_figure(node)
    for node in list(root.iter()):
        if node is root or not isinstance(node.tag, str):
            continue
        if node.tag == "a" and (
            not _link_allowed(node.get("href", "")) or next(node.iterancestors("a"), None) is not None
        ):
            node.drop_tag()
        elif node.tag == "aside":
            suggestions.keep_attributes(node, {"data-pullquote": "1"})
        elif node.tag in {"th", "td"}:
            _repair_cell(node)
        elif node.tag == "ol" and not _SPAN.match(node.get("start", "1")):
            del node.attrib["start"]
    _repair_headings(root)
    for part, wholes in _PARTS.items():
        for node in list(root.iter(part)):
            if node.getparent().tag not in wholes:
                node.tag = "p"
    for node in list(root.iter(*_INLINE)):
        if _holds_block(node):  # such as the <b> that some editors wrap around everything they copy
            node.drop_tag()
    for node in list(root.iter("p", "h2", "h3")):
        _lift_blocks(node)
    _wrap_loose(root)
    for node in root.iter("blockquote", "aside"):
        _wrap_loose(node)
    for node in root.iter("ul", "ol"):
        _wrap_loose(node, into="li", beside=frozenset({"li"}))
    suggestions.repair(root)
    suggestions.drop_empty(root)
    suggestions.repair(root)  # a border may have lost the block before it


def _repair_headings(root: html.HtmlElement) -> None:
    """Let no smaller heading stand before the first larger one: the page's h1 is the headline (WCAG 1.3.1)."""
    for node in root.iter("h2", "h3"):
        if node.tag == "h2":
            return
        node.tag = "h2"


def _repair_figure(node: html.HtmlElement) -> None:
    number = node.get("data-photo", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 10 and 0 < int(number) < 2**31):
        for caption in node.iter("figcaption"):
            caption.tag = "p"
        node.drop_tag()  # the words of a figure that names no photo stay
        return
    layout = node.get("data-layout", "")
    wanted = {
        "data-photo": str(int(number)),
        "data-alt": " ".join(node.get("data-alt", "").split()),
        "data-layout": layout if layout in LAYOUTS else LAYOUTS[0],
    }
    caption = " ".join(node.text_content().split())
    suggestions.keep_attributes(node, wanted)
    wanted = dict(node.attrib)
    node.clear(keep_tail=True)
    node.attrib.update(wanted)
    etree.SubElement(node, "figcaption").text = caption or None


def _repair_cell(node: html.HtmlElement) -> None:
    for name in ("colspan", "rowspan"):
        if name in node.attrib and (not _SPAN.match(node.get(name)) or node.get(name) == "1"):
            del node.attrib[name]
    if "scope" in node.attrib and node.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
        del node.attrib["scope"]


def _link_allowed(href: str) -> bool:
    href = href.strip()
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme.lower() in _SCHEMES and bool(parts.netloc or parts.path)
    # a path on this site, never "//elsewhere" nor a bare word that a typo made
    return (href.startswith("/") and not href.startswith(("//", "/\\"))) or href.startswith("#")


def _holds_block(node: html.HtmlElement) -> bool:
    return any(child.tag in _BLOCKS for child in node.iterdescendants())


def _lift_blocks(node: html.HtmlElement) -> None:
    """Take blocks out of a paragraph or heading that holds them, keeping the order of the words."""
    if not _holds_block(node):
        return
    parent = node.getparent()
    pieces: list[html.HtmlElement] = []
    current = html.Element(node.tag)
    current.text = node.text
    pieces.append(current)
    for child in list(node):
        tail, child.tail = child.tail, None
        if child.tag in _BLOCKS:
            pieces.append(child)
            current = html.Element(node.tag)
            current.text = tail
            pieces.append(current)
        else:
            child.tail = tail
            current.append(child)
    position = parent.index(node)
    tail = node.tail
    parent.remove(node)
    for offset, piece in enumerate(pieces):
        parent.insert(position + offset, piece)
    pieces[-1].tail = (pieces[-1].tail or "") + (tail or "")


def _wrap_loose(parent: html.HtmlElement, *, into: str = "p", beside: frozenset[str] = _BLOCKS) -> None:
    """Put what stands directly in `parent` and is not a block (a list item, in a list) into one."""
    pieces: list[str | html.HtmlElement] = [parent.text or ""]
    for child in parent:
        pieces += [child, child.tail or ""]
        child.tail = None
    for child in list(parent):
        parent.remove(child)
    parent.text = None
    loose: html.HtmlElement | None = None
    for piece in pieces:
        if isinstance(piece, str):
            if loose is None and piece.strip():
                loose = etree.SubElement(parent, into)
            if loose is not None and len(loose):
                loose[-1].tail = (loose[-1].tail or "") + piece
            elif loose is not None:
                loose.text = (loose.text or "") + piece
        elif piece.tag in beside:
            parent.append(piece)
            loose = None
        else:
            if loose is None:
                loose = etree.SubElement(parent, into)
            loose.append(piece)


def _figure(node: html.HtmlElement) -> Figure:
    return Figure(
        photo=int(node.get("data-photo")),
        alt=node.get("data-alt", ""),
        caption=" ".join(node.text_content().split()),
        layout=node.get("data-layout", LAYOUTS[0]),
    )


def _lines(node: html.HtmlElement) -> Iterator[str]:
    """Yield the words of a tree, a piece a block, so that two blocks never run into one word."""
    pending = node.text or ""
    for child in node:
        if child.tag in _INLINE:
            pending += " " if child.tag == "br" else "".join(_lines(child))
        else:
            yield pending
            pending = ""
            yield from _lines(child)
        pending += child.tail or ""
    yield pending


def _signature(node: html.HtmlElement, marks: frozenset[tuple[str, str]]) -> list[object]:
    """Return a tree as a flat list: tags of blocks, and runs of words with the set of marks on them."""
    found: list[object] = []

    def add(words: str | None, on: frozenset[tuple[str, str]]) -> None:
        words = _BLANKS.sub(" ", words or "")
        if words and found and isinstance(found[-1], tuple) and found[-1][0] == on:
            found[-1] = (on, _BLANKS.sub(" ", found[-1][1] + words))
        elif words:
            found.append((on, words))

    add(node.text, marks)
    for child in node:
        if child.tag in _INLINE and child.tag != "br":
            inside = _signature(child, marks | {(child.tag, child.get("href", ""))})
        else:
            inside = [[child.tag, sorted(child.attrib.items())], *_signature(child, marks), [child.tag]]
        for piece in inside:
            if isinstance(piece, tuple):
                add(piece[1], piece[0])
            else:
                found.append(piece)
        add(child.tail, marks)
    return found


# --- The reader's HTML ----------------------------------------------------------------------------------------


def _rendered(node: html.HtmlElement, figure: Callable[[Figure], str], site: str) -> str:
    if node.tag == "figure":
        return figure(_figure(node))
    if node.find(".//figure") is not None:  # a figure inside a list, quotation or table cell
        start, end = _shell(node)
        inside = "".join(_rendered(child, figure, site) + escape(child.tail or "", quote=False) for child in node)
        return start + escape(node.text or "", quote=False) + inside + end
    for link in node.iter("a"):
        _mark_link(link, site)
    if node.tag == "aside":
        node.attrib.clear()
        node.set("class", "pullquote")
    for table in node.iter("table"):
        for cell in table.iter("th"):
            if "scope" not in cell.attrib:
                cell.set("scope", "col" if cell.getparent() is table.find(".//tr") else "row")
    if node.tag == "table":
        label = escape(" ".join((node.findtext("caption") or "Table").split()))
        return f'<div class="table" role="region" aria-label="{label}" tabindex="0">{_serialise(node)}</div>'
    return _serialise(node)


def _shell(node: html.HtmlElement) -> tuple[str, str]:
    """Return the opening and closing tag of a node that holds a figure."""
    copy = html.Element(node.tag, dict(node.attrib))
    copy.text = "\ufffc"
    start, _, end = _serialise(copy).partition("\ufffc")
    return start, end


def _mark_link(link: html.HtmlElement, site: str) -> None:
    href = link.get("href", "")
    parts = urlsplit(href)
    if parts.scheme in {"http", "https"} and parts.netloc != urlsplit(site).netloc:
        link.set("rel", "noopener")
