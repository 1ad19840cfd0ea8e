package dev.residua.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.process.LocalToken;
import dev.residua.dashboard.RuleViews.RulesView;
import dev.residua.testing.StubService;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceOptionsTest {
  @TempDir Path folder;

  private ServiceOptions options(String... settings) throws IOException {
    Path file = folder.resolve("application.properties");
    Files.writeString(file, String.join("\n", settings));
    return new ServiceOptions(new InstallationSettings(file));
  }

  /** Returns the header with the token that a request has. */
  private static @Nullable String authorization(ServiceOptions options, StubService service) {
    service.json("GET /rules", "{\"rules\": []}");
    options.client().get("/rules", RulesView.class);
    return service.requests().get(service.requests().size() - 1).authorization();
  }

  @Test
  void shouldFindTheTokenOfAServiceOnThisMachine() throws Exception {
    // Given
    Path demo = Files.createDirectories(folder.resolve("data").resolve("demo"));
    String data = "residua.data-dir=" + folder.resolve("data");
    try (StubService service = StubService.start()) {
      String token = LocalToken.create(demo, URI.create(service.address()).getPort());
      LocalToken.create(demo, 8080);
      ServiceOptions options = options(data);
      options.url = service.address();
      // When, Then
      assertThat(authorization(options, service)).isEqualTo("Bearer " + token);
      // When a token is given
      options = options(data, "residua.token=mine");
      options.url = service.address();
      // Then
      assertThat(authorization(options, service)).isEqualTo("Bearer mine");
      // When a file is given
      options.tokenFile = Files.writeString(folder.resolve("token"), "in a file\n");
      // Then
      assertThat(authorization(options, service)).isEqualTo("Bearer in a file");
    }
  }

  @Test
  void shouldAskTheServiceOfTheSettingsByDefault() throws IOException {
    // Given
    try (StubService service = StubService.start();
        StubService other = StubService.start()) {
      String port = "quarkus.http.port=" + URI.create(service.address()).getPort();
      String data = "residua.data-dir=" + folder.resolve("none");
      // When, Then
      assertThat(authorization(options(port, data), service)).isNull();
      assertThat(authorization(options(port, data, "residua.url=" + other.address() + "/"), other))
          .isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8080", "ftp://localhost", "http://", "no address", "http:/x"})
  void shouldRefuseWhatIsNotAnAddress(String text) throws IOException {
    // Given
    ServiceOptions options = options();
    options.url = text;
    // When, Then
    assertThatThrownBy(options::client)
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContainingAll("'" + text + "'", "such as http://localhost:8080");
  }

  @Test
  void shouldNameATokenFileThatDoesNotExist() throws IOException {
    // Given
    ServiceOptions options = options();
    options.tokenFile = folder.resolve("missing");
    // When, Then
    assertThatThrownBy(options::client).hasMessageContaining("missing does not exist");
  }
}
