package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.junit.jupiter.api.Test;

class OneMemberAssignorTest {
  private static Subscription named(String instance) {
    Subscription subscription = new Subscription(List.of("incidents"));
    subscription.setGroupInstanceId(Optional.of(instance));
    return subscription;
  }

  @Test
  void shouldGiveAllPartitionsToTheFirstMemberByName() {
    // Given
    Cluster cluster =
        new Cluster(
            "c",
            List.of(),
            IntStream.range(0, 3)
                .mapToObj(number -> new PartitionInfo("incidents", number, null, null, null))
                .toList(),
            Set.of(),
            Set.of());

    // When
    Map<String, Assignment> assigned =
        new OneMemberAssignor()
            .assign(cluster, new GroupSubscription(Map.of("x-1", named("b"), "y-2", named("a"))))
            .groupAssignment();

    // Then
    assertThat(assigned.get("y-2").partitions()).hasSize(3);
    assertThat(assigned.get("x-1").partitions()).isEmpty();
  }
}
