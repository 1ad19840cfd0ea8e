package dev.residua.incident;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Pictures of an incident, which outlast the frame and the model.
 *
 * @param incidentId identity of the incident
 * @param source source of the frame
 * @param subject subject of the incident when they were drawn
 * @param frame the frame, and the model that drew the pictures
 * @param sequence sequence of the frame, at least 0
 * @param capturedAt capture time of the frame
 * @param pictures PNG files, {@code FRAME} always; the arrays are not copied
 */
public record IncidentEvidence(
    String incidentId,
    String source,
    Subject subject,
    IncidentFrame frame,
    long sequence,
    Instant capturedAt,
    Map<Kind, byte[]> pictures) {
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};

  public IncidentEvidence {
    if (sequence < 0) {
      throw new IllegalArgumentException(
          "evidence of incident %s is of frame %d, expected at least 0"
              .formatted(incidentId, sequence));
    }
    if (!pictures.containsKey(Kind.FRAME)) {
      throw new IllegalArgumentException(
          "evidence of incident %s has no frame, only %s".formatted(incidentId, pictures.keySet()));
    }
    for (Map.Entry<Kind, byte[]> picture : pictures.entrySet()) {
      if (!isPng(picture.getValue())) {
        throw new IllegalArgumentException(
            "evidence of incident %s has a picture %s that is not a PNG file"
                .formatted(incidentId, picture.getKey().path()));
      }
    }
    pictures = Collections.unmodifiableMap(new EnumMap<>(pictures));
  }

  private static boolean isPng(byte[] file) {
    for (int i = 0; i < PNG.length; i++) {
      if (i >= file.length || file[i] != PNG[i]) {
        return false;
      }
    }
    return true;
  }

  /** Kind of a picture. */
  public enum Kind {
    /** The frame as the model reads it. */
    FRAME,
    /** The picture that the causes explain. */
    EXPECTED,
    /** Unusual parts of the frame. */
    HEATMAP;

    /** Pictures that are drawn of an incident about a subject; empty for silence. */
    public static Set<Kind> of(Subject subject) {
      return switch (subject.kind()) {
        case MECHANISM, ROOT, PICTURE, UNDETERMINED -> EnumSet.allOf(Kind.class);
        case SENSOR -> EnumSet.of(FRAME);
        case SILENCE -> EnumSet.noneOf(Kind.class);
      };
    }

    /** Last segment of its address. */
    public String path() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Address of a picture relative to that of the dashboard; {@code id} is one encoded segment. */
  public static String address(String id, Kind picture) {
    return "/api/incidents/%s/evidence/%s".formatted(id, picture.path());
  }
}
