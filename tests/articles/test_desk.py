"""The desk: what each person sees, what the buttons do, and what no forged request can."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import workflow
from articles.models import Article, Event, PublishedArticle, Revision, Unsaved
from articles.statuses import Status
from articles.transitions import VERBS
from tests.builders import NOW, make_author, make_photo, make_section, make_story, make_topic

HOME = "/desk/"
LIST = "/desk/articles/article/"
ADD = "/desk/articles/article/add/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def page(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def verb_url(article, verb):
    return reverse("admin:articles_article_do", args=[article.pk, verb])


def form_of(article=None, **values):
    """Return what the writing page would send for this story, with some fields as given."""
    bylines = values.pop("bylines", None)
    content = article.content() if article else None
    data = {
        "version": article.version if article else "",
        "headline": content.headline if content else "",
        "standfirst": content.standfirst if content else "",
        "body": content.body if content else "",
        "section": content.section.pk if content and content.section else "",
        "topics": [topic.pk for topic in content.topics] if content else [],
        "slug": content.slug if content else "",
        "language": "en",
        "lead_photo": content.lead.picture.photo if content and content.lead else "",
        "lead_alt": content.lead.alt if content and content.lead else "",
        "lead_caption": content.lead.caption if content and content.lead else "",
        "verb": "save_draft",
    }
    lines = (
        bylines
        if bylines is not None
        else [(line.author, line.role, "") for line in (content.bylines if content else ())]
    )
    data |= {"bylines-TOTAL_FORMS": len(lines), "bylines-INITIAL_FORMS": 0}
    for index, (author, role, printed) in enumerate(lines):
        data |= {
            f"bylines-{index}-author": author,
            f"bylines-{index}-role": role,
            f"bylines-{index}-printed_name": printed,
            f"bylines-{index}-ORDER": index + 1,
        }
    return data | values


class TestTheDoor:
    @pytest.mark.parametrize("url", [HOME, LIST, ADD, "/desk/articles/article/1/change/", "/desk/articles/article/1/history/",
                                     "/desk/articles/article/1/compare/", "/desk/articles/article/1/preview/"])  # fmt: skip
    def test_nobody_comes_in_without_signing_in(self, reader, db, url):
        response = reader.get(url, follow=True)
        assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=/desk/")

    def test_no_verb_is_done_without_signing_in(self, reader, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        assert reader.post(verb_url(article, "publish")).status_code == 302
        assert not PublishedArticle.objects.exists()

    def test_everybody_with_an_account_may_look_at_every_page(self, cast, as_user, editor):
        article = make_story(writer=cast["writer"], editor=editor, status=Status.PUBLISHED)
        pages = [
            HOME,
            LIST,
            ADD,
            page(article),
            page(article).replace("change", "history"),
            page(article).replace("change", "compare"),
        ]
        for user in cast.values():
            for url in pages:
                assert as_user(user).get(url).status_code == 200, (user, url)

    def test_a_story_that_does_not_exist_is_not_found(self, as_user, editor):
        for url in ("999999/change/", "999999/history/", "x/change/", f"{'9' * 30}/change/"):
            assert as_user(editor).get(LIST + url).status_code in {302, 404}


class TestHome:
    def test_a_writer_sees_what_was_sent_back_with_the_note(self, as_user, writer, editor):
        article = make_story(writer=writer, status=Status.IN_REVIEW, headline="The bridge")
        workflow.send_back(article.pk, actor=editor, now=NOW, note="Who paid for it?")
        html = as_user(writer).get(HOME).content.decode()
        assert "Sent back to you" in html
        assert "Who paid for it?" in html

    def test_an_editor_sees_what_waits_and_a_writer_does_not(self, as_user, writer, second_writer, editor):
        make_story(writer=writer, status=Status.IN_REVIEW, headline="Waiting words")
        assert "Waiting words" in as_user(editor).get(HOME).content.decode()
        assert "Waiting words" not in as_user(second_writer).get(HOME).content.decode()

    def test_everybody_sees_what_is_scheduled_and_what_went_out(self, as_user, writer, editor, second_writer):
        soon = make_story(writer=writer, editor=editor, status=Status.APPROVED, headline="Soon out")
        workflow.schedule(soon.pk, publish_at=NOW + dt.timedelta(hours=1), actor=editor, now=NOW)
        make_story(writer=writer, editor=editor, status=Status.PUBLISHED, headline="Just out")
        html = as_user(second_writer).get(HOME).content.decode()
        assert "Soon out" in html
        assert "15:05 CEST" in html
        assert "Just out" in html

    def test_an_empty_desk_says_so_and_offers_a_start(self, as_user, writer):
        html = as_user(writer).get(HOME).content.decode()
        assert "You have no open stories" in html
        assert "Start a story" in html

    def test_stories_that_one_was_asked_to_read_come_first(self, as_user, writer, editor):
        make_story(writer=writer, status=Status.IN_REVIEW, headline="Waits longest")
        asked = make_story(writer=writer, headline="Asked for you")
        workflow.submit(asked.pk, actor=writer, now=NOW + dt.timedelta(minutes=1), asked_editor=editor)
        html = as_user(editor).get(HOME).content.decode()
        assert html.index("Asked for you") < html.index("Waits longest")

    def test_home_costs_the_same_with_two_stories_and_with_two_hundred(self, as_user, writer, editor):
        client = as_user(editor)
        counts = []
        for count in (1, 99):
            for _ in range(count):
                make_story(writer=writer, status=Status.IN_REVIEW)
                make_story(writer=editor)
            client.get(HOME)
            with CaptureQueriesContext(connection) as queries:
                client.get(HOME)
            counts.append(len(queries))
        assert counts == [8, 8], [query["sql"][:80] for query in queries.captured_queries]


class TestTheList:
    def test_stories_are_found_by_state_section_and_owner(self, as_user, writer, second_writer, editor):
        make_story(writer=writer, headline="Mine and draft", section="culture/books")
        make_story(writer=second_writer, status=Status.IN_REVIEW, headline="Theirs in review")
        client = as_user(writer)

        def shown(query):
            html = client.get(LIST + query).content.decode()
            return [headline for headline in ("Mine and draft", "Theirs in review") if headline in html]

        assert shown("") == ["Mine and draft", "Theirs in review"]
        assert shown("?state=in_review") == ["Theirs in review"]
        assert shown("?mine=1") == ["Mine and draft"]
        assert shown("?section=culture") == ["Mine and draft"]
        assert shown("?section=culture/books") == ["Mine and draft"]
        assert shown("?q=theirs") == ["Theirs in review"]
        assert shown("?state=nonsense&section=no/where%00") == ["Mine and draft", "Theirs in review"]

    def test_the_list_costs_the_same_at_any_length(self, as_user, writer, editor, django_assert_max_num_queries):
        client = as_user(editor)
        for count in (2, 20):
            for _ in range(count):
                make_story(writer=writer)
            with django_assert_max_num_queries(12):
                client.get(LIST)

    def test_nobody_deletes_a_story(self, as_user, chief, writer):
        article = make_story(writer=writer)
        assert as_user(chief).post(f"{LIST}{article.pk}/delete/", {"post": "yes"}).status_code == 403
        assert Article.objects.exists()


class TestWriting:
    def test_a_writer_starts_a_story_and_stands_under_it(self, as_user, writer):
        author = make_author("Wilma Writer", user=writer)
        client = as_user(writer)
        assert f'<option value="{author.pk}" selected>' in client.get(ADD).content.decode()
        data = form_of(headline="The bridge opens again", body="<p>Text</p>", section=make_section().pk,
                       topics=[make_topic("Bridges").pk], bylines=[(author.pk, "writer", "")])  # fmt: skip
        response = client.post(ADD, data, follow=True)
        article = Article.objects.get()
        assert response.redirect_chain[-1][0] == page(article)
        assert (article.headline, article.slug, article.created_by) == (
            "The bridge opens again",
            "the-bridge-opens-again",
            writer,
        )
        assert [str(line) for line in article.bylines.all()] == ["Wilma Writer"]
        assert Revision.objects.get().story == article.content()

    def test_save_and_submit_is_one_click(self, as_user, writer):
        author = make_author()
        data = form_of(
            headline="H",
            body="<p>Text</p>",
            section=make_section().pk,
            bylines=[(author.pk, "writer", "")],
            verb="submit",
        )
        as_user(writer).post(ADD, data)
        assert Article.objects.get().status == Status.IN_REVIEW

    def test_submitting_what_lacks_something_keeps_the_words_and_says_what(self, as_user, writer):
        response = as_user(writer).post(ADD, form_of(body="<p>Text</p>", verb="submit"), follow=True)
        assert "Saved, but not submitted. The story has no headline yet." in response.content.decode()
        assert Article.objects.get().body == "<p>Text</p>"

    def test_saving_without_a_change_says_so_and_makes_no_revision(self, as_user, writer):
        article = make_story(writer=writer)
        response = as_user(writer).post(page(article), form_of(article), follow=True)
        assert "Nothing had changed" in response.content.decode()
        assert Revision.objects.count() == 1

    def test_bylines_keep_the_order_in_which_they_were_put(self, as_user, writer):
        first, second = make_author("Ada Marsh"), make_author("Bo Lens")
        article = make_story(writer=writer)
        data = form_of(article, bylines=[(first.pk, "writer", ""), (second.pk, "photographer", "B. Lens")])
        data |= {"bylines-0-ORDER": 2, "bylines-1-ORDER": 1}
        as_user(writer).post(page(article), data)
        assert [(str(line), line.role) for line in article.bylines.all()] == [
            ("B. Lens", "photographer"),
            ("Ada Marsh", "writer"),
        ]

    def test_nobody_stands_under_a_story_twice_in_one_role(self, as_user, writer):
        author = make_author()
        article = make_story(writer=writer)
        data = form_of(article, headline="Typed anew", bylines=[(author.pk, "writer", ""), (author.pk, "writer", "")])
        response = as_user(writer).post(page(article), data)
        assert response.status_code == 422
        assert "twice in the same role" in response.content.decode()
        assert "Typed anew" in response.content.decode()

    def test_a_taken_slug_is_refused_with_a_free_one_and_nothing_typed_is_lost(self, as_user, writer):
        make_story(writer=writer, slug="bridge")
        article = make_story(writer=writer)
        response = as_user(writer).post(page(article), form_of(article, slug="bridge", headline="Typed anew"))
        html = response.content.decode()
        assert response.status_code == 422
        assert "Another story on the desk has this slug. “bridge-2” is free." in html
        assert "Typed anew" in html

    @pytest.mark.parametrize("slug", ["Bridge", "a b", "../x", "ü", "-a", "a--b", "a" * 121])
    def test_a_slug_that_is_no_address_is_refused(self, as_user, writer, slug):
        article = make_story(writer=writer)
        assert as_user(writer).post(page(article), form_of(article, slug=slug)).status_code == 422

    def test_a_caption_without_a_photo_is_not_thrown_away(self, as_user, writer):
        article = make_story(writer=writer)
        response = as_user(writer).post(page(article), form_of(article, lead_caption="The bridge at dusk"))
        assert response.status_code == 422
        assert "There is no lead photo for this caption" in response.content.decode()
        assert "The bridge at dusk" in response.content.decode()

    def test_the_lead_photo_brings_its_credit(self, as_user, writer):
        photo = make_photo(writer)
        article = make_story(writer=writer)
        as_user(writer).post(
            page(article), form_of(article, lead_photo=photo.pk, lead_alt="A bridge", lead_caption="Dusk")
        )
        lead = Article.objects.get().content().lead
        assert (lead.alt, lead.caption, lead.picture.credit) == (
            "A bridge",
            "Dusk",
            "Agency / Bo Lens / Harbour Office via Wire",
        )

    def test_two_who_wrote_at_once_see_both_texts(self, as_user, writer, editor):
        article = make_story(writer=writer, body="<p>The repair cost 41 million.</p>")
        mine = form_of(article, body="<p>The repair cost 42 million.</p>")
        as_user(editor).post(page(article), form_of(article, body="<p>The repair cost 43 million.</p>"))
        response = as_user(writer).post(page(article), mine)
        html = response.content.decode()
        assert response.status_code == 409
        assert "Edda Editor saved this story at 19 June 2024, 14:05 CEST" in html
        assert "&lt;p&gt;The repair cost 42 million.&lt;/p&gt;" in html, "mine is in the form"
        assert "The repair cost <mark>43</mark> million." in html, "theirs is beside it"
        assert "The repair cost <mark>42</mark> million." in html
        (key,) = re.findall(r'name="(clash:[^"]+)" value="mine"', html)
        assert Unsaved.objects.open().get().person == writer, "and kept, should the page be lost"
        as_user(writer).post(page(article), mine | {key: "mine"})
        assert [r.story.body for r in article.revisions.newest_first()][:2] == [
            "<p>The repair cost 42 million.</p>",
            "<p>The repair cost 43 million.</p>",
        ]

    def test_words_typed_while_the_story_went_into_review_are_shown_to_be_copied(self, as_user, writer, editor):
        article = make_story(writer=writer)
        data = form_of(article, headline="Typed too late", body="<p>A whole paragraph of it.</p>")
        workflow.submit(article.pk, actor=editor, now=NOW)
        for answer in (
            as_user(writer).post(page(article), data),
            as_user(writer).post(page(article), data | {"slug": "!"}),
        ):
            assert "Your words were not saved" in answer.content.decode()
            assert "Typed too late" in answer.content.decode()
            assert "A whole paragraph of it." in answer.content.decode()

    def test_somebody_who_may_not_write_reads_and_a_forged_save_is_refused(self, as_user, writer, second_writer):
        article = make_story(writer=writer)
        client = as_user(second_writer)
        html = client.get(page(article)).content.decode()
        assert "own writers and for editors" in html
        assert 'name="headline"' not in html
        response = client.post(page(article), form_of(article, headline="Forged"))
        assert response.status_code == 409
        assert Article.objects.get().headline != "Forged"


HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>\u202e{{ 7|add:7 }}"


class TestHostileWords:
    def test_hostile_words_in_every_field_do_nothing_anywhere(self, as_user, writer, editor, second_editor, reader):
        client = as_user(writer)
        author = make_author("Eve <b>Bold</b>", slug="eve", note=HOSTILE.replace("\u202e", ""))
        shown = HOSTILE.replace("\u202e", "")  # the library takes it out
        photo = make_photo(writer, alt=shown, caption=shown, photographer="<i>Bo</i>")
        data = form_of(
            headline=HOSTILE, standfirst=HOSTILE, slug="hostile", section=make_section().pk, lead_photo=photo.pk,
            body=f"<p>ok</p>{HOSTILE}<figure data-photo='{photo.pk}' data-alt='{HOSTILE}'><figcaption>{HOSTILE}</figcaption></figure>",
            lead_alt=HOSTILE, lead_caption=HOSTILE, bylines=[(author.pk, "writer", HOSTILE[:100])], verb="submit",
        )  # fmt: skip
        assert client.post(ADD, data).status_code == 302
        article = Article.objects.get()
        assert article.status == Status.IN_REVIEW
        as_user(editor).post(verb_url(article, "send_back"), {"note": HOSTILE})
        workflow.submit(article.pk, actor=writer, now=timezone.now())
        workflow.approve(article.pk, content_hash=article.content().hash, actor=editor, now=timezone.now())
        workflow.publish(article.pk, actor=editor, now=timezone.now())
        row = PublishedArticle.objects.get()
        urls = [HOME, LIST, page(article), page(article).replace("change", "history"), page(article).replace("change", "preview"),
                f"{LIST}?q={HOSTILE[:40]}", row.get_absolute_url(), row.lite_url, "/", "/news/world/", "/authors/eve/"]  # fmt: skip
        for url in urls:
            html = as_user(second_editor).get(url).content.decode()
            assert "<script>alert" not in html, url
            assert "<img src=x" not in html, url
            assert "<b>Bold" not in html, url
            assert "\u202e" not in html, url

    def test_signs_that_no_database_keeps_are_taken_out_and_the_rest_is_saved(self, as_user, writer):
        as_user(writer).post(ADD, form_of(headline="A head\x00line", body="<p>Long\x00 text&#1;</p>"))
        assert (Article.objects.get().headline, Article.objects.get().body) == ("A headline", "<p>Long text</p>")

    @pytest.mark.parametrize("field", ["headline", "lead_alt", "lead_caption"])
    def test_words_that_grow_too_long_when_settled_are_refused_in_words(self, as_user, writer, field):
        article = make_story(writer=writer, lead=make_photo(writer))
        response = as_user(writer).post(page(article), form_of(article, **{field: "\ufb2c" * 300}))
        assert response.status_code in {302, 422}
        assert as_user(writer).post(page(article), form_of(article, **{field: "\ufb2c" * 1000})).status_code == 422

    @pytest.mark.parametrize("total", ["", "x", "-5", "1000000", None])
    def test_a_form_without_its_counts_is_refused_and_loses_no_byline(self, as_user, writer, total):
        article = make_story(writer=writer)
        data = form_of(article, headline="Typed anew") | {"bylines-TOTAL_FORMS": total}
        response = as_user(writer).post(page(article), {key: value for key, value in data.items() if value is not None})
        assert response.status_code in {302, 422}
        assert article.bylines.count() == 1

    def test_a_body_far_too_large_is_refused_in_words(self, as_user, writer):
        response = as_user(writer).post(ADD, form_of(headline="x", body="x" * 5_100_000))
        assert response.status_code == 400


class TestTheButtons:
    def test_only_what_this_person_may_do_now_is_offered(self, as_user, writer, editor, chief):
        article = make_story(writer=writer, status=Status.IN_REVIEW)

        def buttons(user):
            html = as_user(user).get(page(article)).content.decode()
            buttons = re.findall(r"<button([^>]*)>([^<]*)</button>", html)
            return {label for attributes, label in buttons if "aria-disabled" not in attributes} & {
                v.label for v in VERBS
            }

        assert buttons(writer) == set()
        assert buttons(editor) == {"Save draft", "Send back", "Approve", "Embargo", "Spike"}

    def test_a_refused_button_says_why(self, as_user, editor):
        article = make_story(writer=editor, status=Status.IN_REVIEW)
        html = as_user(editor).get(page(article)).content.decode()
        assert "You changed this story yourself, so somebody else must approve it." in html

    def test_from_review_to_readers_by_buttons(self, as_user, writer, editor):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        client = as_user(editor)
        client.post(verb_url(article, "approve"), {"content_hash": article.content().hash})
        response = client.post(verb_url(article, "publish"), follow=True)
        assert "Published. Readers can see it now." in response.content.decode()
        assert PublishedArticle.objects.visible(at=NOW).exists()

    def test_the_approver_must_have_seen_these_words(self, as_user, writer, editor):
        article = make_story(writer=writer, status=Status.IN_REVIEW)
        response = as_user(editor).post(verb_url(article, "approve"), {"content_hash": "0" * 64})
        assert response.status_code == 409
        assert "The story changed while you were reading" in response.content.decode()

    def test_a_note_typed_for_a_refused_verb_is_still_there(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        response = as_user(editor).post(verb_url(article, "send_back"), {"note": "A long and careful note"})
        assert response.status_code == 409
        assert "not possible: this story is published" in response.content.decode()

    def test_a_forged_publish_gains_nothing(self, as_user, writer, second_writer, photo_editor, editor):
        draft = make_story(writer=writer)
        approved = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        for user in (writer, second_writer, photo_editor):
            for article in (draft, approved):
                response = as_user(user).post(verb_url(article, "publish"))
                assert response.status_code == 409
                assert "does not allow" in response.content.decode()
        assert not PublishedArticle.objects.exists()

    def test_a_post_without_the_pages_token_is_refused(self, writer, editor):
        from django.test import Client

        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        client = Client(enforce_csrf_checks=True)
        client.force_login(editor)
        assert client.post(verb_url(article, "publish")).status_code == 403
        assert not PublishedArticle.objects.exists()

    def test_verbs_are_not_done_by_following_a_link(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        assert as_user(editor).get(verb_url(article, "publish")).status_code == 405
        assert as_user(editor).post(verb_url(article, "destroy")).status_code == 404

    def test_publishing_a_second_time_says_who_was_first(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        html = as_user(editor).post(verb_url(article, "publish")).content.decode()
        assert "this story is published, by Edda Editor since 19 June 2024, 14:05 CEST" in html

    @pytest.mark.parametrize(
        ("typed", "answer"),
        [
            ("2024-06-19T13:00", "has passed"),
            ("2025-03-30T02:30", "so 02:30 does not come. The nearest times are 01:59 and 03:00."),
            ("2024-10-27T02:30", "Choose which of the two is meant"),
            ("9999-12-31T23:59", "more than two years ahead"),
            ("tomorrow", "Enter a valid date"),
            ("", "Give the day and the time"),
        ],
    )
    def test_a_time_that_will_not_come_is_refused_in_words(self, as_user, writer, editor, typed, answer):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        response = as_user(editor).post(verb_url(article, "schedule"), {"publish_at": typed})
        assert response.status_code in {409, 422}
        assert answer in response.content.decode().replace("&#x27;", "’").replace("'", "’")

    def test_a_time_is_the_newsrooms_and_the_page_says_so(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        client = as_user(editor)
        assert "Europe/Berlin (CEST, UTC+02:00)" in client.get(page(article)).content.decode()
        client.post(verb_url(article, "schedule"), {"publish_at": "2024-06-20T06:00"})
        assert Article.objects.get().publish_at == dt.datetime(2024, 6, 20, 4, 0, tzinfo=dt.UTC)
        assert "goes out" in client.get(page(article)).content.decode()

    def test_a_chief_gives_a_reason_for_their_own_words(self, as_user, chief):
        article = make_story(writer=chief, status=Status.IN_REVIEW)
        client = as_user(chief)
        words = {"content_hash": article.content().hash}
        assert "Reason for approving your own words" in client.get(page(article)).content.decode()
        assert client.post(verb_url(article, "approve"), words).status_code == 409
        client.post(verb_url(article, "approve"), words | {"override_reason": "Night desk"})
        assert "Own words, because: Night desk" in client.get(page(article)).content.decode()


class TestThePageItself:
    def test_the_page_costs_the_same_whatever_the_length(self, as_user, writer, editor, django_assert_max_num_queries):
        client = as_user(editor)
        for words in (2, 4000):
            authors = [make_author(f"Author {number}") for number in range(1 if words == 2 else 12)]
            article = make_story(
                writer=writer, status=Status.IN_REVIEW, body="<p>word word</p>" * words, bylines=authors
            )
            for number in range(3 if words == 2 else 30):
                content = article.content().changed(headline=f"Headline {number}")
                article = workflow.save_draft(
                    article.pk, content=content, version=article.version, actor=editor, now=NOW
                )
            with django_assert_max_num_queries(45 + len(authors)):
                client.get(page(article))

    def test_a_published_story_that_is_edited_says_what_readers_see(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        content = article.content().changed(headline="New words")
        workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=NOW)
        html = as_user(writer).get(page(article)).content.decode()
        assert "Readers still see the version of 19 June 2024, 14:05 CEST" in html


class TestHistory:
    def test_saves_of_one_sitting_are_one_line_and_verbs_stand_out(self, as_user, writer, editor):
        article = make_story(writer=writer, headline="One")
        for minute in (5, 10, 50):
            content = article.content().changed(headline=f"Minute {minute}")
            article = workflow.save_draft(
                article.pk,
                content=content,
                version=article.version,
                actor=writer,
                now=NOW + dt.timedelta(minutes=minute),
            )
        workflow.submit(article.pk, actor=writer, now=NOW + dt.timedelta(minutes=51))
        workflow.send_back(article.pk, actor=editor, now=NOW + dt.timedelta(minutes=52), note="Who paid?")
        html = as_user(writer).get(page(article).replace("change", "history")).content.decode()
        assert "3 saves in one sitting" in html
        assert html.index("Send back") < html.index("Submit for review") < html.index("3 saves")
        assert "Who paid?" in html

    def test_two_revisions_compared_by_word(self, as_user, writer):
        article = make_story(writer=writer, headline="The bridge opens")
        content = article.content().changed(headline="The bridge closes")
        workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=NOW)
        html = as_user(writer).get(page(article).replace("change", "compare")).content.decode()
        assert "opens</del>" in html
        assert "closes</ins>" in html

    def test_what_differs_from_what_readers_see(self, as_user, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.PUBLISHED, standfirst="Old words")
        content = article.content().changed(standfirst="New words")
        workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=NOW)
        html = as_user(writer).get(page(article).replace("change", "compare") + "?from=live").content.decode()
        assert "Old</del>" in html

    @pytest.mark.parametrize(
        "query", ["?from=x&to=y", "?from=99&to=98", "?from=-1", "?from=live", "?to=99999999999999999999"]
    )
    def test_nonsense_is_compared_with_nothing(self, as_user, writer, query):
        article = make_story(writer=writer)
        assert as_user(writer).get(page(article).replace("change", "compare") + query).status_code == 200


class TestPreview:
    def test_unsaved_words_are_shown_as_readers_would_see_them_and_are_not_saved(self, as_user, writer):
        article = make_story(writer=writer, headline="Saved words")
        url = page(article).replace("change", "preview")
        html = as_user(writer).post(url, form_of(article, headline="Unsaved words")).content.decode()
        assert "Unsaved words" in html
        assert Article.objects.get().headline == "Saved words"
        assert "Saved words" in as_user(writer).get(url).content.decode()

    def test_a_story_without_anything_can_be_previewed(self, as_user, writer):
        assert as_user(writer).post(ADD + "preview/", form_of(headline="Only this")).status_code == 200
        assert as_user(writer).post(ADD + "preview/?edition=lite", form_of()).status_code == 200

    def test_a_preview_is_kept_by_nobody_and_indexed_by_nobody(self, as_user, writer):
        response = as_user(writer).get(page(make_story(writer=writer)).replace("change", "preview"))
        assert "no-store" in response.headers["Cache-Control"]
        assert "noindex" in response.headers.get("X-Robots-Tag", "") + response.content.decode()

    def test_a_preview_of_a_form_with_faults_says_which(self, as_user, writer):
        article = make_story(writer=writer)
        response = as_user(writer).post(page(article).replace("change", "preview"), form_of(article, slug="../x"))
        assert response.status_code == 422
        assert "Use small letters" in response.content.decode()


def test_every_verb_leaves_an_event_with_its_actor(as_user, writer, editor):
    article = make_story(writer=writer, status=Status.IN_REVIEW)
    client = as_user(editor)
    client.post(verb_url(article, "approve"), {"content_hash": article.content().hash})
    client.post(verb_url(article, "schedule"), {"publish_at": "2024-06-20T06:00"})
    client.post(verb_url(article, "unschedule"))
    client.post(verb_url(article, "spike"))
    client.post(verb_url(article, "revive"))
    events = Event.objects.order_by("pk").exclude(actor=writer)
    assert [(event.verb, event.actor) for event in events] == [
        (verb, editor) for verb in ("approve", "schedule", "unschedule", "spike", "revive")
    ]
