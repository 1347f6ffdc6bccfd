"""Every row of the table of checks, with words that fail it and words that pass it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import checks
from articles.checks import CHECKS, Facts
from articles.content import Byline, Label, Lead, Picture, StoryContent
from articles.quotations import unpaired
from newsroom.management.commands import docs

PICTURE = Picture(7, "a" * 64, 2400, 1600, "Agency / Bo Lens")
NAMELESS = Picture(7, "a" * 64, 2400, 1600, "")
FIGURE = '<figure data-photo="7" data-alt="A bridge" data-layout="full"><figcaption>The bridge.</figcaption></figure>'
TEXT = "<p>The bridge is open again.</p>"
TABLE = "<table><caption>Tolls</caption><tbody><tr><th>Lorries</th><td>4</td></tr></tbody></table>"
INS = '<ins data-suggestion="k3v9x2ab" data-by="7" data-at="2024-06-19T12:05:00+00:00"> “TKTK</ins>'
FIT = StoryContent(
    headline="The bridge opens again",
    standfirst="After two years of work, ships and people can pass.",
    body=TEXT,
    slug="bridge-opens-again",
    section=Label(1, "News", "news"),
    bylines=(Byline(1, "Ada Marsh", "ada-marsh", note="Ada Marsh covers bridges."),),
    lead=Lead(PICTURE, "A swing bridge at dusk", "The bridge."),
)


def link(href, words="the ministry’s report"):
    return f'<p>See <a href="{href}">{words}</a>.</p>'


#: Words that fail each check, with what the sentence says, and words that pass it.
EXAMPLES = {
    "headline": ([({"headline": ""}, "no headline yet")], [{}]),
    "headline_length": (
        [
            ({"headline": "a" * 61}, "61 characters: search results"),
            ({"headline": "橋" * 51}, "102 characters.*shared"),
        ],
        [{"headline": "a" * 60}, {"headline": "橋" * 30}, {"headline": ""}],
    ),
    "standfirst": ([({"standfirst": ""}, "no standfirst")], [{}]),
    "standfirst_length": ([({"standfirst": "a" * 201}, "201 characters")], [{"standfirst": "a" * 200}]),
    "body": ([({"body": ""}, "no text yet"), ({"body": "<hr>"}, "no text yet")], [{}]),
    "section": ([({"section": None}, "no section yet")], [{}]),
    "byline": ([({"bylines": ()}, "Nobody stands under the story yet")], [{}]),
    "author_note": (
        [
            (
                {"bylines": (Byline(1, "Ada Marsh", "ada"), Byline(1, "Ada Marsh", "ada", "photographer"))},
                "Ada Marsh has no",
            )
        ],
        [{}, {"bylines": ()}],
    ),
    "slug": ([({"slug": ""}, "no slug yet"), ({"slug_is_free": False}, "has the slug “bridge-opens-again”")], [{}]),
    "slug_length": ([({"slug": "a" * 81}, "81 characters")], [{"slug": "a" * 80}]),
    "lead_photo": ([({"lead": None}, "no lead photo")], [{}]),
    "lead_alt": ([({"lead": Lead(PICTURE, "", "The bridge.")}, "no alt text")], [{}, {"lead": None}]),
    "lead_credit": (
        [
            ({"lead": Lead(NAMELESS, "A bridge")}, "Photo 7 has no credit"),
            ({"lead": Lead(NAMELESS, "A bridge"), "photos": {7: "Dusk"}}, "“Dusk” has no credit"),
        ],
        [{}, {"lead": None}],
    ),
    "picture_known": (
        [({"body": TEXT + FIGURE}, "photo 7, which is not in the library")],
        [{"body": TEXT + FIGURE, "pictures": (PICTURE,)}],
    ),
    "picture_credit": (
        [({"body": TEXT + FIGURE, "pictures": (NAMELESS,)}, "has no credit")],
        [{"body": TEXT + FIGURE, "pictures": (PICTURE,)}],
    ),
    "picture_alt": (
        [({"body": FIGURE.replace("A bridge", ""), "pictures": (PICTURE,)}, "right only for decoration")],
        [{"body": FIGURE, "pictures": (PICTURE,)}],
    ),
    "links": (
        [
            ({"body": link("")}, "has no address"),
            ({"body": link("http://localhost:8000/x")}, "localhost, which only machines in this house know"),
            ({"body": link("https://cms.newsroom.internal/x")}, "only machines in this house"),
            ({"body": link("http://192.168.0.4/x")}, "only machines in this house"),
            ({"body": link("javascript:alert(1)")}, "begins with javascript:"),
            ({"body": link("www.example.org/x")}, "without https:// before it"),
            ({"body": link("//example.org/x")}, "without https:// before it"),
            ({"body": link("https://example")}, "leads to no site"),
            ({"body": link("https:///x")}, "leads to no site"),
            ({"body": link("https://[x/")}, "cannot be read"),
            ({"body": link("https://example.org:port/")}, "cannot be read"),
            ({"body": link("mailto:Ada Marsh")}, "is to no e-mail address"),
            ({"body": link("https://ada:secret@example.org/")}, "holds a name or a password"),
            ({"body": link("/desk/articles/article/1/change/")}, "the desk, which readers cannot open"),
            ({"body": link("https://news.example/desk/"), "site": "https://news.example"}, "the desk"),
            ({"body": link("http://localhost:9/x"), "site": "http://localhost:8000"}, "only machines in this house"),
        ],
        [
            {"body": link("https://example.org/a?b=c#d")},
            {"body": link("http://example.org")},
            {"body": link("https://8.8.8.8/")},
            {"body": link("https://bücher.example/")},
            {"body": link("mailto:desk@example.org")},
            {"body": link("/2024/06/19/bridge/")},
            {"body": link("https://other.example/desk/"), "site": "https://news.example"},
            {"body": link("http://localhost:8000/2024/06/19/bridge/"), "site": "http://localhost:8000"},
        ],
    ),
    "link_address": (
        [
            (
                {"body": link("https://elsewhere.example/", "https://ministry.example/report")},
                "leads to elsewhere.example",
            ),
            ({"body": link("https://elsewhere.example/", "ministry.example")}, "shows the address “ministry.example”"),
            ({"body": link("#report")}, "a place on this page that does not exist"),
        ],
        [
            {"body": link("https://www.ministry.example/report/2024", "ministry.example/report")},
            {"body": link("https://elsewhere.example/", "Booking.com")},
        ],
    ),
    "link_words": (
        [
            ({"body": link("https://example.org/", words)}, "does not say where it leads")
            for words in (
                "here",
                "Click here",
                "Read more …",
                "hier",
                "Mehr erfahren",
                "ici",
                "En savoir plus »",
                "aquí",
                "Leer más",
                "leggi di più",
            )
        ]
        + [
            ({"body": link("https://example.org/a", "https://example.org/a")}, "is a bare address"),
            ({"body": link("https://example.org/a", " ")}, "has no words"),
        ],
        [
            {"body": link("https://example.org/", "where the bridge is")},
            {"body": link("https://example.org/", "example.org")},
        ],
    ),
    "headings": (
        [
            ({"body": "<h3>Tolls</h3><p>Four.</p>"}, "“Tolls” skips a level"),
            ({"body": "<p>a</p><h2>Tolls</h2><h2>Ships</h2><p>b</p>"}, "Nothing stands below the heading “Tolls”"),
            ({"body": "<p>a</p><h2>Tolls</h2>"}, "Nothing stands below"),
            ({"body": "<p><strong>Tolls</strong></p><p>Four.</p>"}, "looks like a heading"),
        ],
        [{"body": "<p>a</p><h2>Tolls</h2><h3>Ships</h3><p><strong>Four</strong> boats.</p><h2>b</h2><p>c</p>"}],
    ),
    "table_headers": ([({"body": TABLE.replace("th>", "td>")}, "no header cells")], [{"body": TABLE}]),
    "table_caption": ([({"body": TABLE.replace("Tolls", "")}, "begins “Lorries 4” has no caption")], [{"body": TABLE}]),
    "quotation_marks": (
        [
            ({"body": "<p>“We were told four months, said Ada.</p>"}, "opens and is not closed"),
            ({"headline": "We were told”, says Ada"}, "In the headline, a quotation closes that was never opened"),
            ({"body": "<ul><li>“One</li></ul><p>Two.</p>"}, "opens and is not closed"),
        ],
        [{"body": "<p>“We were told four months,” said Ada.</p>"}, {"body": "<p>It’s the writers’ ‘view’.</p>"}],
    ),
    "empty": (
        [
            ({"body": "<blockquote><p>So.</p><p> </p></blockquote>"}, "An empty paragraph stands in “So.”"),
            ({"body": "<ul><li>One</li><li></li></ul>"}, "An empty line of a list"),
            ({"body": "<h2></h2>"}, "An empty heading."),
        ],
        [{"body": f"<blockquote><p>{FIGURE}</p></blockquote>"}, {"body": "<table><tr><td></td></tr></table>"}],
    ),
    "placeholders": (
        [({"body": "<p>It cost TKTK million.</p>"}, "stands “TKTK”"), ({"headline": "Bridge XXX"}, "In the headline")],
        [{"body": "<p>Flight TK 1234 of the airline was late…</p>"}],
    ),
    "must_fix": (
        [
            ({"must_fix": 1}, "^A note marked “must fix” is still open. Resolve it first"),
            ({"must_fix": 2}, "^2 notes marked “must fix” are still open. Resolve them"),
        ],
        [{}],
    ),
    "embargo": ([({"embargo": "20 June 2024, 06:00 CEST"}, "under embargo until 20 June 2024, 06:00 CEST")], [{}]),
    "suggestions": (
        [
            ({"body": f"<p>So{INS}</p>"}, "^1 suggestion is still open. Accept or refuse it first.$"),
            ({"body": f"<p>So{INS}</p><p>a{INS.replace('k3v9x2ab', 'k3v9x2ac')}</p>"}, "^2 suggestions are still open"),
        ],
        [{}],
    ),
}


def look(name, values):
    known = {key: values[key] for key in values if key in Facts.__dataclass_fields__}
    content = FIT.changed(**{key: value for key, value in values.items() if key not in known})
    return [found.finding for found in checks.run(content, Facts(**known)) if found.check.name == name]


def cases(side):
    return [
        pytest.param(name, case, id=f"{name}-{n}")
        for name, both in EXAMPLES.items()
        for n, case in enumerate(both[side])
    ]


def test_a_story_that_is_fit_is_complained_of_by_nobody():
    assert checks.run(FIT) == []


def test_every_check_has_words_that_fail_it_and_words_that_pass_it():
    assert set(EXAMPLES) == {check.name for check in CHECKS}
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(fails and passes for fails, passes in EXAMPLES.values())


@pytest.mark.parametrize(("name", "case"), cases(0))
def test_what_fails(name, case):
    values, sentence = case
    findings = look(name, values)
    assert len(findings) == 1
    assert re.search(sentence, findings[0].words), findings[0].words


@pytest.mark.parametrize(("name", "case"), cases(1))
def test_what_passes(name, case):
    assert look(name, case) == []


def test_every_check_is_in_the_docs():
    page = docs.pages()["checks.md"]
    for check in CHECKS:
        assert f"| `{check.name}` |" in page
        assert check.asks in page


def test_what_stops_approval_stops_a_story_that_was_approved_without_it():
    for check in CHECKS:
        assert check.stops in {checks.FROM_SUBMIT, checks.FROM_APPROVE, checks.WHILE_WRITING, checks.WARNS}


@pytest.mark.parametrize(
    ("verb", "stopped_by"),
    [
        ("submit", {"headline"}),
        ("approve", {"headline", "lead_alt"}),
        ("publish", {"headline", "lead_alt"}),
        ("schedule", {"headline", "lead_alt"}),
    ],
)
def test_checks_stop_verbs_from_their_stage_on(verb, stopped_by):
    content = FIT.changed(headline="", standfirst="", lead=Lead(PICTURE))
    words = {finding.words for finding in checks.stopping(verb, content)}
    names = {found.check.name for found in checks.run(content) if found.finding.words in words}
    assert names == stopped_by


def test_a_finding_in_the_text_names_its_block():
    (finding,) = look("link_words", {"body": "<p>One.</p><p>Two.</p>" + link("https://example.org/", "here")})
    assert (finding.field, finding.block) == ("body", 2)


def test_words_that_are_only_suggested_are_not_checked_yet_and_keep_their_place():
    body = f'<p>One.</p><p data-suggestion="k3v9x2ab" data-change="insert" data-by="7" data-at="2024-06-19T12:05:00+00:00">TKTK</p><p>Two{INS}</p>'
    found = checks.run(FIT.changed(body=body + "<p>XXX</p>"))
    assert [(one.check.name, one.finding.block) for one in found] == [("placeholders", 3), ("suggestions", 1)]


def test_words_with_marks_of_their_own_are_quoted_without_them():
    (finding,) = look(
        "quotation_marks", {"body": "<p>“We <strong>were</strong> told” so” and so much longer that it is cut.</p>"}
    )
    assert finding.words == "In “‘We were told’ so’ and so much longer …”, a quotation closes that was never opened."


@settings(max_examples=150)
@given(
    st.text(alphabet="<>pahref=\"'/:#“”„«» abc.li3\n", max_size=200),
    st.sampled_from(["en", "de", "fr", "sv", "he", "ja"]),
)
def test_no_text_upsets_the_checks(text, language):
    from articles import body

    for found in checks.run(StoryContent(headline=text, body=body.clean(text), language=language)):
        assert found.finding.words
        assert found.finding.field


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "“We were told,” she said, “nothing.”"),
        ("en", "‘So it is,’ he said; it’s the writers’ view, rock ’n’ roll of the ’90s"),
        ("en", "“He said ‘yes’ and left.”"),
        ("en", 'She said "yes" to a 6" pipe'),
        ("de", "„Das ist so“, sagte sie, „wer ‚so‘ sagt, hat’s.“"),
        ("de-CH", "«So ist es», sagte er"),
        ("de", "»So ist es«, sagte er, »wirklich«"),
        ("de", "Er nannte es “fair” und ging"),
        ("fr", "« C’est ainsi », dit-elle, « ou presque “ainsi” »"),
        ("es", "«uno “dos” tres»"),
        ("pl", "„Tak jest”, powiedziała"),
        ("sv", "”Så är det”, sa hon"),
        ("he", 'דובר צה"ל אמר: "כן"'),
        ("ja", "「はい『そう』」と言った"),
    ],
)
def test_marks_in_pairs_are_left_in_peace(language, words):
    assert unpaired([words], language) == []


@pytest.mark.parametrize(
    ("language", "words", "stray"),
    [
        ("en", "“We were told, she said.", False),
        ("en", "We were told,” she said.", True),
        ("en", "‘So it is, he said.", False),
        ("de", '„Das ist so", sagte sie.', False),
        ("de", "Das ist so“, sagte sie.", True),
        ("fr", "« C’est ainsi, dit-elle.", False),
        ("sv", "”Så är det, sa hon.", False),
        ("ja", "「はいと言った", False),
        ("ja", "はい」と言った", True),
        ("en", 'She said "yes.', False),
    ],
)
def test_marks_without_their_other_half_are_found(language, words, stray):
    assert unpaired([words], language) == [(0, stray)]


def test_a_quotation_of_several_paragraphs_closes_only_the_last():
    assert unpaired(["“One.", "“Two.", "“Three.”"], "en") == []
    assert unpaired(["“One.", "Two.", "“Three.”"], "en") == [(0, False)]
