package dev.residua.causal;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One variable of the causal model.
 *
 * @param index position in every latent vector of the model, from 0
 * @param name name for people; {@code z<index>} if nothing anchored it to a known factor
 * @param anchored whether labels tied it to the factor of that name
 * @param factor its value in the unit of that factor; null if it does not follow the labels
 * @param values names of its categories, in the order of their numbers 0, 1, ...; none for a real
 *     number
 */
@RecordBuilder
public record Latent(
    int index, String name, boolean anchored, @Nullable FactorScale factor, List<String> values)
    implements LatentBuilder.With {
  public Latent {
    if (index < 0) {
      throw new IllegalArgumentException("latent index must be at least 0 but was " + index);
    }
    if (name.isBlank()) {
      throw new IllegalArgumentException("latent " + index + " has a blank name");
    }
    values = values == null ? List.of() : List.copyOf(values); // absent in most manifests
    if (values.size() == 1
        || values.size() > CategoricalDistribution.MAX_VALUES
        || new HashSet<>(values).size() != values.size()) {
      throw new IllegalArgumentException(
          "latent %d has the categories %s, expected none or 2 to %d different ones"
              .formatted(index, values, CategoricalDistribution.MAX_VALUES));
    }
  }

  /** A latent without a scale. */
  public Latent(int index, String name, boolean anchored) {
    this(index, name, anchored, null);
  }

  /** A latent that is a real number. */
  public Latent(int index, String name, boolean anchored, @Nullable FactorScale factor) {
    this(index, name, anchored, factor, List.of());
  }

  /** Returns true if it is a category. */
  public boolean categorical() {
    return !values.isEmpty();
  }
}
