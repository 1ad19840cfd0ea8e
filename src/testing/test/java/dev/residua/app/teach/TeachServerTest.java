package dev.residua.app.teach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.access.AccessTokens;
import dev.residua.access.Grants;
import dev.residua.dataset.DatasetWriter;
import dev.residua.dataset.DatasetWriter.Description;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtAnswer.Answer;
import dev.residua.frame.ImageShape;
import dev.residua.testing.Await;
import dev.residua.training.TrainingFailedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class TeachServerTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int FRAMES = 200;
  private static final Instant NOW = Instant.parse("2026-05-04T09:00:00.5Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final Teaching.ModelTrainer REFUSES =
      (data, settings, progress) -> {
        throw new TrainingFailedException("no");
      };
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable Teaching teaching;

  @AfterEach
  void close() throws Exception {
    if (teaching != null) {
      teaching.close();
    }
  }

  private Path set(List<String> columns) throws IOException {
    Path dir = directory.resolve("set");
    ImageShape shape = new ImageShape(16, 16, 1);
    List<String> factors = columns.stream().filter(FrameDataset::isFactorColumn).toList();
    try (DatasetWriter writer =
        new DatasetWriter(
            dir, shape, columns, new Description("tank", factors, null, Map.of()), false, false)) {
      byte[] pixels = new byte[shape.size()];
      for (int i = 0; i < FRAMES; i++) {
        for (int p = 0; p < pixels.length; p++) {
          pixels[p] = (byte) (p / 16 < i % 16 ? 200 : i);
        }
        writer.write(pixels, 0, columns.stream().map(c -> (String) null).toList());
      }
      writer.finish();
    }
    return dir;
  }

  private Path start() throws Exception {
    Path dir = set(List.of());
    start(dir, REFUSES);
    return dir;
  }

  private void start(Path dir, Teaching.ModelTrainer trainer) throws Exception {
    start(dir, trainer, TeachAccess.OPEN);
  }

  private void start(Path dir, Teaching.ModelTrainer trainer, TeachAccess access) throws Exception {
    teaching =
        Teaching.start(
            dir,
            dir.resolve("taught.residua"),
            List.of(),
            trainer,
            1,
            InetAddress.getLoopbackAddress(),
            0,
            access,
            CLOCK);
  }

  private URI uri(String path) {
    return URI.create("http://localhost:" + teaching.port() + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder posting(String path, String body) {
    return HttpRequest.newBuilder(uri("/api/teach" + path))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(posting(path, body));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(uri("/api/teach" + path)));
  }

  private JsonNode json(HttpResponse<String> response) throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private void name(String factor) throws Exception {
    json(post("/factors", "{\"name\": \"%s\", \"who\": \"ann\"}".formatted(factor)));
  }

  /** The server ends half a request after a time, which it reads once per process. */
  @Test
  void shouldAnswerWhileSomebodySendsHalvesOfRequests() throws Exception {
    // Given
    start();
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < TeachServer.THREADS / 2; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), teaching.port());
        sockets.add(socket);
        socket
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: local".getBytes(StandardCharsets.US_ASCII));
      }
      // When
      HttpResponse<String> page = send(HttpRequest.newBuilder(uri("/")));
      // Then
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(System.getProperty("sun.net.httpserver.maxReqTime"))
          .isEqualTo("" + TeachServer.REQUEST_SECONDS);
      assertThat(System.getProperty("sun.net.httpserver.maxRspTime"))
          .isEqualTo("" + TeachServer.RESPONSE_SECONDS);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void shouldStoreWhatIsTaughtWhereATrainingReadsIt() throws Exception {
    // Given
    Path dir = start();
    name("level");
    JsonNode question = json(get("/question?factor=level&who=ann"));
    int a = question.get("a").asInt();
    int b = question.get("b").asInt();

    // When
    post(
        "/answers",
        "{\"factor\": \"level\", \"a\": %d, \"b\": %d, \"answer\": \"b\", \"who\": \"ann\"}"
            .formatted(a, b));
    post("/sorted", "{\"factor\": \"level\", \"frames\": [4, 9, 2], \"who\": \"bob\"}");
    post("/holds", "{\"factor\": \"level\", \"first\": 20, \"last\": 29, \"who\": \"bob\"}");
    post("/labels", "{\"factor\": \"level\", \"frame\": 7, \"value\": 12.5, \"who\": \"ann\"}");

    // Then
    FrameDataset stored = FrameDataset.open(dir);
    assertThat(stored.answers().get(0))
        .isEqualTo(new TaughtAnswer(a, b, "level", Answer.B, "ann", NOW.toString()));
    assertThat(stored.answers()).hasSize(4);
    assertThat(stored.holds())
        .singleElement()
        .satisfies(hold -> assertThat(hold.last()).isEqualTo(29));
    assertThat(stored.labels().value(7, "level")).isEqualTo(12.5);
    assertThat(stored.factors()).containsExactly("level");
    JsonNode state = json(get("?who=ann"));
    assertThat(state.get("answers").asInt()).isEqualTo(4);
    assertThat(state.get("revision").asLong()).isEqualTo(5);
    assertThat(state.get("undo").asText()).isEqualTo("level of frame 7");
    assertThat(json(get("?who=bob")).get("undo").asText())
        .isEqualTo("level held in frames 20 to 29");
  }

  @Test
  void shouldUndoLabelsToASetThatStillOpens() throws Exception {
    // Given
    Path dir = start();
    name("level");
    post("/labels", "{\"factor\": \"level\", \"frame\": 7, \"value\": 3, \"who\": \"ann\"}");

    // When
    JsonNode undone = json(post("/undo", "{\"who\": \"ann\"}"));

    // Then
    assertThat(undone.get("redo").asText()).isEqualTo("level of frame 7");
    FrameDataset stored = FrameDataset.open(dir);
    assertThat(stored.labels().has("level")).isFalse();
    assertThat(stored.factors()).isEmpty();
    assertThat(json(post("/redo", "{\"who\": \"ann\"}")).get("undo").asText())
        .isEqualTo("level of frame 7");
    assertThat(FrameDataset.open(dir).labels().value(7, "level")).isEqualTo(3);
    assertThat(post("/redo", "{\"who\": \"ann\"}").statusCode()).isEqualTo(409);
  }

  @Test
  void shouldKnowNamesAndRangesAfterARestart() throws Exception {
    // Given
    Path dir = start();
    post("/factors", "{\"name\": \"level\", \"low\": -5, \"high\": 5.5}");
    teaching.close();

    // When
    start(dir, REFUSES);

    // Then
    JsonNode factor = json(get("")).get("factors").get(0);
    assertThat(factor.get("name").asText()).isEqualTo("level");
    assertThat(factor.get("low").asDouble()).isEqualTo(-5);
    assertThat(factor.get("high").asDouble()).isEqualTo(5.5);
  }

  @Test
  void shouldKeepOtherColumnsAndFactorsOfTheSet() throws Exception {
    // Given
    Path dir = set(List.of("file", "angle"));
    start(dir, REFUSES);
    name("level");

    // When
    post("/labels", "{\"factor\": \"level\", \"frame\": 7, \"value\": 3}");

    // Then
    FrameDataset stored = FrameDataset.open(dir);
    assertThat(stored.labels().columns()).containsExactly("file", "angle", "level");
    assertThat(stored.factors()).contains("level");
  }

  @Test
  void shouldRefuseALabelWhoseValueSomebodyElseChanged() throws Exception {
    // Given
    start();
    name("level");
    String change = "{\"factor\": \"level\", \"frame\": 7, \"value\": %d, \"before\": null}";
    post("/labels", change.formatted(3));

    // When
    HttpResponse<String> second = post("/labels", change.formatted(4));

    // Then
    assertThat(second.statusCode()).isEqualTo(409);
    assertThat(second.body()).contains("was changed to 3.0");
    assertThat(json(get("/frames/7")).get("values").get("level").asDouble()).isEqualTo(3);
  }

  @Test
  void shouldNotOverwriteWhatAnotherProgramWrote() throws Exception {
    // Given
    Path dir = start();
    name("level");
    String edited = "frame_a,frame_b,factor,answer\n1,2,level,a\n3,4,level,b\n";
    Files.writeString(dir.resolve(TaughtAnswer.FILE), edited);

    // When
    HttpResponse<String> refused =
        post("/answers", "{\"factor\": \"level\", \"a\": 5, \"b\": 6, \"answer\": \"a\"}");

    // Then
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(Files.readString(dir.resolve(TaughtAnswer.FILE))).isEqualTo(edited);
    assertThat(json(get("")).get("answers").asInt()).isEqualTo(2);
    json(post("/answers", "{\"factor\": \"level\", \"a\": 5, \"b\": 6, \"answer\": \"a\"}"));
    assertThat(FrameDataset.open(dir).answers()).hasSize(3);
  }

  @Test
  void shouldLetOneProcessTeachASet() throws Exception {
    // Given
    Path dir = start();

    // When, Then
    assertThatThrownBy(() -> TeachingSet.open(dir, CLOCK))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another process teaches");
  }

  @Test
  void shouldServePicturesThatABrowserMayKeep() throws Exception {
    // Given
    start();

    // When
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(uri("/api/teach/frames/21.png")).build(),
            BodyHandlers.ofByteArray());

    // Then
    assertThat(response.headers().firstValue("Content-Type")).hasValue("image/png");
    assertThat(response.headers().firstValue("Cache-Control").orElse("")).contains("max-age");
    var image = ImageIO.read(new ByteArrayInputStream(response.body()));
    assertThat(image.getRaster().getSample(3, 2, 0)).isEqualTo(200);
    assertThat(image.getRaster().getSample(3, 9, 0)).isEqualTo(21);
    assertThat(get("/frames/200.png").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldExportTheFilesAsTheyAre() throws Exception {
    // Given
    Path dir = start();
    name("level");
    assertThat(get("/answers.csv").statusCode()).isEqualTo(404);
    post(
        "/sorted",
        "{\"factor\": \"level\", \"frames\": [4, 9, 2], \"who\": \"kim, second \\\"shift\\\"\"}");

    // When
    HttpResponse<String> response = get("/answers.csv");

    // Then
    assertThat(response.body()).isEqualTo(Files.readString(dir.resolve("answers.csv")));
    assertThat(response.body()).contains("\"kim, second \"\"shift\"\"\"");
    assertThat(response.headers().firstValue("Content-Disposition").orElse(""))
        .contains("answers.csv");
    assertThat(get("/frames.npy").statusCode()).isEqualTo(404);
    assertThat(FrameDataset.open(dir).answers().get(0).who()).isEqualTo("kim, second \"shift\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/answers {\"factor\": \"level\", \"a\": 1, \"b\": 1, \"answer\": \"a\"}",
        "/answers {\"factor\": \"level\", \"a\": 1, \"b\": 2, \"answer\": \"c\"}",
        "/answers {\"factor\": \"level\", \"a\": 1, \"b\": 200, \"answer\": \"a\"}",
        "/answers {\"factor\": \"level\", \"a\": -1, \"b\": 2, \"answer\": \"a\"}",
        "/answers {\"factor\": \"level\", \"a\": 1.5, \"b\": 2, \"answer\": \"a\"}",
        "/answers {\"factor\": \"height\", \"a\": 1, \"b\": 2, \"answer\": \"a\"}",
        "/answers {\"factor\": \"level\", \"a\": 1, \"b\": 2, \"answer\": \"a\", \"who\": \"=1+1\"}",
        "/answers {\"factor\": \"level\", \"a\": 1, \"b\": 2, \"answer\": \"a\", \"who\": \"a\\nb\"}",
        "/answers [1]",
        "/answers nothing",
        "/sorted {\"factor\": \"level\", \"frames\": [1, 1]}",
        "/holds {\"factor\": \"level\", \"first\": 5, \"last\": 5}",
        "/labels {\"factor\": \"level\", \"frame\": 1, \"value\": \"high\"}",
        "/factors {\"name\": \"residua.event\"}",
        "/factors {\"name\": \"height\", \"low\": 3, \"high\": 1}",
        "/training {\"steps\": 0}"
      })
  void shouldRefuseWhatIsNotValid(String request) throws Exception {
    // Given
    Path dir = start();
    name("level");
    int space = request.indexOf(' ');

    // When
    HttpResponse<String> response = post(request.substring(0, space), request.substring(space + 1));

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(response.body().strip()).isNotEmpty();
    assertThat(Files.exists(dir.resolve(TaughtAnswer.FILE))).isFalse();
  }

  @Test
  void shouldRemoveRunsAndFactors() throws Exception {
    // Given
    Path dir = start();
    name("level");
    name("second level/left");
    post("/holds", "{\"factor\": \"level\", \"first\": 20, \"last\": 29}");

    // When
    HttpResponse<String> run =
        send(HttpRequest.newBuilder(uri("/api/teach/holds?first=20&factor=level")).DELETE());
    HttpResponse<String> factor =
        send(
            HttpRequest.newBuilder(
                    uri(
                        "/api/teach/factors/"
                            + URLEncoder.encode("second level/left", StandardCharsets.UTF_8)
                                .replace("+", "%20")))
                .DELETE());

    // Then
    assertThat(json(run).get("holds")).isEmpty();
    assertThat(json(factor).get("factors")).hasSize(1);
    assertThat(FrameDataset.open(dir).holds()).isEmpty();
    assertThat(
            send(HttpRequest.newBuilder(uri("/api/teach/holds?first=3&factor=level")).DELETE())
                .statusCode())
        .isEqualTo(404);
  }

  @Test
  void shouldRefusePagesOfOtherOrigins() throws Exception {
    // Given
    start();
    String body = "{\"name\": \"level\"}";
    String own = "http://localhost:" + teaching.port();

    // When, Then
    assertThat(send(posting("/factors", body).header("Origin", "http://evil.example")).statusCode())
        .isEqualTo(403);
    assertThat(send(posting("/factors", body).header("Sec-Fetch-Site", "cross-site")).statusCode())
        .isEqualTo(403);
    assertThat(
            send(HttpRequest.newBuilder(uri("/api/teach/factors"))
                    .header("Content-Type", "text/plain")
                    .POST(BodyPublishers.ofString(body)))
                .statusCode())
        .isEqualTo(415);
    assertThat(
            send(posting("/factors", body)
                    .header("Origin", own)
                    .header("Sec-Fetch-Site", "same-origin"))
                .statusCode())
        .isEqualTo(200);
    assertThat(raw("GET /api/teach HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 421");
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), teaching.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void shouldNeedTheTokenWhereOthersCanReachIt() throws Exception {
    // Given
    Path dir = set(List.of());
    teaching =
        Teaching.start(
            dir,
            dir.resolve("m"),
            List.of(),
            REFUSES,
            1,
            InetAddress.getByName("0.0.0.0"),
            0,
            TeachAccess.withToken("secret"),
            CLOCK);

    // When
    HttpResponse<String> opened = send(HttpRequest.newBuilder(uri("/?token=secret")));

    // Then
    assertThat(opened.statusCode()).isEqualTo(303);
    String cookie = opened.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).contains("HttpOnly", "SameSite=Strict");
    assertThat(get("").statusCode()).isEqualTo(401);
    assertThat(send(HttpRequest.newBuilder(uri("/"))).statusCode()).isEqualTo(401);
    assertThat(send(HttpRequest.newBuilder(uri("/?token=wrong"))).statusCode()).isEqualTo(401);
    assertThat(
            send(HttpRequest.newBuilder(uri("/api/teach"))
                    .header("Cookie", cookie.split(";", -1)[0]))
                .statusCode())
        .isEqualTo(200);
    assertThat(
            send(posting("/factors", "{\"name\": \"level\"}")
                    .header("Authorization", "Bearer secret"))
                .statusCode())
        .isEqualTo(200);
    InetAddress everywhere = InetAddress.getByName("0.0.0.0");
    assertThatThrownBy(
            () -> TeachServer.start(new TeachApi(null, null), everywhere, 0, TeachAccess.OPEN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private HttpResponse<String> as(String token, HttpRequest.Builder request) throws Exception {
    return send(request.header("Authorization", "Bearer " + token));
  }

  private HttpResponse<String> read(String token, String path) throws Exception {
    return as(token, HttpRequest.newBuilder(uri("/api/teach" + path)));
  }

  @Test
  void shouldShowAndRecordPeopleOfATokensFile() throws Exception {
    // Given
    Path dir = set(List.of());
    Path file = directory.resolve("tokens.txt");
    Files.write(
        file,
        List.of(
            AccessTokens.line("kim", "of-kim", Grants.parse("operator:scene=pumps")),
            AccessTokens.line("lee", "of-lee", Grants.parse("viewer,operator:scene=valves")),
            AccessTokens.line("ann", "of-ann", Grants.parse("owner"))));
    start(dir, REFUSES, TeachAccess.ofPeople(file, "pumps"));

    // When, Then: who may see it
    assertThat(send(HttpRequest.newBuilder(uri("/"))).statusCode()).isEqualTo(200);
    assertThat(get("").statusCode()).isEqualTo(401);
    assertThat(get("/frames/1.png").statusCode()).isEqualTo(401);
    assertThat(post("/factors", "{\"name\": \"level\"}").statusCode()).isEqualTo(401);
    assertThat(read("of-nobody", "").statusCode()).isEqualTo(401);
    HttpResponse<String> viewer = read("of-lee", "");
    assertThat(viewer.statusCode()).isEqualTo(403);
    assertThat(viewer.body()).contains("operator:scene=pumps", "viewer,operator:scene=valves");
    assertThat(json(read("of-kim", "/person")).path("name").asText()).isEqualTo("kim");

    // When, Then: under which name changes are recorded
    json(as("of-kim", posting("/factors", "{\"name\": \"level\"}")));
    json(
        as(
            "of-kim",
            posting("/answers", "{\"factor\": \"level\", \"a\": 1, \"b\": 2, \"answer\": \"a\"}")));
    HttpResponse<String> other =
        as(
            "of-kim",
            posting(
                "/holds", "{\"factor\": \"level\", \"first\": 1, \"last\": 9, \"who\": \"ann\"}"));
    assertThat(other.statusCode()).isEqualTo(400);
    assertThat(other.body()).contains("the token is that of kim");
    assertThat(Files.readString(dir.resolve(TaughtAnswer.FILE))).contains(",kim,");
    assertThat(dir.resolve("holds.csv")).doesNotExist();

    // When, Then: who may train
    assertThat(as("of-kim", posting("/training", "{}")).statusCode()).isEqualTo(403);
    assertThat(as("of-ann", posting("/training", "{}")).statusCode()).isNotEqualTo(403);
  }

  @Test
  void shouldSignABrowserInWithTheTokenOfAPerson() throws Exception {
    // Given
    Path dir = set(List.of());
    Path file = directory.resolve("tokens.txt");
    Files.writeString(file, AccessTokens.line("kim", "of-kim", Grants.parse("operator")));
    start(dir, REFUSES, TeachAccess.ofPeople(file, "pumps"));

    // When
    HttpResponse<String> signedIn = post("/session", "{\"token\": \"of-kim\"}");

    // Then
    assertThat(signedIn.statusCode()).isEqualTo(200);
    String cookie = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).contains("HttpOnly", "SameSite=Strict");
    assertThat(
            send(HttpRequest.newBuilder(uri("/api/teach/frames/1.png"))
                    .header("Cookie", cookie.split(";", -1)[0]))
                .statusCode())
        .isEqualTo(200);
    assertThat(post("/session", "{\"token\": \"of-nobody\"}").statusCode()).isEqualTo(401);
    assertThat(post("/session", "no JSON").statusCode()).isEqualTo(400);
    assertThat(
            send(posting("/session", "{\"token\": \"of-kim\"}").header("Origin", "http://evil"))
                .statusCode())
        .isEqualTo(403);
  }

  @Test
  void shouldServeEveryFileThatThePageLoads() throws Exception {
    // Given
    start();

    // When
    HttpResponse<String> page = send(HttpRequest.newBuilder(uri("/")));

    // Then
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'");
    assertThat(page.body()).doesNotContain("http://", "https://", " style=", "onclick=");
    ArrayDeque<String> files = new ArrayDeque<>();
    Pattern.compile("(?:src|href)=\"((?:page|teach)/[^\"]+)\"")
        .matcher(page.body())
        .results()
        .forEach(m -> files.add("/" + m.group(1)));
    Set<String> seen = new HashSet<>();
    while (!files.isEmpty()) {
      String file = files.remove();
      if (!seen.add(file)) {
        continue;
      }
      HttpResponse<String> response = send(HttpRequest.newBuilder(uri(file)));
      assertThat(response.statusCode()).as(file).isEqualTo(200);
      if (file.startsWith("/teach/")) {
        assertThat(response.body())
            .as(file)
            .doesNotContain("http://", "https://", "innerHTML", "insertAdjacentHTML", "eval(");
      }
      Pattern.compile("from '(\\.[^']+)'")
          .matcher(response.body())
          .results()
          .forEach(m -> files.add(URI.create(file).resolve(m.group(1)).toString()));
    }
    assertThat(seen).contains("/teach/train.js", "/page/graph.js");
    assertThat(send(HttpRequest.newBuilder(uri("/page/main.js"))).statusCode()).isEqualTo(404);
    assertThat(send(HttpRequest.newBuilder(uri("/teach/../dataset.json"))).statusCode())
        .isEqualTo(404);
  }

  @Test
  void shouldTrainOnceAtATimeAndCancel() throws Exception {
    // Given a trainer that wraps the exceptions of its progress, as that of the networks does
    Path dir = set(List.of());
    start(
        dir,
        (data, settings, progress) -> {
          for (int step = 0; ; step++) {
            try {
              progress.at("training", Math.min(1, step / 1_000.0), null);
            } catch (RuntimeException e) {
              throw new TrainingFailedException("training broke off: " + e, e);
            }
            try {
              Thread.sleep(5);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        });

    // When
    json(post("/training", "{}"));

    // Then
    Await.until(SOON, "progress", () -> view().contains("\"stage\":\"training\""));
    assertThat(post("/training", "{}").statusCode()).isEqualTo(409);
    send(HttpRequest.newBuilder(uri("/api/teach/training")).DELETE());
    Await.until(SOON, "the end", () -> view().contains("\"phase\":\"cancelled\""));
    assertThat(JSON.readTree(view()).get("message").asText()).isEmpty();
    assertThat(Files.exists(dir.resolve("taught.residua"))).isFalse();
  }

  @Test
  void shouldShowWhyATrainingFailed() throws Exception {
    // Given
    start();

    // When
    json(post("/training", "{\"steps\": 5, \"seed\": 3}"));

    // Then
    Await.until(SOON, "the end", () -> view().contains("\"phase\":\"failed\""));
    assertThat(JSON.readTree(view()).get("message").asText()).isEqualTo("no");
  }

  private String view() throws Exception {
    return get("/training").body();
  }

  @Test
  void shouldUndoWhatWasDoneBeforeARestart() throws Exception {
    // Given changes of two people
    Path dir = start();
    name("level");
    json(
        post(
            "/answers",
            "{\"factor\": \"level\", \"a\": 5, \"b\": 6, \"answer\": \"a\", \"who\": \"ann\"}"));
    json(
        post(
            "/labels", "{\"factor\": \"level\", \"frame\": 7, \"value\": 12.5, \"who\": \"bob\"}"));
    json(post("/holds", "{\"factor\": \"level\", \"first\": 20, \"last\": 29, \"who\": \"bob\"}"));
    teaching.close();
    // When
    start(dir, REFUSES);
    JsonNode before = json(get("?who=ann"));
    JsonNode undone = json(post("/undo", "{\"who\": \"ann\"}"));
    teaching.close();
    start(dir, REFUSES);
    JsonNode redone = json(post("/redo", "{\"who\": \"ann\"}"));
    json(post("/undo", "{\"who\": \"bob\"}"));
    json(post("/undo", "{\"who\": \"bob\"}"));
    // Then
    assertThat(before.path("undo").asText()).isEqualTo("1 answer on level");
    assertThat(undone.path("undo").asText()).isEqualTo("factor level");
    assertThat(redone.path("undo").asText()).isEqualTo("1 answer on level");
    FrameDataset set = FrameDataset.open(dir);
    assertThat(set.answers()).hasSize(1);
    assertThat(set.holds()).isEmpty();
    assertThat(set.labels().value(7, "level")).isNaN();
  }
}
