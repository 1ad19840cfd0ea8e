package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.Residua;
import dev.residua.access.AccessTokens;
import dev.residua.access.Grants;
import dev.residua.app.teach.TeachAccess;
import dev.residua.app.teach.Teaching;
import dev.residua.dataset.DatasetWriter;
import dev.residua.dataset.DatasetWriter.Description;
import dev.residua.dataset.FrameDataset;
import dev.residua.dataset.LabelTable;
import dev.residua.dataset.TaughtAnswer;
import dev.residua.dataset.TaughtAnswer.Answer;
import dev.residua.dataset.TaughtHold;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.dl4j.Nd4jBackends;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.frame.SceneName;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxEngine;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.testing.Chromium;
import dev.residua.training.TrainingPipeline;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person who teaches a simulated pendulum in a real browser, and knows its true values. Writes
 * pictures of the page to {@code target/teach}.
 */
@Tag("alone")
class TeachIT {
  private static final int FRAMES = 1_400;
  private static final int ANSWERS = 12;
  private static final String STEPS = "6";

  /** A calibration of seconds, whose thresholds nothing here reads. */
  private static final DriftSettings DRIFT =
      DriftSettings.DEFAULTS.withSimulation(50, 512).withFrequencies(16).withTargetRunLength(1_000);

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration TRAINED = Duration.ofSeconds(240);
  private static final Path PICTURES = Path.of("target", "teach");
  private static final String AXE = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";
  private static final Map<String, Integer> KEYS =
      Map.of("ArrowLeft", 37, "ArrowUp", 38, "ArrowRight", 39, "ArrowDown", 40, "Enter", 13);

  @TempDir Path directory;

  private LabelTable truth = LabelTable.empty(0);
  private Path set = Path.of("");

  @Test
  void shouldLearnFromAPersonAndShowWhatBecameOfTheNames() throws Exception {
    assumeThat(Chromium.installed())
        .as("skipped: no chromium on this machine (apt-get install chromium)")
        .isPresent();
    generate();
    Nd4jBackends.useProcessor();
    try (Teaching teaching = start();
        Chromium browser = Chromium.start(directory.resolve("browser"))) {
      browser.device(1440, 900, false, false);
      browser.open("http://localhost:%d/".formatted(teaching.port()));

      nameFactors(browser);
      compare(browser);
      sort(browser);
      hold(browser);
      label(browser);
      undo(browser);
      together(browser, teaching);
      train(browser);
      pages(browser);
      assertThat(browser.errors()).isEmpty();
    }
  }

  @Test
  void shouldSignPeopleInWithTheirTokens() throws Exception {
    assumeThat(Chromium.installed())
        .as("skipped: no chromium on this machine (apt-get install chromium)")
        .isPresent();
    generate();
    Path tokens = directory.resolve("tokens.txt");
    Files.writeString(tokens, AccessTokens.line("kim", "of-kim", Grants.parse("operator")));
    try (Teaching teaching = start(TeachAccess.ofPeople(tokens, SceneName.DEFAULT));
        Chromium browser = Chromium.start(directory.resolve("browser"))) {
      // When
      browser.open("http://localhost:%d/".formatted(teaching.port()));
      browser.await(SOON, "the page asks for a token", "document.querySelector('.sign-in')");
      browser.fill("token", "of-kim");
      browser.click("Sign in");

      // Then
      browser.await(
          SOON,
          "the page knows the name and shows pictures",
          "document.getElementById('who').disabled"
              + " && document.getElementById('who').value === 'kim'"
              + " && [...document.querySelectorAll('.samples img')].some(i => i.naturalWidth > 0)");
    }
  }

  /** The frames of the scene without anything that is known of them. */
  private void generate() throws IOException {
    Path whole = directory.resolve("truth");
    int exit =
        Residua.execute(
            "dataset",
            "generate",
            "pendulum",
            "--noise",
            "--holds",
            "0.2",
            "--count",
            "" + FRAMES,
            "--out",
            whole.toString());
    assertThat(exit).isZero();
    FrameDataset scene = FrameDataset.open(whole);
    truth = scene.labels();
    ImageShape small = new ImageShape(32, 32, 3);
    FrameDataset reduced = scene.reducedTo(small);
    set = directory.resolve("set");
    try (DatasetWriter writer =
        new DatasetWriter(
            set,
            small,
            List.of(),
            new Description("pendulum", List.of(), null, Map.of()),
            false,
            false)) {
      for (int i = 0; i < FRAMES; i++) {
        writer.write(reduced.read(i, 1), 0, List.of());
      }
      writer.finish();
    }
  }

