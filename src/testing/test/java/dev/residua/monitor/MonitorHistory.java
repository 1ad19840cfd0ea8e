package dev.residua.monitor;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.SensorReference;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.ModelDigest;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.FramePosition;
import dev.residua.frame.FrameTiming;
import dev.residua.frame.SceneName;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.Incident;
import dev.residua.testing.ChangedModel;
import dev.residua.testing.Scored;
import dev.residua.testing.StoredStates;
import dev.residua.testing.TestModels;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Simulated history of one source: random intervals of changed mechanisms, pictures, cameras and
 * variables, with commands, silence, other models, and restarts in between. A history begins with a
 * source that is new, has learned its normal, needs a review, or has had changes accepted. The same
 * seed gives the same history.
 */
public final class MonitorHistory {
  private static final int D = 4;
  private static final int LENGTH = TestModels.LENGTH;
  private static final int VARIABLE = 3;
  private static final CameraMotion PLACE = new CameraMotion(0.02f, -0.01f, 0.5f, 1);
  private static final SourceSettings LEARNS = settings(true, 0);

  private final List<Base> bases;
  private final Models models;
  private final SplittableRandom random;
  private final BiConsumer<Object, Object> observer;

  private SourceMonitor monitor;
  private ActiveControls controls = ActiveControls.EMPTY;
  private SourceSettings settings;
  private long sequence;
  private Instant at = Scored.time(0);
  private Duration interval = Duration.ofMillis(50);
  private final List<String> opened = new ArrayList<>();
  private int commands;

  // The scene of the present interval.
  private double offset; // of all residuals, the source's own
  private double shift; // of the length of the shadow
  private int shifted = LENGTH;
  private double spread = 1;
  private double blur = 1;
  private double light;
  private CameraMotion place = PLACE;
  private boolean motions = true;
  private long frozen; // hash; 0 for pictures that differ
  private float luma = 128;
  private float tear = 1;
  private boolean missing;
  private int sampled = 1; // one picture in so many is reconstructed
  private double shocks; // share of frames with a shock
  private String context = "";

  /** The models of a history. */
  record Models(
      MonitorThresholds first,
      MonitorThresholds second,
      MonitorThresholds plain,
      MonitorThresholds recalibrated) {
    /** Calibrates all models. */
    static Models calibrate() {
      MonitorModel first = model("model-1", 3).build();
      MonitorModel second = ChangedModel.of(first, other -> other.id = "model-2");
      MonitorModel plain =
          TestModels.ofShadow(calibrationFrames(5))
              .id("model-3")
              .edge(VARIABLE, LENGTH)
              .variables(1)
              .seed(5)
              .build();
      MonitorModel recalibrated =
          TestModels.ofShadow(calibrationFrames(3))
              .edge(VARIABLE, LENGTH)
              .variables(1)
              .seed(4)
              .build();
      return new Models(
          new MonitorThresholds(first),
          new MonitorThresholds(second),
          new MonitorThresholds(plain),
          new MonitorThresholds(recalibrated));
    }

    private static TestModels model(String id, long seed) {
      return TestModels.ofShadow(calibrationFrames(seed))
          .id(id)
          .edge(VARIABLE, LENGTH)
          .variables(1)
          .seed(seed)
          .diagnoses()
          .learns()
          .sensor(SensorReference.builder().add(new SensorReadings(128, 0, 0, 100, 1, 1)).build())
          .targetRunLength(5_000);
    }

    private static List<ScoredFrame> calibrationFrames(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      List<ScoredFrame> frames = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        float[] values = new float[D];
        for (int k = 0; k < D; k++) {
          values[k] = (float) random.nextGaussian();
        }
        frames.add(
            Scored.nominal()
                .residuals(values)
                .expected(0, 0, explained(values), 0)
                .reconstructionError((float) (0.001 * Math.exp(0.2 * random.nextGaussian())))
                .appearance((float) (0.5 * random.nextGaussian() / 255), 0.5f)
                .frame(i));
      }
      return frames;
    }

