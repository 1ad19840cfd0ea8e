"""The HTTP client against a server on loopback."""

import json
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from residua import Service, ServiceError, decode

INCIDENTS = [{"incidentId": f"id-{i}", "events": 1} for i in range(250)]


UNREADABLE = {"latent": "level", "since": 1796174863059, "frames": 32, "observed": -1.1, "observedFactor": 7.3}

#: Answers to the next requests with frames: status, header Retry-After, body.
ANSWERS: list = []
FRAMES: list = []
STORED = (200, None, {"frames": [{"accepted": True, "sequence": 0, "topic": "t", "partition": 1, "offset": 2}]})
BUSY = (429, "3", "later")
DOWN = (503, None, {"frames": [{"accepted": False, "reason": "unavailable", "problem": "not stored"}]})


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        value = self.rfile.read(int(self.headers["Content-Length"]))
        FRAMES.append((self.path, self.headers["Content-Type"], self.headers["Authorization"], decode(value)))
        status, later, body = ANSWERS.pop(0)
        text = body if isinstance(body, str) else json.dumps(body)
        self._answer(status, "application/json", text.encode(), {} if later is None else {"Retry-After": later})

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
        elif url.path == "/api/sources/line%2Fcam1":
            self._answer(200, "application/json", json.dumps({"last": {"unreadable": [UNREADABLE]}}).encode())
        else:
            self._answer(404, "text/plain", b"there is no such thing\n")

    def _answer(self, status, kind, body, headers=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
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


def test_reads_since_when_a_latent_is_unreadable(url):
    assert Service(url, "secret").source("line/cam1")["last"]["unreadable"] == [UNREADABLE]


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


@pytest.fixture
def pauses(monkeypatch):
    ANSWERS.clear()
    FRAMES.clear()
    taken: list[float] = []
    monkeypatch.setattr("residua.service.time.sleep", taken.append)
    return taken


PNG = b"\x89PNG\r\n\x1a\n and more"
TIME = datetime(2026, 3, 1, 12, 0, 0, 123456, timezone.utc)


def test_sends_files_and_counts_them(url, pauses, tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(PNG)
    ANSWERS.extend([STORED] * 3)
    service = Service(url, "secret")
    stored = service.send("line3/cam 7", PNG, captured_at=TIME, attributes={"variable.speed": "1"})
    service.send("line3/cam 7", file)
    service.send("line3/cam 7", PNG, sequence=9)
    assert stored == STORED[2]["frames"][0]
    assert [frame["sequence"] for *_, frame in FRAMES] == [0, 1, 9]
    assert all(frame["data"] == PNG for *_, frame in FRAMES)
    path, kind, token, first = FRAMES[0]
    assert (path, kind, token) == ("/api/frames/line3%2Fcam%207", "application/avro", "Bearer secret")
    assert (first["capturedAt"], first["attributes"]) == (TIME, {"variable.speed": "1"})
    assert pauses == []


def test_sends_the_same_frame_again_after_the_time_that_the_service_says(url, pauses):
    ANSWERS.extend([BUSY, DOWN, STORED])
    Service(url, "secret").send("cam1", PNG)
    assert FRAMES[0] == FRAMES[1] == FRAMES[2]
    assert pauses == [3, 2]


def test_ends_after_the_last_attempt(url, pauses):
    ANSWERS.extend([DOWN] * 2)
    with pytest.raises(ServiceError, match="503: .*not stored") as failure:
        Service(url, "secret").send("cam1", PNG, attempts=2)
    assert (failure.value.status, failure.value.retry_after) == (503, None)
    assert pauses == [1]


def test_does_not_repeat_a_frame_that_is_refused(url, pauses):
    ANSWERS.append((403, None, "you have viewer"))
    with pytest.raises(ServiceError, match="403: you have viewer"):
        Service(url, "secret").send("cam1", PNG)
    assert len(FRAMES) == 1
    assert pauses == []


def test_sends_again_if_nobody_answers(pauses):
    with pytest.raises(ServiceError, match="cannot be reached"):
        Service("http://localhost:1").send("cam1", PNG, attempts=3)
    assert pauses == [1, 2]


def test_says_that_nobody_answers():
    with pytest.raises(ServiceError, match="http://localhost:1 cannot be reached"):
        Service("http://localhost:1").status()
