package dev.residua.importing;

import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.FrameTimes;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Times of imported frames: those of the labels, or else those that all frames have.
 *
 * @param times of the frames; {@link FrameTimes#NONE} if some frames have none
 * @param known number of frames that have a time
 */
record ImportTimes(FrameTimes times, int known) {
  /** A time in a name or cell; the separators differ, since a file name has no colon. */
  private static final Pattern TIME =
      Pattern.compile(
          "(?<!\\d)((?:19|20)\\d\\d)([-_]?)(\\d\\d)\\2(\\d\\d)[T_ -]?(\\d\\d)([-_:.]?)(\\d\\d)\\6(\\d\\d)"
              + "([.,]\\d{1,9}|\\d{3,9})?(?!\\d)(Z|[-+]\\d\\d:\\d\\d)?");

  /**
   * Finds the times.
   *
   * @throws IOException if the labels have the column of times, but not a time for every frame; the
   *     message names the frame
   */
  static ImportTimes of(NamedFrames frames, @Nullable LabelRows rows) throws IOException {
    if (rows != null && rows.table().has(FrameDataset.TIME_COLUMN)) {
      double[] seconds = new double[frames.count()];
      for (int i = 0; i < seconds.length; i++) {
        String cell = rows.text(i, FrameDataset.TIME_COLUMN);
        seconds[i] = ofCell(frames.name(i), cell == null ? "" : cell.strip());
      }
      return new ImportTimes(new FrameTimes(seconds), seconds.length);
    }
    double[] known =
        IntStream.range(0, frames.count())
            .mapToObj(frames::seconds)
            .flatMapToDouble(OptionalDouble::stream)
            .toArray();
    return new ImportTimes(
        known.length == frames.count() ? new FrameTimes(known) : FrameTimes.NONE, known.length);
  }

  private static double ofCell(String frame, String cell) throws IOException {
    try {
      double seconds = Double.parseDouble(cell);
      if (Double.isFinite(seconds)) {
        return seconds;
      }
    } catch (NumberFormatException e) {
      Matcher time = TIME.matcher(cell);
      OptionalDouble seconds = time.matches() ? seconds(time) : OptionalDouble.empty();
      if (seconds.isPresent()) {
        return seconds.getAsDouble();
      }
    }
    throw new IOException(
        "column '%s' of the labels has %s for %s, expected seconds such as 12.5 or a time such as 2026-11-30T22:19:07.123Z; give every image its time, or remove the column"
            .formatted(
                FrameDataset.TIME_COLUMN, cell.isEmpty() ? "no time" : "'" + cell + "'", frame));
  }

  /** Returns the time in the last part of a path, in seconds since 1970. */
  static OptionalDouble ofName(String path) {
    Matcher time = TIME.matcher(path.substring(path.lastIndexOf('/') + 1));
    return time.find() ? seconds(time) : OptionalDouble.empty();
  }

  private static OptionalDouble seconds(Matcher time) {
    try {
      long whole =
          LocalDateTime.of(
                  part(time, 1),
                  part(time, 3),
                  part(time, 4),
                  part(time, 5),
                  part(time, 7),
                  part(time, 8))
              .toEpochSecond(
                  time.group(10) == null ? ZoneOffset.UTC : ZoneOffset.of(time.group(10)));
      String fraction = time.group(9) == null ? "0" : time.group(9).replaceFirst("[.,]", "");
      return OptionalDouble.of(new BigDecimal(whole + "." + fraction).doubleValue());
    } catch (DateTimeException e) {
      return OptionalDouble.empty(); // digits that are not a time, such as month 13
    }
  }

  private static int part(Matcher time, int group) {
    return Integer.parseInt(time.group(group));
  }
}
