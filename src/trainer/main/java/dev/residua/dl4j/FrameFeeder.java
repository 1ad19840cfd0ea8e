package dev.residua.dl4j;

import dev.residua.dl4j.StepRandom.Purpose;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.training.HeldPair;
import dev.residua.training.OrderAnswer;
import dev.residua.training.Teaching;
import dev.residua.training.TrainingData;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Prepares the next batch on a thread of its own while the network works on the present one. The
 * content of a batch depends only on the seed and the number of its step.
 */
final class FrameFeeder implements AutoCloseable {
  private final TrainingData data;
  private final LabelScale labels;
  private final int[] ordinary;
  private final List<HeldPair> pairs;
  private final List<OrderAnswer> answers;
  private final int[] labelled;
  private final int rows;
  private final int heldPairs;
  private final int ordered;
  private final int labelledRows;
  private final int firstLabelled;
  private final float[] mean;
  private final byte[] pixels;
  private final PictureVariation variation;
  private final int shift;
  private final long seed;
  private final Sequence frameOrder;
  private final Sequence labelledOrder;
  private final Sequence pairOrder;
  private final Sequence answerOrder;
  private final Batch[] slots;
  private final ExecutorService thread;
  private Future<Batch> ahead;
  private int step;

  /**
   * A step's data, to be read until {@link #next} is called again.
   *
   * @param frames rows without labels, then the two rows of each held pair, then those of each
   *     answer, then rows with labels, as the network's input
   * @param targets pictures that the network is to reproduce; the same array if frames are not
   *     varied
   * @param labels {@code [labelled, factors]}, standardised
   * @param counts weight of each label: 0 if unknown; they sum to 1
   * @param held factor of each held pair
   * @param compared factor of each answer
   * @param signs of each answer, see {@link OrderAnswer#sign}
   * @param masks of all rows
   */
  record Batch(
      float[] frames,
      float[] targets,
      double[] labels,
      double[] counts,
      int[] held,
      int[] compared,
      int[] signs,
      PixelMask[] masks) {}

