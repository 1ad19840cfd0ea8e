package dev.residua.bench;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.RecentRecords;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.process.TemporaryFolders;
import dev.residua.app.roles.MonitorRole;
import dev.residua.app.roles.MonitorSettings;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.ModelDigest;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.CalibrationPhase;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.SceneName;
import dev.residua.frame.SensorReadings;
import dev.residua.monitor.MonitorModel;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Measures the monitoring role with a real broker in a process of its own: its rate with a backlog
 * of scores of many sources, its memory, and the time in which a process without any state catches
 * up.
 *
 * <p>Scores are quiet: those of frames that the model was calibrated on, drawn repeatedly.
 */
public final class MonitorBenchmark extends BrokerBenchmark {
  private static final int DRAWN = 4_096;
  private static final Duration LIMIT = Duration.ofSeconds(600);
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  private final MonitorModel model;
  private final ScoredFrame[] drawn;

  /**
   * The measured figures.
   *
   * @param scores scores of the backlog
   * @param sources sources that they are of, in turn
   * @param scoresPerSecond rate of the last three quarters of the backlog
   * @param threadMicrosPerScore processor time of the monitoring threads for each score
   * @param processMicrosPerScore processor time of this process for each score, see {@link
   *     MonitoringRun.Figures}
   * @param brokerMicrosPerScore processor time of the broker's process for each score
   * @param pureMicrosPerScore time of the detectors alone, without Kafka and state
   * @param stateBytesPerScore bytes of the state's changelog on the broker for each score
   * @param heapMiBAtHalf heap in use after a collection when half of the backlog was evaluated
   * @param heapMiBAtEnd heap in use after a collection at the end
   * @param restoreSeconds time from the start of a process without state until it evaluates frames
   *     again
   * @param restoredMiB size of the changelog that it read back for that
   * @param armedSources sources that have learned their normal state; 0 if they do not learn
   */
  public record Result(
      int scores,
      int sources,
      double scoresPerSecond,
      double threadMicrosPerScore,
      double processMicrosPerScore,
      double brokerMicrosPerScore,
      double pureMicrosPerScore,
      double stateBytesPerScore,
      long heapMiBAtHalf,
      long heapMiBAtEnd,
      double restoreSeconds,
      double restoredMiB,
      int armedSources) {}

  /**
   * Starts the broker.
   *
   * @param dataDirectory empty directory for the broker
   * @param partitions partitions of each topic, at least 1
   */
  public MonitorBenchmark(MonitorModel model, Path dataDirectory, int partitions)
      throws StartFailedException {
    super(dataDirectory, partitions);
    this.model = model;
    this.drawn = draw(model);
  }

  static ScoredFrame[] draw(MonitorModel model) {
    Random random = new Random(1);
    AnomalyCalibration calibration = model.rule().calibration();
    int d = model.graph().size();
    ScoredFrame[] frames = new ScoredFrame[DRAWN];
    for (int i = 0; i < DRAWN; i++) {
      FrameStatistics statistics = calibration.nominal(random.nextInt(calibration.size()));
      float[] residuals = new float[d];
      float[] expected = new float[d];
      float[] latents = new float[d];
      for (int k = 0; k < d; k++) {
        residuals[k] =
            calibration.location(k) + calibration.scale(k) * statistics.standardized()[k];
        expected[k] = (float) random.nextGaussian();
        latents[k] = expected[k] + residuals[k];
      }
      frames[i] =
          new ScoredFrame(
              "",
              i,
              START,
              START,
              model.id(),
              ModelDigest.brief(model.digest()),
              SceneName.DEFAULT,
              latents,
              expected,
              residuals,
              statistics,
              new SensorReadings(128, 0, 0, 100, 1, i),
              FrameTiming.ON_TIME,
              new FramePosition("frames", 0, i),
              "",
              "");
    }
    return frames;
  }

