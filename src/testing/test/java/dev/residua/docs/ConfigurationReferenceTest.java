package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParameterizedTypeTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import dev.residua.testing.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The reference of all properties is made from the typed configuration and what its Javadoc says;
 * {@code -Dresidua.golden.write=true} writes it.
 */
class ConfigurationReferenceTest {
  private static final Path SOURCES = Path.of("src/app/main/java/dev/residua/app/config");
  private static final Path PAGE = Path.of("src/docs/configuration.md");
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `(residua\\.[a-z0-9.\"-]+)` \\| (?:`([^`]*)`|[^|]*) \\|", Pattern.MULTILINE);

  /** Kinds of values, in words; others are named as they are. */
  private static final Map<String, String> KINDS =
      Map.of(
          "int", "whole number",
          "long", "whole number",
          "double", "number",
          "boolean", "`true` or `false`",
          "Boolean", "`true` or `false`",
          "Duration", "duration",
          "Path", "file",
          "URI", "address",
          "String", "text");

  /**
   * @param name of the property
   * @param kind of its values
   * @param value its default, null without one
   * @param text what it does
   */
  record Property(String name, String kind, @Nullable String value, String text) {}

  /**
   * @param title in the page
   * @param text above its properties
   */
  record Group(String title, String text, List<Property> properties) {}

  private static List<Group> groups;

  @BeforeAll
  static void read() throws IOException {
    groups = new Reader().read();
  }

  @Test
  void shouldListEveryPropertyWithKindDefaultAndMeaning() throws IOException {
    Documents.assertIs(PAGE, page());
  }

  @Test
  void shouldSayWhatEveryPropertyDoes() {
    for (Group group : groups) {
      for (Property property : group.properties()) {
        assertThat(property.text()).as(property.name()).isNotBlank();
      }
    }
  }

  @Test
  void shouldRepeatFrequentPropertiesWithTheirDefaults() throws IOException {
    // Given
    Map<String, String> all = new TreeMap<>();
    for (Group group : groups) {
      for (Property property : group.properties()) {
        all.put(property.name(), property.value() == null ? "" : property.value());
      }
    }
    // When
    String page = Files.readString(Path.of("src/docs/running.md"));
    Map<String, String> shown = new TreeMap<>();
    for (MatchResult row :
        ROW.matcher(page.substring(page.indexOf("| property "))).results().toList()) {
      shown.put(row.group(1), row.group(2) == null ? "" : row.group(2));
    }
    // Then
    assertThat(shown).isNotEmpty();
    assertThat(all).containsAllEntriesOf(shown);
  }

  private static String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # Configuration

            Every property can be set, from strongest to weakest, as a system property (`-Dresidua.roles=score` in
            `RESIDUA_JAVA_OPTIONS`), as an environment variable (capitals, everything else an underscore: `RESIDUA_ROLES`), or in
            `config/application.properties` in the working directory of the process. `serve` has options for the most frequent
            ones. Durations are ISO 8601: `PT30S`, `PT6H`, `P7D`. An invalid value ends the start with the name of the property,
            its value and the expected one.

            Clients of Kafka take `kafka.*` (`kafka.bootstrap.servers`, `kafka.security.protocol` ...), the HTTP server
            `quarkus.http.*`, logging `quarkus.log.*`. The launcher takes `RESIDUA_HEAP` (1g), `RESIDUA_JAVA_OPTIONS` and
            `JAVA_HOME`.

            This page is generated from the code.
            """);
    for (Group group : groups) {
      page.append("\n## ").append(group.title()).append("\n");
      if (!group.text().isEmpty()) {
        page.append("\n").append(group.text()).append("\n");
      }
      page.append("\n| property | default | values | what it does |\n|---|---|---|---|\n");
      for (Property property : group.properties()) {
        page.append(
            "| `%s` | %s | %s | %s |\n"
                .formatted(
                    property.name(),
                    property.value() == null ? "none" : "`" + property.value() + "`",
                    property.kind(),
                    property.text().replace("|", "\\|")));
      }
    }
    return page.toString();
  }

  /** Reads the source of the configuration. */
  private static final class Reader extends TreePathScanner<Void, Void> {
    private static final Set<String> LEFT_OUT = Set.of("residua.demo.");

    private final List<Group> groups = new ArrayList<>();
    private final Map<String, ClassTree> interfaces = new TreeMap<>();
    private final Map<ClassTree, TreePath> paths = new java.util.IdentityHashMap<>();
    private final Deque<TreePath> at = new ArrayDeque<>();
    private DocTrees docs;

    List<Group> read() throws IOException {
      var compiler = ToolProvider.getSystemJavaCompiler();
      try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
        JavacTask task =
            (JavacTask)
                compiler.getTask(
                    null, files, null, List.of(), null, files.getJavaFileObjects(sources()));
        docs = DocTrees.instance(task);
        task.parse().forEach(unit -> scan(unit, null));
      }
      group("General", "residua.", interfaces.get("ResiduaConfig"));
      return List.copyOf(groups);
    }

    private static Path[] sources() throws IOException {
      try (Stream<Path> files = Files.list(SOURCES)) {
        return files
            .filter(f -> f.toString().endsWith("Config.java"))
            .sorted()
            .toArray(Path[]::new);
      }
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
      if (type.getKind() == Tree.Kind.INTERFACE) {
        interfaces.put(type.getSimpleName().toString(), type);
        paths.put(type, getCurrentPath());
      }
      return super.visitClass(type, nothing);
    }

    private void group(String title, String prefix, ClassTree type) {
      at.push(paths.get(type));
      List<Property> properties = new ArrayList<>();
      List<Runnable> later = new ArrayList<>();
      for (Tree member : type.getMembers()) {
        if (!(member instanceof MethodTree method) || method.getBody() != null) {
          continue;
        }
        String name = prefix + kebab(method.getName().toString());
        Tree returned = method.getReturnType();
        if (interfaces.containsKey(returned.toString())) {
          if (!LEFT_OUT.contains(name + ".")) {
            String below = title.equals("General") ? capital(method) : title + ": " + name;
            later.add(() -> group(below, name + ".", interfaces.get(returned.toString())));
          }
        } else if (returned instanceof ParameterizedTypeTree map
            && map.getType().toString().equals("Map")
            && interfaces.containsKey(map.getTypeArguments().get(1).toString())) {
          ClassTree each = interfaces.get(map.getTypeArguments().get(1).toString());
          later.add(() -> group(title + ": each of `" + name + "`", name + ".\"NAME\".", each));
        } else if (returned instanceof ParameterizedTypeTree map
            && map.getType().toString().equals("Map")) {
          properties.add(
              new Property(
                  name + ".\"NAME\"",
                  kind(map.getTypeArguments().get(1)),
                  null,
                  comment(new TreePath(at.peek(), method))));
        } else {
          properties.add(
              new Property(
                  name,
                  kind(returned),
                  annotated(method),
                  comment(new TreePath(at.peek(), method))));
        }
      }
      String text = title.equals("General") ? "" : comment(at.peek());
      if (!properties.isEmpty()) {
        groups.add(new Group(title, text, properties));
      }
      later.forEach(Runnable::run);
      at.pop();
    }

    private static String capital(MethodTree method) {
      String name = method.getName().toString();
      return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static String kind(Tree type) {
      if (type instanceof ParameterizedTypeTree generic) {
        String inner =
            generic.getTypeArguments().stream()
                .map(Reader::kind)
                .collect(Collectors.joining(" to "));
        return switch (generic.getType().toString()) {
          case "Optional" -> inner;
          case "List", "Set" -> "list of " + inner;
          default -> inner;
        };
      }
      String name = type.toString();
      return name.startsWith("Optional")
          ? KINDS.get(name.substring("Optional".length()).toLowerCase(Locale.ROOT))
          : KINDS.getOrDefault(name, constants(name));
    }

    /** The constants of an enum as they are written in a configuration. */
    private static String constants(String name) {
      for (String place :
          List.of(
              "dev.residua.app.process.",
              "dev.residua.app.config.",
              "dev.residua.scoring.",
              "dev.residua.wire.",
              "dev.residua.alerting.",
              "dev.residua.causal.Finding$",
              "dev.residua.app.config.TrainingConfig$")) {
        try {
          Object[] constants = Class.forName(place + name).getEnumConstants();
          if (constants != null) {
            return java.util.Arrays.stream(constants)
                .map(
                    c ->
                        "`" + ((Enum<?>) c).name().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
                .collect(Collectors.joining(", "));
          }
        } catch (ClassNotFoundException e) {
          continue;
        }
      }
      return name;
    }

    private static @Nullable String annotated(MethodTree method) {
      for (AnnotationTree annotation : method.getModifiers().getAnnotations()) {
        if (annotation.getAnnotationType().toString().equals("WithDefault")) {
          ExpressionTree value = annotation.getArguments().get(0);
          if (value instanceof AssignmentTree assignment) {
            value = assignment.getExpression();
          }
          return ((LiteralTree) value).getValue().toString();
        }
      }
      return null;
    }

    private String comment(TreePath path) {
      String text = docs.getDocComment(path);
      return text == null
          ? ""
          : text.replaceAll("\\{@code\\s+([^}]*)}", "`$1`")
              .replaceAll("\\{@link\\s+(?:[^}#\\s]*#)?([^}\\s]*)[^}]*}", "`$1`")
              .replaceAll("</?[a-z]+>", "")
              .replaceAll("\\s*\\n\\s*", " ")
              .strip();
    }

    private static String kebab(String camel) {
      return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
  }
}
