"""The verbs: the only code that changes what a story says or where it stands.

Decides how each verb of `transitions.VERBS` is carried out. Every verb takes the row's lock, looks whether
this person may do this now, changes the story and writes its record in one transaction, or raises
`TransitionRefused` with a sentence for the person and changes nothing. The desk, commands and imports call
these functions and nothing else. What readers see is cut by `publishing.py`.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify

from articles import body, publishing
from articles.content import StoryContent, one_line
from articles.models import Approval, Article, Event, Revision
from articles.statuses import OPEN, Status
from articles.transitions import BY_NAME, VERBS, Verb
from authors.models import User
from media.models import Photo

log = structlog.get_logger(__name__)


class TransitionRefused(Exception):
    """A verb was refused; the message is a sentence for the person who asked. Nothing was changed."""


class StaleSave(TransitionRefused):
    """The words changed since this person opened the story; `current` is what is there now."""

    def __init__(self, sentence: str, *, article: Article, current: StoryContent) -> None:
        super().__init__(sentence)
        self.article = article
        self.current = current


@dataclass
class Situation:
    """A story, a person and a moment, and what they give with the verb: what conditions look at.

    `asking` is true while the desk only wants to know which buttons to show: what is given with the verb is
    not there yet. Content is read at most once.
    """

    article: Article
    actor: User
    now: dt.datetime
    verb: Verb
    asking: bool = False
    note: str = ""
    publish_at: dt.datetime | None = None
    override_reason: str = ""
    _content: StoryContent | None = field(default=None, repr=False)

    @property
    def content(self) -> StoryContent:
        """The words as they stand in the working copy."""
        if self._content is None:
            self._content = self.article.content()
        return self._content

    @property
    def reaches_all(self) -> bool:
        """Whether the person may do this to everybody's stories, and not only to their own."""
        return self.actor.has_perm(self.verb.permission)


@dataclass(frozen=True, slots=True)
class Offer:
    """A button on the story page: a verb that this person could use now, or the reason why not yet."""

    verb: Verb
    refusal: str = ""


# --- Conditions: each returns a sentence that refuses, or "" ----------------------------------------------------


def _headline(s: Situation) -> str:
    return "" if s.content.headline else "The story has no headline yet."


def _body(s: Situation) -> str:
    return "" if body.text(s.content.body).strip() else "The story has no text yet."


def _section(s: Situation) -> str:
    return "" if s.content.section else "The story stands in no section yet. Choose one in the side column."


def _byline(s: Situation) -> str:
    return "" if s.content.bylines else "Nobody stands under the story yet. Add a byline in the side column."


def _slug(s: Situation) -> str:
    if not s.content.slug:
        return "The story has no slug yet: the last part of its address."
    if not slug_is_free(s.content.slug, article=s.article):
        return f"Another story on the desk has the slug “{s.content.slug}”. Change one of them."
    return ""


def _photo_credits(s: Situation) -> str:
    content = _approved_content(s.article) if s.article.approval_id else s.content
    pictures = [*content.pictures, *([content.lead.picture] if content.lead else [])]
    unknown = {figure.photo for figure in body.figures(content.body)} - {picture.photo for picture in pictures}
    if unknown:
        return f"The text shows photo {min(unknown)}, which is not in the library. Take it out or choose another."
    if nameless := publishing.pictures_without_credit(pictures):
        photo = Photo.objects.filter(pk=nameless[0]).first()
        name = f"“{photo}”" if photo else f"Photo {nameless[0]}"
        if s.article.approval_id:
            return (
                f"{name} has no credit in the approved version. "
                "Add it in the library and have the story approved again."
            )
        return f"{name} has no credit. Add one in the photo library."
    return ""


def _note(s: Situation) -> str:
    return "" if s.asking or s.note else "Say in a note what is missing, so that the writer knows what to do."


def _with_its_writer(s: Situation) -> str:
    if s.reaches_all or s.article.status in {Status.DRAFT, Status.PUBLISHED}:
        return ""
    if s.article.status == Status.IN_REVIEW:
        return "The editors are reading this story. Ask them to send it back if you want to change it."
    return "This story is approved. Ask an editor to send it back if you want to change it."


def _own_only_as_draft(s: Situation) -> str:
    if s.reaches_all or s.article.status == Status.DRAFT:
        return ""
    return "The editors have this story. Ask them to spike it."


