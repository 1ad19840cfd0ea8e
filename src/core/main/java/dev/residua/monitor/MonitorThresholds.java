package dev.residua.monitor;

import dev.residua.anomaly.AnomalyKind;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicState;
import org.jspecify.annotations.Nullable;

/** A model with its thresholds, computed once for all sources. Immutable. */
public final class MonitorThresholds {
  private final MonitorModel model;
  private final ChangeStage.Levels levels;
  private final int scores;
  private final @Nullable DynamicFilter filter; // before its first frame

  public MonitorThresholds(MonitorModel model) {
    this.model = model;
    this.levels = ChangeStage.Levels.of(model, model.targetRunLength());
    boolean independent = model.residuals().order() == 0 && model.residuals().blockLength() == 1;
    double resolution = model.rule().calibration().resolution(AnomalyKind.RESIDUAL);
    this.filter = model.dynamics().map(DynamicFilter::new).orElse(null);
    this.scores = independent ? (int) Math.round(1 / resolution) - 1 : 0;
  }

  public MonitorModel model() {
    return model;
  }

  /** Returns the thresholds of the change detectors for a mean run length in frames. */
  ChangeStage.Levels levels(double runLength) {
    return runLength == levels.runLength() ? levels : ChangeStage.Levels.of(model, runLength);
  }

  /**
   * Returns a filter of the equations that use earlier frames; null if no equation does.
   *
   * @param state to continue from; null to start
   */
  @Nullable DynamicFilter filter(@Nullable DynamicState state) {
    return filter == null ? null : filter.continuing(state);
  }

  /** Returns the scores behind the joint p-value; 0 if residuals do not look independent. */
  int scores() {
    return scores;
  }
}
