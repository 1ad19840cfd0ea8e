package dev.residua.bench.alternatives;

import dev.residua.anomaly.ReconstructionPlan;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftAlarm;
import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.ImageShape;
import dev.residua.frame.RejectedFrameException;
import dev.residua.monitor.Backtest;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceSettings;
import dev.residua.runtime.FrameBatch;
import dev.residua.runtime.ScoringModel;
import dev.residua.scoring.Stages;
import dev.residua.source.SourceRule;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Recordings watched by this product, as the service does after a source has learned its normal
 * state, and by methods that a team would try first. All have the same mean number of frames to a
 * false alarm and learn from the same usual frames. The alternatives have the product's drift
 * detector, calibrated for each on usual frames that its own fit did not use.
 *
 * <p>An event is detected by the first alarm from its first to its last frame. An alarm before it
 * is false.
 */
public final class AlternativesTrial {
  private static final int LARGEST = Integer.MAX_VALUE;
  private static final FrameLimits LIMITS = new FrameLimits(LARGEST, LARGEST, LARGEST);
  private static final int BATCH = 32;
  private static final double FRAMES_PER_SECOND = 20;

  /** Frames after an alarm until the latent with the largest shift is looked for. */
  private static final int PATIENCE = 32;

  /** Ways to watch, in the order of the table. */
  public enum Method {
    RESIDUA("Residua"),
    LARGEST_SHIFT("latents, largest shift"),
    RECONSTRUCTION("reconstruction error"),
    COMPONENTS("principal components"),
    PATCHES("nearest patches");

    private final String label;

    Method(String label) {
      this.label = label;
    }

    /** Its name in tables. */
    public String label() {
      return label;
    }

    /** Returns true if it names a latent. */
    public boolean names() {
      return this == RESIDUA || this == LARGEST_SHIFT;
    }
  }

  /**
   * Results of one method for all recordings of one kind.
   *
   * @param event of the recordings; empty for the sums over all
   * @param method that watched
   * @param recordings their number
   * @param detected those with an alarm during the event
   * @param nameable recordings in which something happens to a latent
   * @param named detected ones of these whose latent was named
   * @param delay median frames from the onset to the alarm; NaN without one
   * @param falseAlarms alarms in front of the events
   */
  public record Row(
      String event,
      Method method,
      int recordings,
      int detected,
      int nameable,
      int named,
      double delay,
      int falseAlarms) {}

  /**
   * The result.
   *
   * @param rows by event and method
   * @param microseconds processor time per frame, by method
   * @param usualFrames frames in front of the events
   */
  public record Result(List<Row> rows, Map<Method, Double> microseconds, long usualFrames) {}

  /** Result of a method for one recording: frames to the alarm, -1 for none; and the latent. */
  private record Verdict(int delay, @Nullable String latent, int falseAlarms) {}

  private final ScoringModel scoring;
  private final MonitorThresholds thresholds;
  private final double runLength;
  private final List<String> latents;
  private final ImageShape shape;
  private final List<byte[]> usual;
  private final DriftSettings detector;
  private final long seed;
  private final DoubleConsumer progress;
  private final long[] nanoseconds = new long[Method.values().length];
  private final long[] watched = new long[Method.values().length];

  private List<ScoredFrame> learned = List.of();
  private double[] centre = new double[0];
  private double[] deviation = new double[0];

  /**
   * @param usual frames in which nothing happens, at least 600; none of them trained the model
   * @param detector of the alternatives
   */
  public AlternativesTrial(
      ScoringModel scoring,
      MonitorModel monitored,
      List<byte[]> usual,
      DriftSettings detector,
      long seed,
      DoubleConsumer progress) {
    if (usual.size() < 2 * 300) {
      throw new IllegalArgumentException(
          "the methods learn from usual frames, at least 600, but there are " + usual.size());
    }
    this.scoring = scoring;
    this.thresholds = new MonitorThresholds(monitored);
    this.runLength = monitored.targetRunLength();
    this.latents = monitored.graph().names();
    this.shape = scoring.scorer().imageShape();
    this.usual = List.copyOf(usual);
    this.detector = detector;
    this.seed = seed;
    this.progress = progress;
  }

