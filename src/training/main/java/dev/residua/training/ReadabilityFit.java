package dev.residua.training;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.Readability;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.training.metrics.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * Finds the pixels of each latent, and the errors with which they are reconstructed if they can be
 * read.
 *
 * <p>A pixel belongs to each latent to which the decoder reacts there with at least a tenth of its
 * largest reaction. The limit is three times the error that one nominal frame in a hundred exceeds,
 * so that fewer frames that cannot be read do not matter. A latent that no longer follows its
 * causes must stay readable: the limit is also at least {@value #OF_EXCHANGED} times the error that
 * one in a hundred of the frames exceeds in which the pixels of some latent are those of another
 * frame. A latent that paints more than half of the picture, such as light, is always readable.
 */
final class ReadabilityFit {
  private static final double FACTOR = 3;
  private static final double OF_EXCHANGED = 1.25;
  private static final double PERCENTILE = 99;
  private static final int CODES = 64;
  private static final int NOMINAL = 4_000;
  private static final int EXCHANGED = 400;
  private static final int CHUNK = 32;
  private static final float WHITE = 255;

  /** Smallest limit: half a grey level. */
  private static final double FLOOR = 4e-6;

  private final ResidualScorer scorer;
  private final LatentDecoder decoder;
  private final TrainingData data;
  private final int[] frames;
  private final int d;
  private final ImageShape image;

  private ReadabilityFit(
      ResidualScorer scorer, LatentDecoder decoder, TrainingData data, int[] frames) {
    this.scorer = scorer;
    this.decoder = decoder;
    this.data = data;
    this.frames = frames;
    this.d = decoder.latents();
    this.image = data.shape();
  }

  /**
   * Measures a model without categories. A few seconds.
   *
   * @param decoder in the units of the scorer
   * @param frames nominal frames, not those that trained the network
   * @param scores of these frames
   * @param owners pixels that one latent explains by labels
   * @param seed of the choice of exchanged pixels
   */
  static Readability of(
      ResidualScorer scorer,
      LatentDecoder decoder,
      TrainingData data,
      int[] frames,
      LatentBatch scores,
      PixelOwners owners,
      long seed) {
    return new ReadabilityFit(scorer, decoder, data, frames)
        .of(codes(scores, decoder), owners, seed);
  }

  /** Some latents, spread over all frames. */
  private static double[][] codes(LatentBatch scores, LatentDecoder decoder) {
    double[][] codes = new double[Math.min(CODES, scores.frames())][decoder.latents()];
    for (int i = 0; i < codes.length; i++) {
      int row = (int) ((long) i * scores.frames() / codes.length);
      for (int k = 0; k < decoder.latents(); k++) {
        codes[i][k] = scores.observed()[row * scores.latents() + k];
      }
    }
    return codes;
  }

  private Readability of(double[][] codes, PixelOwners owners, long seed) {
    double[][] reactions =
        PaintedRegions.reactions(
            codes, Columns.deviations(codes), image, CHUNK, asked -> decoder.decode(asked, CHUNK));
    List<BitSet> regions =
        Arrays.stream(reactions)
            .map(reaction -> PaintedRegions.reacting(reaction, image.channels()))
            .toList();
    double[][] nominal = errors(regions, Math.min(NOMINAL, frames.length), this::read);
    float[] limits = new float[d];
    for (int k = 0; k < d; k++) {
      limits[k] = (float) Math.max(FLOOR, FACTOR * percentile(nominal[k]));
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (BitSet place : PaintedRegions.of(reactions, image.channels(), owners).regions()) {
      if (place == null) {
        continue;
      }
      double[][] exchanged =
          errors(
              regions,
              Math.min(EXCHANGED, frames.length),
              (i, into) -> {
                byte[] other = new byte[image.size()];
                read(random.nextInt(frames.length), other);
                PixelMask mask = read(i, into);
                PaintedRegions.copy(place, image.channels(), other, 0, into, 0);
                return mask;
              });
      for (int k = 0; k < d; k++) {
        limits[k] = (float) Math.max(limits[k], OF_EXCHANGED * percentile(exchanged[k]));
      }
    }
    return new Readability(regions, limits);
  }

  /** Returns the percentile of the known errors; 0 without any. */
  private static double percentile(double[] errors) {
    double[] known = Arrays.stream(errors).filter(e -> !Double.isNaN(e)).toArray();
    return known.length == 0 ? 0 : new Percentile().evaluate(known, PERCENTILE);
  }

  private PixelMask read(int frame, byte[] into) {
    data.read(frames[frame], into, 0);
    return data.mask(frames[frame]);
  }

  /** Makes pictures. */
  @FunctionalInterface
  private interface Pictures {
    /** Makes a picture of a frame, and returns the pixels that are not seen. */
    PixelMask read(int frame, byte[] into);
  }

  /**
   * Errors of the regions, shape {@code [d][count]}; NaN if no pixel is seen.
   *
   * @param count pictures, of frames that are spread over all
   */
  private double[][] errors(List<BitSet> regions, int count, Pictures pictures) {
    double[][] errors = new double[d][count];
    for (int from = 0; from < count; from += CHUNK) {
      int part = Math.min(CHUNK, count - from);
      byte[] chunk = new byte[part * image.size()];
      List<PixelMask> masks = new ArrayList<>();
      for (int i = 0; i < part; i++) {
        byte[] picture = new byte[image.size()];
        masks.add(pictures.read((int) ((long) (from + i) * frames.length / count), picture));
        System.arraycopy(picture, 0, chunk, i * image.size(), image.size());
      }
      LatentBatch batch = scorer.encode(scorer.atMeans(FrameInputs.of(chunk, part).masked(masks)));
      float[] asked = new float[part * d];
      for (int i = 0; i < asked.length; i++) {
        asked[i] = batch.observed()[i / d * batch.latents() + i % d];
      }
      float[] drawn = decoder.decode(asked, part);
      for (int i = 0; i < part; i++) {
        for (int k = 0; k < d; k++) {
          errors[k][from + i] = error(regions.get(k), masks.get(i), chunk, drawn, i * image.size());
        }
      }
    }
    return errors;
  }

  private double error(BitSet region, PixelMask mask, byte[] pixels, float[] drawn, int at) {
    int channels = image.channels();
    return region.stream()
        .filter(pixel -> !mask.covers(pixel))
        .flatMap(pixel -> IntStream.range(pixel * channels, (pixel + 1) * channels))
        .mapToDouble(v -> (pixels[at + v] & 0xff) / WHITE - drawn[at + v])
        .map(difference -> difference * difference)
        .average()
        .orElse(Double.NaN);
  }
}
