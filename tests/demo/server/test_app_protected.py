"""The whole server against whom it should not trust: foreign pages, another browser's session, uploads, an address's words."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from streamlit import config
from streamlit.runtime import Runtime

from demo.server import sessions
from demo.server.headers import SecurityHeaders, content_security_policy, hash_of, inline_scripts
from demo.server.services import installed
from tests.demo.served_app import serving_app
from tests.demo.served_classifier import as_text, call
from tests.demo.tab import Tab, tab
from tests.networks_for_tests import png, seven

ANNA, BEN = secrets.token_hex(16), secrets.token_hex(16)
TOKEN = "a-long-token"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving_app(tmp_path_factory.mktemp("app"), LAB_TEACHER_TOKEN=f" {TOKEN}\n") as client:
        yield client


class Classifier:
    """The client, for addresses of the classifier."""

    def __init__(self, client: TestClient) -> None:
        self.post = lambda address, **more: client.post(f"/classify{address}", **more)
        self.get = lambda address, **more: client.get(f"/classify{address}", **more)


# --- every answer -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/classify", "/classify/", "/classify/config", "/classify/nosuch", "/nosuch/nosuch"])
def test_every_answer_tells_the_browser_what_to_refuse(client: TestClient, path: str) -> None:
    headers = client.get(path, follow_redirects=False).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "object-src 'none'" in policy
    assert "http:" not in policy and "https:" not in policy and "*" not in policy, "no host outside"


def test_a_page_of_streamlit_runs_the_scripts_that_stand_in_it_and_no_others(client: TestClient) -> None:
    answer = client.get("/pooling")
    [scripts] = re.findall("script-src ([^;]*)", answer.headers["content-security-policy"])
    assert "unsafe-inline" not in scripts and "'unsafe-eval'" not in scripts
    inline = inline_scripts(answer.text)
    assert inline and all(hash_of(script) in scripts for script in inline)


def test_what_fails_inside_carries_the_headers_too() -> None:
    async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("a fault of ours")

    answer = TestClient(SecurityHeaders(fails, "'self'"), raise_server_exceptions=False).get("/")
    assert answer.status_code == 500 and answer.headers["x-content-type-options"] == "nosniff" and "fault" not in answer.text


@pytest.mark.parametrize(("host", "known"), [("lab:8501", True), ("[::1]:8501", True), ("a; script-src *", False), ("a b", False), ("", False)])
def test_a_host_in_the_policy_is_a_host(host: str, known: bool) -> None:
    assert (f"ws://{host}" in content_security_policy("'self'", host)) == known and "script-src *" not in content_security_policy("'self'", host)


# --- the classifier's addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["docs", "redoc", "openapi.json", "gradio_api/openapi.json", "gradio_api/deep_link?session_hash=x", "monitoring", "gradio_api/runs",
     "gradio_api/process_recording", "gradio_api/vibe-code", "gradio_api/dev/reload", "gradio_api/proxy=http://127.0.0.1/", "login"],
)  # fmt: skip
def test_what_the_classifier_does_not_need_is_not_there(client: TestClient, path: str) -> None:
    for method in ("GET", "POST"):
        assert client.request(method, f"/classify/{path}").status_code == 404


@pytest.mark.parametrize("host", ["localhost:8501", "10.0.0.7:8501", "lab.school.example"])
def test_a_page_of_another_site_may_not_use_the_classifier(client: TestClient, host: str) -> None:
    for origin in ("http://evil.example", "null", "http://10.0.0.7:9999"):
        asked = {"Host": host, "Origin": origin}
        answer = client.get("/classify/config", headers=asked)
        assert answer.status_code == 403 and "access-control-allow-origin" not in answer.headers
        preflight = client.options("/classify/gradio_api/upload", headers={**asked, "Access-Control-Request-Method": "POST"})
        assert preflight.status_code == 403
    own = {"Host": host, "Origin": f"http://{host}"}
    assert client.get("/classify/config", headers=own).status_code == client.get("/classify/config", headers={"Host": host}).status_code == 200
    proxied = {"Host": "127.0.0.1:8501", "Origin": "https://lab.school.example", "X-Forwarded-Host": "lab.school.example"}
    assert client.get("/classify/config", headers=proxied).status_code == 200


def test_a_lab_that_knows_its_names_is_found_under_no_other(client: TestClient) -> None:
    try:
        config.set_option("server.allowedHosts", ["lab.school.example"])
        for path in ("/", "/classify/config"):
            assert client.get(path, headers={"Host": "evil.example"}).status_code == 421
            assert client.get(path, headers={"Host": "lab.school.example:8501"}).status_code == 200
    finally:
        config.set_option("server.allowedHosts", [])
    assert client.get("/", headers={"Host": "anything"}).status_code == 200


WRONG = {"a list": [1], "an object": {"a": 1}, "a number": 1.5, "yes": True, "a list in a list": [[[]]]}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize(("endpoint", "before"), [
    ("sample", []), ("sample", ["digits"]), *[("classify", [None, *["mnist", None, None, 1, "auto", "auto", "auto"][:count]]) for count in range(8)],
    ("gradcam", [None, "mnist", None, None]), ("strip", [None, "mnist"]),
])  # fmt: skip
def test_an_argument_of_another_kind_is_refused_in_a_sentence(
    client: TestClient, capfd: pytest.CaptureFixture[str], endpoint: str, before: list[object], wrong: object
) -> None:
    image = as_text(png(seven()))
    sent = [image if place == 0 and value is None else value for place, value in enumerate(before)]
    event, sentence = call(Classifier(client), endpoint, *sent, wrong)  # type: ignore[arg-type]
    assert event == "error" and "unhashable" not in sentence and "\n" not in sentence
    assert "Traceback" not in capfd.readouterr().err


# --- a session's id -----------------------------------------------------------------------------------------------


def is_teaching(page: Tab) -> bool:
    return page.widget("checkbox", "teacher.open") is not None


def test_a_session_s_id_gives_another_browser_nothing(client: TestClient) -> None:
    with tab(client, cookie=ANNA) as hers:
        assert is_teaching(hers.run().press("menu.join").write("token", TOKEN)), "the token is taken without the spaces around it"
        with tab(client, cookie=BEN, session=hers.session) as his:
            assert not is_teaching(his.run()) and his.session != hers.session
        assert is_teaching(hers.run()), "hers goes on"
    with tab(client, cookie=BEN, session=hers.session) as his:
        assert not is_teaching(his.run()), "nor when she has just left"
    with tab(client, session=hers.session) as nobody:
        assert not is_teaching(nobody.run())
    with tab(client, cookie=ANNA, session=hers.session) as again:
        assert again.run().session == hers.session and is_teaching(again), "her own connection may break"


def test_without_cookies_a_session_goes_on_from_its_address_alone(client: TestClient) -> None:
    """In a frame on another site no cookie arrives, and yet a connection may break."""
    with tab(client) as framed:
        framed.run()
    with tab(client, session=framed.session) as again:
        assert again.run().session == framed.session
    with tab(client, cookie=BEN, session=framed.session) as other:
        assert other.run().session != framed.session


def test_nobody_describes_himself_as_somebody_else(client: TestClient) -> None:
    with tab(client, cookie=ANNA) as hers:
        hers.run()
        client.headers["x-lab-visitor"] = ANNA
        try:
            with tab(client, cookie=BEN, session=hers.session) as his:
                assert his.run().session != hers.session
        finally:
            del client.headers["x-lab-visitor"]


# --- the token ----------------------------------------------------------------------------------------------------


def test_wrong_tokens_slow_down_and_the_right_one_is_not_looked_at_meanwhile(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.classroom.teacher_token import TokenTries
    from demo.server import services as home

    tries = TokenTries(installed().teacher, clock=lambda: 100.0)
    monkeypatch.setattr(home, "token_tries", lambda: tries)
    with tab(client, cookie=BEN) as page:
        page.run().press("menu.join")
        for number in range(5):
            page.write("token", f"a wrong token {number}")
            page.write("token", f"a wrong token {number}")  # the same words again are no new try
        assert not is_teaching(page.write("token", TOKEN))
        assert any("too many wrong tries; try again in 10 s" in words for words in page.words("markdown"))


# --- uploads ------------------------------------------------------------------------------------------------------


@pytest.fixture
def without_xsrf() -> Iterator[None]:
    """Its two copies of a cookie are Streamlit's own matter."""
    config.set_option("server.enableXsrfProtection", False)
    yield
    config.set_option("server.enableXsrfProtection", True)


