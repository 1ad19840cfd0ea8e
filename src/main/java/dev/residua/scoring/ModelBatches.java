package dev.residua.scoring;

import dev.residua.model.RegistryRecord.Activation;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A batch of frames for every model in use: one, except for a moment after a swap. */
final class ModelBatches implements AutoCloseable {
  private final ScoringModels models;
  private final ScoringSettings settings;
  private final Clock clock;
  private final Stages stages;
  private final Map<String, Loaded> loaded = new HashMap<>();

  private record Loaded(ScoringModels.Lease lease, FrameBatch batch) {}

  ModelBatches(ScoringModels models, ScoringSettings settings, Clock clock, Stages stages) {
    this.models = models;
    this.settings = settings;
    this.clock = clock;
    this.stages = stages;
  }

  /** The batch of an activation's model. */
  FrameBatch of(Activation activation) {
    Loaded there = loaded.get(activation.modelId());
    if (there == null) {
      ScoringModels.Lease lease = models.lease(activation);
      there =
          new Loaded(
              lease,
              new FrameBatch(
                  lease.model(),
                  settings.decodedLimits(),
                  settings.reconstruction(),
                  ScoringLoop.BATCH_FRAMES,
                  clock,
                  stages));
      loaded.put(activation.modelId(), there);
    }
    return there.batch();
  }

  int size() {
    return loaded.size();
  }

  /** Empties all batches. */
  void clear() {
    loaded.values().forEach(one -> one.batch().clear());
  }

  /** Releases the models other than these. */
  void keep(Set<String> modelIds) {
    loaded
        .entrySet()
        .removeIf(
            one -> {
              boolean unused = !modelIds.contains(one.getKey());
              if (unused) {
                one.getValue().lease().close();
              }
              return unused;
            });
  }

  @Override
  public void close() {
    keep(Set.of());
  }
}
