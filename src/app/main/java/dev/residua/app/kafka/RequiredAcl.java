package dev.residua.app.kafka;

import dev.residua.app.process.Role;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The access that the product needs to one resource of a Kafka cluster with access control. {@link
 * #needed} is the whole list with the least privileges, which is printed, and checked at start.
 *
 * @param type topic, group or transactional id
 * @param name of the resource, or how its names start
 * @param prefixed whether {@code name} is only the start
 * @param operations at least one; Describe is omitted if Read or Write imply it in Kafka
 * @param example a name that the permission must cover, to check it with
 */
public record RequiredAcl(
    ResourceType type,
    String name,
    boolean prefixed,
    Set<AclOperation> operations,
    String example) {

  /** Roles that use models and the rules of sources. */
  private static final Set<Role> FOLLOWING_MODELS = EnumSet.allOf(Role.class);

  /** Roles that publish the first model if the registry is empty. */
  public static final Set<Role> BEGINNING_MODELS = EnumSet.of(Role.SCORE, Role.MONITOR, Role.TRAIN);

  public RequiredAcl {
    if (operations.isEmpty()) {
      throw new IllegalArgumentException("access to %s %s needs operations".formatted(type, name));
    }
    Set<AclOperation> all = EnumSet.copyOf(operations);
    if (all.contains(AclOperation.READ) || all.contains(AclOperation.WRITE)) {
      all.remove(AclOperation.DESCRIBE);
    }
    operations = Set.copyOf(all);
  }

  /**
   * The access that a process with these roles needs, topics first.
   *
   * @param prefix {@code residua.topic-prefix}
   * @param instance {@code residua.instance}, for the examples only
   */
  public static List<RequiredAcl> needed(String prefix, String instance, Set<Role> roles) {
    Topics topics = new Topics(prefix);
    Map<String, Set<AclOperation>> byTopic = new LinkedHashMap<>();
    for (Topic<?, ?> topic : topics.all()) { // every process checks them when it starts
      byTopic.put(topic.name(), EnumSet.of(AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS));
    }
    List<RequiredAcl> others = new ArrayList<>();
    if (!Collections.disjoint(roles, FOLLOWING_MODELS)) {
      allow(byTopic, AclOperation.READ, List.of(topics.models(), topics.sources()));
    }
    if (!Collections.disjoint(roles, BEGINNING_MODELS) || roles.contains(Role.DASHBOARD)) {
      String registry = KafkaClients.registryTransactions(prefix);
      allow(byTopic, AclOperation.WRITE, List.of(topics.models()));
      others.add(transactions(registry, registry));
    }
    if (roles.contains(Role.SCORE)) {
      String group = ConsumerGroups.score(prefix);
      allow(byTopic, AclOperation.READ, List.of(topics.frames(), topics.timelines()));
      allow(
          byTopic,
          AclOperation.WRITE,
          List.of(topics.scores(), topics.deadLetters(), topics.timelines()));
      others.add(group(group));
      others.add(transactions(group + "-", group + "-" + instance + "-0"));
    }
    if (roles.contains(Role.SHADOW)) {
      String group = ConsumerGroups.shadow(prefix);
      allow(byTopic, AclOperation.READ, List.of(topics.frames()));
      allow(byTopic, AclOperation.WRITE, List.of(topics.shadowScores()));
      others.add(group(group));
    }
    if (roles.contains(Role.TRAIN)) {
      allow(byTopic, AclOperation.READ, ConsumerGroups.readByTraining(topics));
      allow(byTopic, AclOperation.WRITE, List.of(topics.control()));
      others.add(group(ConsumerGroups.train(prefix)));
    }
    if (roles.contains(Role.ALERT)) {
      allow(
          byTopic,
          AclOperation.READ,
          List.of(
              topics.incidents(),
              topics.control(),
              topics.alerts(),
              topics.frames(),
              topics.sourceStates()));
      allow(
          byTopic,
          AclOperation.WRITE,
          List.of(
              topics.alerts(), topics.incidentGroups(), topics.evidence(), topics.deadLetters()));
      String group = ConsumerGroups.alert(prefix);
      others.add(group(group));
      others.add(transactions(group + "-", group + "-" + instance));
      others.add(group(ConsumerGroups.evidence(prefix)));
      allow(byTopic, AclOperation.READ, topics.pictures()); // retention of sources
      allow(byTopic, AclOperation.DELETE, topics.pictures());
      others.add(group(ConsumerGroups.retention(prefix)));
      others.add(group(ConsumerGroups.states(prefix)));
      if (!roles.contains(Role.SCORE)) {
        others.add(progress(ConsumerGroups.score(prefix)));
      }
      if (!roles.contains(Role.MONITOR)) {
        others.add(progress(ConsumerGroups.monitor(prefix)));
      }
    }
    if (roles.contains(Role.INGEST)) {
      allow(byTopic, AclOperation.WRITE, List.of(topics.frames()));
    }
    if (roles.contains(Role.MONITOR)) {
      String application = ConsumerGroups.monitor(prefix);
      allow(
          byTopic,
          AclOperation.READ,
          List.of(topics.scores(), topics.shadowScores(), topics.control(), topics.calibrations()));
      allow(byTopic, AclOperation.WRITE, topics.findings());
      allow(byTopic, AclOperation.WRITE, List.of(topics.sources())); // shared budgets
      allow(byTopic, AclOperation.WRITE, List.of(topics.deadLetters()));
      others.add(
          new RequiredAcl(
              ResourceType.TOPIC,
              application + "-",
              true,
              EnumSet.of(AclOperation.CREATE, AclOperation.READ, AclOperation.WRITE),
              ConsumerGroups.monitorChangelog(prefix)));
      others.add(group(application));
      others.add(transactions(application + "-", application + "-" + instance));
    }
    if (roles.contains(Role.DASHBOARD)) {
      allow(byTopic, AclOperation.READ, ConsumerGroups.readByDashboard(topics));
      allow(byTopic, AclOperation.READ, List.of(topics.frames())); // the pictures
      allow(
          byTopic, AclOperation.WRITE, List.of(topics.control(), topics.sources(), topics.audit()));
    }
    if (roles.contains(Role.DASHBOARD) || roles.contains(Role.MONITOR)) {
      String sources = KafkaClients.sourcesTransactions(prefix);
      others.add(transactions(sources, sources));
    }
    List<RequiredAcl> all = new ArrayList<>();
    byTopic.forEach(
        (name, operations) ->
            all.add(new RequiredAcl(ResourceType.TOPIC, name, false, operations, name)));
    all.addAll(others);
    return all;
  }

  private static void allow(
      Map<String, Set<AclOperation>> byTopic, AclOperation operation, List<Topic<?, ?>> topics) {
    for (Topic<?, ?> topic : topics) {
      byTopic.computeIfAbsent(topic.name(), name -> EnumSet.of(operation)).add(operation);
    }
  }

  private static RequiredAcl group(String name) {
    return group(name, AclOperation.READ);
  }

  /** Access to the progress of the group of another role, for the heartbeat. */
  private static RequiredAcl progress(String group) {
    return group(group, AclOperation.DESCRIBE);
  }

  private static RequiredAcl group(String name, AclOperation operation) {
    return new RequiredAcl(ResourceType.GROUP, name, false, EnumSet.of(operation), name);
  }

  private static RequiredAcl transactions(String start, String example) {
    return new RequiredAcl(
        ResourceType.TRANSACTIONAL_ID, start, true, EnumSet.of(AclOperation.WRITE), example);
  }

  /** The command of Kafka's own tool that grants this. */
  public String asKafkaAcls(String bootstrapServers, String principal) {
    StringBuilder line = new StringBuilder("kafka-acls.sh --bootstrap-server " + bootstrapServers);
    line.append(" --add --allow-principal '").append(principal).append("'");
    for (AclOperation operation : sorted()) {
      line.append(" --operation ").append(describe(operation));
    }
    line.append(
        switch (type) {
          case TOPIC -> " --topic ";
          case GROUP -> " --group ";
          case TRANSACTIONAL_ID -> " --transactional-id ";
          case CLUSTER, DELEGATION_TOKEN, USER, ANY, UNKNOWN ->
              throw new IllegalStateException("no access of type " + type);
        });
    line.append(name);
    if (prefixed) {
      line.append(" --resource-pattern-type prefixed");
    }
    return line.toString();
  }

  /**
   * The entry of a Strimzi {@code KafkaUser}'s {@code spec.authorization.acls} that grants this.
   */
  public String asStrimzi() {
    return """
        - resource:
            type: %s
            name: %s
            patternType: %s
          operations: [%s]"""
        .formatted(
            switch (type) {
              case TOPIC -> "topic";
              case GROUP -> "group";
              case TRANSACTIONAL_ID -> "transactionalId";
              case CLUSTER, DELEGATION_TOKEN, USER, ANY, UNKNOWN ->
                  throw new IllegalStateException("no access of type " + type);
            },
            name,
            prefixed ? "prefix" : "literal",
            String.join(", ", sorted().stream().map(RequiredAcl::describe).toList()));
  }

  /** The same, without some of the operations' names: for a message. */
  String describe(Set<AclOperation> some) {
    return "%s on %s %s%s"
        .formatted(
            String.join(", ", new TreeSet<>(some).stream().map(RequiredAcl::describe).toList()),
            type.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
            name,
            prefixed ? "*" : "");
  }

  private TreeSet<AclOperation> sorted() {
    return new TreeSet<>(operations);
  }

  /** The name in Kafka's tools: DescribeConfigs. */
  public static String describe(AclOperation operation) {
    StringBuilder text = new StringBuilder();
    for (String word : operation.name().split("_", -1)) {
      text.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
    }
    return text.toString();
  }
}