def _four_eyes(s: Situation) -> str:
    if s.override_reason and s.actor.has_perm("articles.override_four_eyes"):
        return ""
    if not touched(s.article, by=s.actor):
        return ""
    if s.actor.has_perm("articles.override_four_eyes"):
        return "" if s.asking else "You changed this story yourself. Give a reason for approving your own words."
    return "You changed this story yourself, so somebody else must approve it."


def _approval(s: Situation) -> str:
    if s.article.approval is None:
        return "Nobody has approved the story as it stands."
    return ""


def _not_scheduled(s: Situation) -> str:
    if s.article.publish_at is None:
        return ""
    return f"The story is scheduled for {moment(s.article.publish_at)}. Unschedule it first."


def _scheduled(s: Situation) -> str:
    return "" if s.article.publish_at else "The story has no time."


def _future_time(s: Situation) -> str:
    if s.asking:
        return ""
    if s.publish_at is None:
        return "Give the day and the time at which the story goes out."
    if s.publish_at <= s.now:
        return f"{moment(s.publish_at)} has passed. Choose a time to come, or publish now."
    return ""


def _free_address(s: Situation) -> str:
    if s.asking and s.verb.name == "schedule":
        return ""
    content = _approved_content(s.article)
    shown = publishing.shown_before(s.article, at=s.now)
    day = shown.published_on if shown else timezone.localdate(s.publish_at or s.now)
    if publishing.address_is_free(s.article, slug=content.slug, on=day):
        return ""
    return (
        f"Another story of {date_format(day, 'j F Y')} has the address “{content.slug}”. "
        "Change the slug and have it approved again."
    )


def _never_published(s: Situation) -> str:
    if s.article.first_published_at is None:
        return ""
    return "Readers have seen this story, so it cannot be spiked. It stays as they saw it."


CONDITIONS: dict[str, Callable[[Situation], str]] = {
    "headline": _headline,
    "body": _body,
    "section": _section,
    "byline": _byline,
    "slug": _slug,
    "photo_credits": _photo_credits,
    "note": _note,
    "with_its_writer": _with_its_writer,
    "own_only_as_draft": _own_only_as_draft,
    "four_eyes": _four_eyes,
    "approval": _approval,
    "not_scheduled": _not_scheduled,
    "scheduled": _scheduled,
    "future_time": _future_time,
    "free_address": _free_address,
    "never_published": _never_published,
}


# --- Questions ------------------------------------------------------------------------------------------------


def is_own(article: Article, user: User) -> bool:
    """Tell whether somebody started a story or stands under it. One query at most."""
    return article.created_by_id == user.pk or article.bylines.filter(author__user=user).exists()


def touched(article: Article, *, by: User) -> bool:
    """Tell whether somebody changed the words since the last approval that was not taken back. One query.

    The same rule stands as a trigger on Approval in the database.
    """
    vouched_for = (
        Approval.objects.filter(article=article, withdrawn_at=None)
        .order_by("-revision__number")
        .values_list("revision__number", flat=True)
        .first()
    )
    return article.revisions.since(vouched_for or 0).filter(created_by=by).exists()


def offers(article: Article, *, actor: User, now: dt.datetime) -> list[Offer]:
    """Return the verbs that make sense for this person in this state, each with the reason why not yet.

    Verbs of other states, and verbs that are not this person's, are left out. A bounded number of queries
    (at most 16), whatever the length of the story.
    """
    found = []
    content = article.content()
    for verb in VERBS:
        situation = Situation(article, actor, now, verb, asking=True, _content=content)
        if article.status in verb.moves and not _not_permitted(situation) and not _hidden(situation):
            found.append(Offer(verb, _unmet(situation)))
    return found


def needs_override(article: Article, *, actor: User) -> bool:
    """Tell whether this person could approve only by giving a reason for vouching for their own words."""
    return actor.has_perm("articles.override_four_eyes") and touched(article, by=actor)


def may_edit(article: Article, *, actor: User, now: dt.datetime) -> str:
    """Return "" when somebody may change the words now, or the sentence that says why not. Two queries at most."""
    verb = BY_NAME["save_draft"]
    situation = Situation(article, actor, now, verb, asking=True)
    if article.status not in verb.moves:
        return _wrong_state(situation)
    return _not_permitted(situation) or _unmet(situation)


def slug_is_free(slug: str, *, article: Article | None = None) -> bool:
    """Tell whether no other story that is still to come has this slug. One query.

    Published stories do not count: their address holds a date as well (`publishing.address_is_free`).
    """
    others = Article.objects.filter(slug=slug, status__in=OPEN, first_published_at=None)
    return not (others.exclude(pk=article.pk) if article else others).exists()


