"""No keystroke lost, in a browser: a cut connection, two people, two tabs, a crash, a login that ran out."""

import pytest
from django.contrib.sessions.models import Session

from articles.models import Article, Unsaved
from tests import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def body_of(page):
    return page.locator(".ProseMirror[contenteditable=true]")


def state(page, words):
    page.locator("#save-state").get_by_text(words).wait_for()


def end_of(page, paragraph):
    body_of(page).locator("p").nth(paragraph).click()
    page.keyboard.press("End")


@pytest.fixture
def people():
    writer = builders.make_user("writer@example.org", "Wilma Writer", "writer")
    editor = builders.make_user("editor@example.org", "Edda Editor", "editor")
    return writer, editor


@pytest.fixture
def article(people):
    return builders.make_story(writer=people[0], body="<p>The first.</p><p>The second.</p><p>The third.</p>")


def opened(open_as, user, article):
    page = open_as(user)
    page.goto(article.get_absolute_url())
    body_of(page).wait_for()
    state(page, "All saved")
    return page


def test_words_are_saved_while_they_are_typed_and_a_new_story_starts_by_itself(open_as, people):
    page = open_as(people[0])
    page.goto("/desk/articles/article/add/")
    body_of(page).click()
    page.keyboard.type("The bridge opens.")
    state(page, "Saved at")
    page.wait_for_url("**/change/")
    body_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Ships pass.")
    state(page, "Saved at")
    assert Article.objects.get().body == "<p>The bridge opens. Ships pass.</p>"
    page.reload()
    body_of(page).get_by_text("The bridge opens. Ships pass.").wait_for()


def test_two_people_in_two_paragraphs_are_merged_under_their_hands(open_as, people, article):
    writer, editor = (opened(open_as, user, article) for user in people)
    end_of(writer, 0)
    writer.keyboard.type(" By Wilma.")
    state(writer, "Saved at")
    end_of(editor, 2)
    editor.keyboard.type(" By Edda.")
    state(editor, "Saved at")
    for page in (writer, editor):
        body_of(page).get_by_text("The first. By Wilma.").wait_for()
        body_of(page).get_by_text("The third. By Edda.").wait_for()
    writer.locator("#here").get_by_text("Edda Editor").wait_for()
    assert Article.objects.get().body == "<p>The first. By Wilma.</p><p>The second.</p><p>The third. By Edda.</p>"


def test_the_same_paragraph_by_two_people_is_shown_side_by_side_and_one_click_takes_both(open_as, people, article):
    writer, editor = (opened(open_as, user, article) for user in people)
    writer.route("**/here/", lambda route: route.abort())  # neither hears of the other before both have typed
    writer.route("**/autosave/", lambda route: route.abort())
    end_of(writer, 1)
    writer.keyboard.type(" By Wilma.")
    state(writer, "No connection")
    end_of(editor, 1)
    editor.keyboard.type(" By Edda.")
    state(editor, "Saved at")
    writer.unroute("**/autosave/")
    clash = writer.get_by_role("alert").filter(has_text="Two people changed the same words")
    clash.wait_for()
    assert "The second. By Edda." in clash.inner_text()
    assert "The second. By Wilma." in clash.inner_text()
    assert Unsaved.objects.open().filter(person=people[0]).exists()
    clash.get_by_text("Keep both").click()
    state(writer, "Saved at")
    clash.wait_for(state="detached")
    both = "<p>The first.</p><p>The second. By Edda.</p><p>The second. By Wilma.</p><p>The third.</p>"
    assert Article.objects.get().body == both
    body_of(writer).get_by_text("The second. By Edda.").wait_for()


def test_two_tabs_of_one_person_are_no_conflict(open_as, people, article):
    first = opened(open_as, people[0], article)
    second = first.context.new_page()
    second.goto(article.get_absolute_url())
    body_of(second).wait_for()
    end_of(first, 0)
    first.keyboard.type(" In one tab.")
    state(first, "Saved at")
    end_of(second, 2)
    second.keyboard.type(" In the other.")
    state(second, "Saved at")
    assert (
        Article.objects.get().body == "<p>The first. In one tab.</p><p>The second.</p><p>The third. In the other.</p>"
    )


def test_words_typed_without_a_connection_are_sent_when_it_is_back(open_as, people, article):
    page = opened(open_as, people[0], article)
    page.context.set_offline(True)
    end_of(page, 0)
    page.keyboard.type(" On the train.")
    state(page, "No connection")
    page.context.set_offline(False)
    state(page, "Saved at")
    assert "On the train." in Article.objects.get().body


def test_words_of_a_page_that_crashed_are_offered_back(open_as, people, article):
    page = opened(open_as, people[0], article)
    page.route("**/autosave/", lambda route: route.abort())
    end_of(page, 0)
    page.keyboard.type(" Before the crash.")
    state(page, "No connection")
    page.wait_for_function(
        """() => new Promise((done) => {
          const asked = indexedDB.open("newsroom", 1)
          asked.onsuccess = () => {
            const all = asked.result.transaction("unsaved").objectStore("unsaved").getAll()
            all.onsuccess = () => done(JSON.stringify(all.result).includes("Before the crash."))
          }
        })"""
    )
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto(article.get_absolute_url())
    offer = again.get_by_role("region", name="Words of yours that are not saved")
    offer.get_by_role("button", name="Take them over").click()
    body_of(again).get_by_text("The first. Before the crash.").wait_for()
    state(again, "Saved at")
    assert "Before the crash." in Article.objects.get().body
    again.goto(article.get_absolute_url())
    state(again, "All saved")
    assert offer.is_hidden()


def test_a_login_that_ran_out_loses_nothing(open_as, people, article):
    page = opened(open_as, people[0], article)
    Session.objects.all().delete()
    end_of(page, 0)
    page.keyboard.type(" After the session.")
    page.get_by_role("alert").get_by_text("You are signed out").wait_for()
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Sign in again in a new tab").click()
    login = opening.value
    login.get_by_label("Email").fill("writer@example.org")
    login.get_by_label("Password", exact=True).fill("correct horse battery staple")
    login.get_by_role("button", name="Sign in", exact=True).click()
    login.wait_for_url("**/desk/")
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # a headless browser does not tell of it
    state(page, "Saved at")
    assert "After the session." in Article.objects.get().body
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Nothing had changed").wait_for()


def test_typing_in_an_approved_story_voids_nothing_and_is_kept(open_as, people):
    writer, editor = people
    deputy = builders.make_user("deputy@example.org", "Dario Deputy", "editor")
    article = builders.make_story(writer=writer, editor=deputy, status="approved", body="<p>The first.</p>")
    page = opened(open_as, editor, article)
    end_of(page, 0)
    page.keyboard.type(" By accident.")
    state(page, "Your words are kept, not saved: saving them voids the approval.")
    assert Article.objects.get().status == "approved"
    page.goto(article.get_absolute_url())
    page.get_by_role("region", name="Words of yours that are not saved").get_by_role("link").click()
    body_of(page).get_by_text("The first. By accident.").wait_for()
