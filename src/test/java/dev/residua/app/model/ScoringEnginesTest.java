package dev.residua.app.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.process.ScoringEngine;
import dev.residua.app.process.StartFailedException;
import dev.residua.causal.FrameScorer;
import dev.residua.model.EngineDeviation;
import dev.residua.model.ModelBundle;
import dev.residua.model.SelfTest;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ScoringEnginesTest {
  private static final CpuFeatures PLAIN = new CpuFeatures(Set.of("avx2"));
  private static final CpuFeatures BF16 = new CpuFeatures(Set.of("avx2", "avx512_bf16"));
  private static final CpuFeatures AMX = new CpuFeatures(Set.of("amx_tile", "amx_bf16"));

  private static ModelBundle bundle;

  @BeforeAll
  static void readTheShippedModel() throws Exception {
    bundle = Models.read(Optional.empty());
  }

  @Test
  void shouldTakeOnnxRuntimeWhereThereIsNoAmx() throws Exception {
    // Given bfloat16 but no AMX
    // When
    ScoringEngines.Chosen chosen = new ScoringEngines(BF16).open(bundle, ScoringEngine.AUTO, 1);
    // Then
    try (FrameScorer scorer = chosen.scorer()) {
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
    ScoringEngines.Chosen chosen = new ScoringEngines(AMX).open(bundle, ScoringEngine.AUTO, 1);
    // Then
    try (FrameScorer scorer = chosen.scorer()) {
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
    ScoringEngines engines = new ScoringEngines(PLAIN);
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
    ScoringEngines.Chosen chosen = new ScoringEngines(BF16).open(bundle, ScoringEngine.ONEDNN, 1);
    // Then
    try (FrameScorer scorer = chosen.scorer();
        FrameScorer reference = Models.scorer(bundle, 1)) {
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
    ScoringEngines.Chosen chosen =
        new ScoringEngines(PLAIN).open(bundle, ScoringEngine.ONEDNN_FP32, 1);
    // Then
    try (FrameScorer scorer = chosen.scorer()) {
      assertThat(chosen.engine().label()).isEqualTo("onednn-fp32");
      SelfTest.check(bundle, scorer);
    }
  }

  private static void needsBfloat16() {
    assumeTrue(
        CpuFeatures.ofThisMachine().bf16(), "this processor has neither avx512_bf16 nor AMX");
  }
}
