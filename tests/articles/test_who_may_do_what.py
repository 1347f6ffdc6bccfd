"""The whole table: every state, every verb, everybody. What is not in the table is refused, in a sentence."""

import datetime as dt

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from articles import workflow
from articles.conditions import CONDITIONS
from articles.models import Article, PublishedArticle
from articles.statuses import Status
from articles.transitions import BY_NAME, VERBS
from articles.workflow import TransitionRefused
from authors.models import Author
from authors.roles import PERMISSIONS
from tests.builders import NOW, make_story

SCHEDULED = "scheduled"
#: Approved, and the note of its author changed since.
OVERTAKEN = "overtaken"
OF_APPROVED = {SCHEDULED, OVERTAKEN}
STATES = [Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, SCHEDULED, OVERTAKEN, Status.PUBLISHED, Status.SPIKED]
EVERYBODY = ["writer", "second_writer", "photo_editor", "editor", "chief"]

#: The story is the writer's; a deputy editor has approved it where it is approved. Who may do what to it:
ALLOWED = {
    (Status.DRAFT, "save_draft"): {"writer", "editor", "chief"},
    (Status.DRAFT, "submit"): {"writer", "editor", "chief"},
    (Status.DRAFT, "spike"): {"writer", "editor", "chief"},
    (Status.IN_REVIEW, "save_draft"): {"editor", "chief"},
    (Status.IN_REVIEW, "send_back"): {"editor", "chief"},
    (Status.IN_REVIEW, "approve"): {"editor", "chief"},
    (Status.IN_REVIEW, "spike"): {"editor", "chief"},
    (Status.APPROVED, "save_draft"): {"editor", "chief"},
    (Status.APPROVED, "send_back"): {"editor", "chief"},
    (Status.APPROVED, "publish"): {"editor", "chief"},
    (Status.APPROVED, "schedule"): {"editor", "chief"},
    (Status.APPROVED, "spike"): {"editor", "chief"},
    (OVERTAKEN, "save_draft"): {"editor", "chief"},
    (OVERTAKEN, "approve"): {"editor", "chief"},
    (OVERTAKEN, "send_back"): {"editor", "chief"},
    (OVERTAKEN, "spike"): {"editor", "chief"},
    (SCHEDULED, "save_draft"): {"editor", "chief"},
    (SCHEDULED, "publish"): {"editor", "chief"},
    (SCHEDULED, "schedule"): {"editor", "chief"},
    (SCHEDULED, "unschedule"): {"editor", "chief"},
    (Status.PUBLISHED, "save_draft"): {"writer", "editor", "chief"},
    (Status.SPIKED, "revive"): {"writer", "editor", "chief"},
    (Status.DRAFT, "embargo"): {"writer", "editor", "chief"},
    (Status.IN_REVIEW, "embargo"): {"editor", "chief"},
    (Status.APPROVED, "embargo"): {"editor", "chief"},
    (SCHEDULED, "embargo"): {"editor", "chief"},
    (OVERTAKEN, "embargo"): {"editor", "chief"},
}

#: What each of them leads to.
AFTER = {
    (Status.DRAFT, "save_draft"): Status.DRAFT,
    (Status.IN_REVIEW, "save_draft"): Status.IN_REVIEW,
    (Status.APPROVED, "save_draft"): Status.DRAFT,
    (OVERTAKEN, "save_draft"): Status.DRAFT,
    (OVERTAKEN, "approve"): Status.APPROVED,
    (OVERTAKEN, "send_back"): Status.DRAFT,
    (OVERTAKEN, "spike"): Status.SPIKED,
    (SCHEDULED, "save_draft"): Status.DRAFT,
    (Status.PUBLISHED, "save_draft"): Status.DRAFT,
    (Status.DRAFT, "submit"): Status.IN_REVIEW,
    (Status.IN_REVIEW, "send_back"): Status.DRAFT,
    (Status.APPROVED, "send_back"): Status.DRAFT,
    (Status.IN_REVIEW, "approve"): Status.APPROVED,
    (Status.APPROVED, "publish"): Status.PUBLISHED,
    (SCHEDULED, "publish"): Status.PUBLISHED,
    (SCHEDULED, "schedule"): Status.APPROVED,
    (Status.APPROVED, "schedule"): Status.APPROVED,
    (SCHEDULED, "unschedule"): Status.APPROVED,
    (Status.DRAFT, "spike"): Status.SPIKED,
    (Status.IN_REVIEW, "spike"): Status.SPIKED,
    (Status.APPROVED, "spike"): Status.SPIKED,
    (Status.SPIKED, "revive"): Status.DRAFT,
    (Status.DRAFT, "embargo"): Status.DRAFT,
    (Status.IN_REVIEW, "embargo"): Status.IN_REVIEW,
    (Status.APPROVED, "embargo"): Status.APPROVED,
    (SCHEDULED, "embargo"): Status.APPROVED,
    (OVERTAKEN, "embargo"): Status.APPROVED,
}


