package dev.residua.scoring;

import dev.residua.frame.SceneName;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.runtime.ScoringModel;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** One model that holds everywhere. */
final class FixedModel implements ScoringModels, ScoringModels.Lease {
  private final ScoringModel model;
  private final Activation activation;

  FixedModel(ScoringModel model) {
    this.model = model;
    this.activation =
        new Activation(
            0,
            SceneName.DEFAULT,
            model.id(),
            "",
            Activation.Kind.INITIAL,
            Instant.EPOCH,
            "residua",
            "the only model");
  }

  @Override
  public void refresh() {}

  @Override
  public Optional<Activation> activationAt(String scene, int partition, long offset) {
    return Optional.of(activation);
  }

  @Override
  public List<Activation> pending(int partition) {
    return List.of();
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
