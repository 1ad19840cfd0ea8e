package dev.residua.app.teach;

import dev.residua.app.process.ProgramName;
import dev.residua.app.teach.TeachViews.MechanismView;
import dev.residua.app.teach.TeachViews.ResultView;
import dev.residua.app.teach.TeachViews.TrainingView;
import dev.residua.app.teach.TeachViews.VerdictView;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.causal.ResidualScorer;
import dev.residua.dashboard.ViewMapper;
import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.runtime.BundleOpener;
import dev.residua.training.DatasetSource;
import dev.residua.training.FactorReading;
import dev.residua.training.ModelReadings;
import dev.residua.training.ModelVerdicts;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingInput;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingReport;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runner of one training at a time, on a thread of its own. */
final class TeachTraining implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TeachTraining.class);
  private static final double NANOS = 1e9;
  private static final TrainingView IDLE = new TrainingView("idle", "", 0, 0, null, "", null);

  private static final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final TeachingSet set;
  private final Path out;
  private final Teaching.ModelTrainer trainer;
  private final int threads;
  private TrainingView view = IDLE;
  private @Nullable Thread running;
  private boolean cancelled;
  private long startedNanos;
  private long stageNanos;

  /**
   * @param out bundle to write
   * @param threads native threads of the training
   */
  TeachTraining(TeachingSet set, Path out, Teaching.ModelTrainer trainer, int threads) {
    this.set = set;
    this.out = out;
    this.trainer = trainer;
    this.threads = threads;
  }

  /**
   * Starts a training.
   *
   * @param steps null for the default
   * @throws IllegalStateException if a training runs
   */
  synchronized void start(@Nullable Integer steps, long seed) {
    if (running != null) {
      throw new IllegalStateException("a training runs already");
    }
    TrainingSettings settings = TrainingSettings.DEFAULTS.withThreads(threads).withSeed(seed);
    TrainingSettings chosen = steps == null ? settings : settings.withSteps(steps);
    cancelled = false;
    startedNanos = System.nanoTime();
    stageNanos = startedNanos;
    view = new TrainingView("running", "reading the data set", 0, 0, null, "", null);
    Thread thread = new Thread(() -> run(chosen, steps == null), "teach-training");
    thread.setDaemon(true);
    running = thread;
    thread.start();
  }

  synchronized void cancel() {
    cancelled = running != null;
  }

  synchronized TrainingView view() {
    return cancelled && running != null
        ? new TrainingView("running", "stopping", view.fraction(), view.seconds(), null, "", null)
        : view;
  }

  private void run(TrainingSettings settings, boolean usualSteps) {
    try {
      FrameDataset frames = FrameDataset.open(set.path());
      DatasetSource source = DatasetSource.ofAll(frames);
      int named = source.factorNames().size();
      TrainingSettings sized =
          settings.withLatents(named > 0 ? Math.max(2, named) : settings.latents());
      TrainingReport report =
          trainer.train(
              source,
              usualSteps ? TrainingInput.withUsualSteps(sized, source) : sized,
              this::progress);
      report.bundle().write(out);
      addOpinion(report.bundle(), frames);
      end("done", "", result(report));
    } catch (TrainingFailedException
        | IOException
        | BadBundleException
        | IllegalArgumentException e) {
      broken(String.valueOf(e.getMessage()));
    } catch (CancelledException e) {
      broken("cancelled");
    } catch (RuntimeException | Error e) {
      LOG.error("the training failed: folder={}", set.path(), e);
      broken("the training failed: " + e);
    }
  }

  /** A cancelled training may end with any exception, since trainers wrap ours. */
  private synchronized void broken(String message) {
    end(cancelled ? "cancelled" : "failed", cancelled ? "" : message, null);
  }

  /** Adds the estimates of a model to the choice of the next questions. */
  void addOpinion(ModelBundle bundle, FrameDataset frames) throws BadBundleException {
    List<Latent> latents = bundle.manifest().latents();
    FrameDataset reader = frames.reducedTo(bundle.manifest().image());
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1)) {
      set.addOpinion(bundle.id(), latents.stream().map(Latent::name).toList(), scorer, reader);
    }
  }

  private synchronized void progress(
      String stage, double fraction, @Nullable TrainingLosses losses) {
    if (cancelled) {
      throw new CancelledException();
    }
    long now = System.nanoTime();
    if (!stage.equals(view.stage())) {
      stageNanos = now;
    }
    double spent = (now - stageNanos) / NANOS;
    Long left = fraction > 0.02 ? Math.round(spent / fraction * (1 - fraction)) : null;
    view = new TrainingView("running", stage, fraction, seconds(now), left, "", null);
  }

  private synchronized void end(String phase, String message, @Nullable ResultView result) {
    running = null;
    view = new TrainingView(phase, "", 1, seconds(System.nanoTime()), null, message, result);
  }

  private long seconds(long now) {
    return Math.round((now - startedNanos) / NANOS);
  }

  private ResultView result(TrainingReport report) {
    ModelBundle bundle = report.bundle();
    CausalGraph graph = report.graph();
    Map<String, Double> metrics = report.metrics();
    List<MechanismView> mechanisms = new ArrayList<>();
    for (int i = 0; i < graph.size(); i++) {
      String name = graph.name(i);
      mechanisms.add(
          new MechanismView(
              name,
              List.copyOf(graph.parentNames(i)),
              graph.isRoot(i) ? null : finite(metrics.get("explained." + i)),
              bundle.findings().stream()
                  .filter(finding -> finding.aspect() == ModelFinding.Aspect.INDEPENDENCE)
                  .map(ModelFinding::sentence)
                  .filter(sentence -> sentence.contains(name))
                  .findFirst()
                  .orElse(null)));
    }
    return new ResultView(
        bundle.id(),
        out.toString(),
        ModelVerdicts.of(bundle).stream()
            .map(
                v ->
                    new VerdictView(
                        v.aspect().label(), v.grade().label(), v.evidence(), next(v.next())))
            .toList(),
        FactorReading.sentences(ModelReadings.of(bundle.manifest())),
        ViewMapper.graph(graph),
        mechanisms,
        finite(metrics.get("residual.distanceCorrelation")),
        finite(metrics.get("monitorability.leakage")),
        report.warnings());
  }

  private @Nullable String next(@Nullable String command) {
    return command == null ? null : named(ProgramName.in(command));
  }

  private String named(String command) {
    return command
        .replaceAll("\\bMODEL\\b", Matcher.quoteReplacement(out.toString()))
        .replaceAll("\\bDATA\\b", Matcher.quoteReplacement(set.path().toString()));
  }

  private static @Nullable Double finite(@Nullable Double value) {
    return value == null || !Double.isFinite(value) ? null : value;
  }

  /** Cancels the training and waits a limited time for its end. */
  @Override
  public void close() throws InterruptedException {
    Thread thread;
    synchronized (this) {
      cancel();
      thread = running;
    }
    if (thread != null) {
      thread.join(5_000);
    }
  }
}
