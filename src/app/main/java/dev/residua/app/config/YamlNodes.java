package dev.residua.app.config;

import java.io.Reader;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Parser of YAML that people write. Objects are never constructed, and aliases of lists and maps
 * are refused.
 */
public final class YamlNodes {
  private static final Set<Tag> PLAIN =
      Set.of(
          Tag.MAP,
          Tag.SEQ,
          Tag.STR,
          Tag.INT,
          Tag.FLOAT,
          Tag.BOOL,
          Tag.NULL,
          Tag.TIMESTAMP,
          Tag.MERGE);

  private YamlNodes() {}

  /**
   * The root of a text; null if the text is empty.
   *
   * @param name of the file, for messages
   * @throws IllegalArgumentException with file and line, if it is not YAML
   */
  public static @Nullable Node root(String name, Reader text, int maxCharacters) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(maxCharacters);
    options.setMaxAliasesForCollections(0);
    try {
      return new Yaml(options).compose(text);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw new IllegalArgumentException(
          "%s line %d is not YAML: %s".formatted(name, line, e.getProblem()), e);
    } catch (YAMLException e) {
      throw new IllegalArgumentException(
          "%s cannot be read: %s".formatted(name, e.getMessage()), e);
    }
  }

  /** Line of a node, from 1. */
  public static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  /** Returns true unless the node has a tag of its own, such as the name of a class. */
  static boolean isPlain(Node node) {
    return PLAIN.contains(node.getTag());
  }
}
