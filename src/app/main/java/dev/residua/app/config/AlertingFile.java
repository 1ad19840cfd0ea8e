package dev.residua.app.config;

import dev.residua.alerting.AlertingSettings;
import dev.residua.app.config.UnknownSettings.Unknown;
import dev.residua.app.process.StartFailedException;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.CollectionNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The settings of alerting in a YAML file: the keys are those of the properties without {@code
 * residua.alerting.} in front. {@code ${NAME}} in a value is the environment variable {@code NAME}.
 */
public final class AlertingFile {
  /** Longest file, in bytes. */
  static final int MAX_BYTES = 1 << 20;

  private static final String ROOT = "residua.alerting";
  private static final String START = ROOT + ".";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");
  private static final Pattern PROPERTY = Pattern.compile("residua\\.alerting\\.[\\w.\\-\\[\\]]+");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");
  private static final Pattern UNUSABLE =
      Pattern.compile(
          "The config property (\\S+) with the config value \"(.*)\" threw .*?(?:allowed values: (.*))?");
  private static final Pattern REQUIRED =
      Pattern.compile("The config property (\\S+) is required but it could not be found.*");
  private static final int ORDINAL = 100;

  private final String file;
  private final Map<String, String> properties = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new HashMap<>(); // by property or its beginning
  private final List<Mistake> mistakes = new ArrayList<>();
  private final List<String> empty = new ArrayList<>(); // beginnings of properties

  private record Mistake(int line, String problem) {}

  private AlertingFile(Path file) {
    this.file = file.toString();
  }

  /**
   * The configuration that counts: that in the file, if one is named.
   *
   * @throws StartFailedException with all mistakes in the file, or the settings that must be there
   */
  static AlertingConfig config(AlertingConfig config) throws StartFailedException {
    if (config.file().isEmpty()) {
      return config;
    }
    List<String> outside = outside(config);
    if (!outside.isEmpty()) {
      throw new StartFailedException(
          "residua.alerting.file is set, so %s must be in that file; remove it from the properties and the environment"
              .formatted(String.join(", ", outside)));
    }
    return read(config.file().get());
  }

  /**
   * Reads a file.
   *
   * @throws StartFailedException with all its mistakes
   */
  static AlertingConfig read(Path file) throws StartFailedException {
    return new AlertingFile(file).checked(text(file));
  }

  /**
   * The settings in a file.
   *
   * @throws StartFailedException with all its mistakes
   */
  public static AlertingSettings settings(Path file) throws StartFailedException {
    return AlertingSetup.settings(read(file));
  }

