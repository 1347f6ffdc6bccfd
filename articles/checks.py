"""What a story is looked at for before it goes out: one table, which stops verbs or only warns.

Decides what each check asks, in which words it complains, where its place is, and which verbs it stops. The side
column, the conditions of verbs and `docs/checks.md` are made from this table. Pure: what a version does not know of
itself comes as `Facts`, which `conditions.facts` reads. To add a check, add a row, and to Facts what it looks at.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from lxml import html

from articles import body, quotations, suggestions
from articles.content import StoryContent

#: The verbs that checks can stop. Scheduling is publishing, later.
SUBMIT, APPROVE, PUBLISH = "submit", "approve", "publish"
STAGES: Mapping[str, str] = {SUBMIT: SUBMIT, APPROVE: APPROVE, PUBLISH: PUBLISH, "schedule": PUBLISH}

FROM_SUBMIT = frozenset({SUBMIT, APPROVE, PUBLISH})
FROM_APPROVE = frozenset({APPROVE, PUBLISH})
#: What the desk settles before approval; whether an address is free, `free_address` judges when a story goes out.
WHILE_WRITING = frozenset({SUBMIT, APPROVE})
WARNS: frozenset[str] = frozenset()

#: What search results, shared links and lists show of a line before they cut it, in characters.
SEARCH_SHOWS, SOCIAL_SHOWS, LISTS_SHOW = 60, 100, 200
LONGEST_SLUG = 80  # as long as one made from the headline


@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint: a sentence, the field where it can be mended, and the block of the body, counted from 0."""

    words: str
    field: str = ""
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What checks look at and a version does not know of itself. The defaults complain of nothing."""

    slug_is_free: bool = True
    #: How many notes marked “must fix” are open.
    must_fix: int = 0
    #: Until when the story is under embargo, in words; empty when it is under none.
    embargo: str = ""
    #: What the library calls its photos, by number.
    photos: Mapping[int, str] = field(default_factory=dict)
    #: The site's own address; links to its desk are no links for readers.
    site: str = ""


@dataclass(frozen=True)
class Copy:
    """A version as checks read it: its body taken apart once."""

    content: StoryContent
    facts: Facts = field(default_factory=Facts)

    @cached_property
    def blocks(self) -> list[html.HtmlElement]:
        """The top-level blocks of the body, numbered as they stand in it, with the words that readers would get."""
        blocks = list(html.fragment_fromstring(self.content.body, create_parent="div"))
        for block in blocks:
            for node in list(block.iter("ins")):  # words only suggested; the del around others says nothing to them
                _empty_out(node)
        return blocks

    def nodes(self, *tags: str) -> Iterator[tuple[int, html.HtmlElement]]:
        """Yield the elements with these names, each with the number of its block; not those only suggested."""
        for number, block in enumerate(self.blocks):
            if block.get("data-change") != "insert":
                for node in block.iter(*tags):
                    yield number, node

    @cached_property
    def figures(self) -> list[tuple[int, int, str]]:
        """The pictures of the body: the number of the block, of the photo, and the alt text."""
        return [
            (block, int(node.get("data-photo", "0")), node.get("data-alt", "")) for block, node in self.nodes("figure")
        ]

    def photo(self, number: int) -> str:
        """Return what the library calls a photo."""
        title = self.facts.photos.get(number, "")
        return f"“{_short(title)}”" if title else f"Photo {number}"


@dataclass(frozen=True, slots=True)
class Check:
    """One row: what it is called, what it asks, where it is mended, which verbs it stops; none: it only warns."""

    name: str
    label: str
    asks: str
    field: str
    stops: frozenset[str]
    look: Callable[[Copy], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the check that made it."""

    check: Check
    finding: Finding

    @property
    def stops(self) -> bool:
        """Whether it stops any verb."""
        return bool(self.check.stops)


def run(content: StoryContent, facts: Facts | None = None) -> list[Found]:
    """Return everything that the checks find, in the order of the table. No query."""
    copy = Copy(content, facts or Facts())
    return [
        Found(check, finding if finding.field else replace(finding, field=check.field))
        for check in CHECKS
        for finding in check.look(copy)
    ]


