"""The HTTP interface of Residua, with the standard library only."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

_PAGE = 200


class ServiceError(RuntimeError):
    """The service cannot be reached, or refuses a request; the message says why."""


class Service:
    """The dashboard's interface; everything in it is described in ``openapi.yaml``.

    :param url: such as ``http://localhost:8080``
    :param token: for reading, where ``residua.http.read-token`` is set
    :param timeout: seconds for one request
    """

    def __init__(self, url: str = "http://localhost:8080", token: str | None = None, timeout: float = 10) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Accept": "application/json"}
        if token is not None:
            self._headers["Authorization"] = "Bearer " + token
        self._timeout = timeout

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

    def get(self, path: str, **query: Any) -> Any:
        """The answer to any GET request of the interface."""
        return json.loads(self._read(path + ("?" + urlencode(query) if query else "")))

    def _read(self, path: str) -> bytes:
        try:
            with urlopen(Request(self._url + path, headers=self._headers), timeout=self._timeout) as answer:
                return answer.read()
        except HTTPError as e:
            raise ServiceError(f"{self._url}{path} answers {e.code}: {_reason(e)}") from e
        except (URLError, OSError) as e:
            raise ServiceError(f"{self._url} cannot be reached: {getattr(e, 'reason', e)}") from e


def _reason(error: HTTPError) -> str:
    return error.read().decode(errors="replace").strip() or error.reason
