package dev.residua.app.config;

import io.smallrye.config.WithDefault;

/** Verdicts on single frames. */
public interface AnomalyConfig {
  /**
   * Share of normal frames that may be reported as anomalous by each of the three channels, in
   * [1e-12, 0.5]. At 20 frames per second 0.0002 is one in about four minutes for each. Below the
   * calibration's resolution it is met by a fitted tail: an estimate, no guarantee.
   */
  @WithDefault("0.0002")
  double falseAlarmRate();

  /**
   * Normal frames in a row that end an episode; until then further odd frames are not reported
   * again.
   */
  @WithDefault("20")
  int quietFrames();
}