  /**
   * Watches all recordings; a minute or two to learn, then about 5 ms per frame.
   *
   * @throws IllegalStateException if the product cannot learn its normal state from the usual
   *     frames
   */
  public Result run(List<Recording> recordings) {
    learned = score(usual, 0);
    checkArmed();
    moments();
    List<byte[]> fitted = usual.subList(0, usual.size() / 2);
    List<byte[]> held = usual.subList(usual.size() / 2, usual.size());
    List<PictureMethod> pictures =
        List.of(new PrincipalComponents(shape, fitted), new NearestPatches(shape, fitted, seed));
    progress.accept(0.05);
    Map<Method, DriftReference> references = new LinkedHashMap<>();
    references.put(Method.LARGEST_SHIFT, reference(rows(learned, this::latentRow)));
    references.put(Method.RECONSTRUCTION, reference(rows(learned, AlternativesTrial::errorRow)));
    for (int k = 0; k < pictures.size(); k++) {
      PictureMethod method = pictures.get(k);
      references.put(
          Method.values()[Method.COMPONENTS.ordinal() + k],
          reference(rows(held, picture -> pictureRow(method, picture))));
    }
    progress.accept(0.2);
    Map<String, List<Verdict[]>> verdicts = new LinkedHashMap<>();
    Map<String, List<Recording>> byEvent = new LinkedHashMap<>();
    long quiet = 0;
    for (int i = 0; i < recordings.size(); i++) {
      Recording recording = recordings.get(i);
      quiet += recording.onset();
      verdicts
          .computeIfAbsent(recording.happening(), name -> new ArrayList<>())
          .add(watch(recording, pictures, references));
      byEvent.computeIfAbsent(recording.happening(), name -> new ArrayList<>()).add(recording);
      progress.accept(0.2 + 0.8 * (i + 1) / recordings.size());
    }
    List<Row> rows = new ArrayList<>();
    verdicts.forEach(
        (event, all) -> {
          List<Recording> played = byEvent.getOrDefault(event, List.of());
          for (Method method : Method.values()) {
            rows.add(row(event, method, played, all));
          }
        });
    Map<Method, Double> cost = new LinkedHashMap<>();
    for (Method method : Method.values()) {
      int m = method.ordinal();
      cost.put(method, nanoseconds[m] / 1e3 / Math.max(1, watched[m]));
    }
    return new Result(rows, cost, quiet);
  }

  private void checkArmed() {
    Backtest backtest = learning();
    for (CommissioningReport report : backtest.calibrations().values()) {
      CalibrationPhase phase = report.status().phase();
      if (phase == CalibrationPhase.LEARNING || phase == CalibrationPhase.NEEDS_REVIEW) {
        throw new IllegalStateException(
            "after %,d usual frames the source is not watched yet, give more of them: %s"
                .formatted(learned.size(), String.join("; ", report.status().notes())));
      }
    }
  }

  private Backtest learning() {
    Backtest backtest = new Backtest(thresholds, 0, SourceSettings.NONE.withCommissioned(true));
    learned.forEach(backtest::next);
    return backtest;
  }

  private static Row row(
      String event, Method method, List<Recording> recordings, List<Verdict[]> verdicts) {
    int detected = 0;
    int nameable = 0;
    int named = 0;
    int falseAlarms = 0;
    List<Integer> delays = new ArrayList<>();
    for (int i = 0; i < recordings.size(); i++) {
      String node = recordings.get(i).node();
      Verdict verdict = verdicts.get(i)[method.ordinal()];
      falseAlarms += verdict.falseAlarms();
      nameable += node == null ? 0 : 1;
      if (verdict.delay() >= 0) {
        detected++;
        delays.add(verdict.delay());
        named += node != null && node.equals(verdict.latent()) ? 1 : 0;
      }
    }
    delays.sort(null);
    int n = delays.size();
    double median = n == 0 ? Double.NaN : (delays.get((n - 1) / 2) + delays.get(n / 2)) / 2.0;
    return new Row(
        event, method, recordings.size(), detected, nameable, named, median, falseAlarms);
  }

  private Verdict[] watch(
      Recording recording, List<PictureMethod> pictures, Map<Method, DriftReference> references) {
    long start = cpu();
    List<ScoredFrame> scored = score(recording.pictures(), learned.size());
    long scoringTime = cpu() - start;
    Verdict[] verdicts = new Verdict[Method.values().length];
    verdicts[Method.RESIDUA.ordinal()] = product(recording, scored);
    count(Method.RESIDUA, scoringTime, 0);
    for (Method method : Method.values()) {
      DriftReference reference = references.get(method);
      if (reference == null) {
        continue;
      }
      long before = cpu();
      float[][] rows =
          switch (method) {
            case LARGEST_SHIFT -> rows(scored, this::latentRow);
            case RECONSTRUCTION -> rows(scored, AlternativesTrial::errorRow);
            default ->
                rows(
                    recording.pictures(),
                    picture ->
                        pictureRow(
                            pictures.get(method.ordinal() - Method.COMPONENTS.ordinal()), picture));
          };
      verdicts[method.ordinal()] = detect(recording, method, reference, rows);
      count(method, cpu() - before, rows.length);
      if (method == Method.LARGEST_SHIFT || method == Method.RECONSTRUCTION) {
        count(method, scoringTime, 0);
      }
    }
    return verdicts;
  }

