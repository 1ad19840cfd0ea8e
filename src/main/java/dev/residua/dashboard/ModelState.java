package dev.residua.dashboard;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the pages of models and trainings show; a port, so that they know nothing of Kafka. */
public interface ModelState {
  /** The registry as this process knows it. */
  Models models();

  /** Trainings, newest first. */
  List<TrainingView> trainings();

  /**
   * The registry.
   *
   * @param active id of the model that was activated last; null before the first
   * @param models all of them, newest first
   * @param activations which model held where, newest first
   * @param shadow the challenger, if there is one
   */
  record Models(
      @Nullable String active,
      List<ModelView> models,
      List<ActivationView> activations,
      @Nullable ShadowView shadow) {}

  /**
   * One model.
   *
   * @param id identity
   * @param digest of its bundle
   * @param parent model that its training started from
   * @param publishedAt ISO-8601 instant
   * @param publishedBy who put it into the registry
   * @param bytes size of its bundle
   * @param verdict what the gate said
   * @param labels by name
   */
  record ModelView(
      String id,
      String digest,
      @Nullable String parent,
      String publishedAt,
      String publishedBy,
      long bytes,
      @Nullable String verdict,
      Map<String, String> labels) {}

  /**
   * One decision.
   *
   * @param starts first offset by partition of the frames, where it has begun
   */
  record ActivationView(
      long number,
      String model,
      String kind,
      String at,
      String by,
      String reason,
      Map<Integer, Long> starts) {}

  /** A challenger. */
  record ShadowView(String model, double rate, String from, String until) {}

  /**
   * One training.
   *
   * @param id identity
   * @param trigger what set it off
   * @param reason why, or what became of it, in one sentence
   * @param phase how far it is
   * @param progress share of the phase that is done, in [0, 1]
   * @param model that it gave
   * @param at when this was said, ISO-8601 instant
   * @param ended whether nothing more comes
   */
  record TrainingView(
      String id,
      String trigger,
      String reason,
      String phase,
      double progress,
      @Nullable String model,
      String at,
      boolean ended) {}
}
