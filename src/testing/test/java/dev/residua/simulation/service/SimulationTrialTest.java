package dev.residua.simulation.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The seeds that fit into {@code residua.simulation.minutes}, three without that property, or
 * {@code residua.simulation.seeds} of them. {@code residua.simulation.seed} is the first one.
 */
@Tag("soak")
class SimulationTrialTest {
  private static final Duration TIME =
      Duration.ofMinutes(Integer.getInteger("residua.simulation.minutes", 3));
  private static final long FIRST = 1_000;

  /** Runs a seed and returns its violations; an error of the run is a violation as well. */
  static List<String> violations(long seed) {
    return violations(new Installation(seed, Installation.Scale.SMALL));
  }

  static List<String> violations(Installation installation) {
    try {
      installation.run();
    } catch (AssertionError e) {
      return List.of("the run failed: " + message(e));
    }
    return new HistoryChecker(installation).check();
  }

  private static String message(Throwable failure) {
    java.io.StringWriter text = new java.io.StringWriter();
    failure.printStackTrace(new java.io.PrintWriter(text));
    return text.toString();
  }

  /** The command that repeats a seed. */
  static String replay(long seed) {
    return "repeat it: ./mvnw verify -Psoak -Dit.test=SimulationTrialTest -Dresidua.simulation.seeds=1 -Dresidua.simulation.seed="
        + seed;
  }

  @Test
  void shouldKeepItsPromisesWithEverySeed() {
    // Given
    long first = Long.getLong("residua.simulation.seed", FIRST);
    Integer count = Integer.getInteger("residua.simulation.seeds");
    long began = System.nanoTime();
    List<String> failures = new ArrayList<>();
    // When
    long seed = first;
    while (count == null ? System.nanoTime() - began < TIME.toNanos() : seed < first + count) {
      List<String> violations = violations(seed);
      if (!violations.isEmpty()) {
        String failure = "seed %d: %s%n  %s".formatted(seed, violations, replay(seed));
        System.out.println(failure);
        failures.add(failure);
      }
      seed++;
    }
    System.out.printf(
        "simulation: %d seeds from %d in %d s, %d failed%n",
        seed - first,
        first,
        Duration.ofNanos(System.nanoTime() - began).toSeconds(),
        failures.size());
    // Then
    assertThat(failures).isEmpty();
  }
}
