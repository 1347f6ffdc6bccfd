"""The story editor in a browser: what goes in comes out in the stored form, and nothing is trapped or lost.

One test a node, so that a new version of the editor cannot change stored stories unseen.
"""

import pytest

from articles import body
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERYTHING = (
    "<p>One <strong>bold</strong>, <em>slanted</em> and <s>struck</s> word, H<sub>2</sub>O, x<sup>2</sup>, "
    '<a href="https://example.org/a?b=1&amp;c=2">a link</a>.<br>A second line.</p>'
    "<h2>Heading</h2><h3>Subheading</h3>"
    "<ul><li>Security</li><li>Trade<ul><li>Grain</li><li>Rail</li></ul></li></ul>"
    '<ol start="3"><li>Three</li><li>Four</li></ol>'
    "<blockquote><p>It is a first.</p><p>It is not the last.</p></blockquote>"
    '<aside data-pullquote="1"><p>They came by train.</p></aside>'
    '<table><caption>Boxes by month</caption><thead><tr><th scope="col">Month</th><th scope="col">Boxes</th></tr></thead>'
    '<tbody><tr><th scope="row">June</th><td>1,200</td></tr><tr><th scope="row">July</th><td colspan="2">900</td></tr>'
    "</tbody></table><hr>"
    '<figure data-photo="{photo}" data-alt="A “quay” &amp; ships" data-layout="wide"><figcaption>The quay.</figcaption></figure>'
    '<figure data-photo="{photo}" data-alt="" data-layout="column"><figcaption></figcaption></figure>'
    "<p>Vietnam comes next.</p>"
)


@pytest.fixture
def write(open_as):
    """Open the writing page with a body in it, and return the page; the body is set as the server would send it."""
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    builders.make_author("Wilma Writer", user=writer)
    page = open_as(writer)

    def opened(source=""):
        def with_body(route):
            if route.request.method != "GET":
                return route.continue_()
            answer = route.fetch()
            escaped = source.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
            html = answer.text()
            start = html.index(">", html.index('<textarea name="body"')) + 1
            end = html.index("</textarea>", start)
            return route.fulfill(response=answer, body=html[:start] + "\n" + escaped + html[end:])

        page.route("**/article/add/", with_body)
        page.goto("/desk/articles/article/add/")
        page.get_by_role("toolbar", name="Formatting").wait_for()
        return page

    opened.writer = writer
    return opened


def text_of(page):
    """Return the element that is typed into."""
    return page.locator(".ProseMirror[contenteditable=true]")


def posted(page):
    """Return what the form would send for the body."""
    page.wait_for_timeout(50)
    return page.eval_on_selector("#story", "form => new FormData(form).get('body')")


def press(page, name):
    page.get_by_role("toolbar", name="Formatting").get_by_role("button", name=name, exact=True).click()


def paste(page, html):
    """Paste HTML as another program would leave it on the clipboard."""
    text_of(page).click()
    text_of(page).evaluate(
        """(node, html) => {
            const data = new DataTransfer()
            data.setData("text/html", html)
            data.setData("text/plain", node.textContent)
            node.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))
        }""",
        html,
    )


def test_every_node_comes_out_as_it_went_in(write):
    photo = builders.make_photo(write.writer)
    source = EVERYTHING.format(photo=photo.pk)
    assert body.clean(source) == source, "the sample is in the stored form"

    page = write(source)

    assert posted(page) == source
    text_of(page).locator("p").last.click()
    page.keyboard.press("End")
    page.keyboard.type(" Then")
    assert posted(page) == source.replace("comes next.", "comes next. Then")


def test_a_change_undone_is_no_change(write):
    source = "<p>10\u00a0000 boxes.</p><table><tbody><tr><th>a</th><td>b</td></tr></tbody></table>"
    page = write(source)

    text_of(page).locator("p").first.click()
    page.keyboard.type("x")
    assert posted(page) != source
    page.keyboard.press("Control+z")

    assert posted(page) == source


def test_the_text_has_a_name_and_is_spell_checked(write):
    page = write("<p>One</p>")

    assert page.get_by_role("textbox", name="Body").get_attribute("spellcheck") == "true"


def test_words_are_counted_as_the_server_counts_them(write):
    source = "<h2>Don’t stop</h2><p>Well-known words, 1,200 of them.</p><p>日本語</p>"
    page = write(source)

    words = body.word_count(source)
    assert page.locator(".word-count").inner_text().startswith(f"{words} words · 1 min read · ")


