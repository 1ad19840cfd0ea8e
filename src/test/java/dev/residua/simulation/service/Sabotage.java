package dev.residua.simulation.service;

import static dev.residua.simulation.service.Installation.TOPICS;

import org.jspecify.annotations.Nullable;

/** A defect that a test builds into an installation, which the checker must find. */
enum Sabotage {
  NONE(null, 1),
  A_SCORE_IS_LOST(TOPICS.scores().name(), 0),
  A_SCORE_IS_WRITTEN_TWICE(TOPICS.scores().name(), 2),
  A_DEAD_LETTER_IS_LOST(TOPICS.deadLetters().name(), 0),
  A_DEAD_LETTER_IS_WRITTEN_TWICE(TOPICS.deadLetters().name(), 2),
  A_DRIFT_SCORE_IS_LOST(TOPICS.drift().name(), 0),
  AN_INCIDENT_IS_LOST(TOPICS.incidents().name(), 0),
  AN_ALERT_IS_LOST(null, 0),
  AN_ALERT_IS_DELIVERED_TWICE(null, 2),
  ABORTED_RECORDS_ARE_VISIBLE(null, 1),
  OFFSETS_ARE_LOST(null, 1);

  /** Number of the record that is lost or doubled. */
  private static final int WHICH = 20;

  private final @Nullable String topic;
  private final int copies;

  Sabotage(@Nullable String topic, int copies) {
    this.topic = topic;
    this.copies = copies;
  }

  /** How often the n-th record of a topic is written. */
  int copies(String topic, int n) {
    boolean few = !topic.equals(TOPICS.scores().name()) && !topic.equals(TOPICS.drift().name());
    return topic.equals(this.topic) && (few ? n == 3 : n == WHICH) ? copies : 1;
  }

  boolean ofAlerts() {
    return this == AN_ALERT_IS_LOST || this == AN_ALERT_IS_DELIVERED_TWICE;
  }

  /** Whether the n-th commit of offsets does nothing. */
  boolean losesOffsets(int n) {
    return this == OFFSETS_ARE_LOST && n % 2 == 0;
  }

  /** How often the n-th alert arrives. */
  int alerts(int n) {
    return ofAlerts() && n == 2 ? copies : 1;
  }
}
