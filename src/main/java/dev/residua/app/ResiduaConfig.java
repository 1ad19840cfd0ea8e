package dev.residua.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** What a process of the product can be told, under {@code residua.} */
@ConfigMapping(prefix = "residua")
public interface ResiduaConfig {
  /** Roles that this process plays; all by default. */
  @WithDefault("score,monitor,dashboard")
  Set<Role> roles();

  /**
   * Name of this process within its roles, unique among the processes that run at the same time and
   * the same after a restart: it is the static group membership and the transactional id. Pod or
   * host name, for instance.
   */
  @WithDefault("1")
  String instance();

  /** Start of every topic name and group id, so that installations can share a cluster. */
  @WithDefault("residua.")
  String topicPrefix();

  /** Directory for the state stores and the embedded Kafka's data; survives restarts. */
  @WithDefault("data")
  Path dataDir();

  /** Model bundle to use; the noisy pendulum of the demo by default. */
  Optional<Path> model();

  Kafka kafka();

  Frames frames();

  Scoring scoring();

  Anomaly anomaly();

  Incidents incidents();

  Demo demo();

  /** The embedded broker, used where {@code kafka.bootstrap.servers} is not set. */
  interface Kafka {
    /** Port that the embedded broker tries first; 0 takes any free one. */
    @WithDefault("9092")
    int port();

    /**
     * Partitions of topics that this process creates, at least 1. Sources are spread over them by
     * key.
     */
    @WithDefault("4")
    int partitions();
  }

  /** What a frame may cost before it is decoded. */
  interface Frames {
    /** Largest frame value, in bytes. */
    @WithDefault("16777216")
    int maxBytes();

    /** Largest width or height, in pixels. */
    @WithDefault("16384")
    int maxSide();

    /** Largest width times height, in pixels. */
    @WithDefault("50000000")
    long maxPixels();
  }

  /** The scoring role. */
  interface Scoring {
    /** Threads that score, each with partitions and a transaction of its own, at least 1. */
    @WithDefault("1")
    int threads();

    /**
     * What runs the network. {@code auto} takes oneDNN in bfloat16 where the processor has AMX and
     * oneDNN agrees with ONNX Runtime on the model's self-test, and ONNX Runtime elsewhere; {@code
     * onnxruntime}, {@code onednn} and {@code onednn-fp32} insist, and do not start where that
     * cannot be.
     */
    @WithDefault("auto")
    ScoringEngine engine();

    /**
     * Threads inside the network for one batch, at least 1; more than 1 pays only for large images.
     * oneDNN uses {@code OMP_NUM_THREADS} instead, which the launcher sets to 1.
     */
    @WithDefault("1")
    int networkThreads();

    /**
     * Most frames in one transaction, at least 1. Fewer bound the delay under load, more raise the
     * rate.
     */
    @WithDefault("256")
    int maxFrames();
  }

  /** Verdicts on single frames. */
  interface Anomaly {
    /**
     * Share of normal frames that may be reported as anomalous by each of the three channels, in
     * [1e-12, 0.5]. At 20 frames a second 0.0002 is one in about four minutes for each. Below the
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

  /** What may be said falsely, and when incidents open and end. */
  interface Incidents {
    /**
     * False alarms of one source in a week that its detectors together may give, above 0. With
     * {@code frames-per-second} it sets the average run length, which must be 100 to 1e9 frames.
     */
    @WithDefault("1")
    double falseAlarmsPerWeek();

    /** Pace of a source, for {@code false-alarms-per-week}, above 0. */
    @WithDefault("20")
    double framesPerSecond();

    /** Frames with an alarm, among the last {@code of-frames}, that open an incident. */
    @WithDefault("1")
    int alarmFrames();

    /** See {@code alarm-frames}; at most 64. */
    @WithDefault("1")
    int ofFrames();

    /** Frames in a row without an alarm that resolve an incident. */
    @WithDefault("20")
    int resolveFrames();

    /** Frames after a resolution within which the same incident reopens. */
    @WithDefault("200")
    int cooldownFrames();

    /** Frames after which an open incident is critical. */
    @WithDefault("6000")
    int criticalFrames();
  }

  /** The simulated camera; the {@code demo} command sets these. */
  interface Demo {
    /** How much faster than real time the camera runs, above 0; no camera runs without it. */
    OptionalDouble speed();

    /** What goes wrong and when; the scenario that ships with the product by default. */
    Optional<Path> scenario();
  }
}
