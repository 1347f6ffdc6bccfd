"""What each verb does, and what it refuses, in the words an editor would use."""

import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction

from articles import publishing, workflow
from articles.models import Approval, Article, Event, PublishedArticle, Redirect, Revision
from articles.statuses import Status
from articles.workflow import StaleSave, TransitionRefused
from tests.builders import make_author, make_content, make_photo, make_story, make_user, publish_again

HOUR = dt.timedelta(hours=1)


def visible(article, at):
    return PublishedArticle.objects.visible(at=at).filter(article=article).first()


class TestFromDraftToReader:
    def test_a_story_goes_from_a_writers_draft_to_a_reader(self, writer, editor, now):
        article = workflow.start(content=make_content(headline="First words"), actor=writer, now=now)
        workflow.submit(article.pk, actor=writer, now=now)
        workflow.send_back(article.pk, actor=editor, now=now, note="Who closed the bridge, and why?")
        article = Article.objects.get(pk=article.pk)
        better = article.content().changed(headline="The bridge opens again")
        workflow.save_draft(article.pk, content=better, version=article.version, actor=writer, now=now)
        workflow.submit(article.pk, actor=writer, now=now)
        workflow.approve(article.pk, content_hash=better.hash, actor=editor, now=now)
        workflow.publish(article.pk, actor=editor, now=now)

        row = visible(article, now)
        assert row.headline == "The bridge opens again"
        assert row.get_absolute_url() == "/2024/06/19/bridge-opens-again/"
        assert [event.verb for event in article.events.order_by("pk")] == [
            "start", "submit", "send_back", "submit", "approve", "publish",
        ]  # fmt: skip

    def test_readers_keep_the_old_version_until_the_new_one_is_approved(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Old words")
        content = article.content().changed(headline="New words")
        article = workflow.save_draft(
            article.pk, content=content, version=article.version, actor=writer, now=now + HOUR
        )

        assert article.status == Status.DRAFT
        assert visible(article, now + HOUR).headline == "Old words"

    def test_what_readers_saw_at_a_moment_can_be_told(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Old words")
        publish_again(article, writer=writer, editor=editor, now=now + HOUR, headline="New words")

        assert visible(article, now + HOUR - dt.timedelta(seconds=1)).headline == "Old words"
        assert visible(article, now + HOUR).headline == "New words"

    def test_an_update_keeps_the_address_and_the_first_date_and_says_when_words_changed(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        first = visible(article, now)
        second = publish_again(article, writer=writer, editor=editor, now=now + 48 * HOUR, headline="New words")

        assert second.get_absolute_url() == first.get_absolute_url()
        assert (first.first_published_at, first.updated_at) == (now, None)
        assert (second.first_published_at, second.updated_at) == (now, now + 48 * HOUR)

    def test_a_changed_slug_redirects_for_ever(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, slug="old-words")
        publish_again(article, writer=writer, editor=editor, now=now + HOUR, slug="new-words")

        redirect = Redirect.objects.get()
        assert (redirect.published_on, redirect.slug, redirect.article) == (dt.date(2024, 6, 19), "old-words", article)

    def test_the_date_in_the_address_is_the_newsrooms(self, writer, editor):
        late = dt.datetime(2024, 6, 19, 22, 30, tzinfo=dt.UTC)  # half past midnight in Berlin
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, now=late, slug="late")
        assert visible(article, late).get_absolute_url() == "/2024/06/20/late/"


class TestSavingWords:
    def test_each_save_is_a_revision(self, writer, now):
        article = make_story(writer=writer, headline="One")
        for headline in ("Two", "Three"):
            content = article.content().changed(headline=headline)
            article = workflow.save_draft(article.pk, content=content, version=article.version, actor=writer, now=now)
        assert [r.story.headline for r in article.revisions.newest_first()] == ["Three", "Two", "One"]

    def test_saving_the_same_words_again_makes_no_revision_and_voids_nothing(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        saved = workflow.save_draft(
            article.pk, content=article.content(), version=article.version, actor=editor, now=now
        )
        assert saved.status == Status.APPROVED
        assert saved.revisions.count() == 1

    def test_a_stale_save_is_refused_and_loses_neither_text(self, writer, editor, now):
        article = make_story(writer=writer, headline="Start")
        mine = article.content().changed(headline="Mine")
        theirs = article.content().changed(headline="Theirs")
        workflow.save_draft(article.pk, content=theirs, version=1, actor=editor, now=now)

        with pytest.raises(StaleSave, match="Edda Editor saved this story at 19 June 2024, 14:05 CEST") as refused:
            workflow.save_draft(article.pk, content=mine, version=1, actor=writer, now=now)

        assert refused.value.current == theirs
        assert Article.objects.get().headline == "Theirs"

    def test_words_are_clean_through_whatever_door_they_come(self, writer, now):
        hostile = make_content(headline="A\x00 <b>head\u202eline", body="<p>ok</p><script>alert(1)</script>", slug="x")
        article = workflow.start(content=hostile, actor=writer, now=now)
        assert (article.headline, article.body) == ("A <b>headline", "<p>ok</p>")
        again = article.content().changed(body="<p onclick=x>ok</p>", standfirst="a\r\nb")
        saved = workflow.save_draft(article.pk, content=again, version=1, actor=writer, now=now)
        assert (saved.standfirst, saved.body) == ("a b", "<p>ok</p>")

    def test_the_same_words_from_two_tabs_are_no_conflict(self, writer, now):
        article = make_story(writer=writer)
        content = article.content().changed(headline="Same")
        workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=now)
        again = workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=now)
        assert again.revisions.count() == 2

    def test_an_empty_slug_is_made_from_the_headline_and_is_free(self, writer, now):
        slugs = [
            workflow.start(content=make_content(headline=headline, slug=""), actor=writer, now=now).slug
            for headline in ("Ships & people pass", "Ships & people pass", "旋回橋が再開", "word " * 40)
        ]
        assert slugs[:3] == ["ships-people-pass", "ships-people-pass-2", "story"]
        assert len(slugs[3]) <= 80
        assert not slugs[3].endswith("-")

    def test_a_writer_cannot_change_a_story_under_the_editors_eyes(self, writer, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        content = article.content().changed(headline="Wait, better")
        with pytest.raises(TransitionRefused, match="The editors are reading this story"):
            workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=now)

    def test_a_writer_cannot_change_somebody_elses_story(self, writer, second_writer, now):
        article = make_story(writer=writer)
        content = article.content().changed(headline="Mine now")
        with pytest.raises(TransitionRefused, match="own writers"):
            workflow.save_draft(article.pk, content=content, version=1, actor=second_writer, now=now)

    def test_whoever_stands_under_a_story_may_change_it(self, writer, second_writer, now):
        author = make_author("Sven Second", user=second_writer)
        article = make_story(writer=writer, bylines=[author])
        content = article.content().changed(headline="Ours")
        saved = workflow.save_draft(article.pk, content=content, version=1, actor=second_writer, now=now)
        assert saved.headline == "Ours"


class TestFourEyes:
    def test_an_editor_cannot_approve_their_own_story(self, editor, now):
        article = make_story(writer=editor, status=Status.IN_REVIEW)
        with pytest.raises(
            TransitionRefused, match="You changed this story yourself, so somebody else must approve it"
        ):
            workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)

    def test_an_editor_who_mended_a_comma_cannot_approve(self, writer, editor, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        content = article.content().changed(standfirst="After two years, ships and people can pass.")
        workflow.save_draft(article.pk, content=content, version=1, actor=editor, now=now)
        with pytest.raises(TransitionRefused, match="somebody else must approve"):
            workflow.approve(article.pk, content_hash=content.hash, actor=editor, now=now)

    def test_words_that_somebody_else_approved_before_do_not_count_again(self, writer, editor, second_editor, now):
        article = make_story(writer=editor, editor=second_editor, status=Status.APPROVED)
        content = article.content().changed(headline="By the second editor")
        article = workflow.save_draft(article.pk, content=content, version=1, actor=second_editor, now=now)
        workflow.submit(article.pk, actor=second_editor, now=now)
        approved = workflow.approve(article.pk, content_hash=content.hash, actor=editor, now=now)
        assert approved.status == Status.APPROVED

    def test_an_approval_that_was_taken_back_vouches_for_nothing(self, editor, second_editor, now):
        article = make_story(writer=editor, editor=second_editor, status=Status.APPROVED)
        workflow.send_back(article.pk, actor=second_editor, now=now, note="I was wrong about the figures.")
        workflow.submit(article.pk, actor=editor, now=now)
        with pytest.raises(TransitionRefused, match="somebody else must approve"):
            workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)

    def test_only_a_chief_approves_their_own_words_and_only_with_a_reason(self, chief, editor, now):
        article = make_story(writer=chief, status=Status.IN_REVIEW)
        words = article.content().hash
        with pytest.raises(TransitionRefused, match="Give a reason"):
            workflow.approve(article.pk, content_hash=words, actor=chief, now=now)
        workflow.approve(
            article.pk, content_hash=words, actor=chief, now=now, override_reason="Night desk, nobody else in."
        )
        assert Approval.objects.get().override_reason == "Night desk, nobody else in."
        assert article.events.first().label == "Approved own words"

        other = make_story(writer=editor, status=Status.IN_REVIEW)
        with pytest.raises(TransitionRefused, match="somebody else"):
            workflow.approve(
                other.pk, content_hash=other.content().hash, actor=editor, now=now, override_reason="I am sure."
            )

    def test_the_database_refuses_what_the_verb_would(self, writer, editor, now):
        article = make_story(writer=editor, status=Status.IN_REVIEW)
        revision = article.revisions.get()
        approval = {"article": article, "revision": revision, "approved_at": now}
        with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
            Approval.objects.create(**approval, content_hash=revision.content_hash, approved_by=editor)
        with pytest.raises(IntegrityError, match="approval_of_other_words"), transaction.atomic():
            Approval.objects.create(**approval, content_hash="0" * 64, approved_by=writer)


