package dev.residua.streams;

import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.SourceMonitor;
import java.util.Optional;

/** The models that scores may be of. For any thread. */
@FunctionalInterface
public interface MonitorModels {
  /**
   * The thresholds for scores of a model.
   *
   * @return empty if there is no such model, or it cannot be monitored
   */
  Optional<SourceMonitor.Thresholds> find(String modelId);

  /** Only one model. */
  static MonitorModels fixed(MonitorModel model) {
    SourceMonitor.Thresholds limits = new SourceMonitor.Thresholds(model);
    return id -> id.equals(model.id()) ? Optional.of(limits) : Optional.empty();
  }
}
