package dev.residua.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JVM options with which the product starts with less than half of the usual work: those of the
 * property {@code residua.test.quick}, and an archive of its classes that the first test of a build
 * makes. Without that property, as in the soak tests, the launcher's options stay as they are.
 */
final class QuickStart {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** Not cleared by a test that prepares a working directory: absolute. */
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  private static @Nullable List<String> options;

  private QuickStart() {}

  /** Options to append to the launcher's, over which they prevail. */
  static synchronized List<String> options() {
    List<String> known = options;
    if (known != null) {
      return known;
    }
    List<String> quick = new ArrayList<>();
    for (String option : System.getProperty("residua.test.quick", "").split(" ")) {
      if (!option.isBlank()) {
        quick.add(option);
      }
    }
    options = List.copyOf(quick); // for the process that makes the archive
    if (!quick.isEmpty()) {
      Path archive = archive();
      if (archive == null) {
        options = null; // another fork is still making it
      } else {
        quick.add("-XX:SharedArchiveFile=" + archive);
        quick.add(
            "-Xlog:cds*=off"); // a process that cannot map it does without, and prints nothing
        options = List.copyOf(quick);
      }
    }
    return quick;
  }

  /** The archive of this build's classes; null while another process makes it. */
  private static @Nullable Path archive() {
    try {
      Path archive =
          TARGET.resolve(
              "classes-%d-%d.jsa"
                  .formatted(
                      Runtime.version().feature(),
                      Files.getLastModifiedTime(Service.JAR).toMillis()));
      if (Files.exists(archive)) {
        return archive;
      }
      try (FileChannel channel =
              FileChannel.open(
                  TARGET.resolve("classes.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          return null;
        }
        if (!Files.exists(archive)) {
          make(archive);
        }
        return archive;
      }
    } catch (IOException e) {
      throw new AssertionError("the archive of the product's classes cannot be made", e);
    }
  }

  private static void make(Path archive) throws IOException {
    Path folder = Files.createTempDirectory("archive-");
    Path made = TARGET.resolve("classes.jsa.new");
    Files.deleteIfExists(made);
    try (Service service =
        Service.start(
            folder,
            List.of("-XX:ArchiveClassesAtExit=" + made),
            List.of(
                "serve", "--kafka-port", "0", "--data-dir", folder.resolve("data").toString()))) {
      service.awaitReady();
      service.stop(LIMIT);
    }
    if (!Files.exists(made)) {
      throw new IOException("no archive after a start and an end");
    }
    Files.move(made, archive);
  }
}
