package dev.residua.app.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.process.ScoringEngine;
import dev.residua.app.process.StartFailedException;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.EngineDeviation;
import dev.residua.model.ModelBundle;
import dev.residua.model.SelfTest;
import dev.residua.onnx.Device;
import dev.residua.runtime.BundleOpener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ScoringEnginesTest {
  private static final CpuFeatures PLAIN = new CpuFeatures(Set.of("avx2"));
  private static final CpuFeatures BF16 = new CpuFeatures(Set.of("avx2", "avx512_bf16"));
  private static final CpuFeatures AMX = new CpuFeatures(Set.of("amx_tile", "amx_bf16"));

  private static ModelBundle bundle;

  private static ScoringEngines withoutGpu(CpuFeatures cpu) {
    return new ScoringEngines(cpu, false, ScoringEngines::engine);
  }

  @BeforeAll
  static void readTheShippedModel() throws Exception {
    bundle = Models.read(Optional.empty());
  }

  @Test
  void shouldTakeOnnxRuntimeWhereThereIsNoAmx() throws Exception {
    // Given bfloat16 but no AMX
    // When
    ScoringEngines.Chosen chosen = withoutGpu(BF16).open(bundle, ScoringEngine.AUTO, 1);
    // Then
    try (ResidualScorer scorer = chosen.scorer()) {
      assertThat(chosen.engine()).isEqualTo(ScoringEngine.ONNXRUNTIME);
      assertThat(chosen.why()).isEqualTo("this processor has no AMX (flags amx_tile and amx_bf16)");
      SelfTest.check(bundle, scorer);
    }
  }

  @Test
  void shouldTakeOneDnnOnAmxWhereItAgrees() throws Exception {
    // Given a processor that says it has AMX
    needsBfloat16();
    // When
    ScoringEngines.Chosen chosen = withoutGpu(AMX).open(bundle, ScoringEngine.AUTO, 1);
    // Then
    try (ResidualScorer scorer = chosen.scorer()) {
      assertThat(chosen.engine()).isEqualTo(ScoringEngine.ONEDNN);
      assertThat(chosen.why())
          .startsWith("oneDNN 3.")
          .contains("agrees with ONNX Runtime: on 8 frames latents and residuals differ by");
      assertThat(scorer.latents()).isEqualTo(4);
    }
  }

  @Test
  void shouldRefuseToInsistOnBfloat16WhereThereIsNone() {
    // Given
    ScoringEngines engines = withoutGpu(PLAIN);
    // When
    // Then
    assertThatThrownBy(() -> engines.open(bundle, ScoringEngine.ONEDNN, 1))
        .isInstanceOf(StartFailedException.class)
        .hasMessage(
            "residua.scoring.engine is onednn, but this processor has no bfloat16 (flag avx512_bf16 or amx_bf16); set it to auto or onnxruntime");
  }

  @Test
  void shouldRunInBfloat16WithoutAmxIfToldTo() throws Exception {
    // Given
    needsBfloat16();
    // When
    ScoringEngines.Chosen chosen = withoutGpu(BF16).open(bundle, ScoringEngine.ONEDNN, 1);
    // Then
    try (ResidualScorer scorer = chosen.scorer();
        ResidualScorer reference = BundleOpener.scorer(bundle, 1)) {
      assertThat(chosen.engine()).isEqualTo(ScoringEngine.ONEDNN);
      EngineDeviation deviation = SelfTest.compare(bundle, reference, scorer);
      assertThat(deviation.withinBounds()).isTrue();
      assertThat(deviation.latents()).isGreaterThan(1e-5); // it is another engine
    }
  }

  @Test
  void shouldPassTheBundlesOwnSelfTestInSinglePrecision() throws Exception {
    // Given
    // When
    ScoringEngines.Chosen chosen = withoutGpu(PLAIN).open(bundle, ScoringEngine.ONEDNN_FP32, 1);
    // Then
    try (ResidualScorer scorer = chosen.scorer()) {
      assertThat(chosen.engine().label()).isEqualTo("onednn-fp32");
      SelfTest.check(bundle, scorer);
    }
  }

  /** Engines of a build for GPUs, with a replacement for the one that needs a GPU. */
  private static ScoringEngines withGpu(ScoringEngines.Opener cuda) {
    return new ScoringEngines(
        PLAIN,
        true,
        (network, engine, threads) ->
            engine == ScoringEngine.CUDA
                ? cuda.open(network, engine, threads)
                : ScoringEngines.engine(network, engine, threads));
  }

  @Test
  void shouldPreferAGpuThatAgrees() throws Exception {
    // Given a GPU that computes as the processor does
    ScoringEngines engines =
        withGpu(
            (network, engine, threads) ->
                ScoringEngines.engine(network, ScoringEngine.ONNXRUNTIME, threads));
    // When
    ScoringEngines.Chosen chosen = engines.open(bundle, ScoringEngine.AUTO, 1);
    // Then
    try (ResidualScorer scorer = chosen.scorer()) {
      assertThat(chosen.engine()).isEqualTo(ScoringEngine.CUDA);
      assertThat(chosen.why())
          .startsWith("CUDA agrees with ONNX Runtime: on 8 frames latents and residuals differ by");
      SelfTest.check(bundle, scorer);
    }
  }

  @Test
  void shouldScoreOnTheProcessorWhereTheGpuCannotBeUsed() throws Exception {
    // Given
    ScoringEngines engines =
        withGpu(
            (network, engine, threads) -> {
              throw new IllegalStateException("no GPU is there");
            });
    // When
    ScoringEngines.Chosen chosen = engines.open(bundle, ScoringEngine.AUTO, 1);
    // Then
    try (ResidualScorer scorer = chosen.scorer()) {
      assertThat(chosen.engine()).isEqualTo(ScoringEngine.ONNXRUNTIME);
      assertThat(chosen.why())
          .isEqualTo("no GPU is there; this processor has no AMX (flags amx_tile and amx_bf16)");
      SelfTest.check(bundle, scorer);
    }
    assertThatThrownBy(() -> engines.open(bundle, ScoringEngine.CUDA, 1))
        .isInstanceOf(StartFailedException.class)
        .hasMessage(
            "residua.scoring.engine is cuda, but no GPU is there; set it to auto or onnxruntime");
  }

  @Test
  void shouldRefuseAGpuWithTheRoundingOfBfloat16() throws Exception {
    // Given deviations within the bounds of bfloat16, but not of single precision
    Shifted shifted =
        new Shifted(ScoringEngines.engine(bundle.network(), ScoringEngine.ONNXRUNTIME, 1), 0.004f);
    // When
    ScoringEngines.Chosen chosen =
        withGpu((network, engine, threads) -> shifted).open(bundle, ScoringEngine.AUTO, 1);
    // Then
    try (ResidualScorer scorer = chosen.scorer()) {
      assertThat(chosen.engine()).isEqualTo(ScoringEngine.ONNXRUNTIME);
      assertThat(chosen.why())
          .startsWith("CUDA disagrees with ONNX Runtime: on 8 frames")
          .contains("4.7e-03 standard deviations");
      assertThat(shifted.closed).isTrue();
      SelfTest.check(bundle, scorer);
    }
  }

  @Test
  void shouldTryNoGpuInABuildWithoutIt() throws Exception {
    // Given
    ScoringEngines engines =
        new ScoringEngines(
            PLAIN,
            false,
            (network, engine, threads) -> {
              assertThat(engine).isEqualTo(ScoringEngine.ONNXRUNTIME);
              return ScoringEngines.engine(network, engine, threads);
            });
    // When
    ScoringEngines.Chosen chosen = engines.open(bundle, ScoringEngine.AUTO, 1);
    // Then
    chosen.scorer().close();
    assertThat(chosen.why()).doesNotContainIgnoringCase("cuda").doesNotContain("GPU");
  }

  @Test
  void shouldSayHowToBuildForAGpu() {
    assumeFalse(Device.CUDA.isInBuild());
    assertThatThrownBy(() -> ScoringEngines.ofThisMachine().open(bundle, ScoringEngine.CUDA, 1))
        .isInstanceOf(StartFailedException.class)
        .hasMessage(
            "residua.scoring.engine is cuda, but this build has no CUDA provider: build it with ./mvnw -Pgpu package; set it to auto or onnxruntime");
  }

  /** Only in a build with the profile gpu: with the GPU where there is one. */
  @Test
  void shouldScoreOnAGpuOrSayWhatIsMissing() throws Exception {
    assumeTrue(Device.CUDA.isInBuild());
    if (Files.exists(Path.of("/dev/nvidia0"))) {
      ScoringEngines.Chosen chosen =
          ScoringEngines.ofThisMachine().open(bundle, ScoringEngine.CUDA, 1);
      try (ResidualScorer scorer = chosen.scorer()) {
        SelfTest.check(bundle, scorer);
        assertThat(scorer.batchFrames()).isEqualTo(1024);
      }
    } else {
      assertThatThrownBy(() -> ScoringEngines.ofThisMachine().open(bundle, ScoringEngine.CUDA, 1))
          .isInstanceOf(StartFailedException.class)
          .hasMessageStartingWith(
              "residua.scoring.engine is cuda, but the GPU cannot be used, which needs")
          .hasMessageContaining(".so.")
          .hasMessageEndingWith("; set it to auto or onnxruntime");
    }
  }

  /** Adds a number to every code. */
  private static final class Shifted implements NetworkEngine {
    private final NetworkEngine engine;
    private final float by;
    private boolean closed;

    Shifted(NetworkEngine engine, float by) {
      this.engine = engine;
      this.by = by;
    }

    @Override
    public ImageShape imageShape() {
      return engine.imageShape();
    }

    @Override
    public int columns() {
      return engine.columns();
    }

    @Override
    public float[] encode(byte[] pixels, int frames, List<PixelMask> masks) {
      return shifted(engine.encode(pixels, frames, masks), by);
    }

    private static float[] shifted(float[] values, float by) {
      float[] sums = values.clone();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += by;
      }
      return sums;
    }

    @Override
    public float[] reconstructionErrors(
        byte[] pixels, int frames, float[] codes, List<PixelMask> masks) {
      return engine.reconstructionErrors(pixels, frames, shifted(codes, -by), masks);
    }

    @Override
    public void close() {
      closed = true;
      engine.close();
    }
  }

  private static void needsBfloat16() {
    assumeTrue(
        CpuFeatures.ofThisMachine().bf16(), "this processor has neither avx512_bf16 nor AMX");
  }
}
