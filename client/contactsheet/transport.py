"""HTTP to the gallery and its store: retry what is transient, raise what is not."""

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
from contactsheet.engine.interfaces import STORE_UNAVAILABLE, Refusal, Unavailable
from contactsheet.exits import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contactsheet.engine.content import Content

TIMEOUT_SECONDS = (10.0, 60.0)
RETRY_DELAYS_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
LONGEST_DELAY_SECONDS = 60.0
MAX_RATE_LIMITED = 20
TRANSIENT = frozenset({408, 425, 500, 502, 503, 504})
"""Statuses worth a retry."""
STORE_CODE = re.compile(rb"<Code>(\w+)</Code>")

GALLERY_UNAVAILABLE = "The gallery isn't responding. Run the same command again later."


@dataclass(frozen=True, slots=True)
class Service:
    """A server, what to say when it does not respond, and its transient statuses."""

    name: str
    unavailable: str
    transient: frozenset[int]


GALLERY = Service("gallery", GALLERY_UNAVAILABLE, TRANSIENT)
# S3 answers 409 while another PUT of the same object is in progress.
STORE = Service("store", STORE_UNAVAILABLE, TRANSIENT | {409})


class Transport:
    """One connection pool for all threads; ``counts`` holds the number of requests by method and service."""

    def __init__(
        self, address: str, token: str, *, parallel: int = 6, sleep: Callable[[float], object] | None = None
    ) -> None:
        self.address = address
        self.counts: Counter[str] = Counter()
        self._token = token
        self._sleep = sleep or threading.Event().wait
        self._lock = threading.Lock()
        self._session = requests.Session()
        # Without cookies the session has no state that threads could corrupt.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = f"contactsheet/{__version__}"
        adapter = HTTPAdapter(pool_maxsize=parallel + 2)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def __enter__(self) -> Self:
        """Return the transport; connections open on demand."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self._session.close()

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request to the gallery's API and return its answer, which may be a redirect.

        Raises:
            NotSignedIn: The token is not valid or lacks a scope.
            Refusal: The gallery refused the request.
            Unavailable: The gallery did not respond to six attempts.
        """
        url = f"{self.address}/api/v1{path}"
        answer = self._with_retries(GALLERY, method, url, options)
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            return answer
        raise _refusal(answer)

    def put(self, url: str, headers: Mapping[str, str], content: Content) -> tuple[int, str]:
        """PUT content to the store; return the status and the store's error code.

        Raises:
            Unavailable: The store did not respond to six attempts.
        """
        options = {"data": content, "headers": dict(headers)}
        answer = self._with_retries(STORE, "PUT", url, options)
        return answer.status_code, _store_code(answer)

    def fetch(self, url: str) -> requests.Response:
        """GET from the store; the caller reads the body.

        Raises:
            Unavailable: The store did not respond to six attempts.
        """
        return self._with_retries(STORE, "GET", url, {"stream": True})

    def _with_retries(
        self, service: Service, method: str, url: str, options: dict[str, Any]
    ) -> requests.Response:
        delays = iter(RETRY_DELAYS_SECONDS)
        rate_limited = 0
        while True:
            answer = self._once(service, method, url, options)
            if answer is not None and answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                rate_limited += 1
                if rate_limited > MAX_RATE_LIMITED:
                    return answer
                self._sleep(retry_after_seconds(answer))
                continue
            if answer is not None and not _is_transient(answer, service.transient):
                return answer
            delay = next(delays, None)
            if delay is None:
                raise Unavailable(service.unavailable)
            self._sleep(delay)
            if "data" in options:
                options["data"].rewind()

    def _once(
        self, service: Service, method: str, url: str, options: dict[str, Any]
    ) -> requests.Response | None:
        with self._lock:
            self.counts[f"{method} {service.name}"] += 1
        try:
            return self._session.request(
                method,
                url,
                # Also keeps requests from adding the credentials of a .netrc, which would break a signature.
                auth=self._with_token if service is GALLERY else _without_token,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                **options,
            )
        except requests.exceptions.InvalidURL as problem:
            raise Refusal("address_not_valid", f"This isn't a valid address: {url}") from problem
        except requests.RequestException:
            return None

    def _with_token(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _without_token(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _is_transient(answer: requests.Response, statuses: frozenset[int]) -> bool:
    # S3 answers 400 to a body that arrives too slowly.
    return answer.status_code in statuses or (
        answer.status_code == HTTPStatus.BAD_REQUEST and _store_code(answer) == "RequestTimeout"
    )


def _store_code(answer: requests.Response) -> str:
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        return ""
    found = STORE_CODE.search(answer.content)
    return found[1].decode() if found else ""


def retry_after_seconds(answer: requests.Response) -> float:
    """Return the delay that an answer asks for, at most a minute."""
    text = answer.headers.get("Retry-After", "")
    return min(float(text), LONGEST_DELAY_SECONDS) if text.isdigit() else 1.0


def _refusal(answer: requests.Response) -> Refusal | NotSignedIn:
    """Return the error that a problem document (RFC 9457) describes, or one for any other answer."""
    try:
        document = answer.json()
    except requests.exceptions.JSONDecodeError:
        document = None
    found = document if isinstance(document, dict) else {}
    reason = str(found.get("reason") or f"status_{answer.status_code}")
    sentence = str(found.get("detail") or f"{answer.url} answered with status {answer.status_code}.")
    for error in found.get("errors") or ():
        sentence += f" {error['where']}: {error['message']}."
    if answer.status_code == HTTPStatus.UNAUTHORIZED or reason == "scope_missing":
        return NotSignedIn(reason, sentence)
    return Refusal(reason, sentence)
