package dev.residua.scoring;

import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** One model that holds everywhere. */
final class FixedModel implements ScoringModels, ScoringModels.Lease {
  private final ScoringModel model;
  private final Activation activation;

  FixedModel(ScoringModel model) {
    this.model = model;
    this.activation =
        new Activation(
            0, model.id(), "", Activation.Kind.INITIAL, Instant.EPOCH, "residua", "the only model");
  }

  @Override
  public void refresh() {}

  @Override
  public Activation activationAt(int partition, long offset) {
    return activation;
  }

  @Override
  public Optional<Activation> pending(int partition) {
    return Optional.empty();
  }

  @Override
  public void activationsCommitted(Collection<Start> starts) {}

  @Override
  public Lease lease(Activation any) {
    return this;
  }

  @Override
  public ScoringModel model() {
    return model;
  }

  @Override
  public void close() {}
}
