package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.Trainer;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Trains the LANCA network on the processor. All work of one training is done by one thread of its
 * own, because SameDiff keeps a session for every thread that ever called it.
 */
public final class LancaTrainer implements Trainer {
  /** Width and height of images must be multiples of this. */
  public static final int MULTIPLE = 16;

  @Override
  public String architecture() {
    return "lanca-s2d4";
  }

  @Override
  public String preprocessing() {
    return "unsigned bytes divided by 255, minus the mean of the training frames, blocks of 4x4"
        + " pixels as channels; inside the network";
  }

  @Override
  public TrainedNetwork train(
      TrainingData data,
      int frames,
      int[] labelled,
      TrainingSettings settings,
      byte @Nullable [] start,
      TrainingProgress progress)
      throws TrainingFailedException {
    try {
      check(data.shape());
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException(String.valueOf(e.getMessage()), e);
    }
    int ordinary = LancaTraining.ordinary(data, frames).length;
    if (ordinary < settings.batch()) {
      throw new TrainingFailedException(
          "%d frames to train on%s are fewer than one batch of %d: give more frames"
              .formatted(
                  ordinary,
                  ordinary < frames ? " that are in no held pair" : "",
                  settings.batch()));
    }
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread made = new Thread(work, "residua-training");
              made.setDaemon(true);
              return made;
            });
    try {
      return thread
          .submit(
              () -> LancaTraining.run(data, frames, labelled, settings, start, progress, thread))
          .get();
    } catch (ExecutionException e) {
      thread.shutdown();
      if (e.getCause() instanceof TrainingFailedException failed) {
        throw failed;
      }
      throw new TrainingFailedException("training broke off: " + e.getCause(), e);
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
      throw new TrainingFailedException("training was interrupted", e);
    }
  }

  /**
   * Checks whether a network can read frames of a shape.
   *
   * @throws IllegalArgumentException if a side is not a multiple of {@link #MULTIPLE}; the message
   *     names valid sizes
   */
  public static void check(ImageShape shape) {
    if (shape.width() % MULTIPLE != 0 || shape.height() % MULTIPLE != 0) {
      throw new IllegalArgumentException(
          "frames are %s, but width and height must be multiples of %d: train with --size %dx%d, or import with --size %dx%d"
              .formatted(
                  shape,
                  MULTIPLE,
                  down(shape.width()),
                  down(shape.height()),
                  up(shape.width()),
                  up(shape.height())));
    }
  }

  private static int down(int side) {
    return Math.max(MULTIPLE, side / MULTIPLE * MULTIPLE);
  }

  private static int up(int side) {
    return (side + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
  }
}
