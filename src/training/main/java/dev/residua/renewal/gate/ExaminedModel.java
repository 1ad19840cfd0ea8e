package dev.residua.renewal.gate;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.model.ModelBundle;
import dev.residua.monitor.MonitorModel;
import java.util.function.DoubleFunction;

/**
 * A model with every part that an examination runs. Owns nothing: the caller keeps scorer and
 * decoder open.
 *
 * @param bundle identity, graph and size
 * @param scorer the engine that scores with it
 * @param calibration of residuals, reconstruction errors and appearance
 * @param appearance static pixels
 * @param decoder draws the pictures of latents in the units of {@code scorer}'s {@code observed}
 * @param equations between its latents and variables
 * @param monitor the model's monitor for a target run length in frames
 */
public record ExaminedModel(
    ModelBundle bundle,
    ResidualScorer scorer,
    AnomalyCalibration calibration,
    AppearanceReference appearance,
    LatentDecoder decoder,
    StructuralEquations equations,
    DoubleFunction<MonitorModel> monitor) {
  public ExaminedModel {
    int n = bundle.graph().size();
    if (scorer.nodes() != n
        || calibration.latents() != n
        || decoder.latents() != bundle.manifest().latents().size()
        || equations.latents() != n) {
      throw new IllegalArgumentException(
          "model %s has %d nodes, its scorer %d, calibration %d, decoder %d and equations %d"
              .formatted(
                  bundle.id(),
                  n,
                  scorer.nodes(),
                  calibration.latents(),
                  decoder.latents(),
                  equations.latents()));
    }
    if (!decoder.imageShape().equals(scorer.imageShape())
        || !appearance.shape().equals(scorer.imageShape())) {
      throw new IllegalArgumentException(
          "the scorer of model %s reads %s, its decoder draws %s and its appearance is of %s"
              .formatted(
                  bundle.id(), scorer.imageShape(), decoder.imageShape(), appearance.shape()));
    }
  }

  /** Size of all entries of the bundle, unpacked. */
  long bytes() {
    return bundle.entryNames().stream().mapToLong(name -> bundle.entry(name).length).sum();
  }
}
