"""No way in brings words to readers that nobody approved: each verb, each form, and SQL behind all of them.

Two tables, of ways to change words and of ways to forge the record; a test says for each what happened to it. Then
whatever readers can see is cut anew from the revision that its approval names, and compared byte for byte.
"""

import datetime as dt
import threading
from dataclasses import asdict, replace

import pytest
import time_machine
from django.db import DatabaseError, connection, connections, transaction
from django.urls import reverse

from articles import attribution, publishing, workflow
from articles.content import Lead, Picture
from articles.models import Approval, Article, PublishedArticle, Topic
from articles.models.article import picture
from articles.statuses import Status
from articles.transitions import VERBS
from articles.workflow import TransitionRefused
from authors.models import Author
from media import library
from media.models import Photo
from tests.builders import NOW, make_author, make_content, make_photo, make_story, make_user

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def figure(photo):
    return (
        f'<figure data-photo="{photo.pk}" data-alt="A bridge" data-layout="full"><figcaption>So.</figcaption></figure>'
    )


@pytest.fixture
def article(writer, editor):
    """An approved story with everything in it that a room below has a word in."""
    lead, inside = make_photo(writer), make_photo(writer, photographer="Cy Shutter")
    author = make_author("Ada Marsh", note="Ada Marsh covers bridges.")
    body = f"<p>The bridge is open again.</p>{figure(inside)}"
    return make_story(writer=writer, editor=editor, status=Status.APPROVED, lead=lead, body=body, bylines=[author])


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def admin_form(client, row, **values):
    """Send the row's own form on the desk, with some fields as given."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    form = client.get(url).context["adminform"].form
    data = {name: form.initial.get(name) for name in form.fields}
    response = client.post(url, {name: value for name, value in (data | values).items() if value is not None})
    assert response.status_code == 302, response.content.decode()


def fresh(article):
    return Article.objects.get(pk=article.pk)


# --- Everything that readers can see was approved, byte for byte ---------------------------------------------------

#: What of a published version is not told by its revision: whose it is, and when it was.
NOT_WORDS = {"id", "article", "revision", "approval", "visible_from", "visible_until", "first_published_at", "updated_at", "published_on"}  # fmt: skip


def unapproved():
    """Return the columns of versions that readers see, or will, which are not what their approval vouches for."""
    found = []
    for row in PublishedArticle.objects.all():
        revision, approval = row.revision, row.approval
        assert approval.revision_id == revision.pk
        assert approval.content_hash == revision.content_hash == revision.story.hash
        again = publishing.cut(revision.story, article=row.article, visible_from=row.visible_from)
        columns = {field.name for field in PublishedArticle._meta.concrete_fields} - NOT_WORDS
        found += [(row.pk, name) for name in columns if getattr(row, name) != getattr(again, name)]
        links = {
            "topic_links": {topic.pk for topic in revision.story.topics},
            "author_links": {line.author for line in revision.story.bylines},
        }
        found += [(row.pk, n) for n, pks in links.items() if set(getattr(row, n).values_list("pk", flat=True)) != pks]
        found += [] if approval.override_reason or not _wrote(row, approval) else [(row.pk, "four eyes")]
    return found


def _wrote(row, approval):
    before = row.article.approvals.filter(pk__lt=approval.pk, withdrawn_at=None).order_by("-revision__number").first()
    since = row.article.revisions.filter(
        number__gt=before.revision.number if before else 0, number__lte=row.revision.number
    )
    return since.filter(created_by=approval.approved_by).exists()


# --- Ways to change words: each is told by name, and none goes out without a second person ---------------------------


def _save(article, by, client):
    workflow.save_draft(
        article.pk, content=article.content().changed(headline="Other"), version=article.version, actor=by, now=NOW
    )


def _save_form(article, by, client):
    from tests.articles.test_desk import form_of

    client.post(article.get_absolute_url(), form_of(article, headline="Other"))


def _restore(article, by, client):
    content = article.content().changed(headline="Other")
    saved = workflow.save_draft(article.pk, content=content, version=article.version, actor=by, now=NOW)
    workflow.restore(article.pk, number=1, version=saved.version, actor=by, now=NOW, fields=["headline"])


#: How words come to be others, by the door. Each takes an approved story, whoever does it, and their browser.
DOORS = {
    "save_draft": _save,
    "the story's form": _save_form,
    "restore": _restore,
    "the form of a photo": lambda a, by, c: admin_form(c, a.lead_photo, photographer="Somebody Else"),
    "the library": lambda a, by, c: library.change_photo(photo=a.lead_photo, actor=by, source="Elsewhere"),
    "a picture in the text": lambda a, by, c: library.change_photo(
        photo=Photo.objects.get(photographer="Cy Shutter"), actor=by, photographer="Di Aphragm"
    ),
    "an author's note": lambda a, by, c: admin_form(c, Author.objects.get(), note="Ada Marsh left."),
    "an author's name": lambda a, by, c: admin_form(c, Author.objects.get(), name="Ada M. Marsh"),
    "a section's name": lambda a, by, c: admin_form(c, a.section, name="Globe"),
    "a section's address": lambda a, by, c: admin_form(c, a.section, slug="globe"),
    "the name of what a section is part of": lambda a, by, c: admin_form(c, a.section.parent, name="Latest"),
    "a topic's name": lambda a, by, c: admin_form(c, Topic.objects.get(), name="Swing bridges"),
    "a topic's address": lambda a, by, c: admin_form(c, Topic.objects.get(), slug="swing-bridges"),
}

#: And behind all doors, where nobody's name is left.
BEHIND = {
    "a headline by SQL": ("UPDATE articles_article SET headline = 'Other'",),
    "a body by SQL": ("UPDATE articles_article SET body = '<p>Other</p>'",),
    "a section by SQL": (
        "UPDATE articles_article SET section_id = (SELECT id FROM articles_section WHERE parent_id IS NULL)",
    ),
    "a photo by SQL": ("UPDATE media_photo SET photographer = 'X'",),
    "an author by SQL": ("UPDATE authors_author SET note = 'X'",),
    "bylines by SQL": ("DELETE FROM articles_byline",),
    "topics by SQL": ("DELETE FROM articles_article_topics",),
}


@pytest.mark.parametrize("door", DOORS)
class TestEveryDoor:
    def test_what_came_in_is_not_published_by_the_old_approval(self, article, chief, editor, as_user, door):
        approved = article.content()
        DOORS[door](article, chief, as_user(chief))
        for verb in ("publish", "schedule"):
            extra = {"publish_at": NOW + HOUR} if verb == "schedule" else {}
            with pytest.raises(TransitionRefused):
                getattr(workflow, verb)(article.pk, actor=editor, now=NOW, **extra)
        assert not PublishedArticle.objects.exists()
        assert fresh(article).content() != approved or door == "restore"

    def test_whoever_changed_it_cannot_vouch_for_it(self, article, chief, second_editor, as_user, door):
        DOORS[door](article, chief, as_user(chief))
        if fresh(article).status == Status.DRAFT:
            workflow.submit(article.pk, actor=chief, now=NOW)
        words = fresh(article).content().hash
        assert workflow.needs_override(fresh(article), actor=chief)
        with pytest.raises(TransitionRefused, match="You changed this story yourself"):
            workflow.approve(article.pk, content_hash=words, actor=chief, now=NOW)

        workflow.approve(article.pk, content_hash=words, actor=second_editor, now=NOW)
        newest = article.revisions.newest_first().first()
        assert newest.created_by == chief
        assert newest.content_hash == newest.story.hash == words
        workflow.publish(article.pk, actor=chief, now=NOW)
        assert unapproved() == []

    def test_not_even_sql_approves_it_under_their_name(self, article, chief, as_user, door):
        DOORS[door](article, chief, as_user(chief))
        if fresh(article).status == Status.DRAFT:
            workflow.submit(article.pk, actor=chief, now=NOW)
        workflow.approve(
            article.pk,
            content_hash=fresh(article).content().hash,
            actor=chief,
            now=NOW,
            override_reason="Alone tonight.",
        )
        approval = fresh(article).approval
        sql("UPDATE articles_approval SET withdrawn_at = now() WHERE id = %s", approval.pk)
        with pytest.raises(DatabaseError, match="four_eyes|approval_of"):
            sql(
                "INSERT INTO articles_approval"
                " (article_id, revision_id, content_hash, approved_by_id, approved_at, override_reason)"
                " VALUES (%s, %s, %s, %s, now(), '')",
                article.pk, approval.revision_id, approval.content_hash, chief.pk,
            )  # fmt: skip

    def test_what_is_scheduled_goes_out_as_it_was_approved_or_not_at_all(self, article, chief, editor, as_user, door):
        workflow.schedule(article.pk, publish_at=NOW + HOUR, actor=editor, now=NOW)
        DOORS[door](fresh(article), chief, as_user(chief))
        workflow.sweep(now=NOW + 2 * HOUR)
        assert unapproved() == []
        out = PublishedArticle.objects.visible(at=NOW + 2 * HOUR).first()
        assert (out is None) == (fresh(article).status == Status.DRAFT)


@pytest.mark.parametrize("way", BEHIND)
def test_words_changed_behind_the_desks_back_are_not_published(article, editor, second_editor, way):
    sql(*BEHIND[way])
    with pytest.raises(TransitionRefused):
        workflow.publish(article.pk, actor=editor, now=NOW)
    try:
        workflow.approve(article.pk, content_hash=fresh(article).content().hash, actor=second_editor, now=NOW)
    except TransitionRefused:
        return  # what is left of the story is not fit to be approved
    assert article.revisions.newest_first().first().created_by is None, "nobody is known to have done it"
    workflow.publish(article.pk, actor=editor, now=NOW)
    assert unapproved() == []


def test_the_table_of_doors_knows_every_verb_that_takes_words():
    takes_words = {verb.name for verb in VERBS} - {
        "submit",
        "send_back",
        "approve",
        "publish",
        "schedule",
        "unschedule",
        "spike",
        "revive",
        "embargo",
    }
    assert takes_words <= set(DOORS), "a new verb: say in the table above what it does to words"


# --- Ways to forge the record ------------------------------------------------------------------------------------------

FORGED_COLUMNS = {
    "headline": "Other",
    "standfirst": "Other",
    "slug": "other",
    "language": "de",
    "bylines": [{"author": 1, "name": "Nobody", "slug": "x", "role": "writer", "note": ""}],
    "topics": [{"name": "Other", "slug": "other"}],
    "lead_data": {},
    "content_hash": "0" * 64,
}


class TestForging:
    @pytest.mark.parametrize("column", FORGED_COLUMNS)
    def test_a_published_row_with_other_words_is_refused_whatever_hash_it_claims(self, article, column):
        approval = article.approval
        row = publishing.cut(approval.revision.story, article=article, visible_from=NOW)
        row.approval, row.revision = approval, approval.revision
        setattr(row, column, FORGED_COLUMNS[column])
        with pytest.raises(DatabaseError, match="not_approved"), transaction.atomic():
            row.save()
        assert not PublishedArticle.objects.exists()

    def test_a_published_row_in_another_section_is_refused(self, article):
        row = publishing.cut(article.approval.revision.story, article=article, visible_from=NOW)
        row.approval, row.revision, row.section = article.approval, article.approval.revision, article.section.parent
        with pytest.raises(DatabaseError, match="not_approved"), transaction.atomic():
            row.save()

    @pytest.mark.parametrize(
        "column",
        [
            "headline",
            "body_html",
            "lite_body_html",
            "bylines",
            "lead_data",
            "section_id",
            "visible_from",
            "revision_id",
        ],
    )
    def test_no_column_of_a_published_row_changes(self, article, editor, column):
        workflow.publish(article.pk, actor=editor, now=NOW)
        value = {
            "bylines": "'[]'",
            "lead_data": "'{}'",
            "section_id": "section_id + 0",
            "revision_id": "revision_id + 1",
            "visible_from": "visible_from - interval '1 hour'",
        }.get(column, "'Other'")
        if column == "section_id":
            value = "(SELECT id FROM articles_section WHERE parent_id IS NULL)"
        with pytest.raises(DatabaseError, match="Cannot"):
            sql(f"UPDATE articles_publishedarticle SET {column} = {value}")
        assert unapproved() == []

    @pytest.mark.parametrize("statement", [
        "UPDATE articles_revision SET content = content || '{\"headline\": \"Other\"}'",
        "UPDATE articles_approval SET content_hash = repeat('0', 64)",
        "UPDATE articles_approval SET revision_id = revision_id + 1",
        "UPDATE articles_approval SET approved_by_id = approved_by_id + 1",
        "UPDATE articles_approval SET override_reason = 'So what'",
        "DELETE FROM articles_approval",
        "UPDATE articles_article SET status = 'published' WHERE status = 'draft'",
    ])  # fmt: skip
    def test_no_record_changes(self, article, writer, statement):
        make_story(writer=writer)
        with pytest.raises(DatabaseError):
            sql(statement)

    def test_a_revision_that_lies_about_its_hash_is_not_published(self, article, writer, editor):
        approved = article.content()
        lie = approved.changed(headline="Never approved").to_data()
        article.revisions.create(
            number=2, content=lie, content_hash=approved.hash, created_by=writer, created_at=NOW, reason=""
        )
        workflow.send_back(article.pk, actor=editor, now=NOW, note="Once more.")
        workflow.submit(article.pk, actor=writer, now=NOW)
        workflow.approve(article.pk, content_hash=approved.hash, actor=editor, now=NOW)
        workflow.publish(article.pk, actor=editor, now=NOW)
        assert PublishedArticle.objects.get().headline == approved.headline
        assert unapproved() == []

    def test_an_approval_of_a_lie_publishes_nothing(self, article, writer, editor):
        approved = article.content()
        lie = article.revisions.create(
            number=2, content=approved.changed(headline="Lie").to_data(), content_hash=approved.hash,
            created_by=writer, created_at=NOW, reason="",
        )  # fmt: skip
        forged = Approval.objects.create(
            article=article, revision=lie, content_hash=approved.hash, approved_by=editor, approved_at=NOW
        )
        Article.objects.filter(pk=article.pk).update(approval=forged)
        with pytest.raises(TransitionRefused):
            workflow.publish(article.pk, actor=editor, now=NOW)
        assert not PublishedArticle.objects.exists()


# --- One hash over everything a reader would see ---------------------------------------------------------------------------


def test_whatever_a_reader_sees_is_in_the_hash(writer):
    """Change every single fact of a version, one at a time: the hash is another each time."""
    photo = make_photo(writer)
    content = make_content(lead=photo, body=f"<p>a</p>{figure(photo)}", topics=["Bridges"])
    lead = content.lead
    others = [content.changed(**{name: value}) for name, value in {
        "headline": "x", "standfirst": "x", "slug": "x", "language": "ar", "section": None, "topics": (), "bylines": (),
        "lead": None, "pictures": (), "body": content.body.replace("A bridge", "Alt"),
    }.items()]  # fmt: skip
    others += [
        content.changed(body=content.body.replace("So.", "Caption")),
        content.changed(body=content.body.replace("full", "wide")),
    ]
    for name, value in {"alt": "x", "caption": "x"}.items():
        others.append(content.changed(lead=replace(lead, **{name: value})))
    for name in asdict(lead.picture):
        other = replace(lead.picture, **{name: "x" if name in {"digest", "credit"} else 99_999})
        others += [content.changed(lead=replace(lead, picture=other)), content.changed(pictures=(other,))]
    for name, value in {"name": "x", "path": "x", "pk": 99_999}.items():
        others.append(content.changed(section=replace(content.section, **{name: value})))
        others.append(content.changed(topics=(replace(content.topics[0], **{name: value}),)))
    for name, value in {"author": 99_999, "name": "x", "slug": "x", "role": "translator", "note": "x"}.items():
        others.append(content.changed(bylines=(replace(content.bylines[0], **{name: value}),)))
    hashes = {other.hash for other in others}
    assert len(hashes) == len(others)
    assert content.hash not in hashes
    assert content.changed(language="ar").direction != content.direction, "the direction follows the language"


# --- Who is told, and what the desk says ----------------------------------------------------------------------------------


class TestWhatTheDeskSays:
    def test_the_refusal_says_what_changed_and_the_way_on(self, article, chief, editor):
        library.change_photo(photo=article.lead_photo, actor=chief, photographer="Somebody Else")
        with pytest.raises(TransitionRefused) as refused:
            workflow.publish(article.pk, actor=editor, now=NOW)
        assert str(refused.value) == (
            "Since the approval, the credit of “The bridge, seen from the east bank.” was "
            "“Agency / Bo Lens / Harbour Office via Wire” and is now “Agency / Somebody Else / Harbour Office via Wire”. "
            "Approve it again, or send it back."
        )

    def test_approving_again_is_offered_only_where_there_is_something_new(self, article, chief, editor):
        def offered():
            return {offer.verb.name for offer in workflow.offers(fresh(article), actor=editor, now=NOW)}

        assert "approve" not in offered()
        with pytest.raises(TransitionRefused, match="Edda Editor approved the story as it stands"):
            workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=NOW)
        library.change_photo(photo=article.lead_photo, actor=chief, photographer="Somebody Else")
        assert "approve" in offered()
        workflow.approve(article.pk, content_hash=fresh(article).content().hash, actor=editor, now=NOW)
        assert article.events.first().label == "Approved again"
        workflow.publish(article.pk, actor=editor, now=NOW)
        assert PublishedArticle.objects.get().lead.credit == "Agency / Somebody Else / Harbour Office via Wire"

    def test_two_people_who_changed_two_things_are_two_revisions(
        self, article, chief, photo_editor, second_editor, as_user
    ):
        library.change_photo(photo=article.lead_photo, actor=photo_editor, photographer="Somebody Else")
        admin_form(as_user(chief), Author.objects.get(), note="Ada Marsh left.")
        workflow.approve(article.pk, content_hash=fresh(article).content().hash, actor=second_editor, now=NOW)
        rows = list(article.revisions.order_by("number").values_list("created_by", "reason"))[1:]
        assert {person for person, _ in rows} == {chief.pk, photo_editor.pk}
        assert all(reason.startswith("Outside the story: ") for _, reason in rows)

    def test_a_save_does_not_put_the_librarys_words_under_the_writers_name(self, article, photo_editor, editor):
        library.change_photo(photo=article.lead_photo, actor=photo_editor, photographer="Somebody Else")
        content = fresh(article).content().changed(headline="Other")
        workflow.save_draft(article.pk, content=content, version=article.version, actor=editor, now=NOW)
        first, second = article.revisions.order_by("number")[1:]
        assert (first.created_by, second.created_by) == (photo_editor, editor)
        assert first.story.headline == article.headline
        assert first.story.lead == second.story.lead != Lead(picture(make_photo(editor)), "", "")

    def test_words_chosen_in_a_merge_are_recorded_once_and_nothing_behind_them(
        self, writer, second_writer, photo_editor
    ):
        photo = make_photo(writer)
        author = make_author("Sven Second", user=second_writer)
        article = make_story(writer=writer, lead=photo, bylines=[author], body="<p>One.</p><p>Two.</p>")
        base = article.content()
        workflow.save_draft(
            article.pk, content=base.changed(headline="Theirs"), version=1, actor=second_writer, now=NOW
        )
        library.change_photo(photo=photo, actor=photo_editor, photographer="Somebody Else")
        mine = base.changed(headline="Mine", body="<p>One.</p><p>Three.</p>", lead=fresh(article).content().lead)
        with pytest.raises(workflow.StaleSave) as stale:
            workflow.save_draft(article.pk, content=mine, version=1, actor=writer, now=NOW)
        choices = dict.fromkeys((clash.key for clash in stale.value.clashes), "theirs")
        workflow.save_draft(article.pk, content=mine, version=1, actor=writer, now=NOW, choices=choices)
        whose = list(article.revisions.order_by("number").values_list("created_by", flat=True))
        assert whose == [writer.pk, second_writer.pk, photo_editor.pk, writer.pk, writer.pk]
        newest = article.revisions.newest_first().first()
        assert newest.story == fresh(article).content()

    def test_words_that_no_story_prints_are_nobodys_change(self, article, chief, editor):
        library.change_photo(photo=article.lead_photo, actor=chief, caption="Another caption", alt="Another")
        assert Photo.objects.get(pk=article.lead_photo_id).changed_by is None
        workflow.publish(article.pk, actor=editor, now=NOW)

    def test_a_void_approval_names_whose_it_was(self, article, writer, editor, second_editor):
        _save(article, second_editor, None)
        event = article.events.first()
        assert (event.label, event.data["approver"]) == ("Changed after approval", editor.pk)
        approved = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.send_back(approved.pk, actor=second_editor, now=NOW, note="No.")
        assert approved.events.first().data["approver"] == editor.pk

    def test_a_scheduled_story_says_what_it_will_not_print(self, article, chief, editor, as_user):
        workflow.schedule(article.pk, publish_at=NOW + HOUR, actor=editor, now=NOW)
        library.change_photo(photo=article.lead_photo, actor=chief, photographer="Somebody Else")
        html = as_user(editor).get(article.get_absolute_url()).content.decode()
        assert "It goes out as it was approved" in html
        assert "is now “Agency / Somebody Else / Harbour Office via Wire”" in html


# --- Pure ------------------------------------------------------------------------------------------------------------------


def test_each_step_holds_the_changes_of_one_more_room():
    old = make_simple("Old credit", "Old note")
    new = make_simple("New credit", "New note")
    kinds = [change.key for change in attribution.changes(old, new)]
    assert kinds == [("photo", 7), ("author", 1)]
    half = attribution.step(old, new, [("photo", 7)])
    assert (half.lead.picture.credit, half.bylines[0].note) == ("New credit", "Old note")
    assert attribution.step(old, new, kinds) == new


def make_simple(credit, note):
    from articles.content import Byline, StoryContent

    facts = Picture(7, "a" * 64, 2400, 1600, credit)
    return StoryContent(lead=Lead(facts), pictures=(facts,), bylines=(Byline(1, "Ada", "ada", note=note),))


# --- Two at once -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_wins_and_the_other_is_told():
    writer, first, second = (
        make_user(f"{n}@example.org", f"{n}@example.org", r)
        for n, r in (("w", "writer"), ("a", "editor"), ("b", "editor"))
    )
    article = make_story(writer=writer, status=Status.IN_REVIEW)
    words = article.content().hash
    outcomes, barrier = [], threading.Barrier(2)

    def approve(actor):
        try:
            barrier.wait()
            workflow.approve(article.pk, content_hash=words, actor=actor, now=NOW)
            outcomes.append("approved")
        except TransitionRefused as refused:
            outcomes.append(str(refused))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=(actor,)) for actor in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("approved") == 1
    refusal = next(outcome for outcome in outcomes if outcome != "approved")
    assert refusal.endswith("@example.org approved the story as it stands, 19 June 2024, 14:05 CEST.")
    assert Approval.objects.count() == 1
    assert article.events.filter(verb="approve").count() == 1
