"""The verbs: the only code that changes what a story says or where it stands.

Decides how each verb of `transitions.VERBS` is carried out. Every verb takes the row's lock, looks whether this
person may do this now, changes the story and writes its record in one transaction, or raises `TransitionRefused`
with a sentence for the person and changes nothing. The sentences stand in `conditions.py`. The desk, commands and
imports call these functions and nothing else. What readers see is cut by `publishing.py`.
"""

import datetime as dt
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import EllipsisType
from typing import Any

import structlog
from django.db import DataError, IntegrityError, transaction
from django.utils.text import Truncator

from articles import attribution, body, passages, planning, publishing, restoring, suggestions
from articles.conditions import CONDITIONS, Situation, Words, moment, slug_for, standing_approval, touched, wrote
from articles.content import StoryContent, one_line
from articles.merge import Choice, Clash, merge
from articles.models import Approval, Article, Event, Revision
from articles.models.article import known_today, photos_in, pictures_of
from articles.models.words import StoryWords, keep_words
from articles.notices.telling import tell
from articles.statuses import Status
from articles.transitions import BY_NAME, VERBS, Verb
from authors.models import User

log = structlog.get_logger(__name__)

#: Suggestions of one colleague that follow each other within this time are told once.
_SITTING = dt.timedelta(minutes=30)
#: The accounts that planning facts name.
_PEOPLE = ("assigned_to", "asked_editor")
#: A scheduled time is not taken back any more when it is this near: readers could see the story before the
#: transaction that takes it back is committed, and clocks of two machines never agree to the millisecond.
_LAST_SECOND = dt.timedelta(seconds=1)
#: Waiting for a story's lock for longer than this counts as time that has passed since the request came.
_A_BLINK = 0.05

_TOO_LONG = "A headline, caption or name is longer than can be kept. Shorten it."


class TransitionRefused(Exception):
    """A verb was refused; the message is a sentence for the person who asked. Nothing was changed."""


class StaleSave(TransitionRefused):
    """Somebody else changed the very same places since this person opened the story.

    `current` is what is there now, `clashes` are the places; what only one of them touched is not among them.
    """

    def __init__(
        self, sentence: str, *, article: Article, current: StoryContent, clashes: tuple[Clash, ...] = ()
    ) -> None:
        super().__init__(sentence)
        self.article = article
        self.current = current
        self.clashes = clashes


class OnlyByHand(TransitionRefused):
    """The words would be saved, but not without the person saying so: it would move the story, or bind the person."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A button on the story page: a verb that this person could use now, or the reason why not yet."""

    verb: Verb
    refusal: str = ""


# --- Questions ------------------------------------------------------------------------------------------------


def is_own(article: Article, user: User) -> bool:
    """Tell whether somebody started a story, is to write it or stands under it. One query at most."""
    return user.pk in {article.created_by_id, article.assigned_to_id} or (
        article.bylines.filter(author__user=user).exists()
    )


def offers(article: Article, *, actor: User, now: dt.datetime) -> list[Offer]:
    """Return the verbs that make sense for this person in this state, each with the reason why not yet.

    Verbs of other states, and verbs that are not this person's, are left out. A bounded number of queries
    (at most 16), whatever the length of the story.
    """
    found = []
    words = Words(article)
    for verb in VERBS:
        situation = Situation(article, actor, now, verb, asking=True, _words=words)
        if article.status in verb.moves and not _not_permitted(situation) and not _hidden(situation):
            found.append(Offer(verb, _unmet(situation)))
    return found


def started_by(actor: User, *, tab: str, now: dt.datetime) -> Article | None:
    """Return the story that one's own page started within the last day, None where it started none. One query."""
    since = now - dt.timedelta(days=1)
    event = Event.objects.filter(actor=actor, verb="start", at__gte=since, data__tab=tab).select_related("article")
    found = event.first() if tab else None
    return found.article if found else None


def needs_override(article: Article, *, actor: User) -> bool:
    """Tell whether this person could approve only by giving a reason for vouching for their own words."""
    return actor.has_perm("articles.override_four_eyes") and wrote(article, by=actor, words=Words(article))


