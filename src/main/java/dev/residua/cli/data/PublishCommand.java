package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.frame.Frame;
import dev.residua.wire.FrameReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code publish}: sends the frames of a data set to a topic. */
@Command(
    name = "publish",
    description =
        "Sends the frames of a data set to the frames topic, in order, with sequence numbers from 0.")
public final class PublishCommand extends JsonCommand {
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Data set to send.")
  Path data;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Topic to send to (default: the frames topic).")
  @Nullable String topic;

  @Option(
      names = "--source",
      paramLabel = "NAME",
      defaultValue = "cam1",
      description = "Source of the frames; with several --sources, the start of their names.")
  String source;

  @Option(
      names = "--sources",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of sources; they get the frames in turn.")
  int sources;

  @Option(
      names = "--rate",
      paramLabel = "FPS",
      description =
          "Frames per second, over all sources (default: as fast as the broker takes them).")
  @Nullable Double rate;

  @Option(names = "--count", paramLabel = "N", description = "Frames to send (default: all).")
  @Nullable Integer count;

  @Override
  public Integer call() throws IOException {
    if (rate != null && !(rate > 0)) {
      throw new CommandFailedException("--rate must be above 0 but was " + rate);
    }
    atLeast(1, "--sources", sources);
    FrameDataset frames = FrameDataset.open(data);
    int total = count == null ? frames.size() : Math.min(count, frames.size());
    String target = topic == null ? kafka.topics().frames().name() : topic;
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    long start = System.nanoTime();
    try (Producer<byte[], byte[]> producer = kafka.clients().frameProducer();
        ProgressBar progress = new ProgressBar("sending")) {
      for (int i = 0; i < total; i++) {
        pace(start, i);
        producer.send(
            record(frames, i, target),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
        if (failure.get() != null) {
          break;
        }
        progress.update((i + 1) / (double) total);
      }
      producer.flush();
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw kafka.failed("sending to " + target, failed);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    print(
        Json.map("topic", target, "frames", total, "seconds", seconds),
        () ->
            print(
                "sent %,d frames to %s in %.1f s (%,.0f per second)",
                total, target, seconds, total / Math.max(1e-9, seconds)));
    return 0;
  }

  private ProducerRecord<byte[], byte[]> record(FrameDataset frames, int index, String target) {
    String name = sources == 1 ? source : source + "-" + index % sources;
    Frame frame = frames.frame(index, name, index / sources, Instant.now());
    return new ProducerRecord<>(
        target, name.getBytes(StandardCharsets.UTF_8), FrameReader.write(frame));
  }

  private void pace(long start, int index) {
    if (rate != null) {
      long due = start + (long) (index * 1e9 / rate);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }
}
