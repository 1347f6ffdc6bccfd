"""Two people write at once: what only one touched is merged, what both touched is asked, and no word is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import body
from articles.content import Byline, Label, Lead, Picture, StoryContent
from articles.merge import Agreed, Disputed, merge, pieces

WORLD, POLITICS = Label(1, "News › World", "news/world"), Label(2, "News › Politics", "news/politics")
BRIDGES, SHIPS, PORTS = Label(1, "Bridges", "bridges"), Label(2, "Ships", "ships"), Label(3, "Ports", "ports")
ADA, BO = Byline(1, "Ada Marsh", "ada-marsh"), Byline(2, "Bo Lens", "bo-lens")
PHOTO, OTHER = Picture(1, "a" * 64, 2400, 1600, "Agency"), Picture(2, "b" * 64, 2400, 1600, "Wire")


def story(*paragraphs, **values):
    return StoryContent(body="".join(f"<p>{text}</p>" for text in paragraphs), **values)


def body_of(content):
    return re.findall(r"<p>(.*?)</p>", content.body)


class TestParagraphs:
    base = story("The bridge opened at noon.", "It had been shut for two years.", "Ships pass again.")

    @pytest.mark.parametrize(
        ("theirs", "mine", "together"),
        [
            (["The bridge opened at one.", "B", "C"], ["A", "B", "Ships pass by night."], ["The bridge opened at one.", "B", "Ships pass by night."]),
            (["A", "B", "C", "Their end."], ["A", "B", "C", "My end."], ["A", "B", "C", "Their end.", "My end."]),
            (["A", "C"], ["A", "B", "C", "My end."], ["A", "C", "My end."]),
            (["Their start.", "A", "B", "C"], ["The bridge opened at one.", "B", "C"], ["Their start.", "The bridge opened at one.", "B", "C"]),
            (["A", "It had been shut for three years.", "C"], ["A", "B", "Ships pass by night."], ["A", "It had been shut for three years.", "Ships pass by night."]),
            (["A", "B", "C", "Same end."], ["A", "B", "C", "Same end."], ["A", "B", "C", "Same end."]),
            (["A", "B", "C"], ["C"], ["C"]),
        ],
        ids=["one each", "both add an end", "they drop, I add", "they add before what I change", "neighbours", "the same", "only I"],
    )  # fmt: skip
    def test_what_only_one_touched_is_merged(self, theirs, mine, together):
        words = dict(zip("ABC", body_of(self.base), strict=True))

        def full(texts):
            return [words.get(text, text) for text in texts]

        found = merge(self.base, story(*full(theirs)), story(*full(mine)))
        assert not found.clashes
        assert body_of(found.content) == full(together)

    def test_what_both_touched_is_asked_with_both_texts(self):
        theirs = story("The bridge opened at one.", *body_of(self.base)[1:])
        mine = story("The bridge opened at two.", "It had been shut for two years.", "Ships pass by night.")
        found = merge(self.base, theirs, mine)
        (clash,) = found.clashes
        assert (clash.theirs, clash.mine) == ("<p>The bridge opened at one.</p>", "<p>The bridge opened at two.</p>")
        assert body_of(found.content) == body_of(mine)

    @pytest.mark.parametrize(
        ("choice", "first"),
        [("theirs", ["The bridge opened at one."]), ("mine", ["The bridge opened at two."]), ("both", ["The bridge opened at one.", "The bridge opened at two."])],
    )  # fmt: skip
    def test_one_choice_takes_either_or_both(self, choice, first):
        theirs = story("The bridge opened at one.", *body_of(self.base)[1:])
        mine = story("The bridge opened at two.", *body_of(self.base)[1:])
        (clash,) = merge(self.base, theirs, mine).clashes
        found = merge(self.base, theirs, mine, choices={clash.key: choice})
        assert not found.clashes
        assert body_of(found.content)[: len(first)] == first

    def test_a_choice_is_for_these_two_texts_only(self):
        theirs = story("The bridge opened at one.", *body_of(self.base)[1:])
        mine = story("The bridge opened at two.", *body_of(self.base)[1:])
        (clash,) = merge(self.base, theirs, mine).clashes
        later = story("The bridge opened at three.", *body_of(self.base)[1:])
        assert merge(self.base, theirs, later, choices={clash.key: "theirs"}).clashes

    def test_a_paragraph_that_one_deleted_and_the_other_changed_is_asked(self):
        theirs = story(*body_of(self.base)[1:])
        mine = story("The bridge opened at two.", *body_of(self.base)[1:])
        (clash,) = merge(self.base, theirs, mine).clashes
        assert (clash.theirs, clash.mine) == ("", "<p>The bridge opened at two.</p>")

    def test_without_a_common_version_every_difference_is_asked(self):
        found = merge(None, story("One.", headline="A"), story("Two.", headline="B"))
        assert [clash.field for clash in found.clashes] == ["body", "headline"]
        assert not merge(None, story("One."), story("One.")).clashes

    def test_a_long_body_of_equal_blocks_is_compared_in_bounded_time(self):
        base = story(*["Same."] * 2_000)
        found = merge(base, story(*["Same."] * 1_999, "Theirs."), story("Mine.", *["Same."] * 1_999))
        assert len(found.clashes) == 1


class TestFields:
    base = StoryContent(headline="H", standfirst="S", slug="s", section=WORLD, topics=(BRIDGES,), bylines=(ADA,), lead=Lead(PHOTO, "alt", "caption"))  # fmt: skip

    @pytest.mark.parametrize(
        "change",
        [
            {"headline": "New"},
            {"standfirst": "New"},
            {"slug": "new"},
            {"language": "de"},
            {"section": POLITICS},
            {"section": None},
            {"bylines": (ADA, BO)},
            {"bylines": ()},
            {"lead": None},
            {"lead": Lead(OTHER)},
            {"lead": Lead(PHOTO, "alt", "New caption")},
        ],
        ids=str,
    )
    def test_a_field_that_only_one_changed_is_theirs_whoever_it_was(self, change):
        changed = self.base.changed(**change)
        elsewhere = self.base.changed(body="<p>Words</p>")
        for theirs, mine in ((changed, elsewhere), (elsewhere, changed)):
            found = merge(self.base, theirs, mine)
            assert not found.clashes
            assert found.content == changed.changed(body="<p>Words</p>")

    @pytest.mark.parametrize(
        ("field", "theirs", "mine", "label"),
        [
            ("headline", "One", "Two", "Headline"),
            ("standfirst", "One", "Two", "Standfirst"),
            ("slug", "one", "two", "Slug"),
            ("language", "de", "fr", "Language"),
            ("section", POLITICS, None, "Section"),
            ("lead", None, Lead(OTHER), "Lead photo"),
            ("lead", Lead(PHOTO, "alt", "One"), Lead(PHOTO, "alt", "Two"), "Caption"),
            ("lead", Lead(PHOTO, "one", "caption"), Lead(PHOTO, "two", "caption"), "Alt text"),
        ],
    )
    def test_a_field_that_both_changed_is_asked(self, field, theirs, mine, label):
        ours, others = self.base.changed(**{field: mine}), self.base.changed(**{field: theirs})
        (clash,) = merge(self.base, others, ours).clashes
        assert clash.label == label
        for choice, expected in (("theirs", others), ("mine", ours)):
            assert merge(self.base, others, ours, choices={clash.key: choice}).content == expected

    def test_topics_never_clash(self):
        theirs, mine = self.base.changed(topics=(BRIDGES, SHIPS)), self.base.changed(topics=(PORTS,))
        found = merge(self.base, theirs, mine)
        assert (found.content.topics, found.clashes) == ((PORTS, SHIPS), ())

    def test_caption_and_alt_text_of_one_photo_are_two_fields(self):
        theirs = self.base.changed(lead=Lead(PHOTO, "new alt", "caption"))
        mine = self.base.changed(lead=Lead(PHOTO, "alt", "new caption"))
        assert merge(self.base, theirs, mine).content.lead == Lead(PHOTO, "new alt", "new caption")

    def test_a_credit_that_changed_in_the_library_is_nobodys_change_here(self):
        fresh = Picture(1, "a" * 64, 2400, 1600, "Agency / Bo Lens")
        theirs = self.base.changed(lead=Lead(fresh, "alt", "caption"), headline="Theirs")
        mine = self.base.changed(lead=Lead(fresh, "alt", "New caption"))
        found = merge(self.base, theirs, mine)
        assert not found.clashes
        assert found.content.lead == Lead(fresh, "alt", "New caption")

    def test_pictures_go_with_the_figures_that_are_left(self):
        def figure(number):
            return f'<figure data-photo="{number}" data-alt="" data-layout="full"><figcaption></figcaption></figure>'

        base = StoryContent(body="<p>Words</p>")
        theirs = base.changed(body="<p>Words</p>" + figure(1), pictures=(PHOTO,))
        mine = base.changed(body=figure(2) + "<p>Words</p>", pictures=(OTHER,))
        found = merge(base, theirs, mine)
        assert found.content.pictures == (PHOTO, OTHER)
        assert len(body.figures(found.content.body)) == 2


# --- For all texts ------------------------------------------------------------------------------------------------

blocks = st.lists(st.sampled_from([f"{letter} word" for letter in "abcdefg"]), max_size=8)


@given(blocks, blocks, blocks)
def test_no_block_that_somebody_wrote_is_lost(base, theirs, mine):
    found = pieces(base, theirs, mine)
    kept = [
        block
        for piece in found
        for block in (piece.blocks if isinstance(piece, Agreed) else (*piece.theirs, *piece.mine))
    ]
    for side in (theirs, mine):
        for block in set(side) - set(base):
            assert block in kept


@given(blocks, blocks)
def test_what_only_one_changed_is_taken_as_it_is(base, changed):
    def joined(theirs, mine):
        found = pieces(base, theirs, mine)
        assert not [piece for piece in found if isinstance(piece, Disputed)]
        return [block for piece in found for block in piece.blocks]

    assert joined(changed, base) == changed
    assert joined(base, changed) == changed
    assert joined(changed, changed) == changed


@given(blocks, blocks, blocks)
def test_choosing_one_side_everywhere_keeps_all_of_that_side(base, theirs, mine):
    for side, words in (("theirs", theirs), ("mine", mine)):
        chosen = [
            b
            for piece in pieces(base, theirs, mine)
            for b in (piece.blocks if isinstance(piece, Agreed) else getattr(piece, side))
        ]
        for block in set(words) - set(base):
            assert chosen.count(block) >= 1


@given(st.lists(blocks, min_size=3, max_size=3))
def test_a_merge_comes_to_the_same_when_it_is_done_again(texts):
    base, theirs, mine = (story(*text) for text in texts)
    once = merge(base, theirs, mine, otherwise="both")
    assert not once.clashes
    assert merge(theirs, once.content, once.content).content == once.content
