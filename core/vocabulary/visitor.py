"""The person behind a request, as the run manager, the votes and the guesses know them. No torch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the owner's cookie, the teacher's token as it was typed, and the network address that the request came from.

    Many may share an address (a school behind one), and a cookie costs nothing: bounds for a person hold for both.
    """

    owner: str
    token: str = ""
    address: str = ""
    """"" where it is not known; such a visitor is bounded by the cookie alone."""

    @property
    def name(self) -> str:
        """What is stored as a run's owner: a digest, so that the store gives no cookie away."""
        return hashlib.sha256(self.owner.encode()).hexdigest()[:16] if self.owner else ""
