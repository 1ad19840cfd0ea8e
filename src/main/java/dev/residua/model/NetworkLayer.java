package dev.residua.model;

/**
 * One layer of a network with its numbers, free of the engine that will run it. Arrays are
 * row-major and owned by the record: they are not copied. Convolutions see channels first; where a
 * dense layer follows a convolution or comes before one, the flat order is {@code
 * [channel][row][column]}.
 */
public sealed interface NetworkLayer {
  /** Values per frame (dense) or channels (convolution) that go in. */
  int in();

  /** Values per frame (dense) or channels (convolution) that come out. */
  int out();

  /** Added to each output, shape {@code [out]}. */
  float[] bias();

  /** Whether negative outputs become 0. */
  boolean relu();

  /**
   * {@code y = x W + b}.
   *
   * @param weights shape {@code [in][out]}
   */
  record Dense(int in, int out, float[] weights, float[] bias, boolean relu)
      implements NetworkLayer {
    public Dense {
      check("dense layer", in, out, 1, weights, bias);
    }
  }

  /**
   * A square kernel over a padded picture.
   *
   * @param kernel pixels on a side
   * @param padding zeros on each side
   * @param weights shape {@code [out][in][kernel][kernel]}
   */
  record Convolution(
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      float[] weights,
      float[] bias,
      boolean relu)
      implements NetworkLayer {
    public Convolution {
      check("convolution", in, out, kernel * kernel, weights, bias);
      checkGeometry("convolution", kernel, stride, padding);
    }
  }

  /**
   * A transposed convolution, which makes the picture {@code stride} times larger.
   *
   * @param weights shape {@code [in][out][kernel][kernel]}
   */
  record Deconvolution(
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      float[] weights,
      float[] bias,
      boolean relu)
      implements NetworkLayer {
    public Deconvolution {
      check("deconvolution", in, out, kernel * kernel, weights, bias);
      checkGeometry("deconvolution", kernel, stride, padding);
    }
  }

  private static void check(String what, int in, int out, int area, float[] weights, float[] bias) {
    if (in < 1 || out < 1 || weights.length != (long) in * out * area || bias.length != out) {
      throw new IllegalArgumentException(
          "%s from %d to %d with %d weights each has %d weights and %d biases"
              .formatted(what, in, out, area, weights.length, bias.length));
    }
  }

  private static void checkGeometry(String what, int kernel, int stride, int padding) {
    if (kernel < 1 || stride < 1 || padding < 0 || padding >= kernel) {
      throw new IllegalArgumentException(
          "%s has kernel %d, stride %d and padding %d, expected at least 1, at least 1 and less than the kernel"
              .formatted(what, kernel, stride, padding));
    }
  }
}
