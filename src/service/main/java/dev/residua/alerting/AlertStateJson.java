package dev.residua.alerting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.alerting.Grouping.Member;
import dev.residua.alerting.Grouping.Waiting;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of alerting, as JSON with a version: one record per incident that someone has to
 * be notified of, and one with the last model change of each receiver.
 */
final class AlertStateJson {
  /** Key of the record of model changes. */
  static final String ACTIVATIONS = "activations";

  private static final String INCIDENT = "incident/";
  private static final int VERSION = 1;

  private final Function<Incident, byte[]> write;
  private final Function<byte[], Incident> read;

  /**
   * @param write an incident as the topic of incidents has it
   * @param read the opposite
   */
  AlertStateJson(Function<Incident, byte[]> write, Function<byte[], Incident> read) {
    this.write = write;
    this.read = read;
  }

  static String key(String alertId) {
    return INCIDENT + alertId;
  }

  byte[] bytes(AlertEntry entry) {
    ObjectNode node = Json.object();
    node.put("version", VERSION);
    node.put("alert", entry.alertId());
    node.put("revision", entry.revision());
    node.put("since", entry.since().toString());
    node.put("changedAt", entry.changedAt().toString());
    entry.only().ifPresent(only -> node.put("only", only));
    ObjectNode notified = node.putObject("notified");
    new TreeMap<>(entry.notified())
        .forEach(
            (receiver, now) -> {
              ObjectNode one = notified.putObject(receiver);
              one.put("stage", now.stage().name());
              one.put("revision", now.revision());
              one.put("severity", now.severity().name());
              one.put("kind", now.kind());
              one.put("subject", now.subject());
              one.put("flaps", now.flaps());
              one.put("at", now.at().toString());
              one.put("acknowledged", now.acknowledged());
              if (now.members() > 0) {
                one.put("members", now.members());
              }
            });
    node.put("incident", write.apply(entry.incident()));
    AlertEntry.Opening opening = entry.opening();
    if (opening != null && !opening.equals(AlertEntry.Opening.of(entry.incident()))) {
      ObjectNode opened = node.putObject("opening");
      opened.put("state", opening.state().name());
      opened.put("at", opening.at().toString());
      opened.put("sequence", opening.sequence());
    }
    if (entry.grouping() instanceof Waiting waiting) {
      node.put("waitsUntil", waiting.until().toString());
    } else if (entry.grouping() instanceof Member member) {
      node.put("memberOf", member.group());
    } else if (entry.grouping() instanceof Group group) {
      node.set("group", bytes(group));
    }
    return Json.bytes(node);
  }

  private static ObjectNode bytes(Group group) {
    ObjectNode node = Json.object();
    node.put("label", group.label());
    node.put("value", group.value());
    node.put("more", group.more());
    node.put("joinedAt", group.joinedAt().toString());
    ArrayNode receivers = node.putArray("receivers");
    new TreeSet<>(group.receivers()).forEach(receivers::add);
    ArrayNode children = node.putArray("children");
    for (Child child : group.children()) {
      ObjectNode one = children.addObject();
      one.put("alert", child.alertId());
      one.put("incident", child.incident());
      one.put("source", child.source());
      one.put("subject", child.subject().toString());
      one.put("open", child.open());
    }
    return node;
  }

  /** Stored only if it is not the current record. */
  private static AlertEntry.@Nullable Opening opening(JsonNode node, Incident incident) {
    return node.isObject()
        ? new AlertEntry.Opening(
            Incident.State.valueOf(node.path("state").asText()),
            Instant.parse(node.path("at").asText()),
            node.path("sequence").asLong())
        : AlertEntry.Opening.of(incident);
  }

  private static Grouping grouping(JsonNode node) {
    if (node.hasNonNull("waitsUntil")) {
      return new Waiting(Instant.parse(node.path("waitsUntil").asText()));
    }
    if (node.hasNonNull("memberOf")) {
      return new Member(node.path("memberOf").asText());
    }
    JsonNode group = node.path("group");
    if (group.isMissingNode()) {
      return Grouping.ALONE;
    }
    List<Child> children = new ArrayList<>();
    for (JsonNode one : group.path("children")) {
      children.add(
          new Child(
              one.path("alert").asText(),
              one.path("incident").asText(),
              one.path("source").asText(),
              Subject.of(one.path("subject").asText()),
              one.path("open").asBoolean()));
    }
    Set<String> receivers = new TreeSet<>();
    group.path("receivers").forEach(name -> receivers.add(name.asText()));
    return new Group(
        group.path("label").asText(),
        group.path("value").asText(),
        children,
        group.path("more").asInt(),
        Instant.parse(group.path("joinedAt").asText()),
        receivers);
  }

  /**
   * Reads what {@link #bytes} wrote.
   *
   * @throws IllegalArgumentException if it is damaged or of a later version
   */
  AlertEntry entry(byte[] bytes) {
    try {
      JsonNode node = checked(bytes);
      byte[] incident = node.path("incident").binaryValue();
      if (incident == null) {
        throw new IllegalArgumentException("it has no incident");
      }
      Map<String, NotifiedState> notified = new HashMap<>();
      for (Map.Entry<String, JsonNode> each : node.path("notified").properties()) {
        JsonNode one = each.getValue();
        notified.put(
            each.getKey(),
            new NotifiedState(
                NotifiedState.Stage.valueOf(one.path("stage").asText()),
                one.path("revision").asLong(),
                Severity.valueOf(one.path("severity").asText()),
                one.path("kind").asText(),
                one.path("subject").asText(),
                one.path("flaps").asInt(),
                Instant.parse(one.path("at").asText()),
                one.path("acknowledged").asBoolean(),
                one.path("members").asInt()));
      }
      Incident current = read.apply(incident);
      return new AlertEntry(
          node.path("alert").asText(),
          current,
          node.path("revision").asLong(),
          Instant.parse(node.path("since").asText()),
          Instant.parse(node.path("changedAt").asText()),
          node.hasNonNull("only") ? Optional.of(node.path("only").asText()) : Optional.empty(),
          notified,
          grouping(node),
          opening(node.path("opening"), current));
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("the state of an alert cannot be read: " + e, e);
    }
  }

  /** The number of the last activation that each receiver was notified of. */
  static byte[] activations(Map<String, Long> notified) {
    ObjectNode node = Json.object();
    node.put("version", VERSION);
    ObjectNode numbers = node.putObject("notified");
    new TreeMap<>(notified).forEach(numbers::put);
    return Json.bytes(node);
  }

  /** Reads what {@link #activations(Map)} wrote. */
  static Map<String, Long> activations(byte[] bytes) {
    Map<String, Long> notified = new HashMap<>();
    for (Map.Entry<String, JsonNode> each : checked(bytes).path("notified").properties()) {
      notified.put(each.getKey(), each.getValue().asLong());
    }
    return notified;
  }

  private static JsonNode checked(byte[] bytes) {
    JsonNode node = Json.read(bytes);
    if (node.path("version").asInt() != VERSION) {
      throw new IllegalArgumentException(
          "it has version %s, expected %d".formatted(node.path("version"), VERSION));
    }
    return node;
  }
}
