package dev.residua.commissioning;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * News of the commissioning of a source.
 *
 * @param source name of the source
 * @param sequence frame after which it holds
 * @param capturedAt capture time of that frame
 * @param modelId model of the frame
 * @param latents names of the model's latents
 * @param status where the source is
 * @param calibration in force; null while the source is not watched, or watched with the model's
 */
public record CommissioningReport(
    String source,
    long sequence,
    Instant capturedAt,
    String modelId,
    List<String> latents,
    CommissioningStatus status,
    @Nullable SourceCalibration calibration) {
  public CommissioningReport {
    latents = List.copyOf(latents);
  }
}