def perform(verb, article, *, actor):
    """Do a verb as its button would, with everything that it asks for."""
    extra = {
        "save_draft": {"content": article.content().changed(headline="Changed"), "version": article.version},
        "send_back": {"note": "Not yet."},
        "approve": {"content_hash": article.content().hash},
        "schedule": {"publish_at": NOW + dt.timedelta(hours=2)},
        "embargo": {"until": NOW + dt.timedelta(minutes=30), "reason": "The ministry’s"},
    }.get(verb, {})
    return getattr(workflow, verb)(article.pk, actor=actor, now=NOW, **extra)


def story_in(state, *, writer, editor):
    if state not in OF_APPROVED:
        return make_story(writer=writer, editor=editor, status=state)
    if state == OVERTAKEN:
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        Author.objects.update(note=Concat("note", Value("x")))
        return article
    article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
    return workflow.schedule(article.pk, publish_at=NOW + dt.timedelta(hours=1), actor=editor, now=NOW)


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
@pytest.mark.parametrize("state", STATES)
def test_who_may_do_this_to_a_writers_story(cast, second_editor, state, verb):
    allowed = ALLOWED.get((state, verb), set())
    for name in EVERYBODY:
        article = story_in(state, writer=cast["writer"], editor=second_editor)
        before = (article.status, article.version, article.events.count())
        offered = {
            offer.verb.name for offer in workflow.offers(article, actor=cast[name], now=NOW) if not offer.refusal
        }
        if name in allowed:
            assert perform(verb, article, actor=cast[name]).status == AFTER[state, verb], f"{name} in {state}"
        else:
            with pytest.raises(TransitionRefused) as refused:
                perform(verb, article, actor=cast[name])
            assert len(str(refused.value)) > 20
            article = Article.objects.get(pk=article.pk)
            assert (article.status, article.version, article.events.count()) == before, f"{name} in {state}"
        assert (verb in offered) == (name in allowed), f"the button of {verb} for {name} in {state}"


@pytest.mark.parametrize("state", STATES)
def test_somebody_whose_account_was_switched_off_may_do_nothing(cast, second_editor, state):
    chief = cast["chief"]
    chief.is_active = False
    article = story_in(state, writer=cast["writer"], editor=second_editor)
    assert workflow.offers(article, actor=chief, now=NOW) == []
    for verb in VERBS:
        with pytest.raises(TransitionRefused):
            perform(verb.name, article, actor=chief)


def test_every_verb_has_its_function_its_conditions_and_its_permission():
    known = {permission.name for permission in PERMISSIONS}
    for verb in VERBS:
        assert callable(getattr(workflow, verb.name))
        assert set(verb.needs) <= set(CONDITIONS)
        assert {verb.permission, verb.own} - {""} <= known
    assert {name for verb in VERBS for name in verb.needs} == set(CONDITIONS)


def test_the_table_above_and_the_table_of_verbs_tell_of_the_same_moves():
    as_scheduled = {(Status.APPROVED if state in OF_APPROVED else state, verb) for state, verb in ALLOWED}
    assert as_scheduled == {(state, verb.name) for verb in VERBS for state in verb.moves}
    for (state, verb), after in AFTER.items():
        assert BY_NAME[verb].moves[Status.APPROVED if state in OF_APPROVED else state] == after


def test_what_the_buttons_cost(cast, second_editor, django_assert_max_num_queries):
    article = story_in(Status.APPROVED, writer=cast["writer"], editor=second_editor)
    article = Article.objects.select_related("approval", "section__parent").get(pk=article.pk)
    with django_assert_max_num_queries(18):
        workflow.offers(article, actor=cast["editor"], now=NOW)


def test_nothing_is_published_by_any_refused_verb(cast, second_editor):
    for state in (Status.DRAFT, Status.IN_REVIEW):
        article = story_in(state, writer=cast["writer"], editor=second_editor)
        for verb in ("publish", "schedule"):
            for actor in cast.values():
                with pytest.raises(TransitionRefused):
                    perform(verb, article, actor=actor)
    assert not PublishedArticle.objects.exists()
