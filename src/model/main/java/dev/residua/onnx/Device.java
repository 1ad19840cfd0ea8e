package dev.residua.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import dev.residua.causal.NetworkEngine;
import dev.residua.frame.ImageShape;

/** Device on which ONNX Runtime runs a network. */
public enum Device {
  /** The processor, in every build. */
  PROCESSOR,

  /** The first NVIDIA GPU that CUDA shows, in a build with the profile {@code gpu}. */
  CUDA;

  /** Pixels of a batch that fill a GPU; the largest layers then take some hundred MiB. */
  private static final int CUDA_BATCH_PIXELS = 1 << 22;

  private static final String SEPARATOR = " : ";

  /** Returns true if this build can use it; the machine may still lack the GPU or its libraries. */
  public boolean isInBuild() {
    OnnxEnvironment.get(); // before anything else of the library
    return this == PROCESSOR || OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
  }

  /**
   * Makes sessions run here.
   *
   * @throws IllegalStateException if this build or machine has no such device
   */
  void addTo(OrtSession.SessionOptions options) {
    if (this == PROCESSOR) {
      return;
    }
    if (!isInBuild()) {
      throw new IllegalStateException(
          "this build has no CUDA provider: build it with ./mvnw -Pgpu package");
    }
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions()) {
      cuda.add("use_tf32", "0"); // which rounds factors to 10 bits, and calibrations have 23
      // An exhaustive search would run again for every number of frames in a batch.
      cuda.add("cudnn_conv_algo_search", "HEURISTIC");
      cuda.add("arena_extend_strategy", "kSameAsRequested");
      options.addCUDA(cuda);
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  /** Exception for a failure to open a network: the network or the GPU cannot be used. */
  RuntimeException failure(OrtException e) {
    String message = String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
    if (this == PROCESSOR) {
      return new IllegalArgumentException("ONNX Runtime does not run this network: " + message, e);
    }
    int place = message.lastIndexOf(SEPARATOR); // in its sources
    String cause = place < 0 ? message : message.substring(place + SEPARATOR.length());
    return new IllegalStateException(
        "the GPU cannot be used, which needs NVIDIA's driver, CUDA 12 and cuDNN 9: " + cause, e);
  }

  /** Frames of one call that suit the device. */
  int batchFrames(ImageShape image) {
    return this == PROCESSOR
        ? NetworkEngine.BATCH_FRAMES
        : Math.max(
            NetworkEngine.BATCH_FRAMES, CUDA_BATCH_PIXELS / (image.width() * image.height()));
  }
}
