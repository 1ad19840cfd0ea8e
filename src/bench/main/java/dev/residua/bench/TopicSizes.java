package dev.residua.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.Node;

/** Sizes of topics on the disks of their brokers. */
final class TopicSizes {
  private TopicSizes() {}

  static Map<String, Long> of(Admin admin, Predicate<String> topics)
      throws ExecutionException, InterruptedException {
    List<Integer> nodes = admin.describeCluster().nodes().get().stream().map(Node::id).toList();
    Map<String, Long> bytes = new TreeMap<>();
    for (Map<String, LogDirDescription> node :
        admin.describeLogDirs(nodes).allDescriptions().get().values()) {
      for (LogDirDescription folder : node.values()) {
        folder
            .replicaInfos()
            .forEach(
                (partition, replica) -> {
                  if (topics.test(partition.topic())) {
                    bytes.merge(partition.topic(), replica.size(), Long::sum);
                  }
                });
      }
    }
    return bytes;
  }
}