def slug_for(headline: str, *, article: Article | None = None) -> str:
    """Return a free slug for a headline, cut at a word; a headline without Latin letters gives `story`."""
    base = slugify(headline)[:81]
    if len(base) > 80:
        base = base[:80].rpartition("-")[0] or base[:80]
    base = base.strip("-") or "story"
    taken = set(
        Article.objects.filter(slug__startswith=base, status__in=OPEN)
        .exclude(pk=article.pk if article else 0)
        .values_list("slug", flat=True)
    )
    if base not in taken:
        return base
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{base}-{number}") not in taken)


def moment(at: dt.datetime) -> str:
    """Return a time as the desk says it: in the newsroom's zone, with the zone's name."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'j F Y, H:i')} {local.tzname()}"


# --- Verbs ----------------------------------------------------------------------------------------------------


def start(*, content: StoryContent, actor: User, now: dt.datetime) -> Article:
    """Begin a story with its first revision. Raises TransitionRefused when this person may not."""
    if not actor.has_perm("articles.add_article"):
        raise TransitionRefused("You may not start stories.")
    with transaction.atomic():
        content = _with_slug(content, article=None)
        article = Article.objects.create(
            status=Status.DRAFT, created_by=actor, created_at=now, changed_at=now, language=content.language
        )
        _append(article, content, actor=actor, now=now, reason="")
        _record(article, "start", actor=actor, now=now, before="", data={"label": "Started"})
    return article


def save_draft(
    article_id: int, *, content: StoryContent, version: int, actor: User, now: dt.datetime, reason: str = ""
) -> Article:
    """Keep new words as a revision. Words that are the same as before change nothing.

    `version` is the one that the person started from; when somebody saved since, raises StaleSave with the
    words that are there now. A change voids an approval and takes a scheduled time back.
    """
    with _locked(article_id, "save_draft", actor=actor, now=now) as situation:
        article = situation.article
        if article.version != version:
            if situation.content.hash == content.hash:
                return article  # the same words from two tabs are no conflict
            newest = article.revisions.newest_first().select_related("created_by").first()
            who = newest.created_by if newest and newest.created_by else "Somebody"
            raise StaleSave(
                f"{who} saved this story at {moment(article.changed_at)}, after you opened it. "
                "Your words were not saved over theirs; both are below.",
                article=article,
                current=situation.content,
            )
        content = _with_slug(content, article=article)
        if content.hash == situation.content.hash:
            return article
        before = article.status
        voided = article.approval_id is not None
        _void_approval(article)
        article.status = BY_NAME["save_draft"].moves[Status(before)]
        _append(article, content, actor=actor, now=now, reason=reason)
        if voided or before != article.status:
            label = "Changed after approval" if before == Status.APPROVED else "Editing again"
            _record(article, "save_draft", actor=actor, now=now, before=before, data={"label": label})
    return article


def submit(article_id: int, *, actor: User, now: dt.datetime, note: str = "") -> Article:
    """Put the newest revision in review."""
    with _locked(article_id, "submit", actor=actor, now=now, note=note) as situation:
        return _move(situation)


def send_back(article_id: int, *, actor: User, now: dt.datetime, note: str) -> Article:
    """Return a story to its writer with a note. An approval is taken back: it vouches for nothing any more."""
    with _locked(article_id, "send_back", actor=actor, now=now, note=note) as situation:
        article = situation.article
        if article.approval is not None:
            article.approval.withdrawn_at = now
            article.approval.save(update_fields=["withdrawn_at"])
            article.approval = None
        return _move(situation)


def approve(article_id: int, *, content_hash: str, actor: User, now: dt.datetime, override_reason: str = "") -> Article:
    """Vouch for the words with this hash: those that the person read.

    Raises TransitionRefused when the words are others by now, or when this person wrote some of them. A photo's
    credit or an author's note that changed in the library since the last save is kept as a revision first.
    """
    with _locked(article_id, "approve", actor=actor, now=now, override_reason=override_reason) as situation:
        article, content = situation.article, situation.content
        if content.hash != content_hash:
            raise TransitionRefused("The story changed while you were reading. Look at it again before you approve it.")
        revision = article.revisions.newest_first().first()
        if revision is None or revision.content_hash != content.hash:
            revision = _append(article, content, actor=None, now=now, reason="Photo library or author’s note changed")
        reason = override_reason if touched(article, by=actor) else ""
        article.approval = Approval.objects.create(
            article=article,
            revision=revision,
            content_hash=content.hash,
            approved_by=actor,
            approved_at=now,
            override_reason=reason,
        )
        return _move(situation, data={"override_reason": reason, "label": "Approved own words"} if reason else None)


def publish(article_id: int, *, actor: User, now: dt.datetime) -> Article:
    """Give readers the approved words now. A story that was scheduled goes out at once instead."""
    with _locked(article_id, "publish", actor=actor, now=now) as situation:
        article = situation.article
        if article.publish_at is not None:
            publishing.take_back(article, scheduled_for=article.publish_at)
            article.publish_at = None
        approval = _standing_approval(article)
        publishing.put_out(approval.revision.story, article=article, approval=approval, visible_from=now, now=now)
        article.first_published_at = article.first_published_at or now
        return _move(situation)


def schedule(article_id: int, *, publish_at: dt.datetime | None, actor: User, now: dt.datetime) -> Article:
    """Give readers the approved words at `publish_at` (aware). They go out even when no worker runs."""
    with _locked(article_id, "schedule", actor=actor, now=now, publish_at=publish_at) as situation:
        assert publish_at is not None  # the condition future_time refused it otherwise
        article = situation.article
        approval = _standing_approval(article)
        publishing.put_out(
            approval.revision.story, article=article, approval=approval, visible_from=publish_at, now=now
        )
        article.publish_at = publish_at
        return _move(
            situation, data={"publish_at": publish_at.isoformat(), "label": f"Scheduled for {moment(publish_at)}"}
        )


def unschedule(article_id: int, *, actor: User, now: dt.datetime) -> Article:
    """Take a scheduled time back; the approval stays."""
    with _locked(article_id, "unschedule", actor=actor, now=now) as situation:
        article = situation.article
        assert article.publish_at is not None  # the condition scheduled refused it otherwise
        publishing.take_back(article, scheduled_for=article.publish_at)
        article.publish_at = None
        return _move(situation)


def spike(article_id: int, *, actor: User, now: dt.datetime, note: str = "") -> Article:
    """Kill a story that readers never saw. Its words and its record stay."""
    with _locked(article_id, "spike", actor=actor, now=now, note=note) as situation:
        situation.article.approval = None
        return _move(situation)


def revive(article_id: int, *, actor: User, now: dt.datetime) -> Article:
    """Bring a spiked story back as a draft."""
    with _locked(article_id, "revive", actor=actor, now=now) as situation:
        return _move(situation)


def sweep(*, now: dt.datetime) -> int:
    """Bring the desk's state of stories whose time has come up to what readers see already. Returns how many.

    Runs every few seconds in the worker. Readers do not depend on it: a scheduled version is visible from its
    time on. One short transaction a story; rows that somebody else holds are left for the next run.
    """
    swept = 0
    for article_id in list(Article.objects.due(at=now).values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            article = Article.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=article_id).first()
            if article is not None and _settle(article, now=now):
                swept += 1
    return swept


# --- The machinery that every verb goes through -----------------------------------------------------------------


@contextmanager
def _locked(
    article_id: int,
    name: str,
    *,
    actor: User,
    now: dt.datetime,
    note: str = "",
    publish_at: dt.datetime | None = None,
    override_reason: str = "",
) -> Iterator[Situation]:
    """Hold the story's lock while a verb works; refuse first, and let the database have the last word."""
    try:
        with transaction.atomic():
            article = (
                Article.objects.select_for_update(of=("self",))
                .select_related("approval", "section__parent")
                .get(pk=article_id)
            )
            _settle(article, now=now)
            situation = Situation(
                article,
                actor,
                now,
                BY_NAME[name],
                note=note.strip(),
                publish_at=publish_at,
                override_reason=one_line(override_reason),
            )
            if refusal := _not_permitted(situation) or _wrong_state(situation) or _unmet(situation):
                raise TransitionRefused(refusal)
            yield situation
    except Article.DoesNotExist:
        raise TransitionRefused("There is no such story.") from None
    except TransitionRefused as refused:
        log.info("verb refused", verb=name, article=article_id, actor=actor.pk, refusal=str(refused))
        raise
    except IntegrityError as error:
        # The conditions above say the same in better words; this is what a race leaves for the database to find.
        log.warning("verb refused by the database", verb=name, article=article_id, actor=actor.pk, error=str(error))
        raise TransitionRefused(
            "Somebody else changed this story, or took its address, at the same moment. Look again."
        ) from error


