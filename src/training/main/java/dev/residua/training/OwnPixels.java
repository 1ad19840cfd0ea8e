package dev.residua.training;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.ModelBundle;
import dev.residua.training.metrics.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Movements of the readings of latents by the pixels of others. If a cause and its effect agree in
 * all frames, a network may read either from the other; once they no longer agree, a fault of one
 * then shows in the readings of both. Each latent should be read from its own place in the picture.
 *
 * <p>The pixels that a latent paints are exchanged between two frames, so that it alone differs,
 * and the picture is read again. A movement is the slope, by least squares through the origin, of
 * the change of another reading on the difference of the latent between the two frames, both in
 * standard deviations of the readings: 0 for a latent that is read from its own pixels. The region
 * is where the decoder reacts to the latent, so its error adds to that of the movement.
 *
 * @param movements the latent that differs first, shape {@code [d][d]}; NaN for one without a place
 *     of its own, such as light, for a reading that the same pixels show, and for categories
 * @param influences mean absolute change of each reading, in its standard deviations, if one of
 *     {@value #TILES} by {@value #TILES} tiles of the picture is that of another frame, shape
 *     {@code [d][TILES * TILES]}
 */
@SuppressWarnings("ArrayRecordComponent") // made once per model
public record OwnPixels(double[][] movements, double[][] influences) {
  /** Tiles on each side of the picture. */
  public static final int TILES = 8;

  /** Largest movement of a model that reads each latent from its own pixels. */
  static final double SMALL = 0.05;

  /** Movement from which a fault is reported at two latents. */
  static final double LARGE = 0.15;

  /** Start of the names of the figures, followed by the two latents of a movement. */
  static final String METRIC = "ownPixels.";

  private static final int FRAMES = 256;
  private static final int TILED_FRAMES = 32;
  private static final int CHUNK = 32;
  private static final long MAX_BYTES = 64 << 20;

  /**
   * Measures the movements with at most {@value #FRAMES} frames: {@code 256 d + 2300} encodings.
   *
   * @param decoder in the units of the scorer
   * @param frames in any order; fewer than 2 show nothing, so every movement is NaN then
   * @param owners pixels that one latent explains by labels
   * @param seed of the choice of the other frames
   */
  public static OwnPixels of(
      ResidualScorer scorer,
      LatentDecoder decoder,
      NodeColumns columns,
      TrainingData data,
      int[] frames,
      PixelOwners owners,
      long seed) {
    int most = (int) Math.max(2, MAX_BYTES / data.shape().size());
    int n = Math.min(Math.min(FRAMES, most), frames.length);
    int[] chosen = new int[n];
    Arrays.setAll(chosen, a -> frames[(int) ((long) a * frames.length / n)]);
    if (n < 2) {
      double[][] unknown = new double[columns.latents()][columns.latents()];
      Arrays.stream(unknown).forEach(row -> Arrays.fill(row, Double.NaN));
      return new OwnPixels(unknown, new double[columns.latents()][TILES * TILES]);
    }
    return new Measurement(scorer, decoder, columns, data, chosen, owners, seed).result();
  }

  /** The movements of other latents by name, see {@link #METRIC}. */
  Map<String, Double> metrics() {
    Map<String, Double> metrics = new TreeMap<>();
    for (int i = 0; i < movements.length; i++) {
      for (int j = 0; j < movements.length; j++) {
        if (i != j && Double.isFinite(movements[i][j])) {
          metrics.put(METRIC + i + "." + j, movements[i][j]);
        }
      }
    }
    return metrics;
  }

  /** The figures of a model that {@link #metrics} gave. */
  static Map<String, Double> metrics(ModelBundle model) {
    Map<String, Double> metrics = new TreeMap<>(model.manifest().provenance().metrics());
    metrics.keySet().removeIf(name -> !name.startsWith(METRIC));
    return metrics;
  }

  private static final class Measurement {
    private final ResidualScorer scorer;
    private final LatentDecoder decoder;
    private final NodeColumns columns;
    private final ImageShape image;
    private final PixelOwners owners;
    private final int d;
    private final int n;
    private final byte[] pixels;
    private final List<PixelMask> masks = new ArrayList<>();
    private final int[] other;
    private final double[][] read;
    private final double[] deviation;

    Measurement(
        ResidualScorer scorer,
        LatentDecoder decoder,
        NodeColumns columns,
        TrainingData data,
        int[] frames,
        PixelOwners owners,
        long seed) {
      this.owners = owners;
      this.scorer = scorer;
      this.decoder = decoder;
      this.columns = columns;
      this.image = data.shape();
      this.d = columns.latents();
      this.n = frames.length;
      this.pixels = new byte[n * image.size()];
      for (int a = 0; a < n; a++) {
        data.read(frames[a], pixels, a * image.size());
        masks.add(data.mask(frames[a]));
      }
      SplittableRandom random = new SplittableRandom(seed);
      this.other = new int[n];
      Arrays.setAll(other, a -> (a + 1 + random.nextInt(n - 1)) % n);
      this.read = encode(pixels, n);
      this.deviation = Columns.deviations(read);
    }

    OwnPixels result() {
      double[] steps = new double[d];
      Arrays.setAll(steps, i -> columns.isCategorical(i) ? 0 : deviation[i]);
      PaintedRegions painted =
          PaintedRegions.measure(
              read, steps, image, CHUNK, owners, codes -> decoder.decode(codes, CHUNK));
      double[][] movements = new double[d][d];
      for (int i = 0; i < d; i++) {
        BitSet region = painted.region(i);
        Arrays.fill(movements[i], Double.NaN);
        if (region != null && !columns.isCategorical(i)) {
          movements[i] = movements(i, encode(exchanged(region, n), n));
          for (int j = 0; j < d; j++) {
            movements[i][j] = painted.isShared(i, j) ? Double.NaN : movements[i][j];
          }
        }
      }
      return new OwnPixels(movements, influences());
    }

    private double[] movements(int i, double[][] after) {
      double[] slopes = new double[d];
      double square = 0;
      for (int a = 0; a < n; a++) {
        double changed = (read[other[a]][i] - read[a][i]) / deviation[i];
        square += changed * changed;
        for (int j = 0; j < d; j++) {
          slopes[j] += changed * (after[a][j] - read[a][j]) / deviation[j];
        }
      }
      for (int j = 0; j < d; j++) {
        slopes[j] = columns.isCategorical(j) ? Double.NaN : slopes[j] / square;
      }
      return slopes;
    }

    private double[][] influences() {
      int tiled = Math.min(n, TILED_FRAMES);
      double[][] influences = new double[d][TILES * TILES];
      for (int tile = 0; tile < TILES * TILES; tile++) {
        double[][] after = encode(exchanged(tile(tile), tiled), tiled);
        for (int a = 0; a < tiled; a++) {
          for (int j = 0; j < d; j++) {
            influences[j][tile] += Math.abs(after[a][j] - read[a][j]) / deviation[j] / tiled;
          }
        }
      }
      return influences;
    }

    private BitSet tile(int tile) {
      BitSet region = new BitSet();
      int top = tile / TILES * image.height() / TILES;
      int bottom = (tile / TILES + 1) * image.height() / TILES;
      int left = tile % TILES * image.width() / TILES;
      int right = (tile % TILES + 1) * image.width() / TILES;
      for (int y = top; y < bottom; y++) {
        region.set(y * image.width() + left, y * image.width() + right);
      }
      return region;
    }

    /** The first frames with a region of their other frame. */
    private byte[] exchanged(BitSet region, int count) {
      byte[] changed = Arrays.copyOf(pixels, count * image.size());
      for (int a = 0; a < count; a++) {
        PaintedRegions.copy(
            region, image.channels(), pixels, other[a] * image.size(), changed, a * image.size());
      }
      return changed;
    }

    private double[][] encode(byte[] frames, int count) {
      double[][] rows = new double[count][d];
      int nodes = scorer.nodes();
      for (int from = 0; from < count; from += CHUNK) {
        int part = Math.min(CHUNK, count - from);
        byte[] chunk =
            Arrays.copyOfRange(frames, from * image.size(), (from + part) * image.size());
        LatentBatch batch =
            scorer.encode(
                scorer.atMeans(
                    FrameInputs.of(chunk, part).masked(masks.subList(from, from + part))));
        for (int r = 0; r < part; r++) {
          for (int k = 0; k < d; k++) {
            rows[from + r][k] = batch.observed()[r * nodes + k];
          }
        }
      }
      return rows;
    }
  }
}
