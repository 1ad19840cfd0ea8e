package dev.residua.streams;

import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import java.util.Optional;
import org.apache.kafka.streams.errors.StreamsException;

/** The models that scores may be of. For any thread. */
@FunctionalInterface
public interface MonitorModels {
  /**
   * The thresholds for scores of a model.
   *
   * @return empty if there is no such model, or it cannot be monitored
   * @throws UnavailableException if it cannot be fetched now
   */
  Optional<MonitorThresholds> find(String modelId);

  /** The same without waiting; empty also if it cannot be fetched now. */
  default Optional<MonitorThresholds> findNow(String modelId) {
    return find(modelId);
  }

  /** A model that is in the registry cannot be fetched. */
  final class UnavailableException extends StreamsException {
    private static final long serialVersionUID = 1L;

    UnavailableException(String modelId, Throwable cause) {
      super("model %s cannot be fetched: %s".formatted(modelId, cause.getMessage()), cause);
    }
  }

  /** Only one model. */
  static MonitorModels fixed(MonitorModel model) {
    MonitorThresholds limits = new MonitorThresholds(model);
    return id -> id.equals(model.id()) ? Optional.of(limits) : Optional.empty();
  }
}
