package dev.residua.renewal.job;

import dev.residua.drift.DriftSettings;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.SigningKey;
import dev.residua.model.TrustedKeys;
import dev.residua.registry.ModelAdmin;
import dev.residua.renewal.gate.ExaminedModel;
import dev.residua.renewal.gate.GateVerdict;
import dev.residua.renewal.selection.Exclusions;
import dev.residua.renewal.selection.StreamData;
import dev.residua.source.SourceRule;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingPipeline;
import dev.residua.training.TrainingProgress;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one training: collects frames, trains, evaluates the candidate against the active model,
 * publishes it with the verdict and activates it if it passed. Publishes its status on the control
 * topic; run again with the same request and folder, it resumes from its last checkpoint.
 */
public final class TrainingJob {
  private final TrainingContext context;
  private final Dependencies dependencies;
  private final RenewalSettings settings;

  /** A model that is open for examination. */
  public interface ModelHandle extends AutoCloseable {
    ExaminedModel examined();

    @Override
    void close();
  }

  /** Chooses and reads the frames of a training. */
  @FunctionalInterface
  public interface FrameSource {
    /**
     * Collects frames until the caller closes them.
     *
     * @throws RetentionTooShortException if some of the range were deleted
     * @throws IOException if they cannot be read
     */
    CollectedFrames collect(
        TrainingRequest training,
        Exclusions exclusions,
        FrameRequest request,
        TrainingProgress progress,
        BooleanSupplier cancelled)
        throws RetentionTooShortException, IOException;
  }

  /** Opens models. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens a model.
     *
     * @throws IllegalArgumentException if it cannot be used
     */
    ModelHandle open(ModelBundle bundle);
  }

  /**
   * Inputs of a training.
   *
   * @param store of the active model
   * @param admin publishes the new one
   * @param outside store of its bytes; null for parts in the registry
   * @param discarding deletes bytes there
   * @param signer signs the new model; null to leave it unsigned
   * @param trusted keys that the processes which will use the model accept
   * @param drift how drift detectors are calibrated
   * @param rules finds the rule of a source
   * @param consumers of bytes, committed records only, outside any group
   * @param cleanUp removes models that are no longer needed; runs after publication
   * @param nanos monotonic clock for the speed of models
   */
  public record Dependencies(
      ModelStore store,
      ModelAdmin admin,
      ModelAdmin.@Nullable Outside outside,
      ModelAdmin.Discarding discarding,
      @Nullable SigningKey signer,
      TrustedKeys trusted,
      Opener opener,
      TrainingPipeline pipeline,
      DriftSettings drift,
      Function<String, SourceRule> rules,
      FrameSource frames,
      Supplier<? extends Consumer<byte[], byte[]>> consumers,
      Topics topics,
      Runnable cleanUp,
      Clock clock,
      LongSupplier nanos) {}

  /**
   * The result of a training.
   *
   * @param modelId the published model
   * @param verdict of the gate
   * @param sentence the verdict and the result of the shadow trial in one sentence
   * @param passed whether the model may be activated
   * @param activated whether it was
   */
  public record Outcome(
      String modelId, GateVerdict verdict, String sentence, boolean passed, boolean activated) {}

  /**
   * @param folder of this training alone, for its checkpoint and pixels that exceed the memory
   * @param cancelled makes {@link #run} throw a {@link CancellationException} soon
   */
  public TrainingJob(
      Dependencies dependencies,
      TrainingRequest request,
      Path folder,
      TrainingStatusPublisher status,
      BooleanSupplier cancelled) {
    this.context = new TrainingContext(dependencies, request, folder, status, cancelled);
    this.dependencies = dependencies;
    this.settings = request.settings();
  }

  /**
   * Runs the training to its end.
   *
   * @throws RetentionTooShortException before anything is trained, if frames of the range were
   *     deleted
   * @throws TrainingFailedException with the reason and the remedy
   * @throws IOException if Kafka does not answer
   */
  public Outcome run()
      throws IOException,
          BadBundleException,
          RetentionTooShortException,
          TrainingFailedException,
          InterruptedException {
    CollectStep collect = new CollectStep(context);
    TrainStep train = new TrainStep(context);
    EvaluateStep evaluate = new EvaluateStep(context);
    context.publish(TrainingPhase.COLLECTING, 0, context.request().reason());
    evaluate.removeAbandonedShadow();
    ModelBundle champion = activeModel();
    if (champion.dynamics().isPresent()) {
      throw new TrainingFailedException(
          "the active model %s uses earlier frames, and the frames chosen from a topic have gaps: record a sequence, then run residua train and residua model promote"
              .formatted(champion.id()));
    }
    try (ModelHandle active = dependencies.opener().open(champion);
        CollectedFrames collected = collect.run(champion)) {
      ExaminedModel examined = active.examined();
      StreamData heldOut = collected.parts().heldOut();
      StreamData read = collected.parts().training();
      StreamData data =
          settings.anchors() ? read.withAnchors(LatentAnchors.of(examined, read)) : read;
      ModelBundle candidate =
          evaluate.carryNamesOver(examined, train.train(champion, data), heldOut);
      Outcome trained = decide(evaluate, examined, candidate, heldOut);
      Outcome outcome =
          trained.passed() || !settings.recalibrates()
              ? trained
              : decide(evaluate, examined, train.recalibrate(examined, read), heldOut);
      dependencies.cleanUp().run();
      context.publish(
          outcome.activated() ? TrainingPhase.PROMOTED : TrainingPhase.KEPT,
          1,
          outcome == trained
              ? outcome.sentence()
              : "%s; before that %s".formatted(outcome.sentence(), trained.sentence()),
          outcome.modelId());
      return outcome;
    }
  }

  private Outcome decide(
      EvaluateStep evaluate, ExaminedModel active, ModelBundle candidate, StreamData heldOut)
      throws IOException, InterruptedException {
    GateVerdict verdict = evaluate.evaluate(active, candidate, heldOut);
    Optional<ShadowTrial> shadow =
        verdict.promoted() ? evaluate.shadow(active.bundle().id(), candidate) : Optional.empty();
    return new PublishStep(context).run(candidate, verdict, shadow);
  }

  private ModelBundle activeModel() throws IOException, BadBundleException {
    Optional<Activation> active = dependencies.store().refreshed().scene(context.scene()).active();
    if (active.isEmpty()) {
      throw new IOException(
          "no model is active in the scene '%s', so none can be retrained; start with: residua train, and residua model promote FILE --scene %s"
              .formatted(context.scene(), context.scene()));
    }
    return dependencies.store().bundle(active.get().modelId());
  }
}
