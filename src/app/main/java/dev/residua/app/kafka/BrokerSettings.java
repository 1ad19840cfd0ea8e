package dev.residua.app.kafka;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One node of a Kafka cluster that this product runs itself: broker and controller in one process,
 * on loopback.
 *
 * @param nodeId identity of the node, at least 0; the same after a restart
 * @param voters all nodes of the cluster with their controller ports, this one among them; the same
 *     list on every node
 * @param port for clients, 1 to 65535
 * @param replication copies of each partition that topics get by default, at least 1 and at most
 *     the number of voters
 * @param minInSync copies that must have a record before {@code acks=all} is answered, at least 1
 *     and at most {@code replication}
 * @param maxRecordBytes largest record that any topic may hold
 * @param properties further settings of Kafka's server by its own keys, which override those
 *     derived from the rest; listeners and security, for instance
 */
public record BrokerSettings(
    int nodeId,
    List<Voter> voters,
    int port,
    int replication,
    int minInSync,
    int maxRecordBytes,
    Map<String, String> properties) {

  /** A node that votes on the cluster's metadata: {@code id@host:port} of its controller. */
  public record Voter(int nodeId, String host, int port) {
    public Voter {
      inRange("voter", nodeId, 0, Integer.MAX_VALUE);
      inRange("controller port of voter " + nodeId, port, 1, 65_535);
      if (host.isBlank()) {
        throw new IllegalArgumentException("voter %d has no host".formatted(nodeId));
      }
    }

    /**
     * Voters from Kafka's notation, such as {@code 1@localhost:9093,2@localhost:9095}.
     *
     * @throws IllegalArgumentException with the part that is wrong
     */
    public static List<Voter> parse(String text) {
      List<Voter> voters = new ArrayList<>();
      for (String part : text.split(",", -1)) {
        int at = part.indexOf('@');
        int colon = part.lastIndexOf(':');
        try {
          voters.add(
              new Voter(
                  Integer.parseInt(part.substring(0, Math.max(0, at)).strip()),
                  part.substring(at + 1, Math.max(at + 1, colon)),
                  Integer.parseInt(part.substring(colon + 1).strip())));
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(
              "voter '%s' of '%s' must be ID@HOST:PORT, such as 1@localhost:9093"
                  .formatted(part, text),
              e);
        }
      }
      return List.copyOf(voters);
    }

    @Override
    public String toString() {
      return nodeId + "@" + host + ":" + port;
    }
  }

  public BrokerSettings {
    inRange("node id", nodeId, 0, Integer.MAX_VALUE);
    inRange("port", port, 1, 65_535);
    voters = List.copyOf(voters);
    Set<Integer> ids = new HashSet<>();
    for (Voter voter : voters) {
      if (!ids.add(voter.nodeId())) {
        throw new IllegalArgumentException(
            "node %d is twice among the voters %s".formatted(voter.nodeId(), voters));
      }
    }
    if (!ids.contains(nodeId)) {
      throw new IllegalArgumentException(
          "node %d is not among the voters %s; every node votes".formatted(nodeId, voters));
    }
    inRange("replication", replication, 1, voters.size());
    inRange("min.insync.replicas", minInSync, 1, replication);
    inRange("largest record in bytes", maxRecordBytes, 1, Integer.MAX_VALUE - (16 << 20));
    properties = Map.copyOf(new TreeMap<>(properties));
  }

  /** A cluster of one node. */
  public static BrokerSettings single(int port, int controllerPort, int maxRecordBytes) {
    return new BrokerSettings(
        1,
        List.of(new Voter(1, "localhost", controllerPort)),
        port,
        1,
        1,
        maxRecordBytes,
        Map.of());
  }

  /** The same node with further settings of Kafka's server. */
  public BrokerSettings with(Map<String, String> properties) {
    return new BrokerSettings(
        nodeId, voters, port, replication, minInSync, maxRecordBytes, properties);
  }

  /** Port of this node's controller. */
  public int controllerPort() {
    return voters.stream()
        .filter(voter -> voter.nodeId() == nodeId)
        .mapToInt(Voter::port)
        .findFirst()
        .orElseThrow();
  }

  private static void inRange(String what, int value, int from, int to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d but was %d".formatted(what, from, to, value));
    }
  }
}
