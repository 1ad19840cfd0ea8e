package dev.residua.app.config;

import dev.residua.app.process.ScoringEngine;
import dev.residua.scoring.Guarantee;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The scoring role. */
public interface ScoringConfig {
  /** Threads that score, each with partitions and a transaction of its own, at least 1. */
  @WithDefault("1")
  int threads();

  /**
   * Engine that runs the network. {@code auto} chooses the first that runs here and agrees with
   * ONNX Runtime on the model's self-test: CUDA in a build for GPUs, then oneDNN in bfloat16 if the
   * processor has AMX, then ONNX Runtime itself. {@code onnxruntime}, {@code onednn}, {@code
   * onednn-fp32} and {@code cuda} are mandatory: scoring does not start without them.
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
   * rate. It also bounds the batches of {@code cuda}; processors take at most 32 frames at once.
   */
  @WithDefault("256")
  int maxFrames();

  /**
   * {@code exactly-once}, or {@code at-least-once}, which is faster and may repeat some scores
   * after a failure.
   */
  @WithDefault("exactly-once")
  Guarantee guarantee();

  /**
   * Memory for the models of all scenes that this process scores, in bytes, above 0; those that
   * were not used for the longest time are closed beyond it and opened again with their next frame.
   */
  @WithDefault("536870912")
  long modelMemory();

  /**
   * Longest wait of a frame for others to be scored and committed with; three times as long if only
   * frames have come that were fetched before the last commit. 0 gives the smallest delay at low
   * load, more saves work of broker and processor.
   */
  @WithDefault("PT0.005S")
  Duration batchDeadline();

  /** Time after which a transaction takes no further frames. */
  @WithDefault("PT0.2S")
  Duration transactionDeadline();

  /**
   * Share of frames that are reconstructed for the reconstruction channel, in [0, 1]. Below 1 the
   * service is up to three times faster, and changes that only the picture shows are found later by
   * one over this; latents that cannot be read are not recognised.
   */
  @WithDefault("1")
  double reconstructionRate();

  /**
   * Joint p-value of the residuals at or below which a frame is reconstructed in addition to these,
   * in [0, 1]; matters if the rate is below 1.
   */
  @WithDefault("0.01")
  double reconstructionBelow();
}
