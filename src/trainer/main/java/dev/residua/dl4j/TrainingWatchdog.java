package dev.residua.dl4j;

import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Checks the losses of every step and stops a hopeless training with the reason and the remedy.
 * Means are exponential, over about the last 50 steps.
 */
final class TrainingWatchdog {
  /** Before this many steps, only finite numbers are checked. */
  static final int MIN_STEPS = 400;

  private static final double MEAN_RATE = 0.02;
  private static final double COLLAPSE_FROM = 0.2;
  private static final double COLLAPSED = 0.98;
  private static final double LABELS_FROM = 0.3;
  private static final double LABELS_LEARNT = 0.5;
  private static final double FRAMES_LEARNT = 0.7;
  private static final double HELD_LEARNT = 0.5;
  private static final double CONSTANT_LATENT = 1e-6;
  private static final double UNUSED = 0.01;
  private static final double AGREES = 0.05;
  private static final double POOR = 0.5;

  private final TrainingSettings settings;
  private final int d;
  private final double pixelVariance;
  private final boolean labelled;
  private final double[] unexplained;
  private double reconstruction;
  private double mmd;
  private double labelError;
  private double heldError;
  private int seen;
  private int residualsSeen;

  /**
   * @param pixelVariance variance around the mean image, summed over the pixels of a frame
   */
  TrainingWatchdog(TrainingSettings settings, double pixelVariance, boolean labelled)
      throws TrainingFailedException {
    this(settings, settings.latents(), pixelVariance, labelled);
  }

  /**
   * @param columns of all latents
   */
  TrainingWatchdog(TrainingSettings settings, int columns, double pixelVariance, boolean labelled)
      throws TrainingFailedException {
    this.settings = settings;
    this.d = columns;
    this.pixelVariance = pixelVariance;
    this.labelled = labelled;
    this.unexplained = new double[columns];
    if (!(pixelVariance > 1e-6)) {
      throw new TrainingFailedException(
          "all frames are the same picture (pixel variance %.3g): record frames in which something moves"
              .formatted(pixelVariance));
    }
  }

  /**
   * @param latents {@code [rows, d]} of the batch
   * @throws TrainingFailedException if the training cannot succeed
   */
  void check(int step, TrainingLosses losses, double[] latents) throws TrainingFailedException {
    if (!Double.isFinite(Arrays.stream(losses.toArray()).sum())) {
      throw notFinite(step, losses);
    }
    seen++;
    double rate = Math.max(MEAN_RATE, 1.0 / seen);
    reconstruction += rate * (losses.reconstruction() - reconstruction);
    mmd += rate * (losses.mmd() - mmd);
    labelError += rate * (losses.label() - labelError);
    heldError += rate * (losses.held() - heldError);
    double done = (step + 1.0) / settings.steps();
    if (seen < MIN_STEPS || done < COLLAPSE_FROM) {
      return;
    }
    if (reconstruction > COLLAPSED * pixelVariance) {
      throw new TrainingFailedException(
          "the network collapsed to the mean image: at step %d of %d it leaves %.1f of a pixel variance of %.1f. Train with a smaller learning rate or another --seed%s"
              .formatted(
                  step + 1,
                  settings.steps(),
                  reconstruction,
                  pixelVariance,
                  labelled
                      ? ", and check that frames show what moves"
                      : ", or label about 100 frames: labels keep it from collapsing"));
    }
    int constant = constantLatent(latents);
    if (constant >= 0) {
      throw new TrainingFailedException(
          "latent %d is the same for all frames at step %d of %d: ask for fewer --latents, or train with another --seed"
              .formatted(constant, step + 1, settings.steps()));
    }
    if (labelled
        && settings.labelWeight() > 0
        && done >= LABELS_FROM
        && labelError > LABELS_LEARNT
        && settings.labelWeight() >= settings.lanca().mmdWeight() * AGREES
        && reconstruction < FRAMES_LEARNT * pixelVariance) {
      throw new TrainingFailedException(
          "the labels contradict the frames: at step %d of %d the network reproduces them to %.0f %% but misses the labels by %.2f of their variance. Check that labels.csv belongs to these frames, row by row, and that a frame shows every factor, or leave some out with --factors"
              .formatted(
                  step + 1,
                  settings.steps(),
                  100 * (1 - reconstruction / pixelVariance),
                  labelError));
    }
  }