def may_edit(article: Article, *, actor: User, now: dt.datetime) -> str:
    """Return "" when somebody may change the words now, or the sentence that says why not. Two queries at most."""
    verb = BY_NAME["save_draft"]
    situation = Situation(article, actor, now, verb, asking=True)
    if article.status not in verb.moves:
        return _wrong_state(situation)
    return _not_permitted(situation) or _unmet(situation)


# --- Verbs ----------------------------------------------------------------------------------------------------


def start(
    *,
    content: StoryContent,
    actor: User,
    now: dt.datetime,
    plan: Mapping[str, Any] | None = None,
    tab: str = "",
    reason: str = "",
    by_itself: bool = False,
) -> Article:
    """Begin a story with its first revision, or as a line in the budget: a plan without words.

    `plan` holds planning facts as `arrange` takes them. `tab` names the page on which it was written, so that a
    page whose answer was lost finds its story again (`started_by`). With `by_itself` (autosave) an empty slug stays
    empty: the headline may be half a word. Raises TransitionRefused when this person may not.
    """
    if not actor.has_perm("articles.add_article"):
        raise TransitionRefused("You may not start stories.")
    try:
        with transaction.atomic():
            content = _tidied(content, before=StoryContent(), actor=actor, now=now)
            if not by_itself:
                content = _with_slug(content, article=None)
            article = Article.objects.create(
                status=Status.DRAFT, created_by=actor, created_at=now, changed_at=now, language=content.language
            )
            # A line in the budget has a section and no words yet: there is nothing in it to vouch for.
            bare = plan is not None and content.changed(section=None) == StoryContent(language=content.language)
            _append(article, content, actor=actor, now=now, reason=reason, touches=not bare)
            label = reason or ("Planned" if bare else "Started")
            _record(article, "start", actor=actor, now=now, before="", data={"label": label, "tab": tab})
            _arrange(article, plan or {}, actor=actor, now=now)
    except DataError as error:
        raise TransitionRefused(_TOO_LONG) from error
    return article


def duplicate(article_id: int, *, actor: User, now: dt.datetime) -> Article:
    """Start a new draft with a story's words and pictures as they stand; its history says where they are from.

    Whoever may start stories may copy one. The copy has a slug of its own and none of the plan, the notes or the
    suggestions that nobody answered.
    """
    source = Article.objects.filter(pk=article_id).first()
    if source is None:
        raise TransitionRefused("There is no such story.")
    content = source.content()
    name = content.headline or "an untitled story"
    return start(
        content=content.changed(
            headline=Truncator(f"Copy of {name}").chars(300),
            slug=slug_for(name),
            body=suggestions.refused(content.body),
        ),
        actor=actor,
        now=now,
        reason=f"Copy of “{Truncator(name).chars(120)}” (story {source.pk}, revision {source.version})",
    )


def save_draft(
    article_id: int,
    *,
    content: StoryContent,
    version: int,
    actor: User,
    now: dt.datetime,
    reason: str = "",
    base: StoryContent | None = None,
    choices: Mapping[str, Choice] | None = None,
    by_itself: bool = False,
) -> Article:
    """Keep new words as a revision. Words that are the same as before change nothing.

    `version` is the one that the person started from, `base` the words that they started from where those are not
    that revision's. What others changed since is merged in; where both changed the same place, raises StaleSave
    with both texts unless `choices` settles it by the clash's key. One's own other tab is nobody else: there the
    words saved last win, and the earlier ones stay in the history.

    A change voids an approval and takes a scheduled time back. With `by_itself` (autosave) it must not: whatever
    would move the story or keep the person from approving it raises OnlyByHand.
    """
    with _locked(article_id, "save_draft", actor=actor, now=now) as situation:
        article = situation.article
        stale = article.version != version or base is not None
        started_from = article.revisions.filter(number=version).first() if stale else None
        before = started_from.story if started_from else situation.content
        content = _tidied(content, before=before, actor=actor, now=now)
        aside = None
        if stale:
            content, aside = _merged(situation, content, started_from, base=base, choices=choices or {})
        if not by_itself or content.headline == situation.content.headline:
            content = _with_slug(content, article=article)
        if content.hash == situation.content.hash and aside is None:
            return article
        if by_itself and (sentence := _only_by_hand(situation, content)):
            raise OnlyByHand(sentence)
        suggested = _new_suggestions(situation, content)
        if aside is not None:
            _catch_up(situation)
            _append(article, aside, actor=actor, now=now, reason="Before choosing other words")
        _keep(situation, content, reason=reason)
        if suggested:
            data: dict[str, object] = {"label": "Suggested changes", "suggestions": suggested}
            _record(article, "suggest", actor=actor, now=situation.now, before=article.status, data=data)
    return article


