"""Who is told of what: every kind and its recipients, once, after commit, by the ways they chose."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.tasks import task_backends

from articles import workflow
from articles.models import Article, Event
from articles.notices import choices, telling
from articles.notices.choices import ChoiceRefused
from articles.notices.kinds import ANY, BY_NAME, KINDS, Audience, Channel, Fact, matching
from articles.notices.models import Choice, Delivery, Notice, Webhook
from articles.statuses import Status
from articles.workflow import TransitionRefused
from authors.roles import Role
from tests.builders import make_author, make_content, make_story, make_user

HOOK = "https://chat.example/hooks/abcdefghijklmnop"


def told(*, since=0):
    """Who was told what, in order: name and kind."""
    rows = Notice.objects.filter(pk__gt=since).order_by("pk")
    return {(str(row.recipient) if row.recipient else "the room", row.kind) for row in rows}


def last():
    return Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def note_down(article, verb, *, actor=None, now, note="", **data):
    """Write an event as other parts of the desk do."""
    with transaction.atomic():
        workflow.record(article, verb, actor=actor, now=now, note=note, data=data)


class TestTheTable:
    def test_names_are_there_once_and_fit_their_column(self):
        assert len(BY_NAME) == len(KINDS)
        assert all(len(kind.name) <= 20 for kind in KINDS)

    def test_every_kind_has_words_for_every_event_it_comes_from(self):
        data = {
            "mentions": [1],
            "asked_editor": 1,
            "approver": 1,
            "override_reason": "Late",
            "publish_at": "2024-06-19T14:00:00+00:00",
            "outsider": "Lena Law",
            "changes": {"assigned_to": {"old": None, "new": 1}, "asked_editor": {"old": None, "new": 1}},
        }
        for kind in KINDS:
            for verb in ("save_draft",) if kind.verbs is ANY else kind.verbs:
                for who in ("Edda", ""):
                    words = kind.words(Fact(verb=verb, who=who, data=data, returned=True))
                    assert words, kind.name
                    assert not words.endswith(" "), words

    def test_every_kind_of_the_issue_is_there(self):
        wanted = {"sent_back", "resubmitted", "assigned", "mentioned", "voided", "published", "late"}
        assert wanted <= set(BY_NAME)

    @pytest.mark.parametrize("value", [None, "7", [7], {"a": 1}, True, 1.5, [None, "x", True]])
    def test_data_of_another_shape_names_nobody_and_breaks_nothing(self, value):
        fact = Fact(
            verb="arranged",
            data={"changes": value, "mentions": value, "approver": value, "publish_at": value, "made_by": value},
        )
        assert fact.assigned is None
        assert fact.account("made_by") is None
        assert fact.accounts("mentions") in (frozenset(), frozenset({7}))
        assert fact.time == ""
        matching(fact)


class TestWhoIsTold:
    def test_all_who_review_hear_of_a_submitted_story_but_not_who_submitted_it(self, cast, writer, now):
        make_story(writer=writer, status=Status.IN_REVIEW)
        assert told() == {("Edda Editor", "submitted"), ("Clara Chief", "submitted")}

    def test_an_editor_who_submits_is_not_told_of_it(self, cast, editor, now):
        make_story(writer=editor, status=Status.IN_REVIEW)
        assert told() == {("Clara Chief", "submitted")}

    def test_only_the_editor_who_was_asked_hears_of_it(self, cast, writer, editor, now):
        article = make_story(writer=writer)
        note_down(article, "submit", actor=writer, now=now, asked_editor=editor.pk)
        assert told() == {("Edda Editor", "asked")}
        assert Notice.objects.get().sentence == "Wilma Writer asks you to read it"

    def test_the_storys_writers_hear_that_it_was_sent_back_with_the_note(
        self, cast, writer, second_writer, editor, now
    ):
        under = make_author("Sven Second", user=second_writer)
        article = make_story(writer=writer, status=Status.IN_REVIEW, bylines=[under])
        before = last()
        workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
        assert told(since=before) == {("Wilma Writer", "sent_back"), ("Sven Second", "sent_back")}
        notice = Notice.objects.filter(recipient=writer).get()
        assert notice.sentence == "sent back by Edda Editor"
        assert notice.event.note == "Who paid?"

    def test_who_sent_it_back_hears_that_it_comes_again(self, cast, writer, editor, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
        before = last()
        workflow.submit(article.pk, actor=writer, now=now)
        assert told(since=before) == {("Edda Editor", "resubmitted"), ("Clara Chief", "submitted")}

    def test_a_story_that_was_approved_since_is_new_and_comes_not_again(self, cast, writer, editor, second_editor, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
        workflow.submit(article.pk, actor=writer, now=now)
        workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)
        workflow.publish(article.pk, actor=editor, now=now)
        article = Article.objects.get(pk=article.pk)
        content = article.content().changed(headline="Other words")
        workflow.save_draft(article.pk, content=content, version=article.version, actor=writer, now=now)
        before = last()
        workflow.submit(article.pk, actor=writer, now=now)
        assert {kind for _, kind in told(since=before)} == {"submitted"}

    def test_writers_hear_of_approval_publication_and_schedule_and_the_approver_of_publication(
        self, cast, writer, editor, chief, now
    ):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        assert ("Wilma Writer", "approved") in told()
        before = last()
        workflow.schedule(article.pk, publish_at=now + dt.timedelta(hours=3), actor=chief, now=now)
        assert told(since=before) == {("Wilma Writer", "scheduled")}
        assert Notice.objects.get(pk__gt=before).sentence == ("scheduled for 19 June 2024, 17:05 CEST by Clara Chief")
        before = last()
        workflow.schedule(article.pk, publish_at=now + dt.timedelta(hours=4), actor=chief, now=now)
        assert Notice.objects.get(pk__gt=before).sentence == ("rescheduled for 19 June 2024, 18:05 CEST by Clara Chief")
        before = last()
        workflow.unschedule(article.pk, actor=chief, now=now)
        assert Notice.objects.get(pk__gt=before).sentence == "taken off the schedule by Clara Chief"
        before = last()
        workflow.publish(article.pk, actor=chief, now=now)
        assert told(since=before) == {("Wilma Writer", "published"), ("Edda Editor", "published")}

    def test_what_the_clock_publishes_is_told_too(self, cast, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(article.pk, publish_at=now + dt.timedelta(hours=1), actor=editor, now=now)
        before = last()
        workflow.sweep(now=now + dt.timedelta(hours=2))
        assert told(since=before) == {("Wilma Writer", "published"), ("Edda Editor", "published")}
        assert Notice.objects.filter(pk__gt=before).first().sentence == "published on schedule"

    def test_who_approved_hears_that_the_approval_is_void(self, cast, writer, editor, chief, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        before = last()
        content = article.content().changed(headline="Other words")
        workflow.save_draft(article.pk, content=content, version=article.version, actor=chief, now=now)
        assert told(since=before) == {("Edda Editor", "voided")}
        assert Notice.objects.get(pk__gt=before).sentence == "your approval is void: changed by Clara Chief"

    def test_who_approved_hears_that_it_was_sent_back_and_who_did_both_hears_nothing(
        self, cast, writer, editor, chief, now
    ):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        before = last()
        workflow.send_back(article.pk, actor=chief, now=now, note="Not yet")
        assert told(since=before) == {("Wilma Writer", "sent_back"), ("Edda Editor", "voided")}
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        before = last()
        workflow.send_back(article.pk, actor=editor, now=now, note="Not yet")
        assert told(since=before) == {("Wilma Writer", "sent_back")}

    def test_an_approver_whom_the_event_names_is_told_whatever_the_verb(self, cast, writer, editor, now):
        article = make_story(writer=writer)
        note_down(article, "restore", actor=writer, now=now, approver=editor.pk)
        assert told() == {("Edda Editor", "voided")}

    def test_own_words_approved_are_told_to_all_others_who_review(self, cast, second_editor, chief, writer, now):
        article = make_story(writer=chief, status=Status.IN_REVIEW)
        before = last()
        workflow.approve(
            article.pk, content_hash=article.content().hash, actor=chief, now=now, override_reason="Alone at night"
        )
        assert told(since=before) == {("Edda Editor", "override"), ("Dario Deputy", "override")}
        assert Notice.objects.filter(pk__gt=before).first().sentence == (
            "own words approved by Clara Chief, because: Alone at night"
        )

    @pytest.mark.parametrize(
        ("verb", "data", "expected"),
        [
            ("note", {"mentions": ["editor"]}, {("Edda Editor", "mentioned"), ("Wilma Writer", "note")}),
            ("answer_note", {"in_talk": ["editor"]}, {("Edda Editor", "note"), ("Wilma Writer", "note")}),
            (
                "answer_note",
                {"mentions": ["editor"], "in_talk": ["editor"]},
                {("Edda Editor", "mentioned"), ("Wilma Writer", "note")},
            ),
            ("note", {"mentions": ["second_writer"]}, {("Wilma Writer", "note")}),  # not who wrote it
            ("arranged", {"changes": {"assigned_to": {"old": None, "new": "editor"}}}, {("Edda Editor", "assigned")}),
            ("arranged", {"changes": {"asked_editor": {"old": "chief", "new": "editor"}}}, {("Edda Editor", "asked")}),
            ("arranged", {"changes": {"assigned_to": {"old": "editor", "new": None}}}, set()),
            ("arranged", {"changes": {"due_at": {"old": None, "new": "2024-06-20"}}}, set()),
            ("suggest", {}, {("Wilma Writer", "suggestion")}),
            ("embargo", {"label": "Embargo lifted"}, {("Wilma Writer", "scheduled")}),
            ("late", {}, {("Clara Chief", "late")}),
            ("preview_opened", {"made_by": "editor", "outsider": "Lena"}, {("Edda Editor", "opened")}),
            (
                "signed_off",
                {"made_by": "editor", "outsider": "Lena"},
                {("Edda Editor", "outside"), ("Wilma Writer", "outside")},
            ),
            ("something_new", {"mentions": ["editor"]}, set()),
        ],
    )
    def test_events_of_other_parts_of_the_desk(self, cast, writer, second_writer, now, verb, data, expected):
        def numbers(value):
            if isinstance(value, dict):
                return {key: numbers(each) for key, each in value.items()}
            if isinstance(value, list):
                return [numbers(each) for each in value]
            return cast[value].pk if value in cast else value

        article = make_story(writer=writer)
        note_down(article, verb, actor=second_writer, now=now, **numbers(data))
        assert told() == expected

    def test_every_audience_is_somebodys(self):
        assert {audience for kind in KINDS for audience in kind.told} == set(Audience)

    def test_accounts_that_are_switched_off_are_told_nothing(self, cast, editor, chief, writer, now):
        editor.is_active = False
        editor.save()
        make_story(writer=writer, status=Status.IN_REVIEW)
        assert told() == {("Clara Chief", "submitted")}


class TestOnce:
    def test_a_verb_that_is_refused_tells_nobody(self, cast, writer, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        before = last()
        with pytest.raises(TransitionRefused):
            workflow.send_back(article.pk, actor=writer, now=now, note="Mine")
        assert told(since=before) == set()

    @pytest.mark.django_db(transaction=True)
    def test_what_is_rolled_back_tells_nobody(self, cast, writer, now):
        article = make_story(writer=writer)

        def broken():
            with transaction.atomic():
                workflow.submit(article.pk, actor=writer, now=now)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            broken()
        assert not Notice.objects.exists()
        assert not Delivery.objects.exists()

    def test_nobody_is_told_of_one_event_twice(self, cast, writer, editor, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        with pytest.raises(IntegrityError), transaction.atomic():
            telling.tell(Event.objects.filter(article=article, verb="submit").get())
        assert Notice.objects.filter(recipient=editor).count() == 1

    def test_one_person_gets_one_notice_though_two_kinds_fit(self, cast, writer, editor, now):
        article = make_story(writer=writer)
        note_down(article, "note", actor=editor, now=now, mentions=[writer.pk], in_talk=[writer.pk])
        assert told() == {("Wilma Writer", "mentioned")}

    def test_who_does_not_want_the_first_kind_gets_the_next(self, cast, writer, editor, now):
        article = make_story(writer=writer)
        everything = {(kind.name, way.value) for kind in KINDS for way in Channel}
        choices.choose(actor=writer, wanted={pair for pair in everything if pair[0] != "mentioned"})
        note_down(article, "note", actor=editor, now=now, mentions=[writer.pk])
        assert told() == {("Wilma Writer", "note")}


class TestChoices:
    def test_nobody_is_told_what_they_do_not_want(self, cast, writer, editor, now):
        choices.choose(actor=editor, wanted=set())
        make_story(writer=writer, status=Status.IN_REVIEW)
        assert told() == {("Clara Chief", "submitted")}

    def test_each_way_is_chosen_by_itself(self, cast, writer, editor, now):
        choices.choose(actor=editor, wanted={("submitted", "mail")})
        make_story(writer=writer, status=Status.IN_REVIEW)
        notice = Notice.objects.get(recipient=editor)
        assert not notice.on_desk
        assert [delivery.channel for delivery in notice.deliveries.all()] == ["mail"]

    def test_only_what_differs_from_the_default_is_kept(self, writer):
        defaults = {(kind.name, way.value) for kind in KINDS for way in kind.default}
        choices.choose(actor=writer, wanted=defaults)
        assert not Choice.objects.exists()
        choices.choose(actor=writer, wanted=defaults | {("approved", "mail")})
        assert [str(choice) for choice in Choice.objects.all()] == ["approved by mail: yes"]

    def test_made_up_kinds_and_ways_are_not_kept(self, writer):
        defaults = {(kind.name, way.value) for kind in KINDS for way in kind.default}
        choices.choose(actor=writer, wanted=defaults | {("nonsense", "mail"), ("approved", "pigeon")})
        assert not Choice.objects.exists()

    def test_chat_needs_an_address(self, cast, writer, editor, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
        assert [d.channel for d in Delivery.objects.filter(notice__recipient=writer)] == ["mail"]
        choices.set_webhook(actor=writer, url=HOOK, now=now)
        workflow.submit(article.pk, actor=writer, now=now)
        before = last()
        workflow.send_back(article.pk, actor=editor, now=now, note="Who paid?")
        assert {d.channel for d in Delivery.objects.filter(notice__pk__gt=before, notice__recipient=writer)} == {
            "mail",
            "chat",
        }

    def test_the_newsrooms_room_is_told_what_a_chief_chose(self, cast, chief, writer, editor, now):
        choices.set_webhook(actor=chief, url=HOOK, now=now, room=True)
        make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        assert {kind for who, kind in told() if who == "the room"} == {"published"}
        choices.choose(actor=chief, wanted={("approved", "chat")}, room=True)
        before = last()
        make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        assert {kind for who, kind in told(since=before) if who == "the room"} == {"approved"}

    @pytest.mark.parametrize("who", ["writer", "second_writer", "photo_editor", "editor"])
    def test_only_a_chief_sets_the_newsrooms_room(self, cast, now, who):
        with pytest.raises(ChoiceRefused, match="Only a chief"):
            choices.set_webhook(actor=cast[who], url=HOOK, now=now, room=True)
        with pytest.raises(ChoiceRefused, match="Only a chief"):
            choices.choose(actor=cast[who], wanted=set(), room=True)
        assert not Webhook.objects.exists()

    def test_the_room_is_not_told_what_is_one_persons_business(self, cast, chief, writer, editor, now):
        choices.set_webhook(actor=chief, url=HOOK, now=now, room=True)
        choices.choose(actor=chief, wanted={("mentioned", "chat"), ("opened", "chat")}, room=True)
        article = make_story(writer=writer)
        note_down(article, "note", actor=editor, now=now, mentions=[writer.pk])
        assert "the room" not in {who for who, _ in told()}

    def test_an_empty_address_ends_it(self, writer, now):
        choices.set_webhook(actor=writer, url=HOOK, now=now)
        choices.set_webhook(actor=writer, url=" ", now=now)
        assert not Webhook.objects.exists()

    def test_an_address_is_never_shown_whole(self, writer, now):
        choices.set_webhook(actor=writer, url=HOOK, now=now)
        assert str(Webhook.objects.get()) == "https://chat.example/…mnop"


class TestCost:
    @pytest.mark.parametrize("people", [2, 200])
    def test_telling_costs_the_same_for_any_number_of_people(self, writer, now, people, django_assert_max_num_queries):
        for number in range(people):
            editor = make_user(f"e{number}@example.org", f"Editor {number}", Role.EDITOR)
            if number % 2:
                choices.choose(actor=editor, wanted={("submitted", "mail"), ("submitted", "desk")})
        article = make_story(writer=writer)
        event = Event.objects.create(article=article, verb="submit", actor=writer, at=now, to_status="in_review")
        before = len(task_backends["default"].results)
        with django_assert_max_num_queries(6) as queries:
            telling.tell(event)
        assert Notice.objects.count() == people
        assert Delivery.objects.count() == people // 2
        assert len(task_backends["default"].results) == before + 1
        assert len(queries) == 6

    def test_an_event_that_is_no_news_costs_nothing(self, writer, now, django_assert_num_queries):
        event = Event(article=make_story(writer=writer), verb="start", actor=writer, at=now)
        with django_assert_num_queries(0):
            telling.tell(event)

    def test_old_notices_are_forgotten(self, cast, writer, editor, now):
        make_story(writer=writer, status=Status.IN_REVIEW, now=now - dt.timedelta(days=181))
        make_story(writer=writer, status=Status.IN_REVIEW, now=now)
        telling.forget(now=now)
        assert {notice.at for notice in Notice.objects.all()} == {now}


def test_who_is_given_a_story_hears_of_it_and_who_is_asked_to_read_it_too(cast, writer, editor, chief, now):
    workflow.start(content=make_content(), actor=chief, now=now, plan={"assigned_to": writer, "asked_editor": editor})
    assert told() == {("Wilma Writer", "assigned"), ("Edda Editor", "asked")}


def test_who_is_given_a_story_is_its_writer_and_hears_of_it_as_such(cast, writer, editor, chief, now):
    article = make_story(writer=chief)
    workflow.arrange(article.pk, actor=chief, now=now, assigned_to=writer)
    workflow.submit(article.pk, actor=chief, now=now)
    before = last()
    workflow.send_back(article.pk, actor=editor, now=now, note="More")
    assert told(since=before) == {("Wilma Writer", "sent_back"), ("Clara Chief", "sent_back")}


def test_the_editor_whom_the_plan_names_is_asked_when_the_story_is_submitted(cast, writer, editor, chief, now):
    article = make_story(writer=writer)
    workflow.arrange(article.pk, actor=chief, now=now, asked_editor=editor)
    before = last()
    workflow.submit(article.pk, actor=writer, now=now)
    assert told(since=before) == {("Edda Editor", "asked")}


def suggested(words, number):
    return f'<p>Words <ins data-suggestion="{number}">{words}</ins></p>'


def test_writers_hear_of_a_colleagues_suggestions_once_in_a_sitting(cast, writer, editor, now):
    article = make_story(writer=writer, status=Status.IN_REVIEW)

    def suggest(words, number, at, by=editor):
        fresh = Article.objects.get(pk=article.pk)
        content = fresh.content().changed(body=suggested(words, number))
        workflow.save_draft(article.pk, content=content, version=fresh.version, actor=by, now=at)

    before = last()
    suggest("more", "sugg01", now)
    assert told(since=before) == {("Wilma Writer", "suggestion")}
    before = last()
    suggest("more still", "sugg01", now + dt.timedelta(minutes=1))  # the same suggestion goes on
    suggest("others", "sugg02", now + dt.timedelta(minutes=2))
    assert told(since=before) == set()
    suggest("later", "sugg03", now + dt.timedelta(minutes=40))
    assert told(since=before) == {("Wilma Writer", "suggestion")}


def test_a_writers_own_suggestions_are_no_news(cast, writer, now):
    article = make_story(writer=writer)
    content = article.content().changed(body=suggested("more", "sugg01"))
    workflow.save_draft(article.pk, content=content, version=article.version, actor=writer, now=now)
    assert told() == set()
