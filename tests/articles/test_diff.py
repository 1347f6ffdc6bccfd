"""What differs between two versions, as an editor reads it."""

import time
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from articles.content import Byline, Label
from articles.diff import Run, compare, compare_bodies, compare_words, folded
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


class TestByItem:
    """Lists and photos are told item by item, not as one garbled line."""

    @staticmethod
    def told(**change):
        ((field),) = compare(STORY, STORY.changed(**change))
        return [(piece.kind, piece.label, [(run.kind, run.words) for run in piece.runs]) for piece in field.changes]

    def test_bylines_that_came_went_and_were_renamed(self):
        ada = STORY.bylines[0]
        bo = Byline(2, "Bo Lens", "bo-lens", "photographer")
        assert self.told(bylines=(ada, bo)) == [("added", "Added", [("added", "Bo Lens, photographer")])]
        assert self.told(bylines=(bo,)) == [
            ("removed", "Removed", [("removed", "Ada Marsh, writer (Ada covers bridges.)")]),
            ("added", "Added", [("added", "Bo Lens, photographer")]),
        ]
        assert self.told(bylines=(replace(ada, name="A. Marsh"),))[0][:2] == ("changed", "Printed as")
        assert self.told(bylines=(replace(ada, note="Ada left."),))[0][1] == "Ada Marsh: author’s note"

    def test_the_order_of_bylines(self):
        two = STORY.changed(bylines=(STORY.bylines[0], Byline(2, "Bo Lens", "bo-lens")))
        ((field),) = compare(two, two.changed(bylines=two.bylines[::-1]))
        assert [(piece.label, [run.words for run in piece.runs]) for piece in field.changes] == [
            ("Order", ["Ada Marsh, Bo Lens", "Bo Lens, Ada Marsh"])
        ]

    def test_topics_one_by_one(self):
        assert self.told(topics=(Label(1, "Old bridges", "bridges"), Label(2, "Ships", "ships"))) == [
            ("added", "Added", [("added", "Ships")]),
            ("changed", "Renamed", [("removed", "Bridges (bridges)"), ("added", "Old bridges (bridges)")]),
        ]

    def test_the_section_as_a_whole(self):
        assert self.told(section=Label(3, "Sport", "sport")) == [
            ("changed", "", [("removed", "News › World (news/world)"), ("added", "Sport (sport)")])
        ]

    def test_caption_alt_text_and_credit_of_the_lead_photo_apart(self):
        lead = replace(STORY.lead, alt="A swing bridge", caption="At dawn.")
        told = self.told(lead=lead)
        assert [label for _, label, _ in told] == ["Caption", "Alt text"]
        assert told[0][2] == [("same", "At "), ("removed", "dusk."), ("added", "dawn.")]
        other = replace(STORY.lead, picture=replace(STORY.lead.picture, photo=9, credit="Bo Lens"))
        assert [label for _, label, _ in self.told(lead=other)] == ["Photo", "Credit"]

    def test_a_credit_in_the_text_names_its_photo(self):
        told = self.told(pictures=(replace(STORY.pictures[0], credit="Agency / Bo Lens"),))
        assert told == [("changed", "Photo 6: credit", [("added", "Agency / "), ("same", "Bo Lens")])]

    def test_a_caption_in_the_text_is_compared_by_word(self):
        figure = '<figure data-photo="7" data-alt="Bridge" data-layout="full"><figcaption>At {}.</figcaption></figure>'
        (change,) = compare_bodies(figure.format("dusk"), figure.format("dawn"))
        assert [run.words for run in change.runs if run.kind != "same"] == ["dusk", "dawn"]


def test_words_that_moved_in_a_sentence_are_found_whatever_stands_first():
    runs = compare_words("the cat sat on a mat", "Yesterday a cat sat on the mat")
    assert Run("same", " cat sat on ") in runs


def test_signs_of_a_script_without_spaces_are_compared_one_by_one():
    assert next(run.words for run in compare_words("橋は開いた", "橋は閉じた") if run.kind == "same") == "橋は"


class TestFolding:
    def test_what_stayed_is_folded_but_for_the_neighbours_of_a_change(self):
        old = [f"<p>Paragraph {number}.</p>" for number in range(20)]
        new = [*old[:10], "<p>Something else entirely here.</p>", *old[10:]]
        stretches = folded(compare_bodies("".join(old), "".join(new)))
        assert [(stretch.folded, len(stretch.changes)) for stretch in stretches] == [
            (True, 9), (False, 1), (False, 1), (False, 1), (True, 9),
        ]  # fmt: skip

    def test_two_paragraphs_are_not_worth_a_fold(self):
        stretches = folded(compare_bodies("<p>a</p><p>b</p>", "<p>a</p><p>b</p><p>c d e</p>"))
        assert not any(stretch.folded for stretch in stretches)

    def test_nothing_is_left_out(self):
        body = "".join(f"<p>Paragraph {number}.</p>" for number in range(30))
        changes = compare_bodies(body, body.replace("7.", "8."))
        assert [change for stretch in folded(changes) for change in stretch.changes] == changes


def test_thousands_of_short_lines_are_compared_in_bounded_time():
    old = "".join(f"<p>Lane {number}: {number * 7}</p>" for number in range(5000))
    new = "".join(f"<p>Lane {number}: {number * 7}</p>" for number in range(3, 9000, 2))
    began = time.process_time()
    changes = compare_bodies(old, new)
    assert time.process_time() - began < 3
    assert sum(change.kind in {"same", "removed", "changed"} for change in changes) == 5000
    assert sum(change.kind in {"same", "added", "changed"} for change in changes) == 4499


def test_fifty_thousand_words_that_were_all_edited_are_compared_in_bounded_time():
    old = [
        "<p>" + " ".join(f"w{(block * 37 + word * word) % 5000}" for word in range(50)) + ".</p>"
        for block in range(1000)
    ]
    began = time.process_time()
    changes = compare_bodies("".join(old), "".join(block.replace("7 ", "seven ") for block in old))
    # the budget is 0.5 seconds; a machine may be busy
    assert time.process_time() - began < 3
    assert {change.kind for change in changes} <= {"same", "changed"}
