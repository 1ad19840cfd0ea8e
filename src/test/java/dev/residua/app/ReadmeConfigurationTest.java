package dev.residua.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.WithDefault;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README's table of properties against the typed configuration. */
class ReadmeConfigurationTest {
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `(residua\\.[a-zA-Z0-9.-]+)` \\| (?:`([^`]*)`|[^|]*) \\|", Pattern.MULTILINE);

  @Test
  void shouldDocumentEveryPropertyWithItsDefault() throws Exception {
    // Given
    Map<String, String> declared = new TreeMap<>();
    collect(ResiduaConfig.class, "residua.", declared);
    declared.keySet().removeIf(name -> name.startsWith("residua.demo."));
    // When
    Map<String, String> documented = new TreeMap<>();
    String readme = Files.readString(Path.of("README.md"));
    String table = readme.substring(readme.indexOf("| property "));
    for (MatchResult row : ROW.matcher(table).results().toList()) {
      documented.put(row.group(1), row.group(2) == null ? "" : row.group(2));
    }
    // Then
    assertThat(documented).isEqualTo(declared);
  }

  private static void collect(Class<?> mapping, String prefix, Map<String, String> into) {
    for (Method method : mapping.getDeclaredMethods()) {
      if (method.isSynthetic()) {
        continue;
      }
      String name = prefix + kebab(method.getName());
      if (method.getGenericReturnType() instanceof ParameterizedType map
          && map.getRawType() == Map.class) {
        collect((Class<?>) map.getActualTypeArguments()[1], name + ".NAME.", into);
      } else if (method.getReturnType().isInterface()
          && mapping.equals(method.getReturnType().getEnclosingClass())) {
        collect(method.getReturnType(), name + ".", into);
      } else {
        WithDefault value = method.getAnnotation(WithDefault.class);
        into.put(name, value == null ? "" : value.value());
      }
    }
  }

  private static String kebab(String camel) {
    return camel.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
  }
}