def stopping(verb: str, content: StoryContent, facts: Facts | None = None) -> list[Finding]:
    """Return what stops a verb, in the order of the table. No query."""
    copy = Copy(content, facts or Facts())
    return [finding for check in CHECKS if STAGES[verb] in check.stops for finding in check.look(copy)]


# --- Headline, standfirst, text -------------------------------------------------------------------------------


def _headline(copy: Copy) -> Iterator[Finding]:
    if not copy.content.headline:
        yield Finding("The story has no headline yet.")


def _headline_length(copy: Copy) -> Iterator[Finding]:
    length = _width(copy.content.headline)
    if length > SOCIAL_SHOWS:
        yield Finding(
            f"The headline has {length} characters: search results cut it after about {SEARCH_SHOWS}, "
            f"shared links after about {SOCIAL_SHOWS}."
        )
    elif length > SEARCH_SHOWS:
        yield Finding(f"The headline has {length} characters: search results cut it after about {SEARCH_SHOWS}.")


def _standfirst(copy: Copy) -> Iterator[Finding]:
    if not copy.content.standfirst:
        yield Finding("There is no standfirst. Lists, search and shared links show it below the headline.")


def _standfirst_length(copy: Copy) -> Iterator[Finding]:
    length = _width(copy.content.standfirst)
    if length > LISTS_SHOW:
        yield Finding(f"The standfirst has {length} characters: lists and search cut it after about {LISTS_SHOW}.")


def _text(copy: Copy) -> Iterator[Finding]:
    if not body.text(copy.content.body).strip():
        yield Finding("The story has no text yet.")


# --- Where it stands, and who under it --------------------------------------------------------------------------


def _section(copy: Copy) -> Iterator[Finding]:
    if copy.content.section is None:
        yield Finding("The story stands in no section yet. Choose one in the side column.")


def _slug(copy: Copy) -> Iterator[Finding]:
    if not copy.content.slug:
        yield Finding("The story has no slug yet: the last part of its address.")
    elif not copy.facts.slug_is_free:
        yield Finding(f"Another story on the desk has the slug “{copy.content.slug}”. Change one of them.")


def _slug_length(copy: Copy) -> Iterator[Finding]:
    if len(copy.content.slug) > LONGEST_SLUG:
        yield Finding(f"The slug has {len(copy.content.slug)} characters. A few words are enough for an address.")


def _byline(copy: Copy) -> Iterator[Finding]:
    if not copy.content.bylines:
        yield Finding("Nobody stands under the story yet. Add a byline in the side column.")


def _author_note(copy: Copy) -> Iterator[Finding]:
    for name in dict.fromkeys(line.name for line in copy.content.bylines if not line.note):
        yield Finding(f"{name} has no author’s note: readers are not told who that is.")


# --- Pictures -----------------------------------------------------------------------------------------------------


def _lead_photo(copy: Copy) -> Iterator[Finding]:
    if copy.content.lead is None:
        yield Finding("There is no lead photo.")


def _lead_alt(copy: Copy) -> Iterator[Finding]:
    if copy.content.lead is not None and not copy.content.lead.alt:
        yield Finding("The lead photo has no alt text. Say what it shows, for those who cannot see it.")


def _lead_credit(copy: Copy) -> Iterator[Finding]:
    lead = copy.content.lead
    if lead is not None and not lead.picture.credit:
        yield Finding(f"{copy.photo(lead.picture.photo)} has no credit. Add one in the photo library.")


def _picture_known(copy: Copy) -> Iterator[Finding]:
    known = {picture.photo for picture in copy.content.pictures}
    for block, photo, _ in copy.figures:
        if photo not in known:
            yield Finding(
                f"The text shows photo {photo}, which is not in the library. Take it out or choose another.",
                block=block,
            )


def _picture_credit(copy: Copy) -> Iterator[Finding]:
    printed = {picture.photo: picture.credit for picture in copy.content.pictures}
    for block, photo, _ in copy.figures:
        if printed.get(photo) == "":
            yield Finding(f"{copy.photo(photo)} has no credit. Add one in the photo library.", block=block)


