package dev.residua.commissioning;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * News of the commissioning of a source.
 *
 * @param sequence last frame that it includes
 * @param capturedAt capture time of that frame
 * @param modelId model of the frame
 * @param modelDigest SHA-256 of its bundle
 * @param latents names of the model's latents
 * @param watchedSince capture time since which the source neither learns nor needs a review; null
 *     while it does
 * @param calibration in force; null while the source is not watched, or watched with the model's
 * @param challenger status under a model in shadow; null if there is none
 */
public record CommissioningReport(
    String source,
    long sequence,
    Instant capturedAt,
    String modelId,
    String modelDigest,
    List<String> latents,
    CommissioningStatus status,
    @Nullable Instant watchedSince,
    @Nullable SourceCalibration calibration,
    @Nullable Challenger challenger) {
  /**
   * Status of a source under a model that scores it in shadow.
   *
   * @param modelId id under which that would become active
   */
  public record Challenger(String modelId, CommissioningStatus status) {}

  public CommissioningReport {
    latents = List.copyOf(latents);
  }
}
