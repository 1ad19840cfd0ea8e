package dev.residua.renewal.gate;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.Finding;
import dev.residua.causal.FrameDraw;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.UniformDistance;
import dev.residua.frame.PixelMask;
import dev.residua.frame.SensorMeter;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.ActiveControls;
import dev.residua.intervention.InterventionEvent;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.monitor.MonitorResult;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.training.metrics.ResidualIndependence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoubleConsumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures champion and candidate on the same held-out frames and the same injected faults.
 *
 * <p>Both score every frame in alternating batches, so that a change of the machine's load affects
 * both. Then every fault is drawn, scored by both and replayed to both monitors. The same input and
 * seed give the same figures except for the times.
 *
 * <p>Cost: with {@code n} held-out frames and {@code m} faults of {@code f} frames, {@code 2 (n + m
 * f)} frames scored, {@code 2 m f} decoded by one model, and {@code 2 (n + 2 m (lead + f))}
 * monitored; memory {@code O(n d)} and the pixels of one fault. With pictures of 64 x 64 pixels in
 * colour and the 25 faults of four latents, on one core: 2.0 s for 500 frames, 2.7 s for 2,000, 5.3
 * s for 8,000.
 *
 * <p>The estimated leakage is {@code max_i sum_(j != i) |T_ij| / |T_ii|}, as {@link
 * dev.residua.training.Monitorability} has it, with {@code T_ij} the mean shift of the standardised
 * residual {@code i} over the offsets that the champion drew at latent {@code j}, per standard
 * deviation of the shift. Only the champion's offsets count, as a candidate with wrong equations
 * draws faults that affect any residual. Infinite if a residual does not follow its own offsets; 0
 * without offsets.
 */
public final class ModelEvaluator {
  private static final int CHAMPION = 0;
  private static final int CANDIDATE = 1;
  private static final String LEAKAGE = "monitorability.leakage";

  private final ExaminationSettings settings;
  private final List<ExaminedModel> models;
  private final HeldOutFrames frames;
  private final LongSupplier nanos;
  private final DoubleConsumer progress;
  private final SensorReadings[] sensor;
  private final List<HeldOutScores> scores;
  private final List<List<Double>> times = List.of(new ArrayList<>(), new ArrayList<>());
  private double pictureVariance;

  /**
   * The examinations of both models.
   *
   * @param champion of the model in use
   * @param candidate of the model that may replace it
   */
  public record Pair(Examination champion, Examination candidate) {}

  private ModelEvaluator(
      ExaminationSettings settings,
      List<ExaminedModel> models,
      HeldOutFrames frames,
      LongSupplier nanos,
      DoubleConsumer progress) {
    this.settings = settings;
    this.models = models;
    this.frames = frames;
    this.nanos = nanos;
    this.progress = progress;
    this.sensor = new SensorReadings[frames.count()];
    this.scores =
        models.stream().map(model -> new HeldOutScores(model, frames.count(), sensor)).toList();
  }

  /**
   * Examines two models.
   *
   * @param nanos a monotonic clock, such as {@code System::nanoTime}
   * @param progress receives the completed share, in [0, 1]
   * @throws IllegalArgumentException if the frames are too few, in sequences that are too short, or
   *     not of the models' shape
   */
  public static Pair examine(
      ExaminationSettings settings,
      ExaminedModel champion,
      ExaminedModel candidate,
      HeldOutSet heldOut,
      LongSupplier nanos,
      DoubleConsumer progress) {
    for (ExaminedModel model : List.of(champion, candidate)) {
      if (!model.scorer().imageShape().equals(heldOut.data().shape())) {
        throw new IllegalArgumentException(
            "held-out frames of %s are of %s, model %s reads %s"
                .formatted(
                    heldOut.data().name(),
                    heldOut.data().shape(),
                    model.bundle().id(),
                    model.scorer().imageShape()));
      }
    }
    for (ExaminedModel model : List.of(champion, candidate)) {
      List<String> needed = model.bundle().manifest().observed().names();
      if (!heldOut.data().variableNames().containsAll(needed)) {
        throw new IllegalArgumentException(
            "held-out frames of %s have the variables %s, model %s reads %s"
                .formatted(
                    heldOut.data().name(),
                    heldOut.data().variableNames(),
                    model.bundle().id(),
                    needed));
      }
    }
    if (heldOut.frames() < settings.minFrames()) {
      throw new IllegalArgumentException(
          "%d held-out frames of %s are too few to compare two models, expected at least %d"
              .formatted(heldOut.frames(), heldOut.data().name(), settings.minFrames()));
    }
    return new ModelEvaluator(
            settings, List.of(champion, candidate), new HeldOutFrames(heldOut), nanos, progress)
        .examine();
  }

