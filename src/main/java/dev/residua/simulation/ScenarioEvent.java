package dev.residua.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happens in a scripted stream. What {@code size} counts depends on the kind; a
 * <em>unit</em> is the standard deviation of a caused node's noise as it shows in the node (of the
 * node itself where the scene has no noise), and of a root's values.
 *
 * @param kind what happens
 * @param node factor that it happens to; null for kinds that touch the picture, see {@link
 *     Kind#needsNode}
 * @param at first frame, counted from the start of the stream, at least 0
 * @param frames how many frames it lasts, at least 1
 * @param size how much, see {@link Kind}
 * @param rate for {@link Kind#SPARSE_ANOMALIES} the share of frames that are hit, in (0, 1]
 */
public record ScenarioEvent(
    Kind kind, @Nullable String node, int at, int frames, double size, double rate) {
  /** Share of frames that sparse anomalies hit where a scenario does not say. */
  public static final double DEFAULT_RATE = 0.1;

  /** Widest blur, in pixels. */
  private static final double MAX_BLUR = 32;

  public ScenarioEvent {
    if (at < 0) {
      throw new IllegalArgumentException("at must be at least 0 but was " + at);
    }
    if (frames < 1) {
      throw new IllegalArgumentException("frames must be at least 1 but was " + frames);
    }
    if (kind == Kind.SINGLE_SHOCK && frames != 1) {
      throw new IllegalArgumentException(
          "frames must be 1 for a single_shock but was %d (sparse_anomalies or offset last longer)"
              .formatted(frames));
    }
    if (!Double.isFinite(size)) {
      throw new IllegalArgumentException("size must be a number but was " + size);
    }
    if (kind.needsNode() && node == null) {
      throw new IllegalArgumentException("node is missing, " + kind + " needs one");
    }
    if (!kind.needsNode() && node != null) {
      throw new IllegalArgumentException(
          "node must be left out, %s touches the whole picture, but was '%s'"
              .formatted(kind, node));
    }
    if ((kind == Kind.BRIGHTNESS
            || kind == Kind.NOISE_CHANGE
            || kind == Kind.STOCHASTIC_INTERVENTION)
        && size < 0) {
      throw new IllegalArgumentException(
          "size must be at least 0 for %s but was %s".formatted(kind, size));
    }
    if ((kind == Kind.DARK || kind == Kind.SATURATED || kind == Kind.TORN)
        && !(size >= 0 && size <= 1)) {
      throw new IllegalArgumentException(
          "size must be in [0, 1] for %s but was %s".formatted(kind, size));
    }
    if (kind == Kind.BLURRED && !(size > 0 && size <= MAX_BLUR)) {
      throw new IllegalArgumentException(
          "size must be in (0, %s] for %s but was %s".formatted(MAX_BLUR, kind, size));
    }
    if (!(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException("rate must be in (0, 1] but was " + rate);
    }
  }

  /** Frame after the last one. */
  public int end() {
    return at + frames;
  }

  /** Kinds of events; what each does to the structural equations. */
  public enum Kind {
    /** One frame's noise, or a root's value, moves by {@code size} units. */
    SINGLE_SHOCK,
    /** The node is held at its nominal mean plus {@code size} units, whatever its causes do. */
    HARD_INTERVENTION,
    /**
     * The node is drawn from a normal distribution around its nominal mean with a standard
     * deviation of {@code size} units, independently of its causes.
     */
    STOCHASTIC_INTERVENTION,
    /**
     * The equation {@code f} becomes {@code f + size * unit * (f - mean of f) / sd of f}: the node
     * answers its causes more strongly (or, with a negative size, less), by {@code size} units root
     * mean square.
     */
    MECHANISM_CHANGE,
    /**
     * The node is drawn uniformly from its nominal range (0.5 % to 99.5 % of its distribution),
     * independently of its causes, on purpose; {@code size} is not used.
     */
    COMMISSIONING,
    /** {@code size} units are added to the node's equation, or to a root. */
    OFFSET,
    /** The node's noise is multiplied by {@code size}. */
    NOISE_CHANGE,
    /**
     * A root's law moves to one side inside its nominal range: its normal score is shifted by
     * {@code size}, which moves a uniform root by close to {@code size} units while that is below
     * one half.
     */
    COVARIATE_DRIFT,
    /** Every pixel is multiplied by {@code size} and cut at white. */
    BRIGHTNESS,
    /**
     * The camera repeats its last picture while the world, and with it the factor columns, goes on;
     * {@code size} is not used.
     */
    FROZEN_CAMERA,
    /** The lens is covered: every pixel keeps the share {@code size} of its light, in [0, 1]. */
    DARK,
    /**
     * Far too much light: every pixel goes the share {@code size} of its way to white, in [0, 1].
     */
    SATURATED,
    /**
     * The picture is out of focus: smoothed with a Gaussian whose standard deviation is {@code
     * size} pixels, in (0, 32].
     */
    BLURRED,
    /**
     * Rows from a row on, which wanders between a quarter and three quarters of the height, are
     * displaced sideways by the share {@code size} of the width, in [0, 1], and wrap around.
     */
    TORN,
    /**
     * Each frame is hit with probability {@code rate}: a shock of {@code size} units, of either
     * sign. Only the frames that are hit carry the event in their labels.
     */
    SPARSE_ANOMALIES;

    /** Whether the event happens to one node rather than to the picture. */
    public boolean needsNode() {
      return switch (this) {
        case BRIGHTNESS, FROZEN_CAMERA, DARK, SATURATED, BLURRED, TORN -> false;
        case SINGLE_SHOCK,
            HARD_INTERVENTION,
            STOCHASTIC_INTERVENTION,
            MECHANISM_CHANGE,
            COMMISSIONING,
            OFFSET,
            NOISE_CHANGE,
            COVARIATE_DRIFT,
            SPARSE_ANOMALIES ->
            true;
      };
    }

    /** The kind as scenario files and the {@code event} column write it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The kind of that label.
     *
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    public static Kind of(String label) {
      for (Kind kind : values()) {
        if (kind.label().equals(label)) {
          return kind;
        }
      }
      throw new IllegalArgumentException(
          "unknown kind '%s', expected one of %s"
              .formatted(
                  label,
                  Arrays.stream(values()).map(Kind::label).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
      return label();
    }
  }
}
