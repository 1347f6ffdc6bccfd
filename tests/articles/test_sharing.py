"""Showing a story outside: who may, what an outsider sees and may do, and that it ends to the second."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.test import Client
from PIL import Image

from articles import workflow
from articles.models import Article, Event, Note
from articles.notices.models import Notice
from articles.sharing import links
from articles.sharing.models import Link, SignOff
from articles.statuses import Status
from articles.workflow import TransitionRefused
from media import library
from tests.builders import NOW, make_photo, make_story

SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def story(writer):
    return make_story(writer=writer, headline="The minister’s letters", body="<p>Nobody has read them yet.</p>")


@pytest.fixture
def give(story, writer):
    """Make a link for Lena Law; returns it and the path it opens."""

    def made(**given):
        given = {"given_to": "Lena Law", "until": NOW + 3 * DAY, "actor": writer, "now": NOW} | given
        link, token = links.make(given.pop("article", story).pk, **given)
        return link, f"/preview/{token}/"

    return made


def change(story, actor, **changes):
    article = Article.objects.get(pk=story.pk)
    content = article.content().changed(**changes)
    return workflow.save_draft(article.pk, content=content, version=article.version, actor=actor, now=NOW)


def stamped(page):
    return re.search(r'name="shown" value="([^"]+)"', page.content.decode())[1]


class TestWhoMayShow:
    @pytest.mark.parametrize(
        ("who", "may"),
        [("writer", True), ("editor", True), ("chief", True), ("second_writer", False), ("photo_editor", False)],
    )
    def test_its_writers_and_editors_may_and_others_not(self, cast, story, give, who, may, as_user):
        page = f"/desk/articles/article/{story.pk}/sharing/"
        data = {"given_to": "Lena Law", "days": "3", "newest": "1"}
        answer = as_user(cast[who]).post(page, data)
        assert answer.status_code == (200 if may else 409)
        assert Link.objects.count() == (1 if may else 0)
        if not may:
            assert "A story is shown outside by its own writers and by editors." in answer.content.decode()

    def test_a_spiked_story_is_shown_to_nobody(self, story, give, writer, reader):
        _, path = give()
        workflow.spike(story.pk, actor=writer, now=NOW)
        with pytest.raises(TransitionRefused, match="spiked"):
            give()
        assert reader.get(path).status_code == 404

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"given_to": "  "}, "for whom"),
            ({"given_to": "x" * 81}, "longer than 80"),
            ({"until": NOW}, "over before"),
            ({"until": NOW + 30 * DAY + SECOND}, "30 days at most"),
        ],
    )
    def test_a_link_needs_a_name_and_an_end(self, give, given, words):
        with pytest.raises(TransitionRefused, match=words):
            give(**given)
        assert not Link.objects.exists()

    def test_only_the_hash_of_the_token_is_kept_and_it_is_long(self, give):
        link, path = give()
        token = path.split("/")[2]
        assert len(token) >= 32  # 192 bits
        row = Link.objects.filter(pk=link.pk).values().get()
        assert token not in str(row)
        assert not Event.objects.filter(data__icontains=token).exists()

    def test_making_one_leaves_an_event(self, story, give, writer):
        give(comments=True, sign_off=True)
        event = story.events.first()
        assert (event.verb, event.actor) == ("shared", writer)
        assert event.label == "Shown outside to Lena Law until 22 June 2024, 14:05 CEST, with comments and sign-off"

    def test_the_database_keeps_it_as_it_was_given(self, give):
        link, _ = give()
        for change in ({"expires_at": NOW + 9 * DAY}, {"given_to": "Other"}, {"comments": True}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Link.objects.filter(pk=link.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            link.delete()


class TestWhatAnOutsiderSees:
    @pytest.mark.parametrize("edition", ["", "lite/"])
    def test_the_readers_page_with_their_name_across_it(self, give, reader, edition):
        _, path = give()
        page = reader.get(path + edition)
        text = page.content.decode()
        assert page.status_code == 200
        assert "Nobody has read them yet." in text
        assert text.count("Lena Law · not published") == 24
        assert "Not published." in text
        assert "until <time" in text
        assert "preview.css" in text

    def test_a_name_is_no_markup(self, give, reader):
        _, path = give(given_to="<script>alert(1)</script>")
        for edition in ("", "lite/"):
            text = reader.get(path + edition).content.decode()
            assert "<script>alert" not in text
            assert "&lt;script&gt;alert" in text

    @pytest.mark.parametrize("edition", ["", "lite/"])
    def test_no_cache_search_engine_or_other_site_learns_of_it(self, give, reader, edition):
        _, path = give()
        page = reader.get(path + edition)
        assert page["Cache-Control"] == "private, no-store"
        assert page["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page["X-Robots-Tag"]
        assert 'name="robots" content="noindex' in page.content.decode()
        assert not page.cookies
        assert "ETag" not in page
        assert "canonical" not in page.content.decode()

    def test_each_edition_leads_to_the_other_and_not_to_the_published_one(self, give, reader):
        _, path = give()
        assert f'href="{path}lite/"' in reader.get(path).content.decode()
        assert f'href="{path}"' in reader.get(f"{path}lite/").content.decode()

    def test_always_the_newest_words(self, story, give, writer, reader):
        _, path = give()
        change(story, writer, headline="Other words")
        assert "Other words" in reader.get(path).content.decode()

    def test_or_one_version_whatever_changes(self, story, give, writer, reader):
        _, path = give(newest=False)
        change(story, writer, headline="Other words")
        text = reader.get(path).content.decode()
        assert "Other words" not in text
        assert "The minister’s letters" in text

    def test_no_suggestion_is_shown(self, story, give, editor, reader):
        _, path = give()
        made = '<p>Nobody has read them <ins data-suggestion="sugg01" data-by="1" data-at="2024-06-19T12:00:00Z">EVER</ins>yet.</p>'
        change(story, editor, body=made)
        assert "EVER" not in reader.get(path).content.decode()

    def test_opening_it_leaves_an_event_the_first_time_only(self, story, give, reader, writer):
        link, path = give()
        reader.head(path)
        assert not Event.objects.filter(verb="preview_opened").exists()
        for _ in range(3):
            reader.get(path)
        event = Event.objects.get(verb="preview_opened")
        assert (event.actor, event.who, event.label) == (None, "Lena Law", "Preview opened by Lena Law")
        link.refresh_from_db()
        assert link.opened_at == NOW
        assert Notice.objects.get(event=event).recipient == writer

    @pytest.mark.parametrize("length", [1, 200])
    def test_it_costs_the_same_for_any_length(self, story, give, writer, reader, length, django_assert_max_num_queries):
        change(story, writer, body="<p>Some words.</p>" * length)
        _, path = give(comments=True, sign_off=True)
        reader.get(path)
        with django_assert_max_num_queries(14):
            assert reader.get(path).status_code == 200


class TestPictures:
    @pytest.fixture
    def photos(self, writer, tmp_path):
        def photo(colour):
            Image.new("RGB", (1200, 800), colour).save(tmp_path / "p.jpg")
            return library.add_photo(
                file=ContentFile((tmp_path / "p.jpg").read_bytes(), name="p.jpg"),
                actor=writer,
                photographer="Bo Lens",
                now=NOW,
            )

        return {colour: photo(colour) for colour in ("red", "green", "blue")}

    @pytest.mark.parametrize("edition", ["", "lite/"])
    def test_of_the_story_are_shown_under_the_token_and_nowhere_else(
        self, photos, story, give, writer, reader, edition
    ):
        body = f'<p>Words</p><figure data-photo="{photos["green"].pk}"><figcaption>Caption</figcaption></figure>'
        change(story, writer, body=body)
        article = make_story(writer=writer, lead=photos["red"], body=Article.objects.get(pk=story.pk).body)
        _, path = give(article=article)
        text = reader.get(path + edition).content.decode()
        sources = set(re.findall(r'(?:src|srcset)="([^" ]+)', text))
        pictures = {source for source in sources if "photos" in source}
        assert pictures
        assert all(source.startswith(f"{path}photos/") for source in pictures), pictures
        for digest in (photos["red"].digest, photos["green"].digest):
            assert any(digest in source for source in pictures)
        for source in pictures:
            answer = reader.get(source)
            assert answer.status_code == 200, source
            assert answer["Cache-Control"] == "private, no-store"
            assert not answer.cookies
            assert reader.get(source.replace(path, "/")).status_code == 404
        others = f"{path}photos/{photos['blue'].digest}/320.webp"
        assert reader.get(others).status_code == 404

    def test_go_with_the_link(self, photos, give, writer, reader):
        article = make_story(writer=writer, lead=photos["red"])
        link, path = give(article=article)
        picture = f"{path}photos/{photos['red'].digest}/320.webp"
        assert reader.get(picture).status_code == 200
        links.revoke(link.pk, actor=writer, now=NOW)
        assert reader.get(picture).status_code == 404

    def test_of_another_version_are_not_shown(self, photos, give, writer, reader):
        article = make_story(writer=writer, lead=photos["red"])
        _, path = give(article=article, newest=False)
        _, newest = give(article=article)
        change(article, writer, lead=None)
        assert reader.get(f"{path}photos/{photos['red'].digest}/320.webp").status_code == 200
        assert reader.get(f"{newest}photos/{photos['red'].digest}/320.webp").status_code == 404

    def test_of_odd_sizes_are_not_found(self, photos, give, writer, reader):
        article = make_story(writer=writer, lead=photos["red"])
        _, path = give(article=article)
        for name in ("321.webp", "share.jpg", "1920.webp", "0.jpg"):
            assert reader.get(f"{path}photos/{photos['red'].digest}/{name}").status_code == 404


class TestTheEnd:
    def test_comes_to_the_second(self, give, reader, at_noon):
        _, path = give(until=NOW + DAY)
        at_noon.move_to(NOW + DAY - SECOND)
        assert reader.get(path).status_code == 200
        at_noon.move_to(NOW + DAY)
        assert reader.get(path).status_code == 404

    def test_is_answered_like_a_link_that_never_was(self, give, reader, writer, at_noon):
        link, revoked = give()
        links.revoke(link.pk, actor=writer, now=NOW)
        _, over = give(until=NOW + SECOND)
        at_noon.move_to(NOW + 2 * SECOND)
        answers = [reader.get(path) for path in (revoked, over, "/preview/" + "A" * 32 + "/", "/preview/x/")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        for answer in answers:
            assert answer["Cache-Control"] == "private, no-store"
            assert not answer.cookies
            assert "Lena" not in answer.content.decode()

    @pytest.mark.parametrize("who", ["writer", "editor", "chief"])
    def test_its_writers_and_editors_revoke_it_at_once(self, cast, story, give, reader, as_user, who):
        link, path = give()
        as_user(cast[who]).post(f"/desk/articles/article/{story.pk}/sharing/{link.pk}/revoke/")
        assert reader.get(path).status_code == 404
        assert Event.objects.get(verb="unshared").label == "Preview link of Lena Law revoked"

    @pytest.mark.parametrize("who", ["second_writer", "photo_editor"])
    def test_others_do_not(self, cast, story, give, reader, as_user, who):
        link, path = give()
        as_user(cast[who]).post(f"/desk/articles/article/{story.pk}/sharing/{link.pk}/revoke/")
        assert reader.get(path).status_code == 200

    def test_nobody_revokes_by_get_or_through_another_story(self, cast, story, give, as_user, editor, writer):
        link, _ = give()
        other = make_story(writer=writer)
        client = as_user(editor)
        assert client.get(f"/desk/articles/article/{story.pk}/sharing/{link.pk}/revoke/").status_code == 405
        assert client.post(f"/desk/articles/article/{other.pk}/sharing/{link.pk}/revoke/").status_code == 404
        link.refresh_from_db()
        assert link.revoked_at is None

    def test_comes_when_who_made_it_is_switched_off(self, give, reader, writer):
        _, path = give()
        writer.is_active = False
        writer.save()
        assert reader.get(path).status_code == 404

    def test_a_token_opens_its_own_story_only(self, give, writer, reader):
        other = make_story(writer=writer, headline="Other secrets", body="<p>Other words.</p>")
        _, path = give()
        text = reader.get(path).content.decode()
        assert "Other" not in text
        assert reader.get(f"/preview/{other.pk}/").status_code == 404


class TestEmbargo:
    @pytest.fixture
    def embargoed(self, story, editor, writer):
        workflow.embargo(story.pk, until=NOW + DAY, reason="Ministry", actor=editor, now=NOW)
        return story

    def test_no_link_is_made_and_staff_are_told_why(self, embargoed, give, as_user, writer):
        with pytest.raises(TransitionRefused, match="under embargo until 20 June 2024, 14:05 CEST"):
            give()
        page = as_user(writer).get(f"/desk/articles/article/{embargoed.pk}/sharing/").content.decode()
        assert "under embargo until" in page
        assert "Make link" not in page

    def test_a_link_made_before_shows_nothing_until_then(self, story, give, reader, editor, at_noon):
        _, path = give(comments=True)
        workflow.embargo(story.pk, until=NOW + DAY, reason="Ministry", actor=editor, now=NOW)
        page = reader.get(path)
        assert page.status_code == 404
        assert "Ministry" not in page.content.decode()
        reader.post(f"{path}comment/", {"text": "Hello"})
        assert not Note.objects.exists()
        at_noon.move_to(NOW + DAY)
        assert reader.get(path).status_code == 200


class TestAnswers:
    def test_a_comment_becomes_a_note_and_an_event_and_tells_who_asked(self, story, give, writer, editor):
        _, path = give(comments=True, actor=editor)
        outsider = Client(enforce_csrf_checks=True)
        page = outsider.post(f"{path}comment/", {"text": "Page two:\r\nwrong <b>name</b>."}, follow=True)
        assert "Your comment has reached the newsroom." in page.content.decode()
        assert not outsider.cookies
        note = Note.objects.get()
        assert (note.author, note.outsider, note.text) == (None, "Lena Law", "Page two:\nwrong <b>name</b>.")
        assert note.who == "Lena Law (outside)"
        event = Event.objects.get(verb="preview_comment")
        assert (event.who, event.note) == ("Lena Law", note.text)
        assert set(Notice.objects.filter(event=event).values_list("recipient__name", flat=True)) == {
            "Edda Editor",
            "Wilma Writer",
        }

    def test_the_desk_shows_it_as_text(self, story, give, reader, as_user, writer):
        _, path = give(comments=True)
        reader.post(f"{path}comment/", {"text": "wrong <b>name</b>"})
        page = as_user(writer).get(story.get_absolute_url()).content.decode()
        assert "wrong &lt;b&gt;name&lt;/b&gt;" in page
        assert "Lena Law" in page

    def test_a_colleague_can_answer_a_comment(self, story, give, reader, writer):
        from articles import notes

        _, path = give(comments=True)
        reader.post(f"{path}comment/", {"text": "Wrong name"})
        notes.answer(Note.objects.get().pk, text="Mended, thank you", actor=writer, now=NOW)
        assert Note.objects.count() == 2

    @pytest.mark.parametrize(("given", "what"), [({}, "comment"), ({}, "sign-off"), ({"comments": True}, "sign-off")])
    def test_nothing_is_taken_that_was_not_asked_for(self, give, reader, given, what):
        _, path = give(**given)
        page = reader.get(path).content.decode()
        assert f"{what}/" not in page
        answer = reader.post(f"{path}{what}/", {"text": "Hello", "shown": "x"})
        assert answer.status_code == 422
        assert not Note.objects.exists()
        assert not SignOff.objects.exists()

    def test_an_empty_comment_is_refused_with_a_sentence_in_both_editions(self, give, reader):
        _, path = give(comments=True)
        for data in ({"text": " "}, {"text": " ", "lite": "1"}):
            answer = reader.post(f"{path}comment/", data)
            assert answer.status_code == 422
            assert "There is nothing in it yet." in answer.content.decode()

    def test_what_was_typed_is_kept_when_it_is_refused(self, give, reader):
        _, path = give(comments=True)
        answer = reader.post(f"{path}comment/", {"text": "x" * 5001})
        assert "x" * 5001 in answer.content.decode()

    def test_comments_are_limited(self, give, reader, at_noon):
        _, path = give(comments=True)
        codes = [reader.post(f"{path}comment/", {"text": "Hello"}).status_code for _ in range(11)]
        assert codes == [302] * 10 + [422]
        at_noon.move_to(NOW + dt.timedelta(minutes=11))
        assert reader.post(f"{path}comment/", {"text": "Hello"}).status_code == 302

    def test_a_sign_off_is_bound_to_the_words_that_were_shown(self, story, give, reader, writer, as_user):
        _, path = give(sign_off=True)
        shown = stamped(reader.get(path))
        answer = reader.post(f"{path}sign-off/", {"shown": shown, "text": "With regards"}, follow=True)
        assert "You signed this version off" in answer.content.decode()
        event = Event.objects.get(verb="signed_off")
        assert event.note == "With regards"
        assert event.data["content_hash"] == SignOff.objects.get().content_hash == story.content().hash
        desk = as_user(writer)
        assert "signed off this version" in desk.get(story.get_absolute_url()).content.decode()
        change(story, writer, headline="Other words")
        assert "signed off on an earlier version" in desk.get(story.get_absolute_url()).content.decode()
        assert "The story has changed since you signed it off." in reader.get(path).content.decode()

    def test_words_that_changed_while_somebody_read_are_not_signed_off(self, story, give, reader, writer):
        _, path = give(sign_off=True)
        shown = stamped(reader.get(path))
        before = story.content().hash
        change(story, writer, headline="Other words")
        reader.post(f"{path}sign-off/", {"shown": shown})
        assert SignOff.objects.get().content_hash == before

    def test_signing_twice_is_signing_once(self, give, reader):
        _, path = give(sign_off=True)
        shown = stamped(reader.get(path))
        for _ in range(2):
            reader.post(f"{path}sign-off/", {"shown": shown})
        assert SignOff.objects.count() == 1
        assert Event.objects.filter(verb="signed_off").count() == 1

    def test_nobody_signs_words_that_they_were_not_shown(self, give, reader):
        _, path = give(sign_off=True)
        _, other = give(sign_off=True, given_to="Other")
        for shown in ("", "nonsense", stamped(reader.get(other))):
            answer = reader.post(f"{path}sign-off/", {"shown": shown})
            assert answer.status_code == 422
            assert "Load the page again" in answer.content.decode()
        assert not SignOff.objects.exists()

    def test_a_suggestion_does_not_make_a_sign_off_old(self, story, give, reader, writer, editor, as_user):
        _, path = give(sign_off=True)
        reader.post(f"{path}sign-off/", {"shown": stamped(reader.get(path))})
        made = '<p>Nobody has read them <ins data-suggestion="sugg01" data-by="1" data-at="2024-06-19T12:00:00Z">ever </ins>yet.</p>'
        change(story, editor, body=made)
        assert "signed off this version" in as_user(writer).get(story.get_absolute_url()).content.decode()

    def test_answers_by_a_revoked_link_are_not_taken(self, give, reader, writer):
        link, path = give(comments=True, sign_off=True)
        shown = stamped(reader.get(path))
        links.revoke(link.pk, actor=writer, now=NOW)
        assert reader.post(f"{path}comment/", {"text": "Hello"}).status_code == 404
        assert reader.post(f"{path}sign-off/", {"shown": shown}).status_code == 404
        with pytest.raises(TransitionRefused, match="not good any more"):
            links.comment(Link.objects.get(), text="Hello", now=NOW)
        assert not Note.objects.exists()

    def test_a_sign_off_never_changes(self, give, reader):
        _, path = give(sign_off=True)
        reader.post(f"{path}sign-off/", {"shown": stamped(reader.get(path))})
        with pytest.raises(DatabaseError), transaction.atomic():
            SignOff.objects.update(text="Other")

    def test_by_get_nothing_is_answered(self, give, reader):
        _, path = give(comments=True, sign_off=True)
        assert reader.get(f"{path}comment/").status_code == 302
        assert reader.post(path, {"text": "Hello"}).status_code == 405


class TestTheDesk:
    def test_shows_the_address_once(self, story, as_user, writer, reader):
        client = as_user(writer)
        page = f"/desk/articles/article/{story.pk}/sharing/"
        answer = client.post(page, {"given_to": "Lena Law", "days": "7", "newest": "0", "sign_off": "on"})
        address = re.search(r'value="https://news.example(/preview/[^"]+)"', answer.content.decode())[1]
        assert "no-store" in answer["Cache-Control"]
        assert address not in client.get(page).content.decode()
        assert reader.get(address).status_code == 200
        link = Link.objects.get()
        assert (link.expires_at, link.revision.number, link.sign_off, link.comments) == (NOW + 7 * DAY, 1, True, False)

    def test_refuses_what_the_form_does_not_offer(self, story, as_user, writer):
        page = f"/desk/articles/article/{story.pk}/sharing/"
        for data in (
            {},
            {"given_to": "Lena", "days": "365", "newest": "1"},
            {"given_to": "", "days": "3", "newest": "1"},
        ):
            assert as_user(writer).post(page, data).status_code == 422
        assert not Link.objects.exists()

    def test_is_behind_the_door(self, story, reader):
        assert reader.get(f"/desk/articles/article/{story.pk}/sharing/").status_code == 302

    @pytest.mark.parametrize("number", [2, 60])
    def test_the_page_of_links_costs_the_same(
        self, story, give, as_user, writer, number, django_assert_max_num_queries
    ):
        for each in range(number):
            give(given_to=f"Person {each}")
        client = as_user(writer)
        with django_assert_max_num_queries(14):
            assert client.get(f"/desk/articles/article/{story.pk}/sharing/").status_code == 200

    def test_the_panel_shows_what_stands(self, story, give, as_user, writer):
        give()
        link, _ = give(given_to="Gone Person")
        links.revoke(link.pk, actor=writer, now=NOW)
        page = as_user(writer).get(story.get_absolute_url())
        assert [link.given_to for link in page.context["links"]] == ["Lena Law"]


def test_a_published_story_can_be_shown_while_it_is_edited_again(writer, editor, give, reader):
    photo = make_photo(writer)
    article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, lead=photo, headline="Old words")
    change(article, writer, headline="New words")
    _, path = give(article=article)
    assert "New words" in reader.get(path).content.decode()
