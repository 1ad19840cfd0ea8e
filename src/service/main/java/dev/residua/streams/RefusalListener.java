package dev.residua.streams;

import java.util.Map;

/** Observes scores that become dead letters. Kafka Streams creates the handlers that call it. */
public interface RefusalListener {
  /** Setting of Kafka Streams that has the listener. */
  String SETTING = "dev.residua.refusal.listener";

  /** Why a score is refused. */
  enum Reason {
    /** Its bytes are not a score. */
    UNREADABLE_SCORE,
    /** It is of a model that is not known here, or has values that no detector could forget. */
    FOREIGN_SCORE,
    /** Its evaluation failed unexpectedly: an error of the program. */
    POISON_SCORE,
    /** A record of the control topic is not a command, or of a kind of a later version. */
    UNREADABLE_CONTROL
  }

  /** A score or command was refused. */
  void refused(Reason reason);

  /** The one of these settings, or one that ignores everything. */
  static RefusalListener of(Map<String, ?> settings) {
    return settings.get(SETTING) instanceof RefusalListener listener ? listener : reason -> {};
  }
}
