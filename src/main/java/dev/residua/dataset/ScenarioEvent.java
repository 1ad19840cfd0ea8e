package dev.residua.dataset;

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
 * @param node factor that it happens to; null for {@link Kind#BRIGHTNESS} and {@link
 *     Kind#FROZEN_CAMERA}
 * @param at first frame, counted from the start of the stream, at least 0
 * @param frames how many frames it lasts, at least 1
 * @param size how much, see {@link Kind}
 * @param rate for {@link Kind#SPARSE_ANOMALIES} the share of frames that are hit, in (0, 1]
 */
public record ScenarioEvent(
    Kind kind, @Nullable String node, int at, int frames, double size, double rate) {
  /** Share of frames that sparse anomalies hit where a scenario does not say. */
  public static final double DEFAULT_RATE = 0.1;

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
    /**
     * Each frame is hit with probability {@code rate}: a shock of {@code size} units, of either
     * sign. Only the frames that are hit carry the event in their labels.
     */
    SPARSE_ANOMALIES;

    /** Whether the event happens to one node rather than to the picture. */
    public boolean needsNode() {
      return this != BRIGHTNESS && this != FROZEN_CAMERA;
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
