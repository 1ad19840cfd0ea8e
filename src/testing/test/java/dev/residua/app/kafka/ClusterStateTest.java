package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import kafka.server.metadata.KRaftMetadataCache;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.metadata.LeaderConstants;
import org.apache.kafka.server.common.KRaftVersion;
import org.junit.jupiter.api.Test;

class ClusterStateTest {
  /** The levels of {@code metadata.version} in Kafka's source; 31 came with 4.4. */
  @Test
  void shouldWarnOfBrokersThatCanLoseTheEndOfATransaction() {
    assertThat(ClusterState.Cluster.of(3, (short) 29))
        .isEqualTo(new ClusterState.Cluster(3, Optional.of("4.2"), false));
    assertThat(ClusterState.Cluster.of(3, (short) 29).problem()).isEmpty();
    assertThat(ClusterState.Cluster.of(3, (short) 30).release()).hasValue("4.3");
    assertThat(ClusterState.Cluster.of(3, (short) 30).problem().orElseThrow())
        .contains("after Kafka 4.2;", "KAFKA-20734");
    assertThat(ClusterState.Cluster.of(3, (short) 31).release()).isEmpty();
    assertThat(ClusterState.Cluster.of(3, (short) 31).problem()).isPresent();
  }

  /**
   * KAFKA-20734: a broker that takes a partition without a leader for a deleted one leaves out the
   * end of a transaction there.
   */
  @Test
  void shouldHaveABrokerThatKnowsPartitionsWithoutALeader() {
    // Given
    Uuid topic = Uuid.randomUuid();
    MetadataDelta delta = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
    delta.replay(new TopicRecord().setName("residua.drift").setTopicId(topic));
    delta.replay(
        new PartitionRecord()
            .setTopicId(topic)
            .setPartitionId(0)
            .setReplicas(List.of(1))
            .setIsr(List.of(1))
            .setLeader(LeaderConstants.NO_LEADER)
            .setLeaderEpoch(1)
            .setPartitionEpoch(1));
    KRaftMetadataCache cache = new KRaftMetadataCache(1, () -> KRaftVersion.KRAFT_VERSION_1);
    // When
    cache.setImage(delta.apply(MetadataProvenance.EMPTY));
    // Then
    ListenerName listener = new ListenerName("PLAINTEXT");
    assertThat(cache.getPartitionLeaderEndpoint("residua.drift", 0, listener))
        .as("no node, which is asked again later")
        .hasValueSatisfying(node -> assertThat(node.isEmpty()).isTrue());
    assertThat(cache.getPartitionLeaderEndpoint("residua.drift", 1, listener)).isEmpty();
  }
}