  private Pair examine() {
    score();
    FaultSuite suite = new FaultSuite(settings, frames, scores);
    List<Fault> faults = suite.faults();
    List<MonitorThresholds> limits =
        models.stream()
            .map(model -> new MonitorThresholds(model.monitor().apply(settings.faultRunLength())))
            .toList();
    List<List<Fault.Found>> found = List.of(new ArrayList<>(), new ArrayList<>());
    List<Leakage> leakage =
        models.stream().map(model -> new Leakage(model.bundle().graph())).toList();
    for (int k = 0; k < faults.size(); k++) {
      FaultSuite.Drawn drawn = suite.draw(k);
      SensorReadings[] readings = readings(drawn);
      for (int m = 0; m < models.size(); m++) {
        HeldOutScores faulted = new HeldOutScores(models.get(m), settings.faultFrames(), readings);
        score(faulted, drawn);
        found.get(m).add(react(limits.get(m), scores.get(m), faulted, drawn.start()));
        leakage.get(m).add(drawn, scores.get(m), faulted);
      }
      progress.accept(0.5 + 0.5 * (k + 1) / faults.size());
    }
    return new Pair(
        examination(CHAMPION, faults, found.get(CHAMPION), leakage.get(CHAMPION)),
        examination(CANDIDATE, faults, found.get(CANDIDATE), leakage.get(CANDIDATE)));
  }

  /** Scores all held-out frames by both models in turn. */
  private void score() {
    int n = frames.count();
    int size = frames.shape().size();
    byte[] pixels = new byte[settings.batch() * size];
    double[][] variables = new double[settings.batch()][];
    SensorMeter meter = new SensorMeter(frames.shape());
    long[] sums = new long[size];
    long[] squares = new long[size];
    for (int at = 0, number = 0; at < n; at += settings.batch(), number++) {
      int count = Math.min(settings.batch(), n - at);
      List<PixelMask> masks = frames.masks(at, count);
      for (int i = 0; i < count; i++) {
        frames.read(at + i, pixels, i * size);
        variables[i] = frames.variables(at + i);
        sensor[at + i] = meter.measure(pixels, i * size, masks.get(i));
        for (int p = 0; p < size; p++) {
          int grey = pixels[i * size + p] & 0xff;
          sums[p] += grey;
          squares[p] += grey * grey;
        }
      }
      if (number == 0) {
        FrameInputs bare = FrameInputs.of(pixels, count).masked(masks);
        models.forEach(model -> model.scorer().score(bare)); // to warm up, untimed
      }
      for (int turn = 0; turn < models.size(); turn++) {
        int m = (turn + number) % models.size();
        FrameInputs in = inputs(models.get(m), pixels, masks, variables, 0, at);
        long before = nanos.getAsLong();
        LatentBatch batch = models.get(m).scorer().score(in);
        long after = nanos.getAsLong();
        if (count == settings.batch() || number == 0) {
          times.get(m).add((double) (after - before) / count);
        }
        scores.get(m).put(at, batch, pixels, masks);
      }
      progress.accept(0.5 * (at + count) / n);
    }
    double variance = 0;
    for (int p = 0; p < size; p++) {
      double mean = (double) sums[p] / n;
      variance += ((double) squares[p] / n - mean * mean) / size;
    }
    pictureVariance = Math.max(variance, Double.MIN_NORMAL) / (255.0 * 255.0);
  }

  private SensorReadings[] readings(FaultSuite.Drawn drawn) {
    SensorMeter meter = new SensorMeter(frames.shape());
    SensorReadings[] readings = new SensorReadings[settings.faultFrames()];
    for (int i = 0; i < readings.length; i++) {
      readings[i] =
          meter.measure(drawn.pixels(), i * frames.shape().size(), frames.mask(drawn.start() + i));
    }
    return readings;
  }

  /**
   * Input of a model for a batch.
   *
   * @param variables in their own units, of more frames than the batch has
   * @param from the batch's first of these
   * @param number of the batch's first frame among all
   */
  private FrameInputs inputs(
      ExaminedModel model,
      byte[] pixels,
      List<PixelMask> masks,
      double[][] variables,
      int from,
      int number) {
    int count = masks.size();
    return FrameInputs.of(pixels, count)
        .masked(masks)
        .observing(
            model
                .bundle()
                .manifest()
                .observed()
                .standardized(count, frames.variableNames(), i -> variables[from + i]))
        .numbered(
            IntStream.range(number, number + count)
                .mapToLong(i -> FrameDraw.frame("", i))
                .toArray());
  }

