package dev.residua.renewal.job;

import dev.residua.causal.Latent;
import dev.residua.decoding.Stabilizer;
import dev.residua.frame.CameraRegistration;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.renewal.gate.ExaminationSettings;
import dev.residua.renewal.selection.RejectionReason;
import dev.residua.renewal.selection.SelectionSettings;
import dev.residua.renewal.selection.StreamData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingPipeline;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Chooses and reads the frames of a training. */
final class CollectStep {
  private static final long PIXELS_IN_MEMORY = 512L << 20;
  private static final int MIN_TRAINING = 256;
  private static final int MIN_HELD_OUT = 200;
  private static final int MOST_REASONS = 3;

  /** Consecutive frames of an injected fault, with the nominal ones before it. */
  private static final int FAULT_STRETCH =
      ExaminationSettings.DEFAULTS.leadFrames() + ExaminationSettings.DEFAULTS.faultFrames();

  private final TrainingContext context;

  CollectStep(TrainingContext context) {
    this.context = context;
  }

  /**
   * Chooses and reads frames for the champion's image shape and latents.
   *
   * @throws BadBundleException if the network of the champion is damaged
   * @throws TrainingFailedException if there are too few, or the champion has categorical latents
   */
  CollectedFrames run(ModelBundle champion)
      throws RetentionTooShortException, IOException, BadBundleException, TrainingFailedException {
    if (champion.manifest().latents().stream().anyMatch(Latent::categorical)) {
      throw new TrainingFailedException(
          "model %s has categorical latents, which streams bring no labels for: train it again with residua train on labelled frames"
              .formatted(champion.id()));
    }
    TrainingRequest request = context.request();
    TrainingJob.Dependencies dependencies = context.dependencies();
    CollectedFrames collected =
        dependencies
            .frames()
            .collect(
                request,
                StoredExclusions.read(
                    dependencies.consumers(),
                    dependencies.topics(),
                    request.incidents(),
                    context.cancelled()),
                new FrameRequest(
                    champion.manifest().image(),
                    champion.manifest().latentNames(),
                    champion.manifest().observed().names(),
                    selection(),
                    source -> dependencies.rules().apply(source).scene().equals(request.scene()),
                    dependencies.rules(),
                    new Stabilizer(
                        new CameraRegistration(
                            champion.manifest().image(), champion.network().meanPicture()),
                        champion.mask()),
                    PIXELS_IN_MEMORY,
                    context.folder()),
                (stage, fraction, losses) ->
                    context.publish(TrainingPhase.COLLECTING, fraction, stage),
                context.cancelled());
    try {
      check(collected.parts());
    } catch (TrainingFailedException e) {
      collected.close();
      throw e;
    }
    return collected;
  }

  private SelectionSettings selection() {
    RenewalSettings settings = context.settings();
    return SelectionSettings.DEFAULTS.with(
        c -> {
          c.trainingFrames(settings.trainingFrames());
          c.calibrationFrames(settings.calibrationFrames());
          c.heldOutFrames(settings.heldOutFrames());
          c.minStretchFrames(FAULT_STRETCH);
          c.seed(settings.seed());
        });
  }

  private void check(StreamData.Parts parts) throws TrainingFailedException {
    int trained = parts.training().trained();
    String missing =
        missing(
            trained, parts.training().size() - trained, parts.heldOut().size(), parts.leftOut());
    if (missing != null) {
      throw new TrainingFailedException(missing);
    }
  }

  /** The reason that the frames do not suffice and the remedy; null if they do. */
  static @Nullable String missing(
      int training, int calibrating, int heldOut, Map<RejectionReason, Long> leftOut) {
    if (training >= MIN_TRAINING
        && calibrating >= TrainingPipeline.MIN_CALIBRATION
        && heldOut >= MIN_HELD_OUT) {
      return null;
    }
    return "too few nominal frames: %d to train (at least %d), %d to calibrate (%d), %d to test (%d). %s%s"
        .formatted(
            training,
            MIN_TRAINING,
            calibrating,
            TrainingPipeline.MIN_CALIBRATION,
            heldOut,
            MIN_HELD_OUT,
            leftOut.containsKey(RejectionReason.INCIDENT)
                ? "If incidents show the new normal, give accept-normal; else wait for more frames"
                : "Wait for more frames, or set a longer residua.training.window",
            leftOut(leftOut));
  }

  /** The reasons that left out the most frames. */
  private static String leftOut(Map<RejectionReason, Long> counts) {
    String list =
        counts.entrySet().stream()
            .sorted(
                Map.Entry.<RejectionReason, Long>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(MOST_REASONS)
            .map(entry -> "%d %s".formatted(entry.getValue(), entry.getKey().text()))
            .collect(Collectors.joining(", "));
    return list.isEmpty() ? "" : ". Left out: " + list;
  }
}