def test_a_lone_figure_is_not_taken_for_an_empty_body(write):
    photo = builders.make_photo(write.writer)
    page = write(f'<figure data-photo="{photo.pk}" data-alt="" data-layout="full"><figcaption></figcaption></figure>')

    page.get_by_role("button", name="Caption and alt text").click()
    page.get_by_role("dialog").get_by_label("Layout").select_option("wide")
    page.get_by_role("button", name="Change", exact=True).click()

    assert posted(page) == (
        f'<figure data-photo="{photo.pk}" data-alt="" data-layout="wide"><figcaption></figcaption></figure>'
    )


def test_an_emptied_body_is_empty(write):
    page = write("")
    text_of(page).click()
    page.keyboard.type("a")
    assert posted(page) == "<p>a</p>"

    page.keyboard.press("Backspace")

    assert posted(page) == ""


def test_a_photo_is_found_described_and_put_in(write):
    builders.make_photo(write.writer, caption="A crane at noon.")
    photo = builders.make_photo(write.writer, caption="A ferry at dusk.", alt="")
    page = write("<p>One</p>")
    text_of(page).click()
    press(page, "Photo")

    page.get_by_label("Search the library").fill("ferry")
    page.get_by_role("dialog").get_by_text("1 photo", exact=True).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Photo in this story")
    assert "Agency / Bo Lens / Harbour Office via Wire" in dialog.inner_text()
    assert dialog.get_by_label("Caption").input_value() == "A ferry at dusk."
    dialog.get_by_role("button", name="Insert").click()
    assert dialog.get_by_text("Say what the picture shows, or mark it as decorative.").is_visible()
    dialog.get_by_label("Alt text").fill('A "white" ferry')
    dialog.get_by_role("button", name="Insert").click()
    text_of(page).locator("figure").wait_for()

    written = posted(page)
    assert body.figures(written) == [body.Figure(photo.pk, 'A "white" ferry', "A ferry at dusk.", "full")]
    assert "Bo Lens" in text_of(page).locator("figure").inner_text()
    assert "Bo Lens" not in written


