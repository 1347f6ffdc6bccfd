"""The board by keyboard and by drag, the budget edited in place, in a browser."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from articles import workflow
from articles.content import StoryContent
from articles.models import Article
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def writer(db):
    return builders.make_user("writer@example.org", "Wilma Writer", "writer")


@pytest.fixture
def editor(db):
    return builders.make_user("editor@example.org", "Edda Editor", "editor")


def make_line(slugline, *, actor, **plan):
    return workflow.start(content=StoryContent(), plan={"slugline": slugline, **plan}, actor=actor, now=timezone.now())


def open_board(page):
    page.goto("/desk/board/")
    page.locator("html[data-board=ready]").wait_for(state="attached")
    return page


def card_in(page, column, name):
    return page.locator(f".column[data-column={column}] .card", has_text=name)


def press_verb(page, name):
    """Open the dialog from the card that has the focus, and go to a verb by keyboard alone."""
    page.keyboard.press("m")
    page.get_by_role("dialog").wait_for()
    verb = page.get_by_role("dialog").locator(f":is(summary, button):text-is('{name}')").first
    for _ in range(20):
        if verb.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def focused_card(page):
    return page.evaluate("document.activeElement?.closest('.card')?.dataset.name ?? ''")


def test_a_story_goes_over_the_board_by_keyboard_alone(open_as, writer, editor):
    article = builders.make_story(writer=writer, headline="The bridge opens")
    page = open_board(open_as(writer))
    card_in(page, "draft", "The bridge").locator("a.headline").focus()
    press_verb(page, "Submit for review")
    card_in(page, "in_review", "The bridge").wait_for()
    page.get_by_text("“The bridge opens” is now in review.").wait_for()
    assert focused_card(page) == "The bridge opens", "the focus goes with the card"

    desk = open_board(open_as(editor))
    card_in(desk, "in_review", "The bridge").locator("a.headline").focus()
    press_verb(desk, "Send back…")
    note = desk.get_by_label("Note to the writer")
    note.wait_for()
    desk.keyboard.press("Tab")
    desk.keyboard.type("Who paid for it?")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    card_in(desk, "draft", "The bridge").wait_for()
    assert article.events.filter(verb="send_back").get().note == "Who paid for it?"

    workflow.submit(article.pk, actor=writer, now=timezone.now())
    desk = open_board(desk)
    card_in(desk, "in_review", "The bridge").locator("a.headline").focus()
    press_verb(desk, "Approve…")
    desk.get_by_text("You vouch for the words").wait_for()
    desk.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).press("Enter")
    card_in(desk, "approved", "The bridge").wait_for()
    press_verb(desk, "Publish now…")
    desk.get_by_role("dialog").get_by_role("button", name="Publish now", exact=True).press("Enter")
    card_in(desk, "published", "The bridge").wait_for()
    assert Article.objects.get().status == "published"


def test_a_card_is_dragged_where_a_verb_allows_it_and_goes_back_with_a_reason_where_not(open_as, writer):
    builders.make_story(writer=writer, headline="The bridge opens")
    make_line("the-line", actor=writer)
    page = open_board(open_as(writer))
    card_in(page, "draft", "The bridge").drag_to(page.locator(".column[data-column=approved]"))
    page.get_by_text("“The bridge opens” cannot go from “Draft” to “Approved”.").wait_for()
    card_in(page, "planned", "the-line").drag_to(page.locator(".column[data-column=in_review]"))
    page.get_by_text("The story has no headline yet.").wait_for()
    assert card_in(page, "planned", "the-line").count() == 1
    card_in(page, "draft", "The bridge").drag_to(page.locator(".column[data-column=in_review]"))
    card_in(page, "in_review", "The bridge").wait_for()
    page.get_by_text("is now in review.").wait_for()
    assert Article.objects.get(headline="The bridge opens").status == "in_review"


def test_a_move_that_somebody_else_made_first_is_refused_in_the_dialog(open_as, writer, editor):
    article = builders.make_story(writer=writer, status="in_review", headline="The bridge opens")
    page = open_board(open_as(editor))
    card_in(page, "in_review", "The bridge").get_by_role("link", name="Move…").click()
    page.get_by_text("Approve…").click()
    workflow.send_back(article.pk, actor=editor, now=timezone.now(), note="Not yet.")
    page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("dialog").get_by_role("alert").get_by_text("“Approve” is not possible").wait_for()
    assert Article.objects.get().status == "draft"


def test_filters_act_at_once_and_stay_in_the_address(open_as, writer, editor):
    builders.make_story(writer=writer, headline="Bridge here")
    make_line("harbour-line", actor=editor)
    page = open_board(open_as(editor))
    page.get_by_label("Words").fill("harbour")
    card_in(page, "draft", "Bridge here").wait_for(state="detached")
    assert card_in(page, "planned", "harbour-line").count() == 1
    page.wait_for_url("**/desk/board/?q=harbour")
    page.reload()
    assert page.get_by_label("Words").input_value() == "harbour"
    assert page.locator(".card").count() == 1


def test_the_budget_is_edited_in_place_by_keyboard(open_as, writer, editor):
    evening = timezone.localtime().replace(hour=23, minute=30, second=0, microsecond=0)
    for name in ("first-line", "second-line"):
        make_line(name, actor=editor, due_at=evening)
    page = open_as(editor)
    page.goto("/desk/budget/")
    page.locator("table[data-live]").wait_for()
    row = page.locator("tr", has_text="first-line")
    row.locator("a.cell[data-fact=slugline]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.fact") == "assigned_to"
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.fact") == "words_planned"
    page.keyboard.press("Enter")
    page.keyboard.type("700")
    page.keyboard.press("Enter")
    page.get_by_text("Words planned of “first-line” is saved.").wait_for()
    assert page.evaluate("document.activeElement.dataset.fact") == "words_planned", "the focus stays"
    assert Article.objects.get(slugline="first-line").words_planned == 700
    assert page.locator("[data-total=words_planned]").inner_text() == "700"

    page.keyboard.press("Enter")
    page.keyboard.type("999999")
    page.keyboard.press("Enter")
    row.get_by_role("alert").wait_for()
    page.keyboard.press("Escape")
    assert row.locator("a.cell[data-fact=words_planned]").inner_text().endswith("700")

    row.locator("a.cell[data-fact=assigned_to]").press("Enter")
    page.get_by_label("Writer of “first-line”").select_option(label="Wilma Writer")
    page.keyboard.press("Enter")
    page.get_by_text("Writer of “first-line” is saved.").wait_for()
    assert Article.objects.get(slugline="first-line").assigned_to == writer
    assert Article.objects.get(slugline="second-line").assigned_to is None


def test_the_plan_is_changed_on_the_storys_page_without_losing_what_is_typed(open_as, writer, editor):
    article = make_line("the-line", actor=editor, assigned_to=writer, brief="Ask the harbour master.")
    page = open_as(writer)
    page.goto(article.get_absolute_url())
    page.get_by_role("paragraph").filter(has_text="Ask the harbour master.").wait_for()
    page.get_by_label("Headline", exact=True).fill("Typed and not saved")
    page.get_by_text("Change the plan").click()
    page.locator("#plan_words_planned").fill("650")
    page.get_by_role("button", name="Keep the plan").click()
    page.get_by_text("0 of 650 words").wait_for()
    assert page.get_by_label("Headline", exact=True).input_value() == "Typed and not saved"
    assert Article.objects.get().words_planned == 650


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_board_and_budget_have_no_fault_that_axe_finds(open_as, writer, editor, width, scheme):
    now = timezone.now()
    article = builders.make_story(writer=writer, status="in_review", headline="Waiting", now=now)
    builders.make_story(writer=writer, editor=editor, status="published", headline="Out", now=now)
    late = make_line("late", actor=editor, assigned_to=writer, due_at=now - dt.timedelta(minutes=1), words_planned=600)
    make_line("undated", actor=editor)
    page = open_as(editor, width=width, scheme=scheme, watch=False)
    urls = ["/desk/board/", "/desk/board/?q=nothing-at-all", f"/desk/board/{article.pk}/", "/desk/budget/",
            f"/desk/budget/?day=overdue&edit={late.pk}", "/desk/budget/?day=none", "/desk/budget/?day=2020-01-01", late.get_absolute_url()]  # fmt: skip

    def look(what):
        violations = Axe().run(page, options={"preload": False}).response["violations"]
        assert not violations, (what, [(v["id"], [node["target"] for node in v["nodes"]]) for v in violations])

    for url in urls:
        page.goto(url)
        if "/change/" in url:
            page.locator(".ProseMirror[contenteditable=true][aria-label]").wait_for()
        look(url)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{url} is wider than the window"
    open_board(page)
    card_in(page, "in_review", "Waiting").get_by_role("link", name="Move…").click()
    page.get_by_text("Send back…").click()
    look("dialog")
    page.goto("/desk/budget/?day=none")
    page.locator("table[data-live]").wait_for()
    page.locator("a.cell[data-fact=words_planned]").first.click()
    page.keyboard.type("-5")
    page.keyboard.press("Enter")
    page.locator("[data-state=refused]").wait_for()
    look("a refused cell")
