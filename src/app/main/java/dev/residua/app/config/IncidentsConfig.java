package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The budget of false alarms, and when incidents open and end. */
public interface IncidentsConfig {
  /**
   * False alarms per week that all detectors of one source together may give, above 0. With {@code
   * frames-per-second} it sets the average run length, which must be 100 to 1e9 frames.
   */
  @WithDefault("1")
  double falseAlarmsPerWeek();

  /**
   * Frame rate of a source until it is measured, for {@code false-alarms-per-week}, in frames per
   * second, above 0.
   */
  @WithDefault("20")
  double framesPerSecond();

  /** Frames with an alarm, among the last {@code of-frames}, that open an incident, at least 1. */
  @WithDefault("1")
  int alarmFrames();

  /** See {@code alarm-frames}; at least that, at most 64. */
  @WithDefault("1")
  int ofFrames();

  /** Frames in a row without an alarm that resolve an incident, at least 1. */
  @WithDefault("20")
  int resolveFrames();

  /** Frames after a resolution within which the same problem reopens its incident, at least 0. */
  @WithDefault("200")
  int cooldownFrames();

  /** Open frames, all flaps together, after which an incident is critical, at least 1. */
  @WithDefault("6000")
  int criticalFrames();

  /**
   * Reopenings after which an incident is flapping, at least 1: it then stays open until it is
   * quiet.
   */
  @WithDefault("5")
  int flapLimit();

  /**
   * Age, above 0, at which an incident is closed and, while its alarm is on, another one follows
   * it.
   */
  @WithDefault("P30D")
  Duration maximumAge();
}
