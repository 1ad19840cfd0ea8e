package dev.residua.renewal.selection;

import java.util.Locale;

/** Why a stored frame is not learnt from. */
public enum RejectionReason {
  /** It lies in an incident that nobody accepted as normal. */
  INCIDENT,
  /** The camera was at fault. */
  SENSOR_FAULT,
  /** It lies in a maintenance window. */
  MAINTENANCE,
  /** A change was announced for its time. */
  ANNOUNCED_CHANGE,
  /** It was refused when it came. */
  DEAD_LETTER,
  /** Something was done to it on purpose, as the labels of its data set say. */
  EVENT,
  /** It cannot be decoded, or its pixels are gone. */
  UNREADABLE,
  /** It lies in a quiet stretch that is too short to calibrate with. */
  SHORT_STRETCH,
  /** It lies between the frames that calibrate and those that are held out. */
  SEPARATION,
  /** There were more frames of its source and time than are learnt from. */
  NOT_SAMPLED,
  /** It looks like one that is learnt from. */
  NEAR_DUPLICATE;

  /** As it is written in a manifest: {@code near-duplicate}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
