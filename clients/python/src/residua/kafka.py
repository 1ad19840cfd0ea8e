"""Frames to Kafka, and records from it. Needs confluent-kafka; ``data_frame`` needs pandas."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from .frames import Frame, encode_frame
from .records import UnreadableRecordError, decode

if TYPE_CHECKING:
    import pandas

#: Topics whose records ``read`` gives, without the prefix.
TOPICS = (
    "scores",
    "drift",
    "anomalies",
    "drifts",
    "interventions",
    "incidents",
    "incident-groups",
    "calibrations",
    "source-states",
)

#: Arrays of a score with one number per latent.
PER_LATENT = ("latents", "expected", "residuals", "standardized", "pValues")


@dataclass(frozen=True)
class Record:
    """One record of a topic.

    :param topic: without the prefix, such as ``scores``
    :param key: the source, or the id of an incident
    :param written_at: timestamp of the record
    :param value: the fields of the record, named as in ``schemas/``; None if it removes its key
    :param latents: names of the latents of a score, in the order of its arrays; empty for other records
    """

    topic: str
    partition: int
    offset: int
    key: str
    written_at: datetime
    value: dict[str, Any] | None
    latents: tuple[str, ...] = ()


def _confluent() -> Any:
    try:
        import confluent_kafka
    except ImportError as e:
        raise ImportError("Kafka needs confluent-kafka; pip install 'residua-client[kafka]'") from e
    return confluent_kafka


class FrameSender:
    """Sends frames of any number of sources, each with a counter of its own.

    :param bootstrap: such as ``localhost:9092``
    :param prefix: of the topics
    :param settings: further settings of librdkafka, such as those for security
    """

    def __init__(
        self, bootstrap: str = "localhost:9092", *, prefix: str = "residua.", settings: Mapping[str, Any] | None = None
    ) -> None:
        self._topic = prefix + "frames"
        self._next: dict[str, int] = {}
        self._failure: Any = None
        self._producer = _confluent().Producer(
            {
                # The partitions that Java clients choose.
                "partitioner": "murmur2_random",
                "enable.idempotence": True,
                "message.max.bytes": 16 << 20,
                **(settings or {}),
                "bootstrap.servers": bootstrap,
            }
        )

    def __enter__(self) -> FrameSender:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def send(
        self,
        source: str,
        picture: Any,
        *,
        sequence: int | None = None,
        captured_at: datetime | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> int:
        """Sends a picture, see ``Frame``, and returns its sequence.

        Without a sequence, the frames of a source are counted from 0. Returns before the brokers have the frame; see
        ``flush``.
        """
        if sequence is None:
            sequence = self._next.get(source, 0)
        value = encode_frame(Frame(source, sequence, picture, captured_at, attributes or {}))
        while True:
            try:
                self._producer.produce(self._topic, key=source.encode(), value=value, on_delivery=self._delivered)
                break
            except BufferError:  # more frames are on their way than fit the queue
                self._producer.poll(0.1)
        self._producer.poll(0)
        self._next[source] = sequence + 1
        return sequence

    def flush(self, seconds: float = 30) -> None:
        """Waits until the brokers have all frames; raises ``RuntimeError`` if one was not stored."""
        waiting = self._producer.flush(seconds)
        failure, self._failure = self._failure, None
        if failure is not None:
            raise RuntimeError(f"a frame was not stored on {self._topic}: {failure}")
        if waiting:
            raise RuntimeError(f"the brokers did not store {waiting} frames within {seconds} s")

    def _delivered(self, error: Any, _: Any) -> None:
        if error is not None:
            self._failure = error


def read(
    *topics: str,
    bootstrap: str = "localhost:9092",
    prefix: str = "residua.",
    from_beginning: bool = False,
    follow: bool = True,
    timeout: float | None = None,
    schema_of: Callable[[int], str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[Record]:
    """Committed records of topics such as ``scores`` and ``incidents``; all of ``TOPICS`` if none is given.

    Joins no consumer group, so that it disturbs nobody and begins where you say. Records that cannot be read are
    left out.

    :param from_beginning: whether to begin with the oldest records, not with the next ones
    :param follow: whether to go on for ever; otherwise the iterator ends at the present end of the topics
    :param timeout: seconds without a record after which the iterator ends
    :param schema_of: see ``decode``
    :param settings: further settings of librdkafka, such as those for security
    """
    unknown = [topic for topic in topics if topic not in TOPICS]
    if unknown:
        raise ValueError(f"there is no topic {unknown[0]}; expected one of {', '.join(TOPICS)}")
    confluent = _confluent()
    consumer = confluent.Consumer(
        {
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            **(settings or {}),
            "bootstrap.servers": bootstrap,
            "group.id": "residua-client",  # required, though nothing is committed
            "enable.partition.eof": True,
        }
    )
    try:
        start = confluent.OFFSET_BEGINNING if from_beginning else confluent.OFFSET_END
        partitions = [
            confluent.TopicPartition(prefix + topic, partition, start)
            for topic in topics or TOPICS
            for partition in consumer.list_topics(prefix + topic, 10).topics[prefix + topic].partitions
        ]
        if not partitions:
            raise ValueError(f"there is none of the topics {', '.join(topics or TOPICS)} on {bootstrap}")
        # Ends that are known before reading, as a topic that grows may never be read to its end.
        open_ends: dict[tuple[str, int], float] = {
            (each.topic, each.partition): math.inf if follow else consumer.get_watermark_offsets(each, 10)[1]
            for each in partitions
        }
        consumer.assign(partitions)
        last = time.monotonic()
        while open_ends:
            message = consumer.poll(0.25)
            if message is None:
                if timeout is not None and time.monotonic() - last > timeout:
                    return
                continue
            error = message.error()
            if error is not None:
                if error.code() == confluent.KafkaError._PARTITION_EOF:
                    if not follow:
                        open_ends.pop((message.topic(), message.partition()), None)
                elif not error.retriable():
                    raise confluent.KafkaException(error)
                continue
            last = time.monotonic()
            place = (message.topic(), message.partition())
            if message.offset() >= open_ends.get(place, 0):
                open_ends.pop(place, None)
                continue
            try:
                value = None if message.value() is None else decode(message.value(), schema_of)
            except UnreadableRecordError:
                continue
            yield Record(
                message.topic()[len(prefix) :],
                message.partition(),
                message.offset(),
                (message.key() or b"").decode(errors="replace"),
                datetime.fromtimestamp(message.timestamp()[1] / 1000, timezone.utc),
                value,
                _latents(message.headers()),
            )
    finally:
        consumer.close()


def source_states(bootstrap: str = "localhost:9092", **options: Any) -> dict[str, dict[str, Any]]:
    """The newest ``SourceState`` of every source that is monitored now, by source.

    :param options: ``prefix``, ``schema_of`` and ``settings`` of ``read``
    """
    states: dict[str, dict[str, Any]] = {}
    for record in read("source-states", bootstrap=bootstrap, from_beginning=True, follow=False, **options):
        if record.value is None:
            states.pop(record.key, None)
        else:
            states[record.key] = record.value
    return states


def _latents(headers: Iterable[tuple[str, bytes | None]] | None) -> tuple[str, ...]:
    for name, value in headers or ():
        if name == "residua-latents" and value is not None:
            try:
                return tuple(json.loads(value))
            except (ValueError, TypeError):
                return ()
    return ()


def _named(record: Record) -> dict[str, Any]:
    """The fields of a record; an array of a score with one number per latent becomes a field per latent."""
    fields: dict[str, Any] = {}
    for name, value in (record.value or {}).items():
        if name in PER_LATENT and isinstance(value, list) and 0 < len(value) == len(record.latents):
            fields.update({f"{name}.{latent}": one for latent, one in zip(record.latents, value)})
        else:
            fields[name] = value
    return fields


def data_frame(records: Iterable[Record]) -> pandas.DataFrame:
    """The records as a table with a column for each field, such as ``sensor.luma`` for one within another.

    The numbers of a score per latent have columns such as ``standardized.level``.

    The first columns are ``topic`` and ``key``. A record that removes its key has no other values.
    """
    import pandas

    rows = [{"topic": record.topic, "key": record.key, **_named(record)} for record in records]
    table = pandas.json_normalize(rows)
    for column in table.columns:
        if column.endswith("At"):  # texts in JSON, times in Avro
            table[column] = pandas.to_datetime(table[column], utc=True, format="ISO8601")
    return table
