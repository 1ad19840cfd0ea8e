package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.testing.Bundles;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegistryMonitorModelsTest {
  private final Store store = new Store();

  /** A registry of one model, whose bundle can be out of reach. */
  private static final class Store implements ModelStore {
    private final ModelRegistry registry =
        ModelRegistry.EMPTY.with(
            List.of(
                new Entry("m", "d", null, Instant.EPOCH, "ann", 10, "", 1, null, null, Map.of()),
                new Activation(
                    0, "m", "d", Activation.Kind.INITIAL, Instant.EPOCH, "ann", "a start")));
    private boolean away;
    private int reads;

    @Override
    public ModelRegistry registry() {
      return registry;
    }

    @Override
    public ModelRegistry refreshed() {
      return registry;
    }

    @Override
    public ModelBundle bundle(String modelId) throws IOException {
      reads++;
      if (away) {
        throw new IOException("the store is away");
      }
      return Bundles.empty(modelId);
    }

    @Override
    public Runnable onChange(Runnable changed) {
      return () -> {};
    }
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
    store.away = true;
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
    assertThat(store.reads).isEqualTo(1);
  }

  @Test
  void shouldNotWaitWhenItPrepares() {
    // Given
    store.away = true;
    RegistryMonitorModels models = models(Duration.ofMinutes(1));
    // When
    models.prepare();
    // Then
    assertThat(store.reads).isEqualTo(1);
  }
}
