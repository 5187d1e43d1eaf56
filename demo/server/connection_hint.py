"""A sentence in the page itself for browsers to which no connection comes about: nothing else of the lab can reach them.

The pages come over HTTP, what is in them over a websocket. Where a proxy or a virus scanner blocks websockets, Streamlit
shows an empty page for ever.
"""

from __future__ import annotations

import html

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.text import speaker

say = speaker("studio")
SECONDS = 10
"""After which a page that is still empty is explained."""
ROOT = b'<div id="root"></div>'
"""What Streamlit's page, and no other, holds."""
HINT = """
<p id="lab-hint" role="status" hidden style="position: fixed; inset: auto 1rem 1rem 1rem; margin: 0 auto; max-width: 44rem;
 padding: 0.8rem 1rem; border: 1px solid #0f6b85; border-radius: 0.4rem; background: #ffffff; color: #1c2a33;
 font: 1rem/1.5 sans-serif; z-index: 1000000">{sentence}</p>
<script>
  setTimeout(() => {{
    const hint = document.getElementById("lab-hint")
    const look = setInterval(() => {{
      const connected = document.querySelector('[data-test-connection-state="CONNECTED"]')
      hint.hidden = Boolean(connected)
      if (connected) clearInterval(look)
    }}, 500)
  }}, {milliseconds})
</script>
"""


class ConnectionHint:
    """Middleware: adds the sentence to Streamlit's page; it shows itself after SECONDS without a connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Puts the hint about blocked websockets into the app's HTML page; all else is passed on as it is."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        page: list[Message] = []

        async def send_with_hint(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                    page.append(message)
                    return
            elif page:
                page.append(message)
                if message.get("more_body"):
                    return
                for part in with_hint(page):
                    await send(part)
                return
            await send(message)

        await self.app(scope, receive, send_with_hint)


def with_hint(page: list[Message]) -> list[Message]:
    """A whole answer, its start and the parts of its body; the sentence is in it if it is Streamlit's page."""
    start, *parts = page
    body = b"".join(part.get("body", b"") for part in parts)
    if ROOT in body:
        body = body.replace(ROOT, ROOT + hint().encode())
        MutableHeaders(scope=start)["content-length"] = str(len(body))
    return [start, {"type": "http.response.body", "body": body}]


def hint() -> str:
    """The sentence and the script that shows it, as HTML."""
    return HINT.format(sentence=html.escape(say("no_connection")), milliseconds=1000 * SECONDS)
