package dev.residua.cli.data;

import dev.residua.app.kafka.FrameSender;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.ffmpeg.CameraStreams;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.ingest.AllowedRoots;
import dev.residua.ingest.BackOff;
import dev.residua.ingest.CameraListener;
import dev.residua.ingest.CameraLoop;
import dev.residua.ingest.CameraSettings;
import dev.residua.source.CameraAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingest}: reads one camera and sends its frames to a topic. */
@Command(
    name = "ingest",
    description =
        "Reads one camera, video or folder and sends its frames, until it is stopped. Reconnects after a failure. The role ingest does the same for many cameras.")
public final class IngestCommand extends ConsoleCommand {
  private static final int STOP_SECONDS = 15;

  private final CountDownLatch done = new CountDownLatch(1);

  @Mixin KafkaOptions kafka = new KafkaOptions();

  @Parameters(
      paramLabel = "ADDRESS",
      description =
          "rtsp://, http:// or https:// address, a device such as /dev/video0, a video file, or a folder in which pictures arrive. Without user and password.")
  String address;

  @Option(
      names = "--source",
      required = true,
      paramLabel = "NAME",
      description = "Source of the frames, such as line3/cam7.")
  String source;

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
          "JPEG quality of decoded video, 1 to 100. Pictures of MJPEG cameras are passed on unchanged.")
  int quality;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "PT10S",
      description = "Longest wait for a connection, and for a picture.")
  Duration timeout;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Frames to send before the command ends (default: no end).")
  @Nullable Integer count;

  @Override
  public Integer call() throws InterruptedException {
    if (count != null) {
      atLeast(1, "--count", count);
    }
    try {
      return send(camera()) == 0 ? 1 : 0;
    } finally {
      done.countDown();
    }
  }

  /** Sends until the end; returns the number of frames. */
  private long send(CameraSettings camera) throws InterruptedException {
    String target = topic == null ? kafka.topics().frames().name() : topic;
    Progress progress = new Progress(camera);
    try (FrameSender sender =
        new FrameSender(kafka.clients().frameProducer(), target, progress, () -> {})) {
      FrameSender.Outlet outlet = sender.outlet();
      progress.outlet = outlet;
      CameraLoop loop =
          new CameraLoop(
              camera,
              new CameraStreams(Clock.systemUTC(), true),
              BackOff.DEFAULT,
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
    progress.print();
    return progress.sent.get();
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
          source,
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

  /** Prints what happens, and counts. */
  private final class Progress implements CameraListener, FrameSender.Listener {
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private FrameSender.@Nullable Outlet outlet;
    private Runnable enough = () -> {};
    private final CameraSettings camera;
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
      if (outlet != null && (count == null || offered < count)) {
        if (camera.isRecorded()) {
          outlet.offerAndWait(frame);
        } else {
          outlet.offer(frame);
        }
        offered++;
      }
      if (count != null && offered >= count) {
        enough.run();
      }
    }

    /** A camera does not wait; a file can. */
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
      sent.incrementAndGet();
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

    private synchronized void report(String line) {
      err().println("residua: " + line);
      err().flush();
    }

    private void print() {
      IngestCommand.this.print(
          "sent %,d frames of %s, dropped %,d for newer ones, %,d were not stored",
          sent.get(), source, dropped.get(), failed.get());
      out().flush();
    }
  }
}