def test_a_file_that_is_no_picture_is_refused_in_place(write):
    page = write("<p>One</p>")
    text_of(page).click()
    press(page, "Photo")
    page.get_by_text("Upload a photo").click()
    page.get_by_role("button", name="Upload and use").click()
    assert page.get_by_text("Choose a file first.").is_visible()

    page.get_by_label("File").set_input_files({"name": "note.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    page.get_by_role("button", name="Upload and use").click()
    page.get_by_role("dialog").get_by_role("alert").wait_for()

    assert posted(page) == "<p>One</p>"


def test_a_pull_quote_is_set_and_taken_back(write):
    page = write("<p>One</p><p>Two</p>")
    text_of(page).locator("p").nth(1).click()

    press(page, "Pull quote")
    assert posted(page) == '<p>One</p><aside data-pullquote="1"><p>Two</p></aside>'
    press(page, "Pull quote")
    assert posted(page) == "<p>One</p><p>Two</p>"


def test_a_table_gets_a_heading_row_a_caption_and_more_rows(write):
    page = write("<p>One</p>")
    text_of(page).click()
    page.keyboard.press("End")
    press(page, "Table")
    page.keyboard.type("Month")
    press(page, "Row below")
    press(page, "Caption")
    page.get_by_role("dialog").get_by_label("Caption").fill("Boxes  by month")
    page.get_by_role("button", name="Set").click()

    written = posted(page)
    assert written.startswith(
        "<p>One</p><table><caption>Boxes by month</caption><tbody><tr><th>Month</th><th></th><th></th>"
    )
    assert written.count("<tr>") == 4
    assert body.clean(written) == written


LINKS = {
    "example.org/a?b=1&c=2": "https://example.org/a?b=1&amp;c=2",
    "ada@example.org": "mailto:ada@example.org",
    "/2024/06/19/treaty/": "/2024/06/19/treaty/",
    "https://www.google.com/url?q=https://example.org/&sa=D": "https://example.org/",
}
NO_LINKS = ("javascript:alert(1)", "not an address", "//evil.example", "data:text/html,x", "")


def test_a_link_is_mended_where_the_slip_is_plain_and_refused_where_it_is_none(write):
    page = write("<p>One</p>")
    text_of(page).click()
    page.keyboard.press("Control+a")
    page.wait_for_timeout(50)

    page.keyboard.press("Control+k")
    for typed in NO_LINKS:
        page.get_by_label("Address").fill(typed)
        page.keyboard.press("Enter")
        assert page.get_by_text("This is no address.").is_visible()
        assert posted(page) == "<p>One</p>"
    page.keyboard.press("Escape")

    for typed, stored in LINKS.items():
        text_of(page).focus()
        page.keyboard.press("Control+k")
        page.get_by_label("Address").fill(typed)
        page.keyboard.press("Enter")
        assert posted(page) == f'<p><a href="{stored}">One</a></p>'

    page.keyboard.press("Control+k")
    page.get_by_label("Address").fill("")
    page.keyboard.press("Enter")
    assert posted(page) == "<p>One</p>"


DOCS = """<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1f">
<h1 dir="ltr" style="line-height:1.38;"><span style="font-size:20pt;font-weight:700;">A title</span></h1>
<p dir="ltr"><span style="font-weight:700;">Bold</span><span style="font-weight:400;"> and </span><span
style="font-style:italic;">slanted</span><span>,&nbsp;see </span><a
href="https://www.google.com/url?q=https://example.org/a?b%3D1&amp;sa=D"><span style="color:#15c">this</span></a></p><br>
<ul><li dir="ltr"><p role="presentation"><span>one</span></p></li><ul><li><p><span>inner</span></p></li></ul><li><p>two</p></li></ul>
<p><span style="text-decoration:line-through">no</span> 10<span style="font-size:.6em;vertical-align:super">2</span></p></b>"""

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{mso-style-unhide:no}</style></head><body>
<p class=MsoNormal><b>Bold</b> and <i style='mso-bidi-font-style:normal'>slanted</i>&nbsp; text, 12&nbsp;km<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>one<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o</span>inner</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>two</p>
<p class=MsoNormal>between</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.</span>first</p>
<p class=MsoNormal>A note<a href="#_ftn1" name="_ftnref1"><span>[1]</span></a></p></body></html>"""


PASTED = {
    DOCS: "<h2>A title</h2><p><strong>Bold</strong> and <em>slanted</em>, see "
    '<a href="https://example.org/a?b=1">this</a></p>'
    "<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul><p><s>no</s> 10<sup>2</sup></p>",
    WORD: "<p><strong>Bold</strong> and <em>slanted</em> text, 12&nbsp;km</p>"
    "<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul><p>between</p><ol><li>first</li></ol><p>A note[1]</p>",
    '<p onclick="steal()" style="color:red">Hi<script>steal()</script> <a href="javascript:steal()">there</a>'
    '<img src="x" onerror="steal()"><iframe src="https://evil.example"></iframe></p><div>in a box</div>': (
        "<p>Hi there</p><p>in a box</p>"
    ),
}


def test_what_is_pasted_from_docs_word_and_strangers_becomes_plain_story_text(write):
    page = write("")
    for source, cleaned in PASTED.items():
        text_of(page).click()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        paste(page, source)

        assert posted(page) == cleaned
        assert body.clean(posted(page)).replace("\u00a0", "&nbsp;") == cleaned


def test_nobody_is_trapped_in_a_list_or_a_table(write):
    inside = "document.activeElement.closest('.ProseMirror') !== null"
    page = write("<ul><li>one</li><li>two</li></ul><table><tbody><tr><th>a</th></tr></tbody></table><p>end</p>")

    text_of(page).locator("li").nth(1).click()
    page.wait_for_function(
        "() => document.querySelector('textarea[name=body]').storyEditor.state.selection.$from.parent.textContent === 'two'"
    )
    page.keyboard.press("Tab")
    assert page.evaluate(inside), "Tab alone belongs to the list"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not page.evaluate(inside)

    text_of(page).locator("th").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    assert not page.evaluate(inside)


def test_the_toolbar_is_one_stop_and_is_walked_with_arrows(write):
    page = write("<p>One</p>")
    text_of(page).click()
    page.keyboard.press("Alt+F10")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Bold"
    assert page.locator(".story-toolbar [tabindex='0']").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.closest('.ProseMirror') !== null")


def test_leaving_with_unsaved_words_asks_first(write):
    page = write("")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.goto("/desk/")
    assert asked == []

    page = write("")
    text_of(page).click()
    page.keyboard.type("New words")
    page.goto("/desk/")
    assert asked == ["beforeunload"]


def test_rows_of_bylines_are_added_moved_and_taken_out_by_keyboard(write):
    builders.make_author("Ada Marsh")
    page = write("")
    rows = page.locator("#bylines .byline:not([hidden])")
    page.get_by_label("Headline", exact=True).fill("Two names")

    page.get_by_role("button", name="Add byline").press("Enter")
    rows.nth(1).get_by_label("Author").select_option(label="Ada Marsh")
    rows.nth(1).get_by_role("button", name="Move up").press("Enter")
    assert rows.nth(0).get_by_label("Author").evaluate("list => list.selectedOptions[0].text") == "Ada Marsh"
    rows.nth(1).get_by_role("button", name="Remove").press("Enter")
    assert rows.count() == 1

    page.keyboard.press("Control+s")
    page.wait_for_url("**/change/")
    names = page.locator("#bylines .byline:not([hidden]) select[name$=author]")
    assert names.count() == 1
    assert names.first.evaluate("list => list.selectedOptions[0].text") == "Ada Marsh"