  private ScoredFrame frame(int index, int sources) {
    ScoredFrame like = drawn[index % DRAWN];
    int sequence = index / sources;
    return new ScoredFrame(
        "cam" + index % sources,
        sequence,
        START.plusMillis(50L * sequence),
        START.plusMillis(50L * sequence + 5),
        like.modelId(),
        like.modelDigest(),
        like.scene(),
        like.latents(),
        like.expected(),
        like.residuals(),
        like.statistics(),
        like.sensor(),
        like.timing(),
        like.position(),
        like.rule(),
        like.context());
  }

  /** Microseconds of processor time of one score in the detectors alone. */
  private double pureMicros(int scores, int sources) {
    int monitors = Math.min(sources, 64);
    return MonitorCost.of(
            IntStream.range(0, scores).mapToObj(i -> frame(i, monitors)).toList(), model, false)
        .cpuMicrosPerFrame();
  }

  /**
   * Evaluates a backlog on fresh topics, then restarts without state.
   *
   * @param settings how; the state directory is emptied
   * @param commissioned whether sources learn what is normal for them
   * @param progress receives the part done, in [0, 1]
   */
  public Result run(
      MonitorSettings settings,
      boolean commissioned,
      int scores,
      int sources,
      DoubleConsumer progress)
      throws StartFailedException, InterruptedException, IOException {
    String prefix = newPrefix();
    Topics topics = create(prefix);
    publish(topics.scores(), scores, sources);
    progress.accept(0.2);
    MonitoringRun run = new MonitoringRun(this, model, commissioned);
    MonitoringRun.Figures figures =
        run.measure(topics, prefix, settings, scores, part -> progress.accept(0.2 + 0.6 * part));
    TemporaryFolders.delete(settings.stateDirectory());
    long changelog = changelogBytes(prefix);
    AtomicBoolean running = new AtomicBoolean();
    long start = System.nanoTime();
    double seconds;
    try (MonitorRole role =
        run.role(
            topics,
            prefix,
            settings,
            streams ->
                streams.setStateListener(
                    (next, previous) -> {
                      if (next == KafkaStreams.State.RUNNING) {
                        running.set(true);
                      }
                    }))) {
      await("the state is restored", LIMIT, running::get);
      seconds = (System.nanoTime() - start) / 1e9;
    }
    int armed = 0;
    for (CommissioningReport report :
        RecentRecords.last(clients, topics.calibrations(), Instant.EPOCH, Integer.MAX_VALUE, LIMIT)
            .values()) {
      armed += report.status().phase() == CalibrationPhase.ARMED ? 1 : 0;
    }
    progress.accept(1);
    return new Result(
        scores,
        sources,
        figures.scoresPerSecond(),
        figures.threadMicrosPerScore(),
        figures.processMicrosPerScore(),
        figures.brokerMicrosPerScore(),
        pureMicros(Math.min(scores, 50_000), sources),
        (double) changelog / scores,
        figures.heapMiBAtHalf(),
        figures.heapMiBAtEnd(),
        seconds,
        changelog / (double) (1 << 20),
        armed);
  }

  private void publish(Topic<String, ScoredFrame> topic, int scores, int sources) {
    try (Producer<byte[], byte[]> producer = clients.frameProducer()) {
      for (int i = 0; i < scores; i++) {
        ScoredFrame frame = frame(i, sources);
        producer.send(
            new ProducerRecord<>(
                topic.name(),
                topic.key().serializer().serialize(topic.name(), frame.source()),
                topic.value().serializer().serialize(topic.name(), frame)));
      }
    }
  }

  private long changelogBytes(String prefix) throws StartFailedException, InterruptedException {
    try (Admin admin = Admin.create(clients.admin())) {
      return TopicSizes.of(admin, ConsumerGroups.monitorChangelog(prefix)::equals).values().stream()
          .mapToLong(Long::longValue)
          .sum();
    } catch (ExecutionException e) {
      throw new StartFailedException("the size of the changelog cannot be read: " + e, e);
    }
  }
}
