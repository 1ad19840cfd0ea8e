package dev.residua.bench.experiment;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.ResidualScorer;
import dev.residua.dataset.FrameDataset;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures the time that a scorer takes per frame. */
final class ScoringTime {
  private static final int BATCH = 8;
  private static final int BATCHES = 2;
  private static final int REPETITIONS = 200;

  private final ResidualScorer scorer;
  private final byte[] pixels;

  /**
   * @param set of the size that the scorer reads, with at least one batch of frames
   */
  ScoringTime(ResidualScorer scorer, FrameDataset set) {
    this.scorer = scorer;
    this.pixels = set.read(0, BATCH);
  }

  /**
   * Milliseconds per frame in batches of 8: the shortest of 200 repetitions, each of 16 frames.
   * Other processes can only add to a time, and a short one is the least likely to be interrupted.
   */
  Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("ms to encode", shortest(() -> scorer.encode(FrameInputs.of(pixels, BATCH))));
    figures.put(
        "ms with reconstruction", shortest(() -> scorer.score(FrameInputs.of(pixels, BATCH))));
    return figures;
  }

  private static double shortest(Runnable work) {
    double shortest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      for (int n = 0; n < BATCHES; n++) {
        work.run();
      }
      shortest = Math.min(shortest, (System.nanoTime() - start) / 1e6 / BATCHES / BATCH);
    }
    return shortest;
  }
}
