package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares all components on the class path, copies inside other jars included, with the list of
 * versions that have a published vulnerability.
 */
class DependencyAdvisoriesTest {
  private static final Path LIST = Path.of("src/testing/test/resources/advisories.csv");
  private static final Path ACCEPTED =
      Path.of("src/testing/test/resources/advisories-accepted.csv");

  /** A component in a jar. */
  private record Component(String jar, String name, String version) {
    boolean isCopy() {
      return !jar.equals("%s-%s.jar".formatted(name.substring(name.indexOf(':') + 1), version));
    }
  }

  /** Versions from {@code first} (empty: all) to before {@code fixed} of a component. */
  private record Advisory(String name, String first, String fixed, String id) {
    boolean concerns(Component component) {
      return name.equals(component.name()) && covers(component.version());
    }

    boolean covers(String version) {
      Version own = Version.parse(version);
      return (first.isEmpty() || own.compareTo(Version.parse(first)) >= 0)
          && own.compareTo(Version.parse(fixed)) < 0;
    }
  }

  @Test
  void shouldUseNoVersionWithAnAdvisoryThatIsNotAccepted() throws IOException {
    // Given
    List<Advisory> advisories = advisories();
    Set<Component> accepted =
        lines(ACCEPTED, 4).stream()
            .map(cells -> new Component(cells[0], cells[1], cells[2]))
            .collect(Collectors.toSet());

    // When
    List<Component> components = components(advisories);
    Set<String> found = new TreeSet<>();
    Set<Component> excused = new HashSet<>();
    for (Component component : components) {
      for (Advisory advisory : advisories) {
        if (advisory.concerns(component)) {
          if (component.isCopy() && accepted.contains(component)) {
            excused.add(component);
          } else {
            found.add(
                "%s in %s: %s, fixed in %s"
                    .formatted(component, component.jar(), advisory.id(), advisory.fixed()));
          }
        }
      }
    }

    // Then
    assertThat(found).as("versions with an advisory").isEmpty();
    assertThat(excused).as("accepted copies that exist").isEqualTo(accepted);
    assertThat(components)
        .as("components of the list that the class path has")
        .extracting(Component::name)
        .contains(
            "org.apache.logging.log4j:log4j-core",
            "com.fasterxml.jackson.core:jackson-databind",
            "io.netty:netty-codec-http2",
            "org.apache.kafka:kafka-clients",
            "com.google.protobuf:protobuf-java");
  }

  @ParameterizedTest
  @CsvSource({
    "2.14.1, 2.0, 2.15.0, true",
    "2.15.0, 2.0, 2.15.0, false",
    "1.2.17, 2.0, 2.15.0, false",
    "4.1.99.Final, '', 4.1.100.Final, true",
    "4.1.133.Final, '', 4.1.129.Final, false",
    "31.0.1-android, '', 32.0.0, true",
    "2.12.6.1, '', 2.12.7.1, true"
  })
  void shouldCompareVersionsByTheirNumbers(
      String version, String first, String fixed, boolean expected) {
    assertThat(new Advisory("a:b", first, fixed, "CVE-0").covers(version)).isEqualTo(expected);
  }

  @Test
  void shouldListRangesAndIdsThatAreWellFormed() throws IOException {
    assertThat(advisories())
        .hasSizeGreaterThan(80)
        .doesNotHaveDuplicates()
        .allSatisfy(
            advisory -> {
              assertThat(advisory.name()).matches("[\\w.-]+:[\\w.-]+");
              assertThat(advisory.id()).matches("CVE-\\d{4}-\\d{4,}|GHSA(-[a-z0-9]{4}){3}");
              assertThat(advisory.covers(advisory.fixed())).isFalse();
              assertThat(advisory.first().isEmpty() || advisory.covers(advisory.first())).isTrue();
            });
    assertThat(lines(ACCEPTED, 4)).allSatisfy(cells -> assertThat(cells[3]).isNotBlank());
  }

  private static List<Advisory> advisories() throws IOException {
    return lines(LIST, 4).stream()
        .map(cells -> new Advisory(cells[0], cells[1], cells[2], cells[3]))
        .toList();
  }

  private static List<String[]> lines(Path file, int columns) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(",", columns))
        .toList();
  }

  /** The jars of listed components, and all components that a jar names in its Maven metadata. */
  private static List<Component> components(List<Advisory> advisories) throws IOException {
    Set<String> listed = advisories.stream().map(Advisory::name).collect(Collectors.toSet());
    Set<Component> components = new LinkedHashSet<>();
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path jar = Path.of(path);
      if (!path.endsWith(".jar")) {
        continue;
      }
      String file = jar.getFileName().toString();
      Path versionFolder = jar.getParent();
      for (String name : listed) {
        int colon = name.indexOf(':');
        String folder =
            name.substring(0, colon).replace('.', '/') + '/' + name.substring(colon + 1);
        if (versionFolder.getParent().endsWith(folder)) {
          components.add(new Component(file, name, versionFolder.getFileName().toString()));
        }
      }
      try (ZipFile zip = new ZipFile(path)) {
        for (ZipEntry entry : Collections.list(zip.entries())) {
          if (entry.getName().startsWith("META-INF/maven/")
              && entry.getName().endsWith("/pom.properties")) {
            Properties pom = new Properties();
            try (InputStream in = zip.getInputStream(entry)) {
              pom.load(in);
            }
            components.add(
                new Component(
                    file,
                    pom.getProperty("groupId") + ":" + pom.getProperty("artifactId"),
                    pom.getProperty("version")));
          }
        }
      }
    }
    return new ArrayList<>(components);
  }
}
