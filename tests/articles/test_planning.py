"""What is planned of a story: who may plan it, what is refused, and that nothing a reader sees hangs on it."""

import datetime as dt

import pytest

from articles import planning, workflow
from articles.content import StoryContent
from articles.models import Article, Event, Revision
from articles.models.article import byline, section_label
from articles.statuses import Status
from articles.workflow import TransitionRefused
from tests.builders import make_author, make_photo, make_section, make_story

TOMORROW = dt.datetime(2024, 6, 20, 16, 0, tzinfo=dt.UTC)


def again(article):
    return Article.objects.get(pk=article.pk)


def newest(article):
    return article.events.order_by("pk").last()


class TestAPlanStandsBesideTheWords:
    def test_planning_voids_no_approval_and_makes_no_revision(self, writer, second_writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        before = article.content().hash
        workflow.arrange(
            article.pk,
            actor=editor,
            now=now + dt.timedelta(hours=1),
            slugline="bridge-opens",
            brief="Ask the harbour master.",
            assigned_to=second_writer,
            asked_editor=editor,
            due_at=TOMORROW,
            words_planned=600,
            pictures_planned=2,
        )
        after = again(article)
        assert after.content().hash == before
        assert (after.status, after.approval_id, after.version) == (Status.APPROVED, article.approval_id, 1)
        assert after.changed_at == article.changed_at, "the time of the last change is that of the words"
        assert Revision.objects.count() == 1
        workflow.publish(article.pk, actor=editor, now=now)

    def test_one_event_tells_old_and_new_in_words_and_as_data(self, writer, editor, now):
        article = make_story(writer=writer)
        workflow.arrange(article.pk, actor=editor, now=now, words_planned=400)
        workflow.arrange(article.pk, actor=editor, now=now, due_at=TOMORROW, words_planned=600, slugline="bridge")
        event = newest(article)
        assert (event.verb, event.actor) == ("arranged", editor)
        assert event.label == "Due moved to 20 June 2024, 18:00 CEST; words planned: 600; slugline “bridge”"
        assert event.data["changes"] == {
            "due_at": {"old": None, "new": "2024-06-20T16:00:00+00:00"},
            "words_planned": {"old": 400, "new": 600},
            "slugline": {"old": "", "new": "bridge"},
        }

    def test_whoever_is_told_of_a_new_story_finds_an_event_for_it(self, writer, second_writer, editor, now):
        article = make_story(writer=writer)
        workflow.arrange(article.pk, actor=editor, now=now, assigned_to=second_writer)
        event = newest(article)
        assert (event.verb, event.label) == ("assigned", "Assigned to Sven Second")
        assert event.data["changes"]["assigned_to"] == {"old": None, "new": second_writer.pk}
        workflow.arrange(article.pk, actor=editor, now=now, assigned_to=None)
        assert (newest(article).verb, newest(article).label) == ("arranged", "Assigned to nobody")

    def test_the_same_facts_again_leave_no_event(self, writer, editor, now):
        article = make_story(writer=writer)
        workflow.arrange(article.pk, actor=editor, now=now, slugline=" bridge ", due_at=TOMORROW)
        events = Event.objects.count()
        workflow.arrange(article.pk, actor=editor, now=now, slugline="bridge", due_at=TOMORROW)
        assert Event.objects.count() == events

    def test_a_story_is_found_by_its_new_slugline(self, writer, editor, now):
        article = make_story(writer=writer)
        workflow.arrange(article.pk, actor=editor, now=now, slugline="harbour-vote")
        assert again(article).words.slugline == "harbour-vote"
        assert Article.objects.called("VOTE harbour").get() == article

    def test_words_and_pictures_are_counted_at_each_save(self, writer, now):
        photo = make_photo(writer)
        article = make_story(
            writer=writer,
            lead=photo,
            body=f'<p>Five words stand right here.</p><figure data-photo="{photo.pk}"><figcaption>And three more</figcaption></figure>',
        )
        assert (article.word_count, article.picture_count) == (8, 2)
        content = article.content().changed(body="<p>Only three words.</p>", lead=None, pictures=())
        article = workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=now)
        assert (article.word_count, article.picture_count) == (3, 0)


