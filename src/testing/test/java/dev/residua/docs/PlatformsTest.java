package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** Compares what image.md says about arm64 with the class path and the build. */
class PlatformsTest {
  /** Class-path jars that no build of the product contains. */
  private static final List<String> ONLY_FOR_TESTS = List.of("lwjgl", "jna-", "jmh", "linux-amd64");

  /** A dependency whose jar is that of the platform which the build is for. */
  private static final Pattern CHOSEN =
      Pattern.compile(
          "<artifactId>([^<]*)</artifactId>(?:\\s*<version>[^<]*</version>)?\\s*<classifier>\\$\\{(?:residua\\.platform|nd4j\\.classifier)}");

  private static final Pattern LIBRARY = Pattern.compile(".*\\.so(\\.[0-9.]+)?");
  private static final Pattern X86 = Pattern.compile("x86[-_]64|amd64|linux-x64|linux64\\.so");
  private static final Pattern ARM = Pattern.compile("linux[^.]*(aarch64|arm64)");

  @Test
  void shouldSayWhichLibrariesAreThereForArm() throws IOException {
    // Given
    String page = Files.readString(Path.of("src/docs/image.md"));
    Set<String> choosable = new TreeSet<>();
    for (String module : List.of("", "src/model/", "src/service/", "src/trainer/")) {
      Matcher dependency = CHOSEN.matcher(Files.readString(Path.of(module + "pom.xml")));
      while (dependency.find()) {
        choosable.add(dependency.group(1));
      }
    }

    // When
    Set<String> both = new TreeSet<>();
    Set<String> each = new TreeSet<>();
    Set<String> x86 = new TreeSet<>();
    for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String file = Path.of(jar).getFileName().toString();
      if (jar.endsWith(".jar") && ONLY_FOR_TESTS.stream().noneMatch(file::startsWith)) {
        String paths = libraries(jar);
        if (X86.matcher(paths).find()) {
          String name = file.replaceFirst("-[0-9].*", "");
          Set<String> alone = choosable.contains(name) ? each : x86;
          (ARM.matcher(paths).find() ? both : alone).add(name);
        }
      }
    }

    // Then
    assertThat(both).isEqualTo(row(page, "in one jar for both")).contains("onnxruntime");
    assertThat(each).isEqualTo(row(page, "in a jar for each")).contains("leptonica");
    assertThat(x86).isEqualTo(row(page, "for x86-64 only, and not used"));
  }

  private static Set<String> row(String page, String title) {
    Matcher row = Pattern.compile("\\| " + title + " \\| (.*) \\|").matcher(page);
    assertThat(row.find()).as(title).isTrue();
    return new TreeSet<>(List.of(row.group(1).replace("`", "").split(", ")));
  }

  /** Paths of native libraries in a jar, one per line, in small letters. */
  private static String libraries(String jar) throws IOException {
    StringBuilder paths = new StringBuilder();
    try (ZipFile zip = new ZipFile(jar)) {
      zip.stream()
          .map(ZipEntry::getName)
          .map(path -> path.toLowerCase(Locale.ROOT))
          .filter(path -> LIBRARY.matcher(path).matches())
          .forEach(path -> paths.append(path).append('\n'));
    }
    return paths.toString();
  }
}
