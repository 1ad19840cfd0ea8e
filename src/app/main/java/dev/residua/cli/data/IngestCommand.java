package dev.residua.cli.data;

import dev.residua.app.kafka.FrameSender;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ProgressBar;
import dev.residua.ffmpeg.CameraStreams;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.ingest.AllowedRoots;
import dev.residua.ingest.BackOff;
import dev.residua.ingest.CameraListener;
import dev.residua.ingest.CameraLoop;
import dev.residua.ingest.CameraSettings;
import dev.residua.source.CameraAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingest}: reads one camera and sends its frames to a topic, or writes them to a folder. */
@Command(
    name = "ingest",
    description =
        "Reads one camera, video or folder and sends its frames, or writes them to a folder, until it is stopped. Reconnects after a failure. The role ingest does the same for many cameras.")
public final class IngestCommand extends ConsoleCommand {
  private static final int STOP_SECONDS = 15;

  private final CountDownLatch done = new CountDownLatch(1);

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Parameters(
      paramLabel = "ADDRESS",
      description =
          "rtsp://, rtsps://, srt://, http:// or https:// address, a topic such as mqtt://broker/cameras/cam7, a device such as /dev/video0, a video file, or a folder in which pictures arrive. Without user and password.")
  String address;

  @ArgGroup(multiplicity = "1")
  Target target = new Target();

  private static final class Target {
    @Option(
        names = "--source",
        paramLabel = "NAME",
        description = "Sends the frames to Kafka as those of this source, such as line3/cam7.")
    @Nullable String source;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        description =
            "Writes the pictures to this folder, each named by its time in UTC. Without Kafka.")
    @Nullable Path out;
  }

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Topic to send to (default: the frames topic).")
  @Nullable String topic;

  @Option(
      names = "--credentials",
      paramLabel = "FILE",
      description = "File with the lines user: and password: of the camera.")
  @Nullable Path credentials;

  @Option(
      names = "--rate",
      paramLabel = "FPS",
      description =
          "Most frames per second (default: 2 for a camera, every frame of a video or a folder).")
  @Nullable Double rate;

  @Option(
      names = "--quality",
      paramLabel = "N",
      defaultValue = "" + CameraSettings.DEFAULT_QUALITY,
      description =
          "JPEG quality of decoded video and of redacted pictures, 1 to 100. Other pictures of MJPEG cameras are passed on unchanged.")
  int quality;

  @Mixin RedactionOptions redaction = new RedactionOptions();

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "PT10S",
      description = "Longest wait for a connection, and for a picture.")
  Duration timeout;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Frames to read before the command ends (default: no end).")
  @Nullable Integer count;

  @Override
  public Integer call() throws InterruptedException {
    if (count != null) {
      atLeast(1, "--count", count);
    }
    CameraSettings camera = camera();
    try {
      return (target.out == null ? send(camera) : record(camera, target.out)) == 0 ? 1 : 0;
    } finally {
      done.countDown();
    }
  }

  /** Sends until the end; returns the number of frames. */
  private long send(CameraSettings camera) throws InterruptedException {
    String name = topic == null ? kafka.topics().frames().name() : topic;
    Progress progress = new Progress(camera);
    try (FrameSender sender =
        new FrameSender(kafka.clients().frameProducer(), name, progress, () -> {})) {
      FrameSender.Outlet outlet = sender.outlet();
      // A camera does not wait; a file can.
      progress.sink = camera.isRecorded() ? outlet::offerAndWait : outlet::offer;
      read(camera, progress);
    }
    print(
        "sent %,d frames of %s, dropped %,d for newer ones, %,d were not stored",
        progress.stored.get(), camera.source(), progress.dropped.get(), progress.failed.get());
    return progress.end();
  }

  /** Writes until the end; returns the number of pictures. */
  private long record(CameraSettings camera, Path folder) throws InterruptedException {
    RecordingFolder recording = new RecordingFolder(folder);
    Progress progress = new Progress(camera);
    try (ProgressBar bar = new ProgressBar("recording")) {
      progress.sink =
          frame -> {
            try {
              recording.write(frame);
              progress.sent(frame);
              long pictures = progress.stored.get();
              bar.update(
                  count == null ? 0 : (double) pictures / count,
                  "%,d pictures".formatted(pictures));
            } catch (IOException e) {
              progress.failed(frame, String.valueOf(e.getMessage()));
            }
          };
      read(camera, progress);
    }
    print(
        "%s: %,d pictures, %,d were not stored",
        folder, progress.stored.get(), progress.failed.get());
    return progress.end();
  }

  private void read(CameraSettings camera, Progress progress) throws InterruptedException {
    CameraLoop loop =
        new CameraLoop(
            camera,
            new CameraStreams(Clock.systemUTC(), true),
            BackOff.DEFAULT,
            redaction.redaction(camera.limits(), camera.quality()),
            progress,
            Clock.systemUTC(),
            new Random());
    progress.enough = loop::stop;
    Thread reader = new Thread(loop, "residua-camera");
    reader.setDaemon(true);
    reader.start();
    stopAtShutdown(loop);
    reader.join();
  }

  /** Lets Ctrl-C wait until the frames on their way are stored. */
  private void stopAtShutdown(CameraLoop loop) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  loop.stop();
                  try {
                    done.await(STOP_SECONDS, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "residua-stop"));
  }

  private CameraSettings camera() {
    CameraAddress where = CameraAddress.parse(address);
    Optional<Double> wanted = Optional.ofNullable(rate);
    if (rate == null && where.kind() != CameraAddress.Kind.FILE) {
      wanted = Optional.of(CameraSettings.DEFAULT_RATE);
    }
    try {
      return new CameraSettings(
          target.source == null ? "recording" : target.source,
          where,
          Optional.ofNullable(credentials),
          AllowedRoots.only(where),
          wanted,
          quality,
          timeout,
          FrameLimits.DEFAULTS);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private final class Progress implements CameraListener, FrameSender.Listener {
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong unredacted = new AtomicLong();
    private final CameraSettings camera;
    private Consumer<Frame> sink = frame -> {};
    private Runnable enough = () -> {};
    private long offered;

    Progress(CameraSettings camera) {
      this.camera = camera;
    }

    @Override
    public void connected() {
      report("reading %s".formatted(camera.address()));
    }

    @Override
    public void frame(Frame frame) {
      if (count == null || offered < count) {
        sink.accept(frame);
        offered++;
      }
      if (count != null && offered >= count) {
        enough.run();
      }
    }

    @Override
    public void unredacted(String reason) {
      if (unredacted.getAndIncrement() == 0) {
        report("a picture cannot be redacted and is left out: " + reason);
      }
    }

    @Override
    public void failed(String reason, Duration pause) {
      report("%s; next attempt in %.1f s".formatted(reason, pause.toMillis() / 1e3));
    }

    @Override
    public void disconnected() {}

    @Override
    public void progressed() {}

    @Override
    public void sent(Frame frame) {
      stored.incrementAndGet();
    }

    @Override
    public void dropped() {
      dropped.incrementAndGet();
    }

    @Override
    public void failed(Frame frame, String reason) {
      if (failed.getAndIncrement() == 0) {
        report("frame %d was not stored: %s".formatted(frame.sequence(), reason));
      }
    }

    /** Prints the remaining events; returns the number of pictures that were stored. */
    private long end() {
      if (unredacted.get() > 0) {
        print("%,d could not be redacted and were left out", unredacted.get());
      }
      out().flush();
      return stored.get();
    }

    private synchronized void report(String line) {
      err().println("residua: " + line);
      err().flush();
    }
  }
}
