package dev.residua.app.config;

import dev.residua.app.process.StartFailedException;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The configuration that a server started here would have: system properties, the environment, and
 * a file.
 */
public final class ServerConfiguration {
  /** Path of the file of the server. */
  public static final String FILE = "config/application.properties";

  /** Below the environment, above what ships with the product. */
  private static final int FILE_ORDINAL = 260;

  /** Above everything else. */
  private static final int FIRST_ORDINAL = 1_000;

  private ServerConfiguration() {}

  /**
   * The typed configuration.
   *
   * @param file omitted if there is none
   * @param first properties that take precedence over all others
   * @throws StartFailedException with everything that is wrong
   */
  public static ResiduaConfig read(Path file, Map<String, String> first)
      throws StartFailedException {
    return mapped(file, first).getConfigMapping(ResiduaConfig.class);
  }

  /** The same, also as texts, with all defaults. */
  public static SmallRyeConfig mapped(Path file, Map<String, String> first)
      throws StartFailedException {
    try {
      return builder(file, first).withMapping(ResiduaConfig.class).build();
    } catch (ConfigValidationException | IllegalArgumentException e) {
      throw new StartFailedException(
          "the configuration cannot be used: " + ConfigurationFile.reason(e), e);
    }
  }

  /**
   * Only the texts, also if a value cannot be used, without defaults.
   *
   * @throws StartFailedException if the file cannot be read
   */
  public static SmallRyeConfig texts(Path file, Map<String, String> first)
      throws StartFailedException {
    return builder(file, first).build();
  }

  private static SmallRyeConfigBuilder builder(Path file, Map<String, String> first)
      throws StartFailedException {
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDefaultSources()
            .withValidateUnknown(false) // as the server does
            .withSources(new PropertiesConfigSource(first, "given", FIRST_ORDINAL));
    try {
      if (Files.exists(file)) {
        builder.withSources(new PropertiesConfigSource(file.toUri().toURL(), FILE_ORDINAL));
      }
    } catch (IOException e) {
      throw new StartFailedException("%s cannot be read: %s".formatted(file, e), e);
    }
    return builder;
  }

  /**
   * Names of all properties of the product; {@code *} stands for a name that the user chooses, such
   * as that of a receiver.
   */
  public static SortedSet<String> names() {
    return new TreeSet<>(
        ConfigMappings.getProperties(ConfigClass.configClass(ResiduaConfig.class)).keySet());
  }
}
