package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.model.Models;
import dev.residua.incident.IncidentSettings;
import dev.residua.runtime.BundleOpener;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuietSourcesTest {
  private static final double WEEK = 604_800;

  @Test
  void shouldWatchSourcesOnceTheyHaveLearnt() throws Exception {
    // Given
    QuietSources trial =
        new QuietSources(
            BundleOpener.monitor(
                Models.read(Optional.empty()),
                AnomalySettings.DEFAULTS,
                2 * WEEK,
                IncidentSettings.DEFAULTS),
            1,
            2);
    // When
    QuietSources.Row row = trial.run(0, 3, 3_000, 400, 5, done -> {});
    QuietSources.Row late = trial.run(0, 1, 500, 400, 5, done -> {});
    // Then 1,000 effective samples are as many frames, and a fit is due each quarter more
    assertThat(row.armed()).isEqualTo(3);
    assertThat(row.framesToArm()).isBetween(1_000.0, 2_000.0);
    assertThat(row.watched()).isEqualTo(1_200);
    assertThat(row.early()).isZero();
    assertThat(row.incidents()).isZero();
    assertThat(late.armed()).isZero();
    assertThat(late.watched()).isZero();
  }

  /**
   * At one false alarm per hour of 2 frames per second, 20 alarms are expected in 144,000 frames.
   * An alarm has another incident if a later diagnosis names another subject.
   */
  @Test
  void shouldCountTheIncidentsOfABudgetThatAllowsMany() throws Exception {
    // Given
    QuietSources trial =
        new QuietSources(
            BundleOpener.monitor(
                Models.read(Optional.empty()),
                AnomalySettings.DEFAULTS,
                7_200,
                IncidentSettings.DEFAULTS),
            168,
            2);
    // When
    QuietSources.Row row = trial.run(0, 6, 3_000, 24_000, 6, done -> {});
    // Then
    assertThat(row.armed()).isEqualTo(6);
    assertThat(row.incidents()).isBetween(4, 40);
  }
}
