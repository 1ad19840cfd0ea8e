package dev.residua.cli.ops;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.config.ServerConfiguration;
import dev.residua.app.config.UnknownSettings;
import dev.residua.app.config.UnknownSettings.Unknown;
import dev.residua.app.process.StartFailedException;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.PropertiesFile;
import io.smallrye.config.SmallRyeConfig;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Settings that a backtest compares.
 *
 * @param name as the user gave them
 * @param config all settings
 * @param values those that change the result of a backtest, by name
 * @param unused names of a file that change nothing of that
 */
record BacktestSettings(
    String name, ResiduaConfig config, SortedMap<String, String> values, List<String> unused) {
  /** Name of the settings that a server started here would have. */
  static final String TODAY = ".";

  private static final String COMMISSIONING = "residua.sources.commissioning";

  BacktestSettings {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    unused = List.copyOf(unused);
  }

  /**
   * Reads settings.
   *
   * @param name {@link #TODAY}, or a file with those that differ from today's
   * @param today file of the server's properties
   * @throws CommandFailedException if the file has a name that is not a setting
   * @throws StartFailedException if a value cannot be used
   */
  static BacktestSettings read(String name, Path today) throws StartFailedException {
    Map<String, String> changed =
        name.equals(TODAY) ? Map.of() : PropertiesFile.read(Path.of(name), "the settings");
    List<Unknown> unknown =
        new UnknownSettings(ServerConfiguration.names(), Set.of(), Set.of())
            .properties(changed.keySet());
    if (!unknown.isEmpty()) {
      throw new CommandFailedException(
          "%s: %s".formatted(name, unknown.get(0).message("cannot be compared")));
    }
    SmallRyeConfig config = ServerConfiguration.mapped(today, changed);
    SortedMap<String, String> values = new TreeMap<>();
    ServerConfiguration.names().stream()
        .filter(BacktestSettings::matters)
        .forEach(
            one ->
                config
                    .getOptionalValue(one, String.class)
                    .ifPresent(value -> values.put(one, value)));
    return new BacktestSettings(
        name,
        config.getConfigMapping(ResiduaConfig.class),
        values,
        changed.keySet().stream().filter(one -> !matters(one)).sorted().toList());
  }

  private static boolean matters(String setting) {
    return Stream.of("residua.incidents.", "residua.anomaly.", COMMISSIONING)
        .anyMatch(setting::startsWith);
  }

  /** Names of the values that differ from others. */
  List<String> differences(BacktestSettings other) {
    return values.keySet().stream()
        .filter(one -> !Objects.equals(values.get(one), other.values.get(one)))
        .toList();
  }
}