def restore(
    article_id: int,
    *,
    number: int,
    version: int,
    actor: User,
    now: dt.datetime,
    fields: Collection[str] = (),
    blocks: Collection[int] = (),
) -> Article:
    """Take fields, or blocks of the body, of the revision with this number back into the words as they stand.

    A save like any other: a new revision by this person, which voids an approval. `version` is the one that the
    person looked at; when somebody saved since, raises StaleSave. What an old version names and is no longer there
    is left out, and the revision's reason says so. `restoring.py` decides where a block goes.
    """
    with _locked(article_id, "save_draft", actor=actor, now=now) as situation:
        article, current = situation.article, situation.content
        revision = article.revisions.filter(number=number).first()
        if revision is None:
            raise TransitionRefused("There is no such revision of this story.")
        if article.version != version:
            raise StaleSave(
                f"This story was saved again at {moment(article.changed_at)}, after you looked at it. Nothing was "
                "restored. Look at what changed and try again.",
                article=article,
                current=current,
            )
        then = revision.story
        try:
            content, gone = restoring.restored(current, then, known=known_today(then), fields=fields, blocks=blocks)
        except (KeyError, IndexError):
            raise TransitionRefused("There is no such part in that revision.") from None
        content = _tidied(content, before=current, actor=actor, now=now)
        content = content.changed(pictures=pictures_of(content.body, photos_in(content.body)))
        what = restoring.in_words(then, fields=fields, blocks=blocks)
        if content.hash == current.hash:
            lost = f" Not in the newsroom any more: {', '.join(gone)}." if gone else ""
            raise TransitionRefused(f"Nothing to restore: this part stands in the story as it did then.{lost}")
        reason = f"Restored from revision {number}: {what}"
        if gone:
            reason += f" (no longer there: {', '.join(gone)})"
        _keep(situation, content, reason=Truncator(reason).chars(200))
    return article


def _merged(
    situation: Situation,
    mine: StoryContent,
    started_from: Revision | None,
    *,
    base: StoryContent | None,
    choices: Mapping[str, Choice],
) -> tuple[StoryContent, StoryContent | None]:
    """Bring words that somebody wrote on top of an older version together with what others saved since.

    Returns the words, and beside them what the history must have first because a choice leaves some of it out.
    Raises StaleSave where both changed the same place and `choices` does not settle it. Two queries.
    """
    article, theirs = situation.article, situation.content
    if mine.hash == theirs.hash:
        return mine, None  # the same words from two tabs
    if base is None and started_from is not None:
        base = started_from.story
    since = article.revisions.since(started_from.number if started_from else 0)
    others = since.exclude(created_by=situation.actor).select_related("created_by")
    somebody = others.newest_first().defer("content").first()
    own = somebody is None and started_from is not None
    merged = merge(base, theirs, mine, choices=choices, otherwise="mine" if own else None)
    if not merged.clashes:
        aside = merge(base, theirs, mine, otherwise="mine").content if "theirs" in choices.values() else None
        return merged.content, None if aside in {theirs, merged.content} else aside
    who = somebody.created_by if somebody and somebody.created_by else "Somebody"
    raise StaleSave(
        f"{who} saved this story at {moment(article.changed_at)}, after you opened it, and changed the same words as "
        "you. Nothing of either is lost: choose below.",
        article=article,
        current=theirs,
        clashes=merged.clashes,
    )