    private MonitorThresholds any(SplittableRandom random) {
      return List.of(first, second, plain, recalibrated).get(random.nextInt(4));
    }
  }

  /** A source at the beginning of histories. */
  private record Base(
      MonitorThresholds thresholds,
      SourceSettings settings,
      @Nullable StoredStates stored,
      long sequence,
      Instant at,
      Duration interval,
      double offset,
      ActiveControls controls) {}

  /** Sources at the beginning of histories, each after its own first frames. */
  static List<Object> bases(Models models) {
    List<Object> bases = new ArrayList<>();
    bases.add(base(models.first, SourceSettings.NONE, history -> {}));
    bases.add(base(models.first, SourceSettings.NONE, history -> history.frames(300)));
    bases.add(base(models.plain, SourceSettings.NONE, history -> history.frames(200)));
    bases.add(base(models.first, LEARNS, history -> history.frames(200)));
    Base armed =
        base(
            models.first,
            LEARNS,
            history -> {
              history.offset = 0.9;
              history.frames(1_400);
            });
    bases.add(armed);
    bases.add(armed);
    bases.add(
        base(
            models.first,
            LEARNS,
            history -> {
              history.context = "day";
              history.frames(1_400);
              history.context = "night";
              history.frames(330);
            }));
    bases.add(
        base(
            models.first,
            LEARNS,
            history -> {
              history.offset = 0.4;
              history.interval = Duration.ofMinutes(18);
              history.frames(600);
            }));
    bases.add(
        base(
            models.first,
            LEARNS,
            history -> {
              history.shift = 4;
              history.frames(1_500);
            }));
    bases.add(
        base(
            models.second,
            LEARNS,
            history -> {
              history.frames(1_400);
              for (int i = 0; i < 1_300; i++) {
                history.frames(1);
                history.shadow(models.first);
              }
            }));
    bases.add(
        base(
            models.plain,
            SourceSettings.NONE,
            history -> {
              history.frames(200);
              history.shift = 2;
              history.frames(100);
              history.order(new ControlCommand.AcceptNormal(history.next()));
              history.frames(100);
            }));
    return bases;
  }

  private static Base base(
      MonitorThresholds thresholds, SourceSettings settings, Consumer<MonitorHistory> play) {
    MonitorHistory history =
        new MonitorHistory(
            List.of(),
            null,
            new SplittableRandom(17),
            (label, result) -> {},
            SourceMonitor.start(thresholds),
            settings);
    play.accept(history);
    return new Base(
        thresholds,
        settings,
        history.sequence == 0 ? null : StoredStates.of(history.monitor.state()),
        history.sequence,
        history.at,
        history.interval,
        history.offset,
        history.controls);
  }

  private MonitorHistory(
      List<Base> bases,
      Models models,
      SplittableRandom random,
      BiConsumer<Object, Object> observer,
      SourceMonitor monitor,
      SourceSettings settings) {
    this.bases = bases;
    this.models = models;
    this.random = random;
    this.observer = observer;
    this.monitor = monitor;
    this.settings = settings;
  }

  /**
   * Plays a history.
   *
   * @param bases from {@link #bases}
   * @param observer receives each step, such as {@code frame 17}, with its result
   * @return the state after it
   */
  static SourceMonitorState play(
      Models models, List<Object> bases, long seed, BiConsumer<Object, Object> observer) {
    SplittableRandom random = new SplittableRandom(seed);
    Base base = (Base) bases.get((int) (seed % bases.size()));
    MonitorHistory history =
        new MonitorHistory(
            bases.stream().map(Base.class::cast).toList(),
            models,
            random,
            observer,
            base.stored == null
                ? SourceMonitor.start(base.thresholds)
                : SourceMonitor.restore(base.thresholds, base.stored.read(), null),
            base.settings);
    history.sequence = base.sequence;
    history.at = base.at;
    history.interval = base.interval;
    history.offset = base.offset;
    history.controls = base.controls;
    int intervals = 2 + random.nextInt(5);
    for (int i = 0; i < intervals; i++) {
      history.betweenFrames();
      history.scene();
      history.frames(5 + random.nextInt(random.nextInt(4) == 0 ? 140 : 60));
    }
    return history.monitor.state();
  }

  /** Returns the states after so many histories. */
  public static List<SourceMonitorState> states(int histories) {
    Models models = Models.calibrate();
    List<Object> bases = bases(models);
    List<SourceMonitorState> states = new ArrayList<>();
    for (int seed = 0; seed < histories; seed++) {
      states.add(play(models, bases, seed, (step, result) -> {}));
    }
    return states;
  }

  private static SourceSettings settings(boolean learns, int geometry) {
    return new SourceSettings(
        Optional.empty(), Severity.INFO, Map.of(), learns, Optional.empty(), geometry);
  }

  private boolean chance(double share) {
    return random.nextDouble() < share;
  }

  /** Changes the scene. */
  private void scene() {
    shift = chance(0.5) ? random.nextDouble(-5, 5) : 0;
    shifted = chance(0.7) ? LENGTH : random.nextInt(D);
    spread = chance(0.15) ? random.nextDouble(0.2, 4) : 1;
    blur = chance(0.25) ? random.nextDouble(1, 9) : 1;
    light = chance(0.15) ? random.nextDouble(-60, 60) : 0;
    place =
        chance(0.2)
            ? new CameraMotion(0.02f + (chance(0.5) ? 0.05f : 0), -0.01f, chance(0.5) ? 3 : 0.5f, 1)
            : PLACE;
    motions = chance(0.9);
    frozen = chance(0.1) ? 7 : 0;
    luma = chance(0.06) ? 3 : 128;
    tear = chance(0.08) ? 40 : 1;
    missing = chance(0.12);
    sampled = chance(0.2) ? 4 : 1;
    shocks = chance(0.3) ? 0.05 : 0;
    if (!context.isEmpty() || chance(0.1)) {
      context = List.of("day", "night", "dawn").get(random.nextInt(3));
    }
  }

  /** Commands, silence, restarts and other models. */
  private void betweenFrames() {
    if (chance(0.5)) {
      restart(monitor.thresholds(), chance(0.5));
    }
    if (chance(0.12)) {
      restart(models.any(random), false);
    }
    if (chance(0.5)) {
      command();
    }
    if (chance(0.2)) {
      settings = otherSettings();
    }
    if (chance(0.15)) {
      idle();
    }
    if (chance(0.1)) {
      interval = Duration.ofMillis(List.of(40L, 50L, 200L, 60_000L).get(random.nextInt(4)));
    }
    if (chance(0.1)) {
      at = at.plus(Duration.ofHours(random.nextInt(30)));
    }
    if (chance(0.05)) {
      at = at.minusSeconds(5);
      sequence = random.nextInt(100);
    }
  }

  private SourceSettings otherSettings() {
    return new SourceSettings(
        chance(0.3)
            ? Optional.of(new SourceSettings.Budget(random.nextInt(1, 200), 20))
            : Optional.empty(),
        chance(0.2) ? Severity.WARNING : Severity.INFO,
        chance(0.3) ? Map.of("line", "4") : Map.of(),
        settings.commissioned() == chance(0.85),
        chance(0.3) ? Optional.of(Duration.ofHours(2)) : Optional.empty(),
        chance(0.1) ? random.nextInt(3) : settings.geometry());
  }

  /** Goes on from the stored state, under perhaps another model. */
  private void restart(MonitorThresholds thresholds, boolean reuses) {
    StoredStates stored = StoredStates.of(monitor.state());
    SourceMonitor spare = null;
    if (reuses) {
      spare = SourceMonitor.start(thresholds, null);
      spare.next(frame(), ActiveControls.EMPTY);
    }
    monitor = SourceMonitor.restore(thresholds, stored.read(), spare);
  }

  private void idle() {
    Duration idle = Duration.ofMinutes(random.nextInt(1, 600));
    int which = random.nextInt(8);
    Object result =
        which < 4
            ? monitor.silent(idle, settings)
            : which < 6
                ? monitor.follow(controls, idle)
                : which == 6 ? monitor.disabled(idle, "cam.*") : monitor.gone(idle);
    observer.accept("idle", result);
  }

  private Order next() {
    return new Order("command-" + commands++, ".*", "kim", "a test", Instant.EPOCH);
  }

  private void command() {
    Order order = next();
    Period soon = new Period(at.minusSeconds(1), at.plus(interval.multipliedBy(60)));
    String incident = opened.isEmpty() ? "none" : opened.get(random.nextInt(opened.size()));
    String latent = TestModels.NAMES.get(random.nextInt(D));
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> order(new ControlCommand.AcceptNormal(order));
      case 3 -> order(new ControlCommand.Arm(order));
      case 4, 5 -> order(new ControlCommand.Learn(order));
      case 6 -> order(new ControlCommand.Resolve(order, incident));
      case 7 ->
          order(
              new ControlCommand.Feedback(
                  order, incident, ControlCommand.FeedbackVerdict.FALSE_ALARM));
      case 8 -> order(new ControlCommand.Maintenance(order, soon));
      case 9 -> order(new ControlCommand.Announcement(order, soon, latent));
      case 10 -> order(new ControlCommand.Suppression(order, latent, random.nextDouble(1, 6)));
      default -> order(new ControlCommand.Retire(order));
    }
    if (chance(0.1)) {
      controls = controls.without("command-0");
    }
  }

  private void order(ControlCommand command) {
    controls = controls.with(command);
  }

  private void frames(int count) {
    for (int i = 0; i < count; i++) {
      ScoredFrame frame = frame();
      MonitorResult result = monitor.next(frame, controls, settings);
      observer.accept("frame " + frame.sequence(), result);
      result.incidents().stream().map(Incident::id).forEach(opened::add);
      if (models != null && chance(0.1)) {
        shadow(models.second);
      }
    }
  }

  /** The last frame scored by a challenger. */
  private void shadow(MonitorThresholds challenger) {
    sequence--;
    at = at.minus(interval);
    ScoredFrame frame = frame();
    observer.accept(
        "shadow",
        monitor.shadow(frame, challenger.model(), challenger.model().id(), controls, settings));
  }

  private static float explained(float[] residuals) {
    return 0.8f * residuals[0] - 0.5f * residuals[1] + 0.4f * residuals[VARIABLE];
  }

  private ScoredFrame frame() {
    AnomalyCalibration calibration = monitor.thresholds().model().rule().calibration();
    float[] standardized = new float[D];
    float[] residuals = new float[D];
    float[] expected = new float[D];
    float[] latents = new float[D];
    for (int k = 0; k < D; k++) {
      standardized[k] = (float) (offset * (k - 1.5) + spread * random.nextGaussian());
    }
    standardized[shifted] += (float) shift;
    if (shocks > 0 && chance(shocks)) {
      standardized[random.nextInt(D)] += 9;
    }
    expected[LENGTH] = explained(standardized);
    boolean partial = missing && chance(0.7);
    if (partial) {
      standardized[VARIABLE] = Float.NaN;
      standardized[LENGTH] = Float.NaN;
      expected[LENGTH] = Float.NaN;
    }
    for (int k = 0; k < D; k++) {
      residuals[k] = standardized[k] * calibration.scale(k) + calibration.location(k);
      latents[k] = expected[k] + residuals[k];
    }
    latents[LENGTH] = partial ? 0.5f : latents[LENGTH];
    float deviation = (float) ((light + 0.5 * random.nextGaussian()) / 255);
    FrameStatistics statistics = calibration.statistics(residuals, 0, deviation, partial);
    float error = (float) (0.001 * blur * Math.exp(0.2 * random.nextGaussian()));
    if (sequence % sampled == 0) {
      statistics = calibration.reconstructed(statistics, Reconstruction.SAMPLED, error);
    } else if (sequence % 7 == 1) {
      statistics = calibration.reconstructed(statistics, Reconstruction.ASKED, 1);
    }
    ScoredFrame frame =
        new ScoredFrame(
            "cam1",
            sequence,
            at,
            at.plusMillis(7),
            monitor.thresholds().model().id(),
            ModelDigest.brief(monitor.thresholds().model().digest()),
            SceneName.DEFAULT,
            latents,
            expected,
            residuals,
            statistics,
            new SensorReadings(luma, luma < 10 ? 0.99f : 0, 0, 100, tear, hash(), motion()),
            FrameTiming.ON_TIME,
            new FramePosition("residua.frames", 0, sequence),
            "",
            context);
    sequence++;
    at = at.plus(interval);
    return frame;
  }

  private long hash() {
    return frozen == 0 ? sequence + 100 : frozen;
  }

  private @Nullable CameraMotion motion() {
    if (!motions || sequence % 4 != 0) {
      return null;
    }
    return new CameraMotion(
        place.right() + (float) (0.002 * random.nextGaussian()),
        place.down() + (float) (0.002 * random.nextGaussian()),
        place.degrees() + (float) (0.1 * random.nextGaussian()),
        1);
  }
}
