package dev.residua.teaching;

import dev.residua.dataset.TaughtAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Chooses the next question. Without opinions on the factor it asks about frames that are far apart
 * along one principal component, in turn. With opinions it asks about their disagreements and
 * doubts, with frames that are far enough apart to see a difference, with one frame from each fifth
 * of the factor's range in turn; every fourth question is about frames far apart, which shows a
 * latent that folds its factor. Pure: the same arguments give the same question.
 */
public final class QuestionChooser {
  private static final int TRIED = 300;
  private static final int TRIED_FAR = 24;
  private static final int COMPONENTS_IN_TURN = 6;
  private static final int STRATA = 5;
  private static final int FAR_EVERY = 4;

  /** Frames that are closer in all estimates look equal to a person. */
  private static final double VISIBLE = 0.3;

  /** Why a question is asked. */
  public enum Reason {
    /** Pictures differ much; nothing is known of the factor yet. */
    PICTURES_DIFFER,
    /** Models or fits disagree or hesitate. */
    UNCERTAIN,
    /** Far apart in the factor, as far as it is known. */
    FAR_APART
  }

  /** In which of two frames is the factor higher? */
  public record Question(int frameA, int frameB, Reason reason) {}

  private final PicturePool pool;
  private final FactorEstimates opinions;
  private final List<TaughtAnswer> answers;
  private final Random random;

  /**
   * @param answers on the factor
   * @param seed of all draws
   */
  public QuestionChooser(
      PicturePool pool, FactorEstimates opinions, List<TaughtAnswer> answers, long seed) {
    this.pool = pool;
    this.opinions = opinions;
    this.answers = answers;
    this.random = new Random(seed);
  }

  /** The next comparison. O(300) after the opinions. */
  public Question question() {
    Set<Long> asked = new HashSet<>();
    Map<Integer, Integer> used = new HashMap<>();
    for (TaughtAnswer answer : answers) {
      asked.add(key(answer.frameA(), answer.frameB()));
      used.merge(answer.frameA(), 1, Integer::sum);
      used.merge(answer.frameB(), 1, Integer::sum);
    }
    int turn = answers.size();
    Reason reason =
        opinions.isEmpty()
            ? Reason.PICTURES_DIFFER
            : turn % FAR_EVERY == FAR_EVERY - 1 ? Reason.FAR_APART : Reason.UNCERTAIN;
    int component = turn % Math.min(COMPONENTS_IN_TURN, pool.components()[0].length);
    int[] stratum = reason == Reason.UNCERTAIN ? stratum(turn % STRATA) : all();
    int[] best = {0, 1};
    double bestGain = Double.NEGATIVE_INFINITY;
    int tried = reason == Reason.UNCERTAIN ? TRIED : TRIED_FAR;
    for (int i = 0; i < tried; i++) {
      int a = stratum[random.nextInt(stratum.length)];
      int b = random.nextInt(pool.size());
      int frameA = pool.frames()[a];
      int frameB = pool.frames()[b];
      if (a == b) {
        continue;
      }
      double gain =
          gain(reason, component, a, b)
              - 0.05 * (used.getOrDefault(frameA, 0) + used.getOrDefault(frameB, 0))
              - (asked.contains(key(frameA, frameB)) ? 10 : 0);
      if (gain > bestGain) {
        bestGain = gain;
        best = random.nextBoolean() ? new int[] {a, b} : new int[] {b, a};
      }
    }
    return new Question(pool.frames()[best[0]], pool.frames()[best[1]], reason);
  }

  private double gain(Reason reason, int component, int a, int b) {
    return switch (reason) {
      case PICTURES_DIFFER ->
          Math.abs(pool.components()[a][component] - pool.components()[b][component]);
      case FAR_APART -> Math.abs(opinions.mean(a) - opinions.mean(b));
      case UNCERTAIN -> {
        double p = opinions.higher(a, b);
        yield 4 * p * (1 - p) - (opinions.distance(a, b) < VISIBLE ? 1 : 0);
      }
    };
  }

  /**
   * Frames to sort, in random order: one from each part of the factor's range as far as it is
   * known, else of the range of one principal component, in turn.
   */
  public List<Integer> series(int count) {
    int component = answers.size() % Math.min(COMPONENTS_IN_TURN, pool.components()[0].length);
    int[] order =
        sorted(opinions.isEmpty() ? i -> pool.components()[i][component] : opinions::mean);
    int n = Math.min(count, order.length);
    List<Integer> frames = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int from = (int) ((long) i * order.length / n);
      int to = (int) ((long) (i + 1) * order.length / n);
      frames.add(pool.frames()[order[from + random.nextInt(to - from)]]);
    }
    Collections.shuffle(frames, random);
    return frames;
  }

  /**
   * The frame to label next: the one whose picture is farthest from all labelled ones.
   *
   * @param labelled frames
   */
  public int unlabelled(List<Integer> labelled) {
    Set<Integer> known = new HashSet<>(labelled);
    List<double[]> places =
        IntStream.range(0, pool.size())
            .filter(i -> known.contains(pool.frames()[i]))
            .mapToObj(i -> pool.components()[i])
            .toList();
    int best = -1;
    double bestDistance = -1;
    for (int i = 0; i < pool.size(); i++) {
      if (known.contains(pool.frames()[i])) {
        continue;
      }
      double nearest = places.isEmpty() ? random.nextDouble() : Double.MAX_VALUE;
      for (double[] place : places) {
        double distance = 0;
        for (int c = 0; c < place.length; c++) {
          double difference = place[c] - pool.components()[i][c];
          distance += difference * difference;
        }
        nearest = Math.min(nearest, distance);
      }
      if (nearest > bestDistance) {
        bestDistance = nearest;
        best = i;
      }
    }
    return pool.frames()[best < 0 ? random.nextInt(pool.size()) : best];
  }

  private int[] all() {
    return IntStream.range(0, pool.size()).toArray();
  }

  private int[] stratum(int which) {
    int[] order = sorted(opinions::mean);
    int from = which * order.length / STRATA;
    int to = Math.max(from + 1, (which + 1) * order.length / STRATA);
    return Arrays.copyOfRange(order, from, to);
  }

  private int[] sorted(IntToDoubleFunction value) {
    return IntStream.range(0, pool.size())
        .boxed()
        .sorted(Comparator.comparingDouble(value::applyAsDouble))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static long key(int a, int b) {
    return (long) Math.min(a, b) << 32 | Math.max(a, b);
  }
}
