"""Suggestions: what their marks mean, that no reader sees one, and who counts as the writer of the words."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from articles import body, diff, publishing, workflow
from articles.content import StoryContent
from articles.desk.suggestions import panel
from articles.models import Approval, Article
from articles.statuses import Status
from articles.suggestions import accepted, open_suggestions, refused, stamped
from articles.workflow import TransitionRefused
from tests.builders import NOW, make_photo, make_published, make_story, make_user

HOUR = dt.timedelta(hours=1)


def ins(words, number="sugg01", by=7):
    return f'<ins data-suggestion="{number}" data-by="{by}" data-at="2024-06-19T12:05:00+00:00">{words}</ins>'


def gone(words, number="sugg01", by=7):
    return ins(words, number, by).replace("ins", "del")


def marks(change, number="sugg01"):
    return f'data-suggestion="{number}" data-change="{change}" data-by="7" data-at="2024-06-19T12:05:00+00:00"'


def figure(photo, change="", number="sugg01"):
    more = f" {marks(change, number)}" if change else ""
    return f'<figure data-photo="{photo}" data-alt="" data-layout="full"{more}><figcaption></figcaption></figure>'


#: What an editor does, as it is stored; what stands there once refused, and once accepted.
MEANINGS = {
    "words come": (f"<p>The {ins('old ')}bridge</p>", "<p>The bridge</p>", "<p>The old bridge</p>"),
    "words go": (f"<p>The {gone('old ')}bridge</p>", "<p>The old bridge</p>", "<p>The bridge</p>"),
    "words change": (f"<p>{gone('Ships')}{ins('Boats')} pass</p>", "<p>Ships pass</p>", "<p>Boats pass</p>"),
    "inside emphasis": (
        f"<p><strong>a{ins('b')}c</strong></p>",
        "<p><strong>ac</strong></p>",
        "<p><strong>abc</strong></p>",
    ),
    "a bold word comes": (f"<p>a <strong>{ins('b')}</strong></p>", "<p>a </p>", "<p>a <strong>b</strong></p>"),
    "plain words come within a linked and bold one": (
        f'<p><a href="/x"><strong>a</strong></a>{ins("b")}<a href="/x"><strong>c</strong></a></p>',
        '<p><a href="/x"><strong>ac</strong></a></p>',
        '<p><a href="/x"><strong>a</strong></a>b<a href="/x"><strong>c</strong></a></p>',
    ),
    "a paragraph is split": (f"<p>One.</p><p {marks('split')}>Two.</p>", "<p>One.Two.</p>", "<p>One.</p><p>Two.</p>"),
    "paragraphs are joined": (
        f"<p>One. </p><p {marks('join')}>Two.</p>",
        "<p>One. </p><p>Two.</p>",
        "<p>One. Two.</p>",
    ),
    "a paragraph comes": (
        f"<p>One.</p><p {marks('split')}>{ins('Two.')}</p><p>Three.</p>",
        "<p>One.</p><p>Three.</p>",
        "<p>One.</p><p>Two.</p><p>Three.</p>",
    ),
    "deleted across paragraphs": (
        f"<p>One {gone('a')}</p><p {marks('join')}>{gone('b')}</p><p {marks('join')}>{gone('c')} two</p>",
        "<p>One a</p><p>b</p><p>c two</p>",
        "<p>One  two</p>",
    ),
    "a heading joins": (f"<h2>A</h2><p {marks('join')}>b</p>", "<h2>A</h2><p>b</p>", "<h2>Ab</h2>"),
    "a picture comes in the middle of a paragraph": (
        f"<p>a</p>{figure(3, 'insert')}<p {marks('split')}>b</p>",
        "<p>ab</p>",
        f"<p>a</p>{figure(3)}<p>b</p>",
    ),
    "a picture goes": (f"<p>a</p>{figure(3, 'delete')}<p>b</p>", f"<p>a</p>{figure(3)}<p>b</p>", "<p>a</p><p>b</p>"),
    "a paragraph becomes a list": (
        f"<p {marks('delete')}>a</p><ul {marks('insert')}><li>a</li></ul>",
        "<p>a</p>",
        "<ul><li>a</li></ul>",
    ),
    "in a quotation": (
        f"<blockquote><p>a</p><p {marks('split')}>{ins('b')}</p></blockquote>",
        "<blockquote><p>a</p></blockquote>",
        "<blockquote><p>a</p><p>b</p></blockquote>",
    ),
    "in a list and a table": (
        f"<ul><li>a{ins('b')}</li></ul><table><tbody><tr><td>{gone('c')}d</td></tr></tbody></table>",
        "<ul><li>a</li></ul><table><tbody><tr><td>cd</td></tr></tbody></table>",
        "<ul><li>ab</li></ul><table><tbody><tr><td>d</td></tr></tbody></table>",
    ),
}


class TestMeaning:
    @pytest.mark.parametrize(("stored", "if_refused", "if_accepted"), MEANINGS.values(), ids=MEANINGS.keys())
    def test_each_is_stored_as_it_is_and_comes_out_exactly(self, stored, if_refused, if_accepted):
        assert body.clean(stored) == stored
        assert refused(stored) == if_refused
        assert accepted(stored) == if_accepted
        assert refused(stored, "sugg01") == if_refused
        assert accepted(stored, "sugg01") == if_accepted
        assert accepted(stored, "other1") == refused(stored, "other1") == stored
        assert body.as_read(stored) == body.as_read(if_refused)
        assert body.as_read(stored) != body.as_read(if_accepted)
        assert body.text(stored) == body.text(if_refused)
        assert body.word_count(stored) == body.word_count(if_refused)
        assert body.figures(stored) == body.figures(if_refused)
        drawn = [body.render(source, figure=lambda node: f"[{node.photo}]") for source in (stored, if_refused)]
        assert drawn[0] == drawn[1]
        assert len(open_suggestions(stored)) == 1
        assert open_suggestions(if_accepted) == open_suggestions(if_refused) == []

    def test_one_is_accepted_and_the_other_stays_open(self):
        stored = f"<p>{ins('a', 'first1')}b{gone('c', 'second2')}</p>"
        assert accepted(stored, "first1") == f"<p>ab{gone('c', 'second2')}</p>"
        assert refused(accepted(stored, "first1"), "second2") == "<p>abc</p>"

    def test_a_border_next_to_another_open_suggestion_waits_for_it(self):
        stored = f"<p>a</p>{figure(3, 'insert', 'figure1')}<p {marks('split', 'border1')}>b</p>"
        half = refused(stored, "border1")
        assert [one.id for one in open_suggestions(half)] == ["figure1"]
        assert refused(half) == "<p>ab</p>"
        assert accepted(half) == f"<p>a</p>{figure(3)}<p>b</p>"

    def test_they_are_listed_in_reading_order_with_whose_and_when_and_what(self):
        stored = (
            f"<p>{gone('Ships', 'first1')}{ins('Boats', 'first1')} pass.</p><p {marks('split', 'second2')}>Again.</p>"
        )
        first, second = open_suggestions(stored)
        assert (first.by, first.at, first.removed, first.added) == (
            7, dt.datetime(2024, 6, 19, 12, 5, tzinfo=dt.UTC), "Ships", "Boats",
        )  # fmt: skip
        assert second.changes == (("split", "p"),)


class TestForeignMarks:
    @pytest.mark.parametrize(
        ("pasted", "stored"),
        [
            ("<p><del>old</del><ins>new</ins></p>", "<p><s>old</s>new</p>"),
            ('<p><ins data-suggestion="">a</ins></p>', "<p>a</p>"),
            ('<p><ins data-suggestion="x y">a</ins></p>', "<p>a</p>"),
            ('<p data-suggestion="sugg01" data-change="burn">a</p>', "<p>a</p>"),
            (f"<p {marks('split')}>first, from nothing</p>", "<p>first, from nothing</p>"),
            (f"<ul><li>a</li></ul><p {marks('join')}>b</p>", "<ul><li>a</li></ul><p>b</p>"),
            (f"<blockquote><p {marks('insert')}>a</p></blockquote>", "<blockquote><p>a</p></blockquote>"),
            (f"<p>{ins('a' + gone('b', 'inner1'))}</p>", f"<p>{ins('ab')}</p>"),
            (f"<p>a{ins('')}</p>", "<p>a</p>"),
            (
                '<p><ins data-suggestion="sugg01" data-by="Edda" data-at="soon" onclick="x()">a</ins></p>',
                '<p><ins data-suggestion="sugg01">a</ins></p>',
            ),
            (
                '<p><ins data-suggestion="sugg01" data-at="2024-99-19T12:05:00Z">a</ins></p>',
                '<p><ins data-suggestion="sugg01">a</ins></p>',
            ),
        ],
    )
    def test_what_is_no_suggestion_of_ours_is_just_words(self, pasted, stored):
        assert body.clean(pasted) == stored
        assert body.clean(stored) == stored

    def test_an_empty_paragraph_takes_its_border_with_it(self):
        """Otherwise a new empty paragraph before this one would glue it to the one before when refused."""
        assert body.clean(f"<p>a</p><p></p><p {marks('split')}>b</p>") == "<p>a</p><p>b</p>"
        picture = figure(3, "insert")
        assert body.clean(f"<p>a</p><p></p>{picture}<p {marks('split')}>b</p>") == f"<p>a</p>{picture}<p>b</p>"
        split_twice = f"<p>a</p><p {marks('split')}></p><p {marks('split')}>b</p>"
        assert refused(body.clean(split_twice)) == "<p>ab</p>"


_WORDS = st.sampled_from(["a", "b ", "&lt;", " ", "ü", "<br>", "<strong>c</strong>"])
_RUN = st.tuples(st.sampled_from(["", "ins", "del"]), st.sampled_from(["first1", "second2"]), _WORDS)
_KINDS = st.sampled_from(["p", "p", "p", "h2", "ul", "figure", "blockquote"])
_BLOCK = st.tuples(
    _KINDS,
    st.sampled_from(["", "", "split", "join", "insert", "delete", "burn"]),
    st.sampled_from(["first1", "second2", "?"]),
    st.lists(_RUN, max_size=4),
)


def _html(blocks):
    found = []
    for kind, change, number, runs in blocks:
        words = "".join(
            ins(text, n) if tag == "ins" else gone(text, n) if tag == "del" else text for tag, n, text in runs
        )
        more = f" {marks(change, number)}" if change else ""
        inside = {"ul": f"<li>{words}</li>", "blockquote": f"<p>{words}</p><p {marks('split')}>{words}</p>"}
        more += ' data-photo="3"' if kind == "figure" else ""
        found.append(f"<{kind}{more}>{inside.get(kind, words if kind != 'figure' else '')}</{kind}>")
    return "".join(found)


_BODIES = st.lists(_BLOCK, max_size=6).map(_html) | st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<ins>", "</ins>", "</del>", "<del>", "words ", "<ul>", "<li>", "</ul>", "<table><tr><td>"]
        + [ins("a")[:-6], gone("b")[:-6], f"<p {marks('split')}>", f"<hr {marks('insert')}>", f"<h2 {marks('join')}>"]
        + [f"<aside data-pullquote=1 {marks('delete')}>", "</aside>", f"<figure data-photo=3 {marks('insert')}>", "</figure>"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(_BODIES)
def test_cleaning_resolving_and_stamping_settle_at_once(source):
    stored = body.clean(source)
    assert body.clean(stored) == stored
    for resolved in (accepted(stored), refused(stored)):
        assert open_suggestions(resolved) == []
        assert "data-suggestion" not in resolved
        assert "data-change" not in resolved
        assert refused(resolved) == resolved
    for one in open_suggestions(stored):
        assert one.id not in {other.id for other in open_suggestions(accepted(stored, one.id))}
    by_me = stamped(stored, before="", by=5, at=NOW)
    assert body.clean(by_me) == by_me
    assert stamped(by_me, before=by_me, by=6, at=NOW + HOUR) == by_me
    assert body.as_read(by_me) == body.as_read(stored) == body.as_read(refused(stored))


@given(st.lists(_BLOCK, max_size=5).map(_html))
def test_in_whatever_order_they_are_refused_the_same_words_remain(source):
    stored = body.clean(source)
    one_by_one = stored
    for one in reversed(open_suggestions(stored)):
        one_by_one = refused(one_by_one, one.id)
    assert "".join(body.text(one_by_one).split()) == "".join(body.text(stored).split())


class TestWhoseTheyAre:
    def test_a_new_one_is_the_actors_whatever_the_browser_says(self):
        fresh = stamped(f"<p>a{ins('b', by=99)}</p>", before="<p>a</p>", by=5, at=NOW)
        (one,) = open_suggestions(fresh)
        assert (one.by, one.at) == (5, NOW)

    def test_one_that_was_there_keeps_its_stamp_whatever_the_browser_says(self):
        before = f"<p>a{ins('b', by=7)}</p>"
        assert (
            stamped(f"<p>new a{ins('b', by=99)}</p>", before=before, by=5, at=NOW + HOUR)
            == f"<p>new a{ins('b', by=7)}</p>"
        )

    def test_to_take_words_out_of_anothers_leaves_it_theirs(self):
        before = f"<p>a{ins('one two', by=7)}</p>"
        assert open_suggestions(stamped(f"<p>a{ins('two')}</p>", before=before, by=5, at=NOW))[0].by == 7

    @pytest.mark.parametrize(
        "after", [f"<p>a{ins('one three')}</p>", f"<p>{gone('a')}{ins('one two')}</p>", f"<p>a{gone('one two')}</p>"]
    )
    def test_nobody_puts_words_into_anothers_mouth(self, after):
        before = f"<p>a{ins('one two', by=7)}</p>"
        assert open_suggestions(stamped(after, before=before, by=5, at=NOW))[0].by == 5


def save(article, source, *, by, now=NOW, **changes):
    article = Article.objects.get(pk=article.pk)
    content = article.content().changed(body=source, **changes)
    return workflow.save_draft(article.pk, content=content, version=article.version, actor=by, now=now)


PLAIN = "<p>The bridge is open again.</p>"
SUGGESTED = f"<p>The {ins('old ')}bridge is open{gone(' again')}.</p>"


class TestReaders:
    def test_open_suggestions_stop_approval_and_say_how_many(self, writer, editor, second_editor, now):
        article = make_story(writer=writer, status=Status.IN_REVIEW, body=PLAIN)
        save(article, f"<p>The {ins('old ')}bridge is open again.</p>", by=second_editor)
        words = Article.objects.get().content().hash
        with pytest.raises(TransitionRefused, match=r"1 suggestion is still open\. Accept or refuse it first"):
            workflow.approve(article.pk, content_hash=words, actor=editor, now=now)
        save(article, f"<p>The {ins('old ')}bridge is open{gone(' again', 'other1')}.</p>", by=second_editor)
        words = Article.objects.get().content().hash
        with pytest.raises(TransitionRefused, match=r"2 suggestions are still open\. Accept or refuse them first"):
            workflow.approve(article.pk, content_hash=words, actor=editor, now=now)

    @pytest.mark.parametrize("verb", ["publish", "schedule"])
    def test_they_stop_publishing_even_when_they_came_in_behind_the_verbs_back(self, verb, writer, editor, now):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED, body=PLAIN)
        Article.objects.filter(pk=article.pk).update(body=SUGGESTED)
        given_with = {"publish_at": now + HOUR} if verb == "schedule" else {}
        with pytest.raises(TransitionRefused, match="still open"):
            getattr(workflow, verb)(article.pk, actor=editor, now=now, **given_with)

    def test_the_story_page_says_why_it_cannot_be_approved(self, writer, editor, second_editor, as_user):
        article = make_story(writer=writer, status=Status.IN_REVIEW, body=PLAIN)
        save(article, SUGGESTED, by=second_editor)
        assert "1 suggestion is still open." in as_user(editor).get(article.get_absolute_url()).text

    def test_even_a_body_that_was_cut_with_one_is_cut_as_if_it_were_refused(self, writer, editor):
        photo = make_photo(writer)
        row = make_published(writer=writer, editor=editor, body="<p>Seen.</p>")
        body_with = (
            f"<p>Seen{ins(' zugzwang')}.</p>{figure(photo.pk, 'insert')}<p {marks('split')}>{ins('zugzwang')}</p>"
        )
        content = row.article.content().changed(body=body_with)
        cut = publishing.cut(content, article=row.article, visible_from=row.visible_from)
        assert cut.body_html == cut.lite_body_html == "<p>Seen.</p>"
        assert cut.word_count == row.word_count

    def test_the_public_never_says_a_word_that_is_suggested_to_a_published_story(self, writer, editor, reader, now):
        row = make_published(writer=writer, editor=editor, body="<p>Seen.</p>")
        save(row.article, f"<p>Seen{ins(' zugzwang')}.</p>", by=editor)
        address = row.get_absolute_url()
        urls = ["/", address, f"/lite{address}", "/feed.xml", "/feed.json", "/news/world/", "/news/world/feed.xml"]
        urls += ["/sitemap.xml", "/news-sitemap.xml", "/search/?q=zugzwang", "/authors/ada-marsh/", "/topics/bridges/"]
        seen = 0
        for url in urls:
            answer = reader.get(url)
            seen += answer.status_code == 200
            text = answer.content.decode() if not answer.streaming else b"".join(answer.streaming_content).decode()
            assert "zugzwang" not in text.replace('value="zugzwang"', ""), url
            assert "data-suggestion" not in text, url
        assert seen >= 6

    def test_the_preview_shows_the_story_without_them(self, writer, editor, as_user):
        article = make_story(writer=writer, status=Status.IN_REVIEW, body=PLAIN)
        save(article, f"<p>The {ins('zugzwang ')}bridge is open{gone(' again')}.</p>", by=editor)
        page = as_user(editor).get(f"/desk/articles/article/{article.pk}/preview/").text
        assert "The bridge is open again." in page
        assert "zugzwang" not in page


#: Who saved which words since the last approval, and whether the editor may approve the last of them.
WHO_WROTE = {
    "only suggested": ([("editor", SUGGESTED), ("writer", accepted(SUGGESTED))], True),
    "suggested and was refused": ([("editor", SUGGESTED), ("writer", PLAIN)], True),
    "suggested, and the other editor accepted": ([("editor", SUGGESTED), ("second_editor", accepted(SUGGESTED))], True),
    "accepted their own": ([("editor", SUGGESTED), ("editor", accepted(SUGGESTED))], False),
    "accepted another's": ([("second_editor", SUGGESTED), ("editor", accepted(SUGGESTED))], False),
    "refused another's": ([("second_editor", SUGGESTED), ("editor", PLAIN)], True),
    "took back their own": ([("editor", SUGGESTED), ("editor", PLAIN)], True),
    "wrote": ([("editor", "<p>Other words.</p>")], False),
    "wrote and suggested at once": (
        [
            ("editor", f"<p>The bridge is open again!{ins(' At last.')}</p>"),
            ("writer", "<p>The bridge is open again!</p>"),
        ],
        False,
    ),
    "hid their own words under a mark": (
        [("editor", f"<p>{gone('The bridge is open again.')}{gone('Other.')}</p>"), ("writer", "<p>Other.</p>")],
        False,
    ),
}


class TestFourEyes:
    @pytest.mark.parametrize(("saves", "may"), WHO_WROTE.values(), ids=WHO_WROTE.keys())
    def test_who_only_suggested_may_approve(self, saves, may, writer, editor, second_editor, now):
        people = {"writer": writer, "editor": editor, "second_editor": second_editor}
        article = make_story(writer=writer, body=PLAIN)
        for who, source in saves:
            save(article, source, by=people[who])
        article = workflow.submit(article.pk, actor=writer, now=now)
        words = Article.objects.get().content().hash
        newest = article.revisions.newest_first().first()

        def approve_behind_the_verbs_back():
            with transaction.atomic():
                Approval.objects.create(
                    article=article, revision=newest, content_hash=words, approved_by=editor, approved_at=now
                )
                transaction.set_rollback(True)

        if may:
            approve_behind_the_verbs_back()
            approved = workflow.approve(article.pk, content_hash=words, actor=editor, now=now)
            assert approved.status == Status.APPROVED
        else:
            with pytest.raises(IntegrityError, match="four_eyes"):
                approve_behind_the_verbs_back()
            with pytest.raises(TransitionRefused, match="somebody else must approve"):
                workflow.approve(article.pk, content_hash=words, actor=editor, now=now)

    def test_a_suggestion_is_a_revision_that_does_not_touch_the_words(self, writer, editor, now):
        article = make_story(writer=writer, body=PLAIN)
        save(article, SUGGESTED, by=editor)
        save(article, SUGGESTED, by=writer, headline="Another headline")
        assert list(article.revisions.order_by("number").values_list("touches", flat=True)) == [True, False, True]

    def test_whether_a_revision_touches_is_written_for_ever(self, writer):
        revision = make_story(writer=writer).revisions.get()
        with pytest.raises(Exception, match="append_only|annot update"), transaction.atomic():
            connection.cursor().execute("UPDATE articles_revision SET touches = false WHERE id = %s", [revision.pk])

    def test_a_suggestion_to_approved_words_voids_the_approval_all_the_same(self, writer, editor):
        article = make_story(writer=writer, editor=editor, status=Status.APPROVED, body=PLAIN)
        assert save(article, SUGGESTED, by=editor).status == Status.DRAFT


class TestSaving:
    def test_saving_the_same_suggestions_again_changes_nothing(self, writer, editor):
        article = make_story(writer=writer, body=PLAIN)
        save(article, SUGGESTED, by=editor)
        (one,) = open_suggestions(Article.objects.get().body)
        assert (one.by, one.at) == (editor.pk, NOW)
        save(article, SUGGESTED, by=writer, now=NOW + HOUR)
        assert article.revisions.count() == 2

    def test_a_suggested_picture_is_none_of_the_storys_until_it_is_accepted(self, writer, editor):
        photo = make_photo(writer, credit=False)
        article = make_story(writer=writer, body=PLAIN)
        save(article, PLAIN + figure(photo.pk, "insert"), by=editor)
        assert Article.objects.get().content().pictures == ()


class TestThePanel:
    @pytest.mark.parametrize("number", [2, 200])
    def test_it_costs_the_same_whatever_the_number_of_suggestions(
        self, number, writer, editor, django_assert_num_queries
    ):
        article = make_story(writer=writer, status=Status.IN_REVIEW, body=PLAIN)
        more = "".join(ins(" word", f"sugg{at:03}") for at in range(number))
        article = save(article, f"<p>The bridge is open again.{more}</p>", by=editor)
        content = article.content()
        with django_assert_num_queries(2):
            shown = panel(article, content, actor=editor)
        assert [row.who for row in shown["suggestions"]] == ["Edda Editor"] * number

    def test_the_mode_is_on_for_whoever_reads_anothers_story_in_review(self, writer, editor):
        article = make_story(writer=writer, body=PLAIN)
        on = {}
        for status in (Status.DRAFT, Status.IN_REVIEW):
            if status == Status.IN_REVIEW:
                article = workflow.submit(article.pk, actor=writer, now=NOW)
            for who in (writer, editor):
                shown = panel(article, article.content(), actor=who)
                on[status, who] = shown["suggestions_data"]["on"]
        assert [key for key, value in on.items() if value] == [(Status.IN_REVIEW, editor)]

    def test_names_cannot_break_out_of_what_the_editor_is_told(self, writer, as_user):
        make_user("x@example.org", "</script><b>X", "editor")
        hostile = make_user("x@example.org")
        article = make_story(writer=writer, body=PLAIN)
        save(article, SUGGESTED, by=hostile)
        assert "</script><b>X" not in as_user(writer).get(article.get_absolute_url()).text


class TestDifferences:
    def test_a_suggestion_is_shown_as_one_and_not_as_a_change_of_the_text(self):
        fields = diff.compare(StoryContent(body=PLAIN), StoryContent(body=SUGGESTED))
        assert [field.field for field in fields] == ["suggestions"]
        (change,) = fields[0].changes
        assert [(run.kind, run.words) for run in change.runs] == [
            ("same", "Suggested: "), ("removed", "again"), ("added", "old"),
        ]  # fmt: skip

    def test_an_accepted_one_is_a_change_and_no_longer_a_suggestion(self):
        fields = diff.compare(StoryContent(body=SUGGESTED), StoryContent(body=accepted(SUGGESTED)))
        assert [field.field for field in fields] == ["suggestions", "body"]
        (change,) = fields[1].changes
        assert "old" in "".join(run.words for run in change.runs if run.kind == "added")
        assert "again" in "".join(run.words for run in change.runs if run.kind == "removed")