  /** The failure for a loss or parameter that is not finite. */
  TrainingFailedException notFinite(int step, TrainingLosses losses) {
    return new TrainingFailedException(
        "the loss became NaN or infinite at step %d of %d (reconstruction %.4g, labels %.4g, residual mmd %.4g): train with a smaller learning rate or another --seed, and check that labels have no extreme values"
            .formatted(
                step + 1, settings.steps(), losses.reconstruction(), losses.label(), losses.mmd()));
  }

  private int constantLatent(double[] latents) {
    double[] variance = variance(latents, d);
    for (int i = 0; i < d; i++) {
      if (variance[i] < CONSTANT_LATENT) {
        return i;
      }
    }
    return -1;
  }

  private static double[] variance(double[] values, int d) {
    int rows = values.length / d;
    double[] variance = new double[d];
    for (int i = 0; i < d; i++) {
      double mean = 0;
      double squares = 0;
      for (int r = 0; r < rows; r++) {
        double before = values[r * d + i] - mean;
        mean += before / (r + 1);
        squares += before * (values[r * d + i] - mean);
      }
      variance[i] = squares / rows;
    }
    return variance;
  }

  /**
   * @param latents {@code [rows, d]}, which the causal loss standardised with {@code Var + 1e-6}
   * @param residuals {@code [rows, d]} of the standardised latents
   */
  void checkResiduals(double[] latents, double[] residuals) {
    residualsSeen++;
    double rate = Math.max(MEAN_RATE, 1.0 / residualsSeen);
    double[] total = variance(latents, d);
    double[] left = variance(residuals, d);
    for (int i = 0; i < left.length; i++) {
      unexplained[i] += rate * (left[i] * (1 + 1e-6 / total[i]) - unexplained[i]);
    }
  }

  /**
   * Warnings about the result of a completed training.
   *
   * @param edges probability of each edge
   */
  List<String> warnings(double[][] edges) {
    List<String> warnings = new ArrayList<>();
    if (heldError > HELD_LEARNT) {
      warnings.add(
          "the latents of held factors still differ within held pairs by %.2f of their variance (2 would be chance): train longer, and check that the column residua.held names the held factor in both frames of a pair"
              .formatted(heldError));
    }
    if (residualsSeen == 0) {
      return warnings;
    }
    double left = reconstruction / pixelVariance;
    double mmdWeight = settings.lanca().mmdWeight();
    if (seen >= MIN_STEPS && mmdWeight > 0 && mmd < AGREES && left > POOR) {
      warnings.add(
          "residuals agree with their reference (squared MMD %.3f), but %.0f %% of the pixel variance is not reproduced: lower mmd-weight, which is %s, or train longer"
              .formatted(mmd, 100 * left, mmdWeight));
    }
    boolean empty = true;
    for (double[] row : edges) {
      for (double edge : row) {
        empty &= edge <= 0.5;
      }
    }
    if (empty && settings.lanca().graph().fixed() == null) {
      warnings.add(
          "the graph learnt by gradient has no edges: a smaller weight of the edge divergence or a later warm-up keeps more of them");
    } else if (!empty && unused()) {
      warnings.add(
          "the structural equations explain less than 1 % of every latent: raise the weight of the structural term, train longer, or check the graph");
    }
    return warnings;
  }

  private boolean unused() {
    for (double share : unexplained) {
      if (1 - share >= UNUSED) {
        return false;
      }
    }
    return true;
  }
}