def put(client: TestClient, session: str, megabytes: float, cookie: str, file: str = "") -> int:
    """The status of an upload."""
    file = file or uuid.uuid4().hex
    files = {"file": ("a.exe", bytes(int(megabytes * sessions.MB)))}
    return client.put(f"/_stcore/upload_file/{session}/{file}", files=files, headers={"Cookie": f"lab_owner={cookie}"}).status_code


@pytest.fixture
def page(client: TestClient) -> Iterator[Tab]:
    """A page that Anna has open, with a place for an upload on it."""
    with tab(client, "pooling", cookie=ANNA) as page:
        page.run()
        session = sessions.session_of(page.session)
        assert session is not None
        session.session_state["lab.drawn_with_uploader"] = sessions.remembered(session, "drawn")
        client.cookies.clear()
        yield page
    sessions.free_uploads({}, lambda: 0.0, after=0.0)


@pytest.mark.usefixtures("without_xsrf")
def test_a_page_without_a_place_for_an_upload_takes_none(client: TestClient) -> None:
    with tab(client, "glossary", cookie=ANNA) as page:
        page.run()
        assert put(client, page.session, 0.1, ANNA) == 409
        assert page.session not in sessions.kept_bytes()


@pytest.mark.usefixtures("without_xsrf")
def test_an_upload_comes_from_the_session_s_own_visitor(client: TestClient, page: Tab) -> None:
    assert put(client, page.session, 0.1, BEN) == 403
    assert put(client, page.session, 0.1, ANNA, "a") == 204
    taken = client.delete(f"/_stcore/upload_file/{page.session}/a", headers={"Cookie": f"lab_owner={BEN}"})
    assert taken.status_code == 403 and sessions.kept_bytes()[page.session]
    page.run()
    assert put(client, page.session, 0.1, ANNA) == 204, "it may be being drawn again"
    page.run()
    assert put(client, page.session, 0.1, ANNA) == 409, "the place is gone"


