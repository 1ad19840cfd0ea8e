package dev.residua.frame;

import java.util.Arrays;

/**
 * Fits a similarity, a gain and an offset of light that take a reference to a picture. A point
 * {@code z} of the reference, as a complex number from the centre, lies at {@code m z + t} in the
 * picture.
 *
 * <p>Each step solves weighted least squares for six unknowns. A point whose residual is {@code r}
 * has the weight {@code 1 / (1 + (r/s)^2)^2} with {@code s} twice the median of {@code |r|}: even a
 * third of the points may be hidden by other things.
 *
 * <p>Source: inverse compositional Gauss-Newton, Baker and Matthews, Lucas-Kanade 20 Years On, IJCV
 * 56 (2004); weights of Geman and McClure.
 */
final class SimilarityFit {
  private static final int UNKNOWNS = 6;
  private static final int OF_SIMILARITY = 4;
  private static final int MIN_POINTS = 24;

  /** Smallest scale of residuals, in grey levels: less is noise. */
  private static final double NOISE = 2;

  /** Error of a grey level even if all points agree: pixels are rounded. */
  private static final double ROUNDING = 0.5;

  private static final double MIN_GAIN = 0.2;
  private static final double MAX_GAIN = 5;

  /** Move of the picture's edge in one step that ends a fit, in pixels. */
  private static final double CONVERGED = 0.01;

  /** Share of its diagonal that a pivot needs: less is rounding. */
  private static final double SINGULAR = 1e-9;

  private static final int LEVELS = 256;

  private final double[] normal = new double[UNKNOWNS * UNKNOWNS]; // lower triangle
  private final double[] right = new double[UNKNOWNS];
  private final double[] change = new double[UNKNOWNS];
  private final int[] counts = new int[LEVELS];
  private float[] values = {}; // of the picture at the points; NaN outside

  private double mReal;
  private double mImaginary;
  private double tx;
  private double ty;
  private double gain;
  private double light;
  private double error;
  private double weights; // sum over the points
  private double squares; // weighted sum of squared residuals

  void start() {
    mReal = 1;
    mImaginary = 0;
    tx = 0;
    ty = 0;
    gain = 1;
    light = 0;
    error = Double.POSITIVE_INFINITY;
  }

  /** Scales the motion to a picture whose sides are longer by a factor. */
  void enlarge(int by) {
    tx *= by;
    ty *= by;
  }

  /**
   * Iterates on one size of the picture.
   *
   * @return false if the fit has failed
   */
  boolean improve(SmoothPicture picture, int steps) {
    if (picture.points() < MIN_POINTS) {
      return false;
    }
    if (values.length < picture.points()) {
      values = new float[picture.points()];
    }
    double edge = Math.max(picture.width(), picture.height()) / 2.0;
    for (int step = 0; step < steps; step++) {
      for (int k = 0; k < picture.points(); k++) {
        float x = picture.x(k);
        float y = picture.y(k);
        values[k] = picture.at(mReal * x - mImaginary * y + tx, mImaginary * x + mReal * y + ty);
      }
      addUp(picture, scale(picture));
      if (!solve() || !(change[4] > MIN_GAIN && change[4] < MAX_GAIN)) {
        return false;
      }
      gain = change[4];
      light = change[5];
      double moved = compose(edge);
      if (!(moved < edge)) {
        return false;
      }
      if (moved < CONVERGED) {
        break;
      }
    }
    error = standardError(edge);
    return true;
  }

  private double scale(SmoothPicture picture) {
    Arrays.fill(counts, 0);
    int inside = 0;
    for (int k = 0; k < picture.points(); k++) {
      double residual = values[k] - gain * picture.value(k) - light;
      if (!Double.isNaN(residual)) {
        counts[(int) Math.min(LEVELS - 1, Math.abs(residual))]++;
        inside++;
      }
    }
    int level = 0;
    for (int below = counts[0]; 2 * below < inside; below += counts[++level]) {}
    return Math.max(NOISE, 2 * level);
  }