class TestWhoMayPlan:
    def test_writers_plan_their_own_stories(self, writer, now):
        article = make_story(writer=writer)
        workflow.arrange(article.pk, actor=writer, now=now, due_at=TOMORROW, words_planned=300)
        assert again(article).words_planned == 300

    def test_nobody_plans_a_colleagues_story_but_editors(self, cast, writer, now):
        article = make_story(writer=writer)
        for name, user in cast.items():
            if name in {"editor", "chief", "writer"}:
                workflow.arrange(article.pk, actor=user, now=now, words_planned=len(name))
            else:
                with pytest.raises(TransitionRefused, match="for its own writers and for editors"):
                    workflow.arrange(article.pk, actor=user, now=now, words_planned=9)

    def test_a_writer_assigns_nobody_else(self, writer, second_writer, editor, now):
        article = make_story(writer=writer)
        with pytest.raises(TransitionRefused, match="Only an editor can assign a story to somebody else"):
            workflow.arrange(article.pk, actor=writer, now=now, assigned_to=second_writer)
        workflow.arrange(article.pk, actor=writer, now=now, assigned_to=writer)
        workflow.arrange(article.pk, actor=writer, now=now, assigned_to=None)
        workflow.arrange(article.pk, actor=editor, now=now, assigned_to=second_writer)
        with pytest.raises(TransitionRefused, match="This story is assigned to Sven Second"):
            workflow.arrange(article.pk, actor=writer, now=now, assigned_to=writer)

    def test_whom_it_is_assigned_to_may_write_it_and_finds_it_among_their_own(self, writer, second_writer, editor, now):
        article = make_story(writer=writer)
        assert workflow.may_edit(article, actor=second_writer, now=now)
        workflow.arrange(article.pk, actor=editor, now=now, assigned_to=second_writer)
        article = again(article)
        assert workflow.may_edit(article, actor=second_writer, now=now) == ""
        assert list(Article.objects.of(second_writer)) == [article]
        content = article.content().changed(headline="By another hand")
        workflow.save_draft(article.pk, content=content, version=1, actor=second_writer, now=now)
        workflow.arrange(article.pk, actor=editor, now=now, assigned_to=None)
        assert workflow.may_edit(again(article), actor=second_writer, now=now)

    def test_a_spiked_story_is_not_planned(self, writer, editor, now):
        article = make_story(writer=writer, status=Status.SPIKED)
        with pytest.raises(TransitionRefused, match="Revive it before you plan it"):
            workflow.arrange(article.pk, actor=editor, now=now, words_planned=1)

    def test_a_story_that_does_not_exist_is_refused_in_words(self, editor, now):
        with pytest.raises(TransitionRefused, match="There is no such story"):
            workflow.arrange(10**9, actor=editor, now=now, words_planned=1)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("fact", "value", "sentence"),
        [
            ("slugline", "x" * 61, "The slugline has 61 characters; 60 are the most."),
            ("brief", "x" * 4_001, "The brief has 4001 characters; 4000 are the most."),
            ("words_planned", -1, "Words from 0 to 100000 can be planned, not -1."),
            ("words_planned", 100_001, "Words from 0 to 100000 can be planned"),
            ("pictures_planned", 501, "Pictures from 0 to 500 can be planned, not 501."),
            ("due_at", TOMORROW + dt.timedelta(days=800), "more than two years from now"),
        ],
    )
    def test_a_slip_of_the_finger_is_refused_in_words(self, writer, editor, now, fact, value, sentence):
        article = make_story(writer=writer)
        with pytest.raises(TransitionRefused, match=sentence):
            workflow.arrange(article.pk, actor=editor, now=now, **{fact: value})
        assert newest(article).verb == "start"

    def test_nobody_is_asked_to_review_who_cannot(self, writer, second_writer, editor, now):
        article = make_story(writer=writer)
        with pytest.raises(TransitionRefused, match="Sven Second does not review stories. Ask an editor."):
            workflow.arrange(article.pk, actor=writer, now=now, asked_editor=second_writer)
        workflow.arrange(article.pk, actor=writer, now=now, asked_editor=editor)

    def test_nothing_is_assigned_to_an_account_that_is_switched_off(self, writer, second_writer, editor, now):
        second_writer.is_active = False
        second_writer.save()
        article = make_story(writer=writer)
        with pytest.raises(TransitionRefused, match="no longer has an account"):
            workflow.arrange(article.pk, actor=editor, now=now, assigned_to=second_writer)

    def test_control_characters_and_line_breaks_leave_the_slugline(self, writer, editor, now):
        article = make_story(writer=writer)
        workflow.arrange(
            article.pk, actor=editor, now=now, slugline="bridge\x00\n opens\u202e", brief="One\r\n\r\nTwo\x07"
        )
        assert (again(article).slugline, again(article).brief) == ("bridge opens", "One\n\nTwo")

    def test_words_are_changed_by_no_plan(self, writer, editor, now):
        article = make_story(writer=writer)
        for name in ("headline", "status", "approval", "word_count"):
            with pytest.raises(KeyError):
                workflow.arrange(article.pk, actor=editor, now=now, **{name: "x"})
        assert set(planning.FACTS) <= {field.name for field in Article._meta.get_fields()}


