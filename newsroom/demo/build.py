"""Puts the demo newsroom into an empty database, through the same verbs that people use.

Decides who does what and when, so that histories read like a newsroom's. What the stories say stands in the
TOML files, what the pictures show in `pictures.py`.
"""

import datetime as dt
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from articles import body, workflow
from articles.content import Lead, StoryContent
from articles.models import Article, Section, Topic
from articles.models.article import byline, picture, pictures_of, section_label, topic_label
from authors.models import Author, User
from media import library
from media.models import Photo
from newsroom.demo.content import DemoNewsroom, DemoPlan, DemoStory, load
from newsroom.demo.pictures import PICTURES, draw

_HOUR = dt.timedelta(hours=1)
_WRITER, _EDITOR, _PHOTO, _CHIEF = (f"{name}@newsroom.test" for name in ("writer", "editor", "photo", "chief"))
_PHOTO_NODE = re.compile(r'data-photo="([^"]*)"')


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who and what the stories refer to by name."""

    accounts: Mapping[str, User]
    authors: Mapping[str, Author]
    sections: Mapping[str, Section]
    photos: Mapping[str, Photo]


def is_empty() -> bool:
    """Tell whether the database holds no newsroom yet. Two queries."""
    return not User.objects.exists() and not Article.objects.exists()


def new_password() -> str:
    """Return a random password that can be read out."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


def set_password(password: str) -> int:
    """Give the demo accounts a password; returns how many there are."""
    accounts = list(User.objects.filter(email__in=[_WRITER, _EDITOR, _PHOTO, _CHIEF]))
    for account in accounts:
        account.set_password(password)
        account.save(update_fields=["password"])
    return len(accounts)


@transaction.atomic
def build(*, password: str, now: dt.datetime, say: Callable[[str], None]) -> DemoNewsroom:
    """Make accounts, sections, pictures and stories, all or nothing. `say` is told what is being done.

    Takes some twenty seconds, most of them for drawing the pictures.
    """
    newsroom = load()
    accounts = {
        row.email: User.objects.create_user(row.email, password, name=row.name, role=row.role)
        for row in newsroom.accounts
    }
    authors = {
        row.slug: Author.objects.create(
            slug=row.slug, name=row.name, note=row.note, user=accounts.get(row.account) if row.account else None
        )
        for row in newsroom.authors
    }
    sections: dict[str, Section] = {}
    for position, entry in enumerate(newsroom.sections):
        sections[entry.path] = Section.objects.create(
            name=entry.name, slug=entry.slug, position=position, parent=sections.get(entry.parent_path)
        )
    cast = _Cast(accounts, authors, sections, _photos(accounts[_PHOTO], now=now, say=say))
    say(f"Sending {len(newsroom.stories)} stories through the workflow")
    for story in sorted(newsroom.stories, key=lambda story: -story.age):
        _tell(story, cast, now=now)
    for plan in newsroom.plans:
        _plan(plan, cast, now=now)
    return newsroom


def _photos(uploader: User, *, now: dt.datetime, say: Callable[[str], None]) -> dict[str, Photo]:
    photos = {}
    for number, (name, spec) in enumerate(PICTURES.items(), start=1):
        say(f"Drawing picture {number} of {len(PICTURES)}: {name}")
        photos[name] = library.add_photo(
            file=ContentFile(draw(name), name=spec.filename),
            actor=uploader,
            alt=spec.alt,
            caption=spec.caption,
            agency=spec.agency,
            photographer=spec.photographer,
            source=spec.source,
            distributor=spec.distributor,
            now=now - dt.timedelta(days=40) + number * _HOUR,
        )
    return photos


