package dev.residua.teaching;

import dev.residua.dataset.TaughtAnswer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Frames that a person sorted by a factor, as the comparisons that the order implies: all pairs,
 * not only the neighbours. Neighbours are the pairs that people confuse most, and alone they would
 * be the only ones that a training sees; pairs far apart are hardly ever wrong, and are those that
 * a folded latent contradicts.
 */
public final class SortedSeries {
  /** Most frames of a series. */
  public static final int MAX_FRAMES = 20;

  private SortedSeries() {}

  /**
   * The answers that an order implies, {@code n (n - 1) / 2} for n frames.
   *
   * @param frames lowest first
   * @throws IllegalArgumentException if there are fewer than 2 or more than {@value #MAX_FRAMES},
   *     or a frame is there twice
   */
  public static List<TaughtAnswer> answers(
      List<Integer> frames, String factor, String who, String when) {
    if (frames.size() < 2
        || frames.size() > MAX_FRAMES
        || new HashSet<>(frames).size() != frames.size()) {
      throw new IllegalArgumentException(
          "a sorted series has 2 to %d different frames but these are %s"
              .formatted(MAX_FRAMES, frames));
    }
    List<TaughtAnswer> answers = new ArrayList<>();
    for (int low = 0; low < frames.size(); low++) {
      for (int high = low + 1; high < frames.size(); high++) {
        // In turn, so that neither side is the usual answer.
        boolean first = (low + high) % 2 == 0;
        answers.add(
            new TaughtAnswer(
                frames.get(first ? high : low),
                frames.get(first ? low : high),
                factor,
                first ? TaughtAnswer.Answer.A : TaughtAnswer.Answer.B,
                who,
                when));
      }
    }
    return answers;
  }
}
