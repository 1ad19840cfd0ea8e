package dev.residua.causal;

import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * One variable of the causal model.
 *
 * @param index position in every latent vector of the model, from 0
 * @param name what people call it; {@code z<index>} where nothing anchored it to a known factor
 * @param anchored whether labels tied it to the factor of that name
 * @param factor its value in the unit of that factor; null where it does not follow the labels
 */
@RecordBuilder
public record Latent(int index, String name, boolean anchored, @Nullable FactorScale factor)
    implements LatentBuilder.With {
  public Latent {
    if (index < 0) {
      throw new IllegalArgumentException("latent index must be at least 0 but was " + index);
    }
    if (name.isBlank()) {
      throw new IllegalArgumentException("latent " + index + " has a blank name");
    }
  }

  /** A latent without a scale. */
  public Latent(int index, String name, boolean anchored) {
    this(index, name, anchored, null);
  }
}
