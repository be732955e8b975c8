"""Speaks HTTP to the gallery and its store: patient with trouble that passes, clear about what does not."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Self

import requests
from requests.adapters import HTTPAdapter

from contactsheet import __version__
from contactsheet.engine.interfaces import Refusal, Unavailable
from contactsheet.exits import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contactsheet.engine.content import Content

TIMEOUT_SECONDS = (10.0, 60.0)
PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
LONGEST_PAUSE_SECONDS = 60.0
MAX_SLOWED_DOWN = 20
PASSING = frozenset({408, 425, 500, 502, 503, 504})
"""Statuses that a repetition may change."""
STORE_CODE = re.compile(rb"<Code>(\w+)</Code>")

GALLERY_SILENT = "The gallery does not answer. Nothing is lost; run the same command again."
STORE_SILENT = "The picture store does not answer. Run the same command again."


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a request goes to, and what passes there by itself."""

    name: str
    silent: str
    passing: frozenset[int]


GALLERY = Place("gallery", GALLERY_SILENT, PASSING)
# 409 of the store says that another PUT of the same object is just at work.
STORE = Place("store", STORE_SILENT, PASSING | {409})


class Transport:
    """One connection pool for all threads; ``counts`` holds the requests made, by method and place."""

    def __init__(
        self, address: str, token: str, *, parallel: int = 6, pause: Callable[[float], object] | None = None
    ) -> None:
        self.address = address
        self.counts: Counter[str] = Counter()
        self._token = token
        self._pause = pause or threading.Event().wait
        self._lock = threading.Lock()
        self._session = requests.Session()
        # Without cookies a session holds nothing that threads could disturb.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = f"contactsheet/{__version__}"
        adapter = HTTPAdapter(pool_maxsize=parallel + 2)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def __enter__(self) -> Self:
        """Open nothing yet: connections are made when they are needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self._session.close()

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask the gallery's API and return its answer, a redirect too.

        Raises:
            NotSignedIn: the token is not taken, or lacks a scope.
            Refusal: the gallery refused.
            Unavailable: it did not answer, after six tries.
        """
        url = f"{self.address}/api/v1{path}"
        answer = self._patient(GALLERY, method, url, options)
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            return answer
        raise _refusal(answer)

    def put(self, url: str, headers: Mapping[str, str], content: Content) -> tuple[int, str]:
        """PUT content to the store; return the status and the store's code.

        Raises:
            Unavailable: the store did not answer, after six tries.
        """
        options = {"data": content, "headers": dict(headers)}
        answer = self._patient(STORE, "PUT", url, options)
        return answer.status_code, _store_code(answer)

    def fetch(self, url: str) -> requests.Response:
        """Begin to GET from the store; the body is read by the caller.

        Raises:
            Unavailable: the store did not answer, after six tries.
        """
        return self._patient(STORE, "GET", url, {"stream": True})

    def _patient(self, place: Place, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        pauses = iter(PAUSES_SECONDS)
        slowed_down = 0
        while True:
            answer = self._once(place, method, url, options)
            if answer is not None and answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                slowed_down += 1
                if slowed_down > MAX_SLOWED_DOWN:
                    return answer
                self._pause(retry_after_seconds(answer))
                continue
            if answer is not None and not _passes(answer, place.passing):
                return answer
            pause = next(pauses, None)
            if pause is None:
                raise Unavailable(place.silent)
            self._pause(pause)
            if "data" in options:
                options["data"].rewind()

    def _once(self, place: Place, method: str, url: str, options: dict[str, Any]) -> requests.Response | None:
        with self._lock:
            self.counts[f"{method} {place.name}"] += 1
        try:
            return self._session.request(
                method,
                url,
                # Also keeps requests from adding what a .netrc says, which would break a signature.
                auth=self._with_token if place is GALLERY else _without_token,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                **options,
            )
        except requests.exceptions.InvalidURL as problem:
            raise Refusal("address_not_valid", f"This is not an address: {url}") from problem
        except requests.RequestException:
            return None

    def _with_token(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _without_token(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _passes(answer: requests.Response, passing: frozenset[int]) -> bool:
    # S3 says 400 where a slow line kept it waiting.
    return answer.status_code in passing or (
        answer.status_code == HTTPStatus.BAD_REQUEST and _store_code(answer) == "RequestTimeout"
    )


def _store_code(answer: requests.Response) -> str:
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        return ""
    found = STORE_CODE.search(answer.content)
    return found[1].decode() if found else ""


def retry_after_seconds(answer: requests.Response) -> float:
    """Return how long an answer asks to wait, at most a minute."""
    text = answer.headers.get("Retry-After", "")
    return min(float(text), LONGEST_PAUSE_SECONDS) if text.isdigit() else 1.0


def _refusal(answer: requests.Response) -> Refusal | NotSignedIn:
    """Read a problem document; say something sensible of any other answer."""
    try:
        document = answer.json()
    except requests.exceptions.JSONDecodeError:
        document = None
    found = document if isinstance(document, dict) else {}
    reason = str(found.get("reason") or f"status_{answer.status_code}")
    sentence = str(found.get("detail") or f"{answer.url} answered with status {answer.status_code}.")
    if answer.status_code == HTTPStatus.UNAUTHORIZED or reason == "scope_missing":
        return NotSignedIn(reason, sentence)
    return Refusal(reason, sentence)