def _picture_alt(copy: Copy) -> Iterator[Finding]:
    for block, photo, alt in copy.figures:
        if not alt:
            yield Finding(f"{copy.photo(photo)} has no alt text. That is right only for decoration.", block=block)


# --- Links --------------------------------------------------------------------------------------------------------


def _links(copy: Copy) -> Iterator[Finding]:
    for block, node in copy.nodes("a"):
        if fault := _fault(node.get("href", ""), copy.facts.site):
            yield Finding(f"The link {_quoted(_words(node))} {fault}", block=block)


def _link_address(copy: Copy) -> Iterator[Finding]:
    for block, node in copy.nodes("a"):
        href, shown = node.get("href", ""), _ADDRESS.match(_words(node))
        if href.startswith("#"):
            yield Finding(
                f"The link {_quoted(_words(node))} leads to a place on this page that does not exist.", block=block
            )
            continue
        host = (_split(href) or urlsplit("")).hostname or ""
        if shown and host and not _same_site(shown["host"].lower(), host):
            yield Finding(f"A link shows the address {_quoted(_words(node))} and leads to {host}.", block=block)


def _link_words(copy: Copy) -> Iterator[Finding]:
    for block, node in copy.nodes("a"):
        words = _words(node)
        bare = words.casefold().strip(" .,:;!?…»›→>()[]")
        if not bare:
            yield Finding(f"A link to {_short(node.get('href', ''))} has no words.", block=block)
        elif bare in _HOLLOW:
            yield Finding(f"The link {_quoted(words)} does not say where it leads.", block=block)
        elif re.match(r"(?:https?://|www\.)\S+\Z", words, re.IGNORECASE):
            yield Finding(f"The link {_quoted(words)} is a bare address. Put words in its place.", block=block)


#: Words that say nothing about where a link leads (WCAG 2.4.4, 2.4.9), in languages that newsrooms here write.
_HOLLOW = frozenset(
    word
    for words in (
        "here|click|click here|see here|this|this link|link|more|read more|learn more|see more|find out more",
        "read on|continue reading|hier|hier klicken|klick hier|klicken sie hier|klicken|dieser link|mehr",
        "mehr lesen|weiterlesen|mehr erfahren|mehr dazu|mehr dazu hier|ici|cliquez ici|cliquer ici|voir ici",
        "ce lien|lien|lire la suite|lire plus|en savoir plus|voir plus|plus|aquí|aqui|haga clic aquí",
        "haz clic aquí|clic aquí|pulse aquí|pincha aquí|este enlace|enlace|leer más|ver más|saber más|más",
        "más información|seguir leyendo|qui|clicca qui|leggi|leggi di più|leggi tutto|continua a leggere",
        "scopri di più|clique aqui|leia mais|ler mais|saiba mais|veja mais|klik hier|lees meer|meer lezen",
        "lees verder|meer|tutaj|kliknij tutaj|czytaj więcej|więcej",
    )
    for word in words.split("|")
)

#: Words that are an address themselves. A name with capitals, as Booking.com, is a company.
_ADDRESS = re.compile(r"(?:https?://(?:www\.)?|www\.)?(?P<host>(?:[a-z0-9-]+\.)+[a-z]{2,})(?::\d+)?(?:[/?#]\S*)?\Z")
_INSIDE = re.compile(r"(?:\A|.*\.)(?:localhost|local|internal|lan|localdomain|home\.arpa)\Z")
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}\.?\Z")


def _fault(href: str, site: str) -> str:
    """Return what is wrong with the form of a link's address, as the end of a sentence, or ""."""
    href = href.strip()
    parts = _split(href)
    if not href or parts is None:
        return "has no address." if not href else "has an address that cannot be read."
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    if not scheme:
        if href.startswith(("#", "/")) and not href.startswith(("//", "/\\")):
            return "leads to the desk, which readers cannot open." if _behind_the_door(parts.path) else ""
        return "has an address without https:// before it."
    if scheme == "mailto":
        return "" if re.match(r"[^@\s]+@(?:[\w-]+\.)+[\w-]{2,}\Z", parts.path) else "is to no e-mail address."
    if scheme not in {"http", "https"}:
        return f"begins with {scheme}:, which no reader’s page may."
    if host and parts.netloc == urlsplit(site).netloc:
        return "leads to the desk, which readers cannot open." if _behind_the_door(parts.path) else ""
    if _INSIDE.match(host) or _is_inside(host):
        return f"leads to {host}, which only machines in this house know."
    if not _HOST.match(host) and not _is_number(host):
        return "leads to no site."
    if parts.password or parts.username:
        return "holds a name or a password."
    return ""


