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

  /** Frame rate of a source, for {@code false-alarms-per-week}, above 0. */
  @WithDefault("20")
  double framesPerSecond();

  /** Frames with an alarm, among the last {@code of-frames}, that open an incident. */
  @WithDefault("1")
  int alarmFrames();

  /** See {@code alarm-frames}; at most 64. */
  @WithDefault("1")
  int ofFrames();

  /** Frames in a row without an alarm that resolve an incident. */
  @WithDefault("20")
  int resolveFrames();

  /** Frames after a resolution within which the same problem reopens its incident. */
  @WithDefault("200")
  int cooldownFrames();

  /** Open frames, all flaps together, after which an incident is critical. */
  @WithDefault("6000")
  int criticalFrames();

  /** Reopenings after which an incident is flapping: it then stays open until it is quiet. */
  @WithDefault("5")
  int flapLimit();

  /** Age at which an incident is closed and, while its alarm is on, another one follows it. */
  @WithDefault("P30D")
  Duration maximumAge();
}
