package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.incident.Incident;
import dev.residua.testing.FaultySource;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From frames on a topic to incidents on a topic, with the service killed while one is open. */
class IncidentsIT {
  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int FAULT_FROM = 300;
  private static final int FAULT_TO = 450;
  private static final int FRAMES = 900;

  @TempDir Path directory;

  @Test
  void shouldOpenAndResolveOneIncidentForOneFaultThoughTheServiceIsKilledMeanwhile()
      throws Exception {
    // Given
    try (TestBroker kafka = TestBroker.start(TOPICS, 2)) {
      KafkaClients clients = kafka.clients();
      List<Frame> frames =
          FaultySource.frames("cam1", Instant.EPOCH, FRAMES, FAULT_FROM, FAULT_TO - FAULT_FROM);
      // When
      FaultySource.publish(clients, TOPICS, frames.subList(0, FAULT_FROM + 100));
      try (Service service = Service.serve(directory.resolve("service"), clients)) {
        service.awaitRecords(LIMIT, clients, TOPICS.incidents(), 1);
        service.kill();
      }
      FaultySource.publish(clients, TOPICS, frames.subList(FAULT_FROM + 100, FRAMES));
      try (Service service = Service.serve(directory.resolve("service"), clients)) {
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), FRAMES);
        service.awaitRecords(LIMIT, clients, TOPICS.incidents(), 2);
        service.stop(Duration.ofSeconds(30));
      }
      // Then
      List<Incident> incidents = TopicReader.values(clients, TOPICS.incidents());
      assertThat(incidents.get(0).state()).isEqualTo(Incident.State.OPENED);
      assertThat(incidents.get(0).updatedSequence()).isBetween((long) FAULT_FROM, FAULT_FROM + 80L);
      assertThat(incidents.get(0).causes().get(0).latent()).isEqualTo("shadow_length");
      assertThat(incidents)
          .extracting(Incident::state)
          .filteredOn(state -> state != Incident.State.ESCALATED && state != Incident.State.UPDATED)
          .containsExactly(Incident.State.OPENED, Incident.State.RESOLVED);
      assertThat(incidents).extracting(Incident::id).containsOnly(incidents.get(0).id());
    }
  }
}
