package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** Compares NOTICE with the native libraries for Linux on x86-64 in the jars of the class path. */
class NoticeTest {
  private static final Pattern LIBRARY = Pattern.compile("lib[^/]+\\.so(\\.[0-9.]+)?");
  private static final List<String> ELSEWHERE =
      List.of(
          "windows",
          "mac",
          "darwin",
          "osx",
          "aarch",
          "arm",
          "ppc",
          "s390",
          "loongarch",
          "mips",
          "riscv",
          "freebsd",
          "aix",
          "android",
          "sunos",
          "solaris",
          "i386",
          "/x86/",
          "linux32");

  /** Class-path jars that no build of the product contains. */
  private static final List<String> ONLY_FOR_TESTS = List.of("lwjgl", "jna-", "jmh");

  @Test
  void shouldNameEveryNativeLibraryOnTheClassPath() throws IOException {
    // Given
    List<String> listed =
        Files.readAllLines(Path.of("NOTICE")).stream()
            .filter(line -> line.startsWith("lib"))
            .map(line -> line.split(" ", 2)[0])
            .toList();
    // When
    Set<String> present = new TreeSet<>();
    for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String name = Path.of(jar).getFileName().toString();
      if (jar.endsWith(".jar") && ONLY_FOR_TESTS.stream().noneMatch(name::startsWith)) {
        present.addAll(libraries(jar));
      }
    }
    // Then
    assertThat(present).as("native libraries found").hasSizeGreaterThan(15);
    assertThat(
            present.stream()
                .filter(library -> listed.stream().noneMatch(library::startsWith))
                .collect(Collectors.toSet()))
        .as("native libraries that NOTICE does not name")
        .isEmpty();
    assertThat(
            listed.stream()
                .filter(entry -> present.stream().noneMatch(library -> library.startsWith(entry)))
                .toList())
        .as("entries of NOTICE without a library")
        .isEmpty();
  }

  private static List<String> libraries(String jar) throws IOException {
    List<String> libraries = new ArrayList<>();
    try (ZipFile zip = new ZipFile(jar)) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        String path = entry.getName().toLowerCase(Locale.ROOT);
        String name = Path.of(entry.getName()).getFileName().toString();
        if (LIBRARY.matcher(name).matches() && ELSEWHERE.stream().noneMatch(path::contains)) {
          libraries.add(name);
        }
      }
    }
    return libraries;
  }
}