  private void score(HeldOutScores into, FaultSuite.Drawn drawn) {
    int size = frames.shape().size();
    for (int at = 0; at < into.frames(); at += settings.batch()) {
      int count = Math.min(settings.batch(), into.frames() - at);
      byte[] part = Arrays.copyOfRange(drawn.pixels(), at * size, (at + count) * size);
      List<PixelMask> masks = frames.masks(drawn.start() + at, count);
      FrameInputs in = inputs(into.model, part, masks, drawn.variables(), at, drawn.start() + at);
      into.put(at, into.model.scorer().score(in), part, masks);
    }
  }

  /**
   * Replays the frames without the fault, then quiet frames followed by the fault. A model that
   * alarms without the fault, as after a change of the world, shows nothing.
   */
  private Fault.Found react(
      MonitorThresholds limits, HeldOutScores quiet, HeldOutScores faulted, int start) {
    int from = start - settings.leadFrames();
    SourceMonitor monitor = SourceMonitor.start(limits);
    for (int i = 0; i < settings.leadFrames() + settings.faultFrames(); i++) {
      if (alarms(monitor.next(quiet.frame(from + i, i), ActiveControls.EMPTY))) {
        return Fault.Found.NOTHING_SHOWN;
      }
    }
    monitor = SourceMonitor.start(limits, monitor);
    for (int i = 0; i < settings.leadFrames(); i++) {
      monitor.next(quiet.frame(from + i, i), ActiveControls.EMPTY);
    }
    int delay = -1;
    Blame blame = new Blame();
    for (int row = 0; row < faulted.frames(); row++) {
      MonitorResult result =
          monitor.next(faulted.frame(row, settings.leadFrames() + row), ActiveControls.EMPTY);
      delay = delay < 0 && alarms(result) ? row : delay;
      if (delay >= 0) {
        blame.accept(result);
      }
    }
    return delay < 0 ? Fault.Found.MISSED : new Fault.Found(false, delay, blame.latent);
  }

  private static boolean alarms(MonitorResult result) {
    return result.drifts().stream().anyMatch(ModelEvaluator::alarms)
        || result.anomalies().stream().anyMatch(event -> event.kind().isSensorFault());
  }

  private static boolean alarms(DriftEvent event) {
    return event.kind() == DriftEvent.Kind.ONSET && event.channel() != DriftEvent.Channel.EVIDENCE;
  }

  /**
   * The first latent that is named to people: that of the first diagnosis, else of the alarm; none
   * if the sensor is named.
   */
  private static final class Blame {
    private int weight = -1;
    private @Nullable String latent;

    void accept(MonitorResult result) {
      for (DriftEvent event : result.drifts()) {
        if (alarms(event)) {
          name(0, event.finding());
        }
      }
      for (InterventionEvent event : result.interventions()) {
        name(1, event.finding());
      }
      for (AnomalyEvent event : result.anomalies()) {
        if (event.kind().isSensorFault()) {
          weight = 2;
          latent = null;
        }
      }
    }

    private void name(int priority, Finding finding) {
      if (priority > weight) {
        weight = priority;
        latent = finding.causes().isEmpty() ? null : finding.causes().get(0).latent();
      }
    }
  }

  /** Accumulates the effect of one latent's offsets on all residuals. */
  private static final class Leakage {
    private final CausalGraph graph;
    private final double[][] shifts; // [residual][offset], sums
    private final int[] offsets;

    Leakage(CausalGraph graph) {
      this.graph = graph;
      this.shifts = new double[graph.size()][graph.size()];
      this.offsets = new int[graph.size()];
    }

    void add(FaultSuite.Drawn drawn, HeldOutScores quiet, HeldOutScores faulted) {
      String node = drawn.fault().node();
      int j = node == null ? -1 : graph.names().indexOf(node);
      if (j < 0
          || drawn.drawnBy() != CHAMPION
          || drawn.fault().kind() != Fault.Kind.OFFSET
          || drawn.meanShift() == 0) {
        return;
      }
      offsets[j]++;
      for (int row = 0; row < faulted.frames(); row++) {
        float[] after = faulted.statistics[row].standardized();
        float[] before = quiet.statistics[drawn.start() + row].standardized();
        for (int i = 0; i < shifts.length; i++) {
          shifts[i][j] += (after[i] - before[i]) / faulted.frames() / drawn.meanShift();
        }
      }
    }

