package dev.residua.bench.experiment;

import dev.residua.causal.FactorScales;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.Readability;
import dev.residua.causal.ResidualScorer;
import dev.residua.dataset.FrameDataset;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Pictures in which something covers a part of one instrument, and the readings that are wrong by
 * more than a tenth of the range although the model takes them for readable.
 *
 * <p>The range of a factor is that of its labels. A cover has a random place and size within the
 * box of the pixels that the latent paints.
 */
final class CoverTrial {
  static final Experiment EXPERIMENT =
      new Experiment(
          "covers",
          Experiment.Needs.TRAININGS,
          "One instrument of a picture is covered by tape, a hand, glare or snow: readings that are"
              + " wrong, and how many of these are not marked as unreadable.",
          (cells, scale) -> {
            for (String scene : List.of("pendulum", "plant", "flow", "tank")) {
              cells.addRows(
                  scene,
                  (bench, seed) -> {
                    DataSpec spec = scale.data(scene, seed);
                    ModelBundle bundle = bench.train(spec, scale.settings(seed)).bundle();
                    try (ResidualScorer scorer = bench.scorer(bundle)) {
                      return new CoverTrial(bundle, scorer, bench.data(spec.fresh(4_000)), scene)
                          .rows(seed);
                    }
                  });
            }
          });

  private static final int FRAMES = 2_000;
  private static final int CHUNK = 32;
  private static final double WRONG = 0.1;

  private final ModelBundle bundle;
  private final ResidualScorer scorer;
  private final FrameDataset frames;
  private final String name;
  private final ImageShape image;
  private final FactorScales scales;
  private final List<String> latents;
  private final double[] ranges;

  CoverTrial(ModelBundle bundle, ResidualScorer scorer, FrameDataset frames, String name) {
    this.bundle = bundle;
    this.scorer = scorer;
    this.frames = frames;
    this.name = name;
    this.image = bundle.manifest().image();
    this.scales = FactorScales.of(bundle.manifest().latents());
    this.latents = bundle.manifest().latentNames();
    this.ranges = latents.stream().mapToDouble(this::range).toArray();
  }

  private double range(String factor) {
    double[] values =
        IntStream.range(0, FRAMES).mapToDouble(r -> frames.labels().value(r, factor)).toArray();
    return Arrays.stream(values).max().orElseThrow() - Arrays.stream(values).min().orElseThrow();
  }

  /** Object before the instrument. */
  private enum Cover {
    NONE,
    TAPE,
    HAND,
    GLARE,
    SNOW;

    /**
     * Returns the intensity of a value behind the cover.
     *
     * @param across distance from the middle of the cover over half of its width
     * @param down likewise
     * @param drawn of this cover, in [0, 1]
     * @param random of this pixel, in [0, 1]
     */
    double apply(double value, double across, double down, double drawn, double random) {
      double square = across * across + down * down;
      return switch (this) {
        case NONE -> value;
        case TAPE -> Math.max(Math.abs(across), Math.abs(down)) < 1 ? 255 * drawn : value;
        case HAND ->
            square < 1 || (Math.abs(across) < 0.5 && down > 0)
                ? 120 + 60 * drawn + 30 * random
                : value;
        case GLARE -> Math.min(255, value + 255 * Math.exp(-1.5 * square));
        case SNOW -> random < 0.15 * drawn ? 235 : value;
      };
    }
  }

  List<ResultLog.Row> rows(long seed) throws BadBundleException, IOException {
    Readability readability = bundle.network().readability();
    if (readability == null) {
      throw new IllegalStateException("model %s has no readability".formatted(bundle.id()));
    }
    List<ResultLog.Row> rows = new ArrayList<>();
    for (Cover cover : Cover.values()) {
      rows.add(
          new ResultLog.Row(
              name + ": " + cover.name().toLowerCase(Locale.ROOT),
              seed,
              figures(cover, readability, seed)));
    }
    return rows;
  }

  private Map<String, Double> figures(Cover cover, Readability readability, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int d = latents.size();
    int[] covered = IntStream.range(0, d).filter(k -> readability.pixels(k).length > 0).toArray();
    double wrong = 0;
    double missed = 0;
    double flagged = 0;
    double hit = 0;
    for (int from = 0; from < FRAMES; from += CHUNK) {
      int n = Math.min(CHUNK, FRAMES - from);
      byte[] pixels = new byte[n * image.size()];
      int[] target = new int[n];
      for (int r = 0; r < n; r++) {
        frames.read(from + r, pixels, r * image.size());
        target[r] = covered[random.nextInt(covered.length)];
        paint(cover, readability.pixels(target[r]), pixels, r * image.size(), random);
      }
      LatentBatch all = scorer.score(FrameInputs.of(pixels, n));
      LatentBatch readable = scorer.readable(all);
      for (int r = 0; r < n; r++) {
        hit += Float.isNaN(readable.observed()[r * all.latents() + target[r]]) ? 1 : 0;
        for (int k = 0; k < d; k++) {
          double value = scales.inUnit(k, all.observed()[r * all.latents() + k]);
          double error = Math.abs(value - frames.labels().value(from + r, latents.get(k)));
          boolean known = !Float.isNaN(readable.observed()[r * all.latents() + k]);
          wrong += error > WRONG * ranges[k] ? 1 : 0;
          missed += known && error > WRONG * ranges[k] ? 1 : 0;
          flagged += known ? 0 : 1;
        }
      }
    }
    double readings = (double) FRAMES * d;
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("readings", readings);
    figures.put("wrong", wrong / readings);
    figures.put("wrong, not marked", missed / readings);
    figures.put("marked", flagged / readings);
    figures.put("covered marked", hit / FRAMES);
    return figures;
  }

  /** Paints a cover over a part of the box of some pixels. */
  private void paint(Cover cover, int[] region, byte[] pixels, int at, SplittableRandom random) {
    BitSet box = new BitSet();
    Arrays.stream(region).forEach(box::set);
    int width = image.width();
    int left = box.stream().map(p -> p % width).min().orElseThrow();
    int right = box.stream().map(p -> p % width).max().orElseThrow() + 1;
    int top = box.stream().map(p -> p / width).min().orElseThrow();
    int bottom = box.stream().map(p -> p / width).max().orElseThrow() + 1;
    double x = left + random.nextDouble() * (right - left);
    double y = top + random.nextDouble() * (bottom - top);
    double size = 0.25 + 0.5 * random.nextDouble();
    double across = 2 + size * (right - left) / 2;
    double down = 2 + size * (bottom - top) / 2;
    double drawn = random.nextDouble();
    for (int p = 0; p < width * image.height(); p++) {
      double ofPixel = random.nextDouble();
      for (int v = p * image.channels(); v < (p + 1) * image.channels(); v++) {
        double value =
            cover.apply(
                pixels[at + v] & 0xff,
                (p % width - x) / across,
                (p / width - y) / down,
                drawn,
                ofPixel);
        pixels[at + v] = (byte) Math.round(value);
      }
    }
  }
}
