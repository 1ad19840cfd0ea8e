"""The whole way through a service, whose addresses KAFKA_BOOTSTRAP_SERVERS and RESIDUA_URL give.

RESIDUA_TOKEN is a token with the grant sender.
"""

import json
import os
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest
from residua import FrameSender, Service, data_frame, read

BROKER = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
URL = os.environ.get("RESIDUA_URL")
TOKEN = os.environ.get("RESIDUA_TOKEN")
NOTEBOOK = Path(__file__).parents[1] / "residua.ipynb"
FRAMES = 20

pytestmark = pytest.mark.skipif(
    not (BROKER and URL), reason="KAFKA_BOOTSTRAP_SERVERS and RESIDUA_URL do not name a running service"
)


def test_sends_arrays_and_reads_scores_and_incidents():
    random = np.random.default_rng(1)
    with FrameSender(BROKER) as sender:
        for _ in range(FRAMES):
            sender.send("python-camera", random.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    scores = []
    for record in read("scores", bootstrap=BROKER, from_beginning=True, timeout=60):
        if record.key == "python-camera":
            scores.append(record)
        if len(scores) == FRAMES:
            break
    assert [record.value["sequence"] for record in scores] == list(range(FRAMES))

    table = data_frame(scores)
    assert list(table["sequence"]) == list(range(FRAMES))
    assert table["capturedAt"].is_monotonic_increasing
    assert table["sensor.luma"].between(0, 255).all()

    incident = next(
        record
        for record in read("incidents", bootstrap=BROKER, from_beginning=True, timeout=60)
        if record.value and record.value["source"] == "python-camera"
    )
    assert 0 < len(incident.value["headline"]) <= 80
    assert incident.value["explanation"]
    assert incident.value["advice"]
    assert data_frame([incident])["openedAt"].notna().all()
    listed = next(incident for incident in Service(URL).follow(seconds=0.2, source="python-camera"))
    assert listed["incidentId"] == incident.key


def test_sends_a_frame_over_http_that_is_scored_once():
    picture = np.random.default_rng(2).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    taken = datetime.now(timezone.utc)
    service = Service(URL, TOKEN)
    first = service.send("python-http", picture, sequence=0, captured_at=taken)
    again = service.send("python-http", picture, sequence=0, captured_at=taken)
    last = service.send("python-http", picture)
    assert (first["sequence"], again["sequence"], last["sequence"]) == (0, 0, 1)
    assert first["offset"] < again["offset"] < last["offset"]
    scored = []
    for record in read("scores", bootstrap=BROKER, from_beginning=True, timeout=60):
        if record.key == "python-http":
            scored.append(record.value["sequence"])
        if 1 in scored:
            break
    assert scored == [0, 1]


def test_ends_at_the_end_of_the_topics():
    assert all(
        record.topic == "scores" for record in read("scores", bootstrap=BROKER, from_beginning=True, follow=False)
    )


def test_refuses_a_topic_that_is_none():
    with pytest.raises(ValueError, match="there is no topic models"):
        next(read("models", bootstrap=BROKER))


def test_runs_the_notebook(monkeypatch):
    names: dict = {}
    for cell in json.loads(NOTEBOOK.read_text())["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec("".join(cell["source"]), names)
    assert len(names["scores"]) > 0
