package dev.residua.app.roles;

import dev.residua.app.config.IngestConfig;
import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.kafka.FrameSender;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.metrics.IngestMetrics;
import dev.residua.app.process.StartFailedException;
import dev.residua.decoding.Redactor;
import dev.residua.ffmpeg.CameraStreams;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.RejectedFrameException;
import dev.residua.ingest.AllowedRoots;
import dev.residua.ingest.BackOff;
import dev.residua.ingest.CameraFleet;
import dev.residua.ingest.CameraListener;
import dev.residua.ingest.CameraLoop;
import dev.residua.ingest.CameraSettings;
import dev.residua.ingest.Redaction;
import dev.residua.source.SourceCamera;
import dev.residua.source.SourceGlob;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the cameras that the rules of sources name, each on a thread of its own. */
public final class IngestRole implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IngestRole.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final int MAX_CAMERAS = 1_000;
  private static final long STOP_MILLIS = 15_000;

  /** A camera that fails for the same reason is logged again after this. */
  private static final long REPORT_NANOS = Duration.ofMinutes(10).toNanos();

  private final Settings settings;
  private final Supplier<SourceRules> rules;
  private final IngestMetrics metrics;
  private final Runnable heartbeat;
  private final FrameSender sender;
  private final CameraFleet fleet;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final LoopThread thread;
  private List<String> reported = List.of();

  /**
   * Settings of all cameras.
   *
   * @param roots permitted addresses
   * @param credentials folder of their credentials, if there is one
   * @param match sources of this process
   * @param maxCameras from 1 to 1000
   * @param framesPerSecond unless a rule sets another
   * @param quality of JPEG files that are encoded here
   * @param timeout of connections and pictures
   * @param limits of a picture
   */
  public record Settings(
      AllowedRoots roots,
      Optional<Path> credentials,
      SourceGlob match,
      int maxCameras,
      double framesPerSecond,
      int quality,
      Duration timeout,
      FrameLimits limits) {
    public Settings {
      if (maxCameras < 1 || maxCameras > MAX_CAMERAS) {
        throw new IllegalArgumentException(
            "residua.ingest.max-cameras must be 1 to %d but was %d"
                .formatted(MAX_CAMERAS, maxCameras));
      }
    }
  }

  /**
   * The settings of a configuration.
   *
   * @throws IllegalArgumentException with the reason, if one has no such value
   */
  public static Settings settings(ResiduaConfig config) {
    IngestConfig ingest = config.ingest();
    return new Settings(
        AllowedRoots.parse(ingest.allowedRoots().orElse(List.of())),
        ingest.credentialsFolder(),
        new SourceGlob(ingest.match()),
        ingest.maxCameras(),
        ingest.rate(),
        ingest.quality(),
        ingest.timeout(),
        ScoringSetup.frameLimits(config));
  }

  /** Starts the role; cameras are read before a model is active. */
  public static void start(RoleContext context) throws StartFailedException {
    try {
      context
          .closing()
          .accept(
              new IngestRole(
                  context.clients(),
                  context.topics(),
                  settings(context.config()),
                  context.rules()::state,
                  new IngestMetrics(context.meters(), Clock.systemUTC()),
                  context::beat));
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Starts to read cameras.
   *
   * @param rules as read so far
   * @param heartbeat called after every step of every loop
   */
  public IngestRole(
      KafkaClients clients,
      Topics topics,
      Settings settings,
      Supplier<SourceRules> rules,
      IngestMetrics metrics,
      Runnable heartbeat) {
    this.settings = settings;
    this.rules = rules;
    this.metrics = metrics;
    this.heartbeat = heartbeat;
    checkDefaults(settings);
    this.sender =
        new FrameSender(clients.frameProducer(), topics.frames().name(), metrics, heartbeat);
    CameraStreams streams = new CameraStreams(Clock.systemUTC(), true);
    this.fleet = new CameraFleet(settings.maxCameras(), camera -> start(camera, streams));
    if (settings.roots().roots().isEmpty()) {
      LOG.info("no camera is read, since this setting is empty: wanted={}", AllowedRoots.SETTING);
    }
    this.thread = new LoopThread("residua-ingest", this::run, stopped::countDown, STOP_MILLIS);
  }

  /** Refuses a rate, quality or time-out at the start, not at the first camera. */
  private static void checkDefaults(Settings settings) {
    settings(SourceRule.of("check", "check"), SourceCamera.parse("/dev/video0"), settings);
  }

  private static CameraSettings settings(SourceRule rule, SourceCamera camera, Settings settings) {
    Optional<Path> credentials = Optional.empty();
    String name = camera.credentials();
    if (name != null) {
      credentials =
          Optional.of(
              settings
                  .credentials()
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              "its rule names credentials, but residua.ingest.credentials-folder is not set"))
                  .resolve(name));
    }
    return new CameraSettings(
        rule.match().text(),
        camera.address(),
        credentials,
        settings.roots(),
        Optional.of(Objects.requireNonNullElse(rule.framesPerSecond(), settings.framesPerSecond())),
        settings.quality(),
        settings.timeout(),
        settings.limits());
  }

  private void run() {
    try {
      do {
        heartbeat.run();
        update();
      } while (!stopped.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      fleet.close();
    }
  }

  private void update() {
    List<CameraSettings> wanted = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    SourceRules current = rules.get();
    for (SourceRule rule : current.rules()) {
      SourceCamera camera = rule.camera();
      String source = rule.match().text();
      if (camera != null
          && settings.match().matches(source)
          && current.of(source).id().equals(rule.id())) {
        try {
          wanted.add(settings(rule, camera, settings));
        } catch (IllegalArgumentException e) {
          problems.add("source %s: %s".formatted(source, e.getMessage()));
        }
      }
    }
    int beyond = fleet.update(wanted);
    metrics.cameras(fleet.size(), problems.size() + beyond);
    if (beyond > 0) {
      problems.add(
          "%d cameras exceed residua.ingest.max-cameras (%d)"
              .formatted(beyond, settings.maxCameras()));
    }
    if (!problems.equals(reported)) {
      problems.forEach(problem -> LOG.warn("a camera is not read: reason={}", problem));
      reported = problems;
    }
  }

  private CameraFleet.Camera start(CameraSettings camera, CameraStreams streams) {
    LOG.info("reading a camera: source={} address={}", camera.source(), camera.address());
    CameraLoop loop =
        new CameraLoop(
            camera,
            streams,
            BackOff.DEFAULT,
            new RuleRedaction(camera),
            new Listener(camera, sender.outlet()),
            Clock.systemUTC(),
            new Random());
    Thread reader = new Thread(loop, "residua-camera " + camera.source());
    reader.setDaemon(true);
    reader.start();
    return new CameraFleet.Camera() {
      @Override
      public void stop() {
        loop.stop();
      }

      @Override
      public boolean isRunning() {
        return reader.isAlive();
      }
    };
  }

  /**
   * Blackens the mask of one camera's rule, from the next picture after a change. If the rule was
   * removed, its last revision applies until the camera ends.
   */
  private final class RuleRedaction implements Redaction {
    private final String source;
    private final Redactor redactor;
    private SourceRule rule = SourceRule.DEFAULTS;

    RuleRedaction(CameraSettings camera) {
      this.source = camera.source();
      this.redactor = new Redactor(camera.limits(), camera.quality());
    }

    @Override
    public Frame apply(Frame frame) throws RejectedFrameException {
      SourceRule current = rules.get().of(source);
      if (current.camera() != null) {
        rule = current;
      }
      if (rule.camera() == null) {
        throw new RejectedFrameException(
            RejectedFrameException.Reason.UNKNOWN_FORMAT, "the rule of its camera was removed");
      }
      return rule.redact() ? redactor.redact(frame, rule.geometry()) : frame;
    }
  }

  /** The last reason that was logged, so that one that lasts is not logged each time. */
  private static final class ReportedReason {
    private @Nullable String reason;
    private long nanos;

    private boolean isDue(String now) {
      long time = System.nanoTime();
      if (now.equals(reason) && time - nanos <= REPORT_NANOS) {
        return false;
      }
      reason = now;
      nanos = time;
      return true;
    }
  }

  /** Handles the events of one camera, on its thread. */
  private final class Listener implements CameraListener {
    private final String source;
    private final boolean recorded;
    private final FrameSender.Outlet outlet;
    private final ReportedReason failure = new ReportedReason();
    private final ReportedReason refusal = new ReportedReason();
    private boolean failing;

    Listener(CameraSettings camera, FrameSender.Outlet outlet) {
      this.source = camera.source();
      this.recorded = camera.isRecorded();
      this.outlet = outlet;
    }

    @Override
    public void connected() {
      metrics.connected(true);
      if (failing) {
        LOG.info("a camera is connected again: source={}", source);
        failing = false;
      }
    }

    @Override
    public void frame(Frame frame) {
      if (recorded) {
        outlet.offerAndWait(frame);
      } else {
        outlet.offer(frame);
      }
    }

    @Override
    public void failed(String reason, Duration pause) {
      metrics.reconnects();
      if (failure.isDue(reason)) {
        LOG.warn("a camera failed, connecting again: source={} reason={}", source, reason);
        failing = true;
      }
    }

    @Override
    public void unredacted(String reason) {
      metrics.unredacted();
      if (refusal.isDue(reason)) {
        LOG.warn(
            "a picture cannot be redacted and is not sent: source={} reason={}", source, reason);
      }
    }

    @Override
    public void disconnected() {
      metrics.connected(false);
    }

    @Override
    public void progressed() {
      heartbeat.run();
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
    sender.close();
  }
}
