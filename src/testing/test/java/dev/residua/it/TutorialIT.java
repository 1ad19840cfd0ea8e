package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.anomaly.AnomalyEvent;
import dev.residua.frame.CameraMotion;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.testing.Alertmanager;
import dev.residua.testing.Documents;
import dev.residua.testing.Documents.Snippet;
import dev.residua.testing.RecordingServer;
import dev.residua.testing.RtspCameras;
import dev.residua.testing.TankCamera;
import dev.residua.testing.TopicReader;
import dev.residua.testing.Walkthrough;
import dev.residua.testing.Walkthrough.Typed;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tutorial, line by line as it stands there: from two videos to an alert in Alertmanager, and
 * from an RTSP camera to a corrected region after the camera was knocked. With fewer pictures and a
 * faster camera.
 */
@Tag("soak")
@Timeout(5400)
class TutorialIT {
  private static final Path PAGE = Path.of("src/docs/tutorial.md");
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  static final Duration MINUTES = Duration.ofSeconds(1800);
  static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String SOURCE = "tank/cam1";
  private static final int PICTURES = 2_000;
  private static final int LABEL_EVERY = 20;
  private static final long QUIET_MILLIS = 8_000;

  static final String TRAIN = "train --data data/mine";

  /** The drawn tank is learned in few steps. */
  private static final String SHORT_TRAIN = TRAIN + " --steps 500";

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** The blocks of a section, in order. */
  static Iterator<String> blocks(String section) throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    int from = lines.indexOf("## " + section);
    int next = from + 1;
    while (!lines.get(next).startsWith("## ")) {
      next++;
    }
    int to = next;
    return Documents.snippets(PAGE, "sh").stream()
        .filter(snippet -> snippet.line() > from && snippet.line() <= to)
        .map(Snippet::code)
        .toList()
        .iterator();
  }

  @Test
  void shouldLeadFromAVideoToAnAlert() throws Exception {
    assumeTrue(Alertmanager.problem() == null, "skipped: " + Alertmanager.problem());
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/ffmpeg")), "skipped: ffmpeg is not installed");
    // Given
    Iterator<String> look = blocks("Look and label");
    Iterator<String> train = blocks("Train");
    Iterator<String> watch = blocks("Watch");
    Iterator<String> broken = blocks("Break something");
    try (RecordingServer notified = RecordingServer.anything();
        Alertmanager alertmanager = Alertmanager.start(folder, notified.url());
        Walkthrough reader = Walkthrough.embedded(folder)) {
      reader
          .replacing("http://localhost:9093", alertmanager.url().toString())
          .replacing("--count 3000", "--count " + PICTURES)
          .replacing("--preview ", "--labels data/drawn/labels.csv --preview ")
          .replacing("teach data/mine", "teach data/mine --port 0")
          .replacing("--rate 20", "--rate 100")
          .replacing(TRAIN, SHORT_TRAIN);
      reader.start(blocks("Without a video").next()).awaitEnd(MINUTES);

      // When
      String imported = reader.start(look.next()).awaitEnd(MINUTES);
      Typed teaching = reader.start(look.next());
      teaching.await(LIMIT, "its page", () -> teaching.output().contains("http://localhost:"));
      teaching.end();
      String trained = reader.start(train.next()).awaitEnd(MINUTES);
      String evaluated = reader.start(train.next()).awaitEnd(LIMIT);
      reader.start(watch.next()).awaitEnd(LIMIT);
      Typed service = reader.start(watch.next());
      reader.awaitReady(service);
      reader.start(watch.next()).awaitEnd(LIMIT);
      awaitArmed(service, reader, watch.next(), "after the first video");
      watch.next(); // for a video that is too short
      Typed incidents = reader.start(broken.next());
      incidents.await(LIMIT, "it watches", () -> incidents.output().contains("watching"));
      reader.start(broken.next()).awaitEnd(LIMIT);
      String query = broken.next();
      String[] asked = {""};
      service.await(
          LIMIT,
          "the alert is in Alertmanager",
          () -> {
            asked[0] = ask(reader, query);
            return asked[0].contains("Water height");
          });
      incidents.await(
          LIMIT, "the diagnosis", () -> incidents.output().contains("mechanism:water_height"));

      // Then
      assertThat(List.of(look, train, watch, broken))
          .as("steps that this test does not take")
          .noneMatch(Iterator::hasNext);
      assertThat(imported).contains("%d frames of 64x64x3".formatted(PICTURES), "sheet.png");
      assertThat(trained).contains("graph ");
      assertThat(evaluated).contains("names", "independence", "reconstruction");
      assertThat(asked[0]).contains("ResiduaIncident");
      assertThat(incidents.output().lines().filter(line -> line.contains("incident opened")))
          .hasSize(1);
    }
  }

  @Test
  void shouldLeadFromACameraToAnAlert() throws Exception {
    assumeTrue(Alertmanager.problem() == null, "skipped: " + Alertmanager.problem());
    // Given
    Iterator<String> camera = blocks("With a live camera");
    String train = blocks("Train").next();
    Iterator<String> watch = blocks("Watch");
    Iterator<String> broken = blocks("Break something");
    TankCamera tank = new TankCamera(3, 5);
    try (RecordingServer notified = RecordingServer.anything();
        Alertmanager alertmanager = Alertmanager.start(folder, notified.url());
        RtspCameras cameras = new RtspCameras(tank);
        Walkthrough reader = Walkthrough.embedded(folder)) {
      reader
          .replacing("http://localhost:9093", alertmanager.url().toString())
          .replacing("rtsp://10.0.0.7", cameras.address("").replaceFirst("/$", ""))
          .replacing("--rate 2 --count 3000", "--rate 100 --count " + PICTURES)
          .replacing("--frames-per-second 20", "--frames-per-second 100")
          .replacing(TRAIN, SHORT_TRAIN);

      // When it is recorded, labelled and trained
      reader.start(camera.next()).awaitEnd(MINUTES);
      label(tank);
      String imported = reader.start(camera.next()).awaitEnd(MINUTES);
      String trained = reader.start(train).awaitEnd(MINUTES);

      // And watched
      reader.start(watch.next()).awaitEnd(LIMIT);
      Typed service = reader.start(watch.next());
      reader.awaitReady(service);
      watch.next(); // the video
      reader.start(camera.next()).awaitEnd(LIMIT);
      String status = watch.next();
      awaitArmed(service, reader, status, "");
      Typed incidents = reader.start(broken.next());
      incidents.await(LIMIT, "it watches", () -> incidents.output().contains("watching"));
      tank.leak(true);
      incidents.await(
          LIMIT, "an incident of the leak", () -> incidents.output().contains("incident opened"));
      broken.next(); // the video
      String query = broken.next();
      String[] asked = {""};
      service.await(
          LIMIT,
          "the alert is in Alertmanager",
          () -> {
            asked[0] = ask(reader, query);
            return asked[0].contains("Water height");
          });
      tank.leak(false);
      incidents.await(
          LIMIT, "the end of the incident", () -> incidents.output().contains("resolved"));

      // Then
      assertThat(camera).as("steps that this test does not take").isExhausted();
      assertThat(imported).contains("%d frames of 64x64x3".formatted(PICTURES));
      assertThat(trained).contains("graph ");
      List<String> shown = incidents.output().lines().skip(1).toList();
      List<String> ofLeak = shown.stream().filter(line -> !line.startsWith("  ")).toList();
      assertThat(ofLeak).allMatch(line -> line.contains(" " + SOURCE + " #"));
      assertThat(ofLeak.stream().filter(line -> line.contains("incident opened"))).hasSize(1);
      assertThat(ofLeak.get(0)).contains(": Water height no longer follows its causes");
      assertThat(shown.get(1)).startsWith("  water height no longer follows ball size");
      assertThat(asked[0]).contains("ResiduaIncident");

      // When the camera is knocked
      tank.knock();
      incidents.await(LIMIT, "the moved camera", () -> motion(reader) != null);
      Thread.sleep(QUIET_MILLIS);

      // Then it is the one incident, and no mechanism is blamed
      assertThat(openIncidents(reader))
          .extracting(Incident::subject)
          .containsExactly(Subject.MOVED);
      assertThat(incidents.output().lines().skip(1 + shown.size()))
          .noneMatch(line -> line.contains("mechanism:"));

      // When the proposed correction is saved
      correct(reader, motion(reader));

      // Then the incident ends, the source learns its new view, and it is quiet
      incidents.await(
          LIMIT,
          "the end of the move",
          () -> incidents.output().lines().anyMatch(TutorialIT::isEndOfMove));
      awaitArmed(service, reader, status, "after the correction");
      Thread.sleep(4 * QUIET_MILLIS);
      assertThat(openIncidents(reader)).isEmpty();
    }
  }

  /** Every twentieth picture, as a person reads it; the files are in the order of their times. */
  private void label(TankCamera tank) throws IOException {
    List<Path> pictures;
    try (Stream<Path> files = Files.list(folder.resolve("data/tank"))) {
      pictures = files.sorted().toList();
    }
    assertThat(pictures).hasSize(PICTURES);
    StringBuilder table = new StringBuilder("file,ball_size,hole,water_height,water_flow\n");
    for (int i = 0; i < pictures.size(); i += LABEL_EVERY) {
      double[] read = tank.factors(Files.readAllBytes(pictures.get(i)));
      table.append(pictures.get(i).getFileName());
      for (double factor : read) {
        table.append(String.format(Locale.ROOT, ",%.2f", factor));
      }
      table.append('\n');
    }
    Files.writeString(folder.resolve("data/labels.csv"), table);
  }

  private static void awaitArmed(Typed service, Walkthrough reader, String status, String when) {
    Pattern armed = Pattern.compile(SOURCE + " +armed");
    String[] answer = {""};
    try {
      service.await(
          LIMIT,
          "the source is armed " + when,
          () -> {
            answer[0] = ask(reader, status);
            return armed.matcher(answer[0]).find();
          });
    } catch (AssertionError e) {
      throw new AssertionError("the last status was:%n%s".formatted(answer[0]), e);
    }
  }

  private static boolean isEndOfMove(String line) {
    return line.contains("incident resolved (sensor:moved");
  }

  /** Motion of the camera by the last event about it; null before. */
  private static @Nullable CameraMotion motion(Walkthrough reader) {
    return TopicReader.values(reader.clients(), TOPICS.anomalies()).stream()
        .map(AnomalyEvent::motion)
        .filter(Objects::nonNull)
        .reduce((before, after) -> after)
        .orElse(null);
  }

  /** Saves the region that the dashboard proposes, as its button does. */
  private void correct(Walkthrough reader, CameraMotion motion) throws Exception {
    JsonNode proposed =
        get(
            reader,
            "api/sources/rules/corrected?source=%s&right=%s&down=%s&degrees=%s&scale=%s&aspect=%s"
                .formatted(
                    SOURCE,
                    motion.right(),
                    motion.down(),
                    motion.degrees(),
                    motion.scale(),
                    TankCamera.ASPECT));
    ObjectNode rule =
        (ObjectNode)
            get(reader, "api/sources/rules?source=" + SOURCE).at("/rules/0/settings").deepCopy();
    rule.set("region", proposed.get("region"));
    rule.set("rotation", proposed.get("rotation"));
    rule.put("by", "kim");
    System.out.printf("TutorialIT: %s, corrected by %s%n", motion, proposed);
    send(
        request(reader, "api/sources/rules/tank")
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(rule.toString())));
  }

  private JsonNode get(Walkthrough reader, String path) throws Exception {
    return JSON.readTree(send(request(reader, path)));
  }

  /** A request with the token that the page has made. */
  private HttpRequest.Builder request(Walkthrough reader, String path) throws IOException {
    Properties config = new Properties();
    try (Reader file = Files.newBufferedReader(folder.resolve("config/application.properties"))) {
      config.load(file);
    }
    return HttpRequest.newBuilder(reader.url(path))
        .header("Authorization", "Bearer " + config.getProperty("residua.http.token"));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static List<Incident> openIncidents(Walkthrough reader) {
    Map<String, Incident> latest = new LinkedHashMap<>();
    TopicReader.values(reader.clients(), TOPICS.incidents())
        .forEach(incident -> latest.put(incident.id(), incident));
    return latest.values().stream().filter(incident -> incident.endedAt() == null).toList();
  }

  static String ask(Walkthrough reader, String query) {
    try {
      return reader.start(query).awaitEnd(LIMIT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
