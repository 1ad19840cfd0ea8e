"""Frames from arrays and files."""

from datetime import datetime, timezone

import numpy as np
import pytest
from residua import Frame, decode, encode_frame

TIME = datetime(2026, 3, 1, 12, 0, 0, 123456, timezone.utc)


@pytest.mark.parametrize(
    ("shape", "pixels"), [((2, 3), "GRAY8"), ((2, 3, 1), "GRAY8"), ((2, 3, 3), "RGB8"), ((2, 3, 4), "RGBA8")]
)
def test_sends_an_array_row_by_row(shape, pixels):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    value = decode(encode_frame(Frame("cam1", 7, array, TIME, {"variable.speed": "1250"})))
    assert value == {
        "source": "cam1",
        "sequence": 7,
        "capturedAt": TIME,
        "width": 3,
        "height": 2,
        "format": pixels,
        "data": bytes(range(np.prod(shape))),
        "attributes": {"variable.speed": "1250"},
    }


def test_sends_a_view_that_is_not_contiguous_as_it_looks():
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert decode(encode_frame(Frame("cam1", 0, array[:, ::-1])))["data"] == bytes([2, 1, 0, 5, 4, 3])


def test_sends_a_file_as_it_is():
    file = b"\xff\xd8\xff and more"
    value = decode(encode_frame(Frame("cam1", 0, file)))
    assert (value["format"], value["data"], value["width"]) == ("JPEG", file, 0)
    assert abs((datetime.now(timezone.utc) - value["capturedAt"]).total_seconds()) < 60


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (Frame("c", 0, np.zeros((2, 2), dtype=np.float32)), "uint8"),
        (Frame("c", 0, np.zeros((2, 2, 2), dtype=np.uint8)), r"\(2, 2, 2\)"),
        (Frame("c", 0, np.zeros((0, 2), dtype=np.uint8)), "shape"),
        (Frame("c", 0, b"GIF89a"), "47 49 46 38"),
        (Frame("c", -1, b"\x89PNG\r\n\x1a\n"), "sequence"),
        (Frame("c", 0, b"\x89PNG\r\n\x1a\n", datetime(2026, 3, 1)), "time zone"),
    ],
)
def test_says_what_is_wrong(frame, message):
    with pytest.raises(ValueError, match=message):
        encode_frame(frame)
