package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.app.kafka.EmbeddedKafka;
import dev.residua.app.model.Models;
import dev.residua.model.ModelBundle;
import dev.residua.testing.Service;
import dev.residua.testing.Service.Result;
import dev.residua.testing.TestBroker;
import dev.residua.wire.Topics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages to a user if the product cannot start. */
@Tag("slow")
class StartFailuresIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void shouldNameADamagedBundle() throws IOException {
    // Given
    byte[] bytes = defaultBundle();
    bytes[bytes.length / 2] ^= 1;
    Path model = Files.write(directory.resolve("damaged.residua"), bytes);

    // When
    Result result = serve("--model", model.toString());

    // Then
    assertOneMessage(result, "damaged.residua");
    assertThat(result.err()).containsAnyOf("is damaged", "SHA-256");
  }

  @Test
  void shouldNameAFileThatIsNoBundle() throws IOException {
    Path model = Files.writeString(directory.resolve("notes.txt"), "not a model");
    assertOneMessage(serve("--model", model.toString()), "notes.txt is not a model bundle");
  }

  @Test
  void shouldNameTheVersionOfABundleThatIsTooNew() throws IOException {
    // Given
    Path model = directory.resolve("next.residua");
    Files.write(model, withFormatVersion(defaultBundle(), ModelBundle.FORMAT_VERSION + 1));

    // When
    Result result = serve("--model", model.toString());

    // Then
    assertOneMessage(
        result,
        "next.residua has format version %d, this version of Residua reads %d"
            .formatted(ModelBundle.FORMAT_VERSION + 1, ModelBundle.FORMAT_VERSION));
  }

  @Test
  void shouldShowTheStackTraceOnlyWhenAsked() {
    // Given
    String missing = directory.resolve("missing.residua").toString();

    // When
    Result plain = serve("--model", missing);
    Result traced = serve("--model", missing, "--stacktrace");

    // Then
    assertOneMessage(plain, "missing.residua does not exist");
    assertThat(traced.exitCode()).isNotZero();
    assertThat(traced.err()).contains("missing.residua does not exist").contains("\tat ");
  }

  @Test
  void shouldNameMissingTopics() throws Exception {
    try (TestBroker kafka = TestBroker.start()) {
      // When
      Result result = serve("--bootstrap", kafka.bootstrapServers());

      // Then
      assertFailed(result);
      assertThat(result.err().lines())
          .hasSize(new Topics(Topics.DEFAULT_PREFIX).all().size())
          .allMatch(line -> line.startsWith("residua: topic residua."))
          .allMatch(line -> line.contains("does not exist"))
          .allMatch(line -> line.contains("residua topics create --bootstrap"));
    }
  }

  @Test
  void shouldNameABrokerThatDoesNotAnswer() {
    assertOneMessage(serve("--bootstrap", "localhost:1"), "no Kafka broker answers at localhost:1");
  }

  @Test
  void shouldNameABrokerAddressThatCannotBe() {
    assertOneMessage(serve("--bootstrap", "localhost"), "localhost");
  }

  @Test
  void shouldNameAnHttpPortThatIsInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      // When
      Result result =
          serveOn(taken.getLocalPort(), "--data-dir", directory.resolve("data").toString());

      // Then
      assertOneMessage(result, "port %d is in use".formatted(taken.getLocalPort()), "--http-port");
    }
  }

  @Test
  void shouldNameADataDirectoryThatCannotBeWritten() throws IOException {
    // Given
    Path file = Files.createFile(directory.resolve("file"));
    for (Path unwritable : List.of(file, file.resolve("below"), Path.of("/proc/residua"))) {
      // When
      Result result = serveOn(Service.freePort(), "--data-dir", unwritable.toString());

      // Then
      assertOneMessage(result, unwritable.toString(), "--data-dir");
    }
  }

  @Test
  void shouldNameAnotherProcessThatUsesTheDataDirectory() throws Exception {
    Path data = directory.resolve("shared");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(data, 0, Topics.MAX_RECORD_BYTES)) {
      assertOneMessage(
          serveOn(Service.freePort(), "--data-dir", data.toString()),
          "another process uses the data directory " + data,
          "--data-dir");
    }
  }

  @Test
  void shouldNameARoleThatDoesNotExist() {
    assertOneMessage(serve("--roles", "score,paint"), "paint");
  }

  private Result serve(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--data-dir", directory.resolve("data").toString()));
    return serveOn(Service.freePort(), all.toArray(String[]::new));
  }

  private Result serveOn(int httpPort, String... options) {
    List<String> arguments = new ArrayList<>(List.of("serve", "--kafka-port", "0"));
    arguments.addAll(List.of("--http-port", Integer.toString(httpPort)));
    arguments.addAll(List.of(options));
    return Service.run(directory, LIMIT, arguments);
  }

  private static void assertOneMessage(Result result, String... parts) {
    assertFailed(result);
    assertThat(result.problems()).as("lines of:\n" + result.err()).hasSize(1);
    assertThat(result.err()).startsWith("residua: ").contains(parts);
  }

  private static void assertFailed(Result result) {
    assertThat(result.exitCode()).as("exit code with:\n" + result.err()).isNotZero();
    assertThat(result.err()).doesNotContain("\tat ");
    assertThat(result.out()).isEmpty();
  }

  private static byte[] defaultBundle() throws IOException {
    try (InputStream in = StartFailuresIT.class.getResourceAsStream(Models.DEFAULT)) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  private static byte[] withFormatVersion(byte[] bundle, int version) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(bundle));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        if (entry.getName().equals(ModelBundle.MANIFEST)) {
          ObjectNode manifest = (ObjectNode) json.readTree(content);
          content = json.writeValueAsBytes(manifest.put("formatVersion", version));
        }
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(content);
      }
    }
    return bytes.toByteArray();
  }
}
