package dev.residua.dl4j;

/**
 * Linear warm-up over 5 % of the steps, flat to 30 %, then half a cosine down to 2 %.
 *
 * @param highest rate between warm-up and decline
 * @param steps of the whole training
 */
record LearningRate(double highest, int steps) {
  private static final double WARM_UP = 0.05;
  private static final double FLAT = 0.30;
  private static final double LEAST = 0.02;

  /** Rate of a step, counted from 0. */
  double at(int step) {
    double done = (step + 1.0) / steps;
    if (done < WARM_UP) {
      return highest * done / WARM_UP;
    }
    if (done < FLAT) {
      return highest;
    }
    double part = Math.min(1, (done - FLAT) / (1 - FLAT));
    return highest * (LEAST + (1 - LEAST) * 0.5 * (1 + Math.cos(Math.PI * part)));
  }
}
