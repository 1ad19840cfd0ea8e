package dev.residua.cli.ops;

import dev.residua.app.config.YamlNodes;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.source.SourceRule;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Rules of sources in a YAML file: {@code rules:}, then a map of settings for each id. */
final class SourceRulesFile {
  private static final int MAX_CHARACTERS = 4 << 20;

  private final String name;

  private SourceRulesFile(String name) {
    this.name = name;
  }

  /**
   * The rules of a file, in its order.
   *
   * @throws CommandFailedException with file and line, if it is not such a file
   */
  static Map<String, SourceRule> read(Path file) throws IOException {
    return read(file.toString(), Files.readString(file));
  }

  /** Like the above, for a text. */
  static Map<String, SourceRule> read(String name, String text) {
    return new SourceRulesFile(name).rules(new StringReader(text));
  }

  private Map<String, SourceRule> rules(Reader text) {
    Node root = root(text);
    Map<String, SourceRule> rules = new LinkedHashMap<>();
    Map<String, Node> top = members(root, "the file", "rules:");
    for (String key : top.keySet()) {
      if (!key.equals("rules")) {
        throw failed(
            key(root, key), "there is no setting '%s' here, expected rules".formatted(key));
      }
    }
    Node list = top.get("rules");
    if (list == null) {
      throw failed(root, "the file has no rules:, expected rules: with an id and settings each");
    }
    Map<String, Node> ids =
        list.getTag().equals(Tag.NULL) ? Map.of() : members(list, "rules", "an id for each rule");
    ids.forEach((id, settings) -> rules.put(id, rule(key(list, id), id, settings)));
    return rules;
  }

  private Node root(Reader text) {
    try {
      Node root = YamlNodes.root(name, text, MAX_CHARACTERS);
      if (root == null) {
        throw new CommandFailedException(name + " is empty, expected rules:");
      }
      return root;
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()));
    }
  }

  private SourceRule rule(Node at, String id, Node settings) {
    Map<String, Node> fields = members(settings, "rule '" + id + "'", "settings such as match");
    Node match = fields.get("match");
    if (match == null) {
      throw failed(at, "rule '%s' has no match, such as match: line3/*".formatted(id));
    }
    SourceRule rule;
    try {
      rule =
          SourceRule.SETTINGS.apply(
              SourceRule.of(id, "*"), Collections.singletonMap("match", value(match)));
    } catch (IllegalArgumentException e) {
      throw failed(at, String.valueOf(e.getMessage()));
    }
    fields.remove("match");
    List<String> inOrder = // what a setting needs comes before it
        fields.keySet().stream()
            .sorted(Comparator.comparing(SourceRule.SETTINGS.names()::indexOf))
            .toList();
    for (String name : inOrder) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put(name, value(Objects.requireNonNull(fields.get(name))));
      try {
        rule = SourceRule.SETTINGS.apply(rule, one);
      } catch (IllegalArgumentException e) {
        throw failed(key(settings, name), String.valueOf(e.getMessage()));
      }
    }
    return rule;
  }

  private @Nullable Object value(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getTag().equals(Tag.NULL) ? null : scalar.getValue();
    }
    if (node instanceof MappingNode) {
      Map<String, String> values = new LinkedHashMap<>();
      members(node, "the value", "names and values")
          .forEach(
              (key, value) -> {
                if (!(value instanceof ScalarNode scalar)) {
                  throw failed(value, "%s must be a text".formatted(key));
                }
                values.put(key, scalar.getValue());
              });
      return values;
    }
    throw failed(node, "a list is not expected here");
  }

  private Map<String, Node> members(Node node, String what, String expected) {
    if (!(node instanceof MappingNode mapping)) {
      throw failed(node, "%s must have %s".formatted(what, expected));
    }
    Map<String, Node> members = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw failed(tuple.getKeyNode(), "a name must be a text");
      }
      if (members.put(key.getValue(), tuple.getValueNode()) != null) {
        throw failed(key, "'%s' is there twice".formatted(key.getValue()));
      }
    }
    return members;
  }

  private static Node key(Node mapping, String name) {
    return ((MappingNode) mapping)
        .getValue().stream()
            .map(NodeTuple::getKeyNode)
            .filter(key -> ((ScalarNode) key).getValue().equals(name))
            .findFirst()
            .orElse(mapping);
  }

  private CommandFailedException failed(Node at, String problem) {
    return new CommandFailedException(
        "%s line %d: %s".formatted(name, YamlNodes.line(at), problem));
  }
}