@pytest.mark.usefixtures("without_xsrf")
def test_uploads_are_bounded_for_a_page_and_in_all(client: TestClient, page: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_OF_SESSION", 3 * sessions.MB)
    assert [put(client, page.session, 1, ANNA, name) for name in "abc"] == [204, 204, 413]
    assert client.delete(f"/_stcore/upload_file/{page.session}/a", headers={"Cookie": f"lab_owner={ANNA}"}).status_code == 204
    assert put(client, page.session, 1, ANNA) == 204, "there is room again"
    monkeypatch.setattr(sessions, "MOST_OF_SESSION", 30 * sessions.MB)
    monkeypatch.setattr(sessions, "MOST_IN_ALL", 3 * sessions.MB)
    assert put(client, page.session, 1, ANNA) == 503


@pytest.mark.usefixtures("without_xsrf")
def test_uploads_go_with_the_tab_and_not_while_it_may_come_back(client: TestClient) -> None:
    with tab(client, "pooling", cookie=ANNA) as page:
        page.run()
        session = sessions.session_of(page.session)
        assert session is not None
        session.session_state["lab.drawn_with_uploader"] = 1
        assert put(client, page.session, 1, ANNA) == 204
        closed: dict[str, float] = {}
        sessions.free_uploads(closed, lambda: 0.0, after=30)
        assert closed == {} and sessions.kept_bytes()[page.session] == sessions.MB
    assert not Runtime.instance().is_active_session(page.session)
    for now in (10.0, 39.0):
        sessions.free_uploads(closed, lambda now=now: now, after=30)
        assert sessions.kept_bytes()[page.session] == sessions.MB
    sessions.free_uploads(closed, lambda: 40.0, after=30)
    assert page.session not in sessions.kept_bytes()


# --- words of an address ------------------------------------------------------------------------------------------

EVIL = "![x](http://elsewhere.example/x.png) [Sign in again](http://elsewhere.example/) <b>b</b> http://elsewhere.example :red[a]"


@pytest.mark.parametrize("name", ["nesterov", "run", "epochs", "filter", "preset", "dataset", "nosuch", EVIL])
def test_what_stands_in_an_address_is_shown_as_text(client: TestClient, name: str) -> None:
    query = f"{quote(name)}={quote(EVIL)}"
    with tab(client, "train", query, cookie=ANNA) as page:
        page.run()
        alerts, all_words = page.words("alert"), page.words("alert", "markdown")
        assert alerts, "it is told"
        for words in all_words:
            assert "](http" not in words.replace("\\](http", "") and "<b>" not in words.replace("\\<b\\>", "")
            assert "http://elsewhere" not in words and ":red[" not in words.replace("\\:red\\[", "")


# --- what visitors answered ---------------------------------------------------------------------------------------


def is_asked(page: Tab) -> bool:
    """Whether the page still asks its question."""
    return page.widget("button", "ask.question.skip") is not None


def test_an_answer_outlasts_a_reload_and_is_nobody_elses(client: TestClient) -> None:
    anna, ben = secrets.token_hex(16), secrets.token_hex(16)
    with tab(client, page="convolution", cookie=anna) as hers:
        assert is_asked(hers.run()) and not is_asked(hers.press("ask.question.4"))
    with tab(client, page="convolution", cookie=anna) as reloaded, tab(client, page="convolution", cookie=ben) as his:
        assert not is_asked(reloaded.run()), "a new page of the same browser"
        assert is_asked(his.run()) and not is_asked(his.press("ask.question.skip"))
        assert is_asked(reloaded.press("menu.join").press("join.forget").run())
        assert not is_asked(his.run()), "what Anna forgets is hers alone"