  private static String text(Path file) throws StartFailedException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new StartFailedException(
            "%s has more than %d bytes; a file of settings is shorter".formatted(file, MAX_BYTES));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new StartFailedException(file + " is not UTF-8; save it in that encoding", e);
    } catch (IOException e) {
      throw new StartFailedException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  private AlertingConfig checked(String text) throws StartFailedException {
    Node root;
    try {
      root = YamlNodes.root(file, new StringReader(text), MAX_BYTES);
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(String.valueOf(e.getMessage()), e);
    }
    if (root == null) {
      throw new StartFailedException(file + " is empty, expected receivers: and routes:");
    }
    if (!(root instanceof MappingNode)) {
      throw new StartFailedException(
          "%s line %d: expected receivers: and routes:".formatted(file, YamlNodes.line(root)));
    }
    flatten(ROOT, root);
    removeUnknown();
    Set<String> unusable = new HashSet<>();
    AlertingConfig config = mapped(unusable);
    List<String> wrong = new ArrayList<>();
    AlertingSetup.settings(config, wrong);
    AlertingSetup.signing(config, wrong);
    wrong.stream()
        .filter(problem -> unusable.stream().noneMatch(problem::startsWith))
        .forEach(this::locate);
    AlertingSetup.check(
        mistakes.stream()
            .distinct()
            .sorted(Comparator.comparing(Mistake::line))
            .map(one -> "%s line %d: %s".formatted(file, one.line(), one.problem()))
            .toList());
    return config;
  }

  private void flatten(String path, Node node) {
    lines.putIfAbsent(path, YamlNodes.line(node));
    if (!YamlNodes.isPlain(node)) {
      problem(node, "the tag %s is refused; remove it".formatted(node.getTag().getValue()));
    } else if (isEmpty(node)) {
      empty.add(path);
    } else if (node instanceof MappingNode mapping) {
      Set<String> names = new HashSet<>();
      for (NodeTuple tuple : mapping.getValue()) {
        Node key = tuple.getKeyNode();
        String name = key instanceof ScalarNode scalar ? scalar.getValue() : "";
        if (!NAME.matcher(name).matches()) {
          problem(key, "a key must be letters, digits, '-' and '_' but was '%s'".formatted(name));
        } else if (!names.add(name)) {
          problem(key, "'%s' is there twice; remove one".formatted(name));
        } else {
          lines.put(path + "." + name, YamlNodes.line(key));
          flatten(path + "." + name, tuple.getValueNode());
        }
      }
    } else if (node instanceof SequenceNode sequence) {
      for (int i = 0; i < sequence.getValue().size(); i++) {
        Node item = sequence.getValue().get(i);
        if (item instanceof ScalarNode) {
          flatten("%s[%d]".formatted(path, i), item);
        } else {
          problem(item, "%s must be a list of texts".formatted(path));
        }
      }
    } else if (node instanceof ScalarNode scalar) {
      properties.put(
          path, VARIABLE.matcher(scalar.getValue()).replaceAll(name -> value(node, name)));
    }
  }

  private static boolean isEmpty(Node node) {
    return node.getTag().equals(Tag.NULL)
        || (node instanceof CollectionNode<?> collection && collection.getValue().isEmpty());
  }

  private String value(Node at, MatchResult reference) {
    String value = System.getenv(reference.group(1));
    if (value == null) {
      problem(at, "the environment has no variable " + reference.group(1));
      return "";
    }
    return Matcher.quoteReplacement(value);
  }

  /** Reports unknown keys, and those that have no settings but need some. */
  private void removeUnknown() {
    List<String> names =
        ServerConfiguration.names().stream()
            .filter(name -> name.startsWith(START) && !name.equals(START + "file"))
            .toList();
    UnknownSettings known = new UnknownSettings(names, Set.of(), Set.of());
    for (Unknown unknown : known.properties(properties.keySet())) {
      locate(unknown.message("is refused"));
      properties.remove(unknown.name());
    }
    for (String path : empty) {
      boolean optional =
          path.equals(ROOT)
              || known.properties(Set.of(path)).isEmpty()
              || names.stream().anyMatch(name -> name.startsWith(path + "."));
      if (!optional) {
        locate(path + " is unknown or has no settings; remove it or add some");
      }
    }
  }

  /**
   * The configuration, without values that cannot be used: they are mistakes. Others take the place
   * of values that are needed, so that the remaining mistakes are found.
   *
   * @param unusable receives the beginnings of properties with such values
   */
  private AlertingConfig mapped(Set<String> unusable) {
    while (true) {
      try {
        return map(properties);
      } catch (ConfigValidationException e) {
        for (int i = 0; i < e.getProblemCount(); i++) {
          String problem = ConfigurationFile.reason(e.getProblem(i).getMessage());
          Matcher value = UNUSABLE.matcher(problem);
          Matcher required = REQUIRED.matcher(problem);
          if (value.matches()) {
            locate(unusable(value.group(1), value.group(2), value.group(3)));
            replace(value.group(1), unusable);
          } else if (required.matches()) {
            locate(required.group(1) + " is missing");
            replace(required.group(1), unusable);
          } else {
            throw e;
          }
        }
      }
    }
  }

  private void replace(String property, Set<String> unusable) {
    boolean receivers = property.endsWith(".receivers");
    boolean needed = receivers || property.endsWith(".type");
    if (needed) {
      properties.put(property, receivers ? "none" : "webhook");
    } else {
      properties.remove(property);
    }
    if (!unusable.add(needed ? property.substring(0, property.lastIndexOf('.') + 1) : property)) {
      throw new IllegalStateException("%s of %s cannot be replaced".formatted(property, file));
    }
  }

  private static String unusable(String property, String value, @Nullable String allowed) {
    if (property.endsWith(".url")) { // which may be secret
      return property + " is not an address";
    }
    return "%s cannot be '%s'; %s"
        .formatted(
            property,
            value,
            allowed == null
                ? "see src/docs/configuration.md"
                : Arrays.stream(allowed.split(","))
                    .sorted()
                    .collect(Collectors.joining(", ", "expected one of ", "")));
  }

  private static AlertingConfig map(Map<String, String> properties) {
    return new SmallRyeConfigBuilder()
        .withValidateUnknown(false)
        .withMapping(AlertingConfig.class, ROOT)
        .withSources(new PropertiesConfigSource(properties, "file", ORDINAL))
        .build()
        .getConfigMapping(AlertingConfig.class, ROOT);
  }

  /** Settings other than the file that a configuration has. */
  private static List<String> outside(AlertingConfig config) {
    AlertingConfig none = map(Map.of());
    Map<String, Boolean> set = new LinkedHashMap<>();
    set.put("dashboard-url", config.dashboardUrl().isPresent());
    set.put("give-up-after", !config.giveUpAfter().equals(none.giveUpAfter()));
    set.put("group-wait", !config.groupWait().equals(none.groupWait()));
    set.put("group-size", config.groupSize() != none.groupSize());
    set.put("heartbeat.receiver", config.heartbeat().receiver().isPresent());
    set.put(
        "heartbeat.interval", !config.heartbeat().interval().equals(none.heartbeat().interval()));
    set.put("receivers", !config.receivers().isEmpty());
    set.put("routes", !config.routes().isEmpty());
    set.put("mute-times", !config.muteTimes().isEmpty());
    return set.entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(one -> START + one.getKey())
        .collect(Collectors.toList());
  }

  private void problem(Node at, String problem) {
    mistakes.add(new Mistake(YamlNodes.line(at), problem.replace(START, "")));
  }

  /** Adds a problem with the line of the property that it names first, or of its parent. */
  private void locate(String problem) {
    Matcher property = PROPERTY.matcher(problem);
    String at = property.find() ? property.group() : ROOT;
    while (!lines.containsKey(at)) {
      at = at.substring(0, at.lastIndexOf('.'));
    }
    mistakes.add(new Mistake(lines.getOrDefault(at, 1), problem.replace(START, "")));
  }
}
