package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.nd4j.nativeblas.NativeOpsHolder;

class Nd4jBackendsTest {
  @TempDir Path dir;

  /** A class path as with both backends: the service file is the one of nd4j-cuda. */
  private ClassLoader withCuda() throws IOException {
    Path services = Files.createDirectories(dir.resolve("META-INF/services"));
    Files.writeString(
        services.resolve("org.nd4j.linalg.factory.Nd4jBackend"),
        "# licence\norg.nd4j.linalg.jcublas.JCublasBackend\n");
    return new URLClassLoader(
        new URL[] {dir.toUri().toURL()}, Nd4jBackendsTest.class.getClassLoader());
  }

  private static List<String> backends(ClassLoader loader) {
    return ServiceLoader.load(Nd4jBackend.class, loader).stream()
        .map(provider -> provider.type().getName())
        .distinct()
        .toList();
  }

  @Test
  void shouldHideTheCudaBackendAndNothingElse() throws IOException {
    // Given
    ClassLoader both = withCuda();
    assertThatThrownBy(() -> backends(both))
        .isInstanceOf(ServiceConfigurationError.class)
        .hasMessageContaining("JCublasBackend");

    // When
    ClassLoader without = new Nd4jBackends.WithoutCuda(both);

    // Then
    assertThat(backends(without)).containsExactly("org.nd4j.linalg.cpu.nativecpu.CpuBackend");
    assertThat(Collections.list(without.getResources("nd4j-native.properties")))
        .isEqualTo(Collections.list(both.getResources("nd4j-native.properties")))
        .isNotEmpty();
  }

  /** The build runs tests with {@code OMP_NUM_THREADS=1}. */
  @Test
  void shouldGiveTheEngineTheThreadsThatATrainingAsksFor() throws InterruptedException {
    // Given
    int[] threads = new int[2];
    Thread training =
        new Thread(
            () -> {
              // When
              Nd4jBackends.useThreads(3);
              threads[0] = NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
              Nd4jBackends.useThreads(1);
              threads[1] = NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
            });
    training.start();
    training.join();
    // Then
    assertThat(threads).containsExactly(3, 1);
  }
}
