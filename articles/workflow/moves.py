"""The verbs that move a story: from submitting to publishing, and back.

Decides what each verb does beside changing the status, which `articles/transitions.py` names. What readers get is cut
by `articles/publishing.py`.
"""

import datetime as dt
from types import EllipsisType

from articles import planning, publishing
from articles.conditions import Situation, moment, standing_approval, touched
from articles.models import Approval, Article
from articles.statuses import Status
from articles.workflow.events import record
from articles.workflow.lock import locked, take_time_back
from articles.workflow.refusals import TransitionRefused
from articles.workflow.revisions import catch_up
from authors.models import User


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
    with locked(article_id, "submit", actor=actor, now=now, note=note) as situation:
        article = situation.article
        if not isinstance(asked_editor, EllipsisType):
            try:
                article.asked_editor = planning.FACTS["asked_editor"].tidy(asked_editor, now)
            except planning.NotPlannable as unfit:
                raise TransitionRefused(str(unfit)) from unfit
        return _move(situation, data={"asked_editor": article.asked_editor_id} if article.asked_editor_id else None)


def send_back(article_id: int, *, actor: User, now: dt.datetime, note: str) -> Article:
    """Return a story to its writer with a note. An approval is taken back: it vouches for nothing any more."""
    with locked(article_id, "send_back", actor=actor, now=now, note=note) as situation:
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
    with locked(article_id, "approve", actor=actor, now=now, override_reason=override_reason) as situation:
        article, content = situation.article, situation.content
        if content.hash != content_hash:
            raise TransitionRefused("The story changed while you were reading. Look at it again before you approve it.")
        revision = catch_up(situation)
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
    with locked(article_id, "publish", actor=actor, now=now) as situation:
        article, now = situation.article, situation.now
        take_time_back(article, now=now)
        approval = standing_approval(article)
        publishing.put_out(approval.revision.story, article=article, approval=approval, visible_from=now, now=now)
        article.first_published_at = article.first_published_at or now
        return _move(situation)


def schedule(article_id: int, *, publish_at: dt.datetime | None, actor: User, now: dt.datetime) -> Article:
    """Give readers the approved words at `publish_at` (aware). They go out even when no worker runs.

    A story that has a time already gets the new one instead, in the same transaction; the approval stays.
    """
    with locked(article_id, "schedule", actor=actor, now=now, publish_at=publish_at) as situation:
        assert publish_at is not None  # the condition future_time refused it otherwise
        article, now, before = situation.article, situation.now, situation.article.publish_at
        take_time_back(article, now=now)
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
    with locked(article_id, "unschedule", actor=actor, now=now) as situation:
        before = situation.article.publish_at
        assert before is not None  # the condition scheduled refused it otherwise
        take_time_back(situation.article, now=situation.now)
        return _move(situation, data={"before": before.isoformat()})


def embargo(article_id: int, *, until: dt.datetime | None, actor: User, now: dt.datetime, reason: str = "") -> Article:
    """Let nothing of a story reach a reader before `until` (aware), for somebody's reason; None lifts the embargo.

    When it is over nothing happens by itself: it is no schedule. The same embargo again leaves no event.
    """
    with locked(article_id, "embargo", actor=actor, now=now, embargo_until=until, embargo_reason=reason) as situation:
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
        record(article, "embargo", actor=actor, now=situation.now, before=article.status, note=reason, data=told)
    return article


def spike(article_id: int, *, actor: User, now: dt.datetime, note: str = "") -> Article:
    """Kill a story that readers never saw. Its words and its record stay."""
    with locked(article_id, "spike", actor=actor, now=now, note=note) as situation:
        situation.article.approval = None
        return _move(situation)


def revive(article_id: int, *, actor: User, now: dt.datetime) -> Article:
    """Bring a spiked story back as a draft."""
    with locked(article_id, "revive", actor=actor, now=now) as situation:
        return _move(situation)


def _move(situation: Situation, data: dict[str, object] | None = None) -> Article:
    """Change the status as the table says, and write the event."""
    article, before = situation.article, situation.article.status
    article.status = situation.verb.moves[Status(before)]
    article.changed_at = situation.now
    article.save(update_fields=["status", "publish_at", "approval", "first_published_at", "changed_at", "asked_editor"])
    record(
        article,
        situation.verb.name,
        actor=situation.actor,
        now=situation.now,
        before=before,
        note=situation.note,
        data=data or {},
    )
    return article
