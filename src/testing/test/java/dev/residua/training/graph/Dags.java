package dev.residua.training.graph;

import java.util.ArrayList;
import java.util.List;

/** Slow twin of {@link DagProgram}: goes through all graphs, as sets of parents of each latent. */
public final class Dags {
  private Dags() {}

  /** All acyclic graphs over {@code d} latents; 543 for 4, 29,281 for 5. */
  public static List<int[]> all(int d) {
    List<int[]> found = new ArrayList<>();
    add(new int[d], 0, found);
    return found;
  }

  private static void add(int[] parents, int at, List<int[]> found) {
    if (at == parents.length) {
      if (acyclic(parents)) {
        found.add(parents.clone());
      }
      return;
    }
    for (int set = 0; set < 1 << parents.length; set++) {
      if ((set >> at & 1) == 0) {
        parents[at] = set;
        add(parents, at + 1, found);
      }
    }
    parents[at] = 0;
  }

  private static boolean acyclic(int[] parents) {
    int placed = 0;
    for (int round = 0; round < parents.length; round++) {
      for (int i = 0; i < parents.length; i++) {
        placed |= (parents[i] & ~placed) == 0 ? 1 << i : 0;
      }
    }
    return placed == (1 << parents.length) - 1;
  }

  /** Set of the latents that are causes of a latent, direct or indirect. */
  public static int ancestors(int[] parents, int latent) {
    int set = 0;
    for (int next = parents[latent]; next != set; ) {
      set = next;
      for (int i = 0; i < parents.length; i++) {
        next |= (set >> i & 1) == 1 ? parents[i] : 0;
      }
    }
    return set;
  }

  public static double score(double[][] score, int[] parents) {
    double sum = 0;
    for (int i = 0; i < parents.length; i++) {
      sum += score[i][parents[i]];
    }
    return sum;
  }

  /** The graph with the least score. */
  public static int[] best(double[][] score) {
    int[] best = new int[score.length];
    for (int[] parents : all(score.length)) {
      best = score(score, parents) < score(score, best) ? parents : best;
    }
    return best;
  }
}
