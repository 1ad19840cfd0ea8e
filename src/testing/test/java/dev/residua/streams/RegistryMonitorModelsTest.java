package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.SceneName;
import dev.residua.model.BadBundleException;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.testing.Bundles;
import dev.residua.testing.ModelsInMemory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistryMonitorModelsTest {
  private final ModelsInMemory store = new ModelsInMemory();

  @BeforeEach
  void publish() {
    store.add(Bundles.empty("m"));
    store.write(
        new Activation(
            0,
            SceneName.DEFAULT,
            "m",
            store.digest("m"),
            Activation.Kind.INITIAL,
            Instant.EPOCH,
            "ann",
            "a start"));
  }

  private RegistryMonitorModels models(Duration patience) {
    return new RegistryMonitorModels(
        store,
        bundle -> {
          throw new BadBundleException("no calibration");
        },
        patience);
  }

  @Test
  void shouldLetAnotherThreadTakeOverWhereABundleStaysOutOfReach() {
    // Given
    store.setUnreachable("m");
    // When, Then
    assertThatThrownBy(() -> models(Duration.ZERO).find("m"))
        .isInstanceOf(MonitorModels.UnavailableException.class)
        .hasMessage("model m cannot be fetched: the store is away")
        .satisfies(
            e ->
                assertThat(MonitorFailure.of(e, "monitor", List.of()))
                    .isInstanceOf(MonitorFailure.Replace.class)
                    .extracting(MonitorFailure::message)
                    .asString()
                    .contains("waits for the bundle", "Check the bundle store"));
  }

  @Test
  void shouldReadABadBundleOnce() {
    // Given
    RegistryMonitorModels models = models(Duration.ofMinutes(1));
    // When, Then
    assertThat(models.find("m")).isEmpty();
    assertThat(models.find("m")).isEmpty();
    assertThat(models.find("unknown")).isEmpty();
    assertThat(store.fetches()).isEqualTo(1);
  }

  @Test
  void shouldNotWaitWhenItPrepares() {
    // Given
    store.setUnreachable("m");
    RegistryMonitorModels models = models(Duration.ofMinutes(1));
    // When
    models.prepare();
    // Then
    assertThat(store.fetches()).isEqualTo(1);
  }
}