class TestAssignments:
    def test_a_story_starts_as_a_line_before_a_word_is_written(self, writer, editor, now):
        article = workflow.start(
            content=StoryContent(),
            plan={"slugline": "budget-vote", "assigned_to": writer, "brief": "Who changed sides?", "due_at": TOMORROW},
            actor=editor,
            now=now,
        )
        article = again(article)
        assert str(article) == "budget-vote"
        assert article.is_planned
        assert [event.verb for event in article.events.order_by("pk")] == ["start", "assigned"]
        assert article.events.order_by("pk")[0].label == "Planned"
        assert list(Article.objects.to_write(writer)) == [article]
        assert workflow.may_edit(article, actor=writer, now=now) == ""

    def test_anybody_may_plan_a_story_of_their_own_and_for_nobody_else(self, writer, second_writer, now):
        workflow.start(content=StoryContent(), plan={"assigned_to": writer}, actor=writer, now=now)
        with pytest.raises(TransitionRefused, match="Only an editor can assign"):
            workflow.start(content=StoryContent(), plan={"assigned_to": second_writer}, actor=writer, now=now)
        assert Article.objects.count() == 1, "nothing is left of a story that was refused"

    def test_what_is_due_first_comes_first_and_what_has_no_time_last(self, writer, editor, now):
        def line(due):
            return workflow.start(
                content=StoryContent(), plan={"assigned_to": writer, "due_at": due}, actor=editor, now=now
            )

        never, late, soon = line(None), line(TOMORROW + dt.timedelta(hours=2)), line(TOMORROW)
        assert list(Article.objects.to_write(writer)) == [soon, late, never]

    def test_a_line_is_overdue_until_it_is_submitted(self, writer, editor, now):
        article = make_story(writer=writer)
        article = workflow.arrange(article.pk, actor=editor, now=now, due_at=now + dt.timedelta(hours=1))
        assert not article.is_overdue(at=now)
        assert article.is_overdue(at=now + dt.timedelta(hours=1))
        article = workflow.submit(article.pk, actor=writer, now=now)
        assert not article.is_overdue(at=now + dt.timedelta(days=1))

    def test_who_planned_a_line_may_approve_what_another_wrote_of_it(self, writer, editor, now):
        article = workflow.start(
            content=StoryContent(section=section_label(make_section())),
            plan={"slugline": "vote", "assigned_to": writer},
            actor=editor,
            now=now,
        )
        content = (
            again(article)
            .content()
            .changed(
                headline="The vote",
                body="<p>They voted.</p>",
                bylines=(byline(make_author("Wilma Writer", user=writer), role="writer"),),
            )
        )
        workflow.save_draft(article.pk, content=content, version=again(article).version, actor=writer, now=now)
        workflow.submit(article.pk, actor=writer, now=now)
        workflow.approve(article.pk, content_hash=again(article).content().hash, actor=editor, now=now)
        assert workflow.publish(article.pk, actor=editor, now=now).status == Status.PUBLISHED

    def test_who_began_a_story_with_words_may_not_though_it_was_planned_at_once(self, editor, now):
        content = StoryContent(headline="The vote", body="<p>They voted.</p>")
        article = workflow.start(content=content, plan={"slugline": "vote"}, actor=editor, now=now)
        assert article.revisions.get().touches
