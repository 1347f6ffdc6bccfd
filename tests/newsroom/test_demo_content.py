"""The demo newsroom's texts and pictures: everything that is named exists, and nothing is half done by accident."""

import io
import struct
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image, IptcImagePlugin

from newsroom.demo.content import FOLDER, STATES, DemoContentError, DemoNewsroom, DemoStory, load
from newsroom.demo.metadata import Legend, iptc_block, stamp
from newsroom.demo.pictures import PHOTOS, PICTURES, draw, legend_of
from newsroom.demo.scenes import SCENES

ALLOWED = {
    "p": set(),
    "h2": set(),
    "h3": set(),
    "ul": set(),
    "ol": set(),
    "li": set(),
    "blockquote": set(),
    "aside": {"data-pullquote"},
    "a": {"href"},
    "strong": set(),
    "em": set(),
    "table": set(),
    "thead": set(),
    "tbody": set(),
    "tr": set(),
    "th": {"scope"},
    "td": set(),
    "figure": {"data-photo", "data-alt", "data-layout"},
    "figcaption": set(),
    "hr": set(),
    "sup": set(),
    "sub": set(),
    "br": set(),
}
VOID = {"hr", "br"}
LEAVES = (
    "news/world",
    "news/politics",
    "news/business",
    "opinion",
    "culture/books",
    "culture/film",
    "science",
)


