package dev.residua.importing;

import dev.residua.causal.GeoLocation;
import dev.residua.causal.TimeVariable;
import dev.residua.causal.Variables;
import dev.residua.dataset.FrameTimes;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Columns of time variables, which an import computes from the times of the frames.
 *
 * @param variables in the order of the columns
 * @param location of the camera; null if unknown
 * @param zone of the camera; null if unknown
 */
public record TimeColumns(
    List<TimeVariable> variables, @Nullable GeoLocation location, @Nullable ZoneId zone) {
  /** No columns. */
  public static final TimeColumns NONE = new TimeColumns(List.of(), null, null);

  /** Times before it are seconds since the start of a recording, not since 1970. */
  private static final Instant EARLIEST = Instant.parse("1990-01-01T00:00:00Z");

  /**
   * @throws IllegalArgumentException if the place that a variable needs is unknown
   */
  public TimeColumns {
    variables = List.copyOf(variables);
    for (TimeVariable variable : variables) {
      if (Double.isNaN(variable.at(EARLIEST, location, zone))) {
        throw new IllegalArgumentException(
            "%s needs %s"
                .formatted(
                    variable.variable(),
                    variable.needsLocation()
                        ? "--location, such as 52.5,13.4"
                        : "--time-zone, such as Europe/Berlin"));
      }
    }
  }

  /**
   * Returns the variables with some names.
   *
   * @throws IllegalArgumentException if a name is unknown, or the place that a variable needs is
   */
  public static TimeColumns of(
      List<String> names, @Nullable GeoLocation location, @Nullable ZoneId zone) {
    return new TimeColumns(
        names.stream().map(name -> named(name.strip())).distinct().toList(), location, zone);
  }

  private static TimeVariable named(String name) {
    TimeVariable variable = TimeVariable.of(name);
    if (variable == null) {
      throw new IllegalArgumentException(
          "unknown variable '%s', expected some of %s"
              .formatted(name, String.join(", ", TimeVariable.names())));
    }
    return variable;
  }

  /** Names of the columns. */
  List<String> columns() {
    return variables.stream().map(one -> Variables.PREFIX + one.variable()).toList();
  }

  /**
   * Refuses times from which the variables do not follow.
   *
   * @param known number of frames that have a time
   * @param columns of the labels
   */
  void check(FrameTimes times, int known, List<String> columns) throws IOException {
    if (variables.isEmpty()) {
      return;
    }
    for (String column : columns()) {
      if (columns.contains(column)) {
        throw new IOException(
            "the labels have the column '%s' already; remove it, or leave out the variable"
                .formatted(column));
      }
    }
    if (times.isEmpty()) {
      throw new IOException(
          "%s follows from the time of each frame, but only %d frames have one; give times in the names, such as 20261130_221907.jpg, or in a column 'residua.time' of the labels"
              .formatted(variables.get(0).variable(), known));
    }
    double first = Arrays.stream(times.seconds()).min().orElse(Double.NaN);
    if (!(first >= EARLIEST.getEpochSecond())) {
      throw new IOException(
          "%s follows from the date and the time of each frame, but the first frame has the time %s s after 1970; give times such as 2026-11-30T22:19:07.123Z"
              .formatted(variables.get(0).variable(), first));
    }
  }

  /** The cell of a frame, or null if the column is another one. */
  @Nullable String cell(String column, double seconds) {
    int at = columns().indexOf(column);
    return at < 0 ? null : Double.toString(variables.get(at).at(instant(seconds), location, zone));
  }

  /** Returns the range of each variable, which shows a wrong time zone of the frames. */
  public List<String> ranges(FrameTimes times) {
    return variables.stream()
        .map(
            variable -> {
              DoubleSummaryStatistics range =
                  Arrays.stream(times.seconds())
                      .map(seconds -> variable.at(instant(seconds), location, zone))
                      .summaryStatistics();
              return "%s is %.1f to %.1f"
                  .formatted(variable.variable(), range.getMin(), range.getMax());
            })
        .toList();
  }

  private static Instant instant(double seconds) {
    return Instant.ofEpochMilli(Math.round(1e3 * seconds));
  }
}
