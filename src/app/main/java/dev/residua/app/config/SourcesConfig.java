package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of every source of frames. */
public interface SourcesConfig {
  /** Most sources that one scoring thread remembers, at least 1; a frame of one more is refused. */
  @WithDefault("20000")
  int max();

  /**
   * Time without a frame after which a source is forgotten: its incidents are closed and its
   * detectors start again with its next frame. Longer than {@code silent-after}, and at least the
   * retention of the frames, or the start is refused: a frame that is read again could be scored
   * twice.
   */
  @WithDefault("P7D")
  Duration forgetAfter();

  /** Time without a frame after which an incident about a source's silence opens, above 0. */
  @WithDefault("PT5M")
  Duration silentAfter();

  /**
   * Let a source learn its normal state before it is watched. Otherwise every source is watched at
   * once with the calibration of its model, which is right for the camera that the model was
   * calibrated on.
   */
  @WithDefault("true")
  boolean commissioning();
}
