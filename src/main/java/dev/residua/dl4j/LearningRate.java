package dev.residua.dl4j;

import org.nd4j.linalg.schedule.ISchedule;

/** Linear warm-up over 5 % of the steps, flat to 30 %, then half a cosine down to 2 %. */
record LearningRate(double highest, int steps) implements ISchedule {
  private static final double WARM_UP = 0.05;
  private static final double FLAT = 0.30;
  private static final double LEAST = 0.02;

  @Override
  public double valueAt(int iteration, int epoch) {
    double done = (iteration + 1.0) / steps;
    if (done < WARM_UP) {
      return highest * done / WARM_UP;
    }
    if (done < FLAT) {
      return highest;
    }
    double part = Math.min(1, (done - FLAT) / (1 - FLAT));
    return highest * (LEAST + (1 - LEAST) * 0.5 * (1 + Math.cos(Math.PI * part)));
  }

  @Override
  public ISchedule clone() {
    return this;
  }
}
