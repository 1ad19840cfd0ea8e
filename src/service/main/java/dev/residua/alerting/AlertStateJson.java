package dev.residua.alerting;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.residua.alerting.AlertEntry.Opening;
import dev.residua.alerting.Grouping.Group;
import dev.residua.alerting.Grouping.Member;
import dev.residua.alerting.Grouping.Waiting;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.wire.IncidentMapper;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Stored state of alerting, as JSON with a version: one record per incident that someone has to be
 * notified of, and one with the last model change of each receiver.
 */
final class AlertStateJson {
  /** Key of the record of model changes. */
  static final String ACTIVATIONS = "activations";

  private static final String INCIDENT = "incident/";
  private static final String ESCALATION = "escalation";
  private static final int VERSION = 1;
  private static final List<Class<? extends Grouping>> GROUPINGS =
      List.of(Waiting.class, Member.class, Group.class);

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(
              new JavaTimeModule()
                  .addSerializer(Subject.class, ToStringSerializer.instance)
                  .addDeserializer(Subject.class, new SubjectReader()))
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private AlertStateJson() {}

  static String key(String alertId) {
    return INCIDENT + alertId;
  }

  static byte[] bytes(AlertEntry entry) {
    ObjectNode node = Json.object();
    node.put("version", VERSION);
    node.put("alert", entry.alertId());
    node.put("revision", entry.revision());
    node.put("since", entry.since().toString());
    node.put("changedAt", entry.changedAt().toString());
    entry.only().ifPresent(only -> node.put("only", only));
    node.set("notified", MAPPER.valueToTree(new TreeMap<>(entry.notified())));
    node.set("incident", Json.read(IncidentMapper.json(entry.incident())));
    Opening opening = entry.opening();
    if (opening != null && !opening.equals(Opening.of(entry.incident()))) {
      node.set("opening", MAPPER.valueToTree(opening));
    }
    Grouping grouping = entry.grouping();
    if (!grouping.equals(Grouping.ALONE)) {
      node.set(name(grouping.getClass()), MAPPER.valueToTree(grouping));
    }
    if (!entry.escalation().equals(Escalation.NONE)) {
      node.set(ESCALATION, MAPPER.valueToTree(entry.escalation()));
    }
    return Json.bytes(node);
  }

  private static String name(Class<? extends Grouping> grouping) {
    return grouping.getSimpleName().toLowerCase(Locale.ROOT);
  }

  /**
   * Reverses {@link #bytes}.
   *
   * @throws IllegalArgumentException if it is damaged or of a later version
   */
  static AlertEntry entry(byte[] bytes) {
    try {
      JsonNode node = checked(bytes);
      if (!node.path("incident").isObject()) {
        throw new IllegalArgumentException("it has no incident");
      }
      Incident incident = IncidentMapper.ofJson(Json.bytes(node.path("incident")));
      return new AlertEntry(
          node.path("alert").asText(),
          incident,
          node.path("revision").asLong(),
          Instant.parse(node.path("since").asText()),
          Instant.parse(node.path("changedAt").asText()),
          Optional.ofNullable(node.path("only").textValue()),
          MAPPER.readValue(
              MAPPER.treeAsTokens(node.path("notified")),
              new TypeReference<Map<String, NotifiedState>>() {}),
          grouping(node),
          node.has("opening")
              ? MAPPER.treeToValue(node.path("opening"), Opening.class)
              : Opening.of(incident),
          node.has(ESCALATION)
              ? MAPPER.treeToValue(node.path(ESCALATION), Escalation.class)
              : Escalation.NONE);
    } catch (java.io.IOException | RuntimeException e) {
      throw new IllegalArgumentException("the state of an alert cannot be read: " + e, e);
    }
  }

  private static Grouping grouping(JsonNode node) throws JsonProcessingException {
    for (Class<? extends Grouping> grouping : GROUPINGS) {
      @Nullable JsonNode stored = node.get(name(grouping));
      if (stored != null) {
        return MAPPER.treeToValue(stored, grouping);
      }
    }
    return Grouping.ALONE;
  }

  /** Stores the number of the last activation by receiver. */
  static byte[] activations(Map<String, Long> notified) {
    ObjectNode node = Json.object();
    node.put("version", VERSION);
    node.set("notified", MAPPER.valueToTree(new TreeMap<>(notified)));
    return Json.bytes(node);
  }

  /** Reverses {@link #activations(Map)}. */
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

  private static final class SubjectReader
      extends com.fasterxml.jackson.databind.deser.std.FromStringDeserializer<Subject> {
    private static final long serialVersionUID = 1L;

    SubjectReader() {
      super(Subject.class);
    }

    @Override
    protected Subject _deserialize(
        String value, com.fasterxml.jackson.databind.DeserializationContext context) {
      return Subject.of(value);
    }
  }
}
