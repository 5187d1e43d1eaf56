"""The page "Seeing at low resolution": a game of growing images, and behind it what small images lose and how the class did."""

from __future__ import annotations

from demo.classroom import asking, questions
from demo.lessons.seeing import class_results, game, image_quality
from demo.text import speaker
from demo.ui import stage
from demo.ui.stage import Try
from demo.visitor import navigation, session

say = speaker("seeing")
LESSON = "seeing"
SECTIONS = {"game": game.render, "lost": image_quality.render, "people": class_results.render}


def render() -> None:
    """The question beside the game; once it is answered, the other sections lie behind. What is lost gives no answer away."""
    answered = asking.is_answered(questions.seeing())
    chosen = navigation.section(tuple(SECTIONS))
    if chosen == "lost" or (answered and chosen != "game"):
        with stage.head(say("title"), LESSON):
            asking.sections(say, tuple(SECTIONS))
        SECTIONS[chosen]()
        return
    with stage.frame(say("title"), LESSON, answered) as (view, column):
        with column:
            asking.ask(questions.seeing())
            if answered:
                _after()
        with view:
            if not answered and session.classroom().opened and not session.teaching():
                game.picture()
            else:
                game.render()


def _after() -> None:
    """The other sections, chips, what to remember, and the code."""
    asking.sections(say, tuple(SECTIONS))
    tries = [Try("round", say("try_round"), game.another_round), Try("lost", say("try_lost"), lambda: navigation.to_section("lost"))]
    stage.now_try(LESSON, tries)
    stage.remember(say, LESSON)
    with stage.more(say):
        game.settings()
    class_results.source()
