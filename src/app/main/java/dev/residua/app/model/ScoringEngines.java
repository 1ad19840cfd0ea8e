package dev.residua.app.model;

import dev.residua.app.process.ScoringEngine;
import dev.residua.app.process.StartFailedException;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.ResidualScorer;
import dev.residua.model.BadBundleException;
import dev.residua.model.EngineDeviation;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.model.SelfTest;
import dev.residua.onednn.OneDnn;
import dev.residua.onednn.OneDnnEngine;
import dev.residua.onednn.Precision;
import dev.residua.onnx.Device;
import dev.residua.onnx.OnnxEngine;
import dev.residua.runtime.BundleOpener;
import java.util.ArrayList;
import java.util.List;

/** Chooses the engine of the scoring role and opens it; see {@link ScoringEngine}. */
public final class ScoringEngines {
  private static final String PROPERTY = "residua.scoring.engine";

  private final CpuFeatures cpu;
  private final boolean cudaInBuild;
  private final Opener opener;

  /** Opens a network with one engine, as {@link ScoringEngines#engine}. */
  @FunctionalInterface
  interface Opener {
    NetworkEngine open(NetworkPlan network, ScoringEngine engine, int networkThreads);
  }

  /**
   * Chooses among engines that are opened in a given way.
   *
   * @param cudaInBuild whether {@link ScoringEngine#AUTO} tries a GPU
   */
  ScoringEngines(CpuFeatures cpu, boolean cudaInBuild, Opener opener) {
    this.cpu = cpu;
    this.cudaInBuild = cudaInBuild;
    this.opener = opener;
  }

  public static ScoringEngines ofThisMachine() {
    return new ScoringEngines(
        CpuFeatures.ofThisMachine(), Device.CUDA.isInBuild(), ScoringEngines::engine);
  }

  /**
   * An engine that passed its self-test.
   *
   * @param scorer owned by the holder of this record
   * @param engine which one it is, never {@link ScoringEngine#AUTO}
   * @param why it was chosen, after the reasons against those that {@link ScoringEngine#AUTO} would
   *     have preferred
   */
  public record Chosen(ResidualScorer scorer, ScoringEngine engine, String why) {}

  /** A candidate that cannot be used. */
  private static final class Unfit extends Exception {
    private static final long serialVersionUID = 1L;

    Unfit(String why) {
      super(why);
    }
  }

  /**
   * Opens the engine that was asked for, or the best one.
   *
   * @param networkThreads threads inside the network, for ONNX Runtime
   * @throws BadBundleException if the bundle fails its self-test with the reference engine
   * @throws StartFailedException if the configured engine cannot be used
   */
  public Chosen open(ModelBundle bundle, ScoringEngine wanted, int networkThreads)
      throws BadBundleException, StartFailedException {
    ResidualScorer reference =
        BundleOpener.reference(
            bundle, network -> opener.open(network, ScoringEngine.ONNXRUNTIME, networkThreads));
    boolean kept = false;
    try {
      SelfTest.check(bundle, reference);
      if (wanted == ScoringEngine.ONNXRUNTIME) {
        kept = true;
        return new Chosen(reference, wanted, "configured by " + PROPERTY);
      }
      if (wanted == ScoringEngine.AUTO) {
        Chosen chosen = best(bundle, reference);
        kept = chosen.scorer() == reference;
        return chosen;
      }
      try {
        return candidate(bundle, wanted, reference);
      } catch (Unfit e) {
        throw new StartFailedException(
            "%s is %s, but %s; set it to auto or onnxruntime"
                .formatted(PROPERTY, wanted.label(), e.getMessage()),
            e);
      }
    } finally {
      if (!kept) {
        reference.close();
      }
    }
  }

  /** The first engine that is fit: CUDA, oneDNN in bfloat16 on AMX, the reference. */
  private Chosen best(ModelBundle bundle, ResidualScorer reference) throws BadBundleException {
    List<String> reasons = new ArrayList<>();
    for (ScoringEngine engine :
        cudaInBuild
            ? List.of(ScoringEngine.CUDA, ScoringEngine.ONEDNN)
            : List.of(ScoringEngine.ONEDNN)) {
      try {
        if (engine == ScoringEngine.ONEDNN && !cpu.amxBf16()) {
          throw new Unfit("this processor has no AMX (flags amx_tile and amx_bf16)");
        }
        Chosen chosen = candidate(bundle, engine, reference);
        reasons.add(chosen.why());
        return new Chosen(chosen.scorer(), engine, String.join("; ", reasons));
      } catch (Unfit e) {
        reasons.add(String.valueOf(e.getMessage()));
      }
    }
    return new Chosen(reference, ScoringEngine.ONNXRUNTIME, String.join("; ", reasons));
  }

  private Chosen candidate(ModelBundle bundle, ScoringEngine engine, ResidualScorer reference)
      throws Unfit, BadBundleException {
    if (engine == ScoringEngine.ONEDNN && !cpu.bf16()) {
      throw new Unfit("this processor has no bfloat16 (flag avx512_bf16 or amx_bf16)");
    }
    ResidualScorer scorer;
    try {
      scorer = BundleOpener.scorer(bundle, network -> opener.open(network, engine, 1));
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new Unfit(String.valueOf(e.getMessage()));
    }
    boolean kept = false;
    try {
      EngineDeviation deviation = SelfTest.compare(bundle, reference, scorer);
      boolean agrees =
          engine == ScoringEngine.ONEDNN
              ? deviation.withinBounds()
              : deviation.latents() <= SelfTest.TOLERANCE
                  && deviation.reconstruction() <= SelfTest.TOLERANCE;
      if (!agrees) {
        throw new Unfit("%s disagrees with ONNX Runtime: %s".formatted(library(engine), deviation));
      }
      kept = true;
      return new Chosen(
          scorer, engine, "%s agrees with ONNX Runtime: %s".formatted(library(engine), deviation));
    } catch (IllegalStateException e) {
      throw new Unfit(String.valueOf(e.getMessage()));
    } finally {
      if (!kept) {
        scorer.close();
      }
    }
  }

  private static String library(ScoringEngine engine) {
    return engine == ScoringEngine.CUDA ? "CUDA" : "oneDNN " + OneDnn.version();
  }

  /**
   * Opens the network of a bundle with a given engine, without a self-test.
   *
   * @param engine one engine, not {@link ScoringEngine#AUTO}
   * @param networkThreads threads inside the network, at least 1, for ONNX Runtime
   * @return owns native memory
   * @throws BadBundleException if the bundle's network does not fit its images and latents
   * @throws IllegalStateException if the engine's library or GPU is missing
   * @throws IllegalArgumentException if this machine cannot run the network with this engine
   */
  public static ResidualScorer scorer(ModelBundle bundle, ScoringEngine engine, int networkThreads)
      throws BadBundleException {
    return engine == ScoringEngine.ONNXRUNTIME
        ? BundleOpener.scorer(bundle, networkThreads)
        : BundleOpener.scorer(bundle, network -> engine(network, engine, networkThreads));
  }

  /** The engine of {@link #scorer}. */
  static NetworkEngine engine(NetworkPlan network, ScoringEngine engine, int networkThreads) {
    return switch (engine) {
      case ONNXRUNTIME -> new OnnxEngine(network, networkThreads);
      case ONEDNN -> new OneDnnEngine(network, Precision.BF16);
      case ONEDNN_FP32 -> new OneDnnEngine(network, Precision.FP32);
      case CUDA -> new OnnxEngine(network, networkThreads, Device.CUDA);
      case AUTO -> throw new IllegalArgumentException("auto is not one engine");
    };
  }
}
