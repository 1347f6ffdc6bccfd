"""When a verb is refused although role and state would allow it: each condition is a sentence.

Decides what a story needs before something is done to it, and how the desk says that it is missing. Which verb
has which conditions stands in `transitions.py`; `workflow/` asks them under the story's lock.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify

from articles import attribution, body, checks, clock, publishing
from articles.checks import Facts
from articles.content import StoryContent
from articles.models import Approval, Article, Note
from articles.statuses import OPEN, Status
from articles.transitions import Verb
from authors.models import User
from media.models import Photo

#: A time further ahead is a slip of the finger.
_FURTHEST = dt.timedelta(days=731)


class Words:
    """The words of one story, each read at most once however many verbs and checks ask for them."""

    def __init__(self, article: Article) -> None:
        self.article = article

    @cached_property
    def current(self) -> StoryContent:
        """The words as they stand in the working copy. At most five queries."""
        return self.article.content()

    @cached_property
    def approved(self) -> StoryContent:
        """The words that the standing approval vouches for. One query."""
        return standing_approval(self.article).revision.story

    @cached_property
    def pending(self) -> list[attribution.Step]:
        """What came in through the rooms below since the newest revision, by person. No more than five queries."""
        newest = self.article.revisions.newest_first().first()
        return attribution.steps(newest.story, self.current) if newest else []

    @cached_property
    def since_approval(self) -> list[attribution.Step]:
        """How the words differ from those that the standing approval vouches for. No more than five queries."""
        return attribution.steps(self.approved, self.current)

    def facts(self, content: StoryContent, *, now: dt.datetime) -> Facts:
        """Return what the checks look at beside these words. Three queries at most, once for the same words."""
        if content.hash not in self._facts:
            self._facts[content.hash] = facts(content, article=self.article, now=now)
        return self._facts[content.hash]

    @cached_property
    def _facts(self) -> dict[str, Facts]:
        return {}


@dataclass
class Situation:
    """A story, a person and a moment, and what they give with the verb: what conditions look at.

    `asking` is true while the desk only wants to know which buttons to show: what is given with the verb is
    not there yet. The words may be shared by several situations.
    """

    article: Article
    actor: User
    now: dt.datetime
    verb: Verb
    asking: bool = False
    note: str = ""
    publish_at: dt.datetime | None = None
    override_reason: str = ""
    embargo_until: dt.datetime | None = None
    embargo_reason: str = ""
    #: Whether what came in through the rooms below was recorded under this lock already.
    caught_up: bool = False
    _words: Words | None = field(default=None, repr=False)

    @property
    def words(self) -> Words:
        """The story's words, shared or read for this one."""
        if self._words is None:
            self._words = Words(self.article)
        return self._words

    @property
    def content(self) -> StoryContent:
        """The words as they stand in the working copy."""
        return self.words.current

    @property
    def reaches_all(self) -> bool:
        """Whether the person may do this to everybody's stories, and not only to their own."""
        return self.actor.has_perm(self.verb.permission)


def touched(article: Article, *, by: User) -> bool:
    """Tell whether somebody changed the words since the last approval that was not taken back. One query.

    Who only suggested did not; who accepted a suggestion did.

    The same rule stands as a trigger on Approval in the database.
    """
    vouched_for = (
        Approval.objects.filter(article=article, withdrawn_at=None)
        .order_by("-revision__number")
        .values_list("revision__number", flat=True)
        .first()
    )
    return article.revisions.since(vouched_for or 0).filter(created_by=by, touches=True).exists()


def wrote(article: Article, *, by: User, words: Words) -> bool:
    """Tell whether somebody changed the words since they were last vouched for, through whatever door."""
    return touched(article, by=by) or by.pk in {step.person for step in words.pending}


def facts(content: StoryContent, *, article: Article | None, now: dt.datetime) -> Facts:
    """Return what the checks look at beside a version's own words. Three queries at most."""
    pictures = [*content.pictures, *([content.lead.picture] if content.lead else [])]
    named = {picture.photo for picture in pictures if not picture.credit}
    named |= {figure.photo for figure in body.figures(content.body) if not figure.alt}
    embargo = article.embargo_until if article and article.is_embargoed(at=now) else None
    return Facts(
        embargo=moment(embargo) if embargo else "",
        must_fix=Note.objects.blocking().filter(article=article).count() if article else 0,
        slug_is_free=not content.slug or slug_is_free(content.slug, article=article),
        photos={photo.pk: str(photo) for photo in Photo.objects.filter(pk__in=named)} if named else {},
        site=settings.SITE_URL,
    )


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
    return clock.stamp(timezone.localtime(at))


def standing_approval(article: Article) -> Approval:
    """Return the approval of the words as they stand, with its revision. One query.

    Raises Approval.DoesNotExist where there is none; the condition `approval` refuses the verb before that.
    """
    return Approval.objects.select_related("revision").get(pk=article.approval_id or 0)


