"""Puts PNG files that follow one another on standard input on Kafka as frames of one source.

ffmpeg -loglevel error -rtsp_transport tcp -i rtsp://camera/stream -vf fps=5 -f image2pipe -c:v png - \
    | python3 src/examples/python/pipe_to_kafka.py SOURCE
"""
import os, struct, sys
from confluent_kafka import Producer

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def exactly(stream, size):
    data = stream.read(size)
    if len(data) < size:
        sys.exit(f"the input ends inside a picture: {len(data)} of {size} bytes")
    return data


def pictures(stream):
    """Each PNG file of a stream: a signature, then chunks until IEND."""
    while signature := stream.read(len(SIGNATURE)):
        if signature != SIGNATURE:
            sys.exit(f"no PNG begins here: {signature!r}; use -f image2pipe -c:v png")
        picture = bytearray(signature)
        kind = None
        while kind != b"IEND":
            header = exactly(stream, 8)
            size, kind = struct.unpack(">I4s", header)
            picture += header + exactly(stream, size + 4)
        yield bytes(picture)


producer = Producer({
    "bootstrap.servers": os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
    "partitioner": "murmur2_random",  # the partition that other clients choose for this key
    "enable.idempotence": True,
})
sent = 0
for picture in pictures(sys.stdin.buffer):
    while True:
        try:
            producer.produce("residua.frames", key=sys.argv[1], value=picture)
            break
        except BufferError:  # Kafka is slower than the camera
            producer.poll(1)
    producer.poll(0)
    sent += 1
producer.flush()
print(f"{sent} frames sent")
