package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.Residua;
import dev.residua.app.model.CpuFeatures;
import dev.residua.app.model.Models;
import dev.residua.docs.DocumentedCommandsTest;
import dev.residua.model.ModelBundle;
import dev.residua.testing.Documents;
import dev.residua.testing.Documents.Snippet;
import dev.residua.testing.Frames;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Videos;
import dev.residua.testing.Walkthrough;
import dev.residua.testing.Walkthrough.Typed;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Every line of shell that the documents show is run: here, against a broker and a service, or by
 * the test that is named here. The few that no test runs are listed with the reason.
 */
@Tag("slow")
@TestMethodOrder(OrderAnnotation.class)
class DocumentedCommandsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String TOKEN = "a-token-of-24-characters";
  private static final int PICTURES = 700;
  private static final String PYTHON = "/usr/bin/python3";

  /** Tests that run the lines that start like this. */
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          Map.entry("./residua demo", "DemoIT"),
          Map.entry("./residua export", "ExportIT"),
          Map.entry("./residua ingest", "IngestIT"),
          Map.entry("./residua serve", "TutorialIT"),
          Map.entry("./residua teach", "TeachIT"),
          Map.entry("./residua train", "TutorialIT"),
          Map.entry("OMP_NUM_THREADS=1 ./residua train", "TutorialIT"),
          Map.entry("./residua retrain --reason \"new lens\" --wait", "RetrainIT"),
          Map.entry("./residua experiment all", "ExperimentRunTest"),
          Map.entry("./residua alerts check", "AlertsCommandTest"),
          Map.entry("./residua model graph", "ModelGraphCommandTest"),
          Map.entry("./residua model whatif --model tank.residua", "ModelWhatIfCommandTest"),
          Map.entry("./residua model publish mine.residua --store s3", "BundlePlacesIT"),
          Map.entry("./residua source edges", "CommissioningIT"),
          Map.entry("./residua proposals backtest", "ProposalsIT"),
          Map.entry("./residua why", "ServiceCommandsTest"),
          Map.entry("./residua bench drift", "BenchDriftTest"),
          Map.entry("./residua bench alternatives", "AlternativesTrialTest"),
          Map.entry("./residua bench compare", "BenchCompareTest"),
          Map.entry("./residua bench train --repeat", "BenchCommandTest"),
          Map.entry("./residua bench train --versus", "PythonTrainingTest"),
          Map.entry("./residua bench pipeline --versus", "PythonPipelineIT"),
          Map.entry("RESIDUA_HTTP_TOKENS_FILE=tokens.txt ./residua serve", "HttpSecurityIT"),
          Map.entry("curl --data-binary @frame.jpg", "HttpSecurityIT"),
          Map.entry("curl http://localhost:8080/api/frames", "HttpSecurityIT"),
          Map.entry("KEEP=", "KeepRecordsIT"),
          Map.entry("./mvnw -Parm64", "Arm64IT"),
          Map.entry("./mvnw -Pimage", "ProductImageIT"),
          Map.entry("docker run --rm --read-only", "ProductImageIT"),
          Map.entry("docker compose up", "ComposeIT"),
          Map.entry("helm install", "HelmChartTest"),
          Map.entry("helm upgrade", "HelmChartTest"),
          Map.entry("kubectl apply -k", "KubernetesManifestsTest"));

  /** Why no test runs the lines that start like this. */
  private static final Map<String, String> NOWHERE =
      Map.ofEntries(
          Map.entry("git clone", "the address is the reader's"),
          Map.entry("./mvnw verify", "it runs this test"),
          Map.entry("./mvnw -Pjmh", "a benchmark of minutes"),
          Map.entry("neato ", "it redraws a committed picture and needs Graphviz"),
          Map.entry("dot ", "it redraws a committed picture and needs Graphviz"),
          Map.entry("apt-get install", "it changes the machine"),
          Map.entry("helm rollback", "it needs a cluster"),
          Map.entry("pip install", "it changes the machine"),
          Map.entry("xdg-open", "it needs a desktop"),
          Map.entry("docker build", "the page says that it was not tried"),
          Map.entry("docker run --rm --gpus", "the page says that it was not tried"),
          Map.entry("./residua model calibrate --model pendulum", "the one with --data calm is"),
          Map.entry("RESIDUA_URL=https://residua.example", "the address is the reader's"),
          Map.entry("RESIDUA_HEAP=640m", "a benchmark of ten minutes"),
          Map.entry("RESIDUA_JAVA_OPTIONS=\"-XX:StartFlightRecording", "a profile of minutes"),
          Map.entry("jfr print", "it reads that profile"));

  /** Lines that need a shell; each has a test below. */
  private static final List<String> BELOW =
      List.of(
          "kcat -b localhost:9092 -P -t residua.frames -k cam1 frame.png",
          "kcat -b localhost:9092 -P -t residua.frames -k cam1 -X partitioner=murmur2_random"
              + " frame1.png frame2.png",
          "ffmpeg -loglevel error -rtsp_transport tcp -i rtsp://camera/stream ",
          "curl -X ",
          "export RESIDUA_ALERTING_RECEIVERS_OPS_TYPE=alertmanager",
          "RESIDUA_FRAMES_REFERENCE_ROOTS=",
          "java -cp \"target/quarkus-app/lib/main/*\" src/examples/java/SendReference.java ",
          "RESIDUA_ROLES=dashboard RESIDUA_HTTP_HOST=0.0.0.0 ./residua serve",
          "RESIDUA_HTTP_TOKEN=$(openssl rand -hex 24) ./residua serve");

  /** Lines that take a minute, with the users of their result: a soak test runs them. */
  private static final List<String> LONG =
      List.of("./residua model calibrate --data calm", "./residua backtest --model calm.residua");

  /** Names in the lines, and their values here. */
  private static final Map<String, String> HERE = new LinkedHashMap<>();

  @TempDir static Path folder;
  private static @Nullable TestBroker broker;
  private static @Nullable Service service;

  private static List<Snippet> snippets() throws IOException {
    Path tutorial = Path.of("src/docs/tutorial.md"); // TutorialIT types it as it is
    return Documents.snippets("sh").stream()
        .filter(snippet -> !snippet.page().equals(tutorial))
        .toList();
  }

  private static boolean starts(String line, Stream<String> beginnings) {
    return beginnings.anyMatch(line::startsWith);
  }

  /** The lines that are run in this process, in the order of the documents, each once. */
  private static Set<String> lines() throws IOException {
    Set<String> lines = new LinkedHashSet<>();
    for (Snippet snippet : snippets()) {
      for (String line : snippet.commands()) {
        if (!starts(line, ELSEWHERE.keySet().stream())
            && !starts(line, NOWHERE.keySet().stream())
            && !starts(line, BELOW.stream())) {
          lines.add(line);
        }
      }
    }
    return lines;
  }

  @BeforeAll
  static void start() throws Exception {
    TestBroker kafka = TestBroker.start();
    broker = kafka;
    ModelBundle shipped = Models.read(Optional.empty());
    shipped.write(folder.resolve("pendulum.residua"));
    for (String id : List.of("mine", "spare")) {
      shipped.withId(id).write(folder.resolve(id + ".residua"));
    }
    run(
        "./residua dataset generate pendulum --noise --png --count %d --labels 150 --out folder"
            .formatted(PICTURES));
    HERE.put("kafka:9092", kafka.bootstrapServers());
    HERE.put("kafka:9093", kafka.bootstrapServers());
    HERE.put("localhost:9092", kafka.bootstrapServers());
    HERE.put("--replication 3", "--replication 1");
    HERE.put("--rate 5", "--rate 300");
    HERE.put(
        "--images folder/ --labels ",
        "--images " + folder.resolve("folder/png") + " --labels folder/");
    for (String pictures : List.of("/data/recorded", "pictures")) {
      HERE.put("--data " + pictures + " ", "--data " + folder.resolve("folder/png") + " ");
    }
    Path yard = Files.createDirectories(folder.resolve("yard"));
    copyWithTimes(folder.resolve("folder/png"), yard);
    HERE.put("--images yard ", "--images " + yard + " ");
    HERE.put(" clip.mp4", " " + Videos.steps(folder.resolve("clip.mp4")));
    HERE.put("sheet.png --out data/mine", folder.resolve("sheet.png") + " --out data/video");
    HERE.put("key.pub.pem,other.pub.pem", "key.pub.pem");
    HERE.put("model publish mine.residua", "model publish spare.residua");
    HERE.put("model remove ID", "model remove spare");
    writeExample("rules.yaml", "src/docs/sources.md", "yaml");
    writeExample("leak.json", "src/docs/datasets.md", "json");
    Path stricter = folder.resolve("stricter.properties");
    Files.writeString(stricter, "residua.incidents.false-alarms-per-week=0.1\n");
    HERE.put("stricter.properties", stricter.toString());
    HERE.put(" ID", " mine");
    HERE.put(" mine.residua", " " + folder.resolve("mine.residua"));
    HERE.put("--model calm.residua", "--model " + folder.resolve("calm.residua"));
    for (String count : List.of("24000", "12000", "10000", "6000", "3280")) {
      HERE.put("--count " + count, "--count " + PICTURES);
    }
    run(here(createTopics()));
    Path data = Files.createDirectories(folder.resolve("service"));
    service =
        Service.serve(
            data,
            List.of("-Dresidua.roles=score,monitor,dashboard", "-Dresidua.http.token=" + TOKEN),
            kafka.clients());
    service.awaitReady();
  }

  @AfterAll
  static void stop() {
    Service.close(service);
    TestBroker.close(broker);
  }

  /** Copies some pictures of a folder, each with the name that a camera gives it at its time. */
  private static void copyWithTimes(Path from, Path to) throws IOException {
    DateTimeFormatter names = DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss'.png'", Locale.ROOT);
    LocalDateTime time = LocalDateTime.of(2026, 6, 1, 8, 0);
    List<Path> pictures;
    try (Stream<Path> files = Files.list(from)) {
      pictures = files.filter(file -> file.toString().endsWith(".png")).sorted().limit(40).toList();
    }
    for (Path picture : pictures) {
      Files.copy(picture, to.resolve(names.format(time)));
      time = time.plusMinutes(15);
    }
  }

  /** Writes the first block of a page in a language as the file that its commands name. */
  private static void writeExample(String name, String page, String language) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, Documents.snippets(Path.of(page), language).get(0).code());
    HERE.put(name, file.toString());
  }

  private static String here(String line) {
    String typed = line;
    for (Map.Entry<String, String> each : HERE.entrySet()) {
      typed = typed.replace(each.getKey(), each.getValue());
    }
    return typed;
  }

  /** Returns false, and says so, if this processor cannot do what a line asks for. */
  private static boolean runsHere(String line) {
    boolean runs = !line.contains("--engine onednn ") || CpuFeatures.ofThisMachine().bf16();
    if (!runs) {
      System.out.println("skipped: " + line + ", as this processor has no bfloat16");
    }
    return runs;
  }

  private static String createTopics() throws IOException {
    return lines().stream()
        .filter(line -> line.startsWith("./residua topics create"))
        .findFirst()
        .orElseThrow();
  }

  /** Lines that start like this, as they are typed here. */
  private static List<String> below(String beginning) {
    try {
      return snippets().stream()
          .flatMap(snippet -> snippet.commands().stream())
          .filter(line -> line.startsWith(beginning))
          .distinct()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A terminal beside the service, in a folder of its own. */
  private static Walkthrough reader(String name) throws IOException {
    String servers = broker.bootstrapServers();
    return Walkthrough.against(servers, Files.createDirectories(folder.resolve(name)))
        .replacing("localhost:9092", servers)
        .replacing("kafka:9092", servers);
  }

  /** Runs a command in this process, with its files in the folder of this test. */
  private static void run(String line) {
    List<String> words = new ArrayList<>(DocumentedCommandsTest.commands(line).get(0));
    CommandLine residua = Residua.commandLine();
    residua.registerConverter(
        Path.class,
        text -> text.startsWith("src/") ? Path.of(text) : folder.resolve(text).normalize());
    StringWriter said = new StringWriter();
    residua.setOut(new PrintWriter(said, true));
    residua.setErr(new PrintWriter(said, true));
    CommandLine.ParseResult parsed = residua.parseArgs(words.toArray(String[]::new));
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    boolean asks = parsed.commandSpec().findOption("--url") != null;
    if (service != null && asks) {
      words.addAll(
          List.of("--url", service.address(), "--token-file", service.localToken().toString()));
    }
    if (broker != null
        && parsed.commandSpec().findOption("--bootstrap") != null
        && !parsed.hasMatchedOption("--bootstrap")
        && (!asks || parsed.hasMatchedOption("--dry-run"))) {
      words.addAll(List.of("--bootstrap", broker.bootstrapServers()));
    }
    if (parsed.commandSpec().name().equals("watch")) {
      words.addAll(List.of("--timeout", "1"));
    }
    if (List.of("test-alert", "doctor").contains(parsed.commandSpec().name())) {
      words.addAll(List.of("--config", "config/application.properties"));
    }
    int exit = residua.execute(words.toArray(String[]::new));
    assertThat(exit).as("./residua %s%nsays%n%s", String.join(" ", words), said).isZero();
  }

  @Test
  void shouldKnowWhatRunsEachLine() throws IOException {
    // When
    List<String> lines = snippets().stream().flatMap(s -> s.commands().stream()).toList();
    List<Snippet> without = new ArrayList<>();
    for (Path page : Documents.pages()) {
      without.addAll(
          Documents.snippets(page).stream().filter(s -> s.language().isEmpty()).toList());
    }

    // Then
    assertThat(without).as("blocks that do not say which language they are in").isEmpty();
    assertThat(lines())
        .as("lines for this process")
        .allMatch(line -> line.startsWith("./residua "));
    Stream.of(ELSEWHERE.keySet(), NOWHERE.keySet(), BELOW, LONG)
        .flatMap(beginnings -> beginnings.stream())
        .forEach(
            beginning ->
                assertThat(lines).as("stale: " + beginning).anyMatch(l -> l.startsWith(beginning)));
    for (String test : ELSEWHERE.values()) {
      try (Stream<Path> files = Files.walk(Path.of("src/testing/test/java"))) {
        assertThat(files).anyMatch(file -> file.endsWith(test + ".java"));
      }
    }
  }

  @Test
  void shouldRunWhatTheDocumentsShow() throws Exception {
    // Given
    List<String> lines = new ArrayList<>(lines());
    lines.remove(createTopics());
    lines.removeIf(line -> starts(line, LONG.stream()));
    lines.removeIf(line -> !runsHere(line));
    try (RecordingServer told = RecordingServer.anything()) {
      Path config = Files.createDirectories(folder.resolve("config"));
      Files.writeString(
          config.resolve("application.properties"),
          """
          residua.alerting.receivers.ops.type=alertmanager
          residua.alerting.receivers.ops.url=%s
          """
              .formatted(told.url()));

      // When
      for (String line : lines) {
        run(here(line));
      }

      // Then
      assertThat(told.taken()).hasSizeGreaterThan(1);
    }
    assertThat(lines).hasSizeGreaterThan(30);
    assertThat(Stream.of("copy.residua", "mine.html", "signed.residua"))
        .allSatisfy(file -> assertThat(folder.resolve(file)).exists());
  }

  /** The last one, as it makes data sets again that others have made as the documents show. */
  @Test
  @Tag("soak")
  @Order(Integer.MAX_VALUE)
  void shouldCalibrateAsTheDocumentsShow() throws Exception {
    // Given
    for (String line : lines()) {
      if (line.startsWith("./residua dataset generate")) {
        run(here(line) + " --force");
      }
    }

    // When
    for (String line : lines()) {
      if (starts(line, LONG.stream())) {
        run(here(line));
      }
    }

    // Then
    assertThat(folder.resolve("calm.residua")).exists();
  }

  @Test
  void shouldTakePicturesFromKcat() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/kcat")), "skipped: kcat is not installed");
    // Given
    Set<String> pictures = new TreeSet<>();
    try (Walkthrough reader = reader("kcat")) {
      for (String name : List.of("frame.png", "frame1.png", "frame2.png")) {
        byte[] picture = Frames.png(64, 60 + pictures.size());
        Files.write(folder.resolve("kcat").resolve(name), picture);
        pictures.add(Base64.getEncoder().encodeToString(picture));
      }

      // When
      for (String line : below("kcat ")) {
        reader.start(line).awaitEnd(LIMIT);
      }
    }

    // Then
    Set<String> sent = new TreeSet<>();
    Topic<byte[], byte[]> frames = new Topics(Topics.DEFAULT_PREFIX).frames();
    try (TopicReader<byte[], byte[]> topic =
        new TopicReader<>(broker.clients().follower(frames), frames.name())) {
      topic.readToEnd(
          record -> {
            if (new String(record.key(), StandardCharsets.UTF_8).equals("cam1")) {
              sent.add(Base64.getEncoder().encodeToString(record.value()));
            }
          });
    }
    assertThat(sent).containsAll(pictures);
  }

  @Test
  void shouldTakeFramesOfAnRtspCamera() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/ffmpeg")) && canSend(),
        "skipped: ffmpeg or python3-confluent-kafka is not installed");
    // Given a camera that calls, as ffmpeg does, in place of real ones
    String stream = "rtsp://127.0.0.1:%d/stream".formatted(Service.freePort());
    try (Walkthrough reader = reader("rtsp")) {
      reader
          .replacing("rtsp://camera/stream", stream)
          .replacing("-rtsp_transport tcp", "-rtsp_flags listen -rtsp_transport tcp")
          .replacing("python3 src", PYTHON + " src");

      // When
      Typed recipe = reader.start(below("ffmpeg ").get(0));
      reader.start(
          """
          until ffmpeg -loglevel error -re -f lavfi -i testsrc=duration=4:size=320x240:rate=10 \\
              -c:v mpeg4 -f rtsp %s; do sleep 0.3; done
          """
              .formatted(stream));
      String said = recipe.awaitEnd(LIMIT);

      // Then about five of each second are sent
      String sent = said.strip().replaceAll("(?s).*?(\\d+) frames sent$", "$1");
      assertThat(Integer.parseInt(sent)).isBetween(15, 25);
    }
  }

  private static boolean canSend() throws IOException, InterruptedException {
    return Files.isExecutable(Path.of(PYTHON))
        && new ProcessBuilder(PYTHON, "-c", "import confluent_kafka").start().waitFor() == 0;
  }

  @Test
  void shouldTakeOrdersFromCurl() throws Exception {
    try (Walkthrough reader = reader("curl")) {
      // Given
      reader
          .with("TOKEN", TOKEN)
          .replacing("http://localhost:8080", "http://localhost:" + service.httpPort());
      List<String> lines = below("curl -X ");
      assertThat(lines).hasSize(2);

      // When
      String answer = reader.start("set -o pipefail; " + lines.get(0)).awaitEnd(LIMIT);
      JsonNode given = new ObjectMapper().readTree(answer.substring(answer.indexOf('{')));
      String id = given.path("id").asText();
      String taken = reader.start(lines.get(1).replace("ID ", id + " ")).awaitEnd(LIMIT);

      // Then
      assertThat(id).as(answer).isNotBlank();
      assertThat(taken).contains(id);
    }
  }

  @Test
  void shouldTellTheReceiverThatTheEnvironmentNames() throws Exception {
    try (RecordingServer told = RecordingServer.anything();
        Walkthrough reader = reader("export")) {
      // Given
      reader.replacing("http://localhost:9093", told.url().toString());
      Snippet block =
          snippets().stream()
              .filter(snippet -> snippet.code().startsWith("export "))
              .findFirst()
              .orElseThrow();

      // When
      reader.start(block.code()).awaitEnd(LIMIT);

      // Then
      assertThat(told.taken()).hasSize(1);
    }
  }

  @Test
  void shouldScoreAPictureThatLiesElsewhere() throws Exception {
    Path place = Files.createDirectories(folder.resolve("reference"));
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    Files.write(pictures.resolve("0.png"), Frames.png(64, 64));
    try (Walkthrough reader = Walkthrough.embedded(place)) {
      // Given
      reader.replacing("/data/frames/", pictures + "/");
      Typed serve = reader.start(below("RESIDUA_FRAMES_REFERENCE_ROOTS=").get(0));
      reader.awaitReady(serve);

      // When
      reader.start(below("java ").get(0)).awaitEnd(LIMIT);

      // Then
      assertThat(
              reader
                  .start("./residua watch --topic scores --from-beginning --count 1 --timeout 30")
                  .awaitEnd(LIMIT))
          .contains(" cam1 #0 ");
    }
  }

  @Test
  void shouldStartWithTheVariablesOfTheDashboard() throws Exception {
    List<String> lines =
        Stream.of("RESIDUA_ROLES=", "RESIDUA_HTTP_TOKEN=").flatMap(s -> below(s).stream()).toList();
    assertThat(lines).hasSize(2);
    for (String line : lines) {
      try (Walkthrough reader = reader("dashboard" + lines.indexOf(line))) {
        // When
        Typed serve = reader.replacing("0.0.0.0", "127.0.0.1").start(line);

        // Then
        reader.awaitReady(serve);
      }
    }
  }
}
