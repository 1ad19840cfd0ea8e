package dev.residua.runtime;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.detail.DetailChannel;
import dev.residua.frame.PixelMask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that scoring needs of one model; an immutable snapshot, taken once a batch. Owns the scorer's
 * native memory.
 *
 * @param id identity of the model
 * @param digest SHA-256 of its bundle
 * @param latents names of its nodes, in the order of the arrays of a score
 * @param scorer runs the network
 * @param variables that frames bring as attributes
 * @param calibration turns residuals into p-values
 * @param appearance reference of the static pixels
 * @param mask pixels that the model has never seen, which count in nothing
 * @param meanPicture of the training, in grey levels, {@code [height][width][channels]}
 * @param details finds defects that the network's picture does not show; null for none
 * @param bytes estimate of the memory that it takes, at least 0
 */
@SuppressWarnings("ArrayRecordComponent") // a picture that nobody changes
public record ScoringModel(
    String id,
    String digest,
    List<String> latents,
    ResidualScorer scorer,
    Variables variables,
    AnomalyCalibration calibration,
    AppearanceReference appearance,
    PixelMask mask,
    float[] meanPicture,
    @Nullable DetailChannel details,
    long bytes)
    implements AutoCloseable {
  public ScoringModel {
    latents = List.copyOf(latents);
  }

  @Override
  public void close() {
    scorer.close();
  }
}
