package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.alerting.StoredAlerts;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.NonUniformity;
import dev.residua.commissioning.RecalibrationProposal;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.frame.ImageShape;
import dev.residua.frame.SceneName;
import dev.residua.incident.ControlCommand;
import dev.residua.model.ModelBundle;
import dev.residua.registry.ModelAdmin;
import dev.residua.renewal.gate.GateRule;
import dev.residua.renewal.gate.GateVerdict;
import dev.residua.renewal.gate.GateVerdict.Ruling;
import dev.residua.testing.Chromium;
import dev.residua.testing.FaultySource;
import dev.residua.testing.Incidents;
import dev.residua.testing.Scored;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dashboard as a process of its own, in a real browser. Writes pictures of the pages to {@code
 * target/dashboard}.
 */
@Tag("slow")
@Tag("alone")
class DashboardIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final String TOKEN = "a-token-of-the-dashboard-test";
  private static final String READ_TOKEN = "a-token-for-looking-only";
  private static final Path PICTURES = Path.of("target", "dashboard");
  private static final String AXE = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";
  private static final int FAULT_FROM = 400;
  private static final int FRAMES = 470;
  private static final int SOURCES = 8;
  private static final int MANY = 5_000;
  private static final int[] SCALES = {1, 2, 4, 8, 16, 32, 64, 128};
  private static final int LOAD_FRAMES = 300; // of each source, 60 a second
  private static final List<String> WATCH_AT_ONCE =
      List.of("-Dresidua.sources.commissioning=false");
  private static final List<String> LATENTS = List.of("z0", "z1", "z2", "z3");
  private static final SourceCalibration LEARNED =
      new SourceCalibration(
          List.of(
              new LatentCalibration(0.5, 1, List.of(), 1, 1_200),
              new LatentCalibration(0, 2.5, List.of(), 1, 1_200),
              new LatentCalibration(0, 1, List.of(), 1, 1_200),
              new LatentCalibration(0, 1, List.of(), 1, 1_200)),
          1_400,
          1);

  private static String incidentPage = "";

  @TempDir Path directory;

  @Test
  void shouldShowWhatGoesWrongTakeOrdersAndKeepItsHistory() throws Exception {
    assumeThat(Chromium.installed())
        .as("skipped: no chromium on this machine (apt-get install chromium)")
        .isPresent();
    try (TestBroker kafka = TestBroker.start(TOPICS, 2);
        Service worker =
            Service.role(directory, WATCH_AT_ONCE, kafka.clients(), "score,monitor,alert", "1");
        Service dashboard = dashboard(kafka);
        Chromium browser = Chromium.start(directory.resolve("browser"))) {
      KafkaClients clients = kafka.clients();
      worker.awaitReady();
      dashboard.awaitReady();
      String home = "http://localhost:" + dashboard.httpPort() + "/";
      browser.device(1440, 900, false, false);

      emptyStates(browser, home, clients);
      publish(clients, 0, FRAMES);
      overview(browser, home);
      source(browser, home, clients);
      orders(browser, clients);
      incident(browser, home, clients);
      models(browser, home, clients);
      commission(clients);
      pages(browser, home);
      review(browser, home, clients);
      assertThat(unexpected(browser)).isEmpty();

      worker.stop(Duration.ofSeconds(30));
      load(browser, home, clients);
      assertThat(unexpected(browser)).isEmpty();
      restart(browser, home, kafka, dashboard);
    }
  }

  private Service dashboard(TestBroker kafka) throws IOException {
    return Service.role(
        directory, List.of("-Dresidua.http.token=" + TOKEN), kafka.clients(), "dashboard", "1");
  }

  private static void emptyStates(Chromium browser, String home, KafkaClients clients) {
    browser.open(home);
    browser.await(LIMIT, "how to send a frame", says("No frame has arrived yet"));
    assertThat(browser.text(".command code"))
        .isEqualTo(
            "kcat -b %s -P -t residua.frames -k cam1 frame.png"
                .formatted(clients.bootstrapServers()));
    assertThat(browser.text("#connection")).isEqualTo("live");
  }

  private static void overview(Chromium browser, String home) {
    browser.await(LIMIT, "the source is listed", says("cam1"));
    browser.await(
        LIMIT, "its incident is listed", "document.querySelector('.incident.open .sentence')");
    assertThat(browser.text(".incident.open .sentence")).contains("cam1").contains("Shadow length");
    browser.await(
        SOON,
        "the state of the source",
        "document.querySelector('.sources .chip').innerText.match(/anomalous|drifting/)");
    assertThat(browser.text(".sources .drift")).containsPattern("\\d+ %|× \\d+");
    assertThat(
            browser
                .evaluate("document.querySelectorAll('.spark .line')[0].getAttribute('d')")
                .asText())
        .contains("L");
  }

  private static void source(Chromium browser, String home, KafkaClients clients) throws Exception {
    browser.click("cam1");
    browser.await(LIMIT, "the page of the source", says("Every") + " || " + says("shadow length"));
    browser.await(
        LIMIT,
        "three pictures of the frame",
        "[...document.querySelectorAll('.pictures img')].filter(i => i.naturalWidth === 64).length"
            + " === 3");
    browser.await(SOON, "the incident", "!document.querySelector('.fault').hidden");
    assertThat(browser.text(".fault .sentence")).contains("Shadow length");
    assertThat(browser.text("tr.lit th")).startsWith("shadow length");
    assertThat(browser.evaluate("document.querySelectorAll('.graph .node.lit').length").asInt())
        .isEqualTo(1);
    assertThat(browser.evaluate("document.querySelectorAll('.graph .edge.lit').length").asInt())
        .as("the causes of the mechanism at fault")
        .isEqualTo(2);
    assertThat(browser.text(".graph-note")).isEqualTo(browser.text(".fault .sentence"));
    assertThat(browser.evaluate("document.querySelectorAll('.chart canvas').length").asInt())
        .as("four residuals, the drift statistic and its scales")
        .isEqualTo(6);

    String before = browser.text(".facts");
    publish(clients, FRAMES, FRAMES + 20);
    browser.await(
        SOON,
        "values change",
        "document.querySelector('.facts').innerText !== %s && %s"
            .formatted(
                com.fasterxml.jackson.databind.node.TextNode.valueOf(before),
                says(Integer.toString(FRAMES + 19))));

    browser.evaluate("document.querySelector('.timeline summary').click()");
    browser.click("Show its frame");
    browser.await(SOON, "the frame of the event", says("event at"));
    browser.click("Back to live");

    browser.click("What if …");
    browser.await(
        SOON,
        "the frame as it is and as it would be",
        "document.querySelectorAll('dialog img[src]').length === 2");
    String shadow = browser.text("dialog tbody tr:nth-child(4) td:nth-of-type(3)");
    browser.evaluate(
        "const slider = document.querySelector('dialog input[type=range]'); slider.value = -1.5;"
            + " slider.dispatchEvent(new Event('input'))");
    browser.await(
        SOON,
        "the shadow follows the pendulum",
        "document.querySelector('dialog tbody tr:nth-child(4) td:nth-of-type(3)').innerText !== '%s'"
            .formatted(shadow));
    browser.screenshot(PICTURES.resolve("whatif-desktop-light.png"));
    browser.click("Close");

    browser.click("Show its evidence");
    browser.await(SOON, "the evidence of the incident", says("evidence from"));
    browser.await(SOON, "what it shows", says("where the deviation of shadow length shows"));
    browser.screenshot(PICTURES.resolve("evidence-desktop-light.png"));
    browser.click("Back to live");
    browser.await(SOON, "the last frame", "!" + says("evidence from"));
  }

  private static void orders(Chromium browser, KafkaClients clients) {
    // without the token, then with a wrong one
    browser.click("True alarm");
    browser.fill("reason", "the lamp was moved");
    browser.fill("by", "ann");
    browser.fill("token", "not-the-token-of-this-service");
    browser.click("Confirm true alarm");
    browser.await(SOON, "the refusal", dialogSays("not one that this service knows"));
    assertThat(TopicReader.values(clients, TOPICS.control())).isEmpty();

    // with the right one
    browser.fill("token", TOKEN);
    browser.click("Confirm true alarm");
    browser.await(SOON, "the verdict comes back over Kafka", says("✓ True alarm"));
    List<ControlCommand> commands = TopicReader.values(clients, TOPICS.control());
    assertThat(commands).hasSize(1);
    assertThat(commands.get(0)).isInstanceOf(ControlCommand.Feedback.class);
    assertThat(commands.get(0).order().by()).isEqualTo("ann (claimed)");
    assertThat(commands.get(0).order().reason()).isEqualTo("the lamp was moved");

    browser.click("Silence");
    browser.fill("reason", "belt change");
    browser.evaluate("document.querySelector('dialog .primary').click()");
    browser.await(SOON, "the silence", says("belt change (ann (claimed), until"));
    browser.click("Take back");
    browser.evaluate("document.querySelector('dialog .primary').click()");
    browser.await(SOON, "it is taken back", "!" + says("belt change (ann (claimed), until"));
  }

  /** An incident is found, acknowledged, handed on and read. */
  private static void incident(Chromium browser, String home, KafkaClients clients) {
    browser.open(home + "#/incidents");
    browser.await(SOON, "the open incident", says("shadow length"));
    browser.evaluate(
        "const find = document.querySelector('input[type=search]'); find.value = 'no such camera';"
            + " find.dispatchEvent(new Event('input'))");
    browser.await(SOON, "nothing", says("No open incident matches"));
    assertThat(browser.evaluate("location.hash").asText())
        .isEqualTo("#/incidents?text=no+such+camera");
    browser.open(home + "#/incidents?text=cam1&state=all");
    browser.await(SOON, "filters of the address", "document.querySelector('.incident')");
    assertThat(browser.evaluate("document.querySelector('input[type=search]').value").asText())
        .isEqualTo("cam1");

    browser.evaluate("document.querySelector('.incident input').click()");
    browser.await(SOON, "what may be done", says("1 chosen"));
    browser.click("Acknowledge …");
    browser.fill("reason", "on my way");
    browser.evaluate("document.querySelector('dialog .primary').click()");
    browser.await(SOON, "who looks after it", says("ann (claimed) looks after it"));

    browser.evaluate("document.querySelector('.incident a.of').click()");
    browser.await(SOON, "its page", says("To check next"));
    browser.await(
        SOON, "its evidence", "document.querySelectorAll('.pictures img[src]').length === 3");
    browser.click("Assign …");
    browser.fill("assignee", "kim");
    browser.fill("reason", "knows this line");
    browser.evaluate("document.querySelector('dialog .primary').click()");
    browser.await(SOON, "the other person", says("kim looks after it"));
    browser.click("Note …");
    browser.fill("reason", "the lamp hangs loose");
    browser.evaluate("document.querySelector('dialog .primary').click()");
    browser.await(SOON, "the note", says("the lamp hangs loose"));
    assertThat(browser.text(".facts")).contains("Looked after by kim", "Source cam1");
    assertThat(browser.text(".events")).contains("opened", "Called a true alarm", "on my way");
    assertThat(TopicReader.values(clients, TOPICS.control()))
        .filteredOn(ControlCommand.Acknowledgement.class::isInstance)
        .extracting(command -> ((ControlCommand.Acknowledgement) command).assignee())
        .containsExactly("ann (claimed)", "kim");
    incidentPage = browser.evaluate("location.hash").asText();
    sendGroup(clients, incidentPage.substring(incidentPage.lastIndexOf('/') + 1));
    browser.await(SOON, "its group", says("Notified together") + " && " + says("And 5 more."));
    assertThat(browser.text("[aria-labelledby=group-title] tbody")).contains("cam1", "cam7");
  }

  /** A group of seven incidents, of which two are known by name. */
  private static void sendGroup(KafkaClients clients, String incident) {
    byte[] group =
        StoredAlerts.group(
            "group.a.0",
            5,
            Incidents.with(i -> i.id = incident),
            Incidents.with(
                i -> {
                  i.id = "another";
                  i.source = "cam7";
                }));
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      producer.send(
          new ProducerRecord<>(
              TOPICS.alerts().name(),
              StoredAlerts.key("group.a.0").getBytes(StandardCharsets.UTF_8),
              group));
    }
  }

  private static void models(Chromium browser, String home, KafkaClients clients) throws Exception {
    browser.open(home + "#/models");
    browser.await(SOON, "the verdicts on the model", says("labels are missed by at most 0.07"));
    assertThat(browser.text("main")).contains("in use", "Gate");
    browser.evaluate(
        "[...document.querySelectorAll('main summary')].find(s => s.innerText === 'Details').click()");
    browser.await(SOON, "where the model comes from", says("Figures of the training"));
    assertThat(browser.text("main")).contains("reconstruction.mse");
    browser.click("Roll back");
    browser.fill("reason", "to try it");
    browser.evaluate("document.querySelector('dialog .primary').click()");
    browser.await(SOON, "why not", dialogSays("no model was in use before"));
    browser.click("Cancel");

    // When another model comes, with the verdict of the gate
    ModelBundle first = Models.read(Optional.empty());
    ModelBundle other =
        first.withId("new-lens").with(ModelBundle.GATE_VERDICT, verdict(first).toJson());
    try (ModelAdmin admin = ModelAdmin.of(clients.registry(Topics.DEFAULT_PREFIX), TOPICS)) {
      admin.publish(
          other,
          SceneName.DEFAULT,
          null,
          "promoted",
          new ModelAdmin.Author("ann", "test", Instant.now()));
    }
    browser.await(SOON, "the new model is listed", says("new-lens"));
    browser.open(home + "#/models/new-lens");
    browser.await(SOON, "its gate", says("largest distance of p-values from uniform"));
    browser.await(SOON, "its difference", says("Both have the same latents and the same graph"));
    assertThat(browser.text("main")).contains("let through", "0.0125", first.id());
    browser.click("Promote");
    browser.fill("reason", "new lens");
    browser.evaluate("document.querySelector('dialog .primary').click()");
    browser.await(
        SOON,
        "the new model is in use",
        "document.querySelector('.pick a[aria-current=true] .chip')?.innerText === 'in use'");
    browser.click("Roll back");
    browser.fill("reason", "it misses the lamp");
    browser.evaluate("document.querySelector('dialog .primary').click()");
    browser.await(SOON, "the first model is in use again", says("it misses the lamp"));
  }

  private static GateVerdict verdict(ModelBundle first) {
    return new GateVerdict(
        1,
        first.id(),
        first.digest(),
        "new-lens",
        first.digest(),
        2_048,
        60,
        Arrays.stream(GateRule.values())
            .map(rule -> new Ruling(rule, Double.NaN, 0.0125, 0.05, true, "as it may be"))
            .toList());
  }

  /**
   * Every page in every look; on a desktop with the rules of axe, which has WCAG 2.1 AA among them.
   */
  private static void pages(Chromium browser, String home) throws IOException {
    Map<String, String> pages =
        Map.of(
            "overview", "#/",
            "source", "#/sources/cam1",
            "incidents", "#/incidents?state=all&group=subject",
            "incident", incidentPage,
            "review", "#/sources/new2",
            "models", "#/models",
            "feedback", "#/feedback",
            "wall", "#/wall",
            "past", "#/history/cam1",
            "explain", "#/explain/gate");
    Map<String, String> ready =
        Map.of(
            "overview",
            "document.querySelector('.sources .chip')",
            "source",
            "document.querySelector('.pictures img[src]')",
            "incidents",
            "document.querySelector('.groups') && document.querySelector('.incident')",
            "incident",
            "document.querySelectorAll('.events li').length && document.querySelector('.pictures img[src]')",
            "review",
            says("varies 2.50 times as much as accepted."),
            "models",
            says("labels are missed by at most 0.07"),
            "feedback",
            "document.querySelector('.precision')",
            "wall",
            "document.querySelector('.wall .tile')",
            "past",
            says("quarters with frames"),
            "explain",
            says("Precision of the alarms"));
    String axe;
    try (InputStream in = DashboardIT.class.getResourceAsStream(AXE)) {
      axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (boolean phone : new boolean[] {false, true}) {
      for (boolean dark : new boolean[] {false, true}) {
        browser.device(phone ? 390 : 1440, phone ? 844 : 900, phone, dark);
        for (String page : pages.keySet()) {
          browser.open(home + pages.get(page));
          browser.await(SOON, page, ready.get(page));
          if (!phone) {
            assertThat(violations(browser, axe)).as("%s, dark %s", page, dark).isEmpty();
          }
          assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
              .as("%s fits its width, phone %s", page, phone)
              .isLessThanOrEqualTo(phone ? 390 : 1440);
          browser.screenshot(
              PICTURES.resolve(
                  "%s-%s-%s.png"
                      .formatted(page, phone ? "phone" : "desktop", dark ? "dark" : "light")));
        }
      }
    }
    browser.device(1440, 900, false, false);
  }

  /** A source that learns and one that needs a review. */
  private static void commission(KafkaClients clients) {
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      for (int i = 0; i < 20; i++) {
        sendScores(producer, "new1", i, 0.1f, calibration(CalibrationPhase.LEARNING, 0));
        sendScores(producer, "new2", i, 0.1f, calibration(CalibrationPhase.NEEDS_REVIEW, 4));
      }
      sendReport(
          producer,
          "new1",
          new CommissioningStatus(
              CalibrationPhase.LEARNING, 0, 0.4, true, List.of("400 of 1000 effective samples")),
          null);
      sendReport(
          producer,
          "new2",
          new CommissioningStatus(
              CalibrationPhase.NEEDS_REVIEW,
              1,
              1,
              true,
              List.of("z1 varies 2.50 times as much as accepted")),
          LEARNED);
    }
  }

  private static DriftScore.Calibration calibration(CalibrationPhase phase, int latents) {
    return new DriftScore.Calibration(phase, 1, true, new float[latents]);
  }

  private static void sendReport(
      KafkaProducer<byte[], byte[]> producer,
      String source,
      CommissioningStatus status,
      @Nullable SourceCalibration calibration) {
    send(
        producer,
        TOPICS.calibrations(),
        source,
        new CommissioningReport(
            source,
            19,
            Instant.now(),
            "model-1",
            "ab12",
            LATENTS,
            status,
            null,
            calibration,
            source.equals("new1") ? new CommissioningReport.Challenger("model-2", status) : null));
  }

  /** The source that needs a review is found, understood and accepted. */
  private static void review(Chromium browser, String home, KafkaClients clients)
      throws IOException {
    browser.open(home + "#/sources/new1");
    browser.await(SOON, "the progress", says("400 of 1000 effective samples"));
    assertThat(browser.text(".title")).contains("learning 40 %").doesNotContain("Accept as normal");
    assertThat(browser.text("main")).contains("No statistic until the source has learned");
    assertThat(browser.text("main")).contains("model-2 scores it in shadow: 40 % learned");

    browser.open(home + "#/");
    browser.await(
        SOON, "how many learn", says("1 source learns what is normal, 1 needs a review."));
    assertThat(browser.text(".sources")).contains("learning 40 %", "needs a review");
    browser.click("Show sources to review");
    browser.await(SOON, "one row", "document.querySelectorAll('.sources tbody tr').length === 1");
    browser.click("new2");
    browser.await(SOON, "its reasons", says("Z1 varies 2.50 times as much as accepted."));
    assertThat(browser.text(".normals")).contains("+0.50", "2.50", "0.00");

    browser.click("Accept as normal …");
    browser.fill("reason", "a brighter lamp");
    browser.evaluate("document.querySelector('dialog .primary').click()");
    browser.await(SOON, "the order comes back over Kafka", says("a brighter lamp"));
    assertThat(TopicReader.values(clients, TOPICS.control()))
        .filteredOn(ControlCommand.Arm.class::isInstance)
        .singleElement()
        .satisfies(
            arm -> {
              assertThat(arm.order().covers("new2")).isTrue();
              assertThat(arm.order().covers("new1")).isFalse();
            });
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      sendReport(
          producer,
          "new2",
          new CommissioningStatus(CalibrationPhase.ARMED, 1, 1, true, List.of()),
          LEARNED);
    }
    browser.await(SOON, "that it is learned", says("learned, provisional"));
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      NonUniformity found =
          new NonUniformity(Instant.now().minusSeconds(100_000), 4_100, 0.324, 0.5, 0.31, 1e-20);
      sendReport(
          producer,
          "new2",
          new CommissioningStatus(CalibrationPhase.ARMED, 1, 1, true, List.of())
              .with(List.of(new RecalibrationProposal("", "z1", found))),
          LEARNED);
    }
    browser.await(SOON, "what is proposed", says("32 % of 4100 effective samples have a p-value"));
    assertThat(browser.text("main"))
        .contains("recalibration proposed", "look at the pictures first");
    assertThat(browser.text("[aria-labelledby=normal-title]"))
        .contains("Learn again …")
        .doesNotContain("Accept as normal …");
    browser.evaluate("document.querySelector('[aria-labelledby=normal-title]').scrollIntoView()");
    browser.screenshot(PICTURES.resolve("source-desktop-proposal.png"));
    browser.open(home + "#/");
    browser.await(SOON, "that one is proposed", says("Recalibration of 1 source is proposed."));
    assertThat(browser.text(".sources")).contains("recalibrate?");
    browser.screenshot(PICTURES.resolve("overview-desktop-proposal.png"));
  }

  private static JsonNode violations(Chromium browser, String axe) {
    if (browser.evaluate("typeof axe").asText().equals("undefined")) {
      browser.evaluate(axe + ";null");
    }
    return browser.evaluate(
        "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' +"
            + " n.failureSummary).join('; ')))");
  }

  /** Eight sources at 60 frames a second each. */
  private static void load(Chromium browser, String home, KafkaClients clients) throws Exception {
    browser.open(home + "#/sources/load1");
    Thread sender = new Thread(() -> sendLoad(clients, "load", SOURCES, LOAD_FRAMES, 60), "load");
    sender.start();
    browser.await(
        LIMIT,
        "the first frame of the load",
        "document.querySelectorAll('.chart canvas').length > 5");
    assertSmooth("a source, of 8 at 60 frames a second each", browser, 2_000);
    browser.open(home + "#/");
    browser.await(SOON, "all sources", says("load8"));
    assertSmooth("the overview of the same", browser, 1_000);
    browser.screenshot(PICTURES.resolve("overview-desktop-load.png"));
    sender.join(30_000);
    browser.open(home + "#/sources/load1");
    browser.await(SOON, "the last frame of the load", says(Integer.toString(LOAD_FRAMES - 1)));
  }

  /** Thousands of sources at a frame a second each. */
  private static void many(Chromium browser, String home, KafkaClients clients) throws Exception {
    browser.open(home + "#/");
    Thread sender = new Thread(() -> sendLoad(clients, "many", MANY, 6, 1), "many");
    sender.start();
    browser.await(
        LIMIT,
        "all of them are counted",
        "[...document.querySelectorAll('.figures dd')].some(d => Number(d.innerText.replace(/\\D/g, '')) >= %d)"
            .formatted(MANY));
    assertSmooth("the overview of %,d sources".formatted(MANY), browser, 2_000);
    assertThat(browser.evaluate("document.querySelectorAll('.sources tbody tr').length").asInt())
        .as("rows of a page")
        .isEqualTo(50);
    browser.evaluate("document.querySelector('nav.pages button:nth-of-type(2)').click()");
    browser.await(SOON, "the second page", says("51 to 100 of"));
    browser.evaluate(
        """
        { const find = document.querySelector('.filters input');
          find.value = 'many%d'; find.dispatchEvent(new Event('input', { bubbles: true })); null }
        """
            .formatted(MANY));
    browser.await(
        SOON,
        "the one that is looked for",
        "document.querySelectorAll('.sources tbody tr').length === 1 && " + says("many" + MANY));
    browser.screenshot(PICTURES.resolve("overview-desktop-many.png"));
    sender.join(30_000);
  }

  /** Checks the pauses that the browser counted. */
  private static void assertSmooth(String what, Chromium browser, int millis) {
    JsonNode seen =
        browser.evaluate(
            """
            new Promise(done => { let frames = 0, longest = 0, last = performance.now(), blocked = 0;
              const observer = new PerformanceObserver(l => l.getEntries().forEach(e => { blocked += e.duration; }));
              observer.observe({ type: 'longtask' });
              const start = last, tick = now => { frames++; longest = Math.max(longest, now - last); last = now;
                if (now - start < %d) requestAnimationFrame(tick);
                else { observer.disconnect(); done({ rate: 1000 * frames / (now - start), longest, blocked: blocked / (now - start) }); } };
              requestAnimationFrame(tick); })
            """
                .formatted(millis));
    System.out.printf(
        Locale.ROOT,
        "dashboard, %s: %.0f animation frames a second, longest pause %.0f ms, %.0f %% of the time"
            + " in long tasks%n",
        what,
        seen.path("rate").asDouble(),
        seen.path("longest").asDouble(),
        100 * seen.path("blocked").asDouble());
    assertThat(seen.path("rate").asDouble()).as("frames a second").isGreaterThan(15);
    assertThat(seen.path("longest").asDouble()).as("longest pause, ms").isLessThan(1_000);
    assertThat(seen.path("blocked").asDouble()).as("share of long tasks").isLessThan(0.5);
  }

  /**
   * Scores and drift scores as if frames of some sources had come.
   *
   * @param perSecond frames of each
   */
  private static void sendLoad(
      KafkaClients clients, String prefix, int sources, int frames, int perSecond) {
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      long start = System.nanoTime();
      for (int i = 0; i < frames; i++) {
        for (int s = 1; s <= sources; s++) {
          sendScores(producer, prefix + s, i, (float) Math.sin(i / 20.0 + s));
        }
        long left = start + i * 1_000_000_000L / perSecond - System.nanoTime();
        if (left > 0) {
          Thread.sleep(left / 1_000_000);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sendScores(
      KafkaProducer<byte[], byte[]> producer, String source, int sequence, float wave) {
    sendScores(producer, source, sequence, wave, DriftScore.Calibration.MODEL);
  }

  private static void sendScores(
      KafkaProducer<byte[], byte[]> producer,
      String source,
      int sequence,
      float wave,
      DriftScore.Calibration calibration) {
    Instant now = Instant.now();
    ScoredFrame made =
        Scored.nominal().source(source).residuals(wave, -wave, 2 * wave, 0).frame(sequence);
    ScoredFrame frame =
        new ScoredFrame(
            source,
            sequence,
            now,
            now,
            made.modelId(),
            made.modelDigest(),
            SceneName.DEFAULT,
            made.latents(),
            made.expected(),
            made.residuals(),
            made.statistics(),
            made.sensor(),
            made.timing(),
            made.position(),
            made.rule(),
            made.context());
    float[] perScale = new float[SCALES.length];
    Arrays.fill(perScale, 10 + 5 * wave);
    send(producer, TOPICS.scores(), source, frame);
    send(
        producer,
        TOPICS.drift(),
        source,
        new DriftScore(
            source,
            sequence,
            now,
            made.modelId(),
            made.modelDigest(),
            10 + 5 * wave,
            20,
            1e6,
            perScale,
            SCALES,
            sequence + 1,
            calibration,
            DriftScore.Others.NONE));
  }

  private static <V> void send(
      KafkaProducer<byte[], byte[]> producer, Topic<String, V> topic, String key, V value) {
    producer.send(
        new ProducerRecord<>(
            topic.name(),
            key.getBytes(StandardCharsets.UTF_8),
            topic.value().serializer().serialize(topic.name(), value)));
  }

  /**
   * The dashboard dies and comes back, with a token for reading too: the page says so, comes back
   * by itself, and knows all; without the token it asks for it.
   */
  private void restart(Chromium browser, String home, TestBroker kafka, Service dashboard)
      throws Exception {
    dashboard.kill();
    browser.await(SOON, "that the service is gone", "!document.querySelector('#banner').hidden");
    assertThat(browser.text("#connection")).isEqualTo("not connected");
    Path data = directory.resolve("dashboard-again");
    try (Service again =
        Service.launchAgain(
            dashboard,
            data,
            List.of("-Dresidua.http.token=" + TOKEN, "-Dresidua.http.read-token=" + READ_TOKEN),
            List.of(
                "serve",
                "--roles",
                "dashboard",
                "--bootstrap",
                kafka.bootstrapServers(),
                "--data-dir",
                data.toString()))) {
      again.awaitReady();
      browser.await(LIMIT, "the page is live again", "document.querySelector('#banner').hidden");
      browser.open(home + "#/sources/cam1");
      browser.await(SOON, "another source", "document.title.includes('cam1')");
      browser.send("Page.reload", Map.of());
      browser.await(SOON, "the history", says(Integer.toString(FRAMES + 19)));
      assertThat(
              browser
                  .evaluate(
                      "fetch('api/sources/cam1', {headers: {Authorization: 'Bearer %s'}}).then(r => r.json()).then(s => s.scores.millis.length)"
                          .formatted(READ_TOKEN))
                  .asInt())
          .as("frames of before the restart")
          .isEqualTo(FRAMES + 20);
      browser.await(SOON, "the verdict", says("✓ True alarm"));
      browser.await(
          SOON,
          "the frame is read back from Kafka",
          "[...document.querySelectorAll('.pictures img')].filter(i => i.naturalWidth ==="
              + " 64).length === 3");
      browser.screenshot(PICTURES.resolve("source-desktop-after-restart.png"));
      browser.evaluate("sessionStorage.clear()");
      browser.send("Page.reload", Map.of());
      browser.await(SOON, "the page asks for a token", "document.querySelector('dialog[open]')");
      assertThat(browser.text("#banner")).contains("needs a token");
      assertThat(browser.text("main")).doesNotContain("shadow length");
      browser.fill("token", TOKEN);
      browser.click("Continue");
      browser.await(SOON, "it reads again", says("✓ True alarm"));
      many(browser, home, kafka.clients()); // now, as sources share the memory for their histories
      assertThat(again.stop(Duration.ofSeconds(10))).as("exit code").isIn(0, 143);
      assertThat(again.err()).doesNotContain(" ERROR ");
    }
  }

  /** Lines of the console without the two refusals that the test provokes. */
  private static List<String> unexpected(Chromium browser) {
    return browser.errors().stream()
        .filter(error -> !error.contains("401") || !error.contains("/api/access"))
        .filter(error -> !error.contains("400") || !error.contains("/api/models/rollback"))
        // the scores of the load are of frames that were never sent
        .filter(error -> !error.contains("404") || !error.contains("?model=model-1&"))
        .toList();
  }

  private static String says(String text) {
    return "document.querySelector('main').innerText.includes(%s)"
        .formatted(com.fasterxml.jackson.databind.node.TextNode.valueOf(text));
  }

  private static String dialogSays(String text) {
    return "document.querySelector('dialog .error:not([hidden])')?.innerText.includes(%s)"
        .formatted(com.fasterxml.jackson.databind.node.TextNode.valueOf(text));
  }

  /** A pendulum whose shadow is three noise deviations too long from a frame on. */
  private static void publish(KafkaClients clients, int from, int to) throws IOException {
    Instant first = Instant.now().minusMillis(50L * to);
    FaultySource.publish(
        clients, TOPICS, FaultySource.frames("cam1", first, to, FAULT_FROM, 500).subList(from, to));
  }
}