def _only_by_hand(situation: Situation, content: StoryContent) -> str:
    """Say why words are not saved without the person asking for it; "" where nothing but the words would change."""
    article = situation.article
    if article.publish_at is not None:
        return (
            "This story is scheduled. Your words are kept, not saved: saving them takes the time and the approval back."
        )
    if article.status == Status.APPROVED:
        return "This story is approved. Your words are kept, not saved: saving them voids the approval."
    if article.status == Status.PUBLISHED:
        return "This story is published. Your words are kept, not saved: saving them makes it a draft again."
    binds = article.status == Status.IN_REVIEW and _touches(situation.content, content)
    if binds and not touched(article, by=situation.actor):
        return (
            "You are reviewing this story. Your words are kept, not saved: once you save them, somebody else must "
            "approve it."
        )
    return ""


def submit(
    article_id: int,
    *,
    actor: User,
    now: dt.datetime,
    note: str = "",
    asked_editor: User | EllipsisType | None = ...,
) -> Article:
    """Put the newest revision in review, with a note to the editors where one is wanted.

    `asked_editor` is who is asked to read it, None is nobody in particular; `...` leaves it as it is.
    """
    with _locked(article_id, "submit", actor=actor, now=now, note=note) as situation:
        article = situation.article
        if not isinstance(asked_editor, EllipsisType):
            try:
                article.asked_editor = planning.FACTS["asked_editor"].tidy(asked_editor, now)
            except planning.NotPlannable as unfit:
                raise TransitionRefused(str(unfit)) from unfit
        return _move(situation, data={"asked_editor": article.asked_editor_id} if article.asked_editor_id else None)


def send_back(article_id: int, *, actor: User, now: dt.datetime, note: str) -> Article:
    """Return a story to its writer with a note. An approval is taken back: it vouches for nothing any more."""
    with _locked(article_id, "send_back", actor=actor, now=now, note=note) as situation:
        article = situation.article
        data: dict[str, object] | None = None
        if article.approval is not None:
            data = {"approver": article.approval.approved_by_id, "approval": article.approval_id}
            article.approval.withdrawn_at = now
            article.approval.save(update_fields=["withdrawn_at"])
            article.approval = None
        return _move(situation, data=data)


def approve(article_id: int, *, content_hash: str, actor: User, now: dt.datetime, override_reason: str = "") -> Article:
    """Vouch for the words with this hash: those that the person read.

    Raises TransitionRefused when the words are others by now, or when this person wrote some of them, in the story
    or in the rooms below. What changed there since the last save is kept as revisions first. An approval that such
    a change has overtaken is given again.
    """
    with _locked(article_id, "approve", actor=actor, now=now, override_reason=override_reason) as situation:
        article, content = situation.article, situation.content
        if content.hash != content_hash:
            raise TransitionRefused("The story changed while you were reading. Look at it again before you approve it.")
        revision = _catch_up(situation)
        again = article.status == Status.APPROVED
        reason = override_reason if touched(article, by=actor) else ""
        article.approval = Approval.objects.create(
            article=article,
            revision=revision,
            content_hash=content.hash,
            approved_by=actor,
            approved_at=now,
            override_reason=reason,
        )
        label = "Approved own words" if reason else "Approved again" if again else ""
        data = {"override_reason": reason, "label": label}
        return _move(situation, data={name: words for name, words in data.items() if words})


def publish(article_id: int, *, actor: User, now: dt.datetime) -> Article:
    """Give readers the approved words now. A story that was scheduled goes out at once instead."""
    with _locked(article_id, "publish", actor=actor, now=now) as situation:
        article, now = situation.article, situation.now
        _take_time_back(article, now=now)
        approval = standing_approval(article)
        publishing.put_out(approval.revision.story, article=article, approval=approval, visible_from=now, now=now)
        article.first_published_at = article.first_published_at or now
        return _move(situation)


