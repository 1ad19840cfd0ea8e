package dev.residua.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Java files of all modules, without their tests. */
public final class MainCode {
  private MainCode() {}

  public static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Path.of("src"))) {
      for (Path module : modules.sorted().toList()) {
        Path code = module.resolve("main/java");
        if (Files.isDirectory(code)) {
          try (Stream<Path> found = Files.walk(code)) {
            found.filter(file -> file.toString().endsWith(".java")).sorted().forEach(files::add);
          }
        }
      }
    }
    return files;
  }
}
