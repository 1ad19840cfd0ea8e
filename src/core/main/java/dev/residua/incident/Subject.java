package dev.residua.incident;

import java.util.Locale;

/**
 * Subject of an incident. Together with the source it is the incident's identity.
 *
 * @param kind kind of the subject
 * @param name the latent of a mechanism or root, the fault of a sensor in lower case; empty for the
 *     other kinds
 */
public record Subject(Kind kind, String name) {
  /** The whole picture: light, lens, an unknown object. */
  public static final Subject PICTURE = new Subject(Kind.PICTURE, "");

  /** Frames lack a variable of the model. */
  public static final Subject VARIABLE_MISSING = new Subject(Kind.SENSOR, "variable_missing");

  /** The picture does not show some latents. */
  public static final Subject UNREADABLE = new Subject(Kind.SENSOR, "unreadable");

  /** The camera was moved, turned or zoomed. */
  public static final Subject MOVED = new Subject(Kind.SENSOR, "moved");

  /** The source sends nothing. */
  public static final Subject SILENCE = new Subject(Kind.SILENCE, "");

  /** Not diagnosed yet. */
  public static final Subject UNDETERMINED = new Subject(Kind.UNDETERMINED, "");

  /** Kinds of subjects. */
  public enum Kind {
    /** A latent with causes no longer follows them. */
    MECHANISM,
    /** A latent without causes has left its usual range. */
    ROOT,
    /** The picture as a whole changed. */
    PICTURE,
    /** The camera has a fault. */
    SENSOR,
    /** No frames arrive. */
    SILENCE,
    /** A change without a diagnosis. */
    UNDETERMINED;

    private boolean named() {
      return this == MECHANISM || this == ROOT || this == SENSOR;
    }
  }

  public Subject {
    if (kind.named() == name.isEmpty()) {
      throw new IllegalArgumentException(
          "a subject of kind %s %s a name but has '%s'"
              .formatted(kind, kind.named() ? "needs" : "takes no", name));
    }
  }

  /** The mechanism of a latent. */
  public static Subject latent(String latent, boolean root) {
    return new Subject(root ? Kind.ROOT : Kind.MECHANISM, latent);
  }

  /** A fault of the sensor. */
  public static Subject sensor(Enum<?> fault) {
    return new Subject(Kind.SENSOR, fault.name().toLowerCase(Locale.ROOT));
  }

  /** Returns true if only a diagnosis finds it. */
  public boolean isLatent() {
    return kind == Kind.MECHANISM || kind == Kind.ROOT;
  }

  /**
   * Reads the output of {@link #toString}.
   *
   * @throws IllegalArgumentException if it is not a subject
   */
  public static Subject of(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    try {
      return new Subject(
          Kind.valueOf(kind.toUpperCase(Locale.ROOT)), colon < 0 ? "" : text.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'%s' is not a subject".formatted(text), e);
    }
  }

  /** Returns the first check of a person, in one sentence. */
  public String advice() {
    return switch (kind) {
      case MECHANISM -> "Check what drives " + spoken() + ", and what is attached to it.";
      case ROOT -> "Check whether " + spoken() + " was changed on purpose.";
      case PICTURE -> "Check light, lens and what stands in front of the camera.";
      case SENSOR -> sensorAdvice();
      case SILENCE -> "Check the camera's power, network and producer.";
      case UNDETERMINED -> "Compare the frame with the expected picture.";
    };
  }

  private String sensorAdvice() {
    return switch (name) {
      case "variable_missing" ->
          "Check what writes the variables into the attributes of the frames.";
      case "unreadable" ->
          "Check what covers or dazzles these instruments; if they show values that the training did"
              + " not have, train with more frames.";
      case "moved" ->
          "Check the mount of the camera and put it back; if it is to stay, let the source learn and"
              + " train on its pictures.";
      case "dark" -> "Check the light, the lens cap and the exposure of the camera.";
      case "saturated" -> "Check for glare, and reduce the exposure of the camera.";
      case "frozen" -> "Restart the camera, and check that its producer reads new pictures.";
      case "torn" -> "Check the cable, the network and the decoder of the camera.";
      case "blurred" -> "Clean the lens, and check its focus.";
      default -> "Check the camera, its cable and its exposure.";
    };
  }

  /** The name in sentences: {@code shadow length} for {@code shadow_length}. */
  public String spoken() {
    return name.replace('_', ' ');
  }

  /** As it is written on topics: {@code mechanism:shadow_length}. */
  @Override
  public String toString() {
    String text = kind.name().toLowerCase(Locale.ROOT);
    return name.isEmpty() ? text : text + ":" + name;
  }
}
