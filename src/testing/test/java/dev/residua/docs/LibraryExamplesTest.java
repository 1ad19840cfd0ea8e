package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.model.Models;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.model.ModelBundle;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.Waits;
import java.io.File;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs the examples that use core and model as a library, without other modules. */
class LibraryExamplesTest {
  private static final Path MODEL = Path.of("src/app/main/resources/models/pendulum.residua");
  private static final Pattern OTHER_MODULES =
      Pattern.compile(
          ".*residua-(training|trainer|service|app|bench|testing).*|.*\\.\\./target/.*");
  private static final int USUAL = 20;
  private static final int DARK = 60;

  @TempDir Path directory;

  /** The class path without the modules above src/model. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !OTHER_MODULES.matcher(entry).matches())
        .filter(
            entry ->
                !Files.isDirectory(Path.of(entry))
                    || entry.contains("src/core/")
                    || entry.contains("src/model/"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void compile(String program) {
    StringWriter messages = new StringWriter();
    var compiler = ToolProvider.getSystemJavaCompiler();
    var files = compiler.getStandardFileManager(null, null, null);
    boolean compiled =
        compiler
            .getTask(
                messages,
                files,
                null,
                List.of("-proc:none", "-d", directory.toString(), "-cp", classPath()),
                null,
                files.getJavaFileObjects("src/examples/java/" + program + ".java"))
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
  }

  /** Usual frames, and then black ones, as PNG files. */
  private static List<byte[]> pictures() throws Exception {
    ImageShape shape = Models.read(Optional.empty()).manifest().image();
    ScenarioStream stream = new ScenarioStream(Scenario.shipped("demo"), shape);
    List<byte[]> pictures = new ArrayList<>();
    byte[] pixels = new byte[shape.size()];
    for (int i = 0; i < USUAL; i++) {
      stream.next(pixels, 0);
      pictures.add(PictureFiles.picture(pixels, shape));
    }
    for (int i = 0; i < DARK; i++) {
      pictures.add(PictureFiles.picture(new byte[shape.size()], shape));
    }
    return pictures;
  }

  @Test
  void shouldWatchAFolder() throws Exception {
    // Given
    compile("WatchFolder");
    Path folder = Files.createDirectory(directory.resolve("pictures"));
    List<byte[]> pictures = pictures();
    for (int i = 0; i < pictures.size(); i++) {
      Files.write(folder.resolve("%03d.png".formatted(i)), pictures.get(i));
    }
    Path output = directory.resolve("output.txt");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    // When
    Process process =
        new ProcessBuilder(
                java,
                "-cp",
                directory + File.pathSeparator + classPath(),
                "WatchFolder",
                MODEL.toString(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(Waits.seconds(240), TimeUnit.SECONDS);
    process.destroyForcibly();
    // Then
    String printed = Files.readString(output);
    assertThat(ended).as(printed).isTrue();
    assertThat(process.exitValue()).as(printed).isZero();
    assertThat(printed.lines().filter(line -> line.contains(" p = "))).hasSize(USUAL + DARK);
    assertThat(printed).contains("000.png p = ").contains("Camera picture is dark");
  }

  @Test
  void shouldMonitorAStream() throws Exception {
    // Given
    compile("MonitorStream");
    List<byte[]> pictures = pictures();
    Properties settings = new Properties();
    settings.put("application.id", "example");
    settings.put("bootstrap.servers", "unused:9092");
    settings.put("state.dir", directory.resolve("state").toString());
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, LibraryExamplesTest.class.getClassLoader())) {
      Method topology =
          loader
              .loadClass("MonitorStream")
              .getDeclaredMethod("topology", ModelBundle.class, String.class, String.class);
      topology.setAccessible(true);
      ModelBundle bundle = ModelBundle.read(MODEL);
      try (TopologyTestDriver driver =
          new TopologyTestDriver(
              (Topology) topology.invoke(null, bundle, "pictures", "incidents"), settings)) {
        TestInputTopic<String, byte[]> frames =
            driver.createInputTopic(
                "pictures",
                new StringSerializer(),
                new ByteArraySerializer(),
                Instant.parse("2026-01-01T00:00:00Z"),
                Duration.ofMillis(50));
        // When
        frames.pipeInput("cam1", new byte[] {1, 2, 3});
        pictures.forEach(picture -> frames.pipeInput("cam1", picture));
        // Then
        List<String> lines =
            driver
                .createOutputTopic("incidents", new StringDeserializer(), new StringDeserializer())
                .readValuesToList();
        assertThat(lines).anyMatch(line -> line.contains("Camera picture is dark"));
      }
    }
  }

  @Test
  void shouldJoinTheNewestStatesOfSources() throws Exception {
    // Given
    compile("JoinStates");
    Properties settings = new Properties();
    settings.put("application.id", "example");
    settings.put("bootstrap.servers", "unused:9092");
    settings.put("state.dir", directory.resolve("state").toString());
    byte[] state =
        Files.readAllBytes(Path.of("src/testing/test/resources/golden/SourceState-v1.bin"));
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()}, LibraryExamplesTest.class.getClassLoader())) {
      Method topology =
          loader.loadClass("JoinStates").getDeclaredMethod("topology", String.class, String.class);
      topology.setAccessible(true);
      try (TopologyTestDriver driver =
          new TopologyTestDriver((Topology) topology.invoke(null, "parts", "joined"), settings)) {
        TestInputTopic<String, byte[]> states =
            driver.createInputTopic(
                "residua.source-states", new StringSerializer(), new ByteArraySerializer());
        TestInputTopic<String, String> parts =
            driver.createInputTopic("parts", new StringSerializer(), new StringSerializer());
        // When
        parts.pipeInput("cam1", "part 1");
        states.pipeInput("cam1", state);
        parts.pipeInput("cam1", "part 2");
        states.pipeInput("cam1", (byte[]) null);
        parts.pipeInput("cam1", "part 3");
        // Then
        List<String> lines =
            driver
                .createOutputTopic("joined", new StringDeserializer(), new StringDeserializer())
                .readValuesToList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).isEqualTo("part 1: not monitored");
        assertThat(lines.get(1))
            .startsWith("part 2: ARMED ")
            .contains("\"shadow length\"", "Shadow length is 4.2 sd too large");
        assertThat(lines.get(2)).isEqualTo("part 3: not monitored");
      }
    }
  }
}
