package dev.residua.app.kafka;

import dev.residua.alerting.PipelineProgress.Offsets;
import dev.residua.alerting.PipelineProgress.Partition;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.server.common.MetadataVersion;

/** Reads the state of a cluster; changes nothing. Its client belongs to a {@link TopicAdmin}. */
public final class ClusterState {
  private final Admin admin;
  private final AdminCalls calls;

  ClusterState(Admin admin, AdminCalls calls) {
    this.admin = admin;
    this.calls = calls;
  }

  /** Names of all topics of the cluster that this client may see. */
  public Set<String> existing() throws StartFailedException {
    return calls.answer("list topics", admin.listTopics().names());
  }

  /**
   * Partitions that cannot be written, or that a loss of one more broker would end.
   *
   * @return one sentence per topic; empty if all brokers have their copies
   */
  public List<String> degraded(Topics topics) throws StartFailedException {
    List<String> problems = new ArrayList<>();
    Map<String, TopicDescription> found =
        calls.answer(
            "describe the topics",
            admin.describeTopics(topics.all().stream().map(Topic::name).toList()).allTopicNames());
    for (TopicDescription topic : new TreeMap<>(found).values()) {
      long without = topic.partitions().stream().filter(p -> p.leader() == null).count();
      long few =
          topic.partitions().stream().filter(p -> p.isr().size() < p.replicas().size()).count();
      if (without > 0) {
        problems.add(
            "%d of %d partitions of topic %s have no leader and can be neither read nor written; start the brokers that hold them"
                .formatted(without, topic.partitions().size(), topic.name()));
      } else if (few > 0) {
        problems.add(
            "%d of %d partitions of topic %s lack copies on brokers that are down or behind; look at those brokers"
                .formatted(few, topic.partitions().size(), topic.name()));
      }
    }
    return problems;
  }

  /**
   * A cluster.
   *
   * @param brokers number of brokers that are up
   * @param release of Kafka whose formats it writes, such as {@code 4.1}; empty if it is unknown
   * @param newer whether it writes formats of a release after that of this program's own broker
   */
  public record Cluster(int brokers, Optional<String> release, boolean newer) {
    private static final MetadataVersion OWN = MetadataVersion.latestProduction();

    static Cluster of(int brokers, short metadataLevel) {
      return new Cluster(
          brokers,
          Arrays.stream(MetadataVersion.VERSIONS)
              .filter(version -> version.featureLevel() == metadataLevel)
              .map(MetadataVersion::shortVersion)
              .findFirst(),
          metadataLevel > OWN.featureLevel());
    }

    /** Returns a warning of a fault of newer releases; empty for other ones. */
    public Optional<String> problem() {
      return newer
          ? Optional.of(
              "the brokers write formats of a release after Kafka %s; 4.3.0 to 4.4.0 can lose the end of a transaction (KAFKA-20734), and consumers of its partitions then wait without end; use a release without this fault"
                  .formatted(OWN.shortVersion()))
          : Optional.empty();
    }
  }

  /** Describes the cluster. */
  public Cluster cluster() throws StartFailedException {
    int brokers = calls.answer("describe the cluster", admin.describeCluster().nodes()).size();
    try {
      FinalizedVersionRange level =
          calls
              .answer("describe features", admin.describeFeatures().featureMetadata())
              .finalizedFeatures()
              .get("metadata.version");
      if (level != null) {
        return Cluster.of(brokers, level.maxVersionLevel());
      }
    } catch (StartFailedException e) {
      // a cluster that does not describe its features
    }
    return new Cluster(brokers, Optional.empty(), false);
  }

  /**
   * Bounds of how far the clock of the cluster's active controller is ahead of this machine's: its
   * answer has its time, which lies between the times of the request and of the answer here.
   *
   * @return empty if the cluster does not state its time
   */
  public Optional<ClockDifference> clockDifference() throws StartFailedException {
    long before = System.currentTimeMillis();
    QuorumInfo quorum =
        calls.answer(
            "describe the quorum of the controllers", admin.describeMetadataQuorum().quorumInfo());
    long after = System.currentTimeMillis();
    return quorum.voters().stream()
        .filter(voter -> voter.replicaId() == quorum.leaderId())
        .flatMapToLong(voter -> voter.lastFetchTimestamp().stream())
        .filter(millis -> millis > 0)
        .mapToObj(
            there ->
                new ClockDifference(
                    Duration.ofMillis(there - after), Duration.ofMillis(there - before)))
        .findFirst();
  }

  /**
   * Time of the newest record of a topic.
   *
   * @return empty without a record
   */
  public Optional<Instant> newest(Topic<?, ?> topic) throws StartFailedException {
    return offsets(topic, OffsetSpec.maxTimestamp()).values().stream()
        .map(ListOffsetsResultInfo::timestamp)
        .filter(millis -> millis >= 0)
        .max(Long::compare)
        .map(Instant::ofEpochMilli);
  }

  /**
   * Number of records of a topic that a group has not read yet.
   *
   * @return empty for a group that has never read it
   */
  public OptionalLong waiting(String group, Topic<?, ?> topic) throws StartFailedException {
    Map<TopicPartition, OffsetAndMetadata> committed = committed(group);
    Map<TopicPartition, ListOffsetsResultInfo> ends = offsets(topic, OffsetSpec.latest());
    if (ends.keySet().stream().noneMatch(partition -> committed.get(partition) != null)) {
      return OptionalLong.empty();
    }
    Map<TopicPartition, ListOffsetsResultInfo> starts = offsets(topic, OffsetSpec.earliest());
    long waiting = 0;
    for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end : ends.entrySet()) {
      OffsetAndMetadata read = committed.get(end.getKey());
      long start = Objects.requireNonNull(starts.get(end.getKey())).offset();
      waiting += end.getValue().offset() - (read == null ? start : Math.max(start, read.offset()));
    }
    return OptionalLong.of(waiting);
  }

  /**
   * Progress of the pipeline up to the notifications: frames, scores and incidents.
   *
   * @param prefix start of all topic names
   */
  public Map<Partition, Offsets> pipeline(String prefix, Topics topics)
      throws StartFailedException {
    Map<Partition, Offsets> pipeline = new HashMap<>();
    progress(ConsumerGroups.score(prefix), topics.frames(), pipeline);
    progress(ConsumerGroups.monitor(prefix), topics.scores(), pipeline);
    progress(ConsumerGroups.alert(prefix), topics.incidents(), pipeline);
    return pipeline;
  }

  private void progress(String group, Topic<?, ?> topic, Map<Partition, Offsets> to)
      throws StartFailedException {
    Map<TopicPartition, OffsetAndMetadata> committed = committed(group);
    offsets(topic, OffsetSpec.latest())
        .forEach(
            (partition, end) -> {
              OffsetAndMetadata read = committed.get(partition);
              to.put(
                  new Partition(group, topic.name(), partition.partition()),
                  new Offsets(read == null ? -1 : read.offset(), end.offset()));
            });
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(String group)
      throws StartFailedException {
    return calls.answer(
        "read the offsets of group " + group,
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(Topic<?, ?> topic, OffsetSpec which)
      throws StartFailedException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    calls
        .answer(
            "describe topic " + topic.name(),
            admin.describeTopics(List.of(topic.name())).allTopicNames())
        .forEach(
            (name, found) ->
                found
                    .partitions()
                    .forEach(p -> wanted.put(new TopicPartition(name, p.partition()), which)));
    return calls.answer(
        "read the offsets of topic " + topic.name(), admin.listOffsets(wanted).all());
  }
}
