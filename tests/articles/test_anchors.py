"""Where a passage went: around edits, with its paragraph, or nowhere."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.anchors import Edit, find, follow

OLD = [
    "The bridge opens at noon. ",
    "The repair cost 41 million. Nobody says who paid.",
    "It had been shut for 26 months.",
]


def now_at(new, words, *, old=OLD):
    """Return the words that a passage has become, None where it is gone."""
    start = "".join(old).index(words)
    found = follow(old, new, start, start + len(words))
    return "".join(new)[found.start : found.end] if found else None


@pytest.mark.parametrize(
    ("what", "new", "passage", "becomes"),
    [
        ("nothing", OLD, "41 million", "41 million"),
        ("text before, in the paragraph", [OLD[0], "In all, " + OLD[1], OLD[2]], "41 million", "41 million"),
        ("a paragraph before", ["First of all.", *OLD], "41 million", "41 million"),
        ("text behind", [*OLD, "And so on."], "41 million", "41 million"),
        ("text right before", [OLD[0], OLD[1].replace("41", "about 41"), OLD[2]], "41 million", "41 million"),
        ("text inside", [OLD[0], OLD[1].replace("41 m", "41.5 m"), OLD[2]], "41 million", "41.5 million"),
        ("words inside", [OLD[0], OLD[1].replace("41 ", "41 or 42 "), OLD[2]], "41 million", "41 or 42 million"),
        ("a figure set right", [OLD[0], OLD[1].replace("41", "43"), OLD[2]], "41 million", "43 million"),
        ("the very word replaced", [OLD[0], OLD[1].replace("Nobody", "Everybody"), OLD[2]], "Nobody", "Everybody"),
        ("the first half deleted", [OLD[0], OLD[1].replace("The repair ", ""), OLD[2]], "The repair cost 41", "cost 41"),
        ("the second half deleted", [OLD[0], OLD[1].replace(" 41 million", ""), OLD[2]], "repair cost 41 million", "repair cost"),
        ("all of it deleted", [OLD[0], OLD[1].replace(" 41 million", ""), OLD[2]], "41 million", None),
        ("its paragraph deleted", [OLD[0], OLD[2]], "41 million", None),
        ("its paragraph written anew", [OLD[0], "Ships pass again, and so do people on foot.", OLD[2]], "41 million", None),
        ("its paragraph moved up", [OLD[1], OLD[0], OLD[2]], "41 million", "41 million"),
        ("its paragraph moved down", [OLD[0], OLD[2], OLD[1]], "41 million", "41 million"),
        ("moved, and put into another paragraph", [OLD[0], OLD[2] + " Nobody says who paid."], "Nobody says who paid.", "Nobody says who paid."),
        ("the paragraph parted", [OLD[0], "The repair cost 41", " million. Nobody says who paid.", OLD[2]], "41 million", "41 million"),
        ("two paragraphs joined", [OLD[0] + OLD[1], OLD[2]], "41 million", "41 million"),
        ("everything deleted", [], "41 million", None),
    ],
)  # fmt: skip
def test_a_passage_after(what, new, passage, becomes):
    assert now_at(new, passage) == becomes, what


def test_the_second_of_two_equal_words_stays_the_second():
    old = ["the cat and the cat"]
    assert follow(old, ["so the cat and the cat"], 16, 19).start == 19


def test_a_passage_over_two_paragraphs_keeps_both():
    assert now_at([OLD[0], "New.", *OLD[1:]], "noon. The repair") == "noon. New.The repair"


@pytest.mark.parametrize("passage", [(-1, 3), (3, 3), (5, 2), (0, 10_000)])
def test_a_passage_outside_the_text_is_nowhere(passage):
    assert follow(OLD, OLD, *passage) is None


class TestFinding:
    def test_the_nearest_place_is_taken(self):
        assert find("war and war and war", "war", near=9).start == 8

    def test_a_quotation_over_two_paragraphs_is_found(self):
        found = find("It opens at noon.It cost 41 million.", "at noon.\nIt cost")
        assert (found.start, found.end) == (9, 24)

    def test_what_is_not_there_is_nowhere(self):
        assert find("It opens at noon.", "midnight") is None
        assert find("It opens at noon.", " ") is None


_BLOCKS = st.lists(st.text(alphabet="ab .", min_size=1, max_size=12), max_size=5)


@st.composite
def _passages(draw):
    old = draw(_BLOCKS.filter(lambda blocks: any(block.strip() for block in blocks)))
    length = len("".join(old))
    start = draw(st.integers(0, length - 1))
    return old, start, draw(st.integers(start + 1, length))


@given(_passages(), _BLOCKS)
def test_a_passage_is_in_the_new_text_or_nowhere(passage, new):
    old, start, end = passage
    found = follow(old, new, start, end)
    assert found is None or 0 <= found.start < found.end <= len("".join(new))


@given(_passages())
def test_without_an_edit_it_stays_where_it_is(passage):
    old, start, end = passage
    words = "".join(old)[start:end]
    found = follow(old, old, start, end)
    if words.strip():
        assert "".join(old)[found.start : found.end] == words.strip()
    else:
        assert found is None


_UNIQUE = st.lists(st.integers(0, 400), min_size=1, max_size=8, unique=True).map(
    lambda numbers: [f"Paragraph {number} says what {number} says." for number in numbers]
)


@given(_UNIQUE, st.data())
def test_whatever_is_put_in_around_it_the_words_stay_the_same(old, data):
    at = data.draw(st.integers(0, len(old) - 1))
    words = old[at]
    new = [
        *data.draw(st.lists(st.just("Put in before."), max_size=2)),
        *old[:at],
        "Earlier. " * data.draw(st.integers(0, 2)) + words + " Later." * data.draw(st.integers(0, 2)),
        *old[at + 1 :],
    ]
    assert now_at(new, words, old=old) == words


@given(_UNIQUE, st.data())
def test_a_paragraph_is_followed_wherever_it_moves(old, data):
    words = data.draw(st.sampled_from(old))
    assert now_at(data.draw(st.permutations(old)), words, old=old) == words


def test_two_hundred_notes_in_fifty_thousand_words_that_were_all_edited_cost_little():
    old = [" ".join(f"w{(block * 37 + word * word) % 5000}" for word in range(50)) + ". " for block in range(1000)]
    length = len("".join(old))
    passages = [(start, start + 40) for start in range(0, length - 60, length // 200)]
    new = [block.replace("7 ", "7, ") for block in old]
    began = time.process_time()
    edit = Edit(old, new, passages)
    found = [edit.follow(*passage) for passage in passages]
    # the budget is 0.2 seconds; a machine may be busy
    assert time.process_time() - began < 2
    assert all(found)


def test_a_text_written_to_be_slow_is_not():
    began = time.process_time()
    edit = Edit(["a " * 50_000], ["b " * 25_000 + "a " * 25_000], [(10, 20)])
    edit.follow(10, 20)
    assert time.process_time() - began < 2
