package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.app.web.ModelPictures;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.frame.SceneName;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.incident.IncidentFrame;
import dev.residua.incident.Subject;
import dev.residua.model.ModelBundle;
import dev.residua.registry.ModelAdmin;
import dev.residua.runtime.BundleOpener;
import dev.residua.testing.FaultySource;
import dev.residua.testing.ModelsInMemory;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The evidence of an incident outlasts its frames and its model. */
class EvidenceIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int PARTITIONS = 2;
  private static final int FAULT_FROM = 300;
  private static final int FRAMES = 450;

  @TempDir Path directory;

  @Test
  void shouldServeWhatTheModelOfTheIncidentDrewAfterFramesAndModelAreGone() throws Exception {
    // Given
    try (TestBroker kafka = TestBroker.start(TOPICS, PARTITIONS)) {
      KafkaClients clients = kafka.clients();
      List<Frame> frames =
          FaultySource.frames("cam1", Instant.EPOCH, FRAMES, FAULT_FROM, FRAMES - FAULT_FROM);
      FaultySource.publish(clients, TOPICS, frames);
      try (Service worker = Service.role(directory, List.of(), clients, "score,monitor", "1")) {
        worker.awaitRecords(LIMIT, clients, TOPICS.drift(), FRAMES);
        worker.stop(Duration.ofSeconds(30));
      }
      Map<String, Incident> wanted = wanted(clients);
      assertThat(wanted).isNotEmpty();
      activateAnother(clients);

      // When
      try (Service alert = Service.role(directory, List.of(), clients, "alert", "1")) {
        alert.await(LIMIT, "evidence", () -> evidence(clients).keySet().equals(wanted.keySet()));
        alert.stop(Duration.ofSeconds(30));
      }
      int stored = TopicReader.values(clients, TOPICS.evidence()).size();
      deleteFrames(clients);

      // Then
      try (Service both = Service.role(directory, List.of(), clients, "alert,dashboard", "1")) {
        both.awaitReady();
        for (Incident incident : wanted.values()) {
          both.await(LIMIT, "the evidence is listed", () -> status(both, incident, "") == 200);
          assertThat(both.json("/api/incidents/" + incident.id() + "/evidence").get("modelId"))
              .hasToString("\"" + Models.read(Optional.empty()).id() + "\"");
          Map<Kind, byte[]> drawn = drawn(incident, frames);
          assertThat(drawn).containsOnlyKeys(Kind.values());
          for (Map.Entry<Kind, byte[]> picture : drawn.entrySet()) {
            assertThat(get(both, incident, "/" + picture.getKey().path()).body())
                .as("%s of %s", picture.getKey(), incident.subject())
                .isEqualTo(picture.getValue());
          }
        }
        assertThat(both.get("/q/metrics"))
            .contains("residua_evidence_total{result=\"stored\"} 0.0");
        both.stop(Duration.ofSeconds(30));
      }
      assertThat(TopicReader.values(clients, TOPICS.evidence())).hasSize(stored);
    }
  }

  /** Each incident as it was when it first had its last subject. */
  private static Map<String, Incident> wanted(KafkaClients clients) {
    Map<String, Incident> first = new HashMap<>();
    for (Incident incident : TopicReader.values(clients, TOPICS.incidents())) {
      Incident before = first.get(incident.id());
      if (before == null || !before.subject().equals(incident.subject())) {
        first.put(incident.id(), incident);
      }
    }
    return first;
  }

  private static Map<String, Subject> evidence(KafkaClients clients) {
    Map<String, Subject> stored = new HashMap<>();
    for (IncidentEvidence one : TopicReader.values(clients, TOPICS.evidence())) {
      stored.put(one.incidentId(), one.subject());
    }
    return stored;
  }

  /** Pictures that the shipped model draws of the frame of the incident. */
  private static Map<Kind, byte[]> drawn(Incident incident, List<Frame> frames) throws Exception {
    ModelBundle bundle = Models.read(Optional.empty());
    IncidentFrame shown = Objects.requireNonNull(incident.frame());
    byte[] pixels = frames.get((int) shown.position().offset()).data();
    ModelPictures model = new ModelPictures();
    model.open(ModelsInMemory.of(bundle));
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1)) {
      LatentBatch scored = scorer.score(FrameInputs.of(pixels, 1));
      float[] explained = scored.expected().clone();
      for (int i = 0; i < explained.length; i++) {
        if (bundle.graph().isRoot(i)) {
          explained[i] = scored.observed()[i];
        }
      }
      return Map.of(
          Kind.FRAME,
          PictureFiles.picture(pixels, SHAPE),
          Kind.EXPECTED,
          model.decoded(bundle.id(), explained),
          Kind.HEATMAP,
          model.heatmap(
              bundle.id(),
              scored.observed(),
              scored.expected(),
              bundle.graph().names().indexOf(incident.subject().name())));
    } finally {
      model.close();
    }
  }

  /** A model of the same images that draws something else. */
  private static void activateAnother(KafkaClients clients) throws Exception {
    ModelBundle first = Models.read(Optional.empty());
    ModelBundle other =
        first
            .withId("untrained")
            .with(
                ModelBundle.NETWORK,
                dev.residua.testing.Models.network(SHAPE, first.manifest().latents().size()));
    ModelAdmin.Author author = new ModelAdmin.Author("ann", "a test", Instant.now());
    try (ModelAdmin admin = ModelAdmin.of(clients.registry(Topics.DEFAULT_PREFIX), TOPICS)) {
      admin.publish(other, SceneName.DEFAULT, null, "promoted", author);
      admin.promote(SceneName.DEFAULT, other.id(), author);
    }
  }

  private static void deleteFrames(KafkaClients clients) throws Exception {
    try (Admin admin = Admin.create(clients.admin())) {
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      for (int i = 0; i < PARTITIONS; i++) {
        all.put(new TopicPartition(TOPICS.frames().name(), i), RecordsToDelete.beforeOffset(-1));
      }
      admin.deleteRecords(all).all().get();
    }
  }

  private static int status(Service service, Incident incident, String path) {
    try {
      return get(service, incident, path).statusCode();
    } catch (IOException e) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  private static HttpResponse<byte[]> get(Service service, Incident incident, String path)
      throws IOException, InterruptedException {
    URI url =
        URI.create(
            "http://localhost:%d/api/incidents/%s/evidence%s"
                .formatted(service.httpPort(), incident.id(), path));
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofByteArray());
  }
}