    double largest() {
      double largest = 0;
      for (int i = 0; i < shifts.length; i++) {
        if (offsets[i] == 0) {
          continue;
        }
        double others = 0;
        for (int j = 0; j < shifts.length; j++) {
          others += j == i || offsets[j] == 0 ? 0 : Math.abs(shifts[i][j]) / offsets[j];
        }
        double own = Math.abs(shifts[i][i]) / offsets[i];
        largest = Math.max(largest, own > 0 ? others / own : Double.POSITIVE_INFINITY);
      }
      return largest;
    }
  }

  private Examination examination(
      int m, List<Fault> faults, List<Fault.Found> found, Leakage leakage) {
    ExaminedModel model = models.get(m);
    HeldOutScores of = scores.get(m);
    float[] errors = new float[of.frames()];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = of.statistics[i].reconstructionError();
    }
    Double stated = model.bundle().manifest().provenance().metrics().get(LEAKAGE);
    boolean[] anchored = new boolean[of.latents];
    for (Latent latent : model.bundle().manifest().nodes()) {
      anchored[latent.index()] = latent.anchored();
    }
    return new Examination(
        model.bundle().id(),
        model.bundle().digest(),
        model.bundle().graph(),
        identities(model.bundle()),
        anchored,
        uniformity(of),
        ResidualIndependence.of(of.standardized(), settings.independenceRows(), settings.seed())
            .distanceCorrelation(),
        errors,
        frames.lengths(),
        pictureVariance,
        spread(of),
        replay(of),
        faults,
        found,
        times.get(m).stream().mapToDouble(Double::doubleValue).toArray(),
        model.bytes(),
        stated == null ? OptionalDouble.empty() : OptionalDouble.of(stated),
        ModelFinding.sentences(model.bundle().findings()),
        leakage.largest());
  }

  private static Map<String, LatentIdentity> identities(ModelBundle bundle) {
    Map<String, Double> metrics = bundle.manifest().provenance().metrics();
    Map<String, LatentIdentity> identities = new LinkedHashMap<>();
    for (String name : bundle.manifest().latentNames()) {
      LatentIdentity.of(name, metrics).ifPresent(identity -> identities.put(name, identity));
    }
    return identities;
  }

  private List<Examination.Uniformity> uniformity(HeldOutScores of) {
    List<Examination.Uniformity> all = new ArrayList<>();
    double[] values = new double[of.frames()];
    for (int channel = -1; channel < of.latents; channel++) {
      for (int i = 0; i < values.length; i++) {
        values[i] =
            channel < 0 ? of.statistics[i].jointPValue() : of.statistics[i].pValues()[channel];
      }
      double distance = UniformDistance.of(values);
      double tau = GateStatistics.autocorrelationTime(values, frames.lengths());
      double effective = values.length / tau;
      // The calibration is also a sample, of equally dependent frames.
      double calibration = of.model.calibration().size() / tau;
      all.add(
          new Examination.Uniformity(
              channel < 0 ? "joint" : of.model.bundle().graph().name(channel),
              distance,
              values.length,
              effective,
              GateStatistics.kolmogorovTail(
                  distance, effective * calibration / (effective + calibration))));
    }
    return all;
  }

  private static double[] spread(HeldOutScores of) {
    double[] spread = new double[of.latents];
    int n = of.frames();
    for (int k = 0; k < spread.length; k++) {
      double mean = 0;
      double squares = 0; // Welford
      for (int i = 0; i < n; i++) {
        double value = of.observed[i * of.latents + k];
        double delta = value - mean;
        mean += delta / (i + 1);
        squares += delta * (value - mean);
      }
      spread[k] = squares / n;
    }
    return spread;
  }

  private Examination.Replay replay(HeldOutScores of) {
    double target = of.frames() / settings.replayAlarms();
    MonitorThresholds limits = new MonitorThresholds(of.model.monitor().apply(target));
    int alarms = 0;
    int row = 0;
    SourceMonitor monitor = null;
    for (int length : frames.lengths()) {
      monitor = SourceMonitor.start(limits, monitor);
      long sequence = 0;
      for (int i = 0; i < length; i++, row++) {
        if (alarms(monitor.next(of.frame(row, sequence++), ActiveControls.EMPTY))) {
          alarms++;
          monitor = SourceMonitor.start(limits, monitor);
        }
      }
    }
    return new Examination.Replay(of.frames(), target, alarms);
  }
}
