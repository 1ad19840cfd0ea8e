package dev.residua.dashboard;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the pages of models and trainings show. */
public final class ModelViews {
  private ModelViews() {}

  /**
   * The registry.
   *
   * @param active id of the model that was activated last; null before the first
   * @param models all of them, newest first
   * @param activations which model held where, newest first
   * @param shadow the challenger, if there is one
   */
  public record Models(
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
  public record ModelView(
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
  public record ActivationView(
      long number,
      String model,
      String kind,
      String at,
      String by,
      String reason,
      Map<Integer, Long> starts) {}

  /** A challenger. */
  public record ShadowView(String model, double rate, String from, String until) {}

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
  public record TrainingView(
      String id,
      String trigger,
      String reason,
      String phase,
      double progress,
      @Nullable String model,
      String at,
      boolean ended) {}

  /**
   * What a bundle says of its model.
   *
   * @param image width, height and channels of what it reads
   * @param anchored names of the latents that labels gave their meaning
   * @param graph which latent causes which
   * @param metrics figures of its training, by name; null where one is no number
   * @param warnings to know before trusting it
   * @param gate how it was evaluated before it was used; null where it was not compared
   */
  public record ModelDetail(
      String id,
      @Nullable String parent,
      String digest,
      String architecture,
      String image,
      String preprocessing,
      List<String> anchored,
      LiveViews.GraphView graph,
      String data,
      String dataRange,
      int labelledFrames,
      Map<String, String> hyperParameters,
      long seed,
      String codeVersion,
      String jvm,
      String startedAt,
      String finishedAt,
      Map<String, @Nullable Double> metrics,
      List<String> warnings,
      @Nullable GateView gate) {}

  /**
   * A verdict of the gate.
   *
   * @param champion model in use then
   * @param frames held-out frames that both were examined with
   * @param faults faults injected
   */
  public record GateView(
      boolean promoted,
      String sentence,
      String champion,
      int frames,
      int faults,
      List<RulingView> rulings) {}

  /**
   * One rule of it.
   *
   * @param measures what its figures are
   * @param champion the champion's figure; null where there is none
   * @param candidate the candidate's
   * @param bound what that was held against
   */
  public record RulingView(
      String rule,
      String measures,
      @Nullable Double champion,
      @Nullable Double candidate,
      @Nullable Double bound,
      boolean passed,
      String sentence) {}
}
