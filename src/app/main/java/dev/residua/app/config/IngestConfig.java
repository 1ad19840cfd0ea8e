package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Cameras that the role {@code ingest} reads, and frames that it takes over HTTP. */
public interface IngestConfig {
  /**
   * Allowed addresses of cameras, comma-separated: addresses such as {@code rtsp://10.0.0.7} or
   * {@code http://cameras.plant.local:8080/line3}, and folders. A camera must have the scheme, host
   * and port of one, and a path below its path; redirects too. None by default, so no camera is
   * read.
   */
  Optional<List<String>> allowedRoots();

  /** Folder with the files of credentials, which rules name. */
  Optional<Path> credentialsFolder();

  /**
   * Names of the sources whose cameras this process reads, a pattern as in rules. Two processes
   * must not read the same camera.
   */
  @WithDefault("*")
  String match();

  /** Most cameras of this process, from 1 to 1000; one thread each. */
  @WithDefault("64")
  int maxCameras();

  /** Most frames per second of a camera whose rule sets no {@code framesPerSecond}. */
  @WithDefault("2")
  double rate();

  /** JPEG quality of decoded video, 1 to 100. Pictures of MJPEG cameras are passed on unchanged. */
  @WithDefault("90")
  int quality();

  /** Longest wait for a connection, and for a picture; then the camera is connected again. */
  @WithDefault("PT10S")
  Duration timeout();

  /**
   * Bytes of the HTTP requests with frames that may be open at the same time; further ones are
   * answered with 429. At least {@code residua.frames.max-bytes} and 68 kB. Such requests take up
   * to three times as much memory, and as much again in the producer.
   */
  @WithDefault("67108864")
  long inFlightBytes();

  /**
   * Longest wait until Kafka has stored a frame of an HTTP request, which is then answered with
   * 503; from 0.1 seconds to 1 hour.
   */
  @WithDefault("PT8S")
  Duration storeTimeout();
}
