package dev.residua.app.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuFeaturesTest {
  @Test
  void shouldFindAmx() {
    // Given
    String info =
        "processor\t: 0\nflags\t\t: fpu avx512_bf16 amx_bf16 amx_tile amx_int8\nbugs\t: none\n";
    // When
    CpuFeatures cpu = CpuFeatures.parse(info);
    // Then
    assertThat(cpu.amxBf16()).isTrue();
    assertThat(cpu.bf16()).isTrue();
  }

  @Test
  void shouldNotTakeTilesOfBytesForAmxInBfloat16() {
    // Given
    // When
    CpuFeatures cpu = CpuFeatures.parse("flags : fpu amx_tile amx_int8\n");
    // Then
    assertThat(cpu.amxBf16()).isFalse();
    assertThat(cpu.bf16()).isFalse();
  }

  @Test
  void shouldTellAvx512FromAmx() {
    // Given
    // When
    CpuFeatures cpu = CpuFeatures.parse("flags : avx512f avx512_bf16");
    // Then
    assertThat(cpu.bf16()).isTrue();
    assertThat(cpu.amxBf16()).isFalse();
  }

  @Test
  void shouldFindNothingWhereNothingIsSaid() {
    // Given
    // When
    // Then
    assertThat(CpuFeatures.parse("Features : asimd bf16\n").flags()).isEmpty();
    assertThat(CpuFeatures.parse("").flags()).isEmpty();
  }
}
