package dev.residua.renewal.job;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.residua.renewal.trigger.Schedule;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/** Parses cron expressions. */
public final class CronSchedule {
  private CronSchedule() {}

  /**
   * The schedule of an expression of five fields: minute, hour, day of month, month, day of week.
   *
   * @param text such as {@code 0 3 * * 1}, three o'clock on Mondays
   * @param zone time zone. Moments that it skips in spring come later, those that it repeats in
   *     autumn once
   * @throws IllegalArgumentException with the text and its error
   */
  public static Schedule of(String text, ZoneId zone) {
    ExecutionTime times;
    try {
      times =
          ExecutionTime.forCron(
              new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
                  .parse(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "a schedule must be a cron expression of five fields such as '0 3 * * 1' but was '%s': %s"
              .formatted(text, e.getMessage()),
          e);
    }
    return new Schedule(
        text + " (" + zone + ")",
        time -> times.nextExecution(time.atZone(zone)).map(ZonedDateTime::toInstant));
  }
}
