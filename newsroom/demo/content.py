"""What the demo newsroom consists of, read from the TOML files beside this one.

Decides the shape of the files and refuses a file that does not have it, naming file and key. Leaves to others:
what a body may contain (`articles/body.py`), drawing the pictures (`pictures.py`), and sending each story through
the workflow to the state it names (`build.py`). Pure: no Django, no Pillow, no clock.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent

STATES = (
    "draft",
    "in_review",
    "sent_back",
    "approved",
    "scheduled",
    "published",
    "published_editing",
    "spiked",
)
"""Where a demo story stands when the desk is opened for the first time. `published_editing`: readers see one
version while the desk works on the next."""

BYLINE_ROLES = ("writer", "reporting", "photographer", "graphics", "translator")

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_PHOTO_NODE = re.compile(r'data-photo="([^"]*)"')


class DemoContentError(Exception):
    """A demo file that cannot be used, as a sentence with the name of the file."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody who can sign in. The password is not here: it comes from `DEMO_PASSWORD` or is random."""

    email: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class DemoAuthor:
    """A public byline; `account` is the email of the account behind it, or empty."""

    slug: str
    name: str
    note: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class DemoSection:
    """A section; `path` is its place in the tree, such as `news/world`."""

    path: str
    name: str

    @property
    def slug(self) -> str:
        """Return the last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def parent_path(self) -> str:
        """Return the path of the section above, empty for one at the top."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class DemoByline:
    """One name over a story; `name_override` replaces the author's name on this story only."""

    author: str
    role: str = "writer"
    name_override: str = ""


