package dev.residua.importing;

import dev.residua.frame.FrameLimits;
import dev.residua.frame.ImageShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an import makes.
 *
 * @param limits of one image
 * @param shape size of all frames
 * @param replace whether an existing data set may be replaced
 * @param factors columns that become factors; null for all columns of numbers but counters
 * @param range which samples of 16 bits become black and white
 */
public record ImportSettings(
    FrameLimits limits,
    ImageShape shape,
    boolean replace,
    @Nullable List<String> factors,
    RangeChoice range) {
  public ImportSettings {
    factors = factors == null ? null : List.copyOf(factors);
  }
}
