package dev.residua.training;

import dev.residua.causal.LatentCorrection;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A correction of anchored latents, learnt from the labelled frames after the network: {@code z'_i
 * = z_i + bias_i + sum_c weight_ic exp(-|z - centre_c|^2 / (2 width_i^2))}. Far from all labelled
 * frames only the constant remains. Immutable.
 */
public final class LatentHead {
  /** Most labelled frames used; more are thinned evenly. */
  public static final int MAX_CENTRES = 400;

  /** Fewest labelled frames from which a correction is learnt. */
  public static final int MIN_LABELS = 20;

  /** Kernel widths tried, in multiples of the median distance between labelled frames. */
  private static final double[] WIDTHS = {0.25, 0.5, 1, 2, 4};

  /** Smaller ridges give weights that cancel beyond single precision. */
  private static final double[] RIDGES = {0.01, 0.1, 1, 10};

  private static final double LARGEST_SHARE = 0.9;
  private static final double STANDARD_ERRORS = 3;

  /** In standard deviations of the labels; a larger error suggests wrong labels. */
  private static final double LARGEST_ERROR = 0.5;

  private final double[][] centres;
  private final double[][] weights;
  private final double[] widths;
  private final double[] biases;

  private LatentHead(double[][] centres, double[][] weights, double[] widths, double[] biases) {
    this.centres = centres;
    this.weights = weights;
    this.widths = widths;
    this.biases = biases;
  }

  /**
   * The result of a fit.
   *
   * @param head the correction; null if no factor is better with one
   * @param ownError root mean squared error of each factor's latent on the labelled frames, in
   *     standard deviations of the labels; NaN without labels of the factor
   * @param headError its error with the best correction, each frame left out in turn; NaN if there
   *     are too few labels
   */
  public record Fit(@Nullable LatentHead head, double[] ownError, double[] headError) {
    /** The correction's error if there is one, else the latent's own. */
    public double errorInUse(int factor) {
      return head != null && head.corrects(factor) ? headError[factor] : ownError[factor];
    }
  }

  /**
   * Learns corrections by kernel ridge regression of {@code label - z} on all latents, for every
   * factor on its own. Width and ridge are those with the smallest leave-one-out error, for which
   * {@code e_i = alpha_i / (K^-1)_ii} with {@code alpha = K^-1 (label - z)} and {@code K} the
   * kernel matrix plus ridge (and plus 1, which makes the constant part of the kernel).
   *
   * <p>The network was trained on the same labels, so its error there is smaller than elsewhere; a
   * regression of labels on latents would share that bias and add its own noise. This fit tests
   * whether the network's remaining error is a function of its latents. It uses a correction only
   * if its leave-one-out squared error is at most 90 % of the latent's own and smaller by at least
   * three standard errors of the paired differences, which exceeds the chance effect of choosing
   * among 20 kernels. The remaining error must be at most half a standard deviation: if labels
   * contradict the frames, their best prediction is their mean, which is not a latent.
   *
   * <p>O(20 n^3) time for {@code n} labelled frames: some seconds for 400.
   *
   * @param z latents of labelled frames, all with about unit variance, shape {@code [n][d]}
   * @param labels in standard deviations of the labels, NaN if unknown, shape {@code [n][k]},
   *     {@code k <= d}; factor {@code f} belongs to latent {@code f}
   */
  public static Fit fit(double[][] z, double[][] labels) {
    if (z.length != labels.length || z.length == 0 || labels[0].length > z[0].length) {
      throw new IllegalArgumentException(
          "a head needs as many rows of latents as of labels and no more factors than latents but got %d and %d rows"
              .formatted(z.length, labels.length));
    }
    int n = Math.min(z.length, MAX_CENTRES);
    int d = z[0].length;
    int k = labels[0].length;
    double[][] centres = new double[n][];
    double[][] known = new double[n][];
    for (int i = 0; i < n; i++) {
      int from = (int) ((long) i * z.length / n);
      centres[i] = z[from].clone();
      known[i] = labels[from];
    }
    double[][] squares = squaredDistances(centres);
    double typical = medianDistance(squares);
    double[] ownError = new double[k];
    double[] headError = new double[k];
    double[][] weights = new double[d][n];
    double[] widths = new double[d];
    double[] biases = new double[d];
    boolean any = false;
    // Factors with labels on the same frames share their matrices.
    boolean[] done = new boolean[k];
    for (int f = 0; f < k; f++) {
      if (done[f]) {
        continue;
      }
      int[] rows = rowsWith(known, f);
      int[] group = new int[k];
      int members = 0;
      for (int g = f; g < k; g++) {
        if (Arrays.equals(rows, rowsWith(known, g))) {
          group[members++] = g;
          done[g] = true;
        }
      }
      Candidate[] best =
          best(squares, typical, centres, known, rows, Arrays.copyOf(group, members));
      for (int m = 0; m < members; m++) {
        int factor = group[m];
        double[] own = own(centres, known, rows, factor);
        ownError[factor] = rms(own);
        headError[factor] = best[m].error();
        if (best[m].clearlyBetter(own)) {
          any = true;
          widths[factor] = best[m].width;
          for (int r = 0; r < rows.length; r++) {
            weights[factor][rows[r]] = best[m].alpha[r];
            biases[factor] += best[m].alpha[r];
          }
        }
      }
    }
    LatentHead head = any ? new LatentHead(centres, weights, widths, biases) : null;
    return new Fit(head, ownError, headError);
  }

