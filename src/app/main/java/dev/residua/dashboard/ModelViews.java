package dev.residua.dashboard;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON of the pages of models and trainings. */
public final class ModelViews {
  private ModelViews() {}

  /**
   * The registry.
   *
   * @param active id of the model that was activated last; null before the first
   * @param models all of them, newest first
   * @param activations decisions to use a model, newest first
   * @param shadow the challenger, if there is one
   */
  public record Models(
      List<SceneView> scenes, List<ModelView> models, List<ActivationView> activations) {}

  /**
   * One scene.
   *
   * @param name of the scene
   * @param active model in use, if any
   * @param previous model that a rollback would activate, if any
   * @param shadow challenger, if any
   */
  public record SceneView(
      String name,
      @Nullable String active,
      @Nullable String previous,
      @Nullable ShadowView shadow) {}

  /**
   * One model.
   *
   * @param id identity
   * @param scene that it was made for
   * @param digest of its bundle
   * @param parent model that its training started from
   * @param publishedAt ISO-8601 instant
   * @param publishedBy author of the publication
   * @param bytes size of its bundle
   * @param verdict of the gate
   * @param labels by name
   * @param findings sentences about factors that it cannot read
   * @param acceptedBy person who accepted these; null if nobody did
   */
  public record ModelView(
      String id,
      String scene,
      String digest,
      @Nullable String parent,
      String publishedAt,
      String publishedBy,
      long bytes,
      @Nullable String verdict,
      Map<String, String> labels,
      List<String> findings,
      @Nullable String acceptedBy) {}

  /**
   * One decision.
   *
   * @param scene whose sources it concerns
   * @param starts first offset by partition of the frames, if it has begun
   */
  public record ActivationView(
      long number,
      String scene,
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
   * @param scene whose model is trained
   * @param trigger that started it
   * @param reason or result in one sentence
   * @param phase of the training
   * @param progress share of the phase that is done, in [0, 1]
   * @param model that it produced
   * @param at time of this status, ISO-8601 instant
   * @param ended true if it has ended
   */
  public record TrainingView(
      String id,
      String scene,
      String trigger,
      String reason,
      String phase,
      double progress,
      @Nullable String model,
      String at,
      boolean ended) {}

  /**
   * Details of a model from its bundle.
   *
   * @param verdicts on its names, independence, own pixels and reconstruction
   * @param readings errors of its readings, in sentences; empty if no labels measured them
   * @param image width, height and channels of its input
   * @param anchored names of the latents that labels gave their meaning
   * @param graph of causes
   * @param metrics figures of its training, by name; null if one is not finite
   * @param warnings of its training
   * @param gate its evaluation before use; null if it was not compared
   */
  public record ModelDetail(
      String id,
      @Nullable String parent,
      String digest,
      List<VerdictView> verdicts,
      List<String> readings,
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
   * A verdict on a model.
   *
   * @param grade good, doubtful or bad
   * @param evidence one sentence with figures
   * @param next command to run next
   */
  public record VerdictView(String aspect, String grade, String evidence, @Nullable String next) {}

  /**
   * A verdict of the gate.
   *
   * @param champion model in use then
   * @param frames held-out frames that both were evaluated on
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
   * @param measures meaning of its figures
   * @param champion figure of the champion; null without one
   * @param candidate figure of the challenger
   * @param bound for the challenger
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