def _split(href: str) -> SplitResult | None:
    try:
        parts = urlsplit(href.strip())
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        return None
    return parts


def _behind_the_door(path: str) -> bool:
    return path.startswith(("/desk/", "/accounts/", "/preview/"))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_inside(host: str) -> bool:
    return _is_number(host) and not ipaddress.ip_address(host).is_global


def _same_site(shown: str, host: str) -> bool:
    one, other = (name.removeprefix("www.") for name in (shown, host))
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


# --- The form of the text -------------------------------------------------------------------------------------------


def _headings(copy: Copy) -> Iterator[Finding]:
    level = 1  # the headline is the page's first
    for block, node in copy.nodes("h1", "h2", "h3", "h4", "h5", "h6"):
        found = int(node.tag[1])
        if found > level + 1:
            yield Finding(f"The heading {_quoted(_words(node))} skips a level.", block=block)
        level = found
    for number, node in enumerate(copy.blocks):
        following = copy.blocks[number + 1] if number + 1 < len(copy.blocks) else None
        if node.tag in _HEADINGS and (following is None or (following.tag in _HEADINGS and following.tag <= node.tag)):
            yield Finding(f"Nothing stands below the heading {_quoted(_words(node))}.", block=number)
        if node.tag == "p" and _is_all_bold(node) and following is not None and _width(_words(node)) <= SOCIAL_SHOWS:
            yield Finding(f"{_quoted(_words(node))} looks like a heading and is a bold paragraph.", block=number)


_HEADINGS = frozenset({"h2", "h3"})


def _is_all_bold(node: html.HtmlElement) -> bool:
    bold = "".join(part.text_content() for part in node.iterchildren("strong"))
    return bool(bold.strip()) and "".join(bold.split()) == "".join(node.text_content().split())


def _table_headers(copy: Copy) -> Iterator[Finding]:
    for block, node in copy.nodes("table"):
        if node.find(".//th") is None:
            yield Finding(f"The table that begins {_quoted(_words(node))} has no header cells.", block=block)


def _table_caption(copy: Copy) -> Iterator[Finding]:
    for block, node in copy.nodes("table"):
        if not (node.findtext("caption") or "").strip():
            yield Finding(f"The table that begins {_quoted(_words(node))} has no caption.", block=block)


def _quotation_marks(copy: Copy) -> Iterator[Finding]:
    for name, words in (("headline", copy.content.headline), ("standfirst", copy.content.standfirst)):
        for _, stray in quotations.unpaired([words], copy.content.language):
            yield Finding(f"In the {name}, {_of_marks(stray)}", field=name)
    paragraphs = [(block, _own_words(node)) for block, node in copy.nodes(*_HOLD_WORDS)]
    for index, stray in quotations.unpaired([words for _, words in paragraphs], copy.content.language):
        block, words = paragraphs[index]
        yield Finding(f"In {_quoted(words)}, {_of_marks(stray)}", block=block)


_HOLD_WORDS = ("p", "h2", "h3", "li", "td", "th", "caption", "figcaption", "aside", "blockquote")


def _of_marks(stray: bool) -> str:
    return "a quotation closes that was never opened." if stray else "a quotation opens and is not closed."


def _empty(copy: Copy) -> Iterator[Finding]:
    names = {
        "p": "An empty paragraph",
        "li": "An empty line of a list",
        "h2": "An empty heading",
        "h3": "An empty heading",
    }
    for block, node in copy.nodes(*names):
        if not node.text_content().strip() and node.find(".//figure") is None and not _is_suggested(node):
            around = _words(copy.blocks[block])
            yield Finding(
                f"{names[node.tag]} stands in {_quoted(around)}." if around else f"{names[node.tag]}.", block=block
            )


