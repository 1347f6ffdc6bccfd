"""The verbs that change a story's words: saving and restoring.

Decides which words are kept when several people wrote, when a save must be asked for by hand, and what a save does to
an approval and a scheduled time. Bringing texts together is `articles/merge.py`'s, placing old blocks
`articles/restoring.py`'s.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.utils.text import Truncator

from articles import restoring, suggestions
from articles.conditions import Situation, moment, touched
from articles.content import StoryContent
from articles.merge import Choice, merge
from articles.models import Article, Revision
from articles.models.article import known_today, photos_in, pictures_of
from articles.statuses import Status
from articles.transitions import BY_NAME
from articles.workflow.events import record
from articles.workflow.lock import locked, take_time_back
from articles.workflow.refusals import OnlyByHand, StaleSave, TransitionRefused, is_own
from articles.workflow.revisions import append, catch_up, tidied, touches, with_slug
from authors.models import User

#: Suggestions of one colleague that follow each other within this time are told once.
_SITTING = dt.timedelta(minutes=30)


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
    with locked(article_id, "save_draft", actor=actor, now=now) as situation:
        article = situation.article
        stale = article.version != version or base is not None
        started_from = article.revisions.filter(number=version).first() if stale else None
        before = started_from.story if started_from else situation.content
        content = tidied(content, before=before, actor=actor, now=now)
        aside = None
        if stale:
            content, aside = _merged(situation, content, started_from, base=base, choices=choices or {})
        if not by_itself or content.headline == situation.content.headline:
            content = with_slug(content, article=article)
        if content.hash == situation.content.hash and aside is None:
            return article
        if by_itself and (sentence := _only_by_hand(situation, content)):
            raise OnlyByHand(sentence)
        suggested = _new_suggestions(situation, content)
        if aside is not None:
            catch_up(situation)
            append(article, aside, actor=actor, now=now, reason="Before choosing other words")
        _keep(situation, content, reason=reason)
        if suggested:
            data: dict[str, object] = {"label": "Suggested changes", "suggestions": suggested}
            record(article, "suggest", actor=actor, now=situation.now, before=article.status, data=data)
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
    with locked(article_id, "save_draft", actor=actor, now=now) as situation:
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
        content = tidied(content, before=current, actor=actor, now=now)
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
    binds = article.status == Status.IN_REVIEW and touches(situation.content, content)
    if binds and not touched(article, by=situation.actor):
        return (
            "You are reviewing this story. Your words are kept, not saved: once you save them, somebody else must "
            "approve it."
        )
    return ""


def _keep(situation: Situation, content: StoryContent, *, reason: str) -> None:
    """Append changed words to a story under its lock; what was approved or scheduled of it is so no more."""
    article, actor, now = situation.article, situation.actor, situation.now
    before = article.status
    voided = article.approval
    catch_up(situation)
    seen = touches(situation.content, content)
    take_time_back(article, now=now)
    article.approval = None
    article.status = BY_NAME["save_draft"].moves[Status(before)]
    append(article, content, actor=actor, now=now, reason=reason, touches=seen)
    if voided is not None or before != article.status:
        data: dict[str, object] = {"label": "Editing again"}
        if before == Status.APPROVED and voided is not None:
            data = {"label": "Changed after approval", "approver": voided.approved_by_id, "approval": voided.pk}
        record(article, "save_draft", actor=actor, now=now, before=before, data=data)


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
