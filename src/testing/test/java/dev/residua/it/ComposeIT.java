package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.residua.testing.ContainerEngine;
import dev.residua.testing.Service;
import dev.residua.testing.Waits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;

/**
 * Starts the services of {@code docker-compose.yml} whose images can be made without a registry:
 * Kafka, scoring, monitor, page and camera.
 */
@Tag("slow")
class ComposeIT {
  private static @Nullable String problem() throws Exception {
    String engine = ContainerEngine.problem();
    if (engine != null) {
      return engine;
    }
    try {
      if (new ProcessBuilder("docker", "compose", "version").start().waitFor() != 0) {
        return "docker has no plugin compose; install it with: apt-get install docker-compose";
      }
    } catch (IOException e) {
      return "there is no docker command";
    }
    for (String image :
        List.of(
            System.getProperty("residua.image", "residua/residua:latest"),
            ContainerEngine.kafka().getDockerImageName())) {
      try {
        DockerClientFactory.instance().client().inspectImageCmd(image).exec();
      } catch (NotFoundException e) {
        return "the engine has no image " + image;
      }
    }
    return null;
  }

  @Test
  void shouldScoreFramesOfTheCameraWithOneCommand() throws Exception {
    // Given
    String problem = problem();
    if (problem != null) {
      System.out.println("skipped: ComposeIT, as " + problem);
    }
    assumeTrue(problem == null, problem);
    ProcessBuilder command =
        new ProcessBuilder("deploy/compose-up", "--check").redirectErrorStream(true);
    command
        .environment()
        .putAll(
            java.util.Map.of(
                "COMPOSE_PROJECT_NAME", "residua-it",
                "RESIDUA_IMAGE", System.getProperty("residua.image", "residua/residua:latest"),
                "RESIDUA_PORT", Integer.toString(Service.freePort()),
                "KAFKA_PORT", Integer.toString(Service.freePort())));

    // When
    Process process = command.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    // Then
    assertThat(process.waitFor(Waits.seconds(10), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("more than a hundred frames scored");
    System.out.println(said.lines().filter(line -> line.startsWith("compose-up: ")).toList());
  }
}
