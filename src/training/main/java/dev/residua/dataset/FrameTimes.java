package dev.residua.dataset;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Times at which the frames of a data set were taken.
 *
 * @param seconds of each frame, from any origin; empty if the times are unknown
 */
public record FrameTimes(double[] seconds) {
  /** The times of frames that have none. */
  public static final FrameTimes NONE = new FrameTimes(new double[0]);

  /** Longest step within a run, in median steps. */
  private static final double LONGEST_STEP = 10;

  /** Frames in random order form runs of two on average. */
  private static final int FRAMES_PER_RUN = 3;

  /** Distinguishes steps in a sentence. */
  private static final MathContext DIGITS = new MathContext(4);

  /**
   * A run of frames of which each was taken shortly after the one before.
   *
   * @param from first frame
   * @param to frame after the last one
   */
  public record Run(int from, int to) {}

  /**
   * @throws IllegalArgumentException if a time is not finite
   */
  public FrameTimes {
    seconds = seconds.clone();
    for (int i = 0; i < seconds.length; i++) {
      if (!Double.isFinite(seconds[i])) {
        throw new IllegalArgumentException("time of frame %d was %s".formatted(i, seconds[i]));
      }
    }
  }

  /**
   * Reads the column {@link FrameDataset#TIME_COLUMN}.
   *
   * @param file of the labels, for messages
   * @return the times; {@link #NONE} if the labels lack the column
   * @throws IOException if a cell is not a number; the message names the row
   */
  static FrameTimes of(LabelTable labels, Path file) throws IOException {
    String column = FrameDataset.TIME_COLUMN;
    if (!labels.has(column)) {
      return NONE;
    }
    double[] seconds = new double[labels.rows()];
    for (int row = 0; row < seconds.length; row++) {
      seconds[row] = labels.value(row, column);
      if (Double.isNaN(seconds[row])) {
        String cell = labels.text(row, column);
        throw new IOException(
            "%s row %d: column '%s' %s, expected seconds such as 12.5; give every frame its time, or remove the column if the frames are independent"
                .formatted(
                    file, row + 1, column, cell == null ? "is empty" : "has '" + cell + "'"));
      }
    }
    return new FrameTimes(seconds);
  }

  /** Returns true if the times are unknown. */
  public boolean isEmpty() {
    return seconds.length == 0;
  }

  /** Returns the times of some frames, in seconds. */
  public double[] of(int[] frames) {
    return Arrays.stream(frames).mapToDouble(frame -> seconds[frame]).toArray();
  }

  /** Returns the cell of a frame in the labels. */
  public String cell(int frame) {
    return BigDecimal.valueOf(seconds[frame]).stripTrailingZeros().toPlainString();
  }

  /** Returns the median time from a frame to a later next one; NaN if there is none. */
  public double stepSeconds() {
    double[] steps =
        IntStream.range(1, seconds.length)
            .mapToDouble(i -> seconds[i] - seconds[i - 1])
            .filter(step -> step > 0)
            .sorted()
            .toArray();
    return steps.length == 0 ? Double.NaN : steps[steps.length / 2];
  }

  /**
   * Returns the ranges of frames in which time increases and no step is longer than ten median
   * steps.
   */
  public List<Run> runs() {
    double longest = LONGEST_STEP * stepSeconds();
    List<Run> runs = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= seconds.length; i++) {
      double step = i == seconds.length ? Double.NaN : seconds[i] - seconds[i - 1];
      if (!(step > 0 && step <= longest)) {
        runs.add(new Run(from, i));
        from = i;
      }
    }
    return List.copyOf(runs);
  }

  /** Returns true if the runs have at least three frames on average. */
  public boolean isSequence() {
    return !isEmpty() && seconds.length >= FRAMES_PER_RUN * runs().size();
  }

  /**
   * Returns the times moved so that the last one is a given one. A run that goes back in time
   * follows the run before after twenty median steps.
   */
  public List<Instant> until(Instant last) {
    double gap = 2 * LONGEST_STEP * stepSeconds();
    Instant[] times = new Instant[seconds.length];
    Instant at = last;
    for (int i = seconds.length - 1; i >= 0; i--) {
      times[i] = at;
      double step = i == 0 ? 0 : seconds[i] - seconds[i - 1];
      at = at.minusNanos(Math.round(1e9 * (step > 0 ? step : gap)));
    }
    return List.of(times);
  }

  /** Returns a sentence for people. */
  public String sentence() {
    if (isEmpty()) {
      return "frames are independent (no times)";
    }
    int runs = runs().size();
    return isSequence()
        ? "frames are a sequence: %,d frames, one every %s s, %,d run%s"
            .formatted(
                seconds.length,
                BigDecimal.valueOf(stepSeconds())
                    .round(DIGITS)
                    .stripTrailingZeros()
                    .toPlainString(),
                runs,
                runs == 1 ? "" : "s")
        : "frames are independent: their times are in %,d runs of %.1f frames on average"
            .formatted(runs, seconds.length / (double) runs);
  }

  @Override
  public double[] seconds() {
    return seconds.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FrameTimes times && Arrays.equals(seconds, times.seconds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(seconds);
  }
}
