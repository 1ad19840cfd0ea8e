package dev.residua.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The provenance of a model, enough to train it again.
 *
 * @param data name of the data set or topic
 * @param dataRange which part of it, such as {@code frames 0..7999}
 * @param dataSha256 digest of the frames and labels used
 * @param labelledFrames frames whose labels were used
 * @param hyperParameters settings by name
 * @param seed seed of every random draw
 * @param codeVersion version of this product
 * @param jvm runtime and operating system
 * @param startedAt ISO-8601 instant
 * @param finishedAt ISO-8601 instant
 * @param metrics figures of the training by name, such as {@code reconstruction.mse}
 */
@RecordBuilder
public record ModelProvenance(
    String data,
    String dataRange,
    String dataSha256,
    int labelledFrames,
    Map<String, String> hyperParameters,
    long seed,
    String codeVersion,
    String jvm,
    String startedAt,
    String finishedAt,
    Map<String, Double> metrics)
    implements ModelProvenanceBuilder.With {
  /** Hyper-parameter that says which latents are corrected, by name. */
  public static final String CORRECTED_LATENTS = "correctedLatents";

  /** Hyper-parameter that has the edges that the network learnt, by name. */
  public static final String LEARNT_GRAPH = "learntGraph";

  /** Hyper-parameter with the share of the frames, from the first on, that trained the network. */
  public static final String TRAIN_SHARE = "trainShare";

  /** Hyper-parameter with the number of steps that the training took. */
  public static final String STEPS = "steps";

  /**
   * Hyper-parameter of a training that ends when it is stable: {@code true} if it was, {@code
   * false} if it took all steps.
   */
  public static final String STABLE = "stable";

  /** Start of the metrics whose end is the name of a latent. */
  public static final String HELD_ERROR = "held.error.";

  /**
   * Start of the metric with the share of the unseen answers on a factor that its latent does not
   * agree with.
   */
  public static final String MISSED_ANSWERS = "answers.missed.";

  public ModelProvenance {
    Objects.requireNonNull(hyperParameters, "hyperParameters");
    Objects.requireNonNull(metrics, "metrics");
    hyperParameters = new TreeMap<>(hyperParameters);
    metrics = new TreeMap<>(metrics);
  }

  ModelProvenance renamed(LatentNames change) {
    Map<String, String> settings = new TreeMap<>(hyperParameters);
    settings.computeIfPresent(CORRECTED_LATENTS, (key, value) -> change.inText(value));
    settings.computeIfPresent(LEARNT_GRAPH, (key, value) -> change.inText(value));
    Map<String, Double> figures = new TreeMap<>();
    metrics.forEach((key, value) -> figures.put(change.atEnd(HELD_ERROR, key), value));
    return withHyperParameters(settings).withMetrics(figures);
  }
}
