package dev.residua.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Output of a benchmark as JSON: its settings, its figures by path, and the environment. A path
 * names the members on the way to a value, such as {@code results[0 onnxruntime
 * encode].millisPerFrame}; an element of a list is named by its index and its texts.
 *
 * @param benchmark name of the command
 * @param settings top-level values that are not figures, by name
 * @param values all other numbers, by path
 * @param ranges smallest and largest of the repetitions if they differ, by path
 * @param environment machine, versions and model
 */
public record BenchmarkOutput(
    String benchmark,
    Map<String, String> settings,
    Map<String, Double> values,
    Map<String, Range> ranges,
    Map<String, String> environment) {
  private static final String BENCHMARK = "benchmark";
  private static final String ENVIRONMENT = "environment";
  private static final String REPETITIONS = "repetitions";
  private static final String RANGES = "ranges";

  private static final Set<String> MEASURED =
      Set.of("ratio", "incidents", "expected", "peakMemoryMiB", "usualFrames");

  private static final Set<String> NO_NUMBERS = Set.of("NaN", "Infinity", "-Infinity");

  public BenchmarkOutput {
    settings = Map.copyOf(settings);
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values)); // in the order of the output
    ranges = Map.copyOf(ranges);
    environment = Map.copyOf(environment);
  }

  /** Smallest and largest value of repetitions. */
  public record Range(double low, double high) {
    double half() {
      return (high - low) / 2;
    }
  }

  /**
   * Reads an output.
   *
   * @throws IllegalArgumentException if the JSON is not the output of a benchmark
   */
  public static BenchmarkOutput of(JsonNode json) {
    if (!json.path(BENCHMARK).isTextual() || !json.path(ENVIRONMENT).isObject()) {
      throw new IllegalArgumentException(
          "is not the output of a benchmark: it has no members '%s' and '%s'"
              .formatted(BENCHMARK, ENVIRONMENT));
    }
    Map<String, String> settings = new LinkedHashMap<>();
    Map<String, Double> values = new LinkedHashMap<>();
    json.fields()
        .forEachRemaining(
            member -> {
              String name = member.getKey();
              JsonNode value = member.getValue();
              if (name.equals(BENCHMARK) || name.equals(ENVIRONMENT) || name.equals(RANGES)) {
                return;
              }
              if (value.isValueNode() && !MEASURED.contains(name)) {
                if (!name.equals(REPETITIONS)) {
                  settings.put(name, value.asText());
                }
                return;
              }
              leaves(name, value)
                  .forEach(
                      (path, leaf) -> {
                        if (leaf.isNumber()) {
                          values.put(path, leaf.doubleValue());
                        }
                      });
            });
    Map<String, Range> ranges = new LinkedHashMap<>();
    json.path(RANGES)
        .fields()
        .forEachRemaining(
            range ->
                ranges.put(
                    range.getKey(),
                    new Range(
                        range.getValue().path(0).doubleValue(),
                        range.getValue().path(1).doubleValue())));
    Map<String, String> environment = new LinkedHashMap<>();
    json.path(ENVIRONMENT)
        .fields()
        .forEachRemaining(member -> environment.put(member.getKey(), member.getValue().asText()));
    return new BenchmarkOutput(
        json.path(BENCHMARK).asText(), settings, values, ranges, environment);
  }

  /**
   * One output for repetitions of a benchmark: each number is the upper median, next to the range
   * of all; any other value is that of the first.
   *
   * @param runs members that a benchmark prints, at least one
   */
  public static ObjectNode merged(List<Map<String, Object>> runs) {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> trees = new ArrayList<>();
    for (Map<String, Object> run : runs) {
      trees.add(mapper.valueToTree(run));
    }
    ObjectNode first = (ObjectNode) trees.get(0);
    if (runs.size() == 1) {
      return first;
    }
    ObjectNode ranges = mapper.createObjectNode();
    ObjectNode merged = mapper.createObjectNode();
    JsonNode environment = first.remove(ENVIRONMENT);
    first
        .fieldNames()
        .forEachRemaining(name -> merged.set(name, median(name, members(trees, name), ranges)));
    merged.put(REPETITIONS, runs.size());
    merged.set(RANGES, ranges);
    if (environment != null) {
      merged.set(ENVIRONMENT, environment);
    }
    return merged;
  }

  private static List<JsonNode> members(List<JsonNode> nodes, String name) {
    return nodes.stream().map(node -> node.path(name)).toList();
  }

  private static JsonNode median(String path, List<JsonNode> nodes, ObjectNode ranges) {
    JsonNode first = nodes.get(0);
    if (first.isNumber()) {
      List<JsonNode> sorted =
          nodes.stream()
              .filter(JsonNode::isNumber)
              .sorted(Comparator.comparingDouble(JsonNode::doubleValue))
              .toList();
      JsonNode low = sorted.get(0);
      JsonNode high = sorted.get(sorted.size() - 1);
      if (!low.equals(high)) {
        ranges.putArray(path).add(low).add(high);
      }
      return sorted.get(sorted.size() / 2);
    }
    if (first.isObject()) {
      ObjectNode merged = ((ObjectNode) first).objectNode();
      first
          .fieldNames()
          .forEachRemaining(
              name -> merged.set(name, median(path + "." + name, members(nodes, name), ranges)));
      return merged;
    }
    if (first.isArray() && nodes.stream().allMatch(node -> node.size() == first.size())) {
      ArrayNode merged = ranges.arrayNode();
      for (int i = 0; i < first.size(); i++) {
        int index = i;
        merged.add(
            median(
                element(path, i, first.get(i)),
                nodes.stream().map(node -> node.path(index)).toList(),
                ranges));
      }
      return merged;
    }
    return first;
  }

  /** All values below a node, by path, in their order. */
  public static Map<String, JsonNode> leaves(String path, JsonNode node) {
    Map<String, JsonNode> leaves = new LinkedHashMap<>();
    collect(path, node, leaves);
    return leaves;
  }

  private static void collect(String path, JsonNode node, Map<String, JsonNode> into) {
    if (node.isObject()) {
      node.fields()
          .forEachRemaining(
              member -> collect(path + "." + member.getKey(), member.getValue(), into));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(element(path, i, node.get(i)), node.get(i), into);
      }
    } else {
      into.put(path, node);
    }
  }

  private static String element(String path, int index, JsonNode element) {
    StringJoiner name = new StringJoiner(" ", path + "[", "]");
    name.add(Integer.toString(index));
    for (Iterator<JsonNode> members = element.elements();
        element.isObject() && members.hasNext(); ) {
      JsonNode member = members.next();
      if (member.isTextual() && !NO_NUMBERS.contains(member.asText())) {
        name.add(member.asText());
      }
    }
    return name.toString();
  }
}
