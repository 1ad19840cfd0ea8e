package dev.residua.bench.alternatives;

import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * Principal components of pictures at half the resolution, with the two statistics of multivariate
 * process control: the logarithms of the squared error that the components leave (SPE) and of
 * Hotelling's T².
 *
 * <p>Source: J. E. Jackson and G. S. Mudholkar, Control procedures for residuals associated with
 * principal component analysis, Technometrics 21 (1979).
 */
final class PrincipalComponents implements PictureMethod {
  /** Components that are kept, unless the pictures have fewer. */
  static final int COMPONENTS = 50;

  /** Smallest variance of a component, as a share of the largest. */
  private static final double LEAST = 1e-9;

  /** Most pictures that the components are computed of; the time grows with the cube. */
  static final int MAX_PICTURES = 400;

  private final ImageShape shape;
  private final double[] mean;
  private final double[][] components; // of unit length
  private final double[] variances;
  private final double[] picture;

  /** Computes the components; with 400 pictures of 64x64x3 about two seconds. */
  PrincipalComponents(ImageShape shape, List<byte[]> pictures) {
    if (pictures.size() <= COMPONENTS) {
      throw new IllegalArgumentException(
          "%d principal components need more pictures than %d"
              .formatted(COMPONENTS, pictures.size()));
    }
    this.shape = shape;
    int size = shape.height() / 2 * (shape.width() / 2) * shape.channels();
    this.picture = new double[size];
    this.mean = new double[size];
    int n = Math.min(MAX_PICTURES, pictures.size());
    double[][] rows = new double[n][size];
    for (int i = 0; i < n; i++) {
      halve(pictures.get((int) ((long) i * pictures.size() / n)), rows[i]);
      for (int p = 0; p < size; p++) {
        mean[p] += rows[i][p] / n;
      }
    }
    for (double[] row : rows) {
      for (int p = 0; p < size; p++) {
        row[p] -= mean[p];
      }
    }
    // The eigenvectors of the products of pictures give those of the far larger covariance.
    double[][] products = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        products[i][j] = dot(rows[i], rows[j]) / n;
        products[j][i] = products[i][j];
      }
    }
    SingularValueDecomposition found =
        new SingularValueDecomposition(new Array2DRowRealMatrix(products, false));
    double[] all = found.getSingularValues(); // largest first
    int kept = 1;
    while (kept < COMPONENTS && all[kept] > LEAST * all[0]) {
      kept++;
    }
    this.components = new double[kept][size];
    this.variances = Arrays.copyOf(all, kept);
    for (int k = 0; k < kept; k++) {
      double[] weights = found.getU().getColumn(k);
      for (int i = 0; i < n; i++) {
        for (int p = 0; p < size; p++) {
          components[k][p] += weights[i] * rows[i][p] / Math.sqrt(n * variances[k]);
        }
      }
    }
  }

  @Override
  public int numbers() {
    return 2;
  }

  @Override
  public void read(byte[] pixels, float[] into) {
    halve(pixels, picture);
    double left = 0;
    for (int p = 0; p < picture.length; p++) {
      picture[p] -= mean[p];
      left += picture[p] * picture[p];
    }
    double hotelling = 0;
    for (int k = 0; k < components.length; k++) {
      double score = dot(components[k], picture);
      left -= score * score;
      hotelling += score * score / variances[k];
    }
    into[0] = (float) Math.log(Math.max(1e-6, left));
    into[1] = (float) Math.log(Math.max(1e-6, hotelling));
  }

  private void halve(byte[] pixels, double[] into) {
    int channels = shape.channels();
    int at = 0;
    for (int y = 0; y + 1 < shape.height(); y += 2) {
      for (int x = 0; x + 1 < shape.width(); x += 2) {
        for (int c = 0; c < channels; c++) {
          int top = (y * shape.width() + x) * channels + c;
          int bottom = top + shape.width() * channels;
          into[at++] =
              ((pixels[top] & 0xFF)
                      + (pixels[top + channels] & 0xFF)
                      + (pixels[bottom] & 0xFF)
                      + (pixels[bottom + channels] & 0xFF))
                  / 4.0;
        }
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int p = 0; p < a.length; p++) {
      sum += a[p] * b[p];
    }
    return sum;
  }
}
