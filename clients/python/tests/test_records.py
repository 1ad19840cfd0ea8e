"""Records of the released schemas: the bytes that the service writes, in src/testing/test/resources/golden."""

import json
import math
from datetime import datetime, timezone
from pathlib import Path

import pytest
from residua import UnreadableRecordError, decode
from residua.records import newest, single_object

REPOSITORY = Path(__file__).parents[3]
GOLDEN = REPOSITORY / "src/testing/test/resources/golden"
RELEASED = sorted((REPOSITORY / "schemas/released").glob("*.avsc"))


@pytest.mark.parametrize("schema", RELEASED, ids=lambda file: file.stem)
def test_reads_and_writes_the_bytes_of_the_service(schema):
    golden = (GOLDEN / f"{schema.stem}.bin").read_bytes()
    value = decode(golden)
    assert single_object(newest(schema.stem.split("-")[0]), value) == golden


def test_gives_times_enums_and_optional_values():
    value = decode((GOLDEN / "FrameScore-v1.bin").read_bytes())
    assert value["capturedAt"] == datetime(2026, 3, 1, 12, 0, 0, 123456, timezone.utc)
    assert value["arrival"] == "GAP"
    assert value["rule"] == "line3/4"
    assert value["sensor"]["hash"] == -3


def test_reads_json():
    assert decode(b'{"source": "cam1", "residuals": [1e999, null]}') == {"source": "cam1", "residuals": [math.inf, None]}


def test_reads_a_record_with_the_id_of_a_schema():
    golden = (GOLDEN / "Incident-v1.bin").read_bytes()
    schemas = {7: (REPOSITORY / "schemas/released/Incident-v1.avsc").read_text()}
    framed = b"\0\0\0\0\x07" + golden[10:]
    assert decode(framed, schemas.__getitem__) == decode(golden)
    with pytest.raises(UnreadableRecordError, match="schema_of"):
        decode(framed)


@pytest.mark.parametrize("value", [b"", b"\x89PNG", b"{", b"\xc3\x01", b"\xc3\x01" + b"\x07" * 20])
def test_refuses_other_bytes(value):
    with pytest.raises(UnreadableRecordError):
        decode(value)


def test_refuses_every_record_that_is_cut_short():
    golden = (GOLDEN / "Incident-v1.bin").read_bytes()
    for length in range(10, len(golden)):
        with pytest.raises(UnreadableRecordError):
            decode(golden[:length])


def test_refuses_damaged_records_without_taking_memory():
    golden = bytearray((GOLDEN / "FrameScore-v1.bin").read_bytes())
    for at in range(10, len(golden)):
        damaged = golden.copy()
        damaged[at] ^= 0xFF
        try:
            decode(bytes(damaged))
        except UnreadableRecordError:
            pass  # any other error fails the test


def test_has_a_json_schema_for_each_topic():
    names = {json.loads(file.read_text())["title"] for file in (REPOSITORY / "schemas/json").glob("*.json")}
    assert {"FrameScore", "Incident"} <= names