def _tell(story: DemoStory, cast: _Cast, *, now: dt.datetime) -> None:
    """Take one story to the state that its file names."""
    first = cast.authors[story.bylines[0].author].user if story.bylines else None
    writer = first or cast.accounts[_WRITER]
    editor = cast.accounts[_CHIEF if writer.email == _EDITOR else _EDITOR]
    ahead = story.state == "scheduled"
    out = story.published_at or (now + story.age * _HOUR if ahead else now - story.age * _HOUR)
    begun = (now if ahead else out) - 5 * _HOUR
    content = _content(story, cast)
    article = workflow.start(content=content, actor=writer, now=begun)
    if story.state == "draft":
        return
    if story.state == "spiked":
        workflow.spike(article.pk, actor=writer, now=begun + _HOUR, note=story.note)
        return
    workflow.submit(article.pk, actor=writer, now=begun + 2 * _HOUR)
    if story.state == "in_review":
        return
    if story.state == "sent_back":
        workflow.send_back(article.pk, actor=editor, now=begun + 3 * _HOUR, note=story.note)
        return
    workflow.approve(article.pk, content_hash=content.hash, actor=editor, now=begun + 4 * _HOUR)
    if story.state == "approved":
        return
    if ahead:
        workflow.schedule(article.pk, publish_at=out, actor=editor, now=begun + 4 * _HOUR)
        return
    workflow.publish(article.pk, actor=editor, now=out)
    if story.state == "published_editing":
        edited = content.changed(
            headline=story.edited_headline,
            standfirst=story.edited_standfirst,
            body=_body(story.edited_body, cast.photos),
        )
        later = min(now, out + _HOUR)
        version = Article.objects.values_list("version", flat=True).get(pk=article.pk)
        workflow.save_draft(article.pk, content=edited, version=version, actor=writer, now=later)


def _plan(plan: DemoPlan, cast: _Cast, *, now: dt.datetime) -> None:
    """Start a line of the budget, or plan a story that is being worked on."""
    facts: dict[str, object] = {
        "slugline": plan.slugline,
        "words_planned": plan.words,
        "pictures_planned": plan.pictures,
        "due_at": _due(plan, now=now),
    }
    for fact, email in (("assigned_to", plan.writer), ("asked_editor", plan.editor)):
        if email:
            facts[fact] = cast.accounts[email]
    if plan.brief:
        facts["brief"] = plan.brief
    chief, earlier = cast.accounts[_CHIEF], now - 6 * _HOUR
    if plan.story:
        workflow.arrange(Article.objects.get(slug=plan.story).pk, actor=chief, now=now, **facts)
    else:
        section = section_label(cast.sections[plan.section]) if plan.section else None
        workflow.start(content=StoryContent(section=section), plan=facts, actor=chief, now=earlier)


def _due(plan: DemoPlan, *, now: dt.datetime) -> dt.datetime | None:
    if not plan.at:
        return None
    day = timezone.localdate(now) + dt.timedelta(days=plan.day)
    return timezone.make_aware(dt.datetime.combine(day, dt.time.fromisoformat(plan.at)))


def _content(story: DemoStory, cast: _Cast) -> StoryContent:
    text = _body(story.body, cast.photos)
    topics = [
        Topic.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0] for name in sorted(story.topics)
    ]
    lead = cast.photos[story.lead] if story.lead else None
    return StoryContent(
        headline=story.headline,
        standfirst=story.standfirst,
        body=text,
        slug=story.slug,
        language=story.language,
        section=section_label(cast.sections[story.section]),
        topics=tuple(topic_label(topic) for topic in topics),
        bylines=tuple(
            byline(cast.authors[line.author], role=line.role, printed_name=line.name_override) for line in story.bylines
        ),
        lead=Lead(picture(lead), lead.alt, story.lead_caption or lead.caption) if lead else None,
        pictures=pictures_of(text, {photo.pk: photo for photo in cast.photos.values()}),
    )


def _body(source: str, photos: Mapping[str, Photo]) -> str:
    """Return a body in the stored form, pictures named by number."""
    return body.clean(_PHOTO_NODE.sub(lambda node: f'data-photo="{photos[node[1]].pk}"', source))