def _settle(article: Article, *, now: dt.datetime) -> bool:
    """Let a story whose time has come be published on the desk too, as it is for readers."""
    if article.status != Status.APPROVED or article.publish_at is None or article.publish_at > now:
        return False
    due, before = article.publish_at, article.status
    article.status, article.publish_at = Status.PUBLISHED, None
    article.first_published_at = article.first_published_at or due
    article.changed_at = due
    article.save(update_fields=["status", "publish_at", "first_published_at", "changed_at"])
    late = (now - due).total_seconds()
    _record(
        article,
        "publish",
        actor=None,
        now=due,
        before=before,
        data={"label": "Published on schedule", "noticed_after_seconds": late},
    )
    if late > 60:
        log.warning("scheduled story noticed late", article=article.pk, seconds=late)
    return True


def _move(situation: Situation, data: dict[str, object] | None = None) -> Article:
    """Change the status as the table says, and write the event."""
    article, before = situation.article, situation.article.status
    article.status = situation.verb.moves[Status(before)]
    article.changed_at = situation.now
    article.save(update_fields=["status", "publish_at", "approval", "first_published_at", "changed_at"])
    _record(
        article,
        situation.verb.name,
        actor=situation.actor,
        now=situation.now,
        before=before,
        note=situation.note,
        data=data or {},
    )
    return article


