package dev.residua.training;

import dev.residua.causal.LatentBatch;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.PixelMask;
import dev.residua.model.DecoderFactory;
import dev.residua.model.EngineFactory;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.training.graph.GraphConstraints;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a model bundle from frames: the first part of the frames, in time order, trains the
 * network; the rest, unseen by the network, calibrates it. In between, it searches the graph over
 * the latents and the variables of the data, unless it is given, and fits the structural equations.
 */
public final class TrainingPipeline {
  /** Value of {@link ModelProvenance#LEARNT_GRAPH} if no graph was learnt. */
  public static final String NOT_LEARNT = "not learnt";

  /** Fewest frames left for calibration. */
  public static final int MIN_CALIBRATION = 256;

  /** Rows of residuals whose dependence is tested. */
  static final int INDEPENDENCE_ROWS = 800;

  /** Shifts of that test; the smallest p-value is 0.002. */
  static final int DEPENDENCE_SHIFTS = 499;

  private static final int MAX_TRIES = 3;

  private final Trainer trainer;
  private final String codeVersion;
  private final ModelCompletion.Tools tools;

  /**
   * @param clock for the times in the provenance
   * @param codeVersion version of this product, for the provenance
   * @param drift how the drift detector is calibrated
   */
  public TrainingPipeline(
      Trainer trainer,
      EngineFactory engines,
      DecoderFactory decoders,
      Clock clock,
      String codeVersion,
      DriftSettings drift) {
    this(
        trainer,
        engines,
        decoders,
        clock,
        codeVersion,
        ExactDagSearchSettings.DEFAULTS,
        MechanismSettings.DEFAULTS,
        drift);
  }

  /**
   * @param clock for the times in the provenance
   * @param codeVersion version of this product, for the provenance
   * @param search how graphs are searched
   * @param mechanisms how equations are fitted
   * @param drift how the drift detector is calibrated
   */
  public TrainingPipeline(
      Trainer trainer,
      EngineFactory engines,
      DecoderFactory decoders,
      Clock clock,
      String codeVersion,
      ExactDagSearchSettings search,
      MechanismSettings mechanisms,
      DriftSettings drift) {
    this.trainer = trainer;
    this.codeVersion = codeVersion;
    this.tools = new ModelCompletion.Tools(engines, decoders, clock, search, mechanisms, drift);
  }

  /**
   * Trains and calibrates a model.
   *
   * @param known constraints on the graph over the latents; null for none. A complete graph is used
   *     as it is; otherwise the search considers the graphs that agree with it
   * @param parent model whose weights to start from, or null
   * @throws TrainingFailedException with the reason and the remedy
   */
  public TrainingReport run(
      TrainingData data,
      TrainingSettings settings,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      TrainingProgress progress)
      throws TrainingFailedException {
    return run(data, settings, known, parent, null, progress);
  }

  /**
   * Trains as above, resuming an interrupted training.
   *
   * @param unfinished the last weights of {@link TrainingProgress#checkpoint}; null to start afresh
   */
  public TrainingReport run(
      TrainingData data,
      TrainingSettings settings,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      byte @Nullable [] unfinished,
      TrainingProgress progress)
      throws TrainingFailedException {
    Instant started = tools.clock().instant();
    TrainingInput input = new TrainingInput(data, settings, known);
    byte[] start =
        unfinished != null || parent == null ? unfinished : parent.entry(ModelBundle.WEIGHTS);
    if (settings.untilStable() && input.teaching.isEmpty() && unfinished == null) {
      TrainingRounds.Result result =
          new TrainingRounds(trainer, tools.engines(), tools.search())
              .train(input, start, progress);
      try (TrainedNetwork network = result.network()) {
        return finish(
            input,
            network,
            assembly(input, parent, started).withSteps(result.steps(), result.stable()),
            progress);
      }
    }
    if (input.teaching.isEmpty()) {
      try (TrainedNetwork network =
          trainer.train(data, input.trained, input.labelled, settings, start, progress)) {
        return finish(input, network, assembly(input, parent, started), progress);
      }
    }
    return runTaught(input, known, parent, start, started, progress);
  }

