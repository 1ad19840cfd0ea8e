package dev.residua.cli.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.causal.CausalGraph;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.training.graph.GraphConstraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * A graph that a person wrote down, whole or in part. Whole: JSON {@code {"edges":[["a","b"]]}} or
 * lines {@code a -> b}. In part: JSON with {@code required}, {@code forbidden} and {@code order},
 * each a list of pairs, or lines {@code a -> b} (required), {@code a !> b} (forbidden) and {@code a
 * < b} (a comes before b); a line {@code partial} says that edges not named are open, and so does
 * any line that only a partial graph can have.
 *
 * @param partial whether edges that are not named may still be there
 */
record GraphFile(
    Path file, boolean partial, List<Pair> required, List<Pair> forbidden, List<Pair> order) {
  private static final List<String> KEYS = List.of("edges", "required", "forbidden", "order");

  record Pair(String from, String to) {}

  static GraphFile read(Path file) {
    try {
      String text = Files.readString(file).strip();
      return text.startsWith("{") ? json(file, text) : lines(file, text);
    } catch (JsonProcessingException e) {
      throw new CommandFailedException(
          "graph file %s is not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new CommandFailedException("graph file %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  static List<Map<String, Object>> edges(CausalGraph graph) {
    return graph.edgeList().stream()
        .map(
            edge ->
                Json.map(
                    "from", graph.name(edge.from()),
                    "to", graph.name(edge.to()),
                    "confidence", edge.confidence()))
        .toList();
  }

  private static GraphFile json(Path file, String text) throws IOException {
    JsonNode root = JsonMapper.builder().build().readTree(text);
    for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!KEYS.contains(name)) {
        throw new IOException("has the key '%s', expected some of %s".formatted(name, KEYS));
      }
    }
    boolean whole = root.has("edges");
    if (whole && root.size() > 1) {
      throw new IOException(
          "gives a whole graph by 'edges', so it cannot have 'required', 'forbidden' or 'order'");
    }
    return new GraphFile(
        file,
        !whole,
        pairs(root, whole ? "edges" : "required"),
        pairs(root, "forbidden"),
        pairs(root, "order"));
  }

  private static List<Pair> pairs(JsonNode root, String key) throws IOException {
    List<Pair> pairs = new ArrayList<>();
    for (JsonNode edge : root.path(key)) {
      JsonNode from = edge.isArray() ? edge.path(0) : edge.path("from");
      JsonNode to = edge.isArray() ? edge.path(1) : edge.path("to");
      if (!from.isTextual() || !to.isTextual()) {
        throw new IOException(
            "expected pairs like [\"a\",\"b\"] in '%s' but found %s".formatted(key, edge));
      }
      pairs.add(new Pair(from.asText(), to.asText()));
    }
    return pairs;
  }

  private static GraphFile lines(Path file, String text) throws IOException {
    boolean partial = false;
    List<Pair> required = new ArrayList<>();
    List<Pair> forbidden = new ArrayList<>();
    List<Pair> order = new ArrayList<>();
    for (String line : text.lines().map(String::strip).toList()) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (line.equals("partial")) {
        partial = true;
      } else if (line.contains("!>")) {
        partial = true;
        forbidden.add(pair(line, "!>"));
      } else if (line.contains("->")) {
        required.add(pair(line, "->"));
      } else {
        partial = true;
        order.add(pair(line, "<"));
      }
    }
    return new GraphFile(file, partial, required, forbidden, order);
  }

  private static Pair pair(String line, String sign) throws IOException {
    String[] ends = line.split(sign, -1);
    if (ends.length != 2 || ends[0].isBlank() || ends[1].isBlank()) {
      throw new IOException(
          "expected lines like 'a -> b', 'a !> b', 'a < b' or 'partial' but found '%s'"
              .formatted(line));
    }
    return new Pair(ends[0].strip(), ends[1].strip());
  }

  /**
   * The constraints on a graph over these names.
   *
   * @param kind of the names, for messages: latents or factors
   */
  GraphConstraints over(List<String> names, String what) {
    try {
      if (!partial) {
        return GraphConstraints.exactly(
            CausalGraph.of(names, cells(required, " -> ", names, what)));
      }
      return new GraphConstraints(
          names,
          cells(required, " -> ", names, what),
          cells(forbidden, " !> ", names, what),
          cells(order, " < ", names, what));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException("graph file %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  CausalGraph whole(List<String> names, String what) {
    GraphConstraints known = over(names, what);
    if (!known.complete()) {
      throw new CommandFailedException(
          "graph file %s leaves edges open, expected a whole graph of lines a -> b"
              .formatted(file));
    }
    return known.graph();
  }

  private boolean[][] cells(List<Pair> pairs, String sign, List<String> names, String what) {
    boolean[][] cells = new boolean[names.size()][names.size()];
    for (Pair pair : pairs) {
      int from = names.indexOf(pair.from());
      int to = names.indexOf(pair.to());
      if (from < 0 || to < 0) {
        throw new CommandFailedException(
            "%s has the line %s%s%s, the %s are %s"
                .formatted(file, pair.from(), sign, pair.to(), what, names));
      }
      cells[from][to] = true;
    }
    return cells;
  }
}