def _placeholders(copy: Copy) -> Iterator[Finding]:
    for name, words in (("headline", copy.content.headline), ("standfirst", copy.content.standfirst)):
        if mark := _TO_COME.search(words):
            yield Finding(f"In the {name} stands “{mark[0]}”: something is still to come.", field=name)
    for block, node in copy.nodes(*_HOLD_WORDS):
        if mark := _TO_COME.search(_own_words(node)):
            yield Finding(
                f"In {_quoted(_own_words(node))} stands “{mark[0]}”: something is still to come.", block=block
            )


#: What newsrooms write where words are still to come. TK alone is an airline and a health insurer, too.
_TO_COME = re.compile(r"\bTK(?:TK)+\b|\bTK TK\b|\bXXX+\b|\bTODO\b|\b[Ll]orem ipsum\b|\[(?:TK|tk|\?+|…|\.\.\.)\]|\?\?\?")


# --- What is still open -----------------------------------------------------------------------------------------------


def _must_fix(copy: Copy) -> Iterator[Finding]:
    number = copy.facts.must_fix
    if number:
        what = "A note marked “must fix” is" if number == 1 else f"{number} notes marked “must fix” are"
        yield Finding(f"{what} still open. Resolve {'it' if number == 1 else 'them'} first, among the notes.")


def _embargo(copy: Copy) -> Iterator[Finding]:
    if copy.facts.embargo:
        yield Finding(f"The story is under embargo until {copy.facts.embargo}. Nothing of it goes out before then.")


def _suggestions(copy: Copy) -> Iterator[Finding]:
    number = len(suggestions.open_suggestions(copy.content.body))
    if number:
        block = next((at for at, node in enumerate(copy.blocks) if _is_suggested(node)), None)
        words = (
            "suggestion is still open. Accept or refuse it"
            if number == 1
            else "suggestions are still open. Accept or refuse them"
        )
        yield Finding(f"{number} {words} first.", block=block)


def _is_suggested(node: html.HtmlElement) -> bool:
    return any("data-suggestion" in part.attrib for part in node.iter())


def _empty_out(node: html.HtmlElement) -> None:
    """Take the words out of a suggestion and leave its mark, so that its place is found."""
    for child in list(node):
        node.remove(child)
    node.text = None


# --- Words of words ---------------------------------------------------------------------------------------------------


def _width(text: str) -> int:
    """Return how long a line is to the eye, in characters: those of East Asian scripts are as wide as two."""
    return sum(
        2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text if not unicodedata.combining(sign)
    )


def _words(node: html.HtmlElement) -> str:
    return " ".join(" ".join(node.itertext()).split()) if node.tag == "table" else " ".join(node.text_content().split())


def _own_words(node: html.HtmlElement) -> str:
    """Return the words of an element without those of the blocks in it, which speak for themselves."""
    pieces = [node.text or ""]
    for child in node:
        if child.tag == "br":
            pieces.append(" ")
        elif child.tag not in _HOLD_WORDS and child.tag not in {"ul", "ol", "table", "figure"}:
            pieces.append(child.text_content())
        pieces.append(child.tail or "")
    return " ".join("".join(pieces).split())


def _short(words: str, most: int = 40) -> str:
    """Return the beginning of words, cut at a word."""
    if len(words) <= most:
        return words
    return (words[:most].rpartition(" ")[0] or words[:most]).rstrip(" ,;:–") + " …"


def _quoted(words: str) -> str:
    """Return the beginning of words in quotation marks, whatever marks are in them."""
    return f"“{_short(words).translate(_NO_MARKS)}”" if words else "without words"


_NO_MARKS = str.maketrans('“”„«»"', "‘’‚‹›'")


