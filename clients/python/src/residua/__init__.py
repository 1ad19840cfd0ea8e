"""Sends frames to Residua and reads its scores, events and incidents.

``Service`` sends frames over HTTP and reads the HTTP interface; it needs only the standard library. ``FrameSender``, ``read`` and
``source_states`` use Kafka and need confluent-kafka. ``data_frame`` needs pandas.
"""

from .frames import Frame, encode_frame
from .kafka import TOPICS, FrameSender, Record, data_frame, read, source_states
from .records import UnreadableRecordError, decode
from .service import Service, ServiceError

__all__ = [
    "TOPICS",
    "Frame",
    "FrameSender",
    "Record",
    "Service",
    "ServiceError",
    "UnreadableRecordError",
    "data_frame",
    "decode",
    "encode_frame",
    "read",
    "source_states",
]