class BodyReader(HTMLParser):
    """Collects what a body consists of and what is wrong with it."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.figures: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in ALLOWED:
            self.faults.append(f"<{tag}>")
        elif set(found) - ALLOWED[tag]:
            self.faults.append(f"<{tag} {sorted(found)}>")
        if tag == "figure":
            self.figures.append(found)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def close(self) -> None:
        super().close()
        self.faults += [f"<{tag}> stays open" for tag in self._open]


def read_body(story: DemoStory) -> BodyReader:
    """Return what the body of a story, as the desk has it now, consists of."""
    reader = BodyReader()
    reader.feed(story.edited_body)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def newsroom() -> DemoNewsroom:
    return load()


def test_every_state_has_stories(newsroom: DemoNewsroom) -> None:
    count = Counter(story.state for story in newsroom.stories)
    assert count["published"] >= 18
    assert count["published_editing"] == 1
    assert all(count[state] >= 2 for state in STATES if not state.startswith("published")), count


def test_the_budget_has_lines_without_words_and_plans_for_stories_at_work(newsroom: DemoNewsroom) -> None:
    lines = [plan for plan in newsroom.plans if not plan.story]
    assert len(lines) >= 5
    assert all(plan.section for plan in lines)
    assert {plan.day for plan in newsroom.plans if plan.at} >= {-1, 0, 1, 2}
    at_work = {story.slug: story.state for story in newsroom.stories}
    assert "spiked" not in {at_work[plan.story] for plan in newsroom.plans if plan.story}


def test_every_section_at_the_bottom_has_published_stories(newsroom: DemoNewsroom) -> None:
    count = Counter(story.section for story in newsroom.in_state("published"))
    assert all(count[path] >= 2 for path in LEAVES), count
    assert count["news/world"] >= 5


def test_four_accounts_and_a_byline_for_each(newsroom: DemoNewsroom) -> None:
    assert {account.email.partition("@")[0] for account in newsroom.accounts} == {
        "writer",
        "editor",
        "photo",
        "chief",
    }
    assert all(account.email.endswith("@newsroom.test") for account in newsroom.accounts)
    assert {author.account for author in newsroom.authors} >= {account.email for account in newsroom.accounts}


def test_every_author_has_a_note(newsroom: DemoNewsroom) -> None:
    assert all(author.note.endswith(".") for author in newsroom.authors)


def test_every_picture_named_exists(newsroom: DemoNewsroom) -> None:
    named = {name for story in newsroom.stories for name in story.photo_names}
    assert named <= set(PICTURES)


def test_slugs_are_unique_and_name_the_file(newsroom: DemoNewsroom) -> None:
    slugs = [story.slug for story in newsroom.stories]
    assert len(set(slugs)) == len(slugs)
    assert {path.stem for path in (FOLDER / "stories").glob("*.toml")} == set(slugs)


def test_bodies_use_allowed_tags_only(newsroom: DemoNewsroom) -> None:
    assert {story.slug: read_body(story).faults for story in newsroom.stories if read_body(story).faults} == {}


def test_figures_have_alt_text_and_layout(newsroom: DemoNewsroom) -> None:
    for story in newsroom.stories:
        for figure in read_body(story).figures:
            assert figure.get("data-alt"), story.slug
            assert figure.get("data-layout") in {"full", "wide", "column"}, story.slug


def test_links_are_secure(newsroom: DemoNewsroom) -> None:
    assert all(link.startswith("https://") for story in newsroom.stories for link in read_body(story).links)


def test_no_placeholder_text(newsroom: DemoNewsroom) -> None:
    for story in newsroom.stories:
        words = f"{story.headline} {story.standfirst} {story.body}".lower()
        assert not any(filler in words for filler in ("lorem", "ipsum", "todo", "xxx")), story.slug


def test_published_stories_are_whole(newsroom: DemoNewsroom) -> None:
    for story in newsroom.in_state("published", "published_editing"):
        assert story.standfirst, story.slug
        assert story.topics, story.slug
        assert story.body.count("<p>") >= 5, story.slug
        assert len(story.headline) <= 300, story.slug


def test_what_went_out_has_an_age(newsroom: DemoNewsroom) -> None:
    assert all(story.age or story.published_at for story in newsroom.stories)


def test_the_treaty_story_is_where_readers_look_for_it(newsroom: DemoNewsroom) -> None:
    story = next(story for story in newsroom.stories if story.slug == "russia-north-korea-treaty-pyongyang")
    assert story.section == "news/world"
    assert story.published_at is not None
    assert story.published_at.date().isoformat() == "2024-06-19"
    assert "comprehensive strategic partnership" in story.body
    picture = PICTURES[story.lead]
    assert all((picture.agency, picture.photographer, picture.source, picture.distributor))


def test_a_story_is_being_edited_while_readers_keep_the_old_one(newsroom: DemoNewsroom) -> None:
    (story,) = newsroom.in_state("published_editing")
    assert story.edited_headline != story.headline
    assert story.edited_body != story.body


def test_every_picture_is_described_and_credited() -> None:
    for name, spec in PICTURES.items():
        assert all((spec.alt, spec.caption, spec.title, spec.licence)), name
        assert spec.agency or spec.photographer, name
        assert len(spec.alt) <= 250, name
    assert len({spec.filename for spec in PICTURES.values()}) == len(PICTURES)


def test_drawings_have_a_scene_and_photographs_a_file() -> None:
    photographs = {name for name, spec in PICTURES.items() if spec.kind == "photo"}
    assert set(PICTURES) - photographs == set(SCENES)
    for name in photographs:
        assert 0 < (PHOTOS / PICTURES[name].filename).stat().st_size <= 400 * 1024, name


def test_drawings_are_at_least_2000_pixels_wide() -> None:
    assert all(width >= 2000 for width, _, _ in SCENES.values())


def test_every_legend_fits_its_fields() -> None:
    assert all(iptc_block(legend_of(spec)) for spec in PICTURES.values())


@pytest.mark.parametrize("name", ["tide-chart", "container-ship", "astronaut"])
def test_pictures_carry_their_legend_inside(name: str) -> None:
    spec = PICTURES[name]
    picture = Image.open(io.BytesIO(draw(name)))
    picture.load()
    if spec.kind != "photo":
        assert picture.width >= 2000
    fields = IptcImagePlugin.getiptcinfo(picture)
    assert fields is not None
    assert fields[2, 105] == spec.title.encode()
    assert fields[2, 110] == spec.agency.encode()
    assert fields[2, 120] == spec.caption.encode()
    assert fields.get((2, 80), b"") == spec.photographer.encode()
    assert fields.get((2, 115), b"") == spec.source.encode()
    assert spec.alt.encode() in picture.info["xmp"].replace(b"&amp;", b"&")


def test_the_same_name_gives_the_same_picture() -> None:
    assert draw("freight-chart") == draw("freight-chart")


def test_a_credit_too_long_for_its_field_is_refused_not_cut() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        iptc_block(Legend(headline="", caption="", alt="", agency="A" * 33))


def test_iptc_lengths_are_bytes_not_letters() -> None:
    block = iptc_block(Legend(headline="Åäö", caption="", alt=""))
    at = block.index(b"\x1c\x02\x69")
    assert struct.unpack(">H", block[at + 3 : at + 5])[0] == len("Åäö".encode())


def test_only_a_jpeg_can_be_stamped() -> None:
    with pytest.raises(ValueError, match="JPEG"):
        stamp(b"\x89PNG", Legend(headline="", caption="", alt=""))


# --- Files that cannot be used ------------------------------------------------------------------------------

PEOPLE = """
[[account]]
email = "a@newsroom.test"
name = "A"
role = "writer"
[[author]]
slug = "a"
name = "A"
note = "A."
"""
STORY = 'slug = "one"\nheadline = "One"\nsection = "news"\nstate = "draft"\nbylines = [{ author = "a" }]\n'


def small_newsroom(folder: Path, story: str = STORY, people: str = PEOPLE) -> Path:
    """Write a demo newsroom with one story."""
    (folder / "stories").mkdir()
    (folder / "people.toml").write_text(people)
    (folder / "sections.toml").write_text('[[section]]\npath = "news"\nname = "News"\n')
    (folder / "stories" / "one.toml").write_text(story)
    return folder


def test_a_small_newsroom_can_be_read(tmp_path: Path) -> None:
    (story,) = load(small_newsroom(tmp_path)).stories
    assert (story.slug, story.bylines[0].role, story.language) == ("one", "writer", "en")


@pytest.mark.parametrize(
    ("story", "complaint"),
    [
        (STORY.replace('"news"', '"sport"'), "no section 'sport'"),
        (STORY.replace('author = "a"', 'author = "b"'), "no author 'b'"),
        (STORY.replace('"draft"', '"ready"'), "state must be one of"),
        (STORY.replace('headline = "One"', 'headline = " "'), "headline is empty"),
        (STORY.replace('"one"', '"One!"'), "is no slug"),
        (STORY + 'colour = "red"\n', "too many or too few"),
        (STORY + 'note = "Why?"\n', "belongs to a story that was sent back"),
        (STORY + 'lead_caption = "A hill."\n', "without a lead picture"),
        (STORY + "published_at = 2024-06-19T12:00:00\n", "time zone"),
        (STORY.replace('author = "a"', 'author = "a", role = "poet"'), "no byline role"),
        (STORY + "slug =", "not valid TOML"),
    ],
)
def test_a_bad_story_is_refused_by_file_and_reason(tmp_path: Path, story: str, complaint: str) -> None:
    with pytest.raises(DemoContentError, match=complaint) as refusal:
        load(small_newsroom(tmp_path, story))
    assert "one.toml" in str(refusal.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DemoContentError, match=r"people\.toml is missing"):
        load(tmp_path)


def test_an_account_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    people = PEOPLE + 'account = "b@newsroom.test"\n'
    with pytest.raises(DemoContentError, match="not listed"):
        load(small_newsroom(tmp_path, people=people))