  /** Sums the normal equations in local variables, which takes a third of the time. */
  private void addUp(SmoothPicture picture, double scale) {
    double n00 = 0,
        n10 = 0,
        n11 = 0,
        n20 = 0,
        n21 = 0,
        n22 = 0,
        n30 = 0,
        n31 = 0,
        n32 = 0,
        n33 = 0,
        n40 = 0,
        n41 = 0,
        n42 = 0,
        n43 = 0,
        n44 = 0,
        n50 = 0,
        n51 = 0,
        n52 = 0,
        n53 = 0,
        n54 = 0,
        n55 = 0;
    double r0 = 0, r1 = 0, r2 = 0, r3 = 0, r4 = 0, r5 = 0;
    double sum = 0;
    double inverse = 1 / (scale * scale);
    for (int k = 0; k < picture.points(); k++) {
      double v = values[k];
      if (Double.isNaN(v)) {
        continue; // outside of the picture
      }
      double p0 = picture.slopeAcross(k);
      double p1 = picture.slopeDown(k);
      double p2 = p0 * picture.x(k) + p1 * picture.y(k); // by the real part of m
      double p3 = p1 * picture.x(k) - p0 * picture.y(k); // by its imaginary part
      double p4 = picture.value(k);
      double residual = v - gain * p4 - light;
      double root = 1 / (1 + residual * residual * inverse);
      double w5 = root * root;
      sum += w5 * residual * residual;
      double w0 = w5 * p0;
      r0 += w0 * v;
      n00 += w0 * p0;
      double w1 = w5 * p1;
      r1 += w1 * v;
      n10 += w1 * p0;
      n11 += w1 * p1;
      double w2 = w5 * p2;
      r2 += w2 * v;
      n20 += w2 * p0;
      n21 += w2 * p1;
      n22 += w2 * p2;
      double w3 = w5 * p3;
      r3 += w3 * v;
      n30 += w3 * p0;
      n31 += w3 * p1;
      n32 += w3 * p2;
      n33 += w3 * p3;
      double w4 = w5 * p4;
      r4 += w4 * v;
      n40 += w4 * p0;
      n41 += w4 * p1;
      n42 += w4 * p2;
      n43 += w4 * p3;
      n44 += w4 * p4;
      r5 += w5 * v;
      n50 += w5 * p0;
      n51 += w5 * p1;
      n52 += w5 * p2;
      n53 += w5 * p3;
      n54 += w5 * p4;
      n55 += w5;
    }
    weights = n55;
    squares = sum;
    right[0] = r0;
    setRow(0, n00);
    right[1] = r1;
    setRow(1, n10, n11);
    right[2] = r2;
    setRow(2, n20, n21, n22);
    right[3] = r3;
    setRow(3, n30, n31, n32, n33);
    right[4] = r4;
    setRow(4, n40, n41, n42, n43, n44);
    right[5] = r5;
    setRow(5, n50, n51, n52, n53, n54, n55);
  }

  private void setRow(int row, double... sums) {
    System.arraycopy(sums, 0, normal, row * UNKNOWNS, sums.length);
  }

  /** Solves the normal equations by Cholesky's factors, which replace them. */
  private boolean solve() {
    for (int i = 0; i < UNKNOWNS; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = normal[i * UNKNOWNS + j];
        double diagonal = sum;
        for (int k = 0; k < j; k++) {
          sum -= normal[i * UNKNOWNS + k] * normal[j * UNKNOWNS + k];
        }
        if (i != j) {
          normal[i * UNKNOWNS + j] = sum / normal[j * UNKNOWNS + j];
        } else if (sum > SINGULAR * diagonal) {
          normal[i * UNKNOWNS + i] = Math.sqrt(sum);
        } else {
          return false;
        }
      }
    }
    for (int i = 0; i < UNKNOWNS; i++) {
      double sum = right[i];
      for (int k = 0; k < i; k++) {
        sum -= normal[i * UNKNOWNS + k] * change[k];
      }
      change[i] = sum / normal[i * UNKNOWNS + i];
    }
    for (int i = UNKNOWNS - 1; i >= 0; i--) {
      double sum = change[i];
      for (int k = i + 1; k < UNKNOWNS; k++) {
        sum -= normal[k * UNKNOWNS + i] * change[k];
      }
      change[i] = sum / normal[i * UNKNOWNS + i];
    }
    return true;
  }

  /** Puts the inverse of the solution before the motion; returns the move at the edge. */
  private double compose(double edge) {
    double dx = change[0] / gain;
    double dy = change[1] / gain;
    double real = 1 + change[2] / gain;
    double imaginary = change[3] / gain;
    double square = real * real + imaginary * imaginary;
    double nextReal = (mReal * real + mImaginary * imaginary) / square;
    double nextImaginary = (mImaginary * real - mReal * imaginary) / square;
    mReal = nextReal;
    mImaginary = nextImaginary;
    tx -= mReal * dx - mImaginary * dy;
    ty -= mImaginary * dx + mReal * dy;
    return Math.abs(dx) + Math.abs(dy) + edge * (Math.abs(real - 1) + Math.abs(imaginary));
  }

  private double standardError(double edge) {
    double largest = 0;
    double[] column = change; // of the inverse of Cholesky's factor
    for (int part = 0; part < OF_SIMILARITY; part++) {
      double sum = 0;
      for (int i = part; i < UNKNOWNS; i++) {
        double value = i == part ? 1 : 0;
        for (int k = part; k < i; k++) {
          value -= normal[i * UNKNOWNS + k] * column[k];
        }
        column[i] = value / normal[i * UNKNOWNS + i];
        sum += column[i] * column[i];
      }
      largest = Math.max(largest, Math.sqrt(sum) * (part < 2 ? 1 : edge));
    }
    return largest * Math.sqrt(squares / weights + ROUNDING * ROUNDING) / gain;
  }

  /**
   * Largest standard error of the similarity at the edge of the last picture, in its pixels. It
   * assumes independent residuals, so it compares fits and is not a bound.
   */
  double error() {
    return error;
  }

  CameraMotion motion(ImageShape shape) {
    return new CameraMotion(
        (float) (tx / shape.width()),
        (float) (ty / shape.height()),
        (float) StrictMath.toDegrees(StrictMath.atan2(mImaginary, mReal)),
        (float) Math.sqrt(mReal * mReal + mImaginary * mImaginary));
  }
}
