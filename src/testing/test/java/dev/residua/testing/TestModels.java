package dev.residua.testing;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.SensorReference;
import dev.residua.anomaly.SensorRule;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.drift.ImageStatistics;
import dev.residua.frame.ImageShape;
import dev.residua.incident.IncidentSettings;
import dev.residua.intervention.JointAttribution;
import dev.residua.intervention.MechanismReference;
import dev.residua.monitor.MonitorModel;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Builder of monitor models that are calibrated on scored frames. Without further settings a model
 * has the four latents of a pendulum's shadow, and neither diagnoses nor sources that learn.
 */
public final class TestModels {
  public static final List<String> NAMES =
      List.of("pendulum", "light", "shadow_length", "shadow_position");
  public static final int LENGTH = 2;

  private static final double FALSE_ALARM_RATE = 0.002;
  private static final double MIN_GREY_LEVELS = 2;

  private final List<ScoredFrame> frames;
  private final int d;
  private final boolean[][] edges;
  private List<String> names = NAMES;
  private String id = "model-1";
  private int variables;
  private long seed = 3;
  private int simulations = 200;
  private boolean diagnoses;
  private boolean learns;
  private @Nullable DriftReference picture;
  private SensorRule sensor = SensorRule.of(SensorReference.builder().build());
  private double targetRunLength = 20_000;
  private IncidentSettings incidents = IncidentSettings.DEFAULTS;

  private TestModels(List<ScoredFrame> frames) {
    this.frames = frames;
    this.d = frames.get(0).latents().length;
    this.edges = new boolean[d][d];
  }

  /** A model that is calibrated on these frames. */
  public static TestModels calibratedOn(List<ScoredFrame> frames) {
    return new TestModels(frames);
  }

  /** A model whose pendulum and light cause the length of the shadow. */
  public static TestModels ofShadow(List<ScoredFrame> frames) {
    return new TestModels(frames).edge(0, LENGTH).edge(1, LENGTH);
  }

  public TestModels edge(int cause, int effect) {
    edges[cause][effect] = true;
    return this;
  }

  public TestModels names(String... values) {
    names = List.of(values);
    return this;
  }

  public TestModels id(String value) {
    id = value;
    return this;
  }

  /** Number of nodes, at the end of the graph, that frames bring as variables. */
  public TestModels variables(int value) {
    variables = value;
    return this;
  }

  /** Seed of the references of both detectors. */
  public TestModels seed(long value) {
    seed = value;
    return this;
  }

  /** Simulated streams behind the thresholds of the detectors. */
  public TestModels simulations(int value) {
    simulations = value;
    return this;
  }

  /** Alarms are diagnosed. */
  public TestModels diagnoses() {
    diagnoses = true;
    return this;
  }

  /** Sources can learn their own normal. */
  public TestModels learns() {
    learns = true;
    return this;
  }

  /** Reference of the picture's detector, in place of that of the frames. */
  public TestModels picture(DriftReference value) {
    picture = value;
    return this;
  }

  public TestModels sensor(SensorReference value) {
    sensor = SensorRule.of(value);
    return this;
  }

  public TestModels targetRunLength(double value) {
    targetRunLength = value;
    return this;
  }

  public TestModels incidents(IncidentSettings value) {
    incidents = value;
    return this;
  }

  public MonitorModel build() {
    int n = frames.size();
    float[] flat = new float[n * d];
    float[] errors = new float[n];
    float[] appearance = new float[n];
    float[][] observed = new float[n][];
    float[][] expected = new float[n][];
    float[][] residuals = new float[n][];
    float[][] numbers = new float[n][];
    double[][] rows = new double[n][];
    double[][] pictures = new double[n][];
    for (int i = 0; i < n; i++) {
      ScoredFrame frame = frames.get(i);
      observed[i] = frame.latents();
      expected[i] = frame.expected();
      residuals[i] = frame.statistics().standardized();
      System.arraycopy(residuals[i], 0, flat, d * i, d);
      errors[i] = frame.statistics().reconstructionError();
      appearance[i] = frame.statistics().appearanceDeviation();
      numbers[i] = ImageStatistics.dithered(frame.statistics(), i);
      rows[i] = doubles(residuals[i]);
      pictures[i] = doubles(ImageStatistics.of(frame.statistics(), MIN_GREY_LEVELS));
    }
    DriftSettings settings =
        DriftSettings.DEFAULTS.withFrequencies(8).withSimulation(simulations, 1_024);
    CausalGraph graph = CausalGraph.of(names, edges);
    return new MonitorModel(
        id,
        "ab12",
        new ImageShape(64, 64, 3),
        graph,
        FactorScales.NONE,
        variables,
        Optional.empty(),
        AnomalyRule.of(
            AnomalySettings.DEFAULTS.withFalseAlarmRate(FALSE_ALARM_RATE),
            AnomalyCalibration.fit(flat, d, errors, appearance)),
        DriftReference.calibrate(rows, settings, seed, fraction -> {}),
        picture != null
            ? picture
            : DriftReference.calibrate(pictures, settings, seed, fraction -> {}),
        diagnoses && n >= MechanismReference.MIN_FRAMES
            ? Optional.of(MechanismReference.calibrate(graph, observed, expected, residuals))
            : Optional.empty(),
        learns
            ? Optional.of(
                CommissioningReference.calibrate(
                    residuals, expected, numbers, settings, seed, fraction -> {}))
            : Optional.empty(),
        JointAttribution.ofEnergy(residuals),
        sensor,
        targetRunLength,
        incidents);
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(k -> values[k]).toArray();
  }
}
