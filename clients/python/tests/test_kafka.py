"""Reading and sending with librdkafka replaced by a list of messages."""

from types import SimpleNamespace

import pytest
from residua import FrameSender, data_frame, kafka, read, source_states

EOF = -191
TOPIC = "residua.scores"


class _Message:
    def __init__(self, partition, offset, value=None, error=None, headers=None, key=b"cam1", topic=TOPIC):
        self.topic = lambda: topic
        self.partition = lambda: partition
        self.offset = lambda: offset
        self.key = lambda: key
        self.value = lambda: value
        self.headers = lambda: headers
        self.timestamp = lambda: (1, 1_772_366_400_123)
        self.error = lambda: None if error is None else SimpleNamespace(code=lambda: error, retriable=lambda: False)


def _use(monkeypatch, messages, ends):
    """Replaces confluent_kafka; partitions are numbered from 0 and end at the given offsets."""
    queue = iter(messages)
    closed = []
    consumer = SimpleNamespace(
        list_topics=lambda topic, _: SimpleNamespace(
            topics={topic: SimpleNamespace(partitions=range(len(ends)))}
        ),
        get_watermark_offsets=lambda place, _: (0, ends[place.partition]),
        assign=lambda _: None,
        poll=lambda _: next(queue),
        close=lambda: closed.append(True),
    )
    fake = SimpleNamespace(
        OFFSET_BEGINNING=-2,
        OFFSET_END=-1,
        KafkaError=SimpleNamespace(_PARTITION_EOF=EOF),
        KafkaException=RuntimeError,
        Consumer=lambda _: consumer,
        TopicPartition=lambda topic, partition, offset: SimpleNamespace(
            topic=topic, partition=partition, offset=offset
        ),
    )
    monkeypatch.setattr(kafka, "_confluent", lambda: fake)
    return closed


def test_ends_although_the_topic_grows(monkeypatch):
    endless = (_Message(0, offset, b"{}") for offset in range(10**9))
    closed = _use(monkeypatch, endless, [3])
    assert [record.offset for record in read("scores", follow=False)] == [0, 1, 2]
    assert closed


def test_ends_where_only_the_mark_of_a_transaction_is_left(monkeypatch):
    messages = [
        _Message(0, 0, b"{}"),
        _Message(0, 2, error=EOF),
        _Message(0, 2, b"{}"),  # came later
        _Message(1, 0, b"{}"),
        _Message(1, 1, b"{}"),
    ]
    _use(monkeypatch, messages, [2, 1])
    assert [(record.partition, record.offset) for record in read("scores", follow=False)] == [(0, 0), (1, 0)]


def test_goes_on_after_the_end_and_leaves_out_what_it_cannot_read(monkeypatch):
    messages = [_Message(0, 0, b"?"), _Message(0, 1, error=EOF), _Message(0, 1, b'{"a": 1}'), _Message(0, 2)]
    _use(monkeypatch, messages, [0])
    records = read("scores")
    assert next(records).value == {"a": 1}
    assert next(records).value is None


def test_reports_an_error_of_the_broker(monkeypatch):
    closed = _use(monkeypatch, [_Message(0, 0, error=7)], [1])
    with pytest.raises(RuntimeError):
        next(read("scores"))
    assert closed


def test_reports_a_frame_that_was_not_stored(monkeypatch):
    class Producer:
        def __init__(self, settings):
            assert settings["partitioner"] == "murmur2_random"

        def produce(self, topic, key, value, on_delivery):
            self.answer = on_delivery

        def poll(self, _):
            pass

        def flush(self, _):
            self.answer("too large", None)
            return 0

    monkeypatch.setattr(kafka, "_confluent", lambda: SimpleNamespace(Producer=Producer))
    sender = FrameSender()
    assert [sender.send("cam1", b"\xff\xd8\xff") for _ in range(2)] == [0, 1]
    with pytest.raises(RuntimeError, match="too large"):
        sender.flush()


def test_names_the_columns_of_scores_after_their_latents(monkeypatch):
    pytest.importorskip("pandas")
    headers = [("traceparent", b"00"), ("residua-latents", b'["level", "flow, in"]')]
    score = b'{"sequence": 7, "standardized": [0.5, -1.5], "latents": [1, 2], "other": [1, 2, 3]}'
    _use(monkeypatch, [_Message(0, 0, score, headers=headers), _Message(0, 1, error=EOF)], [1])
    table = data_frame(read("scores", follow=False))
    assert table["standardized.level"].tolist() == [0.5]
    assert table["standardized.flow, in"].tolist() == [-1.5]
    assert table["latents.level"].tolist() == [1]
    assert table["other"].tolist() == [[1, 2, 3]]


def test_keeps_arrays_whose_latents_are_not_known(monkeypatch):
    pytest.importorskip("pandas")
    damaged = [("residua-latents", b"level")]
    _use(monkeypatch, [_Message(0, 0, b'{"latents": [1, 2]}', headers=damaged), _Message(0, 1, error=EOF)], [1])
    assert data_frame(read("scores", follow=False))["latents"].tolist() == [[1, 2]]


def test_gives_the_newest_state_of_each_source(monkeypatch):
    states = [(b"cam1", b'{"sequence": 1}'), (b"cam2", b"{}"), (b"cam1", b'{"sequence": 2}'), (b"cam2", None)]
    topic = "residua.source-states"
    messages = [_Message(0, offset, value, key=key, topic=topic) for offset, (key, value) in enumerate(states)]
    _use(monkeypatch, [*messages, _Message(0, 4, error=EOF, topic=topic)], [4])
    assert source_states() == {"cam1": {"sequence": 2}}
