package dev.residua.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Settings in a Java properties file. */
public final class PropertiesFile {
  private PropertiesFile() {}

  /**
   * All settings of a file.
   *
   * @param what kind of file, for the message
   * @throws CommandFailedException if it cannot be read
   */
  public static Map<String, String> read(Path file, String what) {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailedException(
          "%s %s cannot be read: %s".formatted(what, file, Failures.reason(e)), e);
    }
    Map<String, String> settings = new TreeMap<>();
    properties
        .stringPropertyNames()
        .forEach(name -> settings.put(name, properties.getProperty(name)));
    return settings;
  }
}
