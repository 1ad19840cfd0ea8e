"""Sends PNG files as frames of one source, then prints the scores and events of that source.

python3 send_and_read.py SOURCE FILE.png ...    in the folder of this repository
"""
import io, os, sys, time
import avro.io, avro.schema
from confluent_kafka import Consumer, Producer

servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
source, files = sys.argv[1], sys.argv[2:]

producer = Producer({"bootstrap.servers": servers})
for file in files:
    with open(file, "rb") as picture:
        producer.produce("residua.frames", key=source, value=picture.read())
producer.flush(10)

schemas = {}
for topic, record in {"scores": "FrameScore-v1", "anomalies": "AnomalyEvent-v1", "drifts": "DriftEvent-v1"}.items():
    with open(f"schemas/released/{record}.avsc") as text:
        schemas["residua." + topic] = avro.schema.parse(text.read())

consumer = Consumer({"bootstrap.servers": servers, "group.id": "example-python",
                     "auto.offset.reset": "earliest"})
consumer.subscribe(list(schemas))
end = time.time() + 15  # an application would go on for ever
while time.time() < end:
    message = consumer.poll(0.5)
    if message is None or message.error() or message.key().decode() != source:
        continue
    # C3 01 and eight bytes that name the schema, then the record.
    reader = avro.io.DatumReader(schemas[message.topic()])
    value = reader.read(avro.io.BinaryDecoder(io.BytesIO(message.value()[10:])))
    if message.topic() == "residua.scores":
        print("score", value["sequence"], "p =", round(value["jointPValue"], 4),
              [round(r, 2) for r in value["standardized"]])
    else:
        print("event", value["kind"], value["finding"]["headline"])
consumer.close()