  private Teaching start() throws Exception {
    return start(TeachAccess.OPEN);
  }

  private Teaching start(TeachAccess access) throws Exception {
    return Teaching.start(
        set,
        set.resolve("taught.residua"),
        List.of(),
        (data, settings, progress) ->
            new TrainingPipeline(
                    new LancaTrainer(),
                    OnnxEngine::new,
                    OnnxLatentDecoder::of,
                    Clock.systemUTC(),
                    "test",
                    DRIFT)
                .run(data, settings, null, null, progress),
        1,
        InetAddress.getLoopbackAddress(),
        0,
        access,
        Clock.systemUTC());
  }

  private double truth(int frame, String factor) {
    return truth.value(frame, factor.replace(' ', '_'));
  }

  private static void key(Chromium browser, String name) {
    int code = KEYS.getOrDefault(name, (int) Character.toUpperCase(name.charAt(0)));
    Map<String, Object> down =
        Map.of("type", "keyDown", "key", name, "code", name, "windowsVirtualKeyCode", code);
    browser.send("Input.dispatchKeyEvent", down);
    browser.send("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", name));
  }

  private static String says(String text) {
    return "document.body.innerText.includes('%s')".formatted(text);
  }

  private static void nameFactors(Chromium browser) throws IOException {
    browser.await(SOON, "the first question", says("What varies in these pictures?"));
    shoot(browser, "welcome.png");
    browser.fill("first-factor", "shadow length");
    browser.click("Add the first factor");
    browser.await(SOON, "a comparison", "document.querySelectorAll('.pair img').length === 2");
    browser.click("+ Factor");
    browser.fill("factor-name", "pendulum");
    browser.fill("factor-low", "-40");
    browser.fill("factor-high", "40");
    browser.click("Add");
    browser.await(
        SOON,
        "two factors",
        "document.querySelectorAll('.factor:not(.new)').length === 2"
            + " && document.querySelector('.question b').innerText === 'pendulum'");
  }

  private List<Integer> compared(Chromium browser) {
    List<Integer> frames = new ArrayList<>();
    for (JsonNode alt :
        browser.evaluate("[...document.querySelectorAll('.pair img')].map(i => i.alt)")) {
      frames.add(Integer.valueOf(alt.asText().replaceAll("\\D", "")));
    }
    return frames;
  }

  private void compare(Chromium browser) throws Exception {
    for (int i = 0; i < ANSWERS; i++) {
      List<Integer> pair = compared(browser);
      boolean left = truth(pair.get(0), "pendulum") > truth(pair.get(1), "pendulum");
      key(browser, left ? "ArrowLeft" : "ArrowRight");
      browser.await(
          SOON,
          "the next question",
          "%s && !document.querySelector('.chosen')"
              .formatted(says(": %d answer".formatted(i + 1))));
    }
    List<TaughtAnswer> stored = FrameDataset.open(set).answers();
    assertThat(stored).hasSize(ANSWERS);
    for (TaughtAnswer answer : stored) {
      assertThat(answer.answer())
          .isEqualTo(
              truth(answer.frameA(), "pendulum") > truth(answer.frameB(), "pendulum")
                  ? Answer.A
                  : Answer.B);
      assertThat(answer.frameA()).as("calibrates nothing").isLessThan(FRAMES * 7 / 10);
    }
    shoot(browser, "compare.png");
    key(browser, "ArrowUp");
    browser.await(SOON, "a third kind of answer", says("no difference of pendulum"));
    browser.await(SOON, "the next question", "!document.querySelector('.chosen')");
    key(browser, "ArrowDown");
    browser.await(SOON, "a fourth one", says("pendulum cannot be seen"));
    assertThat(FrameDataset.open(set).answers().subList(ANSWERS, ANSWERS + 2))
        .extracting(TaughtAnswer::answer)
        .containsExactly(Answer.EQUAL, Answer.UNKNOWN);
  }

  private static List<Integer> cards(Chromium browser) {
    List<Integer> frames = new ArrayList<>();
    for (JsonNode frame :
        browser.evaluate(
            "[...document.querySelectorAll('.card')].sort((a, b) => a.style.order - b.style.order)"
                + ".map(c => Number(c.dataset.frame))")) {
      frames.add(frame.asInt());
    }
    return frames;
  }

  private static double place(Chromium browser, int card, String side) {
    return browser
        .evaluate(
            "(() => { const r = document.querySelectorAll('.card')[%d].getBoundingClientRect(); return r.%s + 40; })()"
                .formatted(card, side))
        .asDouble();
  }

  private static void mouse(Chromium browser, String type, double x, double y) {
    browser.send(
        "Input.dispatchMouseEvent",
        Map.of("type", type, "x", x, "y", y, "button", "left", "buttons", 1, "clickCount", 1));
  }

  private void sort(Chromium browser) throws Exception {
    browser.evaluate("location.hash = '#/sort'");
    browser.await(SOON, "ten pictures", "document.querySelectorAll('.card').length === 10");

    // by dragging the first picture to the third place
    List<Integer> before = cards(browser);
    double x = place(browser, 0, "left");
    double y = place(browser, 0, "top");
    double toX = place(browser, 2, "left");
    mouse(browser, "mousePressed", x, y);
    mouse(browser, "mouseMoved", (x + toX) / 2, y);
    mouse(browser, "mouseMoved", toX, y);
    mouse(browser, "mouseReleased", toX, y);
    List<Integer> dragged = cards(browser);
    assertThat(dragged.get(2)).isEqualTo(before.get(0));
    assertThat(dragged).containsExactlyInAnyOrderElementsOf(before);

    // by the keyboard
    List<Integer> sorted =
        dragged.stream().sorted(Comparator.comparingDouble(f -> truth(f, "pendulum"))).toList();
    for (int place = 0; place < 10; place++) {
      browser.evaluate(
          "document.querySelector('.card[data-frame=\"%d\"]').focus()"
              .formatted(sorted.get(place)));
      for (int at = cards(browser).indexOf(sorted.get(place)); at > place; at--) {
        key(browser, "ArrowLeft");
      }
    }
    assertThat(cards(browser)).isEqualTo(sorted);
    shoot(browser, "sort.png");
    browser.click("Store this order: 45 answers");
    browser.await(SOON, "they are stored", says((ANSWERS + 2 + 45) + " answers"));
    List<TaughtAnswer> all = FrameDataset.open(set).answers();
    for (TaughtAnswer answer : all.subList(ANSWERS + 2, ANSWERS + 2 + 45)) {
      assertThat(answer.answer())
          .isEqualTo(
              truth(answer.frameA(), "pendulum") > truth(answer.frameB(), "pendulum")
                  ? Answer.A
                  : Answer.B);
    }
  }

  private void hold(Chromium browser) throws Exception {
    int first = 0;
    while (!"pendulum".equals(truth.text(first, FrameDataset.HELD_COLUMN))) {
      first++;
    }
    browser.evaluate("location.hash = '#/holds'");
    browser.await(SOON, "frames", "document.querySelectorAll('.thumb img').length === 60");
    browser.evaluate(
        "(() => { const f = document.querySelector('[name=first-shown]'); f.value = %d; f.dispatchEvent(new Event('change')); })()"
            .formatted(first));
    for (int frame = first; frame <= first + 1; frame++) {
      browser.evaluate(
          "document.querySelector('.thumb[data-frame=\"%d\"]').click()".formatted(frame));
    }
    browser.await(SOON, "the run", says("Frames %d to %d: 2 frames.".formatted(first, first + 1)));
    shoot(browser, "holds.png");
    browser.evaluate("document.activeElement.blur()");
    key(browser, "Enter");
    browser.await(
        SOON, "it is marked", "document.querySelectorAll('.thumb[data-held]').length === 2");
    assertThat(FrameDataset.open(set).holds())
        .extracting(TaughtHold::first, TaughtHold::last, TaughtHold::factor)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(first, first + 1, "pendulum"));
  }

  private void label(Chromium browser) throws Exception {
    browser.evaluate("location.hash = '#/label'");
    browser.await(SOON, "a picture", "document.querySelector('.labels .large img')");
    int frame = browser.evaluate("Number(document.querySelector('[name=frame]').value)").asInt();
    browser.evaluate(
        """
        (() => { const f = document.querySelector('[name="value-pendulum"]');
          f.value = '12.5'; f.dispatchEvent(new Event('change', {bubbles: true})); })()
        """);
    browser.await(
        SOON, "it is stored", says("Stored: pendulum of frame %d is 12.5".formatted(frame)));
    shoot(browser, "label.png");
    assertThat(FrameDataset.open(set).labels().value(frame, "pendulum")).isEqualTo(12.5);
  }

  private void undo(Chromium browser) throws Exception {
    browser.evaluate("document.activeElement.blur()");
    key(browser, "u");
    browser.await(SOON, "the label is gone", says(", 0 labels"));
    assertThat(FrameDataset.open(set).labels().has("pendulum")).isFalse();
    key(browser, "u");
    browser.await(SOON, "the run is gone", says("0 held pairs"));
    assertThat(FrameDataset.open(set).holds()).isEmpty();
    browser.click("Redo");
    browser.await(SOON, "it is back", says("1 held pair,"));
    assertThat(FrameDataset.open(set).holds()).hasSize(1);

    String exported =
        browser
            .evaluate(
                "fetch(document.querySelector('.menu a[download=\"answers.csv\"]').href).then(r => r.text())")
            .asText();
    assertThat(exported).isEqualTo(Files.readString(set.resolve(TaughtAnswer.FILE)));
  }

  /** Somebody else teaches at the same time, by a program. */
  private void together(Chromium browser, Teaching teaching) throws Exception {
    int status =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://localhost:%d/api/teach/sorted".formatted(teaching.port())))
                    .header("Content-Type", "application/json")
                    .POST(
                        BodyPublishers.ofString(
                            "{\"factor\": \"shadow length\", \"frames\": %s, \"who\": \"bob\"}"
                                .formatted(
                                    List.of(3, 30, 60, 90, 120).stream()
                                        .sorted(
                                            Comparator.comparingDouble(
                                                f -> truth(f, "shadow length")))
                                        .toList())))
                    .build(),
                BodyHandlers.discarding())
            .statusCode();
    assertThat(status).isEqualTo(200);
    browser.await(SOON, "the page shows them", says((ANSWERS + 2 + 45 + 10) + " answers"));
  }

  private void train(Chromium browser) throws Exception {
    browser.evaluate("location.hash = '#/train'");
    browser.await(SOON, "the page", says("Train a model on your answers"));
    browser.fill("steps", STEPS);
    browser.evaluate(
        "[...document.querySelectorAll('main button')].find(b => b.innerText === 'Train').click()");
    browser.await(SOON, "progress", "document.querySelector('main progress')");
    shoot(browser, "training.png");
    browser.await(TRAINED, "verdicts", "document.querySelector('.verdicts')");
    assertThat(browser.evaluate("document.querySelectorAll('.verdicts .chip').length").asInt())
        .isEqualTo(4);
    assertThat(browser.evaluate("document.querySelectorAll('.graph .node').length").asInt())
        .isEqualTo(2);
    assertThat(browser.text("main"))
        .contains("Mechanisms that can be monitored", "shadow length", "pendulum");
    // Of six steps any verdict may be bad; the next command names the set.
    assertThat(browser.text(".verdicts")).contains(set.toString()).doesNotContain("MODEL", "DATA ");
    ModelBundle bundle = ModelBundle.read(set.resolve("taught.residua"));
    assertThat(bundle.manifest().latentNames())
        .containsExactlyInAnyOrder("pendulum", "shadow length");
    shoot(browser, "verdicts.png");
  }

  private static void pages(Chromium browser) throws Exception {
    String axe;
    try (InputStream in = TeachIT.class.getResourceAsStream(AXE)) {
      axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Map<String, String> ready =
        Map.of(
            "compare", "document.querySelectorAll('.pair img').length === 2",
            "sort", "document.querySelectorAll('.card img').length > 5",
            "holds", "document.querySelectorAll('.thumb img').length > 20",
            "label", "document.querySelector('.value-row')",
            "train", "document.querySelector('.verdicts')");
    for (boolean phone : new boolean[] {false, true}) {
      for (boolean dark : new boolean[] {false, true}) {
        browser.device(phone ? 390 : 1440, phone ? 844 : 900, phone, dark);
        for (Map.Entry<String, String> page : ready.entrySet()) {
          browser.evaluate("location.hash = '#/%s'".formatted(page.getKey()));
          browser.await(SOON, page.getKey(), page.getValue());
          if (!phone) {
            assertThat(violations(browser, axe)).as("%s, dark %s", page.getKey(), dark).isEmpty();
          }
          assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
              .as("%s fits its width, phone %s", page.getKey(), phone)
              .isLessThanOrEqualTo(phone ? 390 : 1440);
          shoot(
              browser,
              "%s-%s-%s.png"
                  .formatted(page.getKey(), phone ? "phone" : "desktop", dark ? "dark" : "light"));
        }
      }
    }
  }

  /** Takes a picture once all pictures of the page are there. */
  private static void shoot(Chromium browser, String name) throws IOException {
    browser.await(
        SOON, "pictures", "[...document.images].every(i => i.complete && i.naturalWidth > 0)");
    browser.screenshot(PICTURES.resolve(name));
  }

  private static JsonNode violations(Chromium browser, String axe) {
    if (!browser.evaluate("Boolean(window.axe)").asBoolean()) {
      browser.evaluate(axe + ";null");
    }
    return browser.evaluate(
        "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' +"
            + " n.failureSummary).join('; ')))");
  }
}
