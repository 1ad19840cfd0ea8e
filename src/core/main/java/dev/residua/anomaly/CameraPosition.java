package dev.residua.anomaly;

import dev.residua.frame.CameraMotion;
import dev.residua.frame.ImageShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Watches whether the camera of one source has moved. Immutable: every estimate gives the next
 * state.
 *
 * <p>A source learns from its first {@value #LEARNED} estimates the usual position of its camera,
 * which may differ from the camera of the training, and the spread of the estimates. The camera has
 * moved while the median of the last {@value #WINDOW} estimates is beyond a limit from there. At
 * the begin, {@value #NEEDED} of them must be within that limit of their median, as wrong estimates
 * scatter. The limit is {@value #SPREADS} spreads, but at least {@value #SHIFT} of the longer side,
 * {@value #DEGREES} degrees or {@value #SCALE} in scale.
 *
 * @param learning estimates to learn from; empty once {@code usual} is known
 * @param usual position of the camera; null while it is learned
 * @param recent the last estimates after learning, oldest first
 * @param moved true if the camera has moved
 */
public record CameraPosition(
    List<CameraMotion> learning, @Nullable Usual usual, List<CameraMotion> recent, boolean moved) {
  /** Before the first estimate. */
  public static final CameraPosition START = new CameraPosition(List.of(), null, List.of(), false);

  /** Estimates that show a move: more than half of those looked at. */
  public static final int NEEDED = 3;

  static final int LEARNED = 32;
  static final int WINDOW = 2 * NEEDED - 1;
  static final double SPREADS = 6;
  static final double SHIFT = 0.012;
  static final double DEGREES = 0.6;
  static final double SCALE = 0.02;

  /** Share of the limits below which a camera is back, so that it does not alternate at a limit. */
  private static final double BACK = 0.7;

  /** Standard deviation of a normal distribution per median absolute deviation. */
  private static final double PER_DEVIATION = 1.4826;

  /**
   * Usual position of a camera.
   *
   * @param position against the reference of the model
   * @param right spread of the estimates' shifts to the right, a robust standard deviation
   * @param down spread of their shifts down
   * @param degrees spread of their turns
   * @param scale spread of their scales
   */
  public record Usual(CameraMotion position, float right, float down, float degrees, float scale) {
    public Usual {
      for (float spread : new float[] {right, down, degrees, scale}) {
        if (!(spread >= 0 && spread < Float.POSITIVE_INFINITY)) {
          throw new IllegalArgumentException(
              "a spread of a camera's position must be at least 0 but was " + spread);
        }
      }
    }

    private static Usual of(List<CameraMotion> estimates) {
      CameraMotion middle = median(estimates);
      return new Usual(
          middle,
          (float) spread(estimates, CameraMotion::right, middle.right()),
          (float) spread(estimates, CameraMotion::down, middle.down()),
          (float) spread(estimates, CameraMotion::degrees, middle.degrees()),
          (float) spread(estimates, CameraMotion::scale, middle.scale()));
    }

    private static double spread(
        List<CameraMotion> estimates, ToDoubleFunction<CameraMotion> part, double middle) {
      return PER_DEVIATION * median(estimates, e -> Math.abs(part.applyAsDouble(e) - middle));
    }

    private boolean isExceeded(CameraMotion motion, ImageShape image, double share) {
      double longer = Math.max(image.width(), image.height());
      return beyond(motion.right(), share * SHIFT * longer / image.width(), share * right)
          || beyond(motion.down(), share * SHIFT * longer / image.height(), share * down)
          || beyond(motion.degrees(), share * DEGREES, share * degrees)
          || beyond(motion.scale() - 1, share * SCALE, share * scale);
    }

    private static boolean beyond(double motion, double floor, double spread) {
      return Math.abs(motion) > Math.max(floor, SPREADS * spread);
    }
  }

  public CameraPosition {
    learning = List.copyOf(learning);
    recent = List.copyOf(recent);
    if (learning.size() >= LEARNED
        || recent.size() > WINDOW
        || (usual == null ? moved || !recent.isEmpty() : !learning.isEmpty())) {
      throw new IllegalArgumentException(
          "a camera's position has %d estimates to learn from and %d recent ones, expected fewer than %d and at most %d, of one kind"
              .formatted(learning.size(), recent.size(), LEARNED, WINDOW));
    }
  }

  /**
   * The state after one more estimate.
   *
   * @param image shape of the picture
   */
  public CameraPosition next(CameraMotion estimate, ImageShape image) {
    if (usual == null) {
      List<CameraMotion> more = with(learning, estimate, LEARNED);
      return more.size() < LEARNED
          ? new CameraPosition(more, null, List.of(), false)
          : new CameraPosition(List.of(), Usual.of(more), List.of(), false);
    }
    List<CameraMotion> last = with(recent, estimate, WINDOW);
    return new CameraPosition(List.of(), usual, last, hasMoved(usual, last, image));
  }

  private boolean hasMoved(Usual from, List<CameraMotion> last, ImageShape image) {
    CameraMotion middle = median(last);
    CameraMotion motion = middle.since(from.position(), aspect(image));
    if (last.size() < WINDOW || !from.isExceeded(motion, image, moved ? BACK : 1)) {
      return false;
    }
    return moved || agreeing(from, last, image) >= NEEDED;
  }

  private static long agreeing(Usual from, List<CameraMotion> last, ImageShape image) {
    CameraMotion middle = median(last);
    return last.stream()
        .filter(one -> !from.isExceeded(one.since(middle, aspect(image)), image, 1))
        .count();
  }

  /**
   * Returns true if all of the last estimates agree; those of torn pictures do not for long.
   *
   * @param image shape of the picture
   */
  public boolean isAgreed(ImageShape image) {
    return usual != null && recent.size() == WINDOW && agreeing(usual, recent, image) == WINDOW;
  }

  private static List<CameraMotion> with(
      List<CameraMotion> before, CameraMotion estimate, int most) {
    List<CameraMotion> all = new ArrayList<>(before);
    all.add(estimate);
    return all.size() > most ? all.subList(all.size() - most, all.size()) : all;
  }

  /**
   * Motion of the camera's picture from its usual position.
   *
   * @param image shape of the picture
   * @throws IllegalStateException if the usual position is not known
   */
  public CameraMotion motion(ImageShape image) {
    if (usual == null || recent.isEmpty()) {
      throw new IllegalStateException("nothing is known of where the camera stands");
    }
    return median(recent).since(usual.position(), aspect(image));
  }

  private static double aspect(ImageShape image) {
    return (double) image.width() / image.height();
  }

  private static CameraMotion median(List<CameraMotion> motions) {
    return new CameraMotion(
        (float) median(motions, CameraMotion::right),
        (float) median(motions, CameraMotion::down),
        (float) median(motions, CameraMotion::degrees),
        (float) median(motions, CameraMotion::scale));
  }

  private static double median(List<CameraMotion> motions, ToDoubleFunction<CameraMotion> part) {
    return motions.stream()
        .map(part::applyAsDouble)
        .sorted(Comparator.naturalOrder())
        .toList()
        .get(motions.size() / 2);
  }
}
