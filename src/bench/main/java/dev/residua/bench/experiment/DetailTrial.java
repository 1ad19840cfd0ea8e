package dev.residua.bench.experiment;

import dev.residua.anomaly.ScoreCalibration;
import dev.residua.causal.DetailStatistics;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.ResidualScorer;
import dev.residua.detail.DetailChannel;
import dev.residua.detail.TilePatterns;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.BadBundleException;
import dev.residua.training.DetailFit;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Small defects on pictures of a scene as a camera of 1080 lines gives them: how often tiles of
 * 256x256 pixels find them, and how often the reconstruction error of the model's picture does, at
 * the same rate of false alarms. Both are calibrated on the same frames.
 */
final class DetailTrial {
  static final Experiment EXPERIMENT =
      new Experiment(
          "details",
          Experiment.Needs.MODEL,
          "Dots and scratches of 1 to 32 pixels in pictures of 1024x1024: how often tiles of a detail"
              + " picture find them, and the reconstruction error of the active model, at one false"
              + " alarm per 1,000 frames.",
          (cells, scale) -> cells.addRows("no defect", DetailTrial::rows));

  private static final double RATE = 0.001;

  private static final ImageShape DETAILS = new ImageShape(256, 256, 1);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final double NEAR = 0.02;
  private static final double[] CONTRASTS = {0.1, 0.3};
  private static final int[] DOTS = {1, 2, 4, 8, 16};
  private static final int[] SCRATCHES = {2, 4, 8, 16, 32};

  private final CameraPictures camera;
  private final ResidualScorer scorer;
  private final long seed;
  private final Size size;

  /**
   * Numbers of frames.
   *
   * @param trained frames that the patterns are taken from
   * @param calibrated frames that both detectors are calibrated on
   * @param quiet frames without a defect that count false alarms
   * @param tested frames with each defect
   */
  record Size(int trained, int calibrated, int quiet, int tested) {
    static final Size FULL = new Size(1_200, 2_000, 1_000, 200);
  }

  /**
   * @param scorer of a model of the scene's frames of 64x64 pixels
   */
  DetailTrial(DataSpec spec, ResidualScorer scorer, long seed, Size size) {
    this.camera = new CameraPictures(spec, scorer.imageShape(), DETAILS, seed);
    this.scorer = scorer;
    this.seed = seed;
    this.size = size;
  }

  private record Detectors(DetailChannel tiles, ScoreCalibration reconstruction) {}

  List<ResultLog.Row> run(DoubleConsumer progress) {
    Detectors detectors = calibrated(progress);
    List<ResultLog.Row> rows = new ArrayList<>();
    rows.add(new ResultLog.Row("no defect", seed, quiet(detectors, progress)));
    List<CameraPictures.Defect> defects = defects();
    List<Tally> tallies = defects.stream().map(defect -> new Tally()).toList();
    for (int i = 0; i < size.tested(); i++) {
      camera.next();
      for (int k = 0; k < defects.size(); k++) {
        tallies.get(k).add(detectors, camera.draw(defects.get(k)));
      }
      progress.accept(0.7 + 0.3 * (i + 1) / size.tested());
    }
    for (int k = 0; k < defects.size(); k++) {
      rows.add(new ResultLog.Row(defects.get(k).toString(), seed, tallies.get(k).figures()));
    }
    return rows;
  }

  private static List<CameraPictures.Defect> defects() {
    List<CameraPictures.Defect> defects = new ArrayList<>();
    for (double contrast : CONTRASTS) {
      for (int dot : DOTS) {
        defects.add(new CameraPictures.Defect(dot, dot, contrast));
      }
      for (int scratch : SCRATCHES) {
        defects.add(new CameraPictures.Defect(scratch, 1, contrast));
      }
    }
    return defects;
  }

  private Detectors calibrated(DoubleConsumer progress) {
    int frames = size.trained() + size.calibrated();
    byte[][] pictures = new byte[frames][];
    float[] errors = new float[frames];
    for (int i = 0; i < frames; i++) {
      camera.next();
      pictures[i] = camera.details().clone();
      errors[i] = error();
      progress.accept(0.4 * (i + 1) / frames);
    }
    DetailFit fit =
        new DetailFit(
            DETAILS,
            PixelMask.NONE,
            (index, into) -> System.arraycopy(pictures[index], 0, into, 0, into.length));
    TilePatterns patterns =
        fit.patterns(
            IntStream.range(0, size.trained()).toArray(),
            done -> progress.accept(0.4 + 0.1 * done));
    return new Detectors(
        fit.calibrated(patterns, IntStream.range(size.trained(), frames).toArray(), done -> {}),
        ScoreCalibration.of(Arrays.copyOfRange(errors, size.trained(), frames)));
  }

  private float error() {
    return scorer.score(FrameInputs.of(camera.model(), 1)).reconstructionErrors()[0];
  }

  private Map<String, Double> quiet(Detectors detectors, DoubleConsumer progress) {
    Tally tally = new Tally();
    long nanos = 0;
    for (int i = 0; i < size.quiet(); i++) {
      camera.next();
      long start = THREADS.getCurrentThreadCpuTime();
      detectors.tiles().statistics(camera.details(), 0, PixelMask.NONE);
      nanos += THREADS.getCurrentThreadCpuTime() - start;
      tally.add(detectors, null);
      progress.accept(0.5 + 0.2 * (i + 1) / size.quiet());
    }
    Map<String, Double> figures = tally.figures();
    figures.put("processor us per frame", nanos / 1e3 / size.quiet());
    figures.put("patterns per tile", tally.patterns(detectors));
    return figures;
  }

  private final class Tally {
    private int frames;
    private int tiles;
    private int near;
    private int reconstruction;

    void add(Detectors detectors, CameraPictures.@Nullable Placed placed) {
      DetailStatistics found = detectors.tiles().statistics(camera.details(), 0, PixelMask.NONE);
      frames++;
      if (found.pValue() <= (float) RATE) {
        tiles++;
        near +=
            placed != null
                    && Math.abs(found.across() - placed.across()) < NEAR
                    && Math.abs(found.down() - placed.down()) < NEAR
                ? 1
                : 0;
      }
      reconstruction += detectors.reconstruction().pValue(error()) <= (float) RATE ? 1 : 0;
    }

    double patterns(Detectors detectors) {
      TilePatterns patterns = detectors.tiles().model().patterns();
      return (double) patterns.patterns() / patterns.tiles();
    }

    Map<String, Double> figures() {
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("tiles %", 100.0 * tiles / frames);
      figures.put("of those at the place %", tiles == 0 ? Double.NaN : 100.0 * near / tiles);
      figures.put("reconstruction %", 100.0 * reconstruction / frames);
      return figures;
    }
  }

  private static List<ResultLog.Row> rows(Workbench bench, long seed) throws BadBundleException {
    try (ResidualScorer scorer = bench.scorer(bench.model())) {
      return new DetailTrial(
              DataSpec.usual("pendulum", 1, seed), scorer, seed, DetailTrial.Size.FULL)
          .run(done -> bench.progress().at("drawing defects", done, null));
    }
  }
}
