"""A class in Chromium: two browsers vote, the teacher sees it live and shows the answer; follow me brings them to a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from demo.text import speaker
from tests.browser.conftest import SECONDS
from tests.browser.seen import at_rest, quiet
from tests.browser.served import TOKEN, App
from tests.browser.test_walk import press, run_of

say, lesson = speaker("classroom"), speaker("convolution")
ANSWER = "The window has 2 places"


@pytest.fixture
def app(fresh: App) -> App:
    """A class is the server's: each test has one, with nobody in it from before."""
    fresh.wait_until_up()
    return fresh


@pytest.fixture
def windows(chromium: Browser) -> Iterator[list[Page]]:
    """Five browsers that know nothing of each other, the first a teacher's, the fourth a telephone."""
    expect.set_options(timeout=4 * SECONDS * 1000)
    with ExitStack() as open_ones:
        open_ones.callback(expect.set_options, timeout=SECONDS * 1000)
        pages = []
        for width in (1280, 1280, 1280, 390, 1280):
            context = open_ones.enter_context(chromium.new_context(viewport={"width": width, "height": 900}))
            context.set_default_timeout(4 * SECONDS * 1000)
            pages.append(context.new_page())
        yield pages


def becomes_teacher(page: Page, app: App, token: str = TOKEN) -> None:
    """Types the token on the sheet of the menu."""
    page.bring_to_front()  # a window that was never in front draws no frames, and nothing in it is ever "stable"
    page.goto(app.url)
    page.get_by_role("button", name="Join the class").click()
    page.locator(".st-key-join-token input").fill(token)
    page.keyboard.press("Enter")


def opens_the_class(page: Page, app: App) -> None:
    """A teacher, and every question is put to all from now on."""
    becomes_teacher(page, app)
    expect(page.locator(".st-key-teacher_bar")).to_be_visible()
    if not page.locator(".st-key-teacher-lead").count():
        page.locator(".st-key-teacher-open label").first.click()
    expect(page.locator(".st-key-teacher-lead")).to_be_visible()


def to(page: Page, name: str) -> None:
    """Through the menu, so that the session goes on."""
    link = page.get_by_test_id("stTopNavLink").filter(has_text=name)
    if not link.count():
        page.get_by_text("Learn", exact=True).first.click()
        link = page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name)
    link.first.click()


@pytest.mark.timeout(900)
def test_a_class_votes_and_sees_the_answer(app: App, windows: list[Page], shots: Path | None) -> None:
    teacher, anna, ben, phone, late = windows
    opens_the_class(teacher, app)

    # Two vote; the third sees it live.
    for page in (anna, ben, phone):
        page.bring_to_front()
        page.goto(f"{app.url}/convolution?teacher={TOKEN}")
        expect(page.get_by_text(lesson("question_16"))).to_be_visible()
        expect(page.locator(".st-key-teacher_bar")).to_have_count(0)
    to(teacher, "Convolution")
    expect(teacher.get_by_text(re.compile("0 of 3 have answered"))).to_be_visible()
    anna.get_by_text(lesson("question_16")).click()
    expect(teacher.get_by_text(re.compile("1 of 3 have answered"))).to_be_visible()
    ben.get_by_text(lesson("question_4"), exact=True).click()
    expect(teacher.get_by_text(re.compile("2 of 3 have answered"))).to_be_visible()
    expect(teacher.locator(".stVegaLiteChart[aria-label^='Answers']")).to_be_visible()
    for page in (anna, ben, phone):
        expect(page.locator(".st-key-class_strip")).to_contain_text("2 of 3 have answered")
        expect(page.get_by_text(ANSWER)).to_have_count(0)
    if shots:
        teacher.screenshot(path=shots / "class-teacher.png")
        phone.screenshot(path=shots / "class-phone.png")

    # The teacher reveals; all see it, also who comes late.
    press(teacher, "ask.question.reveal")
    late.bring_to_front()
    late.goto(f"{app.url}/convolution")
    for page in (anna, ben, phone, late):
        expect(page.get_by_text(ANSWER).first).to_be_visible()
        expect(page.locator(".stVegaLiteChart[aria-label^='Answers']")).to_be_visible()
    if shots:
        ben.screenshot(path=shots / "class-revealed.png")

    # The line of the class costs a laptop no second screen, and on the teacher's telephone the brand stays free.
    ben.bring_to_front()
    ben.set_viewport_size({"width": 1280, "height": 800})
    for section in ("published", "riddle"):
        ben.goto(f"{app.url}/resolution?section={section}")
        expect(ben.locator(".st-key-class_strip")).to_be_visible()
        quiet(ben)
        assert ben.evaluate("document.querySelector('.stMain').scrollHeight") <= 800, section
    teacher.bring_to_front()
    teacher.set_viewport_size({"width": 390, "height": 844})
    brand, buttons = (at_rest(teacher.locator(name).first) for name in ("[data-testid=stHeaderLogo]", ".st-key-menu_join"))
    assert brand["x"] + brand["width"] <= buttons["x"] and buttons["x"] + buttons["width"] <= 390


@pytest.mark.timeout(600)
def test_the_class_is_brought_to_the_teachers_run(app: App, windows: list[Page], shots: Path | None) -> None:
    teacher, anna, ben, phone, _ = windows
    opens_the_class(teacher, app)
    teacher.locator(".st-key-teacher-lead").get_by_text(say("lead_bring")).click()
    for page in (anna, ben, phone):
        page.bring_to_front()
        page.goto(f"{app.url}/glossary")
        expect(page.locator(".st-key-class_strip")).to_be_visible()
    press(phone, "class.follow")
    expect(phone.locator(".st-key-class-follow")).to_contain_text(say("follow"))
    to(teacher, "Train")
    press(teacher, "train.start")
    run = run_of(teacher)
    for page in (anna, ben):
        expect(page).to_have_url(re.compile(f"/train.*run={run}"))
    assert "/train" not in phone.url, "who has left is not brought"
    expect(phone.locator(".st-key-class_strip")).to_contain_text(run)
    if shots:
        anna.screenshot(path=shots / "class-run.png")

    # Closed, everybody is alone again.
    teacher.locator(".st-key-teacher-open label").first.click()
    for page in (anna, phone):
        expect(page.locator(".st-key-class_strip")).to_have_count(0)


