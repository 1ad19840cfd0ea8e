package dev.residua.app.demo;

import dev.residua.app.config.DemoConfig;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the simulated camera of the demo.
 *
 * @param scenario file with the faults and their times; null for the one that ships with the
 *     product
 * @param speed how much faster than real time, above 0
 */
public record DemoSettings(@Nullable Path scenario, double speed) {
  private static final String SPEED = "residua.demo.speed";
  private static final String SCENARIO = "residua.demo.scenario";

  /** The model was calibrated on this camera, so there is nothing to learn. */
  private static final String COMMISSIONING = "residua.sources.commissioning";

  /** Passes the settings to the application that this process starts next. */
  public void toSystemProperties() {
    System.setProperty(SPEED, Double.toString(speed));
    System.setProperty(COMMISSIONING, "false");
    if (scenario != null) {
      System.setProperty(SCENARIO, scenario.toString());
    }
  }

  public static Optional<DemoSettings> of(DemoConfig config) {
    return config.speed().isPresent()
        ? Optional.of(
            new DemoSettings(config.scenario().orElse(null), config.speed().getAsDouble()))
        : Optional.empty();
  }
}
