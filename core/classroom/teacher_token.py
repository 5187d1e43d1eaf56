"""The teacher's token: what it may be, what is printed about it, and how often somebody may try."""

from __future__ import annotations

import ipaddress
import secrets
import threading
import time
from collections.abc import Callable
from math import ceil

from core.system.allowance import Allowance
from core.vocabulary.errors import LabError

SHORTEST = 8
"""Characters of a token that somebody chose."""
TRIES_OF_ADDRESS, TRIES_IN_ALL = (5, 10.0), (60, 2.0)
"""So many wrong tries at once, then one every so many seconds. A teacher at the server's own machine has its address
to themselves, and is not held up by what others try."""


def choose_token(chosen: str | None) -> str:
    """The token that was chosen, without spaces and line ends around it; a random one where it is missing or too short."""
    text = (chosen or "").strip()
    return text if len(text) >= SHORTEST else secrets.token_urlsafe(9)


def token_notice(token: str, chosen: str | None) -> str:
    """What the server prints about its token; "" where it is the one that was chosen."""
    text = (chosen or "").strip()
    if token == text:
        return ""
    refusal = f"LAB_TEACHER_TOKEN is too short and is not used; expected at least {SHORTEST} characters.\n  " if text else ""
    return f"  {refusal}Teacher's token, to manage everybody's runs: {token}\n"


class TokenTries:
    """Looks at what is typed as the token. Wrong tries slow down, for an address and for the server. Any thread may ask."""

    def __init__(self, is_right: Callable[[str], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._is_right = is_right
        self._of_address, self._in_all = Allowance(*TRIES_OF_ADDRESS, clock), Allowance(*TRIES_IN_ALL, clock)
        self._lock = threading.Lock()

    def check(self, typed: str, address: str) -> bool:
        """Whether it is the token. LabError with the seconds to wait after too many wrong tries: it was then not looked at."""
        with self._lock:
            wait = self._of_address.wait(address)
            if not _is_own_machine(address):
                wait = max(wait, self._in_all.wait(""))
            if wait:
                raise LabError(f"too many wrong tries; try again in {ceil(wait)} s")
            if self._is_right(typed):
                return True
            self._of_address.take(address)
            self._in_all.take("")
            return False


def _is_own_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