@dataclass(frozen=True, slots=True)
class DemoEdit:
    """What the desk is changing in a published story. Empty fields stay as they are."""

    headline: str = ""
    standfirst: str = ""
    replace: str = ""
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class DemoStory:
    """One story as its file tells it.

    `age` is in hours before the moment of seeding: when the story went out, or was begun if it did not. For a
    scheduled story it counts forward. `published_at` (with a time zone) takes its place where the date matters.
    """

    slug: str
    headline: str
    section: str
    state: str
    bylines: tuple[DemoByline, ...]
    standfirst: str = ""
    topics: tuple[str, ...] = ()
    lead: str = ""
    lead_caption: str = ""
    age: float = 0.0
    published_at: datetime | None = None
    note: str = ""
    edit: DemoEdit | None = None
    language: str = "en"
    body: str = ""

    @property
    def photo_names(self) -> tuple[str, ...]:
        """Return the names of all pictures of the story, lead first, each once."""
        names = [self.lead] if self.lead else []
        names += _PHOTO_NODE.findall(self.body)
        return tuple(dict.fromkeys(names))

    @property
    def edited_headline(self) -> str:
        """Return the headline as the desk has it now."""
        return (self.edit.headline if self.edit else "") or self.headline

    @property
    def edited_standfirst(self) -> str:
        """Return the standfirst as the desk has it now."""
        return (self.edit.standfirst if self.edit else "") or self.standfirst

    @property
    def edited_body(self) -> str:
        """Return the body as the desk has it now."""
        if self.edit is None or not self.edit.replace:
            return self.body
        return self.body.replace(self.edit.replace, self.edit.replacement, 1)


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What is planned: of the story with this slug, or, without one, a line of which no word is written.

    `day` counts from the day of seeding, `at` is a time by the newsroom's clock; without it there is no date.
    """

    slugline: str
    story: str = ""
    section: str = ""
    brief: str = ""
    writer: str = ""
    editor: str = ""
    day: int = 0
    at: str = ""
    words: int | None = None
    pictures: int | None = None


@dataclass(frozen=True, slots=True)
class DemoNewsroom:
    """The whole demo newsroom. Sections stand parents first; stories in the order of their slugs."""

    accounts: tuple[DemoAccount, ...]
    authors: tuple[DemoAuthor, ...]
    sections: tuple[DemoSection, ...]
    stories: tuple[DemoStory, ...]
    plans: tuple[DemoPlan, ...] = ()

    def in_state(self, *states: str) -> tuple[DemoStory, ...]:
        """Return the stories that stand in one of these states."""
        return tuple(story for story in self.stories if story.state in states)


def load(folder: Path = FOLDER) -> DemoNewsroom:
    """Read people, sections and stories and check that they fit together.

    Raises `DemoContentError`. Whether a picture exists is not asked here: that is the picture table's to say.
    """
    people = _read(folder / "people.toml")
    accounts = tuple(_entry(DemoAccount, row, "people.toml") for row in _rows(people, "account", "people.toml"))
    authors = tuple(_entry(DemoAuthor, row, "people.toml") for row in _rows(people, "author", "people.toml"))
    rows = _rows(_read(folder / "sections.toml"), "section", "sections.toml")
    sections = tuple(_entry(DemoSection, row, "sections.toml") for row in rows)
    _refuse_twice("people.toml", "account", (account.email for account in accounts))
    _refuse_twice("people.toml", "author", (author.slug for author in authors))
    _refuse_twice("sections.toml", "section", (section.path for section in sections))

    emails = {account.email for account in accounts}
    for author in authors:
        if author.account and author.account not in emails:
            raise DemoContentError(f"people.toml: {author.name} has the account {author.account}, which is not listed.")
    seen: set[str] = set()
    for section in sections:
        if section.parent_path and section.parent_path not in seen:
            raise DemoContentError(f"sections.toml: {section.path} stands before its parent, or has none.")
        seen.add(section.path)

    files = sorted((folder / "stories").glob("*.toml"))
    stories = tuple(_story(file.name, _read(file)) for file in files)
    _refuse_twice("stories", "slug", (story.slug for story in stories))
    slugs = {author.slug for author in authors}
    for file, story in zip(files, stories, strict=True):
        if story.section not in seen:
            raise DemoContentError(f"{file.name}: there is no section {story.section!r}.")
        for byline in story.bylines:
            if byline.author not in slugs:
                raise DemoContentError(f"{file.name}: there is no author {byline.author!r}.")
    plans = _plans(folder / "budget.toml")
    known = {"story": {story.slug for story in stories}, "section": seen, "writer": emails, "editor": emails}
    for plan in plans:
        for key, there in known.items():
            if (name := getattr(plan, key)) and name not in there:
                raise DemoContentError(f"budget.toml: {plan.slugline} names the {key} {name!r}, which there is not.")
    return DemoNewsroom(accounts, authors, sections, tuple(sorted(stories, key=lambda story: story.slug)), plans)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DemoContentError(f"{path.name} is missing.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DemoContentError(f"{path.name} is not valid TOML: {error}.") from error


def _rows(table: Mapping[str, Any], key: str, file: str) -> list[dict[str, Any]]:
    rows = table.get(key)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise DemoContentError(f"{file}: at least one [[{key}]] is needed.")
    return rows


def _entry[Entry](kind: type[Entry], row: Mapping[str, Any], file: str) -> Entry:
    """Build one dataclass of text fields from a TOML table."""
    for key, value in row.items():
        if not isinstance(value, str):
            raise DemoContentError(f"{file}: {key} must be text, not {value!r}.")
    try:
        return kind(**row)
    except TypeError as error:
        raise DemoContentError(f"{file}: an entry has a key too many or too few: {error}.") from None


def _plans(path: Path) -> tuple[DemoPlan, ...]:
    """Read what is planned; a newsroom without a budget plans nothing."""
    if not path.exists():
        return ()
    try:
        plans = tuple(DemoPlan(**row) for row in _rows(_read(path), "plan", path.name))
    except TypeError as error:
        raise DemoContentError(f"{path.name}: a key too many or too few: {error}.") from None
    for plan in plans:
        if plan.at and not _TIME.fullmatch(plan.at):
            raise DemoContentError(f"{path.name}: {plan.slugline} is due at {plan.at!r}, which is no time.")
    return plans


def _story(file: str, table: dict[str, Any]) -> DemoStory:
    fields = dict(table)
    if fields.get("state") not in STATES:
        raise DemoContentError(f"{file}: state must be one of {', '.join(STATES)}, not {fields.get('state')!r}.")
    fields["bylines"] = tuple(_entry(DemoByline, row, file) for row in fields.get("bylines", ()))
    for byline in fields["bylines"]:
        if byline.role not in BYLINE_ROLES:
            raise DemoContentError(f"{file}: {byline.role!r} is no byline role; known: {', '.join(BYLINE_ROLES)}.")
    fields["topics"] = tuple(fields.get("topics", ()))
    if "edit" in fields:
        fields["edit"] = _entry(DemoEdit, fields["edit"], file)
    for key in ("headline", "standfirst", "lead_caption", "note", "body"):
        if key in fields:
            fields[key] = fields[key].strip()
    try:
        story = DemoStory(**fields)
    except TypeError as error:
        raise DemoContentError(f"{file}: a key too many or too few: {error}.") from None
    _check(file, story)
    return story


def _check(file: str, story: DemoStory) -> None:
    """Refuse a story whose keys do not fit its state."""
    if not _SLUG.fullmatch(story.slug):
        raise DemoContentError(f"{file}: {story.slug!r} is no slug.")
    if not story.headline:
        raise DemoContentError(f"{file}: the headline is empty.")
    if not isinstance(story.age, int | float) or story.age < 0:
        raise DemoContentError(f"{file}: age is a number of hours, not {story.age!r}.")
    if story.published_at is not None and (
        not isinstance(story.published_at, datetime) or story.published_at.tzinfo is None
    ):
        raise DemoContentError(f"{file}: published_at needs date, time and time zone.")
    if (story.state == "sent_back") != bool(story.note):
        raise DemoContentError(f"{file}: a note belongs to a story that was sent back, and to no other.")
    if (story.state == "published_editing") != (story.edit is not None):
        raise DemoContentError(f"{file}: [edit] belongs to a published story that is being edited, and to no other.")
    if story.edit is not None and story.edit.replace and story.body.count(story.edit.replace) != 1:
        raise DemoContentError(f"{file}: the text to replace must stand in the body exactly once.")
    if story.lead_caption and not story.lead:
        raise DemoContentError(f"{file}: a caption without a lead picture.")


def _refuse_twice(file: str, what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise DemoContentError(f"{file}: the {what} {key!r} is there twice.")
        seen.add(key)
