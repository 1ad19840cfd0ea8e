package dev.residua.training;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.function.Consumer;

/**
 * Settings of the training of a network.
 *
 * @param latents number of latents {@code d}, 2 to 12
 * @param steps parameter updates, at least 1; the most if the training ends when it is stable
 * @param untilStable ends when label errors, reconstruction and graph are stable, see {@link
 *     TrainingRounds}; not with held pairs or answers
 * @param continued whether the weights to start from are those of an earlier part of this training
 * @param stopAt step after which the training stops, to be resumed from its weights; {@code
 *     Integer.MAX_VALUE} for never
 * @param batch frames of a step without labels, at least 8
 * @param labelledBatch labelled frames added to every step if there are labels, at least 1
 * @param maxLabels labelled frames used, spread over the training range; 0 for none
 * @param learningRate highest learning rate of encoder, decoder and mechanisms
 * @param labelWeight weight of the squared label error against the squared pixel error of a frame
 * @param heldBatch held pairs, of two frames each, added to every step if there are any, at least 1
 * @param heldWeight weight of the squared difference within held pairs, in variances of the latent,
 *     against the squared pixel error of a frame; 0 ignores held pairs
 * @param orderBatch answers, on two frames each, added to every step if there are any, at least 1
 * @param orderWeight weight of the answers' error against the squared pixel error of a frame, until
 *     {@link #ORDER_UNTIL} of the steps, and {@link #ORDER_AFTER} times that from there on; 0
 *     ignores answers
 * @param swapWeight weight of the squared pixel error of a frame that is decoded with the held
 *     factor's latent of its pair's other frame; 0 omits it
 * @param variation strength, from 0 to 1, of the changes of light, colour, position, sharpness,
 *     noise and compression that frames get before the network encodes them, while it is to
 *     reproduce them as they were
 * @param shift most pixels, in either direction, by which frames and the pictures to reproduce are
 *     moved together, at random; at least 0
 * @param trainShare share of the frames, the first ones, that are trained on, in (0, 1)
 * @param threads native threads; results are reproducible with 1
 * @param seed of initial weights, order of frames and every other draw
 * @param lanca structure and loss of the network
 */
@RecordBuilder
public record TrainingSettings(
    int latents,
    int steps,
    boolean untilStable,
    boolean continued,
    int stopAt,
    int batch,
    int labelledBatch,
    int maxLabels,
    double learningRate,
    double labelWeight,
    int heldBatch,
    double heldWeight,
    int orderBatch,
    double orderWeight,
    double swapWeight,
    double variation,
    int shift,
    double trainShare,
    int threads,
    long seed,
    LancaSettings lanca)
    implements TrainingSettingsBuilder.With {
  /** Steps that suffice without labels, if there are held pairs or answers. */
  public static final int TAUGHT_STEPS = 3_000;

  /** Share of the steps in which answers have their full weight. */
  public static final double ORDER_UNTIL = 0.4;

  /** Share of their weight that answers have afterwards, so that wrong ones bend no latent. */
  public static final double ORDER_AFTER = 0.05;

  /** Frames of the smallest size then still show what they showed. */
  public static final int MAX_SHIFT = 8;

  public static final TrainingSettings DEFAULTS =
      new TrainingSettings(
          4,
          9_000,
          false,
          false,
          Integer.MAX_VALUE,
          64,
          32,
          Integer.MAX_VALUE,
          1.5e-3,
          100,
          32,
          250,
          32,
          125,
          1,
          0,
          0,
          0.7,
          1,
          1,
          LancaSettings.DEFAULTS);

  public TrainingSettings {
    within("latents", latents, 2, ExactDagSearch.MAX_LATENTS);
    within("steps", steps, 1, 100_000_000);
    within("stopAt", stopAt, 1, Integer.MAX_VALUE);
    within("batch", batch, 8, 4_096);
    within("labelledBatch", labelledBatch, 1, 4_096);
    within("heldBatch", heldBatch, 1, 4_096);
    within("orderBatch", orderBatch, 1, 4_096);
    within("maxLabels", maxLabels, 0, Integer.MAX_VALUE);
    within("shift", shift, 0, MAX_SHIFT);
    within("threads", threads, 1, 1_024);
    if (!(learningRate > 0 && learningRate < 1)) {
      throw new IllegalArgumentException(
          "learningRate must be between 0 and 1 but was " + learningRate);
    }
    notNegative("labelWeight", labelWeight);
    notNegative("heldWeight", heldWeight);
    notNegative("orderWeight", orderWeight);
    notNegative("swapWeight", swapWeight);
    if (!(variation >= 0 && variation <= 1)) {
      throw new IllegalArgumentException("variation must be from 0 to 1 but was " + variation);
    }
    if (!(trainShare > 0 && trainShare < 1)) {
      throw new IllegalArgumentException(
          "trainShare must be between 0 and 1 but was " + trainShare);
    }
    LancaSettings.FixedGraph fixed = lanca.graph().fixed();
    if (fixed != null && fixed.size() != latents) {
      throw new IllegalArgumentException(
          "the fixed graph is over %d latents but latents was %d".formatted(fixed.size(), latents));
    }
  }

  private static void notNegative(String name, double weight) {
    if (!(weight >= 0)) {
      throw new IllegalArgumentException(name + " must be at least 0 but was " + weight);
    }
  }

  private static void within(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d but was %d".formatted(name, least, most, value));
    }
  }

  public TrainingSettings withBatches(int unlabelled, int labelled) {
    return with(
        c -> {
          c.batch(unlabelled);
          c.labelledBatch(labelled);
        });
  }

  public TrainingSettings withLanca(Consumer<LancaSettingsBuilder> change) {
    return with(c -> c.lanca(lanca.with(change)));
  }
}
