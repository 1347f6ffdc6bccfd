"""What differs between two versions, as an editor reads it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from articles.diff import Run, compare, compare_bodies, compare_words
from tests.articles.test_content import CHANGES, STORY


def test_the_same_version_twice_differs_in_nothing():
    assert compare(STORY, replace(STORY)) == []


def test_every_change_that_a_reader_would_see_is_found():
    for what, change in CHANGES.items():
        found = compare(STORY, STORY.changed(**change))
        assert [field.field for field in found] == list(change), what
        assert any(run.kind != "same" for field in found for piece in field.changes for run in piece.runs), what


def test_words_inside_a_paragraph():
    assert compare_words("the council voted late", "the council met late") == (
        Run("same", "the council "),
        Run("removed", "voted"),
        Run("added", "met"),
        Run("same", " late"),
    )


def test_a_paragraph_that_was_moved_in_is_added_and_the_rest_is_the_same():
    changes = compare_bodies("<p>One.</p><p>Three.</p>", "<p>One.</p><p>Two.</p><p>Three.</p>")
    assert [change.kind for change in changes] == ["same", "added", "same"]


def test_a_paragraph_that_became_another_is_shown_as_changed():
    changes = compare_bodies("<p>The repair cost 41 million.</p>", "<p>The repair cost 43 million.</p>")
    assert [change.kind for change in changes] == ["changed"]


def test_a_change_of_markup_alone_is_said():
    changes = compare_bodies("<p>The repair</p>", "<p>The <em>repair</em></p>")
    assert [(change.kind, change.markup_only) for change in changes] == [("changed", True)]


def test_a_picture_put_in_another_place_is_named():
    figure = '<figure data-photo="7" data-alt="Bridge" data-layout="full"><figcaption>Cap</figcaption></figure>'
    (change,) = [c for c in compare_bodies("<p>a</p>", f"<p>a</p>{figure}") if c.kind != "same"]
    assert "Photo 7" in change.runs[0].words
    assert "Cap" in change.runs[0].words


def test_a_huge_paragraph_is_replaced_and_not_compared_word_by_word():
    old, new = "a " * 5000, "b " * 5000
    assert [run.kind for run in compare_words(old, new)] == ["removed", "added"]


def test_ten_thousand_equal_paragraphs_are_not_held_against_each_other():
    changes = compare_bodies("<p>a</p>" * 10_000, "<p>a</p>" * 10_001)
    assert {change.kind for change in changes} == {"removed", "added"}


_TEXT = st.text(alphabet="ab \n.", max_size=30)


@given(_TEXT, _TEXT)
def test_the_two_texts_can_be_read_back_from_the_comparison(old, new):
    runs = compare_words(old, new)
    assert "".join(run.words for run in runs if run.kind != "added") == old
    assert "".join(run.words for run in runs if run.kind != "removed") == new


_BODY = st.lists(
    st.sampled_from(["<p>One two.</p>", "<p>One three.</p>", "<h2>Four</h2>", "<p>Five</p>"]), max_size=6
).map("".join)


@given(_BODY, _BODY)
def test_no_block_of_either_body_is_left_out(old, new):
    changes = compare_bodies(old, new)
    assert sum(change.kind in {"same", "removed", "changed"} for change in changes) == old.count("<p>") + old.count(
        "<h2>"
    )
    assert sum(change.kind in {"same", "added", "changed"} for change in changes) == new.count("<p>") + new.count(
        "<h2>"
    )