def schedule(article_id: int, *, publish_at: dt.datetime | None, actor: User, now: dt.datetime) -> Article:
    """Give readers the approved words at `publish_at` (aware). They go out even when no worker runs.

    A story that has a time already gets the new one instead, in the same transaction; the approval stays.
    """
    with _locked(article_id, "schedule", actor=actor, now=now, publish_at=publish_at) as situation:
        assert publish_at is not None  # the condition future_time refused it otherwise
        article, now, before = situation.article, situation.now, situation.article.publish_at
        _take_time_back(article, now=now)
        approval = standing_approval(article)
        publishing.put_out(
            approval.revision.story, article=article, approval=approval, visible_from=publish_at, now=now
        )
        article.publish_at = publish_at
        if before is None:
            told = {"publish_at": publish_at.isoformat(), "label": f"Scheduled for {moment(publish_at)}"}
        else:
            label = f"Rescheduled from {moment(before)} to {moment(publish_at)}"
            told = {"publish_at": publish_at.isoformat(), "before": before.isoformat(), "label": label}
        return _move(situation, data=dict(told))


def unschedule(article_id: int, *, actor: User, now: dt.datetime) -> Article:
    """Take a scheduled time back; the approval stays."""
    with _locked(article_id, "unschedule", actor=actor, now=now) as situation:
        before = situation.article.publish_at
        assert before is not None  # the condition scheduled refused it otherwise
        _take_time_back(situation.article, now=situation.now)
        return _move(situation, data={"before": before.isoformat()})


def embargo(article_id: int, *, until: dt.datetime | None, actor: User, now: dt.datetime, reason: str = "") -> Article:
    """Let nothing of a story reach a reader before `until` (aware), for somebody's reason; None lifts the embargo.

    When it is over nothing happens by itself: it is no schedule. The same embargo again leaves no event.
    """
    with _locked(article_id, "embargo", actor=actor, now=now, embargo_until=until, embargo_reason=reason) as situation:
        article, before = situation.article, situation.article.embargo_until
        reason = situation.embargo_reason if until else ""
        if (before, article.embargo_reason) == (until, reason):
            return article
        if until is None:
            label = "Embargo lifted"
        elif before is None or before == until:
            label = f"Embargo until {moment(until)}"
        else:
            label = f"Embargo moved from {moment(before)} to {moment(until)}"
        told: dict[str, object] = {
            "before": before and before.isoformat(),
            "until": until and until.isoformat(),
            "label": label,
        }
        article.embargo_until, article.embargo_reason = until, reason
        article.save(update_fields=["embargo_until", "embargo_reason"])
        _record(article, "embargo", actor=actor, now=situation.now, before=article.status, note=reason, data=told)
    return article


def spike(article_id: int, *, actor: User, now: dt.datetime, note: str = "") -> Article:
    """Kill a story that readers never saw. Its words and its record stay."""
    with _locked(article_id, "spike", actor=actor, now=now, note=note) as situation:
        situation.article.approval = None
        return _move(situation)


def revive(article_id: int, *, actor: User, now: dt.datetime) -> Article:
    """Bring a spiked story back as a draft."""
    with _locked(article_id, "revive", actor=actor, now=now) as situation:
        return _move(situation)


def arrange(article_id: int, *, actor: User, now: dt.datetime, **changes: Any) -> Article:
    """Change what is planned of a story: the facts of `planning.FACTS`, by name.

    People are given as accounts, times aware. Neither words nor approval nor `changed_at` move. Facts that are the
    same as before leave no event; else one is written, “assigned” when the story gets a new writer, “arranged”
    otherwise, with old and new values. Raises TransitionRefused with a sentence.
    """
    try:
        with transaction.atomic():
            Article.objects.select_for_update().values_list("pk").get(pk=article_id)  # then read, as in _locked
            article = Article.objects.select_related(*_PEOPLE).get(pk=article_id)
            _settle(article, now=now)
            _arrange(article, changes, actor=actor, now=now)
    except Article.DoesNotExist:
        raise TransitionRefused("There is no such story.") from None
    except TransitionRefused as refused:
        log.info("plan refused", article=article_id, actor=actor.pk, refusal=str(refused))
        raise
    return article


