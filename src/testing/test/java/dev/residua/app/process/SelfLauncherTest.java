package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SelfLauncherTest {
  @Test
  void shouldFindTheBuiltProductOfItsJar() {
    // When
    String folder = SelfLauncher.builtProduct("/opt/app/quarkus-run.jar").orElseThrow();
    // Then
    assertThat(folder).isEqualTo("/opt/app");
  }

  @Test
  void shouldFindTheBuiltProductOfAClassPath() {
    // When
    String folder =
        SelfLauncher.builtProduct(
                "/opt/app/quarkus/transformed-bytecode.jar:/opt/app/quarkus/generated-bytecode.jar:/opt/app/app/residua.jar")
            .orElseThrow();
    // Then
    assertThat(folder).isEqualTo("/opt/app");
  }

  @Test
  void shouldFindNoBuiltProductOfClasses() {
    assertThat(SelfLauncher.builtProduct("target/classes:lib/kafka-clients.jar")).isEmpty();
  }

  @Test
  void shouldPutTransformedClassesBeforeThoseTheyReplace() {
    // When
    List<String> folders = List.of(SelfLauncher.trainingClassPath("/opt/app").split(":"));
    // Then
    assertThat(folders).startsWith("/opt/app/quarkus/*", "/opt/app/app/*");
    assertThat(folders).contains("/opt/app/lib/training/*");
  }
}
