"""Reads frames as they are on the topic: Avro single-object encoding of dev.residua.avro.Frame.

Written by hand for this one schema, since that is several times faster in Python than a general
Avro library: nothing is copied but the source, and pixels stay where they are.
"""

from collections import namedtuple

# C3 01 and the CRC-64-AVRO fingerprint, little-endian, of schemas/Frame.avsc
HEADER = bytes.fromhex("c301e4d8641f213f5f66")
GRAY8, RGB8, RGBA8, PNG, JPEG = range(5)
CHANNELS = {GRAY8: 1, RGB8: 3, RGBA8: 4}
FILES = (PNG, JPEG)

# captured_at in microseconds since 1970; pixels or file are value[offset : offset + length]
Frame = namedtuple("Frame", "source sequence captured_at width height format offset length")


class BadFrame(ValueError):
    """A record that is not a frame of raw pixels, PNG or JPEG."""


def read_long(value, at):
    """Reads a zig-zag variable-length number.

    Returns the number and where the next field begins.
    """
    byte = value[at]
    at += 1
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), at
    number = byte & 0x7F
    shift = 7
    while True:
        byte = value[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (number >> 1) ^ -(number & 1), at
        shift += 7
        if shift > 63:
            raise BadFrame("a number at byte %d has more than 64 bits" % at)


def read_frame(value):
    """Reads a frame without its attributes.

    Raises BadFrame, which says what was found, if the record is of another schema, cut off, or does
    not hold a file, or raw pixels of the size that it says.
    """
    if value[:10] != HEADER:
        raise BadFrame(
            "a record begins with %s, expected %s (Avro single-object encoding of Frame)"
            % (bytes(value[:10]).hex() or "nothing", HEADER.hex())
        )
    try:
        length, at = read_long(value, 10)
        source = value[at : at + length].decode()
        sequence, at = read_long(value, at + length)
        captured_at, at = read_long(value, at)
        width, at = read_long(value, at)
        height, at = read_long(value, at)
        pixel_format, at = read_long(value, at)
        length, at = read_long(value, at)
    except IndexError:
        raise BadFrame("a frame is cut off after %d bytes" % len(value)) from None
    if pixel_format in FILES and at + length <= len(value):
        return Frame(source, sequence, captured_at, width, height, pixel_format, at, length)
    channels = CHANNELS.get(pixel_format)
    if channels is None:
        raise BadFrame("format %d is no raw pixels (0, 1, 2) or whole file (3, 4)" % pixel_format)
    if length != width * height * channels or at + length > len(value):
        raise BadFrame(
            "a frame of %dx%dx%d has %d bytes of pixels, %d of them in its record"
            % (width, height, channels, length, max(0, min(length, len(value) - at)))
        )
    return Frame(source, sequence, captured_at, width, height, pixel_format, at, length)
