package dev.residua.app.kafka;

import dev.residua.streams.MonitorTopology;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.util.ArrayList;
import java.util.List;

/** Names of the consumer groups of all roles, and the topics that they read. */
public final class ConsumerGroups {
  private ConsumerGroups() {}

  /** Group of all scoring processes, and prefix of their transactional ids. */
  public static String score(String topicPrefix) {
    return topicPrefix + "score";
  }

  /** Group of all shadow processes. */
  public static String shadow(String topicPrefix) {
    return topicPrefix + "shadow";
  }

  /** Group of all alerting processes. */
  public static String alert(String topicPrefix) {
    return topicPrefix + "alert";
  }

  /** Group of the alerting processes that store the evidence of incidents. */
  public static String evidence(String topicPrefix) {
    return topicPrefix + "evidence";
  }

  /** Group of the alerting processes that delete records past the retention of their source. */
  public static String retention(String topicPrefix) {
    return topicPrefix + "retention";
  }

  /** Group of the alerting processes that publish the states of sources over MQTT. */
  public static String states(String topicPrefix) {
    return topicPrefix + "states";
  }

  /** Group of all training processes, one of which leads. */
  public static String train(String topicPrefix) {
    return topicPrefix + "train";
  }

  /** Application id of Kafka Streams: the monitors' group, and prefix of their internal names. */
  public static String monitor(String topicPrefix) {
    return topicPrefix + "monitor";
  }

  /** Topic that holds the state of the monitors, created by Kafka Streams. */
  public static String monitorChangelog(String topicPrefix) {
    return monitor(topicPrefix) + "-" + MonitorTopology.STATE_STORE + "-changelog";
  }

  /** Topics that retraining decisions and trainings read. */
  public static List<Topic<?, ?>> readByTraining(Topics topics) {
    return List.of(
        topics.frames(),
        topics.shadowScores(),
        topics.drift(),
        topics.calibrations(),
        topics.drifts(),
        topics.incidents(),
        topics.control(),
        topics.deadLetters());
  }

  /** Topics that the dashboard follows. */
  public static List<Topic<?, ?>> readByDashboard(Topics topics) {
    List<Topic<?, ?>> read = new ArrayList<>(topics.findings());
    read.remove(topics.sourceStates()); // it has their history
    read.add(topics.scores());
    read.add(topics.evidence());
    read.add(topics.deadLetters());
    read.add(topics.control());
    read.add(topics.audit());
    read.add(topics.alerts());
    return read;
  }
}
