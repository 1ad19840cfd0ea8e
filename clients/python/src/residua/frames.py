"""Frames of cameras as records for the topic ``residua.frames``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .records import newest, single_object

_RAW = {1: "GRAY8", 3: "RGB8", 4: "RGBA8"}


@dataclass(frozen=True)
class Frame:
    """One picture of a camera.

    :param source: the camera, 1 to 255 characters
    :param sequence: number of the frame within its source, at least 0 and ascending
    :param picture: a PNG, JPEG, WebP, BMP or TIFF file as bytes, or a numpy array of ``uint8`` with the shape (height,
        width), (height, width, 1), (height, width, 3) for RGB or (height, width, 4) for RGBA
    :param captured_at: when it was taken, with a time zone; now, if it is left out
    :param attributes: such as ``variable.NAME`` for readings of the plant
    """

    source: str
    sequence: int
    picture: Any
    captured_at: datetime | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


def encode_frame(frame: Frame) -> bytes:
    """The value of a record on ``residua.frames``: an Avro ``Frame`` in single-object encoding.

    :raises ValueError: with what is wrong, if the picture cannot be sent
    """
    if frame.sequence < 0:
        raise ValueError(f"the sequence must be at least 0 but was {frame.sequence}")
    if isinstance(frame.picture, (bytes, bytearray, memoryview)):
        data = bytes(frame.picture)
        width = height = 0
        pixels = _format_of(data)
    else:
        data, width, height, pixels = _raw(frame.picture)
    captured_at = frame.captured_at or datetime.now(timezone.utc)
    if captured_at.tzinfo is None:
        raise ValueError(f"captured_at needs a time zone but was {captured_at.isoformat()}")
    return single_object(
        newest("Frame"),
        {
            "source": frame.source,
            "sequence": frame.sequence,
            "capturedAt": captured_at,
            "width": width,
            "height": height,
            "format": pixels,
            "data": data,
            "attributes": dict(frame.attributes),
        },
    )


def _raw(array: Any) -> tuple[bytes, int, int, str]:
    shape = tuple(array.shape)
    channels = 1 if len(shape) == 2 else shape[2] if len(shape) == 3 else 0
    if channels not in _RAW or 0 in shape:
        raise ValueError(
            f"the array must have the shape (height, width), or that with 1, 3 or 4 channels, but had {shape}"
        )
    if str(array.dtype) != "uint8":
        raise ValueError(f"the array must be of uint8 but was of {array.dtype}; scale it to 0..255 first")
    return array.tobytes(), shape[1], shape[0], _RAW[channels]


def _format_of(file: bytes) -> str:
    for start, name in (
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"BM", "BMP"),
    ):
        if file.startswith(start):
            return name
    if file[:4] == b"RIFF" and file[8:12] == b"WEBP":
        return "WEBP"
    raise ValueError(f"the file begins with {file[:4].hex(' ')}; expected PNG, JPEG, WebP, BMP or TIFF")
