"""The body: which HTML it may be, and how it becomes the reader's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from articles import body

CANONICAL = [
    "<p>One paragraph.</p>",
    "<p>Words with <strong>weight</strong>, <em>stress</em>, <s>regret</s>, H<sub>2</sub>O and 5<sup>th</sup>.</p>",
    "<h2>A crosshead</h2><p>Text<br>on two lines.</p><hr><h3>A smaller one</h3>",
    '<p>A <a href="https://example.org/a?b=c&amp;d=e">link</a> and <a href="mailto:desk@example.org">a mail</a>.</p>',
    "<ul><li><p>One</p></li><li><p>Two</p><ul><li><p>Two and a half</p></li></ul></li></ul>",
    '<ol start="3"><li><p>Three</p></li></ol>',
    "<blockquote><p>“It was twenty-six.”</p></blockquote>",
    '<aside data-pullquote="1"><p>It was twenty-six.</p></aside>',
    '<table><tbody><tr><th scope="col"><p>Year</p></th><th scope="col"><p>Ships</p></th></tr><tr><td><p>2023</p></td><td><p>18</p></td></tr></tbody></table>',
    '<figure data-photo="12" data-alt="A bridge" data-layout="wide"><figcaption>The bridge &amp; the bay.</figcaption></figure>',
    '<figure data-photo="12" data-alt="" data-layout="full"><figcaption></figcaption></figure>',
    "<p>Caractères: é, ß, 旋回橋, العربية &lt;tag&gt; &amp; so on.</p>",
]


@pytest.mark.parametrize("source", CANONICAL)
def test_what_the_editor_writes_is_stored_byte_for_byte(source):
    assert body.clean(source) == source


@pytest.mark.parametrize(
    ("foreign", "stored"),
    [
        ("Loose words", "<p>Loose words</p>"),
        ("<b>bold</b> and <i>italic</i>", "<p><strong>bold</strong> and <em>italic</em></p>"),
        ("<h1>Too large</h1>", "<h2>Too large</h2>"),
        ("<h3>a</h3><h3>b</h3><h2>c</h2><h3>d</h3>", "<h2>a</h2><h2>b</h2><h2>c</h2><h3>d</h3>"),
        ("<div>One</div><div>Two</div>", "<p>One</p><p>Two</p>"),
        ("<p>a</p>tail", "<p>a</p><p>tail</p>"),
        ("<p></p><p><br></p><h2> </h2>", ""),
        (
            "<h2>x<figure data-photo='1'></figure>y</h2>",
            '<h2>x</h2><figure data-photo="1" data-alt="" data-layout="full"><figcaption></figcaption></figure><h2>y</h2>',
        ),
        ("<figure><figcaption>No photo</figcaption></figure>", "<p>No photo</p>"),
        ("<p style='font-weight:bold' class='x' onclick='y()'>Plain</p>", "<p>Plain</p>"),
        ("<p>Windows\r\nline</p>", "<p>Windows\nline</p>"),
    ],
)
def test_foreign_markup_is_brought_into_the_stored_form(foreign, stored):
    assert body.clean(foreign) == stored


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<p onmouseover=alert(1)>hover</p>",
        "<a href='javascript:alert(1)'>click</a>",
        "<a href='JaVaScRiPt&#58;alert(1)'>click</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>click</a>",
        "<a href='//evil.example/'>click</a>",
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<iframe src='https://evil.example'></iframe>",
        "<figure data-photo='1' data-alt='\"><script>alert(1)</script>'><figcaption><img src=x onerror=alert(1)>c</figcaption></figure>",
        "<<b>script>alert(1)<</b>/script>",
        "<style>p{background:url(javascript:1)}</style>",
        "<form action='//evil.example'><input name=password></form>",
        "<base href='//evil.example'><meta http-equiv=refresh content='0;url=//evil.example'>",
        "<p>a\x00b\u202eevil\u202c</p>",
        "<figure data-photo='1'><a href='bad'>x</a></figure>",
        "<figure data-photo=1>a<figure data-photo=2>b</figure></figure>",
        "a\uffff &#1; &#x202e; b",
        f"<figure data-photo={'1' * 5000}>w</figure>",
        "<table><td><figure data-photo=9999999999999999999999></figure></td></table>",
    ],
)
def test_hostile_markup_does_nothing(hostile):
    stored = body.clean(hostile)
    reader = body.render(stored, figure=lambda figure: "")
    for text in (stored, reader):
        tree = html.fragment_fromstring(text, create_parent="div")
        for node in tree.iterdescendants():
            assert node.tag in body._TAGS | {"div"}
            for name, value in node.attrib.items():
                assert not name.startswith("on")
                assert "javascript" not in value.lower() or name == "data-alt"
                assert name != "href" or body._link_allowed(value)
        assert "\x00" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize(
    "opening", ["<ul><li>", "<strong>", "<table><tr><td>", "<blockquote>", "<div><span>", "<b><p>"]
)
@pytest.mark.parametrize("depth", [40, 130, 400])
def test_no_word_is_lost_however_deep_it_stands(opening, depth):
    stored = body.clean("<p>First.</p>" + opening * depth + "deepest words")
    assert body.text(stored).split() == ["First.", "deepest", "words"]
    assert body.clean(stored) == stored


_PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<h2>",
        "</h2>",
        "<ul>",
        "<li>",
        "</li>",
        "</ul>",
        "<b>",
        "</b>",
        "<a href='/x/'>",
        "</a>",
        "<br>",
        "<hr>",
    ]
    + [
        "<table>",
        "<tr>",
        "<td>",
        "<th colspan=2>",
        "</table>",
        "<blockquote>",
        "</blockquote>",
        "<aside data-pullquote>",
        "</aside>",
    ]
    + [
        "<figure data-photo=3 data-alt='x'>",
        "<figcaption>",
        "</figcaption>",
        "</figure>",
        "<script>",
        "</script>",
        "<div>",
        "</div>",
    ]
    + [
        "words ",
        " and more",
        "&amp;",
        "&lt;",
        "<",
        ">",
        "é",
        "旋",
        "\n",
        "<!--",
        "-->",
        "<caption>",
        "<svg>",
        "<em>",
        "</em>",
    ]
)
_MESS = st.lists(_PIECES | st.text(max_size=5), max_size=25).map("".join)


@given(_MESS)
def test_cleaning_twice_is_cleaning_once(source):
    once = body.clean(source)
    assert body.clean(once) == once


@given(_MESS)
def test_a_stored_body_holds_only_blocks_at_the_top_and_can_be_drawn(source):
    stored = body.clean(source)
    root = html.fragment_fromstring(stored, create_parent="div")
    assert not (root.text or "").strip()
    for child in root:
        assert child.tag in body._BLOCKS
        assert not (child.tail or "").strip()
    assert "<script" not in body.render(stored, figure=lambda figure: "[figure]")
    assert body.word_count(stored) >= 0
    assert "".join(body.blocks(stored)) == stored


@given(st.lists(st.text(alphabet="abc ", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=6))
def test_no_word_is_lost_in_cleaning(paragraphs):
    source = "".join(f"<div><p>{words}</p>{words}</div>" for words in paragraphs)
    assert body.text(body.clean(source)).split() == " ".join(f"{words} {words}" for words in paragraphs).split()


class TestTheReadersHtml:
    def draw(self, source, **options):
        options.setdefault("figure", lambda figure: f"[photo {figure.photo}: {figure.caption}]")
        return body.render(source, **options)

    def test_a_figure_is_drawn_by_the_template_given(self):
        source = '<p>a</p><figure data-photo="7" data-alt="x" data-layout="wide"><figcaption>Cap</figcaption></figure>'
        assert self.draw(source) == "<p>a</p>[photo 7: Cap]"

    def test_a_figure_inside_a_quotation_is_drawn_too(self):
        source = body.clean("<blockquote><p>a &lt; b</p><figure data-photo=7></figure></blockquote>")
        assert self.draw(source) == "<blockquote><p>a &lt; b</p>[photo 7: ]</blockquote>"

    def test_links_that_leave_the_site_say_so_and_links_within_do_not(self):
        source = (
            '<p><a href="https://other.example/">a</a><a href="https://news.example/b/">b</a><a href="/c/">c</a></p>'
        )
        drawn = self.draw(source, site="https://news.example")
        assert drawn.count('rel="noopener"') == 1
        assert '<a href="https://other.example/" rel="noopener">' in drawn

    def test_a_wide_table_scrolls_by_itself_and_by_keyboard(self):
        drawn = self.draw("<table><tbody><tr><th>Year</th></tr><tr><th>2023</th><td>18</td></tr></tbody></table>")
        assert drawn.startswith('<div class="table" role="region" aria-label="Table" tabindex="0"><table>')
        assert '<th scope="col">Year</th>' in drawn
        assert '<th scope="row">2023</th>' in drawn

    def test_a_pull_quote_is_marked_as_one(self):
        assert self.draw('<aside data-pullquote="1"><p>Q</p></aside>') == '<aside class="pullquote"><p>Q</p></aside>'


class TestCounting:
    @pytest.mark.parametrize(
        ("source", "words"),
        [
            ("<p>One two three.</p>", 3),
            ("<p>One</p><p>two</p>", 2),
            ("<p>don’t stop — 18,000 euros</p>", 4),
            ("<p>旋回橋</p>", 3),
            ("", 0),
            ("<p>a<br>b</p>", 2),
        ],
    )
    def test_words(self, source, words):
        assert body.word_count(source) == words

    def test_reading_takes_at_least_a_minute(self):
        assert [body.reading_minutes(words) for words in (0, 238, 700)] == [1, 1, 3]

    def test_pictures_in_reading_order(self):
        source = body.clean(
            "<figure data-photo=2 data-alt=b></figure><p>x</p><figure data-photo=1><figcaption>c</figcaption></figure>"
        )
        assert [(f.photo, f.alt, f.caption, f.layout) for f in body.figures(source)] == [
            (2, "b", "", "full"),
            (1, "", "c", "full"),
        ]