  /**
   * @param ordinary frames that rows without labels are drawn from
   * @param teaching held pairs and answers
   * @param labelled frames with at least one known factor; none for a training without labels
   * @param ordered answers of a step
   * @param mean image that is subtracted
   * @param variation strength of {@link PictureVariation}
   * @param shift most pixels by which frames and targets are moved
   * @param from first step
   */
  FrameFeeder(
      TrainingData data,
      int[] ordinary,
      Teaching teaching,
      int[] labelled,
      LabelScale labels,
      int rows,
      int heldPairs,
      int ordered,
      int labelledRows,
      float[] mean,
      double variation,
      int shift,
      long seed,
      int from) {
    this.data = data;
    this.labels = labels;
    this.ordinary = ordinary.clone();
    this.pairs = teaching.pairs();
    this.answers = teaching.answers();
    this.labelled = labelled.clone();
    this.rows = rows;
    this.heldPairs = heldPairs;
    this.ordered = ordered;
    this.firstLabelled = rows + 2 * (heldPairs + ordered);
    this.labelledRows = labelledRows;
    this.mean = mean;
    this.pixels = new byte[data.shape().size()];
    this.variation = new PictureVariation(variation);
    this.shift = shift;
    this.seed = seed;
    this.frameOrder = new Sequence(ordinary.length, seed, Purpose.FRAMES);
    this.labelledOrder = new Sequence(Math.max(1, labelled.length), seed, Purpose.LABELLED_FRAMES);
    this.pairOrder = new Sequence(Math.max(1, pairs.size()), seed, Purpose.HELD_PAIRS);
    this.answerOrder = new Sequence(Math.max(1, answers.size()), seed, Purpose.ANSWERS);
    int values = (firstLabelled + labelledRows) * data.shape().size();
    int cells = labelledRows * labels.factors();
    this.slots = new Batch[2];
    for (int s = 0; s < slots.length; s++) {
      float[] frames = new float[values];
      slots[s] =
          new Batch(
              frames,
              variation > 0 ? new float[values] : frames,
              new double[cells],
              new double[cells],
              new int[heldPairs],
              new int[ordered],
              new int[ordered],
              new PixelMask[firstLabelled + labelledRows]);
    }
    this.thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread made = new Thread(work, "residua-frames");
              made.setDaemon(true);
              return made;
            });
    this.step = from;
    this.ahead = prepare(from);
  }

  private Future<Batch> prepare(int number) {
    return thread.submit(() -> fill(slots[number % 2], number));
  }

  Batch next() throws InterruptedException {
    Batch batch;
    try {
      batch = ahead.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "cannot prepare the frames of step %d: %s".formatted(step + 1, e.getCause()), e);
    }
    step++;
    ahead = prepare(step);
    return batch;
  }

  private Batch fill(Batch batch, int number) {
    Random random = StepRandom.of(seed, Purpose.VARIATION, number);
    for (int r = 0; r < rows; r++) {
      put(batch, random, r, ordinary[frameOrder.at((long) number * rows + r)]);
    }
    for (int p = 0; p < heldPairs; p++) {
      HeldPair pair = pairs.get(pairOrder.at((long) number * heldPairs + p));
      put(batch, random, rows + 2 * p, pair.first());
      put(batch, random, rows + 2 * p + 1, pair.second());
      batch.held()[p] = pair.factor();
    }
    for (int p = 0; p < ordered; p++) {
      OrderAnswer answer = answers.get(answerOrder.at((long) number * ordered + p));
      int row = rows + 2 * (heldPairs + p);
      put(batch, random, row, answer.first());
      put(batch, random, row + 1, answer.second());
      batch.compared()[p] = answer.factor();
      batch.signs()[p] = answer.sign();
    }
    int factors = labels.factors();
    int known = 0;
    for (int r = 0; r < labelledRows; r++) {
      int frame = labelled[labelledOrder.at((long) number * labelledRows + r)];
      put(batch, random, firstLabelled + r, frame);
      double[] values = LabelScale.factors(data, frame);
      for (int f = 0; f < factors; f++) {
        boolean isKnown = Double.isFinite(values[f]);
        batch.labels()[r * factors + f] = isKnown ? labels.standardize(f, values[f]) : 0;
        batch.counts()[r * factors + f] = isKnown ? 1 : 0;
        known += isKnown ? 1 : 0;
      }
    }
    for (int k = 0; k < batch.counts().length; k++) {
      batch.counts()[k] /= Math.max(1, known);
    }
    return batch;
  }

  private void put(Batch batch, Random random, int row, int frame) {
    ImageShape image = data.shape();
    data.read(frame, pixels, 0);
    PixelMask mask = data.mask(frame);
    if (shift > 0) {
      PictureShift moved = PictureShift.draw(shift, random);
      moved.apply(image, pixels);
      mask = moved.of(mask, image);
    }
    batch.masks()[row] = mask;
    put(pixels, mask, batch.targets(), row * image.size());
    if (variation.strength() > 0) {
      put(variation.apply(image, pixels, random), mask, batch.frames(), row * image.size());
    }
  }

  private void put(byte[] picture, PixelMask mask, float[] into, int at) {
    ImageShape image = data.shape();
    Blocks.put(image, picture, 0, mean, into, at);
    Blocks.set(image, mask, 0, into, at);
  }

  /** Waits for the batch that is being prepared; afterwards nothing reads the data. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      ahead.get();
    } catch (ExecutionException e) {
      // The batch that failed is not needed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The numbers below a count, all of them in random order, then in another, and so on. */
  private static final class Sequence {
    private final int count;
    private final long seed;
    private final Purpose purpose;
    private long round = -1;
    private int[] order = new int[0];

    Sequence(int count, long seed, Purpose purpose) {
      this.count = count;
      this.seed = seed;
      this.purpose = purpose;
    }

    int at(long position) {
      if (position / count != round) {
        round = position / count;
        order = StepRandom.shuffled(count, StepRandom.of(seed, purpose, round));
      }
      return order[(int) (position % count)];
    }
  }
}
