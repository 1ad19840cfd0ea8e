package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftScore;
import dev.residua.incident.Incident;
import dev.residua.testing.Chromium;
import dev.residua.testing.CommandRun;
import dev.residua.testing.FaultySource;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules of sources from the command line, a file and HTTP, to scores, incidents and the page. */
@Tag("slow")
class SourceRulesIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String TOKEN = "a-token-of-24-characters";
  private static final int FRAMES = 300;

  @TempDir Path directory;
  private KafkaClients clients;
  private Service asked;
  private int exit;

  private String residua(String... words) {
    CommandRun run = CommandRun.at(asked, words);
    exit = run.exit();
    return run.output();
  }

  private static HttpResponse<String> request(
      Service service, String method, String path, String body) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://localhost:" + service.httpPort() + "/api/sources/rules" + path))
                .method(method, BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + TOKEN)
                .build(),
            BodyHandlers.ofString());
  }

  @Test
  void shouldFollowTheRulesOfSources() throws Exception {
    try (TestBroker kafka = TestBroker.start(TOPICS, 2);
        Service service =
            Service.serve(
                directory.resolve("service"),
                List.of("-Dresidua.roles=score,monitor,dashboard", "-Dresidua.http.token=" + TOKEN),
                kafka.clients())) {
      clients = kafka.clients();
      asked = service;
      service.awaitReady();

      commands();
      file();
      http(service);
      results(service);
      if (Chromium.installed().isPresent()) {
        pages(service);
      }
    }
  }

  private void commands() {
    assertThat(residua("source", "list")).contains("no rules");
    assertThat(residua("source", "set", "line1", "--scene", "valve"))
        .contains("rule 'line1' has no match");
    assertThat(exit).isEqualTo(1);
    assertThat(residua("source", "set", "line1", "--match", "line1/*", "--label", "site=north"))
        .contains("rule line1, revision 1: labels={site=north}");
    assertThat(residua("source", "set", "line1", "--label", "site=north"))
        .contains("is like that already");
    assertThat(residua("source", "set", "all", "--match", "*")).contains("revision 1");
    assertThat(residua("source", "show", "line1/cam1"))
        .contains("rule line1 (revision 1")
        .contains("before rule all: 6 literal characters in 'line1/*', 0 in '*'")
        .contains("(claimed)");
    assertThat(residua("source", "set", "line1", "--severity", "high"))
        .contains("severity is 'high', expected info, warning, critical");
    assertThat(residua("source", "remove", "all")).contains("removed rule all");
    assertThat(residua("source", "remove", "all")).contains("there is no rule 'all'");
    assertThat(residua("source", "list", "--json")).contains("\"line1\"").doesNotContain("\"all\"");
  }

  private void file() throws Exception {
    Path rules = directory.resolve("rules.yaml");
    Files.writeString(
        rules,
        """
        rules:
          cam:
            match: cam1
            silentAfter: PT5S
            falseAlarmsPerWeek: 1
            framesPerSecond: 2
            severity: critical
            labels: {site: south}
        """);
    String file = rules.toString();
    assertThat(residua("source", "apply", "-f", file, "--dry-run", "--prune"))
        .contains("add cam", "silentAfter: (default) -> PT5S", "remove line1", "would change");
    assertThat(residua("source", "list")).contains("line1").doesNotContain("cam1");
    assertThat(residua("source", "apply", "-f", file)).contains("add cam", "1 of 1 rules changed");
    assertThat(residua("source", "apply", "-f", file)).contains("0 of 1 rules changed");
    assertThat(residua("source", "apply", "-f", file, "--prune")).contains("remove line1");
    assertThat(residua("source", "list")).contains("cam1").doesNotContain("line1");
  }

  private static void http(Service service) throws Exception {
    String wrong = "{\"match\": \"line2/*\", \"macth\": 1, \"by\": \"ann\"}";
    assertThat(request(service, "PUT", "/line2", wrong).body())
        .contains("unknown setting 'macth'; did you mean match?");
    assertThat(request(service, "PUT", "/line2", "{\"match\": \"line2/*\"}").body())
        .contains("by is missing");
    HttpResponse<String> put =
        request(
            service, "PUT", "/line2", "{\"match\": \"line2/*\", \"priority\": 3, \"by\": \"ann\"}");
    assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    service.await(
        LIMIT,
        "the rule is read back",
        () -> service.get("/api/sources/rules?source=line2/x").contains("ann (claimed)"));
    String moved = "/corrected?source=line2/x&right=0.1&down=0&degrees=2&scale=1&aspect=1.5";
    assertThat(request(service, "GET", moved, "").body())
        .contains("\"region\":\"0.1,0,1,1\"")
        .contains("\"rotation\":358.0");
    assertThat(request(service, "GET", "/corrected?source=line2/x&scale=1", "").statusCode())
        .isEqualTo(400);
    assertThat(request(service, "DELETE", "/nothing?by=ann", "").statusCode()).isEqualTo(404);
    assertThat(request(service, "DELETE", "/line2?by=ann", "").statusCode()).isEqualTo(200);
  }

  private void results(Service service) throws Exception {
    Instant first = Instant.now().minusMillis(50L * FRAMES);
    FaultySource.publish(
        clients, TOPICS, FaultySource.frames("cam1", first, FRAMES, FRAMES - 1, 1));
    service.await(
        LIMIT,
        "an incident about silence",
        () ->
            TopicReader.values(clients, TOPICS.incidents()).stream()
                .anyMatch(incident -> incident.kind().equals("SILENCE")));
    Incident incident =
        TopicReader.values(clients, TOPICS.incidents()).stream()
            .filter(one -> one.kind().equals("SILENCE"))
            .findFirst()
            .orElseThrow();
    assertThat(incident.labels()).containsEntry("site", "south");
    assertThat(TopicReader.values(clients, TOPICS.scores()))
        .hasSize(FRAMES)
        .extracting(ScoredFrame::rule)
        .containsOnly("cam/1");
    List<DriftScore> scores = TopicReader.values(clients, TOPICS.drift());
    assertThat(scores.get(0).targetRunLength()).isEqualTo(2 * 604_800 * 2.0);
    assertThat(scores.get(FRAMES - 1).others().framesPerSecond()).isBetween(19.9, 20.1);
    assertThat(scores.get(FRAMES - 1).targetRunLength()).isBetween(2.3e7, 2.5e7);
  }

  private void pages(Service service) throws Exception {
    String home = "http://localhost:" + service.httpPort() + "/";
    try (Chromium browser = Chromium.start(directory.resolve("browser"))) {
      browser.device(1440, 900, false, false);
      browser.open(home + "#/settings");
      browser.await(LIMIT, "the rule", says("cam1"));
      browser.click("New rule …");
      browser.await(LIMIT, "the form", "document.querySelector('dialog [name=id]') !== null");
      browser.fill("id", "line3");
      browser.fill("match", "line3/*");
      browser.fill("activeHours", "Mon-Fri 06:00-22:00 Europe/Berlin");
      browser.fill("labels", "site=north, line=3");
      browser.fill("by", "ann");
      browser.fill("token", TOKEN);
      picture(browser, "dialog");
      browser.evaluate("document.querySelector('dialog .primary').click()");
      browser.await(LIMIT, "the new rule", says("Europe/Berlin"));
      // Whoever signs in gets the page anew, with an empty field.
      browser.await(LIMIT, "who signed in", says("shared token"));
      browser.fill("find", "line3/cam7");
      browser.await(LIMIT, "which rule holds", says("no other rule matches"));
      picture(browser, "settings");
      browser.device(390, 844, true, true);
      picture(browser, "phone");
      browser.device(1440, 900, false, false);
      browser.open(home + "#/sources/cam1");
      browser.await(LIMIT, "the rule of the source", says("the rule says 2.0"));
      picture(browser, "source");
      assertThat(browser.errors()).isEmpty();
    }
    JsonNode rules = service.json("/api/sources/rules").path("rules");
    assertThat(rules).hasSize(2);
    assertThat(rules.get(0).path("settings").path("labels").path("line").asText()).isEqualTo("3");
  }

  private static void picture(Chromium browser, String name) throws Exception {
    browser.screenshot(Files.createDirectories(Path.of("target/pictures")).resolve(name + ".png"));
  }

  private static String says(String text) {
    return "document.body.innerText.includes('" + text + "')";
  }
}
