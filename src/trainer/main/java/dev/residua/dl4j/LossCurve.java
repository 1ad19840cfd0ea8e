package dev.residua.dl4j;

import dev.residua.training.TrainingLosses;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Losses over the steps of a training, in evenly spaced means. */
final class LossCurve {
  private static final int POINTS = 200;
  private static final int LAST_SHARE = 20;

  private final int steps;
  private final double[] window = new double[TrainingLosses.COUNT];
  private final double[] last = new double[TrainingLosses.COUNT];
  private final List<TrainingLosses> points = new ArrayList<>();
  private int inWindow;
  private int inLast;

  /**
   * @param steps of the whole training
   */
  LossCurve(int steps) {
    this.steps = steps;
  }

  void add(int step, TrainingLosses losses) {
    double[] values = losses.toArray();
    boolean isLast = step >= steps - Math.max(1, steps / LAST_SHARE);
    for (int i = 0; i < values.length; i++) {
      window[i] += values[i];
      last[i] += isLast ? values[i] : 0;
    }
    inWindow++;
    inLast += isLast ? 1 : 0;
    if ((step + 1) % Math.max(1, steps / POINTS) == 0) {
      points.add(mean(window, inWindow));
      Arrays.fill(window, 0);
      inWindow = 0;
    }
  }

  /** Mean over the last twentieth of the training, or the latest mean of one that was stopped. */
  TrainingLosses latest() {
    if (inLast > 0) {
      return mean(last, inLast);
    }
    return points.isEmpty() ? mean(window, Math.max(1, inWindow)) : points.get(points.size() - 1);
  }

  /** The newest point, null before the first. */
  @Nullable TrainingLosses shown() {
    return points.isEmpty() ? null : points.get(points.size() - 1);
  }

  List<TrainingLosses> points() {
    return List.copyOf(points);
  }

  private static TrainingLosses mean(double[] sums, int count) {
    return TrainingLosses.of(Arrays.stream(sums).map(sum -> sum / count).toArray());
  }

  void write(DataOutputStream out) throws IOException {
    write(out, window);
    write(out, last);
    out.writeInt(inWindow);
    out.writeInt(inLast);
    out.writeInt(points.size());
    for (TrainingLosses point : points) {
      write(out, point.toArray());
    }
  }

  private static void write(DataOutputStream out, double[] values) throws IOException {
    for (double value : values) {
      out.writeDouble(value);
    }
  }

  static LossCurve read(DataInputStream in, int steps) throws IOException {
    LossCurve curve = new LossCurve(steps);
    read(in, curve.window);
    read(in, curve.last);
    curve.inWindow = in.readInt();
    curve.inLast = in.readInt();
    int points = in.readInt();
    for (int i = 0; i < points; i++) {
      double[] values = new double[TrainingLosses.COUNT];
      read(in, values);
      curve.points.add(TrainingLosses.of(values));
    }
    return curve;
  }

  private static void read(DataInputStream in, double[] into) throws IOException {
    for (int i = 0; i < into.length; i++) {
      into[i] = in.readDouble();
    }
  }
}
