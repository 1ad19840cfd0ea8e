package dev.residua.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One event of a scripted stream. The kind determines the meaning of {@code size}; a <em>unit</em>
 * is the standard deviation of the noise in a caused node (of the node itself without noise), or of
 * a root's values.
 *
 * @param node factor that changes; null for kinds that change the picture, see {@link
 *     Kind#needsNode}
 * @param at first frame, counted from the start of the stream, at least 0
 * @param frames its duration in frames, at least 1
 * @param size see {@link Kind}
 * @param rate for {@link Kind#SPARSE_ANOMALIES} the share of affected frames, in (0, 1]
 * @param cause for {@link Kind#EDGE_CHANGE} the direct cause of the node; null for other kinds
 */
public record ScenarioEvent(
    Kind kind,
    @Nullable String node,
    int at,
    int frames,
    double size,
    double rate,
    @Nullable String cause) {
  /** Default share of frames that sparse anomalies affect. */
  public static final double DEFAULT_RATE = 0.1;

  /** Widest blur, in pixels. */
  private static final double MAX_BLUR = 32;

  /** Longest additional delay, in frames. */
  private static final int MAX_DELAY = 1_000;

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
    if ((kind == Kind.EDGE_CHANGE) != (cause != null)) {
      throw new IllegalArgumentException(
          kind == Kind.EDGE_CHANGE
              ? "cause is missing, edge_change needs one"
              : "cause must be left out for %s but was '%s'".formatted(kind, cause));
    }
    if (kind == Kind.DELAY_CHANGE && !(size == Math.rint(size) && size <= MAX_DELAY)) {
      throw new IllegalArgumentException(
          "size must be a whole number of frames up to %d for %s but was %s"
              .formatted(MAX_DELAY, kind, size));
    }
    if (kind == Kind.RESPONSE_CHANGE && !(size > 0)) {
      throw new IllegalArgumentException(
          "size must be above 0 for %s but was %s".formatted(kind, size));
    }
    if (!(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException("rate must be in (0, 1] but was " + rate);
    }
  }

  /** An event of a kind that has no cause. */
  public ScenarioEvent(
      Kind kind, @Nullable String node, int at, int frames, double size, double rate) {
    this(kind, node, at, frames, size, rate, null);
  }

  /** Frame after the last one. */
  public int end() {
    return at + frames;
  }

  /**
   * Kinds of events and their effects on the structural equations. In a dynamic scene they act on
   * the state unless stated otherwise, and when an event ends, the state continues from its value.
   */
  public enum Kind {
    /** One frame's noise, or a root's value, moves by {@code size} units. */
    SINGLE_SHOCK,
    /** The node has its nominal mean plus {@code size} units, independently of its causes. */
    HARD_INTERVENTION,
    /**
     * The node is drawn from a normal distribution around its nominal mean with a standard
     * deviation of {@code size} units, independently of its causes.
     */
    STOCHASTIC_INTERVENTION,
    /**
     * The equation {@code f} becomes {@code f + size * unit * (f - mean of f) / sd of f}: the node
     * depends on its causes more strongly (or, with a negative size, less), by {@code size} units
     * root mean square.
     */
    MECHANISM_CHANGE,
    /**
     * One direct cause moves the node with {@code size} times its influence: the equation reads the
     * cause's mean plus {@code size} times its distance from it. 0 cuts the edge.
     */
    EDGE_CHANGE,
    /**
     * The node is drawn uniformly from its nominal range (0.5 % to 99.5 % of its distribution),
     * independently of its causes, on purpose; {@code size} is not used.
     */
    COMMISSIONING,
    /**
     * {@code size} units are added to the node's equation, or to a root. In a dynamic scene only
     * the drawn value moves, as if a scale had slipped; the state, and with it all effects, does
     * not.
     */
    OFFSET,
    /** The node's noise is multiplied by {@code size}. */
    NOISE_CHANGE,
    /**
     * A root's distribution moves to one side inside its nominal range: its normal score is shifted
     * by {@code size}, which moves a uniform root by close to {@code size} units while that is
     * below one half. In a dynamic scene the mean around which the root wanders moves by {@code
     * size} units.
     */
    COVARIATE_DRIFT,
    /**
     * The state of a node with memory loses {@code size} times its mean inflow, the mean of the
     * influence of its causes, in every frame.
     */
    LEAK,
    /** The causes of a node of a dynamic scene act on its state {@code size} frames later. */
    DELAY_CHANGE,
    /**
     * The rate of change of the state of a node with memory, without its noise, is multiplied by
     * {@code size}: 0.5 makes the response half as fast.
     */
    RESPONSE_CHANGE,
    /** Every pixel is multiplied by {@code size} and cut at white. */
    BRIGHTNESS,
    /**
     * The camera repeats its last picture while the world, and with it the factor columns,
     * continues; {@code size} is not used.
     */
    FROZEN_CAMERA,
    /** A covered lens: every pixel keeps the share {@code size} of its light, in [0, 1]. */
    DARK,
    /** Glare: every pixel moves by the share {@code size} towards white, in [0, 1]. */
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
     * Each frame has a shock of {@code size} units, of either sign, with probability {@code rate}.
     * Only affected frames have the event in their labels.
     */
    SPARSE_ANOMALIES;

    /** Returns true if the event is for dynamic scenes alone. */
    public boolean needsMemory() {
      return this == LEAK || this == DELAY_CHANGE || this == RESPONSE_CHANGE;
    }

    /** Returns true if the event changes one node rather than the picture. */
    public boolean needsNode() {
      return switch (this) {
        case BRIGHTNESS, FROZEN_CAMERA, DARK, SATURATED, BLURRED, TORN -> false;
        case SINGLE_SHOCK,
            HARD_INTERVENTION,
            STOCHASTIC_INTERVENTION,
            MECHANISM_CHANGE,
            EDGE_CHANGE,
            COMMISSIONING,
            OFFSET,
            NOISE_CHANGE,
            COVARIATE_DRIFT,
            LEAK,
            DELAY_CHANGE,
            RESPONSE_CHANGE,
            SPARSE_ANOMALIES ->
            true;
      };
    }

    /** The name of the kind in scenario files and the {@code event} column. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The kind of that label.
     *
     * @throws IllegalArgumentException if there is none; the message lists the known ones
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