class TestApprovalIsBoundToTheWords:
    def test_words_that_changed_while_reading_are_not_approved(self, writer, editor, second_editor, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        seen = article.content()
        workflow.save_draft(
            article.pk, content=seen.changed(headline="Other words"), version=1, actor=second_editor, now=now
        )
        with pytest.raises(TransitionRefused, match="changed while you were reading"):
            workflow.approve(article.pk, content_hash=seen.hash, actor=editor, now=now)

    def test_a_change_after_approval_voids_it(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        content = article.content().changed(body="<p>Other words.</p>")
        article = workflow.save_draft(article.pk, content=content, version=1, actor=editor, now=now)
        assert (article.status, article.approval) == (Status.DRAFT, None)
        with pytest.raises(TransitionRefused, match="not possible: this story is draft"):
            workflow.publish(article.pk, actor=editor, now=now)

    def test_what_goes_out_is_what_was_approved_whatever_the_library_says_by_then(self, writer, editor, now):
        author = make_author("Ada Marsh", note="Ada Marsh covers bridges.")
        photo = make_photo(writer, photographer="Bo Lens")
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED, lead=photo, bylines=[author])
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)
        photo.photographer = "Somebody Else"
        photo.save()
        author.note = "Ada Marsh left."
        author.save()

        row = visible(article, now + HOUR)
        assert row.lead.credit == "Agency / Bo Lens / Harbour Office via Wire"
        assert row.notes[0]["note"] == "Ada Marsh covers bridges."

    def test_a_credit_added_during_review_is_part_of_what_is_approved(self, writer, editor, now):
        photo = make_photo(writer, credit=False)
        article = make_story(writer=writer, lead=photo)
        workflow.submit(article.pk, actor=writer, now=now)
        with pytest.raises(TransitionRefused, match="has no credit. Add one in the photo library"):
            workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)
        photo.photographer = "Bo Lens"
        photo.save()
        article = Article.objects.get(pk=article.pk)
        workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)
        newest = article.revisions.newest_first().first()
        assert newest.created_by is None
        assert newest.story.lead.picture.credit == "Bo Lens"

    def test_the_database_publishes_nothing_that_nobody_approved(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        approval = article.approvals.get()
        row = publishing.cut(article.content().changed(headline="Other"), article=article, visible_from=now)
        row.approval, row.revision = approval, approval.revision
        with pytest.raises(IntegrityError, match="not_approved"), transaction.atomic():
            row.save()


class TestScheduling:
    def test_a_scheduled_story_goes_out_at_its_time_without_any_worker(self, writer, editor, reader, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)
        assert visible(article, now + HOUR - dt.timedelta(microseconds=1)) is None
        assert visible(article, now + HOUR) is not None

    def test_the_sweep_brings_the_desk_up_to_what_readers_see(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)
        assert workflow.sweep(now=now + HOUR - dt.timedelta(seconds=1)) == 0
        assert workflow.sweep(now=now + HOUR + dt.timedelta(minutes=2)) == 1
        article = Article.objects.get()
        event = article.events.first()
        assert (article.status, article.publish_at, article.first_published_at) == (Status.PUBLISHED, None, now + HOUR)
        assert (event.verb, event.actor, event.data["noticed_after_seconds"]) == ("publish", None, 120)
        assert workflow.sweep(now=now + 2 * HOUR) == 0

    def test_a_due_story_is_published_for_whoever_acts_before_the_sweep(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)
        with pytest.raises(TransitionRefused, match="this story is published"):
            workflow.unschedule(article.pk, actor=editor, now=now + 2 * HOUR)
        assert visible(article, now + 2 * HOUR) is not None

    def test_a_time_in_the_past_is_refused(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        with pytest.raises(TransitionRefused, match="19 June 2024, 13:05 CEST has passed"):
            workflow.schedule(article.pk, publish_at=now - HOUR, actor=editor, now=now)
        with pytest.raises(TransitionRefused, match="Give the day and the time"):
            workflow.schedule(article.pk, publish_at=None, actor=editor, now=now)

    def test_an_unscheduled_story_stays_approved_and_stays_in(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)
        article = workflow.unschedule(article.pk, actor=editor, now=now)
        assert (article.status, article.publish_at) == (Status.APPROVED, None)
        assert visible(article, now + 2 * HOUR) is None
        workflow.schedule(article.pk, publish_at=now + 3 * HOUR, actor=editor, now=now)
        assert visible(article, now + 3 * HOUR) is not None

    def test_a_change_takes_the_time_back(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)
        content = article.content().changed(headline="Other")
        article = workflow.save_draft(article.pk, content=content, version=1, actor=editor, now=now)
        assert (article.status, article.publish_at) == (Status.DRAFT, None)
        assert visible(article, now + 2 * HOUR) is None

    def test_a_scheduled_update_replaces_the_old_version_at_its_time(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Old")
        content = article.content().changed(headline="New")
        workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=now)
        workflow.submit(article.pk, actor=writer, now=now)
        workflow.approve(article.pk, content_hash=content.hash, actor=editor, now=now)
        workflow.schedule(article.pk, publish_at=now + HOUR, actor=editor, now=now)
        assert visible(article, now + dt.timedelta(minutes=59)).headline == "Old"
        assert visible(article, now + HOUR).headline == "New"
        workflow.unschedule(article.pk, actor=editor, now=now + dt.timedelta(minutes=1))
        assert visible(article, now + 2 * HOUR).headline == "Old"

    def test_publish_now_does_not_wait_for_the_time(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(article.pk, publish_at=now + 48 * HOUR, actor=editor, now=now)
        workflow.publish(article.pk, actor=editor, now=now)
        assert visible(article, now).published_on == dt.date(2024, 6, 19)
        assert PublishedArticle.objects.visible(at=now + 72 * HOUR).count() == 1


class TestAddresses:
    def test_two_stories_of_a_day_cannot_share_an_address(self, writer, editor, now):
        make_story(writer=writer, editor=editor, status=Status.PUBLISHED, slug="bridge")
        second = make_story(writer=writer, editor=editor, status=Status.APPROVED, slug="bridge")
        with pytest.raises(TransitionRefused, match="Another story of 19 June 2024 has the address “bridge”"):
            workflow.publish(second.pk, actor=editor, now=now)
        published = workflow.publish(second.pk, actor=editor, now=now + 24 * HOUR)
        assert visible(published, now + 24 * HOUR).get_absolute_url() == "/2024/06/20/bridge/"

    def test_an_old_address_of_another_story_is_not_free(self, writer, editor, now):
        first = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, slug="bridge")
        publish_again(first, writer=writer, editor=editor, now=now, slug="swing-bridge")
        second = make_story(writer=writer, editor=editor, status=Status.APPROVED, slug="bridge")
        with pytest.raises(TransitionRefused, match="has the address"):
            workflow.publish(second.pk, actor=editor, now=now)

    def test_a_schedule_taken_back_claims_no_address(self, writer, editor, now):
        first = make_story(writer=writer, editor=editor, status=Status.APPROVED, slug="bridge")
        workflow.schedule(first.pk, publish_at=now + 24 * HOUR, actor=editor, now=now)
        workflow.unschedule(first.pk, actor=editor, now=now)
        workflow.publish(first.pk, actor=editor, now=now + 96 * HOUR)
        other = make_story(writer=writer, editor=editor, status=Status.APPROVED, slug="bridge")
        workflow.publish(other.pk, actor=editor, now=now + 24 * HOUR)
        again = publish_again(first, writer=writer, editor=editor, now=now + 100 * HOUR, headline="New words")
        assert again.published_on == dt.date(2024, 6, 23)

    def test_a_slug_changed_back_leads_nowhere_in_a_circle(self, writer, editor, now, reader):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, slug="one")
        publish_again(article, writer=writer, editor=editor, now=now + HOUR, slug="two")
        publish_again(article, writer=writer, editor=editor, now=now + 2 * HOUR, slug="one")
        with time_machine.travel(now + 3 * HOUR, tick=False):
            assert reader.get("/2024/06/19/one/").status_code == 200
            assert reader.get("/2024/06/19/two/").url == "/2024/06/19/one/"

    def test_two_stories_still_to_come_cannot_have_one_slug(self, writer, now):
        make_story(writer=writer, slug="bridge")
        second = make_story(writer=writer, slug="bridge")
        with pytest.raises(TransitionRefused, match="Another story on the desk has the slug “bridge”"):
            workflow.submit(second.pk, actor=writer, now=now)

    def test_a_withdrawn_story_keeps_its_address_and_leaves_readers(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, slug="bridge")
        with transaction.atomic():
            publishing.withdraw(article, now=now + HOUR)
        assert visible(article, now + HOUR) is None
        assert not publishing.address_is_free(make_story(writer=writer), slug="bridge", on=dt.date(2024, 6, 19))


class TestWhatAStoryNeeds:
    @pytest.mark.parametrize(
        ("missing", "sentence"),
        [
            ({"headline": ""}, "no headline"),
            ({"body": ""}, "no text"),
            ({"body": "<hr>"}, "no text"),
            ({"section": ""}, "no section"),
            ({"bylines": []}, "Nobody stands under the story"),
        ],
    )
    def test_submit_says_what_is_missing(self, writer, now, missing, sentence):
        article = make_story(writer=writer, **missing)
        with pytest.raises(TransitionRefused, match=sentence):
            workflow.submit(article.pk, actor=writer, now=now)
        assert Article.objects.get().status == Status.DRAFT

    def test_send_back_needs_a_note(self, writer, editor, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        with pytest.raises(TransitionRefused, match="Say in a note"):
            workflow.send_back(article.pk, actor=editor, now=now, note="  ")

    def test_a_photo_that_is_not_in_the_library_stops_approval(self, writer, editor, now):
        article = make_story(
            writer=writer,
            body='<p>Text</p><figure data-photo="999" data-alt="" data-layout="full"><figcaption></figcaption></figure>',
        )
        workflow.submit(article.pk, actor=writer, now=now)
        with pytest.raises(TransitionRefused, match="photo 999, which is not in the library"):
            workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=now)


class TestSpiking:
    def test_a_spiked_story_keeps_its_words_and_comes_back_as_a_draft(self, writer, now):
        article = make_story(writer=writer)
        workflow.spike(article.pk, actor=writer, now=now, note="Overtaken by events")
        article = workflow.revive(article.pk, actor=writer, now=now)
        assert (article.status, article.revisions.count()) == (Status.DRAFT, 1)

    def test_a_story_that_readers_saw_is_not_spiked(self, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        workflow.save_draft(
            article.pk, content=article.content().changed(headline="x"), version=1, actor=writer, now=now
        )
        with pytest.raises(TransitionRefused, match="Readers have seen this story"):
            workflow.spike(article.pk, actor=editor, now=now)


class TestTheRecordStands:
    @pytest.mark.parametrize("table", ["articles_revision", "articles_event", "articles_redirect"])
    def test_the_database_changes_and_deletes_no_record(self, writer, editor, now, table):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        publish_again(article, writer=writer, editor=editor, now=now + HOUR, slug="other")
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET article_id = article_id"):
            with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    @pytest.mark.parametrize("table", ["articles_approval", "articles_publishedarticle"])
    def test_the_database_changes_no_approval_and_no_published_word(self, writer, editor, now, table):
        make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET content_hash = 'x'"):
            with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    def test_not_even_sql_takes_a_draft_to_readers(self, writer):
        make_story(writer=writer)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE articles_article SET status = 'published'")

    def test_a_refusal_changes_nothing(self, writer, editor, now):
        article = make_story(writer=writer)
        events, revisions = Event.objects.count(), Revision.objects.count()
        with pytest.raises(TransitionRefused):
            workflow.publish(article.pk, actor=editor, now=now)
        assert (Event.objects.count(), Revision.objects.count()) == (events, revisions)

    def test_a_story_that_does_not_exist_is_refused_in_words(self, editor, now):
        with pytest.raises(TransitionRefused, match="no such story"):
            workflow.publish(0, actor=editor, now=now)


@pytest.mark.django_db(transaction=True)
def test_publishing_twice_at_once_from_two_tabs_publishes_once(now):
    import threading

    from django.db import connections

    writer, editor = make_user("writer@example.org"), make_user("editor@example.org", role="editor")
    article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
    outcomes, barrier = [], threading.Barrier(2)

    def tab():
        try:
            barrier.wait()
            workflow.publish(article.pk, actor=editor, now=now)
            outcomes.append("published")
        except TransitionRefused as refused:
            outcomes.append(str(refused))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tab) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("published") == 1
    refusal = next(outcome for outcome in outcomes if outcome != "published")
    assert refusal == (
        "“Publish now” is not possible: this story is published, by editor@example.org since 19 June 2024, 14:05 CEST."
    )
    assert PublishedArticle.objects.visible(at=now + HOUR).count() == 1  # the wait for the lock counts
