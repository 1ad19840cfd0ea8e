package dev.residua.alerting;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.causal.Finding.Cause;
import dev.residua.incident.Incident;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON that protocols share. Payloads are built field by field: data binding needs a record with
 * annotations for each of them, for names, texts and omissions, and is not shorter.
 */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree in memory can be written", e);
    }
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException if it is no JSON
   */
  static JsonNode read(byte[] bytes) {
    try {
      return MAPPER.readTree(bytes);
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException("is no JSON: " + e.getMessage(), e);
    }
  }

  /**
   * An incident as people read it: the fields of the {@code Incident} record, under their names. A
   * group of incidents has one field more.
   */
  static ObjectNode incident(AlertEntry entry, Map<String, String> links) {
    Incident incident = entry.incident();
    ObjectNode node = object();
    node.put("incidentId", incident.id());
    node.put("source", incident.source());
    node.put("subject", incident.subject().toString());
    node.put("state", Texts.lower(incident.state()));
    if (incident.reason() != null) {
      node.put("reason", Texts.lower(incident.reason()));
    }
    node.put("severity", Texts.severity(incident.severity()));
    node.put("kind", incident.kind());
    node.put("sentence", incident.sentence());
    node.put("advice", incident.subject().advice());
    text(node, "note", incident.note());
    text(node, "follows", incident.follows());
    text(node, "mergedInto", incident.mergedInto());
    ArrayNode causes = node.putArray("causes");
    for (Cause cause : incident.causes()) {
      ObjectNode one = causes.addObject();
      one.put("latent", cause.latent());
      ArrayNode parents = one.putArray("parents");
      cause.parents().forEach(parents::add);
      number(one, "evidence", cause.evidence());
      number(one, "pValue", cause.pValue());
      number(one, "share", cause.share());
    }
    node.put("openedAt", incident.openedAt().toString());
    node.put("updatedAt", incident.updatedAt().toString());
    if (incident.endedAt() != null) {
      node.put("endedAt", incident.endedAt().toString());
    }
    node.put("openedSequence", incident.openedSequence());
    node.put("updatedSequence", incident.updatedSequence());
    node.put("events", incident.events());
    node.put("flaps", incident.flaps());
    node.put("modelId", incident.modelId());
    if (!incident.labels().isEmpty()) {
      ObjectNode labels = node.putObject("labels");
      incident.labels().forEach(labels::put);
    }
    if (entry.grouping() instanceof Group group) {
      node.set("group", group(group));
    }
    ObjectNode to = node.putObject("links");
    links.forEach(to::put);
    return node;
  }

  private static ObjectNode group(Group group) {
    ObjectNode node = object();
    node.put("label", group.label());
    node.put("value", group.value());
    node.put("incidents", group.size());
    ArrayNode children = node.putArray("children");
    for (Child child : Texts.shown(group)) {
      ObjectNode one = children.addObject();
      one.put("incidentId", child.incident());
      one.put("source", child.source());
      one.put("subject", child.subject().toString());
      one.put("open", child.open());
    }
    node.put("more", group.size() - children.size());
    return node;
  }

  private static void text(ObjectNode node, String name, @Nullable String value) {
    if (value != null) {
      node.put(name, value);
    }
  }

  /** JSON has no NaN: what is not finite is left out. */
  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    }
  }

  /** An address below another. */
  static URI below(URI base, String path) {
    return URI.create(base.toString().replaceAll("/+$", "") + path);
  }
}
