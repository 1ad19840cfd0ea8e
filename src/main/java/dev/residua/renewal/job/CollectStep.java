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
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Chooses and reads the frames of a training. */
final class CollectStep {
  private static final long PIXELS_IN_MEMORY = 512L << 20;
  private static final int MIN_TRAINING = 256;
  private static final int MIN_HELD_OUT = 200;

  /** Consecutive frames of an injected fault, with the quiet ones before it. */
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
    StreamData data = parts.training();
    int calibrating = data.size() - data.trained();
    if (data.trained() < MIN_TRAINING
        || calibrating < TrainingPipeline.MIN_CALIBRATION
        || parts.heldOut().size() < MIN_HELD_OUT) {
      throw new TrainingFailedException(
          "%s to %s gives %d frames to train on, %d consecutive quiet ones to calibrate with and %d to examine with, needed are %d, %d and %d: set a longer residua.training.window, or wait for more quiet frames%s"
              .formatted(
                  context.request().from(),
                  context.request().until(),
                  data.trained(),
                  calibrating,
                  parts.heldOut().size(),
                  MIN_TRAINING,
                  TrainingPipeline.MIN_CALIBRATION,
                  MIN_HELD_OUT,
                  leftOut(parts.leftOut())));
    }
  }

  /** Which frames were left out, and what to do about those of incidents. */
  static String leftOut(Map<RejectionReason, Long> counts) {
    if (counts.isEmpty()) {
      return "";
    }
    String list =
        new TreeMap<>(counts)
            .entrySet().stream()
                .map(entry -> "%d %s".formatted(entry.getValue(), entry.getKey().text()))
                .collect(Collectors.joining(", "));
    return "; left out were "
        + list
        + (counts.containsKey(RejectionReason.INCIDENT)
            ? "; if incidents show the new normal, give accept-normal for their sources first"
            : "");
  }
}
