package dev.residua.intervention;

import dev.residua.causal.ChangePoint;
import dev.residua.causal.Finding;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mechanism was changed from outside.
 *
 * @param kind which kind of change
 * @param statistic test statistic that decided, dimensionless
 * @param threshold value of the statistic from which the event is reported
 * @param pValue p-value of the decision in (0, 1]; NaN if there is none
 * @param condition assumption under which p-value and threshold hold
 * @param changePoint estimated start of the change
 * @param edges which direct causes still move the first cause; empty if that is not known
 */
@RecordBuilder
public record InterventionEvent(
    Finding finding,
    InterventionKind kind,
    double statistic,
    double threshold,
    double pValue,
    String condition,
    @Nullable ChangePoint changePoint,
    List<EdgeReading> edges)
    implements InterventionEventBuilder.With {
  public InterventionEvent {
    edges = List.copyOf(edges);
    if (!Double.isNaN(pValue) && !(pValue > 0 && pValue <= 1)) {
      throw new IllegalArgumentException(
          "p-value of a %s must be in (0, 1] or NaN but was %s".formatted(kind, pValue));
    }
  }
}
