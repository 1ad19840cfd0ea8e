package dev.residua.simulation;

import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtAnswer.Answer;
import java.util.ArrayList;
import java.util.List;

/** Draws the answers of a person who sees which of two frames is higher in a factor. */
final class SimulatedAnswers {
  private final List<String> factors;
  private final List<double[]> values = new ArrayList<>();
  private final List<Integer> frames = new ArrayList<>();

  /**
   * @param factors names that are asked for, in turn
   */
  SimulatedAnswers(List<String> factors) {
    this.factors = List.copyOf(factors);
  }

  /**
   * Adds a frame that may be asked about.
   *
   * @param truth values of the factors, shape {@code [factors]}
   */
  void add(int frame, double[] truth) {
    frames.add(frame);
    values.add(truth.clone());
  }

  /**
   * Draws answers on pairs of different frames.
   *
   * @param wrong probability that an answer is the wrong way round
   */
  List<TaughtAnswer> draw(int count, double wrong, long seed) {
    if (count > 0 && frames.size() < 2) {
      throw new IllegalArgumentException(
          "answers need two usual frames, there are " + frames.size());
    }
    PortableRandom random = new PortableRandom(Long.rotateLeft(~seed, 48));
    List<TaughtAnswer> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int a = (int) (random.uniform() * frames.size());
      int b = (int) (random.uniform() * (frames.size() - 1));
      b += b >= a ? 1 : 0;
      int factor = i % factors.size();
      double difference = values.get(a)[factor] - values.get(b)[factor];
      boolean higher = random.uniform() < wrong ? difference < 0 : difference > 0;
      Answer answer = difference == 0 ? Answer.EQUAL : higher ? Answer.A : Answer.B;
      answers.add(
          new TaughtAnswer(
              frames.get(a), frames.get(b), factors.get(factor), answer, "simulation", ""));
    }
    return answers;
  }
}
