package dev.residua.renewal.selection;

import java.util.Locale;

/** Why a stored frame is not learnt from. */
public enum RejectionReason {
  /** It is part of an incident that was not accepted as normal. */
  INCIDENT,
  /** It lacks a variable of the model. */
  VARIABLE_MISSING,
  /** It is part of a fault of the sensor. */
  SENSOR_FAULT,
  /** It is part of a maintenance window. */
  MAINTENANCE,
  /** Its source learned what is normal, or needed a review. */
  NOT_WATCHED,
  /** A change was announced for its time. */
  ANNOUNCED_CHANGE,
  /** It was rejected on arrival. */
  DEAD_LETTER,
  /** The labels of its data set mark it as deliberately changed. */
  EVENT,
  /** It cannot be decoded, or its pixels are gone. */
  UNREADABLE,
  /** Its quiet run is too short to calibrate with. */
  SHORT_STRETCH,
  /** It separates the calibration frames from the held-out ones. */
  SEPARATION,
  /** The sample has enough frames of its source and time. */
  NOT_SAMPLED,
  /** It looks like one in the sample. */
  NEAR_DUPLICATE;

  /** Its text in a manifest, such as {@code near-duplicate}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
