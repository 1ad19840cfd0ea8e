package dev.residua.bench.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.Residua;
import org.junit.jupiter.api.Test;

class BenchCommandsTest {
  @Test
  void shouldJoinTheCommandsOfTheProduct() {
    assertThat(Residua.commandLine().getSubcommands()).containsKeys("bench", "experiment", "serve");
  }
}