def may_arrange(article: Article, *, actor: User) -> str:
    """Return "" when somebody may change what is planned, or the sentence that says why not. One query at most."""
    if article.status == Status.SPIKED:
        return "This story is spiked. Revive it before you plan it."
    if actor.has_perm("articles.assign"):
        return ""
    if not actor.has_perm("articles.change_article") or not is_own(article, actor):
        return "The plan of a story is for its own writers and for editors."
    return ""


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


def tell_late(article_id: int, *, due: dt.datetime, seen: bool, now: dt.datetime) -> Event | None:
    """Put on record that a scheduled story is late, once for each time it was due; None when that was done before.

    `seen` tells whether readers see it all the same. Returns None too while somebody else holds the story.
    """
    with transaction.atomic():
        waiting = Article.objects.select_for_update(skip_locked=True, of=("self",))
        article = waiting.filter(pk=article_id, publish_at=due, status=Status.APPROVED).first()
        if article is None or article.events.filter(verb="late", data__publish_at=due.isoformat()).exists():
            return None
        label = f"Late: due {moment(due)}, {'readers see it' if seen else 'readers do not see it'}"
        log.error("scheduled story is late", article=article_id, due=due.isoformat(), seen=seen)
        told = {"publish_at": due.isoformat(), "seen": seen, "label": label}
        return _record(article, "late", actor=None, now=now, before=article.status, data=told)


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
    embargo_until: dt.datetime | None = None,
    embargo_reason: str = "",
) -> Iterator[Situation]:
    """Hold the story's lock while a verb works; refuse first, and let the database have the last word.

    What the verb goes by is `situation.now`: the moment of the request, moved on by as long as it waited for the lock.
    """
    asked = time.monotonic()
    try:
        with transaction.atomic():
            # First the lock, then the reading: a row that was waited for comes back new, but what is joined to it old,
            # and an approval given meanwhile would not be there.
            Article.objects.select_for_update().values_list("pk").get(pk=article_id)
            article = Article.objects.select_related("approval", "section__parent").get(pk=article_id)
            waited = time.monotonic() - asked
            now += dt.timedelta(seconds=waited if waited > _A_BLINK else 0)
            _settle(article, now=now)
            situation = Situation(
                article,
                actor,
                now,
                BY_NAME[name],
                note=note.strip(),
                publish_at=publish_at,
                override_reason=one_line(override_reason),
                embargo_until=embargo_until,
                embargo_reason=one_line(embargo_reason),
            )
            refusal = _not_permitted(situation) or _wrong_state(situation) or _unmet(situation)
            if not refusal:
                yield situation
        if refusal:  # only now: that the story's time has come stays written
            raise TransitionRefused(refusal)
    except Article.DoesNotExist:
        raise TransitionRefused("There is no such story.") from None
    except TransitionRefused as refused:
        log.info("verb refused", verb=name, article=article_id, actor=actor.pk, refusal=str(refused))
        raise
    except DataError as error:
        log.warning("words that do not fit", verb=name, article=article_id, actor=actor.pk, error=str(error))
        raise TransitionRefused(_TOO_LONG) from error
    except IntegrityError as error:
        # The conditions above say the same in better words; this is what a race leaves for the database to find.
        log.warning("verb refused by the database", verb=name, article=article_id, actor=actor.pk, error=str(error))
        raise TransitionRefused(
            "Somebody else changed this story, or took its address, at the same moment. Look again."
        ) from error