def _append(article: Article, content: StoryContent, *, actor: User | None, now: dt.datetime, reason: str) -> Revision:
    """Write new words into the working copy and append them as a revision."""
    article.version += 1
    article.changed_at = now
    article.take(content)
    return Revision.objects.create(
        article=article,
        number=article.version,
        content=content.to_data(),
        content_hash=content.hash,
        created_by=actor,
        created_at=now,
        reason=reason,
    )


def _record(
    article: Article,
    verb: str,
    *,
    actor: User | None,
    now: dt.datetime,
    before: str,
    note: str = "",
    data: dict[str, object] | None = None,
) -> None:
    revision = article.revisions.newest_first().only("pk").first()
    Event.objects.create(
        article=article,
        verb=verb,
        actor=actor,
        at=now,
        from_status=before,
        to_status=article.status,
        revision=revision,
        note=note,
        data=data or {},
    )
    log.info("story", verb=verb, article=article.pk, actor=actor.pk if actor else None, status=article.status)


def _void_approval(article: Article) -> None:
    if article.publish_at is not None:
        publishing.take_back(article, scheduled_for=article.publish_at)
        article.publish_at = None
    article.approval = None


def _standing_approval(article: Article) -> Approval:
    assert article.approval_id is not None  # the condition approval refused it otherwise
    return Approval.objects.select_related("revision").get(pk=article.approval_id)


def _approved_content(article: Article) -> StoryContent:
    return _standing_approval(article).revision.story


def _with_slug(content: StoryContent, *, article: Article | None) -> StoryContent:
    """Fill an empty slug from the headline, so that a writer need not think of it."""
    if content.slug or not content.headline:
        return content
    return content.changed(slug=slug_for(content.headline, article=article))


def _not_permitted(s: Situation) -> str:
    if s.reaches_all or (s.verb.own and s.actor.has_perm(s.verb.own) and is_own(s.article, s.actor)):
        return ""
    if s.verb.own and s.actor.has_perm(s.verb.own):
        return f"“{s.verb.label}” is for this story’s own writers and for editors."
    return f"Your role does not allow “{s.verb.label}”."


def _wrong_state(s: Situation) -> str:
    if s.article.status in s.verb.moves:
        return ""
    state = s.article.state.lower()
    last = s.article.events.select_related("actor").filter(to_status=s.article.status).first()
    since = ""
    if last is not None:
        who = f"by {last.actor} " if last.actor else ""
        since = f", {who}since {moment(last.at)}"
    return f"“{s.verb.label}” is not possible: this story is {state}{since}."


def _unmet(s: Situation) -> str:
    return next((refusal for name in s.verb.needs if (refusal := CONDITIONS[name](s))), "")


def _hidden(s: Situation) -> bool:
    """Leave out a button that would only say that its opposite is the one to press."""
    return (s.verb.name == "unschedule" and s.article.publish_at is None) or (
        s.verb.name == "schedule" and s.article.is_scheduled
    )
