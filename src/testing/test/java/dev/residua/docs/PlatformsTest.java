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

/** Compares what image.md says about arm64 with the native libraries on the class path. */
class PlatformsTest {
  /** Class-path jars that no build of the product contains. */
  private static final List<String> ONLY_FOR_TESTS = List.of("lwjgl", "jna-", "jmh", "linux-amd64");

  private static final Pattern LIBRARY = Pattern.compile(".*\\.so(\\.[0-9.]+)?");
  private static final Pattern X86 = Pattern.compile("x86[-_]64|amd64|linux-x64|linux64\\.so");
  private static final Pattern ARM = Pattern.compile("linux[^.]*(aarch64|arm64)");

  @Test
  void shouldNameTheLibrariesThatAreMissingForArm() throws IOException {
    // Given
    String page = Files.readString(Path.of("src/docs/image.md"));
    Matcher row = Pattern.compile("\\| (for .*|none) \\| (.*) \\|").matcher(page);
    Set<String> documentedBoth = new TreeSet<>();
    Set<String> documentedX86 = new TreeSet<>();
    while (row.find()) {
      (row.group(1).equals("for both") ? documentedBoth : documentedX86)
          .addAll(List.of(row.group(2).replace("`", "").split(", ")));
    }

    // When
    Set<String> both = new TreeSet<>();
    Set<String> x86 = new TreeSet<>();
    for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String name = Path.of(jar).getFileName().toString();
      if (jar.endsWith(".jar") && ONLY_FOR_TESTS.stream().noneMatch(name::startsWith)) {
        String paths = libraries(jar);
        if (X86.matcher(paths).find()) {
          (ARM.matcher(paths).find() ? both : x86).add(name.replaceFirst("-[0-9].*", ""));
        }
      }
    }

    // Then
    assertThat(both).isEqualTo(documentedBoth).contains("onnxruntime", "rocksdbjni");
    assertThat(x86).isEqualTo(documentedX86).contains("leptonica");
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