# --- Conditions: each returns a sentence that refuses, or "" ----------------------------------------------------


def _checks(s: Situation) -> str:
    """Refuse with the first thing that stops this verb; the side column lists the others.

    What goes out is what was approved; the working copy is looked at as well, for what came in behind the verbs.
    """
    findings = checks.stopping(s.verb.name, s.content, s.words.facts(s.content, now=s.now))
    again = ""
    if not findings and checks.STAGES[s.verb.name] == checks.PUBLISH and s.words.approved.hash != s.content.hash:
        findings = checks.stopping(s.verb.name, s.words.approved, s.words.facts(s.words.approved, now=s.now))
        again = " The story was approved without it; have it approved again."
    if not findings:
        return ""
    more = len(findings) - 1
    others = f" {more} more {'thing stops' if more == 1 else 'things stop'} it: see Checks." if more else ""
    return f"{findings[0].words}{again}{others}"


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
    if not wrote(s.article, by=s.actor, words=s.words):
        return ""
    if s.actor.has_perm("articles.override_four_eyes"):
        return "" if s.asking else "You changed this story yourself. Give a reason for approving your own words."
    return "You changed this story yourself, so somebody else must approve it."


def _approval(s: Situation) -> str:
    if s.article.approval is None:
        return "Nobody has approved the story as it stands."
    return ""


def _as_approved(s: Situation) -> str:
    steps = s.words.since_approval if s.article.approval_id else []
    if not steps:
        return ""
    way_on = (
        "Unschedule the story and approve it again." if s.article.is_scheduled else "Approve it again, or send it back."
    )
    changed = "; ".join(words for step in steps for words in step.words)
    if s.asking:  # the page lists it
        changed = "something changed that readers would see"
    return f"Since the approval, {changed}. {way_on}"


def _unapproved(s: Situation) -> str:
    if s.article.status != Status.APPROVED or s.words.since_approval:
        return ""
    approval = standing_approval(s.article)
    return f"{approval.approved_by} approved the story as it stands, {moment(approval.approved_at)}."


def _not_scheduled(s: Situation) -> str:
    if s.article.publish_at is None:
        return ""
    return f"The story is scheduled for {moment(s.article.publish_at)}. Unschedule it first."


def _scheduled(s: Situation) -> str:
    return "" if s.article.publish_at else "The story has no time."


def _future_time(s: Situation) -> str:
    if s.asking:
        return ""
    if s.publish_at is not None and s.publish_at == s.article.publish_at:
        return f"The story is scheduled for {moment(s.publish_at)} already. Choose another time."
    if s.publish_at is None:
        return "Give the day and the time at which the story goes out."
    if s.publish_at <= s.now:
        return f"{moment(s.publish_at)} has passed. Choose a time to come, or publish now."
    if s.publish_at > s.now + _FURTHEST:
        return "That is more than two years ahead. Choose an earlier time."
    return ""


def _embargo_over(s: Situation) -> str:
    goes_out = s.publish_at if s.verb.name == "schedule" else s.now
    if goes_out is None or s.article.embargo_until is None or not s.article.is_embargoed(at=goes_out):
        return ""
    until = f"The story is under embargo until {moment(s.article.embargo_until)} ({s.article.embargo_reason})."
    if s.verb.name == "schedule":
        return f"{until} Choose that time or a later one, or change the embargo first."
    return f"{until} Schedule it for that time or a later one, or change the embargo first."


def _not_out(s: Situation) -> str:
    if s.article.first_published_at is None:
        return ""
    return "Readers have seen this story. An embargo comes too late."


def _embargo_end(s: Situation) -> str:
    if s.asking:
        return ""
    until, before = s.embargo_until, s.article.embargo_until
    if until is None:
        return "" if before else "The story is under no embargo."
    if not s.embargo_reason:
        return "Say whose embargo it is, and why."
    if until <= s.now and until != before:
        return f"{moment(until)} has passed. Choose a time to come, or lift the embargo."
    if until > s.now + _FURTHEST:
        return "That is more than two years ahead. Choose an earlier time."
    if s.article.publish_at is not None and s.article.publish_at < until:
        return (
            f"The story is scheduled for {moment(s.article.publish_at)}, before that embargo would be over. "
            "Unschedule it first, or schedule it for a later time."
        )
    return ""


def _free_address(s: Situation) -> str:
    if s.asking and s.verb.name == "schedule":
        return ""
    content = s.words.approved
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
    "checks": _checks,
    "note": _note,
    "with_its_writer": _with_its_writer,
    "own_only_as_draft": _own_only_as_draft,
    "four_eyes": _four_eyes,
    "approval": _approval,
    "as_approved": _as_approved,
    "unapproved": _unapproved,
    "not_scheduled": _not_scheduled,
    "scheduled": _scheduled,
    "future_time": _future_time,
    "embargo_over": _embargo_over,
    "not_out": _not_out,
    "embargo_end": _embargo_end,
    "free_address": _free_address,
    "never_published": _never_published,
}
