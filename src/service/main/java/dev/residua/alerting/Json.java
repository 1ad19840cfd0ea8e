package dev.residua.alerting;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.wire.IncidentMapper;
import java.net.URI;
import java.util.List;
import java.util.Map;

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
   * @throws IllegalArgumentException if it is not JSON
   */
  static JsonNode read(byte[] bytes) {
    try {
      return MAPPER.readTree(bytes);
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException("is not JSON: " + e.getMessage(), e);
    }
  }

  /**
   * An incident: the fields of the record {@code Incident} as the topic has them in JSON, and
   * {@code links}. A group of incidents has {@code group}, and an escalated alert {@code
   * escalated}.
   *
   * @param maxChildren max number of incidents of a group that are listed
   */
  static ObjectNode incident(AlertEntry entry, Map<String, String> links, int maxChildren) {
    ObjectNode node = (ObjectNode) read(IncidentMapper.json(entry.incident()));
    node.path("causes").forEach(cause -> dropInfinite((ObjectNode) cause));
    if (entry.grouping() instanceof Group group) {
      node.set("group", group(group, maxChildren));
    }
    if (!entry.escalation().to().isEmpty()) {
      ObjectNode escalated = node.putObject("escalated");
      entry.escalation().to().forEach((name, at) -> escalated.put(name, at.toString()));
    }
    ObjectNode to = node.putObject("links");
    links.forEach(to::put);
    return node;
  }

  /** JSON has no infinite numbers. */
  private static void dropInfinite(ObjectNode node) {
    for (String name : List.of("evidence", "pValue")) {
      if (node.path(name).isDouble() && !Double.isFinite(node.path(name).asDouble())) {
        node.putNull(name);
      }
    }
  }

  private static ObjectNode group(Group group, int maxChildren) {
    ObjectNode node = object();
    node.put("label", group.label());
    node.put("value", group.value());
    node.put("incidents", group.size());
    ArrayNode children = node.putArray("children");
    for (Child child : AlertText.listed(group, maxChildren)) {
      ObjectNode one = children.addObject();
      one.put("incidentId", child.incident());
      one.put("source", child.source());
      one.put("subject", child.subject().toString());
      one.put("open", child.open());
    }
    node.put("more", group.size() - children.size());
    return node;
  }

  static URI below(URI base, String path) {
    return URI.create(base.toString().replaceAll("/+$", "") + path);
  }
}
