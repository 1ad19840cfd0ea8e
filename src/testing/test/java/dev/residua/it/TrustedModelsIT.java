package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.model.Models;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.SceneName;
import dev.residua.model.ModelBundle;
import dev.residua.model.SigningKey;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.testing.Camera;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scoring process that uses only bundles which a trusted key has signed. */
@Tag("slow")
class TrustedModelsIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  private static Author author(String reason) {
    return new Author("a test", reason, Instant.now());
  }

  private static List<String> scoredBy(KafkaClients clients) {
    return TopicReader.values(clients, TOPICS.scores()).stream()
        .map(ScoredFrame::modelId)
        .distinct()
        .toList();
  }

  @Test
  void shouldGoOnWithTheModelInUseUntilASignedOneIsPromoted() throws Exception {
    // Given
    SigningKey key = SigningKey.generate(new SecureRandom());
    Path pem = directory.resolve("trusted.pub.pem");
    key.write(directory.resolve("trusted.pem"), pem);
    ModelBundle shipped = Models.read(Optional.empty());
    Path first = directory.resolve("first.residua");
    shipped.signed(key).write(first);
    ModelBundle next = shipped.withId("pendulum-next");
    List<String> settings =
        List.of("-Dresidua.models.trusted-keys=" + pem, "-Dresidua.model=" + first);
    try (TestBroker kafka = TestBroker.start(TOPICS, 2);
        ModelAdmin admin = ModelAdmin.of(kafka.clients().registry(Topics.DEFAULT_PREFIX), TOPICS);
        Service scoring = Service.role(directory, settings, kafka.clients(), "score", "a");
        Camera camera = new Camera(kafka.clients(), TOPICS, 4, 40)) {
      scoring.awaitReady();

      // When
      admin.publish(next, SceneName.DEFAULT, null, null, author("not signed"));
      admin.promote(SceneName.DEFAULT, next.id(), author("not signed"));

      // Then
      scoring.await(
          LIMIT,
          "the unsigned model is refused",
          () -> scoring.get("/q/health").contains("\"refused\""));
      assertThat(scoring.get("/q/health/ready"))
          .contains("model pendulum-next is not used: model pendulum-next (digest")
          .contains("is not signed, expected a signature by one of the trusted keys")
          .contains(key.keyId());
      int scored = TopicReader.values(kafka.clients(), TOPICS.scores()).size();
      scoring.awaitRecords(LIMIT, kafka.clients(), TOPICS.scores(), scored + 50);
      assertThat(scoredBy(kafka.clients())).containsExactly(shipped.id());

      // and also after a restart
      scoring.kill();
      try (Service again = Service.role(directory, settings, kafka.clients(), "score", "a")) {
        again.awaitReady();
        scored = TopicReader.values(kafka.clients(), TOPICS.scores()).size();
        again.awaitRecords(LIMIT, kafka.clients(), TOPICS.scores(), scored + 50);
        assertThat(scoredBy(kafka.clients())).containsExactly(shipped.id());

        // and with a signature of a stranger it is refused as well
        SigningKey stranger = SigningKey.generate(new SecureRandom());
        admin.publish(
            next.signed(stranger), SceneName.DEFAULT, null, null, author("signed by somebody"));
        again.await(
            LIMIT,
            "the stranger's key is named",
            () ->
                again
                    .get("/q/health/ready")
                    .contains("is signed by the unknown key " + stranger.keyId()));

        // but with the right one it takes over, as it was promoted
        admin.publish(next.signed(key), SceneName.DEFAULT, null, null, author("signed"));
        again.await(
            LIMIT, "the signed model scores", () -> scoredBy(kafka.clients()).contains(next.id()));
        assertThat(again.get("/q/health/ready"))
            .contains("\"model\": \"" + next.id() + "\"")
            .doesNotContain("refused");
        long[] frames = camera.stop();
        int all = 0;
        for (long count : frames) {
          all += (int) count;
        }
        again.awaitRecords(LIMIT, kafka.clients(), TOPICS.scores(), all);
        assertThat(TopicReader.values(kafka.clients(), TOPICS.scores()))
            .hasSize(all)
            .extracting(score -> score.source() + "/" + score.sequence())
            .doesNotHaveDuplicates();
      }
    }
  }
}
