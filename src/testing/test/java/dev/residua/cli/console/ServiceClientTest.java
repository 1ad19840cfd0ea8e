package dev.residua.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dashboard.RuleViews.RulesView;
import dev.residua.testing.StubService;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ServiceClientTest {
  private static final String RULES = "/api/sources/rules";

  private static ServiceClient client(String address, String token) {
    return new ServiceClient(
        URI.create(address), Optional.of(token).filter(text -> !text.isEmpty()));
  }

  @Test
  void shouldReadTheViewAndKeepItsJson() throws IOException {
    // Given
    try (StubService service = StubService.start()) {
      service.json(
          "GET " + RULES,
          """
          {"rules": [{"id": "line3", "revision": 2, "settings": {"match": "line3/*"}, "by": "ann",
           "changedAt": "2026-05-01T10:00:00Z", "later": 1}]}
          """);
      // When
      ServiceClient.Answer<RulesView> answer =
          client(service.address(), "secret").get(RULES, RulesView.class);
      // Then
      assertThat(answer.view().rules().get(0).settings()).containsEntry("match", "line3/*");
      assertThat(answer.json().at("/rules/0/later").asInt()).isEqualTo(1);
      assertThat(service.requests())
          .containsExactly(new StubService.Request("GET " + RULES, "Bearer secret", ""));
    }
  }

  @Test
  void shouldEncodePathsAndParameters() {
    assertThat(ServiceClient.path("/api", Map.of("q", "a b&c"), "x/y", "z"))
        .isEqualTo("/api/x%2Fy/z?q=a%20b%26c");
    assertThat(ServiceClient.path("/api", Map.of("q", ""))).isEqualTo("/api");
  }

  @ParameterizedTest
  @CsvSource({
    "400, the rule is wrong",
    "403, you have viewer",
    "404, there is no rule 'x'",
    "409, the proposal has changed",
    "503, no broker answers"
  })
  void shouldPrintTheSentenceOfARefusal(int status, String sentence) throws IOException {
    // Given
    try (StubService service = StubService.start()) {
      service.reply("DELETE " + RULES, status, "text/plain;charset=UTF-8", sentence + "\n");
      ServiceClient client = client(service.address(), "secret");
      // When, Then
      assertThatThrownBy(() -> client.send("DELETE", RULES, Map.of(), RulesView.class))
          .isInstanceOf(CommandFailedException.class)
          .hasMessage(sentence);
    }
  }

  @Test
  void shouldSayHowToGiveAToken() throws IOException {
    // Given
    try (StubService service = StubService.start()) {
      service.reply("GET " + RULES, 401, "text/plain", "this request needs a token");
      // When, Then
      assertThatThrownBy(() -> client(service.address(), "").get(RULES, RulesView.class))
          .hasMessageContainingAll(
              "this request needs a token", "no token was given", "--token-file", "local-token");
      assertThatThrownBy(() -> client(service.address(), "old").get(RULES, RulesView.class))
          .hasMessageContainingAll("this request needs a token", "RESIDUA_TOKEN")
          .hasMessageNotContaining("no token was given");
    }
  }

  @Test
  void shouldSayWhatToDoIfNoServiceAnswers() throws IOException {
    // Given
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    ServiceClient client = client("http://localhost:" + port, "");
    // When, Then
    assertThatThrownBy(() -> client.get(RULES, RulesView.class))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContainingAll(
            "no service answers at http://localhost:" + port, "residua serve", "--url");
    assertThatThrownBy(() -> client.copy(RULES, new StringWriter()))
        .hasMessageContaining("no service answers at http://localhost:" + port);
  }

  @Test
  void shouldEndIfTheServiceDoesNotAnswer() throws IOException {
    // Given
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      URI address = URI.create("http://localhost:" + silent.getLocalPort());
      ServiceClient client = new ServiceClient(address, Optional.empty(), Duration.ofMillis(200));
      // When, Then
      assertThatThrownBy(() -> client.get(RULES, RulesView.class))
          .isInstanceOf(CommandFailedException.class)
          .hasMessageContaining("did not answer within");
    }
  }

  @Test
  void shouldRefuseTheAnswersOfOtherPrograms() throws IOException {
    // Given
    try (StubService other = StubService.start()) {
      other.reply("GET /page", 404, "text/html", "<html>nothing \u001b[31m here</html>");
      other.reply("GET /text", 200, "text/html", "<html>hello</html>");
      other.json("GET /shape", "[1, 2]");
      ServiceClient client = client(other.address(), "");
      // When, Then
      assertThatThrownBy(() -> client.get("/page", RulesView.class))
          .hasMessageContainingAll("status 404", "is that the address of Residua?")
          .hasMessageNotContaining("html");
      assertThatThrownBy(() -> client.get("/text", RulesView.class))
          .isInstanceOf(CommandFailedException.class)
          .hasMessageContaining("is not that of this version of Residua");
      assertThatThrownBy(() -> client.get("/shape", RulesView.class))
          .isInstanceOf(CommandFailedException.class);
    }
  }

  @Test
  void shouldShowNoControlCharactersOfARefusal() throws IOException {
    // Given
    try (StubService service = StubService.start()) {
      service.reply("GET " + RULES, 400, "text/plain", "red \u001b[31m");
      // When, Then
      assertThatThrownBy(() -> client(service.address(), "t").get(RULES, RulesView.class))
          .hasMessage("red ?[31m");
    }
  }

  @Test
  void shouldNameTheAuthorOnlyIfTheTokenDoesNot() throws IOException {
    // Given
    String access =
        "{\"by\": %s, \"grants\": [], \"see\": true, \"change\": true, \"configure\": true, \"administer\": true}";
    AuthorOption author = new AuthorOption();
    try (StubService shared = StubService.start();
        StubService named = StubService.start()) {
      shared.json("GET /api/access", access.formatted("null"));
      named.json("GET /api/access", access.formatted("\"kim\""));
      // When, Then
      assertThat(client(shared.address(), "t").author(author)).contains(author.given());
      assertThat(client(named.address(), "t").author(author)).isEmpty();
    }
  }

  @Test
  void shouldCopyATextOfAnyLength() throws IOException {
    // Given
    String text = "a line\n".repeat(100_000);
    StringWriter copy = new StringWriter();
    try (StubService service = StubService.start()) {
      service.reply("GET /lines", 200, "application/x-ndjson", text);
      // When
      client(service.address(), "").copy("/lines", copy);
    }
    // Then
    assertThat(copy.toString()).isEqualTo(text);
  }
}
