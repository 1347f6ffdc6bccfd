"""The desk's search: every story in every state, by words, person, section, state and date."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles import workflow
from articles.desk import search
from articles.models import Article, StoryWords
from articles.models.words import MOST_BYTES, keep_words
from articles.statuses import Status
from tests.builders import NOW, make_author, make_content, make_photo, make_section, make_story

URL = "/desk/search/"


def found(words="", before="", **question):
    return [result.article for result in search.search({"q": words, **question}, before=before).found]


def words_of(text, **values):
    return {"body": f"<p>{text}</p>", "headline": "A headline", "standfirst": "", **values}


class TestWords:
    @pytest.mark.parametrize(
        ("where", "value"),
        [
            ("headline", "The zeppelin lands"),
            ("standfirst", "A zeppelin."),
            ("body", "<p>One <em>zeppelin</em>.</p>"),
            ("slug", "zeppelin-lands"),
        ],
    )
    def test_a_word_is_found_wherever_it_stands(self, writer, where, value):
        article = make_story(writer=writer, **{where: value})
        make_story(writer=writer)
        assert found("zeppelin") == [article]

    def test_captions_credits_and_bylines_are_found(self, writer):
        photo = make_photo(writer, caption="A quokka at noon", photographer="Xenia Ypsilon")
        article = make_story(writer=writer, lead=photo, bylines=[make_author("Zoltan Quill")])
        for words in ("quokka", "xenia ypsilon", "zoltan quill"):
            assert found(words) == [article], words

    def test_the_slugline_is_found_from_the_moment_it_is_set(self, writer):
        article = make_story(writer=writer)
        assert found("quayfire") == []
        workflow.arrange(article.pk, actor=writer, now=NOW, slugline="QUAYFIRE")
        assert found("quayfire") == [article]

    def test_what_was_taken_out_is_not_found_any_more(self, writer):
        article = make_story(writer=writer, headline="Zeppelin")
        content = article.content().changed(headline="Balloon")
        workflow.save_draft(article.pk, content=content, version=1, actor=writer, now=NOW)
        assert (found("zeppelin"), found("balloon")) == ([], [article])

    def test_words_in_any_order_and_beginnings_of_words(self, writer):
        article = make_story(writer=writer, **words_of("The bridges were closed by the harbour."))
        assert found("harbour bridge") == [article]
        assert found("harbour tunnel") == []

    def test_parts_of_words_in_the_headline(self, writer):
        article = make_story(writer=writer, headline="Footbridge closed")
        assert found("bridge clos") == [article]

    def test_phrases_minus_and_or(self, writer):
        one = make_story(writer=writer, **words_of("open bridge"))
        two = make_story(writer=writer, **words_of("bridge open"))
        assert found('"open bridge"') == [one]
        assert found("“open bridge”") == [one]
        assert found('bridge -"open bridge"') == [two]
        assert set(found('"open bridge" or "bridge open"')) == {one, two}

    def test_spiked_stories_are_found_too(self, writer):
        article = make_story(writer=writer, status=Status.SPIKED, headline="Zeppelin")
        assert found("zeppelin") == [article]

    def test_other_scripts(self, writer):
        article = make_story(writer=writer, **words_of("الجسر مفتوح مرة أخرى"), language="ar")
        assert found("الجسر") == [article]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=60))
    def test_no_question_is_an_error(self, db, text):
        form = search.Question({"q": text})
        if form.is_valid():  # NUL is refused
            search.search(form.cleaned_data)

    @pytest.mark.parametrize("words", ["& | !", "a:*b", "''", "\\", "(", ":*", '"', "-", "or", "<-> b", "a OR"])
    def test_signs_of_the_database_mean_nothing(self, db, words):
        assert found(words) == []

    def test_a_story_of_nothing_but_different_words_can_be_kept(self, writer):
        signs = "abcdefghijklmnopqrstuvwxyz0123456789"
        many = " ".join(a + b + c + d for a in signs for b in signs for c in signs for d in "abcd")
        assert len(many) > MOST_BYTES
        make_story(writer=writer, **words_of(many))
        make_story(writer=writer, **words_of("長" * 300_000))
        make_story(writer=writer, **words_of("x" * 900_000))
        assert StoryWords.objects.count() == 3


class TestFilters:
    def test_by_person_who_started_it_or_stands_under_it(self, writer, second_writer):
        wilma = make_author("Wilma Writer", user=writer)
        mine = make_story(writer=writer, bylines=[make_author("Ada Marsh")])
        under = make_story(writer=second_writer, bylines=[wilma])
        make_story(writer=second_writer, bylines=[make_author("Ada Marsh")])
        assert set(found(person=wilma)) == {mine, under}

    def test_by_section_with_its_subsections(self, writer):
        article = make_story(writer=writer, section="news/world")
        make_story(writer=writer, section="sport")
        assert found(section=make_section("news")) == found(section=make_section("news/world")) == [article]

    def test_by_state_scheduled_too(self, writer, editor):
        draft = make_story(writer=writer)
        approved = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        timed = make_story(writer=writer, editor=editor, status=Status.APPROVED)
        workflow.schedule(timed.pk, publish_at=NOW + dt.timedelta(hours=1), actor=editor, now=NOW)
        assert found(state="draft") == [draft]
        assert set(found(state="approved")) == {approved, timed}
        assert found(state="scheduled") == [timed]

    def test_by_days_of_the_newsrooms_zone_both_included(self, writer):
        late = dt.datetime(2024, 6, 19, 22, 30, tzinfo=dt.UTC)  # the 20th in Berlin
        article = make_story(writer=writer, now=late)
        day = dt.date(2024, 6, 20)
        assert found(since=day, until=day) == [article]
        assert found(until=dt.date(2024, 6, 19)) == []
        assert found(since=day, date="published") == []


class TestPaging:
    def test_a_page_is_bounded_and_the_next_begins_after_it(self, writer):
        for number in range(search.PAGE + 3):
            make_story(writer=writer, now=NOW + dt.timedelta(minutes=number // 2))
        first = search.search({"q": "bridge"})
        rest = found("bridge", before=first.more)
        assert (len(first.found), len(rest)) == (search.PAGE, 3)
        every = [result.article.pk for result in first.found] + [article.pk for article in rest]
        assert every == list(Article.objects.order_by("-changed_at", "-pk").values_list("pk", flat=True))

    @pytest.mark.parametrize("before", ["x", "~", "2024-06-19~1", "2024-99-01T00:00:00Z~1", "2024-06-19T00:00:00Z~x"])
    def test_a_place_that_is_none_is_the_beginning(self, writer, before):
        assert len(found(before=before)) == len(found())


class TestPage:
    def test_the_passage_is_shown_with_the_words_marked_and_nothing_in_it_is_markup(self, as_user, writer):
        text = "Nobody saw the zeppelin &lt;script&gt;alert(1)&lt;/script&gt; over the harbour."
        make_story(writer=writer, **words_of(text, headline="<img src=x> zeppelin"))
        html = as_user(writer).get(URL, {"q": "zeppelin"}).content.decode()
        assert "saw the <mark>zeppelin</mark> " in html
        assert "&lt;img src=x&gt; <mark>zeppelin</mark>" in html
        assert "<script>alert" not in html
        assert "<img src=x>" not in html

    def test_everybody_on_the_desk_may_search_and_nobody_else(self, as_user, cast, reader):
        for user in cast.values():
            assert as_user(user).get(URL).status_code == 200
        assert reader.get(URL).status_code == 302

    def test_states_are_said(self, as_user, writer):
        make_story(writer=writer, status=Status.SPIKED, headline="Zeppelin")
        assert 'data-status="spiked">Spiked<' in as_user(writer).get(URL, {"q": "zeppelin"}).content.decode()

    @pytest.mark.parametrize(
        "query",
        [
            "?q=%00",
            "?person=x",
            "?section=99999",
            "?state=nonsense",
            "?since=x",
            "?until=9999-12-31",
            "?before=x&q=a",
            "?since=0001-01-01",
        ],
    )
    def test_no_address_is_an_error(self, as_user, writer, query):
        assert as_user(writer).get(URL + query).status_code == 200

    def test_the_page_costs_the_same_at_two_and_at_two_hundred(self, as_user, writer, django_assert_max_num_queries):
        client = as_user(writer)
        make_author("Wilma Writer", user=writer)
        for number in range(80):
            make_story(writer=writer)
            if number in (1, 79):
                with django_assert_max_num_queries(11):  # six of its own; the rest is every page of the desk’s
                    client.get(URL, {"q": "bridge"})

    def test_the_box_stands_on_every_page_of_the_desk(self, as_user, writer):
        for url in ("/desk/", "/desk/articles/article/", URL):
            assert 'id="bar-search"' in as_user(writer).get(url).content.decode()


def test_a_save_writes_the_words_in_one_query(writer, django_assert_num_queries):
    article = make_story(writer=writer)
    content = make_content(headline="Other")
    with django_assert_num_queries(1):
        keep_words(article, content)
