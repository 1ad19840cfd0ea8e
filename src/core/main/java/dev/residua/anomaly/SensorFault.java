package dev.residua.anomaly;

import dev.residua.causal.Summary;
import dev.residua.frame.SensorReadings;
import java.util.Locale;

/**
 * A sensor that is at fault now, as the readings of single frames show.
 *
 * @param kind fault of the camera
 * @param frames frames that show it: equal pictures in a row for {@link AnomalyKind#FROZEN}, frames
 *     of the rule's window otherwise
 * @param needed frames from which it is called a fault
 */
public record SensorFault(AnomalyKind kind, int frames, int needed) {
  public SensorFault {
    if (!kind.isSensorFault()
        || kind == AnomalyKind.MOVED
        || kind == AnomalyKind.VARIABLE_MISSING
        || kind == AnomalyKind.UNREADABLE) {
      throw new IllegalArgumentException("%s is not a fault of a sensor".formatted(kind));
    }
    if (needed < 1 || frames < needed) {
      throw new IllegalArgumentException(
          "a sensor fault in %d frames needs %d".formatted(frames, needed));
    }
  }

  /** Describes the fault and the usual range. */
  public Summary summary(SensorReadings now, SensorReference usual) {
    return new Summary(headline(), explanation(now, usual));
  }

  private String headline() {
    return switch (kind) {
      case DARK -> "Camera picture is dark";
      case SATURATED -> "Camera picture is overexposed";
      case FROZEN -> "Camera repeats one picture";
      case TORN -> "Camera picture is torn";
      case BLURRED -> "Camera picture is out of focus";
      case APPEARANCE, RESIDUAL, OFF_MANIFOLD, MOVED, VARIABLE_MISSING, UNREADABLE ->
          throw new AssertionError(kind);
    };
  }

  private String explanation(SensorReadings now, SensorReference usual) {
    return switch (kind) {
      case DARK ->
          text(
              "the camera is dark: %.0f %% of the picture is nearly black, usual is at most %.0f %%",
              100 * now.darkShare(), 100 * usual.mostDark());
      case SATURATED ->
          text(
              "the camera is overexposed: %.0f %% of the picture is nearly white, usual is at most %.0f %%",
              100 * now.saturatedShare(), 100 * usual.mostSaturated());
      case FROZEN ->
          text(
              "the camera is frozen: %d equal pictures in a row, usual is at most %d",
              frames, Math.max(1, usual.longestRun()));
      case TORN ->
          text(
              "the picture is torn: in %d frames a part is displaced sideways against the rest",
              frames);
      case BLURRED ->
          text(
              "the picture is out of focus: sharpness %.2g, usual is at least %.2g",
              now.sharpness(), usual.leastSharpness());
      case APPEARANCE, RESIDUAL, OFF_MANIFOLD, MOVED, VARIABLE_MISSING, UNREADABLE ->
          throw new AssertionError(kind);
    };
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
