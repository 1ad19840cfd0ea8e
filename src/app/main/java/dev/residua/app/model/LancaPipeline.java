package dev.residua.app.model;

import dev.residua.dl4j.LancaTrainer;
import dev.residua.drift.DriftSettings;
import dev.residua.onnx.OnnxEngine;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.training.TrainingPipeline;
import java.time.Clock;

/** The training of the product: the LANCA network, then calibration with the reference engine. */
public final class LancaPipeline {
  private LancaPipeline() {}

  /**
   * A pipeline with the system's clock.
   *
   * @param threads threads inside the reference engine, at least 1
   * @param codeVersion version of this product, for the provenance
   */
  public static TrainingPipeline of(int threads, String codeVersion, DriftSettings drift) {
    return new TrainingPipeline(
        new LancaTrainer(),
        network -> new OnnxEngine(network, threads),
        OnnxLatentDecoder::of,
        Clock.systemUTC(),
        codeVersion,
        drift);
  }
}