  /**
   * Trains with the next seed, at most {@value #MAX_TRIES} times in all, until the unused pairs and
   * answers pass; else it continues with the training that fails least.
   */
  private TrainingReport runTaught(
      TrainingInput first,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      byte @Nullable [] start,
      Instant started,
      TrainingProgress progress)
      throws TrainingFailedException {
    Try best = attempt(first, start, progress);
    try {
      boolean paused = first.settings.stopAt() < first.settings.steps();
      for (int tries = 2; tries <= MAX_TRIES && best.failure > 0 && !paused; tries++) {
        TrainingSettings settings = first.settings.withSeed(first.settings.seed() + tries - 1);
        String prefix = "try %d of %d: ".formatted(tries, MAX_TRIES);
        // Without checkpoints: an interrupted training resumes with the first try.
        Try next =
            attempt(
                new TrainingInput(first.data, settings, known), null, progress.prefixed(prefix));
        Try worse = next.failure < best.failure ? best : next;
        best = worse == best ? next : best;
        worse.network.close();
      }
      return finish(best.input, best.network, assembly(best.input, parent, started), progress);
    } finally {
      best.network.close();
    }
  }

  /**
   * A trained network, to be closed.
   *
   * @param failure 0 if it passes the unused pairs and answers, else the larger the worse
   */
  private record Try(TrainingInput input, TrainedNetwork network, double failure) {}

  private Try attempt(TrainingInput input, byte @Nullable [] start, TrainingProgress progress)
      throws TrainingFailedException {
    TrainedNetwork network =
        trainer.train(input.data, input.trained, input.labelled, input.settings, start, progress);
    try {
      TaughtErrors errors = taughtErrors(input, network, progress);
      return new Try(input, network, errors.pass() ? 0 : errors.worst());
    } catch (TrainingFailedException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private BundleAssembly assembly(
      TrainingInput input, @Nullable ModelBundle parent, Instant started) {
    return new BundleAssembly(input, trainer, parent, codeVersion, started);
  }

  private TrainingReport finish(
      TrainingInput input,
      TrainedNetwork network,
      BundleAssembly assembly,
      TrainingProgress progress)
      throws TrainingFailedException {
    return new ModelCompletion(tools, input, network, assembly, progress).report();
  }

  private TaughtErrors taughtErrors(
      TrainingInput input, TrainedNetwork network, TrainingProgress progress)
      throws TrainingFailedException {
    // A training with pairs or answers has no categories.
    try (ResidualScorer raw =
        tools.open(StandardizedLatents.plan(network, NodeColumns.real(network.latents())))) {
      LatentBatch usual =
          FrameScores.of(raw, input.data, Variables.NONE, input.nominal, "checking", progress);
      return TaughtErrors.of(
          input,
          raw,
          Variables.NONE,
          FrameScores.rows(usual.observed(), usual.frames(), network.latents()),
          progress);
    }
  }

  /**
   * Trains several times, with consecutive seeds, and returns the run that {@link RunSelection}
   * chooses.
   *
   * @param runs number of trainings, at least 1
   * @return the report of the chosen run; the figures of all runs are in the provenance
   */
  public TrainingReport best(
      TrainingData data,
      TrainingSettings settings,
      @Nullable GraphConstraints known,
      @Nullable ModelBundle parent,
      int runs,
      TrainingProgress progress)
      throws TrainingFailedException {
    List<TrainingReport> reports = new ArrayList<>();
    List<RunSelection.Run> figures = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      String prefix = runs == 1 ? "" : "run %d of %d: ".formatted(i + 1, runs);
      TrainingReport report =
          run(
              data,
              settings.withSeed(settings.seed() + i),
              known,
              parent,
              progress.prefixed(prefix));
      reports.add(report);
      figures.addAll(report.runs());
    }
    TrainingReport chosen = reports.get(RunSelection.choose(figures));
    return runs == 1 ? chosen : BundleAssembly.withRuns(chosen, figures);
  }

  /** Variance of intensity around the mean image, mean over pixels, of some frames. */
  public static double pixelVariance(TrainingData data, int[] of) {
    int size = data.shape().size();
    int frames = Math.min(1_000, of.length);
    byte[] pixels = new byte[size];
    int channels = data.shape().channels();
    double[] mean = new double[size];
    int[] counts = new int[size];
    double squares = 0;
    long values = 0;
    for (int n = 0; n < frames; n++) {
      int frame = of[(int) ((long) n * of.length / frames)];
      data.read(frame, pixels, 0);
      PixelMask mask = data.mask(frame);
      for (int i = 0; i < size; i++) {
        if (!mask.covers(i / channels)) {
          double value = (pixels[i] & 0xff) / 255.0;
          double before = value - mean[i];
          mean[i] += before / ++counts[i];
          squares += before * (value - mean[i]);
          values++;
        }
      }
    }
    return Math.max(1e-12, squares / Math.max(1, values));
  }
}
