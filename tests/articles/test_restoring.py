"""Old words come back alone or whole, through the same door as every save."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from articles import body, restoring, workflow
from articles.content import Byline, Label, Lead, Picture, StoryContent
from articles.models import Article, Event, Revision
from articles.statuses import Status
from articles.workflow import StaleSave, TransitionRefused
from tests.builders import NOW, make_author, make_photo, make_section, make_story, make_topic

LATER = NOW + dt.timedelta(minutes=1)


def p(*texts):
    return "".join(f"<p>{text}</p>" for text in texts)


# --- The pure part ------------------------------------------------------------------------------------------------

WORDS = st.lists(
    st.sampled_from(["harbour", "bridge", "council", "vote", "ships", "mayor", "night"]), min_size=1, max_size=6
)
PARAGRAPHS = st.lists(WORDS.map(" ".join), max_size=8).map(lambda texts: p(*texts))


@given(PARAGRAPHS, PARAGRAPHS)
def test_every_block_taken_back_stands_in_the_body_again(then, now):
    for number, block in enumerate(body.blocks(then)):
        assert block in body.blocks(restoring.body_with(now, then, [number]))


@given(PARAGRAPHS, PARAGRAPHS, st.data())
def test_taking_blocks_back_leaves_all_others_as_they_are_or_replaces_what_they_became(then, now, data):
    count = len(body.blocks(then))
    chosen = data.draw(st.lists(st.integers(0, count - 1), unique=True)) if count else []
    found = body.blocks(restoring.body_with(now, then, chosen))
    assert len(found) <= len(body.blocks(now)) + len(chosen)
    kept = [block for block in body.blocks(now) if block in found]
    assert len(kept) >= len(body.blocks(now)) - len(chosen)


@given(PARAGRAPHS)
def test_taking_back_what_stands_there_changes_nothing(now):
    assert restoring.body_with(now, now, range(len(body.blocks(now)))) == now


def test_a_paragraph_goes_where_it_stood():
    then = p("The bridge is open.", "The mayor cut a ribbon at noon.", "Ships pass again.")
    now = p("The bridge is open.", "Ships pass again.", "A new paragraph about money.")
    assert restoring.body_with(now, then, [1]) == p(
        "The bridge is open.", "The mayor cut a ribbon at noon.", "Ships pass again.", "A new paragraph about money."
    )


def test_a_paragraph_replaces_what_became_of_it():
    then = p("One.", "The mayor cut a ribbon at noon on Friday.")
    now = p("One.", "The mayor cut a rope at noon on Friday.", "Three.")
    assert restoring.body_with(now, then, [1]) == p("One.", "The mayor cut a ribbon at noon on Friday.", "Three.")


def test_the_first_paragraph_goes_to_the_top():
    assert restoring.body_with(p("Later words entirely."), p("Zebra.", "Later words entirely."), [0]) == p(
        "Zebra.", "Later words entirely."
    )


def test_a_part_that_there_is_not_is_an_error():
    known = restoring.Known()
    with pytest.raises(IndexError):
        restoring.restored(StoryContent(), StoryContent(body=p("One")), known=known, blocks=[1])
    with pytest.raises(KeyError):
        restoring.restored(StoryContent(), StoryContent(), known=known, fields=["pictures"])


def test_names_of_today_and_what_is_gone():
    then = StoryContent(
        section=Label(1, "News › Old name", "news/old"),
        topics=(Label(5, "Bridges", "bridges"), Label(6, "Gone", "gone")),
        bylines=(Byline(2, "Ada Marsh", "ada", "writer", "Old note"), Byline(3, "Nobody", "nobody")),
        lead=Lead(Picture(4, "d", 1, 1, "Old credit"), "alt", "caption"),
    )
    known = restoring.Known(
        sections={1: Label(1, "News › New name", "news/new")},
        topics={5: Label(5, "Bridges and tunnels", "bridges")},
        authors={2: Byline(2, "Ada Marsh", "ada", "", "New note")},
    )
    now = StoryContent(lead=Lead(Picture(9, "e", 1, 1, "Kept")))
    found, gone = restoring.restored(now, then, known=known, fields=list(restoring.FIELDS))
    assert found.section == Label(1, "News › New name", "news/new")
    assert [topic.name for topic in found.topics] == ["Bridges and tunnels"]
    assert found.bylines == (Byline(2, "Ada Marsh", "ada", "writer", "New note"),)
    assert found.lead == now.lead, "a lead photo that is gone does not take the one of now away"
    assert gone == ["topic “Gone”", "byline Nobody", "photo 4"]


# --- The verb -----------------------------------------------------------------------------------------------------


def changed(article, *, by, now=NOW, **values):
    article = Article.objects.get(pk=article.pk)
    content = article.content().changed(**values)
    return workflow.save_draft(article.pk, content=content, version=article.version, actor=by, now=now)


def restore(article, *, actor, number=1, version=None, now=LATER, **parts):
    version = Article.objects.get(pk=article.pk).version if version is None else version
    return workflow.restore(article.pk, number=number, version=version, actor=actor, now=now, **parts)


def test_a_headline_comes_back_alone_as_a_new_revision(writer):
    article = make_story(writer=writer, headline="Old headline", standfirst="Old standfirst")
    changed(article, by=writer, headline="New headline", standfirst="New standfirst")
    found = restore(article, actor=writer, fields=["headline"])
    assert (found.headline, found.standfirst, found.version) == ("Old headline", "New standfirst", 3)
    newest = Revision.objects.get(article=article, number=3)
    assert (newest.reason, newest.created_by) == ("Restored from revision 1: headline", writer)
    assert newest.content_hash == found.content().hash


def test_a_picture_comes_back_with_its_credit_of_today(writer):
    photo = make_photo(writer)
    figure = (
        f'<figure data-photo="{photo.pk}" data-alt="A quay" data-layout="full"><figcaption>Quay.</figcaption></figure>'
    )
    article = make_story(writer=writer, body=p("One.") + figure + p("Two."))
    changed(article, by=writer, body=p("One.", "Two."), pictures=())
    type(photo).objects.filter(pk=photo.pk).update(photographer="Somebody Else")
    found = restore(article, actor=writer, blocks=[1])
    assert found.body == p("One.") + figure + p("Two.")
    assert "Somebody Else" in found.content().pictures[0].credit
    assert Revision.objects.get(article=article, number=3).reason == "Restored from revision 1: a picture"


def test_everything_comes_back(writer):
    article = make_story(writer=writer)
    before = article.content()
    changed(article, by=writer, headline="X", body=p("Y"), topics=(), language="de")
    restore(article, actor=writer, fields=list(restoring.FIELDS))
    assert Article.objects.get().content().hash == before.hash
    assert Revision.objects.get(article=article, number=3).reason == "Restored from revision 1: everything"


def test_restoring_and_taking_it_back_leaves_the_words_as_they_were(writer):
    article = make_story(writer=writer, headline="Old")
    there = changed(article, by=writer, headline="New").content().hash
    restore(article, actor=writer, fields=["headline"])
    restore(article, actor=writer, number=2, fields=list(restoring.FIELDS))
    assert Article.objects.get().content().hash == there


def test_renamed_things_come_back_by_their_names_of_today(writer):
    make_topic("Rivers")
    article = make_story(
        writer=writer, section="news/world", topics=["Rivers"], bylines=[make_author("Ada Marsh", note="Old.")]
    )
    changed(article, by=writer, section=None, topics=(), bylines=())
    section, topic, author = make_section("news/world"), make_topic("Rivers"), make_author("Ada Marsh")
    type(section).objects.filter(pk=section.pk).update(name="Abroad")
    type(topic).objects.filter(pk=topic.pk).update(name="Streams")
    type(author).objects.filter(pk=author.pk).update(note="New.")
    content = restore(article, actor=writer, fields=["section", "topics", "bylines"]).content()
    assert (content.section.name, content.topics[0].name, content.bylines[0].note) == (
        "News › Abroad",
        "Streams",
        "New.",
    )


def test_a_topic_that_is_gone_is_left_out_and_the_history_says_so(writer):
    article = make_story(writer=writer, topics=["Rivers", "Bridges"])
    changed(article, by=writer, topics=())
    make_topic("Rivers").delete()
    found = restore(article, actor=writer, fields=["topics"])
    assert [topic.name for topic in found.topics.all()] == ["Bridges"]
    assert "no longer there: topic “Rivers”" in Revision.objects.get(article=article, number=3).reason


def test_a_body_with_a_photo_that_the_library_never_had_comes_back(writer):
    figure = '<figure data-photo="999" data-alt="" data-layout="full"><figcaption></figcaption></figure>'
    article = make_story(writer=writer, body=p("One.") + figure)
    changed(article, by=writer, body=p("One."))
    assert restore(article, actor=writer, fields=["body"]).body == p("One.") + figure


def test_restoring_after_approval_voids_it_and_counts_for_four_eyes(writer, editor):
    article = make_story(writer=writer, headline="Old")
    changed(article, by=writer, headline="New")
    workflow.submit(article.pk, actor=writer, now=NOW)
    workflow.approve(article.pk, content_hash=Article.objects.get().content().hash, actor=editor, now=NOW)
    found = restore(article, actor=editor, fields=["headline"])
    assert (found.status, found.approval) == (Status.DRAFT, None)
    assert Event.objects.first().data["label"] == "Changed after approval"
    workflow.submit(article.pk, actor=writer, now=LATER)
    with pytest.raises(TransitionRefused):
        workflow.approve(article.pk, content_hash=found.content().hash, actor=editor, now=LATER)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"number": 9}, "no such revision"),
        ({"fields": ["pictures"]}, "no such part"),
        ({"fields": ["status"]}, "no such part"),
        ({"blocks": [99]}, "no such part"),
        ({"blocks": [-1]}, "no such part"),
        ({"fields": ["standfirst"]}, "Nothing to restore"),
        ({}, "Nothing to restore"),
    ],
)
def test_what_cannot_be_restored_is_refused_with_a_sentence(writer, parts, sentence):
    article = make_story(writer=writer, headline="Old")
    changed(article, by=writer, headline="New")
    with pytest.raises(TransitionRefused, match=sentence):
        restore(article, actor=writer, **parts)
    assert Revision.objects.count() == 2


def test_restoring_over_a_save_that_came_between_is_refused(writer, editor):
    article = make_story(writer=writer, headline="Old")
    changed(article, by=writer, headline="New")
    changed(article, by=editor, standfirst="Meanwhile")
    with pytest.raises(StaleSave, match="saved again"):
        restore(article, actor=writer, version=2, fields=["headline"])


def test_others_may_not_restore(writer, second_writer, photo_editor):
    article = make_story(writer=writer, headline="Old")
    changed(article, by=writer, headline="New")
    for actor in (second_writer, photo_editor):
        with pytest.raises(TransitionRefused):
            restore(article, actor=actor, fields=["headline"])
    workflow.submit(article.pk, actor=writer, now=NOW)
    with pytest.raises(TransitionRefused):  # in review it is the editors'
        restore(article, actor=writer, fields=["headline"])


# --- The page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def clock():
    with time_machine.travel(LATER, tick=False):
        yield


def url(article, name):
    return reverse(f"admin:articles_article_{name}", args=[article.pk])


@pytest.mark.usefixtures("clock")
class TestPage:
    def test_each_changed_part_has_a_button_for_who_may_edit_and_for_nobody_else(self, as_user, writer, second_writer):
        article = make_story(writer=writer, headline="Old", body=p("One stays.", "Two goes away."))
        changed(article, by=writer, headline="New", body=p("One stays."))
        html = as_user(writer).get(url(article, "compare")).content.decode()
        assert 'name="field" value="headline"' in html
        assert 'name="block" value="1"' in html
        assert 'name="block" value="0"' not in html
        assert 'form="restore"' not in as_user(second_writer).get(url(article, "compare")).content.decode()

    def test_restore_then_undo(self, as_user, writer):
        article = make_story(writer=writer, headline="Old")
        changed(article, by=writer, headline="New")
        client = as_user(writer)
        answer = client.post(url(article, "restore"), {"number": 1, "version": 2, "field": "headline"}, follow=True)
        assert Article.objects.get().headline == "Old"
        html = answer.content.decode()
        assert "Restored from revision 1: headline." in html
        assert ">Undo</button>" in html
        answer = client.post(
            url(article, "restore"), {"number": 2, "version": 3, "everything": "1", "undo": "1"}, follow=True
        )
        assert Article.objects.get().headline == "New"
        assert ">Undo</button>" not in answer.content.decode()

    def test_a_forged_restore_gains_nothing(self, as_user, writer, second_writer):
        article = make_story(writer=writer, headline="Old")
        changed(article, by=writer, headline="New")
        answer = as_user(second_writer).post(url(article, "restore"), {"number": 1, "version": 2, "everything": "1"})
        assert answer.status_code == 409
        assert Article.objects.get().headline == "New"
        assert as_user(writer).get(url(article, "restore")).status_code == 405
        for data in (
            {},
            {"number": "x", "version": "2", "block": "z"},
            {"number": "1", "version": "2", "block": "9" * 30},
        ):
            assert as_user(writer).post(url(article, "restore"), data).status_code == 409