  private void count(Method method, long time, long frames) {
    nanoseconds[method.ordinal()] += time;
    watched[method.ordinal()] += frames;
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** The product: it learns from the usual frames, then it sees the recording. */
  private Verdict product(Recording recording, List<ScoredFrame> scored) {
    Backtest backtest = learning();
    int before = backtest.events().size();
    long start = cpu();
    scored.forEach(backtest::next);
    count(Method.RESIDUA, cpu() - start, scored.size());
    long onset = (long) learned.size() + recording.onset();
    long last = (long) learned.size() + recording.pictures().size() - 1;
    Backtest.KindResult result =
        backtest
            .compare(
                List.of(
                    new Backtest.Truth(
                        scored.get(0).source(),
                        recording.happening(),
                        recording.node(),
                        onset,
                        last)))
            .byKind()
            .values()
            .iterator()
            .next();
    int early =
        (int)
            backtest.events().stream()
                .skip(before)
                .filter(e -> e.type().equals("incident") && e.kind().equals("OPENED"))
                .filter(e -> e.sequence() < onset)
                .count();
    return result.detected() == 0
        ? new Verdict(-1, null, early)
        : new Verdict(
            (int) Math.round(result.meanDelay()),
            result.named() > 0 ? recording.node() : null,
            early);
  }

  /** The product's drift detector on the numbers of another method. */
  private Verdict detect(
      Recording recording, Method method, DriftReference reference, float[][] rows) {
    DriftDetector detector = new DriftDetector(reference);
    DriftReading reading = detector.newReading();
    DriftAlarm.Levels levels = DriftAlarm.Levels.of(reference, runLength);
    DriftAlarm alarm = DriftAlarm.QUIET;
    int falseAlarms = 0;
    int delay = -1;
    String latent = null;
    for (int t = 0; t < rows.length; t++) {
      detector.update(rows[t], reading);
      DriftAlarm.Step step = alarm.next(reading, levels);
      alarm = step.next();
      if (step.change() == DriftAlarm.Change.STARTED) {
        if (t < recording.onset()) {
          falseAlarms++;
        } else if (delay < 0) {
          delay = t - recording.onset();
          int end = Math.min(rows.length, t + PATIENCE);
          latent = method.names() ? largestShift(rows, (int) alarm.changePoint(), end) : null;
        }
      }
    }
    return new Verdict(delay, latent, falseAlarms);
  }

  /** The latent whose mean has moved farthest, in standard deviations of usual frames. */
  private String largestShift(float[][] rows, int from, int end) {
    int largest = 0;
    double most = -1;
    for (int i = 0; i < latents.size(); i++) {
      double sum = 0;
      for (int t = from; t < end; t++) {
        sum += rows[t][i];
      }
      if (Math.abs(sum) > most) {
        most = Math.abs(sum);
        largest = i;
      }
    }
    return latents.get(largest);
  }

  private void moments() {
    int d = latents.size();
    centre = new double[d];
    deviation = new double[d];
    for (int i = 0; i < d; i++) {
      int latent = i;
      double mean = learned.stream().mapToDouble(f -> f.latents()[latent]).average().orElse(0);
      double squares =
          learned.stream().mapToDouble(f -> Math.pow(f.latents()[latent] - mean, 2)).sum();
      centre[i] = mean;
      deviation[i] = Math.sqrt(squares / (learned.size() - 1)) + 1e-12;
    }
  }

  private float[] latentRow(ScoredFrame frame) {
    float[] row = new float[latents.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) ((frame.latents()[i] - centre[i]) / deviation[i]);
    }
    return row;
  }

  private static float[] errorRow(ScoredFrame frame) {
    return new float[] {(float) Math.log(frame.statistics().reconstructionError() + 1e-12)};
  }

  private static float[] pictureRow(PictureMethod method, byte[] picture) {
    float[] row = new float[method.numbers()];
    method.read(picture, row);
    return row;
  }

  private interface Reader<T> {
    float[] row(T from);
  }

  private static <T> float[][] rows(List<T> from, Reader<T> reader) {
    return from.stream().map(reader::row).toArray(float[][]::new);
  }

  private DriftReference reference(float[][] rows) {
    double[][] samples =
        Arrays.stream(rows)
            .map(
                row -> {
                  double[] values = new double[row.length];
                  for (int i = 0; i < row.length; i++) {
                    values[i] = row[i];
                  }
                  return values;
                })
            .toArray(double[][]::new);
    return DriftReference.calibrate(samples, detector, seed, done -> {});
  }

  private List<ScoredFrame> score(List<byte[]> pictures, long firstSequence) {
    FrameBatch batch =
        new FrameBatch(
            scoring, LIMITS, ReconstructionPlan.EVERY_FRAME, BATCH, Clock.systemUTC(), Stages.NONE);
    List<ScoredFrame> scored = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      long sequence = firstSequence + i;
      Frame frame =
          Frame.ofPixels(
              "camera",
              sequence,
              Instant.EPOCH.plusNanos((long) (sequence * 1e9 / FRAMES_PER_SECOND)),
              shape,
              pictures.get(i));
      try {
        batch.add(
            frame,
            new FramePosition("frames", 0, sequence),
            FrameTiming.ON_TIME,
            SourceRule.DEFAULTS);
      } catch (RejectedFrameException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
      if (batch.isFull()) {
        scored.addAll(batch.score());
      }
    }
    scored.addAll(batch.score());
    return scored;
  }
}
