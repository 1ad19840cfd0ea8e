package dev.residua.training;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The held pairs and answers of some data, of which a part is kept back to check the result.
 *
 * <p>Of the frames in which a factor was held, the last eighth is kept back; a pair across that cut
 * is dropped. Of the answers on a factor, every seventh is kept back. Answers of one sorted series
 * imply each other, so those kept back are easier than answers on new frames.
 *
 * @param pairs to train on; answers that two frames are equal are among them
 * @param unseenPairs kept back
 * @param answers to train on, all of them with an order
 * @param unseenAnswers kept back, all of them with an order
 */
public record Teaching(
    List<HeldPair> pairs,
    List<HeldPair> unseenPairs,
    List<OrderAnswer> answers,
    List<OrderAnswer> unseenAnswers) {
  private static final int FRAMES_PER_UNSEEN = 8;
  private static final int ANSWERS_PER_UNSEEN = 7;

  static final Teaching NONE = new Teaching(List.of(), List.of(), List.of(), List.of());

  public Teaching {
    pairs = List.copyOf(pairs);
    unseenPairs = List.copyOf(unseenPairs);
    answers = List.copyOf(answers);
    unseenAnswers = List.copyOf(unseenAnswers);
  }

  /**
   * Pairs and answers of the data that are used under the settings: weights of 0 leave pairs or
   * answers out.
   */
  public static Teaching of(TrainingData data, TrainingSettings settings) {
    List<HeldPair> pairs = new ArrayList<>();
    List<HeldPair> unseenPairs = new ArrayList<>();
    List<OrderAnswer> answers = new ArrayList<>();
    List<OrderAnswer> unseenAnswers = new ArrayList<>();
    for (int factor = 0; factor < data.factorNames().size(); factor++) {
      if (settings.heldWeight() > 0) {
        split(of(factor, data.heldPairs()), pairs, unseenPairs);
      }
      if (settings.orderWeight() > 0) {
        int seen = 0;
        for (OrderAnswer answer : data.answers()) {
          if (answer.factor() != factor) {
            continue;
          }
          if (answer.sign() == 0) {
            pairs.add(new HeldPair(answer.first(), answer.second(), factor));
          } else {
            (seen++ % ANSWERS_PER_UNSEEN == ANSWERS_PER_UNSEEN - 1 ? unseenAnswers : answers)
                .add(answer);
          }
        }
      }
    }
    return new Teaching(pairs, unseenPairs, answers, unseenAnswers);
  }

  private static List<HeldPair> of(int factor, List<HeldPair> pairs) {
    return pairs.stream().filter(pair -> pair.factor() == factor).toList();
  }

  private static void split(List<HeldPair> all, List<HeldPair> pairs, List<HeldPair> unseen) {
    int[] frames =
        all.stream()
            .flatMapToInt(pair -> IntStream.of(pair.first(), pair.second()))
            .distinct()
            .sorted()
            .toArray();
    int kept = frames.length / FRAMES_PER_UNSEEN;
    int cut = kept < 2 ? Integer.MAX_VALUE : frames[frames.length - kept];
    for (HeldPair pair : all) {
      if (Math.max(pair.first(), pair.second()) < cut) {
        pairs.add(pair);
      } else if (Math.min(pair.first(), pair.second()) >= cut) {
        unseen.add(pair);
      }
    }
  }

  public boolean isEmpty() {
    return pairs.isEmpty() && answers.isEmpty();
  }

  /** Returns true if pairs or answers name a factor. */
  public boolean names(int factor) {
    return pairs.stream().anyMatch(pair -> pair.factor() == factor)
        || answers.stream().anyMatch(answer -> answer.factor() == factor);
  }

  /** Frames of all answers and of the pairs that were kept back, ascending. */
  int[] checked() {
    return Stream.concat(
            unseenPairs.stream().flatMap(pair -> Stream.of(pair.first(), pair.second())),
            Stream.concat(answers.stream(), unseenAnswers.stream())
                .flatMap(answer -> Stream.of(answer.first(), answer.second())))
        .mapToInt(Integer::intValue)
        .distinct()
        .sorted()
        .toArray();
  }
}
