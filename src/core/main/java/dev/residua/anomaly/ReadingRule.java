package dev.residua.anomaly;

import dev.residua.causal.FrameStatistics;
import dev.residua.frame.SensorReadings;

/**
 * Decides which frames have readings that count. A frame is refused if it alone raises an anomaly
 * that names no latent: its picture is dark, overexposed, torn or out of focus, changed as a whole,
 * or cannot be redrawn by the model.
 *
 * @param anomalies rule of the channels of the model
 * @param sensor usual readings of the camera
 */
public record ReadingRule(AnomalyRule anomalies, SensorReference sensor) {
  /**
   * Returns true if the readings of a frame do not count.
   *
   * @param statistics of the frame, reconstructed
   */
  public boolean refuses(FrameStatistics statistics, SensorReadings readings) {
    SensorRule single = new SensorRule(sensor, 1, 1);
    return SensorMonitor.START.next(readings, single).fault() != null
        || (anomalies.decide(statistics) instanceof Verdict.Anomalous anomaly
            && anomaly.causes().isEmpty());
  }
}