def _arrange(article: Article, given: Mapping[str, Any], *, actor: User, now: dt.datetime) -> None:
    """Change planning facts under the story's lock, and write the event."""
    try:
        changes = planning.changed(article, given, now=now)
    except planning.NotPlannable as sentence:
        raise TransitionRefused(str(sentence)) from None
    if not changes:
        return
    if refusal := may_arrange(article, actor=actor):
        raise TransitionRefused(refusal)
    if "assigned_to" in changes and not actor.has_perm("articles.assign"):
        before, after = changes["assigned_to"]
        if before not in (None, actor):
            raise TransitionRefused(f"This story is assigned to {before}. Only an editor can give it to somebody else.")
        if after not in (None, actor):
            raise TransitionRefused("Only an editor can assign a story to somebody else.")
    for name, (_, new) in changes.items():
        setattr(article, name, new)
    article.save(update_fields=list(changes))
    if "slugline" in changes:
        StoryWords.objects.filter(article=article).update(slugline=article.slugline)
    _record(
        article,
        "assigned" if changes.get("assigned_to", (None, None))[1] else "arranged",
        actor=actor,
        now=now,
        before=article.status,
        data={"label": planning.told(changes), "changes": planning.recorded(changes)},
    )


def _settle(article: Article, *, now: dt.datetime) -> bool:
    """Let a story whose time has come be published on the desk too, as it is for readers."""
    if article.status != Status.APPROVED or article.publish_at is None or article.publish_at > now:
        return False
    due, before = article.publish_at, article.status
    if not publishing.is_cut(article, scheduled_for=due):  # readers do not see it, so the desk must not say they do
        log.error("scheduled story did not go out", article=article.pk, due=due.isoformat())
        return False
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
    article.save(update_fields=["status", "publish_at", "approval", "first_published_at", "changed_at", "asked_editor"])
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


def _keep(situation: Situation, content: StoryContent, *, reason: str) -> None:
    """Append changed words to a story under its lock; what was approved or scheduled of it is so no more."""
    article, actor, now = situation.article, situation.actor, situation.now
    before = article.status
    voided = article.approval
    _catch_up(situation)
    touches = _touches(situation.content, content)
    _void_approval(article, now=now)
    article.status = BY_NAME["save_draft"].moves[Status(before)]
    _append(article, content, actor=actor, now=now, reason=reason, touches=touches)
    if voided is not None or before != article.status:
        data: dict[str, object] = {"label": "Editing again"}
        if before == Status.APPROVED and voided is not None:
            data = {"label": "Changed after approval", "approver": voided.approved_by_id, "approval": voided.pk}
        _record(article, "save_draft", actor=actor, now=now, before=before, data=data)


def _catch_up(situation: Situation) -> Revision:
    """Record what came in through the rooms below since the newest revision, each part by whoever changed it.

    Returns the newest revision, which holds the words as they stand. Four eyes see these revisions as they see
    those of writers. Only what no row below explains is nobody's.
    """
    article, current = situation.article, situation.content
    newest = article.revisions.newest_first().first()
    assert newest is not None  # no story begins without one
    if situation.caught_up:
        return newest
    situation.caught_up = True
    for step in attribution.steps(newest.story, current):
        article.version = max(article.version, newest.number) + 1
        newest = _revise(
            article,
            step.content,
            by=step.person,
            now=situation.now,
            reason=Truncator(f"Outside the story: {'; '.join(step.words)}").chars(200),
        )
    article.save(update_fields=["version"])
    return newest


def _append(
    article: Article,
    content: StoryContent,
    *,
    actor: User | None,
    now: dt.datetime,
    reason: str,
    touches: bool = True,
) -> Revision:
    """Write new words into the working copy and append them as a revision."""
    article.version += 1
    article.changed_at = now
    before = article.body
    article.take(content)
    passages.carry(article, old=before, new=article.body)
    keep_words(article, content)
    return _revise(article, content, by=actor.pk if actor else None, now=now, reason=reason, touches=touches)


def _revise(
    article: Article, content: StoryContent, *, by: int | None, now: dt.datetime, reason: str, touches: bool = True
) -> Revision:
    """Append a revision under the story's newest number."""
    return Revision.objects.create(
        article=article,
        number=article.version,
        content=content.to_data(),
        content_hash=content.hash,
        created_by_id=by,
        created_at=now,
        reason=reason,
        touches=touches,
    )