CHECKS: tuple[Check, ...] = (
    Check("headline", "Headline", "there is one", "headline", FROM_SUBMIT, _headline),
    Check(
        "headline_length",
        "Length of the headline",
        f"at most {SEARCH_SHOWS} characters for search results, {SOCIAL_SHOWS} for shared links",
        "headline",
        WARNS,
        _headline_length,
    ),
    Check("standfirst", "Standfirst", "there is one", "standfirst", WARNS, _standfirst),
    Check(
        "standfirst_length",
        "Length of the standfirst",
        f"at most {LISTS_SHOW} characters",
        "standfirst",
        WARNS,
        _standfirst_length,
    ),
    Check("body", "Text", "there is some", "body", FROM_SUBMIT, _text),
    Check("section", "Section", "the story stands in one", "section", FROM_SUBMIT, _section),
    Check("byline", "Byline", "somebody stands under the story", "bylines", FROM_SUBMIT, _byline),
    Check("author_note", "Author’s note", "everybody under the story has one", "bylines", WARNS, _author_note),
    Check("slug", "Slug", "there is one, and no other story still to come has it", "slug", WHILE_WRITING, _slug),
    Check("slug_length", "Length of the slug", f"at most {LONGEST_SLUG} characters", "slug", WARNS, _slug_length),
    Check("lead_photo", "Lead photo", "there is one", "lead_photo", WARNS, _lead_photo),
    Check(
        "lead_alt",
        "Alt text of the lead photo",
        "it says what the photo shows: a lead photo is news, never decoration",
        "lead_alt",
        FROM_APPROVE,
        _lead_alt,
    ),
    Check(
        "lead_credit",
        "Credit of the lead photo",
        "the library names somebody",
        "lead_photo",
        FROM_APPROVE,
        _lead_credit,
    ),
    Check(
        "picture_known", "Pictures in the text", "each is in the photo library", "body", FROM_APPROVE, _picture_known
    ),
    Check(
        "picture_credit",
        "Credits in the text",
        "the library names somebody for each picture",
        "body",
        FROM_APPROVE,
        _picture_credit,
    ),
    Check(
        "picture_alt",
        "Alt texts in the text",
        "each picture has one, unless it is decoration",
        "body",
        WARNS,
        _picture_alt,
    ),
    Check(
        "links",
        "Links",
        "each leads somewhere that readers can reach: https:// or http:// and a site, an e-mail address, or a path "
        "of this site; not to this house’s own machines, nor to the desk",
        "body",
        FROM_APPROVE,
        _links,
    ),
    Check(
        "link_address",
        "Addresses shown by links",
        "a link that shows an address leads there, and none to a place on the page that does not exist",
        "body",
        WARNS,
        _link_address,
    ),
    Check(
        "link_words",
        "Words of links",
        "they say where the link leads; not “here”, “read more” or a bare address, in any of eight languages",
        "body",
        WARNS,
        _link_words,
    ),
    Check(
        "headings",
        "Headings",
        "none skips a level, each has text below it, and no bold paragraph plays heading",
        "body",
        WARNS,
        _headings,
    ),
    Check("table_headers", "Headers of tables", "each table has header cells", "body", WARNS, _table_headers),
    Check("table_caption", "Captions of tables", "each table has one", "body", WARNS, _table_caption),
    Check(
        "quotation_marks",
        "Quotation marks",
        "they come in pairs in each paragraph, as the story’s language writes them",
        "body",
        WARNS,
        _quotation_marks,
    ),
    Check("empty", "Empty paragraphs", "no paragraph, heading or line of a list is empty", "body", WARNS, _empty),
    Check(
        "placeholders",
        "Words still to come",
        "nothing such as TKTK, XXX, [?] or “lorem ipsum” is left",
        "body",
        WARNS,
        _placeholders,
    ),
    Check(
        "embargo",
        "Embargo",
        "none is running; what would go out before its end is refused when it is published or scheduled",
        "embargo",
        WARNS,
        _embargo,
    ),
    Check("must_fix", "Notes", "none marked “must fix” is open", "notes", WHILE_WRITING, _must_fix),
    Check("suggestions", "Suggestions", "none is open", "body", FROM_APPROVE, _suggestions),
)

BY_NAME: Mapping[str, Check] = {check.name: check for check in CHECKS}
