"""Stories, people and pictures for tests, made through the same verbs that the desk uses."""

import datetime as dt
import itertools
from typing import Any

from articles import workflow
from articles.content import Lead, StoryContent
from articles.models import Article, PublishedArticle, Section, Topic
from articles.models.article import byline, picture, pictures_of, section_label, topic_label
from articles.statuses import Status
from authors.models import Author, User
from authors.roles import Role
from media.models import Photo

NOW = dt.datetime(2024, 6, 19, 12, 5, tzinfo=dt.UTC)
PASSWORD = "correct horse battery staple"

_numbers = itertools.count(1)


def make_user(email: str = "", name: str = "", role: str = Role.WRITER) -> User:
    """Make an account whose password is PASSWORD."""
    email = email or f"person{next(_numbers)}@example.org"
    existing = User.objects.filter(email=email).first()
    return existing or User.objects.create_user(email, PASSWORD, name=name or email, role=role)


def make_author(name: str = "Ada Marsh", *, slug: str = "", note: str = "", user: User | None = None) -> Author:
    """Make, or find, an author."""
    slug = slug or name.lower().replace(" ", "-")
    return Author.objects.get_or_create(slug=slug, defaults={"name": name, "note": note, "user": user})[0]


def make_section(path: str = "news/world") -> Section:
    """Make, or find, a section by its path; names are the slugs with capitals."""
    parent = None
    for position, slug in enumerate(path.split("/")):
        parent = Section.objects.get_or_create(
            slug=slug, parent=parent, defaults={"name": slug.capitalize(), "position": position}
        )[0]
    assert parent is not None
    return parent


def make_topic(name: str) -> Topic:
    """Make, or find, a topic."""
    return Topic.objects.get_or_create(name=name, defaults={"slug": name.lower().replace(" ", "-")})[0]


def make_photo(user: User, *, credit: bool = True, **fields: Any) -> Photo:
    """Make a row of the library without a file: enough for all that does not look at pixels."""
    number = next(_numbers)
    parts = {"agency": "Agency", "photographer": "Bo Lens", "source": "Harbour Office", "distributor": "Wire"}
    values: dict[str, Any] = {
        "digest": f"{number:064x}",
        "original": f"originals/{number:064x}",
        "format": "jpeg",
        "bytes": 1000,
        "width": 2400,
        "height": 1600,
        "alt": "A swing bridge at dusk",
        "caption": "The bridge, seen from the east bank.",
        "uploaded_by": user,
        "uploaded_at": NOW,
        **(parts if credit else {}),
        **fields,
    }
    return Photo.objects.create(**values)


def make_content(**values: Any) -> StoryContent:
    """Return a version that is fit to publish, with some fields as given.

    `section` may be a path, `topics` a list of names, `bylines` a list of authors, `lead` a photo.
    """
    section = values.pop("section", "news/world")
    authors = values.pop("bylines", None)
    topics = values.pop("topics", ["Bridges"])
    lead: Photo | None = values.pop("lead", None)
    source = values.setdefault("body", "<p>The bridge is open again.</p><p>“We were told four months,” said Ada.</p>")
    photos = Photo.objects.in_bulk()
    return StoryContent(
        **{
            "headline": "The bridge opens again",
            "standfirst": "After two years of work, ships and people can pass.",
            "slug": "bridge-opens-again",
            "section": section_label(make_section(section))
            if isinstance(section, str) and section
            else section or None,
            "topics": tuple(topic_label(make_topic(name)) for name in sorted(topics)),
            "bylines": tuple(
                byline(author, role="writer") for author in ([make_author()] if authors is None else authors)
            ),
            "lead": Lead(picture(lead), lead.alt, lead.caption) if lead else None,
            "pictures": pictures_of(source, photos),
            **values,
        }
    )


def make_story(
    *, writer: User, editor: User | None = None, status: str = Status.DRAFT, now: dt.datetime = NOW, **values: Any
) -> Article:
    """Take a new story through the verbs until it has this status; `editor` does what editors do."""
    values.setdefault("slug", f"bridge-{next(_numbers)}")
    article = workflow.start(content=make_content(**values), actor=writer, now=now)
    if status == Status.SPIKED:
        return workflow.spike(article.pk, actor=writer, now=now)
    steps = [Status.IN_REVIEW, Status.APPROVED, Status.PUBLISHED]
    for step in steps[: steps.index(Status(status)) + 1] if status != Status.DRAFT else []:
        if step == Status.IN_REVIEW:
            article = workflow.submit(article.pk, actor=writer, now=now)
        elif step == Status.APPROVED:
            assert editor is not None
            article = workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)
        else:
            assert editor is not None
            article = workflow.publish(article.pk, actor=editor, now=now)
    return article


def make_published(
    *, writer: User | None = None, editor: User | None = None, now: dt.datetime = NOW, **values: Any
) -> PublishedArticle:
    """Publish a story and return what readers see of it."""
    writer = writer or make_user("writer@example.org", "Wilma Writer", Role.WRITER)
    editor = editor or make_user("editor@example.org", "Edda Editor", Role.EDITOR)
    article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, now=now, **values)
    return PublishedArticle.objects.visible(at=now).with_sections().get(article=article)


def publish_again(
    article: Article, *, writer: User, editor: User, now: dt.datetime, **changes: Any
) -> PublishedArticle:
    """Change a published story and take the change through review to readers."""
    article = Article.objects.get(pk=article.pk)
    content = article.content().changed(**changes)
    workflow.save_draft(article.pk, content=content, version=article.version, actor=writer, now=now)
    workflow.submit(article.pk, actor=writer, now=now)
    workflow.approve(article.pk, content_hash=Article.objects.get(pk=article.pk).content().hash, actor=editor, now=now)
    workflow.publish(article.pk, actor=editor, now=now)
    return PublishedArticle.objects.visible(at=now).get(article=article)
