package dev.residua.commissioning;

import java.util.Locale;

/**
 * Shift of the normal of one residual of a source from the accepted one.
 *
 * @param size in the unit of the kind
 */
public record CalibrationShift(int latent, Kind kind, double size) {
  /** Kind of a shift. */
  public enum Kind {
    /** The location; size in accepted standard deviations, signed. */
    OFFSET("is %.1f standard deviations from its accepted level"),

    /** The slope on the expected value; size as a factor of the accepted one. */
    SLOPE("follows its parents with %.2f times the accepted gain"),

    /** The spread; size as a factor of the accepted one. */
    SPREAD("varies %.2f times as much as accepted"),

    /** The level changed inside the window; size in standard deviations, signed. */
    LEVEL_CHANGE("moved by %.1f standard deviations while it was learnt"),

    /** The spread changed inside the window; size as a factor. */
    SPREAD_CHANGE("began to vary %.2f times as much while it was learnt");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** Returns true if it happened while the source learned. */
    public boolean isChange() {
      return this == LEVEL_CHANGE || this == SPREAD_CHANGE;
    }
  }

  /** For people, to be put behind the name of the latent. */
  public String text() {
    return String.format(Locale.ROOT, kind.text, size);
  }
}
