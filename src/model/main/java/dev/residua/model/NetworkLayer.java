package dev.residua.model;

/**
 * One layer of a network with its weights, independent of the engine that runs it. Arrays are
 * row-major and owned by the record: they are not copied. Convolutions see channels first; if a
 * dense layer follows a convolution or precedes one, the flat order is {@code
 * [channel][row][column]}.
 */
public sealed interface NetworkLayer {
  /** Largest number of input or output values or channels of a layer. */
  int MAX_WIDTH = 1 << 20;

  /** Largest side of a kernel. */
  int MAX_KERNEL = 16;

  /** Values per frame (dense) or channels (convolution) that go in. */
  int in();

  /** Values per frame (dense) or channels (convolution) that come out. */
  int out();

  /** Shape as documented by each kind of layer. */
  float[] weights();

  /** Added to each output, shape {@code [out]}. */
  float[] bias();

  /** Returns true if negative outputs become 0. */
  boolean relu();

  /**
   * Returns the size of the output.
   *
   * @param input has {@link #in} channels, or as many values for a dense layer
   */
  Size output(Size input);

  /** Returns the multiply-adds per frame. */
  default long multiplyAdds(Size input) {
    Size output = output(input);
    return (long) weights().length * output.rows() * output.columns();
  }

  /** Size of the values between two layers, for one frame; vectors have one row and one column. */
  record Size(int channels, int rows, int columns) {
    /** Number of values. */
    public long values() {
      return (long) channels * rows * columns;
    }
  }

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

    @Override
    public Size output(Size input) {
      return new Size(out, 1, 1);
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
      checkGeometry("convolution", kernel, stride, padding);
      check("convolution", in, out, kernel * kernel, weights, bias);
    }

    @Override
    public Size output(Size input) {
      return new Size(
          out,
          shrunk(input.rows(), kernel, stride, padding),
          shrunk(input.columns(), kernel, stride, padding));
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
      checkGeometry("deconvolution", kernel, stride, padding);
      check("deconvolution", in, out, kernel * kernel, weights, bias);
    }

    @Override
    public Size output(Size input) {
      return new Size(
          out,
          (input.rows() - 1) * stride + kernel - 2 * padding,
          (input.columns() - 1) * stride + kernel - 2 * padding);
    }

    @Override
    public long multiplyAdds(Size input) {
      return (long) weights.length * input.rows() * input.columns();
    }

    /** Returns the side of an input that gives an output of this side. */
    int inputSide(int output) {
      return shrunk(output, kernel, stride, padding);
    }
  }

  private static int shrunk(int side, int kernel, int stride, int padding) {
    return Math.floorDiv(side + 2 * padding - kernel, stride) + 1;
  }

  private static void check(String what, int in, int out, int area, float[] weights, float[] bias) {
    if (in < 1
        || out < 1
        || in > MAX_WIDTH
        || out > MAX_WIDTH
        || weights.length != (long) in * out * area
        || bias.length != out) {
      throw new IllegalArgumentException(
          "%s from %d to %d with %d weights each has %d weights and %d biases; sides are 1 to %d"
              .formatted(what, in, out, area, weights.length, bias.length, MAX_WIDTH));
    }
  }

  private static void checkGeometry(String what, int kernel, int stride, int padding) {
    if (kernel < 1
        || kernel > MAX_KERNEL
        || stride < 1
        || stride > kernel
        || padding < 0
        || padding >= kernel) {
      throw new IllegalArgumentException(
          "%s has kernel %d, stride %d and padding %d, expected a kernel of 1 to %d, a stride of 1 to the kernel and a padding of less than it"
              .formatted(what, kernel, stride, padding, MAX_KERNEL));
    }
  }
}
