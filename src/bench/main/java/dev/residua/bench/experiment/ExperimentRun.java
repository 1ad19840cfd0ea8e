package dev.residua.bench.experiment;

import dev.residua.drift.DriftSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.DecoderFactory;
import dev.residua.model.EngineFactory;
import dev.residua.training.GraphLearner;
import dev.residua.training.Trainer;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingPipeline;
import dev.residua.training.TrainingProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs experiments and stores their results, so that an interrupted one continues. */
public final class ExperimentRun {
  /**
   * Drift detectors of these models are never used, so their calibration is short. With windows of
   * one frame only, or fewer streams, thresholds of sources that learn cannot be calibrated.
   */
  private static final DriftSettings SHORT =
      new DriftSettings(
          new int[] {1, 2, 4, 8, 16},
          new double[0],
          4,
          false,
          true,
          false,
          false,
          new int[0],
          100,
          400,
          2_560);

  private final Path dir;
  private final Workbench bench;
  private final TrainingProgress progress;
  private final List<String> failures = new ArrayList<>();

  /**
   * @param dir folder of data sets and results
   * @param layer trainer of the layer that the network is compared with
   * @param model of experiments that train none
   * @param progress receives every part
   */
  public ExperimentRun(
      Path dir,
      Trainer trainer,
      Trainer layer,
      EngineFactory engines,
      DecoderFactory decoders,
      GraphLearner learner,
      ModelSource model,
      Clock clock,
      String codeVersion,
      TrainingProgress progress) {
    this.dir = dir;
    this.progress = progress;
    this.bench =
        new Workbench(
            dir,
            new Workbench.Trainers(trainer, layer),
            one -> new TrainingPipeline(one, engines, decoders, clock, codeVersion, SHORT),
            engines,
            decoders,
            learner,
            model,
            progress);
  }

  /** Names and purposes of all experiments. */
  public static Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    Experiments.ALL.forEach(experiment -> all.put(experiment.name(), experiment.purpose()));
    return all;
  }

  /** Names of the experiments that train something, cheapest first. */
  public static List<String> trained() {
    return Experiments.ALL.stream()
        .filter(experiment -> experiment.needs() != Experiment.Needs.MODEL)
        .map(Experiment::name)
        .toList();
  }

  /**
   * Failures of the runs so far, with the reason: trainings, and trials of models that are too poor
   * for them. The other parts continued.
   */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  /**
   * Runs the missing parts of an experiment. A failed part has no rows.
   *
   * @param name one of {@link #all}
   * @param seeds of the repetitions
   * @param frames of each data set, of which 70 % train
   * @param steps of each training
   * @param labels labelled frames of a training unless the experiment varies them
   * @return all results of that experiment in {@code dir}, those of earlier runs too
   * @throws IllegalArgumentException if there is no such experiment, or {@code dir} holds results
   *     of trainings of another size
   */
  public ResultLog run(String name, List<Long> seeds, int frames, int steps, int labels)
      throws IOException, BadBundleException {
    Experiment experiment =
        Experiments.ALL.stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no experiment '%s', only %s"
                            .formatted(name, String.join(", ", all().keySet()))));
    ResultLog log = new ResultLog(dir.resolve(name + ".jsonl"));
    Scale scale = new Scale(frames, steps, labels);
    if (experiment.needs() == Experiment.Needs.TRAININGS) {
      StoredScale.check(dir, scale);
    }
    List<Cell> cells = experiment.cells(seeds, scale);
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      if (!log.has(cell.variant(), cell.seed())) {
        progress.at(
            "%s %d of %d: %s, seed %d"
                .formatted(name, i + 1, cells.size(), cell.variant(), cell.seed()),
            0,
            null);
        try {
          for (ResultLog.Row row : cell.work().run(bench, cell.seed())) {
            log.add(row);
          }
        } catch (TrainingFailedException | IllegalArgumentException e) {
          failures.add(
              "%s, %s, seed %d: %s".formatted(name, cell.variant(), cell.seed(), e.getMessage()));
        }
      }
    }
    return log;
  }
}
