package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.ffmpeg.RecordedPictures;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.RejectedFrameException;
import dev.residua.ingest.CameraSettings;
import dev.residua.ingest.CapturedPicture;
import dev.residua.ingest.Redaction;
import dev.residua.wire.FrameReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code publish}: sends recorded frames to a topic. */
@Command(
    name = "publish",
    description =
        "Sends the frames of a data set, the pictures and videos of a folder, or a video to the frames topic, in order, with sequence numbers from 0.")
public final class PublishCommand extends JsonCommand {
  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description =
          "Data set, folder (with the folders in it, 2.png before 10.png), picture or video to send.")
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

  @Option(
      names = "--times",
      description =
          "Capture times of the frames are as far apart as in the data set, the last one now"
              + " (default: the time of sending). A source that already has frames of that period"
              + " rejects them as stale.")
  boolean times;

  @Option(names = "--count", paramLabel = "N", description = "Frames to send (default: all).")
  @Nullable Integer count;

  @Mixin RedactionOptions redaction = new RedactionOptions();

  @Override
  public Integer call() throws IOException {
    if (rate != null && !(rate > 0)) {
      throw new CommandFailedException("--rate must be above 0 but was " + rate);
    }
    atLeast(1, "--sources", sources);
    String target = topic == null ? kafka.topics().frames().name() : topic;
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    long start = System.nanoTime();
    int total = send(target, start, failure);
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

  private int send(String target, long start, AtomicReference<@Nullable Exception> failure)
      throws IOException {
    int total = 0;
    Redaction redacted = redaction.redaction(FrameLimits.DEFAULTS, CameraSettings.DEFAULT_QUALITY);
    try (Recording frames = recording();
        Producer<byte[], byte[]> producer = kafka.clients().frameProducer();
        ProgressBar progress = new ProgressBar("sending")) {
      while ((count == null || total < count) && failure.get() == null) {
        pace(start, total);
        String name = sources == 1 ? source : source + "-" + total % sources;
        Frame recorded = frames.next(name, total / sources);
        if (recorded == null) {
          break;
        }
        Frame frame = redacted(redacted, recorded, total);
        producer.send(
            new ProducerRecord<>(
                target, name.getBytes(StandardCharsets.UTF_8), FrameReader.write(frame)),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
        total++;
        progress.update(
            Math.max(frames.progress(), count == null ? 0 : Math.min(1, total / (double) count)));
      }
      producer.flush();
    }
    return total;
  }

  private static Frame redacted(Redaction redaction, Frame frame, int before) {
    try {
      return redaction.apply(frame);
    } catch (RejectedFrameException e) {
      throw new CommandFailedException(
          "frame %,d cannot be redacted: %s; it and those after it were not sent"
              .formatted(before + 1, e.getMessage()),
          e);
    }
  }

  private Recording recording() throws IOException {
    if (FrameDataset.isThere(data)) {
      FrameDataset set = FrameDataset.open(data);
      return new StoredSet(set, times ? captureTimes(set) : null);
    }
    if (times) {
      throw new CommandFailedException(
          "--times is for a data set, and %s is not one; make one with residua dataset import, or leave --times out"
              .formatted(data));
    }
    return new Pictures(new RecordedPictures(data, FrameLimits.DEFAULTS));
  }

  private List<Instant> captureTimes(FrameDataset set) {
    if (!set.times().isSequence()) {
      throw new CommandFailedException(
          "--times needs a sequence: in %s, %s; give every frame a time (src/docs/datasets.md), or leave --times out"
              .formatted(data, set.times().sentence()));
    }
    return set.times().until(Instant.now());
  }

  /** Frames that are sent one after the other. */
  private interface Recording extends AutoCloseable {
    /** The next frame, or null after the last one. */
    @Nullable Frame next(String name, long sequence) throws IOException;

    /** Share that was read, in [0, 1]. */
    double progress();

    @Override
    default void close() {}
  }

  private static final class StoredSet implements Recording {
    private final FrameDataset frames;
    private final @Nullable List<Instant> capturedAt;
    private int next;

    StoredSet(FrameDataset frames, @Nullable List<Instant> capturedAt) {
      this.frames = frames;
      this.capturedAt = capturedAt;
    }

    @Override
    public @Nullable Frame next(String name, long sequence) {
      if (next == frames.size()) {
        return null;
      }
      Instant at = capturedAt == null ? Instant.now() : capturedAt.get(next);
      return frames.frame(next++, name, sequence, at);
    }

    @Override
    public double progress() {
      return next / (double) frames.size();
    }
  }

  private record Pictures(RecordedPictures pictures) implements Recording {
    @Override
    public @Nullable Frame next(String name, long sequence) throws IOException {
      CapturedPicture picture = pictures.next();
      return picture == null
          ? null
          : new Frame(
              name, sequence, Instant.now(), 0, 0, picture.format(), picture.data(), Map.of());
    }

    @Override
    public double progress() {
      return pictures.progress();
    }

    @Override
    public void close() {
      pictures.close();
    }
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