FIRST_SCREENS = ((1280, 800), (390, 844))
VERDICT = ".stAlertContainer"


def on_the_first_screen(page: Page, what: Locator) -> None:
    """All of it is seen without scrolling."""
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    box, size = what.bounding_box(), page.viewport_size
    assert box and size and box["y"] >= 0 and box["y"] + box["height"] <= size["height"], (box, size)
    assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"], (box, size)


def bars(page: Page) -> Locator:
    return page.locator(".stVegaLiteChart[aria-label^='Answers']")


@pytest.mark.timeout(900)
def test_a_class_on_home_is_brought_along_votes_and_is_told_who_was_right(
    app: App, windows: list[Page], shots: Path | None
) -> None:
    """README's timetable: everybody scans the address first, then the teacher opens the class."""
    teacher, anna, _, ben, _ = windows
    for page, (width, height) in ((anna, FIRST_SCREENS[0]), (ben, FIRST_SCREENS[1])):
        page.set_viewport_size({"width": width, "height": height})
        page.bring_to_front()
        page.goto(app.url)
        expect(page.get_by_role("heading", name="How few pixels does it take?")).to_be_visible()
        expect(page.locator(".st-key-class_strip")).to_have_count(0)
    teacher.set_viewport_size({"width": 1920, "height": 1080})
    opens_the_class(teacher, app)
    teacher.locator(".st-key-teacher-lead").get_by_text(say("lead_bring")).click()
    to(teacher, "Pooling")
    expect(teacher.get_by_role("heading", name="Pooling", exact=True)).to_be_visible()
    for page in (anna, ben):  # untouched
        expect(page).to_have_url(re.compile("/pooling"), timeout=5_000)

    pooling = speaker("pooling")
    for page, option in ((anna, "all"), (ben, "some")):
        page.bring_to_front()
        on_the_first_screen(page, page.get_by_text(pooling("question_none"), exact=True))
        page.get_by_text(pooling(f"question_{option}")).click()
        expect(page.locator(".st-key-class_strip")).to_contain_text("of 2 have answered")
    teacher.bring_to_front()
    expect(teacher.get_by_text(re.compile("2 of 2 have answered"))).to_be_visible()
    if shots:
        teacher.screenshot(path=shots / "class-tally-projector.png")
    press(teacher, "ask.question.reveal")

    why = re.compile(r"Some of them, and a larger part than of the pixels: A maximum may move inside its window")
    for page in (teacher, anna, ben):
        page.bring_to_front()
        expect(page.get_by_text(why)).to_be_visible()
        expect(bars(page)).to_have_count(1)  # while it moves to its new place, the old one may still be there
        expect(bars(page)).to_be_visible()
    if shots:
        for page, name in ((anna, "1280x800"), (ben, "390x844"), (teacher, "projector")):
            page.screenshot(path=shots / f"class-revealed-{name}.png")
    on_the_first_screen(teacher, bars(teacher))
    on_the_first_screen(teacher, teacher.get_by_text(why))
    expect(anna.locator(VERDICT)).to_contain_text("Not quite. A maximum that leaves its window changes the number")
    expect(ben.locator(VERDICT)).to_have_text(re.compile("Yes"))
    for page in (anna, ben):
        on_the_first_screen(page, page.locator(VERDICT))
    teacher.locator(".st-key-teacher-open label").first.click()
    for page in (anna, ben):
        expect(page.locator(".st-key-class_strip")).to_have_count(0)


def test_the_notes_open_in_a_window_of_their_own(app: App, windows: list[Page]) -> None:
    teacher, pupil, *_ = windows
    becomes_teacher(teacher, app)
    to(teacher, "Convolution")
    note = "for the end: nobody wrote them by hand"
    with teacher.expect_popup() as opened:
        teacher.get_by_role("link", name=say("notes")).click()
    notes = opened.value
    notes.bring_to_front()
    expect(notes).to_have_url(f"{app.url}/notes")
    expect(notes.get_by_text(say("notes_token"))).to_be_visible()
    notes.get_by_role("button", name=say("teacher")).click()
    notes.locator(".st-key-notes-token input").fill(TOKEN)
    notes.keyboard.press("Enter")
    expect(notes.get_by_text(note)).to_be_visible()
    expect(teacher.get_by_text(note)).to_have_count(0)
    teacher.bring_to_front()
    to(teacher, "Pooling")
    expect(teacher.get_by_role("heading", name="Pooling", exact=True)).to_be_visible()
    notes.bring_to_front()
    expect(notes.get_by_role("heading", name="Pooling", exact=True)).to_be_visible()
    expect(notes.get_by_test_id("stTopNavLink").filter(has_text=say("notes"))).to_have_count(0)
    pupil.goto(f"{app.url}/notes")
    expect(pupil.get_by_text(say("notes_token"))).to_be_visible()
    notes.close()


def test_a_wrong_token_makes_no_teacher(app: App, page: Page) -> None:
    becomes_teacher(page, app, "wrong")
    expect(page.get_by_text(say("token_wrong"))).to_be_visible()
    expect(page.locator(".st-key-teacher_bar")).to_have_count(0)
