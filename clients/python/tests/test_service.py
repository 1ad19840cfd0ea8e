"""The HTTP client against a server on loopback."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from residua import Service, ServiceError

INCIDENTS = [{"incidentId": f"id-{i}", "events": 1} for i in range(250)]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if self.headers.get("Authorization") != "Bearer secret":
            self._answer(401, "text/plain", b"give the token\n")
        elif url.path == "/api/incidents":
            start = int(query["page"]) * int(query["size"])
            found = INCIDENTS[start : start + int(query["size"])] if query.get("source") != "none" else []
            self._answer(200, "application/json", json.dumps({"incidents": found}).encode())
        elif url.path == "/api/incidents/a%2Fb/evidence/frame":
            self._answer(200, "image/png", b"\x89PNG")
        else:
            self._answer(404, "text/plain", b"there is no such thing\n")

    def _answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def url():
    server = HTTPServer(("localhost", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


def test_reads_all_pages(url):
    assert list(Service(url, "secret").incidents()) == INCIDENTS
    assert list(Service(url, "secret").incidents(source="none")) == []


def test_reads_a_picture(url):
    assert Service(url, "secret").picture("a/b") == b"\x89PNG"


def test_gives_incidents_again_only_where_they_changed(url):
    follow = Service(url, "secret").follow(seconds=0)
    assert [next(follow)["incidentId"] for _ in INCIDENTS] == [
        incident["incidentId"] for incident in INCIDENTS
    ]
    INCIDENTS[3]["events"] = 2
    assert next(follow) == {"incidentId": "id-3", "events": 2}


def test_passes_on_what_the_service_says(url):
    with pytest.raises(ServiceError, match="401: give the token"):
        Service(url).status()
    with pytest.raises(ServiceError, match="404: there is no such thing"):
        Service(url, "secret").incident("none")


def test_says_that_nobody_answers():
    with pytest.raises(ServiceError, match="http://localhost:1 cannot be reached"):
        Service("http://localhost:1").status()
