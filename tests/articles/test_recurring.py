"""Stories made from stories: copies, and templates for what comes again."""

import pytest
import time_machine
from django.urls import reverse

from articles import workflow
from articles.models import Article, Event, Revision
from articles.recurring.keeping import save_as_template
from articles.recurring.models import StoryTemplate
from articles.statuses import Status
from articles.workflow import TransitionRefused
from tests.builders import NOW, make_author, make_content, make_photo, make_section, make_story, make_topic

ADD = "/desk/articles/article/add/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def url(article, name):
    return reverse(f"admin:articles_article_{name}", args=[article.pk])


class TestDuplicate:
    def test_a_copy_has_the_same_words_and_pictures_and_a_history_that_says_where_from(self, writer, second_writer):
        photo = make_photo(writer)
        source = make_story(writer=writer, headline="The bridge", lead=photo)
        made = workflow.duplicate(source.pk, actor=second_writer, now=NOW)
        old, new = source.content(), made.content()
        assert new == old.changed(headline="Copy of The bridge", slug=new.slug)
        assert new.slug != old.slug
        assert (made.status, made.created_by, made.version) == (Status.DRAFT, second_writer, 1)
        assert Revision.objects.get(article=made).reason == f"Copy of “The bridge” (story {source.pk}, revision 1)"
        assert Event.objects.get(article=made).label.startswith("Copy of “The bridge”")

    def test_a_copy_of_what_readers_see_is_a_draft_and_changes_nothing_of_it(self, writer, editor):
        source = make_story(writer=writer, editor=editor, status=Status.PUBLISHED)
        made = workflow.duplicate(source.pk, actor=writer, now=NOW)
        assert (made.status, made.approval, made.first_published_at) == (Status.DRAFT, None, None)
        assert Article.objects.get(pk=source.pk).status == Status.PUBLISHED

    def test_the_longest_headline_and_none_can_be_copied(self, writer):
        long = make_story(writer=writer, headline="x" * 300)
        assert len(workflow.duplicate(long.pk, actor=writer, now=NOW).headline) <= 300
        none = make_story(writer=writer, headline="", slug="")
        assert workflow.duplicate(none.pk, actor=writer, now=NOW).headline == "Copy of an untitled story"

    def test_a_copy_of_a_copy_has_an_address_of_its_own(self, writer):
        source = make_story(writer=writer)
        slugs = {source.slug}
        for _ in range(3):
            slugs.add(workflow.duplicate(source.pk, actor=writer, now=NOW).slug)
        assert len(slugs) == 4

    def test_suggestions_that_nobody_answered_do_not_go_along(self, writer):
        body = '<p>One<ins data-suggestion="abc123" data-by="1" data-at="2024-06-19T12:05:00Z"> two</ins>.</p>'
        source = make_story(writer=writer, body=body)
        assert "<ins" not in workflow.duplicate(source.pk, actor=writer, now=NOW).body

    def test_there_must_be_a_story(self, writer):
        with pytest.raises(TransitionRefused, match="no such story"):
            workflow.duplicate(999, actor=writer, now=NOW)

    def test_on_the_desk(self, as_user, writer, second_writer, reader):
        source = make_story(writer=writer)
        answer = as_user(second_writer).post(url(source, "duplicate"), follow=True)
        assert "This is the copy" in answer.content.decode()
        assert Article.objects.count() == 2
        assert as_user(writer).get(url(source, "duplicate")).status_code == 405
        assert reader.post(url(source, "duplicate")).status_code == 302
        assert Article.objects.count() == 2