  /** The best kernel found for one factor. */
  private static final class Candidate {
    private double[] errors = new double[0];
    private double[] alpha = new double[0];
    private double width;

    double error() {
      return rms(errors);
    }

    boolean clearlyBetter(double[] own) {
      int n = errors.length;
      if (n < MIN_LABELS || error() > LARGEST_ERROR) {
        return false;
      }
      double mean = 0;
      double squares = 0;
      double before = 0;
      for (int i = 0; i < n; i++) {
        double gain = own[i] * own[i] - errors[i] * errors[i];
        double delta = gain - mean;
        mean += delta / (i + 1);
        squares += delta * (gain - mean);
        before += own[i] * own[i] / n;
      }
      return mean >= (1 - LARGEST_SHARE) * before
          && mean > STANDARD_ERRORS * Math.sqrt(squares / (n - 1) / n);
    }
  }

  private static Candidate[] best(
      double[][] squares,
      double typical,
      double[][] centres,
      double[][] known,
      int[] rows,
      int[] factors) {
    int n = rows.length;
    Candidate[] best = new Candidate[factors.length];
    Arrays.setAll(best, i -> new Candidate());
    if (n < MIN_LABELS || !(typical > 0)) {
      return best;
    }
    for (double relative : WIDTHS) {
      double width = relative * typical;
      double[][] gram = new double[n][n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          gram[i][j] = 1 + Math.exp(-squares[rows[i]][rows[j]] / (2 * width * width));
        }
      }
      for (double ridge : RIDGES) {
        Cholesky factor = Cholesky.of(gram, ridge);
        double[] inverse = inverseDiagonal(factor, n);
        for (int m = 0; m < factors.length; m++) {
          double[] target = own(centres, known, rows, factors[m]);
          double[] alpha = factor.solve(target);
          double[] errors = new double[n];
          for (int i = 0; i < n; i++) {
            errors[i] = alpha[i] / inverse[i];
          }
          if (best[m].alpha.length == 0 || rms(errors) < best[m].error()) {
            best[m].errors = errors;
            best[m].alpha = alpha;
            best[m].width = width;
          }
        }
      }
    }
    return best;
  }

  private static double[] inverseDiagonal(Cholesky factor, int n) {
    double[] diagonal = new double[n];
    for (int i = 0; i < n; i++) {
      double[] unit = new double[n];
      unit[i] = 1;
      diagonal[i] = factor.solve(unit)[i];
    }
    return diagonal;
  }

  private static double[] own(double[][] z, double[][] labels, int[] rows, int factor) {
    double[] left = new double[rows.length];
    for (int r = 0; r < rows.length; r++) {
      left[r] = labels[rows[r]][factor] - z[rows[r]][factor];
    }
    return left;
  }

  private static int[] rowsWith(double[][] labels, int factor) {
    int[] rows = new int[labels.length];
    int n = 0;
    for (int i = 0; i < labels.length; i++) {
      if (!Double.isNaN(labels[i][factor])) {
        rows[n++] = i;
      }
    }
    return Arrays.copyOf(rows, n);
  }

  private static double rms(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return values.length == 0 ? Double.NaN : Math.sqrt(sum / values.length);
  }

  private static double[][] squaredDistances(double[][] rows) {
    int n = rows.length;
    double[][] squares = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        squares[i][j] = squaredDistance(rows[i], rows[j]);
        squares[j][i] = squares[i][j];
      }
    }
    return squares;
  }

  private static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return sum;
  }

  private static double medianDistance(double[][] squares) {
    int n = squares.length;
    double[] all = new double[n * (n - 1) / 2];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        all[at++] = squares[i][j];
      }
    }
    Arrays.sort(all);
    return all.length == 0 ? 0 : Math.sqrt(all[all.length / 2]);
  }

  /** Number of latents {@code d}. */
  public int latents() {
    return widths.length;
  }

  /** Returns true if a latent is corrected. */
  public boolean corrects(int latent) {
    return widths[latent] > 0;
  }

  /** Latents of the labelled frames, shape {@code [n][d]}, a copy. */
  public double[][] centres() {
    double[][] copy = new double[centres.length][];
    for (int c = 0; c < copy.length; c++) {
      copy[c] = centres[c].clone();
    }
    return copy;
  }

  /** Weights of the centres, shape {@code [n]}, a copy; zero for a latent that is not corrected. */
  public double[] weights(int latent) {
    return weights[latent].clone();
  }

  /** Kernel width; 0 for a latent that is not corrected. */
  public double width(int latent) {
    return widths[latent];
  }

  /** Constant part of the correction. */
  public double bias(int latent) {
    return biases[latent];
  }

  /**
   * Corrected latents.
   *
   * @param z latents of the network, standardised, shape {@code [d]}
   * @return shape {@code [d]}
   */
  public double[] apply(double[] z) {
    double[] out = z.clone();
    double[] squares = new double[centres.length];
    for (int c = 0; c < centres.length; c++) {
      squares[c] = squaredDistance(z, centres[c]);
    }
    for (int i = 0; i < widths.length; i++) {
      if (corrects(i)) {
        out[i] += biases[i];
        double scale = -1 / (2 * widths[i] * widths[i]);
        for (int c = 0; c < centres.length; c++) {
          out[i] += weights[i][c] * Math.exp(scale * squares[c]);
        }
      }
    }
    return out;
  }

  /** This correction in single precision, for engines. */
  public LatentCorrection correction() {
    int d = latents();
    float[][] byLatent = new float[d][centres.length];
    float[] shifts = new float[d];
    float[] scales = new float[d];
    float[][] own = new float[d][0];
    for (int i = 0; i < d; i++) {
      for (int c = 0; c < centres.length; c++) {
        byLatent[i][c] = (float) centres[c][i];
      }
      shifts[i] = (float) bias(i);
      if (corrects(i)) {
        scales[i] = (float) (-1 / (2 * width(i) * width(i)));
        double[] exact = weights(i);
        own[i] = new float[exact.length];
        for (int c = 0; c < exact.length; c++) {
          own[i][c] = (float) exact[c];
        }
      }
    }
    return new LatentCorrection(byLatent, shifts, scales, own);
  }
}
