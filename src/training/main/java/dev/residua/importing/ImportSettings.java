package dev.residua.importing;

import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an import.
 *
 * @param limits of one image
 * @param shape size of all frames
 * @param details size of the detail pictures, with one channel; null for none
 * @param replace whether an existing data set may be replaced
 * @param factors columns that become factors; null for all columns of numbers but counters
 * @param geometry part of each image that is read
 * @param preview PNG file to write that shows what is read; null for none
 * @param range which samples of 16 bits become black and white
 * @param variables to compute from the times of the frames
 */
public record ImportSettings(
    FrameLimits limits,
    ImageShape shape,
    @Nullable ImageShape details,
    boolean replace,
    FrameGeometry geometry,
    @Nullable Path preview,
    @Nullable List<String> factors,
    RangeChoice range,
    TimeColumns variables) {
  public ImportSettings {
    factors = factors == null ? null : List.copyOf(factors);
  }
}
