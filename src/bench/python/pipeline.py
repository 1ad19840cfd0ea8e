"""What a Python team would build instead of the scoring role: frames from Kafka, through the same
network with PyTorch, an online drift statistic with numpy, one JSON score a frame back to Kafka.

At least once: offsets are committed once a second, after everything produced before has been
acknowledged. Ends after --frames frames and prints what it measured as JSON; the first quarter warms
up and does not count. Run by `residua bench pipeline --versus python`.
"""

import argparse
import json
import os
import platform
import sys
import time

import modules

# Modules and the Debian packages that have them.
NEEDED = {
    "numpy": "python3-numpy",
    "torch": "python3-torch libopenblas0-pthread",
    "confluent_kafka": "python3-confluent-kafka",
    "orjson": "python3-orjson",
}
OF_FILES = {"cv2": "python3-opencv"}
COMMIT_SECONDS = 1.0
IDLE_SECONDS = 60


class Clock:
    """Processor time of the main thread by part of the work, in seconds."""

    def __init__(self):
        self.parts = {}
        self.last = time.thread_time()

    def spent(self, part):
        now = time.thread_time()
        self.parts[part] = self.parts.get(part, 0.0) + now - self.last
        self.last = now

    def mark(self):
        return time.perf_counter(), time.process_time(), dict(self.parts)


