package dev.residua.scoring;

import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.runtime.ScoringModel;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The models that a scoring loop scores with, and the one that applies to each frame. For any
 * thread.
 */
public interface ScoringModels {
  /** Reads the commits of other processes, before the scoring of their partitions continues. */
  void refresh();

  /**
   * The activation that applies to a frame of a scene.
   *
   * @return empty if the scene has no model
   */
  Optional<Activation> activationAt(String scene, int partition, long offset);

  /**
   * Activations that have not begun on a partition, at most one of each scene, whose models are
   * ready or not needed before a frame of their scene comes.
   */
  List<Activation> pending(int partition);

  /** Activations have begun: the transactions that say so are committed. */
  void activationsCommitted(Collection<Start> starts);

  /**
   * A model, kept until the lease is closed. Loads it if nobody had it: for the first frame of a
   * scene, for older frames that are read again, and where it was closed to save memory.
   *
   * @throws UnusableModelException if its bundle cannot be read or opened; from then on {@link
   *     #activationAt} returns the one before
   */
  Lease lease(Activation activation);

  /** Use of a model; its native memory stays until all leases are closed. */
  interface Lease extends AutoCloseable {
    ScoringModel model();

    @Override
    void close();
  }

  /**
   * One model for everything.
   *
   * @param model stays the caller's
   */
  static ScoringModels fixed(ScoringModel model) {
    return new FixedModel(model);
  }
}
