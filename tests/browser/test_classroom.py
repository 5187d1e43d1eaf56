"""A class in Chromium: two browsers vote, the teacher sees it live and shows the answer; follow me brings them to a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.text import speaker
from tests.browser.conftest import SECONDS
from tests.browser.served import TOKEN, App
from tests.browser.test_walk import press, run_of

say, lesson = speaker("classroom"), speaker("convolution")
ANSWER = "The window has 2 places"


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
    """Types the token on Home."""
    page.bring_to_front()  # a window that was never in front draws no frames, and nothing in it is ever "stable"
    page.goto(app.url)
    page.get_by_role("button", name=say("teacher")).click()
    page.locator(".st-key-home-token input").fill(token)
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
        page.get_by_text("Lessons", exact=True).first.click()
        link = page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name)
    link.first.click()


@pytest.mark.slow
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
        expect(page.get_by_text(ANSWER)).to_be_visible()
        expect(page.locator(".stVegaLiteChart[aria-label^='Answers']")).to_be_visible()
    if shots:
        ben.screenshot(path=shots / "class-revealed.png")


@pytest.mark.slow
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


def test_a_wrong_token_makes_no_teacher(app: App, page: Page) -> None:
    becomes_teacher(page, app, "wrong")
    expect(page.get_by_text(say("token_wrong"))).to_be_visible()
    expect(page.locator(".st-key-teacher_bar")).to_have_count(0)
