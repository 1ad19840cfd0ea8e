package dev.residua.app.kafka;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives all partitions to one member of a group, the first by name; the others stand by. Created by
 * Kafka's consumer.
 */
public final class OneMemberAssignor implements ConsumerPartitionAssignor {
  @Override
  public String name() {
    return "residua-one-member";
  }

  @Override
  public GroupAssignment assign(Cluster cluster, GroupSubscription members) {
    Map<String, Subscription> subscriptions = members.groupSubscription();
    String first =
        subscriptions.entrySet().stream()
            .min(
                Comparator.comparing(
                        (Map.Entry<String, Subscription> member) ->
                            member.getValue().groupInstanceId().orElse(""))
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(Map.Entry::getKey)
            .orElse("");
    Map<String, Assignment> assignments = new HashMap<>();
    subscriptions.forEach(
        (id, subscription) ->
            assignments.put(
                id,
                new Assignment(
                    id.equals(first)
                        ? subscription.topics().stream()
                            .flatMap(topic -> partitions(cluster, topic).stream())
                            .toList()
                        : List.of())));
    return new GroupAssignment(assignments);
  }

  private static List<TopicPartition> partitions(Cluster cluster, String topic) {
    Integer count = cluster.partitionCountForTopic(topic);
    return IntStream.range(0, count == null ? 0 : count)
        .mapToObj(number -> new TopicPartition(topic, number))
        .toList();
  }
}
