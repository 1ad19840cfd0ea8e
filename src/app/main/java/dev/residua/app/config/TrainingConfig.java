package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The training role: when a model is retrained, and how. */
public interface TrainingConfig {
  /**
   * Fixed moments as {@code cron} writes them, five fields in this machine's time zone, such as
   * {@code 0 3 * * 1}; none by default.
   */
  Optional<String> schedule();

  /**
   * Time that an incident of a shifted root (covariate drift), or one that was accepted as normal,
   * is open before a training starts, above zero.
   */
  @WithDefault("PT6H")
  Duration lastingDrift();

  /**
   * Train after anytime-valid evidence against the calibration. It cannot distinguish a slow fault
   * from a lasting change of the scene: switch it on if every model is approved, or faults are
   * announced.
   */
  @WithDefault("false")
  boolean evidence();

  /**
   * Train if the p-values of quiet frames have stopped being uniform. The trainer then reads every
   * score.
   */
  @WithDefault("false")
  boolean calibrationDecay();

  /** Time after a training in which no other starts automatically, at least zero. */
  @WithDefault("PT6H")
  Duration cooldown();

  /** Most trainings that begin in {@code budget-period}, at least 1. */
  @WithDefault("7")
  int budget();

  /** See {@code budget}; above zero. */
  @WithDefault("P7D")
  Duration budgetPeriod();

  /** Age of the oldest frames, above zero; the topic of frames must retain them. */
  @WithDefault("PT24H")
  Duration window();

  /** Data set to take frames from instead of the topic, a folder that every trainer can read. */
  Optional<Path> data();

  /** Most frames that the network is trained on, spread over sources and time, at least 256. */
  @WithDefault("8000")
  int frames();

  /** Most frames that calibrate, in quiet runs, at least 256. */
  @WithDefault("4096")
  int calibrationFrames();

  /** Most frames that both models are evaluated on, at least 200. */
  @WithDefault("2048")
  int heldOutFrames();

  /** Parameter updates of the network, at least 1. */
  @WithDefault("3000")
  int steps();

  /** Start from the weights of the active model; else from random ones. */
  @WithDefault("true")
  boolean warmStart();

  /**
   * Let the active model's latents stand in for readings of factors that frames do not carry, so
   * that latents keep their identity.
   */
  @WithDefault("true")
  boolean anchors();

  /**
   * Evaluate the recalibrated active model at the gate if the trained one fails there: enough if
   * only the distribution of the scene has changed.
   */
  @WithDefault("true")
  boolean recalibrate();

  /** Allow a new model to lack or reverse an edge of which the active one is certain. */
  @WithDefault("false")
  boolean graphMayChange();

  /** Activate a model that passes the gate; else it is only published. */
  @WithDefault("true")
  boolean promote();

  /**
   * Least time that a model which passed the gate scores next to the active one before it is
   * activated. Needs a process with the role shadow. If it is zero, a model scores so only if
   * sources have a calibration of their own, until they are calibrated for it too.
   */
  @WithDefault("PT0S")
  Duration shadowFor();

  /**
   * Longest time that it scores so: if sources are not calibrated for it then, it is published but
   * not activated. At least {@code shadow-for}; slow cameras need up to a day.
   */
  @WithDefault("PT3H")
  Duration shadowAtMost();

  /**
   * Share of the frames that it scores meanwhile, in (0, 1]. It scores all if sources have a
   * calibration of their own.
   */
  @WithDefault("0.1")
  double shadowRate();

  /**
   * Private Ed25519 key, a PEM file, that signs new models; needed if {@code
   * residua.models.trusted-keys} is set, or they are published but not activated.
   */
  Optional<Path> signingKey();

  /** Time after which a training is ended, above zero. */
  @WithDefault("PT6H")
  Duration timeLimit();

  /** Heap of the training's own process, as {@code -Xmx} takes it. */
  @WithDefault("2g")
  String memory();

  /** Native threads of a training, at least 1; only 1 is reproducible. */
  @WithDefault("1")
  int threads();

  /** Seed of every draw. */
  @WithDefault("1")
  long seed();

  /** Random streams for the drift thresholds, at least 100; more are more precise and slower. */
  @WithDefault("4000")
  int driftSimulation();

  /** Device of trainings: {@code cpu}, or {@code cuda} in a build with that profile. */
  @WithDefault("cpu")
  Backend backend();

  /** Device of a training. */
  enum Backend {
    CPU,
    CUDA
  }
}