def _touches(before: StoryContent, after: StoryContent) -> bool:
    """Tell whether a reader would see two versions differently, with all suggestions refused."""
    if before.changed(body="") != after.changed(body=""):
        return True
    return body.as_read(before.body) != body.as_read(after.body)


def record(
    article: Article,
    verb: str,
    *,
    actor: User | None,
    now: dt.datetime,
    note: str = "",
    data: dict[str, object] | None = None,
) -> None:
    """Write an event of something that moved the story nowhere: a note, a plan. Inside the caller's transaction.

    Whom it concerns is told; `articles.notices.kinds` says which data names people. About ten queries at most.
    """
    _record(article, verb, actor=actor, now=now, before=article.status, note=note, data=data)


def _record(
    article: Article,
    verb: str,
    *,
    actor: User | None,
    now: dt.datetime,
    before: str,
    note: str = "",
    data: dict[str, object] | None = None,
) -> Event:
    revision = article.revisions.newest_first().only("pk").first()
    event = Event.objects.create(
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
    tell(event)
    log.info("story", verb=verb, article=article.pk, actor=actor.pk if actor else None, status=article.status)
    return event


def _new_suggestions(situation: Situation, content: StoryContent) -> list[str]:
    """Return the suggestions that a colleague brings with a save and that the writers have to hear of.

    Once in a sitting: those that follow the first within half an hour are found beside it. No query without a new
    suggestion; two with one.
    """
    article, actor = situation.article, situation.actor
    before = {each.id for each in suggestions.open_suggestions(situation.content.body)}
    fresh = [each.id for each in suggestions.open_suggestions(content.body) if each.id not in before]
    if not fresh or is_own(article, actor):
        return []
    sitting = article.events.filter(verb="suggest", actor=actor, at__gt=situation.now - _SITTING)
    return [] if sitting.exists() else fresh


def _void_approval(article: Article, *, now: dt.datetime) -> None:
    _take_time_back(article, now=now)
    article.approval = None


def _take_time_back(article: Article, *, now: dt.datetime) -> None:
    """Undo a schedule, if there is one. Raises TransitionRefused in the last second before it."""
    if article.publish_at is None:
        return
    if article.publish_at - now < _LAST_SECOND and publishing.is_cut(article, scheduled_for=article.publish_at):
        raise TransitionRefused("This story goes out this very second, too late to stop it. Look again in a moment.")
    publishing.take_back(article, scheduled_for=article.publish_at, now=now)
    article.publish_at = None


def _tidied(content: StoryContent, *, before: StoryContent, actor: User, now: dt.datetime) -> StoryContent:
    """Return words as they are stored, through whatever door they came: no script, no control characters.

    Suggestions that were not there before are stamped as this person's; a browser cannot make them another's.
    """
    lead = content.lead
    words = suggestions.stamped(body.clean(content.body), before=before.body, by=actor.pk, at=now)
    return content.changed(
        headline=one_line(content.headline),
        standfirst=one_line(content.standfirst),
        body=words,
        lead=lead and replace(lead, alt=one_line(lead.alt), caption=one_line(lead.caption)),
    )


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
    moved = s.article.events.filter(verb__in=["start", *BY_NAME])  # a note moves nothing
    last = moved.select_related("actor").filter(to_status=s.article.status).first()
    since = ""
    if last is not None:
        who = f"by {last.actor} " if last.actor else ""
        since = f", {who}since {moment(last.at)}"
    return f"“{s.verb.label}” is not possible: this story is {state}{since}."


def _unmet(s: Situation) -> str:
    return next((refusal for name in s.verb.needs if (refusal := CONDITIONS[name](s))), "")


def _hidden(s: Situation) -> bool:
    """Leave out a button that can never be pressed again, or that would only say that there is nothing to take back."""
    if s.verb.name in {"spike", "embargo"} and s.article.first_published_at is not None:
        return True
    if s.verb.name == "approve" and s.article.status == Status.APPROVED:
        return s.article.is_scheduled or not s.words.since_approval
    return s.verb.name == "unschedule" and s.article.publish_at is None