class TestTemplates:
    def make(self, article, editor, name="Market at noon", **options):
        return save_as_template(article.pk, name=name, actor=editor, now=NOW, **options)

    def test_a_template_keeps_words_and_pictures_but_no_slug_and_no_bylines(self, writer, editor):
        photo = make_photo(writer)
        article = make_story(writer=writer, lead=photo, section="news/world", topics=["Bridges"])
        story = self.make(article, editor).story
        assert story == article.content().changed(slug="", bylines=())

    def test_writers_do_not_make_templates(self, writer, editor, photo_editor):
        article = make_story(writer=writer)
        for actor in (writer, photo_editor):
            with pytest.raises(TransitionRefused, match="does not allow"):
                self.make(article, actor)

    def test_a_name_is_needed_and_stands_once_unless_replaced(self, writer, editor):
        article, other = make_story(writer=writer), make_story(writer=writer, headline="Other")
        with pytest.raises(TransitionRefused, match="needs a name"):
            self.make(article, editor, "  ")
        first = self.make(article, editor)
        with pytest.raises(TransitionRefused, match="already a template"):
            self.make(other, editor, "market AT noon")
        assert self.make(other, editor, "market AT noon", replace=True).pk == first.pk
        assert StoryTemplate.objects.get().story.headline == "Other"

    def test_a_new_story_is_offered_them_and_starts_from_one(self, as_user, writer, editor):
        make_author("Wilma Writer", user=writer)
        article = make_story(writer=editor, headline="Market at noon, Friday", topics=["Money"])
        template = self.make(article, editor)
        client = as_user(writer)
        assert f'href="?template={template.pk}"' in client.get(ADD).content.decode()
        html = client.get(ADD + f"?template={template.pk}").content.decode()
        assert "Market at noon, Friday</textarea>" in html
        assert "data-unsaved" in html
        assert 'value="Wilma' not in html
        assert Article.objects.count() == 1, "nothing is saved before somebody saves"

    def test_what_was_renamed_or_is_gone_since(self, as_user, writer, editor):
        article = make_story(writer=writer, section="news/world", topics=["Bridges", "Rivers"])
        template = self.make(article, editor)
        workflow.save_draft(
            article.pk, content=make_content(topics=[], slug=article.slug), version=1, actor=writer, now=NOW
        )
        make_topic("Rivers").delete()
        content = template.content_today()
        assert [topic.name for topic in content.topics] == ["Bridges"]
        assert content.section.pk == make_section("news/world").pk

    @pytest.mark.parametrize("query", ["?template=999", "?template=x", "?template=" + "9" * 40])
    def test_no_such_template_is_an_empty_story(self, as_user, writer, query):
        assert as_user(writer).get(ADD + query).status_code == 200

    def test_on_the_desk(self, as_user, writer, editor):
        article = make_story(writer=writer)
        html = as_user(editor).post(url(article, "template"), {"name": "Noon"}, follow=True).content.decode()
        assert "Kept as the template “Noon”" in html
        assert (
            "does not allow"
            in as_user(writer).post(url(article, "template"), {"name": "No"}, follow=True).content.decode()
        )
        assert "Save as template" not in as_user(writer).get(url(article, "change")).content.decode()
        assert StoryTemplate.objects.count() == 1

    def test_editors_rename_and_delete_them_and_writers_look(self, as_user, writer, editor):
        template = self.make(make_story(writer=writer), editor)
        listed = "/desk/recurring/storytemplate/"
        assert "Market at noon" in as_user(writer).get(listed).content.decode()
        change = f"{listed}{template.pk}/change/"
        assert as_user(writer).post(change, {"name": "Mine", "section": ""}).status_code == 403
        assert as_user(editor).post(change, {"name": "Market", "section": ""}).status_code == 302
        assert as_user(editor).get(f"{listed}add/").status_code == 403
        assert as_user(writer).post(f"{listed}{template.pk}/delete/", {"post": "yes"}).status_code == 403
        assert as_user(editor).post(f"{listed}{template.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not StoryTemplate.objects.exists()

    def test_the_list_costs_the_same_at_any_length(self, as_user, writer, editor, django_assert_max_num_queries):
        article = make_story(writer=writer)
        client = as_user(writer)
        for number in range(30):
            self.make(article, editor, f"Template {number}")
            if number in (1, 29):
                with django_assert_max_num_queries(11):
                    client.get("/desk/recurring/storytemplate/")
                with django_assert_max_num_queries(20):
                    client.get(ADD)
