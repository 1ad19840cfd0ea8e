"""The HTTP interface of Residua, with the standard library only."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from .frames import Frame, encode_frame

_PAGE = 200

#: Answers after which the same request may succeed: too many frames on their way, Kafka out of reach.
_LATER = (429, 503)

_LONGEST_PAUSE = 60.0


class ServiceError(RuntimeError):
    """The service cannot be reached, or refuses a request; the message says why.

    :param status: of the answer; None without one
    :param retry_after: seconds after which the service asks to try again
    """

    def __init__(self, message: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class Service:
    """The dashboard's interface; everything in it is described in ``openapi.yaml``.

    :param url: such as ``http://localhost:8080``
    :param token: for reading, where ``residua.http.read-token`` is set; for ``send`` always
    :param timeout: seconds for one request
    """

    def __init__(self, url: str = "http://localhost:8080", token: str | None = None, timeout: float = 10) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Accept": "application/json"}
        if token is not None:
            self._headers["Authorization"] = "Bearer " + token
        self._timeout = timeout
        self._next: dict[str, int] = {}

    def status(self) -> dict[str, Any]:
        """Counts, sources and the last findings."""
        return self.get("/api/status")

    def incidents(self, **query: str) -> Iterator[dict[str, Any]]:
        """Incidents, the most urgent first.

        :param query: such as ``state="all"``, ``source="cam1"`` or ``severity="warning"``; open ones without ``state``
        """
        page = 0
        while True:
            found = self.get("/api/incidents", page=page, size=_PAGE, **query)["incidents"]
            yield from found
            if len(found) < _PAGE:
                return
            page += 1

    def incident(self, incident_id: str) -> dict[str, Any]:
        """All about an incident."""
        return self.get("/api/incidents/" + quote(incident_id, safe=""))

    def source(self, name: str) -> dict[str, Any]:
        """A source with its last frames and incidents; ``["last"]["unreadable"]`` lists the latents that they hide."""
        return self.get("/api/sources/" + quote(name, safe=""))

    def picture(self, incident_id: str, which: str = "frame") -> bytes:
        """A stored picture of an incident as a PNG file: ``frame``, ``expected`` or ``heatmap``."""
        return self._read(f"/api/incidents/{quote(incident_id, safe='')}/evidence/{which}")

    def follow(self, seconds: float = 5, **query: str) -> Iterator[dict[str, Any]]:
        """Incidents whenever one opens or changes, for ever.

        :param seconds: between two requests
        :param query: as for ``incidents``; all states without ``state``
        """
        query.setdefault("state", "all")
        known: dict[str, Any] = {}
        while True:
            present = {incident["incidentId"]: incident for incident in self.incidents(**query)}
            yield from (incident for key, incident in present.items() if known.get(key) != incident)
            known = present
            time.sleep(seconds)

    def send(
        self,
        source: str,
        picture: Any,
        *,
        sequence: int | None = None,
        captured_at: datetime | None = None,
        attributes: Mapping[str, str] | None = None,
        attempts: int = 5,
    ) -> dict[str, Any]:
        """Sends a picture without Kafka and returns its place: ``sequence``, ``topic``, ``partition`` and ``offset``.

        Needs a token with the grant ``sender`` for the source, and a process with the role ``ingest``. Returns once the
        brokers have the frame. While they are slow or out of reach it is sent again, with the same sequence and time,
        so that it is scored once. Without a sequence, the frames of a source are counted from 0.

        :param picture: see ``Frame``; or the path of a picture file
        :param attempts: how often the frame is sent, with the pauses that the service asks for
        :raises ServiceError: if the frame is refused, or was not stored by the last attempt
        """
        if sequence is None:
            sequence = self._next.get(source, 0)
        if isinstance(picture, Path):
            picture = picture.read_bytes()
        taken = captured_at or datetime.now(timezone.utc)
        value = encode_frame(Frame(source, sequence, picture, taken, attributes or {}))
        path = "/api/frames/" + quote(source, safe="")
        request = Request(
            self._url + path, value, {**self._headers, "Content-Type": "application/avro"}, method="POST"
        )
        self._next[source] = sequence + 1  # also if it fails: it may be stored nevertheless
        for attempt in range(1, attempts + 1):
            try:
                return json.loads(self._answer(request))["frames"][0]
            except ServiceError as e:
                if attempt == attempts or e.status not in (None, *_LATER):
                    raise
                time.sleep(min(_LONGEST_PAUSE, e.retry_after or 2.0 ** (attempt - 1)))
        raise ValueError(f"attempts must be at least 1 but was {attempts}")

    def get(self, path: str, **query: Any) -> Any:
        """The answer to any GET request of the interface."""
        return json.loads(self._read(path + ("?" + urlencode(query) if query else "")))

    def _read(self, path: str) -> bytes:
        return self._answer(Request(self._url + path, headers=self._headers))

    def _answer(self, request: Request) -> bytes:
        try:
            with urlopen(request, timeout=self._timeout) as answer:
                return answer.read()
        except HTTPError as e:
            raise ServiceError(
                f"{request.full_url} answers {e.code}: {_reason(e)}", e.code, _seconds(e.headers.get("Retry-After"))
            ) from e
        except (URLError, OSError) as e:
            raise ServiceError(f"{self._url} cannot be reached: {getattr(e, 'reason', e)}") from e


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdigit() else None


def _reason(error: HTTPError) -> str:
    return error.read().decode(errors="replace").strip() or error.reason