class Pipeline:
    def __init__(self, options):
        import confluent_kafka
        import numpy
        import torch

        import drift
        import network

        self.np, self.torch = numpy, torch
        torch.set_num_threads(1)
        self.options = options
        precision = torch.bfloat16 if options.precision == "bf16" else torch.float32
        self.scorer, self.deviations = network.load(
            options.model, precision, options.reconstruct == 1
        )
        self.image = self.scorer.image
        height, width, colours = self.image
        self.pixels = numpy.empty((options.poll, height * width * colours), numpy.uint8)
        self.tensor = torch.from_numpy(self.pixels).view(options.poll, height, width, colours)
        self.mmd = drift.OnlineMmd(self.scorer.intercept.shape[0])
        self.failures = []
        self.opencv = None
        common = {"bootstrap.servers": options.bootstrap, "broker.address.family": "v4"}
        self.consumer = confluent_kafka.Consumer(
            {
                **common,
                "group.id": options.group,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "fetch.message.max.bytes": 8 << 20,
                "queued.max.messages.kbytes": options.prefetch_kib,
                # a second by default, which leaves the network idle whenever the queue was full
                "fetch.queue.backoff.ms": options.fetch_backoff_ms,
            }
        )
        self.producer = confluent_kafka.Producer(
            {
                **common,
                "acks": "all",
                "linger.ms": 5,
                "batch.size": 1 << 20,
                "queue.buffering.max.messages": 100_000,
                "delivery.report.only.error": True,
                "on_delivery": self.delivered,
            }
        )
        self.consumer.subscribe([options.frames_topic])

    def delivered(self, error, _message):
        if error is not None:
            self.failures.append(str(error))

    def score(self, n):
        """Scores the first n frames of self.pixels; the parts that are there for each frame."""
        latents, expected, errors = [], [], []
        with self.torch.inference_mode():
            for start in range(0, n, self.options.batch):
                z, e, r = self.scorer(self.tensor[start : min(n, start + self.options.batch)])
                latents.append(z.numpy())
                expected.append(e.numpy())
                if r is not None:
                    errors.append(r.numpy())
        join = self.np.concatenate
        return join(latents), join(expected), join(errors) if errors else None

    def read(self, messages):
        """Pixels into the batch; sources and sequences by row."""
        import wire

        np = self.np
        height, width, colours = self.image
        sources, sequences = [], []
        for row, message in enumerate(messages):
            if message.error() is not None:
                raise RuntimeError("the frames topic cannot be read: %s" % message.error())
            value = message.value()
            frame = wire.read_frame(value)
            sources.append(frame.source)
            sequences.append(frame.sequence)
            if frame.format in wire.FILES:
                self.pixels[row] = self.decoded(
                    np.frombuffer(value, np.uint8, frame.length, frame.offset), frame
                )
                continue
            if (frame.height, frame.width) != (height, width) or frame.length != height * width * colours:
                raise wire.BadFrame(
                    "a frame is %dx%d, the model takes %dx%d" % (frame.width, frame.height, width, height)
                )
            self.pixels[row] = np.frombuffer(value, np.uint8, frame.length, frame.offset)
        return sources, sequences

    def decoded(self, data, frame):
        """A file as the model reads it; JPEG at the reduction that leaves 1.8 pixels for each."""
        if self.opencv is None:
            modules.require(OF_FILES)
            import cv2

            cv2.setNumThreads(1)
            self.opencv = cv2
        cv2 = self.opencv
        height, width, colours = self.image
        flag = cv2.IMREAD_COLOR if colours == 3 else cv2.IMREAD_GRAYSCALE
        times = min(frame.width / width, frame.height / height) / 1.8
        for reduction in (8, 4, 2):
            if times >= reduction:
                kind = "COLOR" if colours == 3 else "GRAYSCALE"
                flag = getattr(cv2, "IMREAD_REDUCED_%s_%d" % (kind, reduction))
                break
        picture = cv2.imdecode(data, flag)
        if picture is None:
            raise RuntimeError("a frame of %s cannot be decoded" % frame.source)
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        if colours == 3:
            picture = picture[:, :, ::-1]  # blue, green, red
        return picture.reshape(-1)

    def commit(self, offsets):
        """Commits what has been acknowledged."""
        from confluent_kafka import TopicPartition

        if self.producer.flush(30) > 0 or self.failures:
            raise RuntimeError("scores were not delivered: %s" % (self.failures[:1] or "time-out"))
        if offsets:
            self.consumer.commit(
                offsets=[TopicPartition(t, p, offset) for (t, p), offset in offsets.items()],
                asynchronous=False,
            )
            offsets.clear()

    def run(self):
        import orjson

        options = self.options
        produce = self.producer.produce
        clock = Clock()
        offsets = {}
        done, begin = 0, None
        warm_up = options.frames // 4
        committed_at = heard_at = time.monotonic()
        while done < options.frames:
            left = (warm_up if begin is None else options.frames) - done
            messages = self.consumer.consume(min(options.poll, left), 0.05)
            clock.spent("consume")
            if not messages:
                if time.monotonic() - heard_at > IDLE_SECONDS:
                    raise RuntimeError("no frame for %d s, %d so far" % (IDLE_SECONDS, done))
                continue
            heard_at = time.monotonic()
            sources, sequences = self.read(messages)
            clock.spent("decode")
            latents, expected, errors = self.score(len(messages))
            clock.spent("network")
            residuals = latents - expected
            drifts = self.mmd.next(sources, residuals).tolist()
            clock.spent("drift")
            observed, wanted, unexplained = latents.tolist(), expected.tolist(), residuals.tolist()
            errors = errors.tolist() if errors is not None else [None] * len(messages)
            for row, message in enumerate(messages):
                score = {
                    "source": sources[row],
                    "sequence": sequences[row],
                    "latents": observed[row],
                    "expected": wanted[row],
                    "residuals": unexplained[row],
                    "reconstructionError": errors[row],
                    "drift": drifts[row],
                    "partition": message.partition(),
                    "offset": message.offset(),
                }
                produce(options.scores_topic, orjson.dumps(score), message.key())
                offsets[message.topic(), message.partition()] = message.offset() + 1
            self.producer.poll(0)
            done += len(messages)
            clock.spent("produce")
            warm = begin is None and done >= warm_up
            if warm or done >= options.frames or time.monotonic() - committed_at > COMMIT_SECONDS:
                self.commit(offsets)
                committed_at = time.monotonic()
                clock.spent("commit")
            if warm:
                begin = clock.mark()
        answer = self.answer(begin, clock.mark(), done, done - warm_up)
        self.consumer.close()
        return answer

    def answer(self, begin, end, done, measured):
        seconds = end[0] - begin[0]
        cpu = end[1] - begin[1]
        parts = {
            part: (spent - begin[2].get(part, 0.0)) / measured * 1e6 for part, spent in end[2].items()
        }
        parts["clientThreads"] = cpu / measured * 1e6 - sum(parts.values())
        import confluent_kafka

        return {
            "frames": done,
            "measuredFrames": measured,
            "seconds": seconds,
            "framesPerSecond": measured / seconds,
            "cpuSeconds": cpu,
            "framesPerCpuSecond": measured / cpu,
            "cpuMicrosPerFrame": parts,
            "precision": self.options.precision,
            "reconstruct": self.options.reconstruct,
            "networkBatch": self.options.batch,
            "pollBatch": self.options.poll,
            "selfTestDeviation": self.deviations,
            "versions": {
                "python": platform.python_version(),
                "torch": self.torch.__version__,
                "numpy": self.np.__version__,
                "confluentKafka": confluent_kafka.version()[0],
                "librdkafka": confluent_kafka.libversion()[0],
            },
        }


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say what is missing")
    parser.add_argument("--bootstrap", help="host:port of the broker")
    parser.add_argument("--frames-topic", help="topic that has the frames")
    parser.add_argument("--scores-topic", help="topic that gets the scores")
    parser.add_argument("--group", default="python", help="consumer group")
    parser.add_argument("--model", help="the .residua bundle")
    parser.add_argument("--frames", type=int, default=20_000, help="frames on the topic")
    parser.add_argument("--reconstruct", type=int, choices=(0, 1), default=1)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--batch", type=int, default=64, help="frames of one network call")
    parser.add_argument("--poll", type=int, default=256, help="most frames taken at once")
    parser.add_argument("--prefetch-kib", type=int, default=16_384, help="frames read ahead")
    parser.add_argument("--fetch-backoff-ms", type=int, default=5, help="pause of a full queue")
    options = parser.parse_args()
    if not options.check:
        for name in ("bootstrap", "frames_topic", "scores_topic", "model"):
            if getattr(options, name) is None:
                parser.error("--%s is missing" % name.replace("_", "-"))
        if options.frames < 100 or options.batch < 1 or options.poll < 1:
            parser.error("--frames must be at least 100, --batch and --poll at least 1")
    return options


def main():
    # Set on some machines for old builds of OpenBLAS, they slow down a current one: it reads them
    # when it is loaded, so before numpy is imported.
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)
    options = arguments()
    modules.require(NEEDED)
    if options.check:
        return
    try:
        print(json.dumps(Pipeline(options).run()))
    except (RuntimeError, ValueError, OSError) as failure:
        sys.exit("%s: %s" % (type(failure).__name__, failure))


if __name__ == "__main__":
    main()
