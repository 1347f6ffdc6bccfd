"""Notes: who may do what with them, what is kept, and how they stay on their words."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from articles import notes, workflow
from articles.models import Article, Event, Note
from articles.statuses import Status
from articles.workflow import TransitionRefused
from tests.builders import NOW, make_story

EVERYBODY = ["writer", "second_writer", "photo_editor", "editor", "chief"]
EDITORS = {"editor", "chief"}

#: The story is the writer's. Who may do what with a note by …
ALLOWED = {
    ("write", "anybody"): set(EVERYBODY),
    ("write must fix", "anybody"): EDITORS,
    ("answer", "second_writer"): set(EVERYBODY),
    ("answer", "editor"): set(EVERYBODY),
    ("resolve", "second_writer"): {"writer", "second_writer", *EDITORS},
    ("resolve", "editor"): {"writer", *EDITORS},
    ("resolve", "photo_editor"): {"writer", "photo_editor", *EDITORS},
    ("reopen", "second_writer"): {"writer", "second_writer", *EDITORS},
    ("reopen", "editor"): {"writer", *EDITORS},
}


def write(article, actor, text="Is this right?", **given):
    return notes.write(article.pk, text=text, actor=actor, now=NOW, **given)


@pytest.fixture
def article(writer):
    return make_story(writer=writer)


def save(article, body, *, actor, **changes):
    article = Article.objects.get(pk=article.pk)
    content = article.content().changed(body=body, **changes)
    return workflow.save_draft(article.pk, content=content, version=article.version, actor=actor, now=NOW)


def passage_of(note):
    """Return the words that a note hangs on now."""
    from articles import body

    note = Note.objects.select_related("article").get(pk=note.pk)
    return "".join(body.flat(note.article.body))[note.start : note.end] if note.start is not None else None


class TestWhoMay:
    @pytest.mark.parametrize(("what", "whose"), ALLOWED)
    def test_do_this_with_a_note_of(self, cast, article, what, whose):
        for name in EVERYBODY:
            actor = cast[name]
            before = Event.objects.count()

            def act(actor=actor):
                if what == "write":
                    return write(article, actor)
                if what == "write must fix":
                    return write(article, actor, must_fix=True)
                note = write(article, cast[whose])
                if what == "answer":
                    return notes.answer(note.pk, text="It is.", actor=actor, now=NOW)
                if what == "reopen":
                    notes.resolve(note.pk, actor=cast[whose] if whose != "photo_editor" else cast["editor"], now=NOW)
                return getattr(notes, what)(note.pk, actor=actor, now=NOW)

            if name in ALLOWED[what, whose]:
                act()
                last = Event.objects.order_by("-pk")[0]
                assert last.actor == actor
                assert last.verb in notes.EVENTS
                assert last.from_status == last.to_status
            else:
                with pytest.raises(TransitionRefused) as refused:
                    act()
                assert len(str(refused.value)) > 20
                if what.startswith("write"):
                    assert Event.objects.count() == before

    def test_in_every_state_notes_can_be_written(self, writer, editor, second_writer):
        for state in Status:
            write(make_story(writer=writer, editor=editor, status=state), second_writer)

    def test_somebody_whose_account_was_switched_off_says_nothing(self, article, editor):
        editor.is_active = False
        with pytest.raises(TransitionRefused):
            write(article, editor)

    def test_nobody_answers_an_answer_or_resolves_one(self, article, editor, writer):
        answer = notes.answer(write(article, editor).pk, text="Yes.", actor=writer, now=NOW)
        with pytest.raises(TransitionRefused, match="Answer that one"):
            notes.answer(answer.pk, text="No.", actor=editor, now=NOW)
        with pytest.raises(TransitionRefused, match="Resolve the note"):
            notes.resolve(answer.pk, actor=editor, now=NOW)

    def test_an_empty_note_says_nothing(self, article, editor):
        for text in ("", "  \n", "\x00"):
            with pytest.raises(TransitionRefused, match="empty"):
                write(article, editor, text)

    def test_a_note_far_too_long_is_refused_in_words(self, article, editor):
        with pytest.raises(TransitionRefused, match="5,000"):
            write(article, editor, "a" * 5001)

    def test_a_note_on_no_story_is_refused(self, editor, db):
        with pytest.raises(TransitionRefused, match="no such story"):
            notes.write(9999, text="Hm.", actor=editor, now=NOW)
        with pytest.raises(TransitionRefused):
            notes.resolve(9999, actor=editor, now=NOW)


class TestTheRecord:
    @pytest.mark.parametrize(
        "change", [{"text": "Never said."}, {"quote": "other"}, {"must_fix": True}, {"at": NOW + dt.timedelta(1)}]
    )
    def test_what_was_said_never_changes(self, article, editor, change):
        note = write(article, editor, quote="The bridge is open again.")
        with pytest.raises(Exception, match="words_never_change|Cannot update"), transaction.atomic():
            Note.objects.filter(pk=note.pk).update(**change)

    def test_a_note_is_never_deleted(self, article, editor):
        write(article, editor)
        with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
            Note.objects.all().delete()

    def test_the_database_knows_one_level_of_answers(self, article, editor, writer):
        note = write(article, editor)
        answer = notes.answer(note.pk, text="Yes.", actor=writer, now=NOW)
        other = make_story(writer=writer)
        for wrong in ({"article": article, "parent": answer}, {"article": other, "parent": note}):
            with pytest.raises(IntegrityError, match="answer_to_an_answer"), transaction.atomic():
                Note.objects.create(author=writer, text="No.", at=NOW, **wrong)

    def test_resolved_and_reopened_by_whom_and_when(self, article, editor, writer):
        note = write(article, editor)
        notes.resolve(note.pk, actor=writer, now=NOW)
        notes.resolve(note.pk, actor=editor, now=NOW + dt.timedelta(hours=1))
        note.refresh_from_db()
        assert (note.resolved_by, note.resolved_at) == (writer, NOW)
        notes.reopen(note.pk, actor=editor, now=NOW + dt.timedelta(hours=2))
        note.refresh_from_db()
        assert note.is_open
        assert (note.reopened_by, note.resolved_by) == (editor, None)
        assert list(article.events.filter(verb__in=notes.EVENTS).order_by("pk").values_list("verb", flat=True)) == [
            "note",
            "resolve_note",
            "reopen_note",
        ]

    def test_an_event_says_whom_the_words_name_and_who_is_in_the_talk(self, article, editor, writer, second_writer):
        note = write(article, editor, "@Sven Second, do you know? @edda does not.", must_fix=True)
        said = article.events.get(verb="note")
        assert said.note == note.text
        assert said.data["mentions"] == [second_writer.pk]
        assert said.data["must_fix"] is True
        notes.answer(note.pk, text="41 million.", actor=writer, now=NOW)
        answered = article.events.get(verb="answer_note")
        assert answered.data["in_talk"] == [editor.pk]
        assert answered.data["thread"] == note.pk

    def test_a_note_is_no_part_of_what_is_approved(self, writer, editor, second_editor):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        before = article.content().hash
        write(article, editor)
        workflow.approve(article.pk, content_hash=before, actor=second_editor, now=NOW)


class TestMustFix:
    def test_it_holds_the_story_back_until_it_is_resolved(self, article, writer, editor):
        first, second = (write(article, editor, must_fix=True) for _ in range(2))
        with pytest.raises(TransitionRefused, match="2 notes marked “must fix” are still open"):
            workflow.submit(article.pk, actor=writer, now=NOW)
        notes.resolve(first.pk, actor=writer, now=NOW)
        with pytest.raises(TransitionRefused, match="A note marked “must fix” is still open"):
            workflow.submit(article.pk, actor=editor, now=NOW)
        notes.resolve(second.pk, actor=writer, now=NOW)
        assert workflow.submit(article.pk, actor=writer, now=NOW).status == Status.IN_REVIEW

    def test_a_reopened_one_holds_it_back_again(self, article, writer, editor):
        note = write(article, editor, must_fix=True)
        notes.resolve(note.pk, actor=writer, now=NOW)
        notes.reopen(note.pk, actor=editor, now=NOW)
        with pytest.raises(TransitionRefused, match="must fix"):
            workflow.submit(article.pk, actor=writer, now=NOW)

    def test_other_notes_hold_nothing_back(self, article, writer, editor):
        write(article, editor)
        workflow.submit(article.pk, actor=writer, now=NOW)


class TestPassages:
    BODY = "<p>The bridge opens at noon.</p><p>The repair cost 41 million.</p><p>Nobody says who paid.</p>"

    @pytest.fixture
    def article(self, writer):
        return make_story(writer=writer, body=self.BODY)

    def test_a_note_hangs_on_the_words_nearest_to_where_they_were_seen(self, writer, editor):
        article = make_story(writer=writer, body="<p>War and war.</p><p>More war.</p>")
        assert write(article, editor, quote="war", near=8).start == 8
        assert write(article, editor, quote="war", near=20).start == 17

    def test_it_moves_with_its_words(self, article, editor, writer):
        note = write(article, editor, quote="41 million")
        save(article, "<p>New.</p>" + self.BODY.replace("The repair", "In all, the repair"), actor=writer)
        assert passage_of(note) == "41 million"
        save(article, "<p>The repair cost 41.5 million.</p><p>Nobody says who paid.</p>", actor=writer)
        assert passage_of(note) == "41.5 million"

    def test_a_note_whose_passage_was_deleted_keeps_the_quotation_and_finds_it_again(self, article, editor, writer):
        note = write(article, editor, quote="The repair cost 41 million.")
        save(article, "<p>The bridge opens at noon.</p><p>Nobody says who paid.</p>", actor=writer)
        note.refresh_from_db()
        assert note.is_lost
        assert note.quote == "The repair cost 41 million."
        save(article, self.BODY, actor=writer)
        assert passage_of(note) == "The repair cost 41 million."

    def test_words_that_were_not_saved_yet_are_found_by_the_save_that_has_them(self, article, editor, writer):
        note = write(article, editor, quote="Ships pass again.")
        assert note.start is None
        save(article, self.BODY + "<p>Ships pass again.</p>", actor=writer)
        assert passage_of(note) == "Ships pass again."

    def test_a_note_over_two_paragraphs(self, article, editor):
        assert passage_of(write(article, editor, quote="at noon.\nThe repair")) == "at noon.The repair"

    def test_characters_outside_the_basic_plane_count_as_one(self, writer, editor):
        article = make_story(writer=writer, body="<p>🌉🌉 The bridge</p>")
        assert write(article, editor, quote="bridge").start == 7

    def test_resolved_notes_move_too(self, article, editor, writer):
        note = write(article, editor, quote="41 million")
        notes.resolve(note.pk, actor=editor, now=NOW)
        save(article, "<p>New.</p>" + self.BODY, actor=writer)
        assert passage_of(note) == "41 million"

    def test_a_save_costs_the_same_with_two_notes_and_with_two_hundred(self, article, editor, writer):
        spent = []
        for count, word in ((2, "One"), (198, "Two")):
            for _ in range(count):
                write(article, editor, quote="41 million")
            with CaptureQueriesContext(connection) as queries:
                save(article, f"<p>{word}.</p>{self.BODY}", actor=writer)
            spent.append(len(queries))
        assert spent[1] <= spent[0]


class TestAskingAnEditor:
    def test_submitting_may_carry_a_note_and_ask_somebody(self, article, writer, editor):
        article = workflow.submit(article.pk, actor=writer, now=NOW, note="Two sources.", asked_editor=editor)
        assert article.asked_editor == editor
        event = article.events.get(verb="submit")
        assert (event.note, event.data["asked_editor"]) == ("Two sources.", editor.pk)

    def test_who_was_asked_stays_asked_until_somebody_else_is(self, article, writer, editor):
        workflow.submit(article.pk, actor=writer, now=NOW, asked_editor=editor)
        workflow.send_back(article.pk, actor=editor, now=NOW, note="Not yet.")
        assert workflow.submit(article.pk, actor=writer, now=NOW).asked_editor == editor
        workflow.send_back(article.pk, actor=editor, now=NOW, note="Not yet.")
        assert workflow.submit(article.pk, actor=writer, now=NOW, asked_editor=None).asked_editor is None

    def test_a_writer_cannot_be_asked(self, article, writer, second_writer):
        with pytest.raises(TransitionRefused, match="does not review"):
            workflow.submit(article.pk, actor=writer, now=NOW, asked_editor=second_writer)


def test_a_note_does_not_hide_that_a_story_was_sent_back(article, writer, editor, as_user):
    workflow.submit(article.pk, actor=writer, now=NOW)
    workflow.send_back(article.pk, actor=editor, now=NOW, note="Who paid?")
    write(article, editor)
    assert "Sent back to you" in as_user(writer).get("/desk/").content.decode()
