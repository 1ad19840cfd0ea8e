package dev.residua.scoring;

import dev.residua.model.RegistryRecord.Activation;
import dev.residua.runtime.FrameBatch;
import dev.residua.wire.BoundedMap;
import dev.residua.wire.LatentNames;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A batch of frames for every model in use. Models that were not used for the longest time are
 * released if all together need more than their share of the memory. For one thread.
 */
final class ModelBatches implements AutoCloseable {
  private static final int MAX_NAMES = 1_000;

  private final ScoringModels models;
  private final ScoringSettings settings;
  private final FramesInFlight inFlight;
  private final Clock clock;
  private final Stages stages;

  /** By the id of the model, the one used last at the end. */
  private final Map<String, Loaded> loaded = new LinkedHashMap<>(16, 0.75f, true);

  /** Headers with the names of latents, by the id of the model, also of models just released. */
  private final Map<String, byte[]> names = BoundedMap.ofLatest(MAX_NAMES);

  private record Loaded(ScoringModels.Lease lease, FrameBatch batch) {}

  ModelBatches(
      ScoringModels models,
      ScoringSettings settings,
      FramesInFlight inFlight,
      Clock clock,
      Stages stages) {
    this.models = models;
    this.settings = settings;
    this.inFlight = inFlight;
    this.clock = clock;
    this.stages = stages;
  }

  /**
   * The batch of an activation's model.
   *
   * @param leaving receives the batch of each model that is released for it, before it is
   */
  FrameBatch of(Activation activation, Consumer<FrameBatch> leaving) {
    Loaded there = loaded.get(activation.modelId());
    if (there == null) {
      there = inFlight.outside(() -> load(activation));
      loaded.put(activation.modelId(), there);
      release(leaving);
    }
    return there.batch();
  }

  private Loaded load(Activation activation) {
    ScoringModels.Lease lease = models.lease(activation);
    names.put(lease.model().id(), LatentNames.value(lease.model().latents()));
    return new Loaded(
        lease,
        new FrameBatch(
            lease.model(),
            settings.decodedLimits(),
            settings.reconstruction(),
            settings.batchFrames(lease.model().scorer()),
            clock,
            stages));
  }

  private void release(Consumer<FrameBatch> leaving) {
    long share = settings.modelMemory() / settings.threads();
    long bytes = loaded.values().stream().mapToLong(one -> one.batch().bytes()).sum();
    List<String> eldest = new ArrayList<>(loaded.keySet());
    for (int i = 0; i < eldest.size() - 1 && bytes > share; i++) {
      Loaded one = loaded.remove(eldest.get(i));
      leaving.accept(one.batch());
      one.lease().close();
      bytes -= one.batch().bytes();
    }
  }

  /** The header with the names of the latents of a model; empty for one that was never loaded. */
  Optional<byte[]> latentNames(String modelId) {
    return Optional.ofNullable(names.get(modelId));
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
