package dev.residua.ingest;

import dev.residua.frame.FrameLimits;
import dev.residua.source.CameraAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings of one camera.
 *
 * @param source name of its frames
 * @param address of the camera
 * @param credentials file with user and password, which is read at every connection
 * @param roots of allowed addresses, after redirects too
 * @param framesPerSecond most frames per second; empty for every one
 * @param quality of JPEG files that are encoded here, 1 to 100
 * @param timeout longest wait for a connection, and for a picture
 * @param limits of a picture
 */
public record CameraSettings(
    String source,
    CameraAddress address,
    Optional<Path> credentials,
    AllowedRoots roots,
    Optional<Double> framesPerSecond,
    int quality,
    Duration timeout,
    FrameLimits limits) {
  /** Default frames per second of a live camera. */
  public static final double DEFAULT_RATE = 2;

  /** Default JPEG quality. */
  public static final int DEFAULT_QUALITY = 90;

  /** Default time-out. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** Longest source, as everywhere. */
  private static final int MAX_SOURCE_CHARACTERS = 255;

  public CameraSettings {
    if (source.isBlank() || source.length() > MAX_SOURCE_CHARACTERS) {
      throw new IllegalArgumentException(
          "the source must have 1 to %d characters but has %d"
              .formatted(MAX_SOURCE_CHARACTERS, source.length()));
    }
    if (framesPerSecond.isPresent()
        && !(framesPerSecond.get() > 0 && framesPerSecond.get() <= 1_000)) {
      throw new IllegalArgumentException(
          "the rate must be above 0 and at most 1000 frames per second but was "
              + framesPerSecond.get());
    }
    if (quality < 1 || quality > 100) {
      throw new IllegalArgumentException("the quality must be 1 to 100 but was " + quality);
    }
    if (timeout.toMillis() < 100 || timeout.toHours() >= 1) {
      throw new IllegalArgumentException(
          "the time-out must be from PT0.1S to less than PT1H but was " + timeout);
    }
  }

  /** Returns true if this is a video file or a folder, which can wait, and no camera. */
  public boolean isRecorded() {
    return address.kind() == CameraAddress.Kind.FILE;
  }

  /** The rate from which sequence numbers are counted. */
  double nominalRate() {
    return framesPerSecond.orElse(DEFAULT_RATE);
  }

  /** Chooses the pictures of a recording, whose times are exact. */
  public FramePacer exactPacer() {
    return framesPerSecond.map(FramePacer::exactly).orElseGet(FramePacer::everyFrame);
  }

  /** Chooses the pictures that are sent. */
  public FramePacer pacer() {
    return framesPerSecond.map(FramePacer::atMost).orElseGet(FramePacer::everyFrame);
  }
}
