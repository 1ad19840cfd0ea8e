package dev.residua.causal;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.shredzone.commons.suncalc.SunPosition;

/**
 * Variable that follows from the time of a frame and the place of its camera. Nothing that a camera
 * shows can change it: it has no causes, and its own residual is a random number.
 */
public enum TimeVariable {
  /** Degrees of the centre of the sun above the horizon, without refraction, in [-90, 90]. */
  SUN_ELEVATION("sun.elevation", true, Double.POSITIVE_INFINITY),

  /** Degrees from north, clockwise, in [0, 360). */
  SUN_AZIMUTH("sun.azimuth", true, 360),

  /** Hours since midnight, in [0, 24). */
  CLOCK_HOUR("clock.hour", false, 24),

  /** 1 for Monday to 7 for Sunday. */
  CLOCK_WEEKDAY("clock.weekday", false, Double.POSITIVE_INFINITY);

  /** Values per unit: rounded ones are the same in a data set, on Kafka and in scoring. */
  private static final double PER_UNIT = 1e4;

  private static final double HOUR_NANOS = 3.6e12;

  private static final Map<String, TimeVariable> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(TimeVariable::variable, one -> one));

  private final String variable;
  private final boolean sun;
  private final double end;

  /**
   * @param sun true if it needs a location, false if it needs a time zone
   * @param end value that is the same as 0
   */
  TimeVariable(String variable, boolean sun, double end) {
    this.variable = variable;
    this.sun = sun;
    this.end = end;
  }

  /** Returns the names of all. */
  public static List<String> names() {
    return Arrays.stream(values()).map(one -> one.variable).toList();
  }

  /** Returns the one with a name; null if the name is that of another variable. */
  public static @Nullable TimeVariable of(String name) {
    return BY_NAME.get(name);
  }

  /** Returns its name. */
  public String variable() {
    return variable;
  }

  /** Returns true if it needs a location, false if it needs a time zone. */
  public boolean needsLocation() {
    return sun;
  }

  /** Returns the setting of a source that it needs, such as {@code location=52.5,13.4}. */
  public String setting() {
    return sun ? "location=52.5,13.4" : "timeZone=Europe/Berlin";
  }

  /**
   * Returns the value at a time, rounded to a ten-thousandth.
   *
   * <p>Source: the low-accuracy series of Montenbruck and Pfleger, Astronomy on the Personal
   * Computer, in commons-suncalc; within 0.1 degrees.
   *
   * @param location of the camera, for the sun; null if unknown
   * @param zone of the camera, for the clock; null if unknown
   * @return NaN if the location or the zone is needed and unknown
   */
  public double at(Instant time, @Nullable GeoLocation location, @Nullable ZoneId zone) {
    double value = Math.rint(exact(time, location, zone) * PER_UNIT) / PER_UNIT;
    return value >= end ? 0 : value;
  }

  private double exact(Instant time, @Nullable GeoLocation location, @Nullable ZoneId zone) {
    return switch (this) {
      case SUN_ELEVATION -> location == null ? Double.NaN : sun(time, location).getTrueAltitude();
      case SUN_AZIMUTH -> location == null ? Double.NaN : sun(time, location).getAzimuth();
      case CLOCK_HOUR ->
          zone == null ? Double.NaN : time.atZone(zone).toLocalTime().toNanoOfDay() / HOUR_NANOS;
      case CLOCK_WEEKDAY -> zone == null ? Double.NaN : time.atZone(zone).getDayOfWeek().getValue();
    };
  }

  private static SunPosition sun(Instant time, GeoLocation location) {
    return SunPosition.compute().on(time).at(location.latitude(), location.longitude()).execute();
  }
}
