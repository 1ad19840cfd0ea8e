package dev.residua.app.config;

import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;

/** A file that passes this process's configuration to a process that it starts. */
public final class ConfigurationFile {
  private ConfigurationFile() {}

  /** Writes properties into a file that only this user can read: they may hold passwords. */
  public static void write(Path file, Map<String, String> properties) throws IOException {
    Files.deleteIfExists(file);
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Properties all = new Properties();
    all.putAll(properties);
    try (var out = Files.newBufferedWriter(file)) {
      all.store(out, null);
    }
  }

  /**
   * Reads a file as the whole configuration: no environment variable or system property counts.
   *
   * @throws IOException if it cannot be read or a value in it cannot be used
   */
  public static SmallRyeConfig read(Path file) throws IOException {
    try {
      return new SmallRyeConfigBuilder()
          .addDefaultInterceptors()
          .withValidateUnknown(false) // kafka.* is not mapped
          .withMapping(ResiduaConfig.class)
          .withSources(new PropertiesConfigSource(file.toUri().toURL()))
          .build();
    } catch (ConfigValidationException | IllegalArgumentException e) {
      throw new IOException("%s cannot be used: %s".formatted(file, reason(e)), e);
    }
  }

  /** SmallRye's message about a configuration, in one line and without its error codes. */
  static String reason(RuntimeException failure) {
    return reason(String.valueOf(failure.getMessage()));
  }

  /** Like the above, for a message. */
  static String reason(String message) {
    return message
        .strip()
        .replaceAll("(java\\.[\\w.]+Exception|SRCFG\\d+): ", "")
        .replaceAll("\\s*\\R\\s*", " ");
  }
}
