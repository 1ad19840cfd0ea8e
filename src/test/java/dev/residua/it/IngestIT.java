package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRulesFollower;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.app.metrics.IngestMetrics;
import dev.residua.app.roles.IngestRole;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.ingest.AllowedRoots;
import dev.residua.source.SourceCamera;
import dev.residua.source.SourceGlob;
import dev.residua.source.SourceRule;
import dev.residua.testing.Await;
import dev.residua.testing.JpegPictures;
import dev.residua.testing.RtspCameras;
import dev.residua.testing.TestBroker;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The role ingest with a real broker and cameras that lose their connections. */
@Timeout(150)
class IngestIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int CAMERAS = 50;
  private static final int CUTS = 20;

  /** Cuts each connection at a random time after its first picture, as often as {@link #CUTS}. */
  private static final class CutsConnections implements RtspCameras.Script {
    private static int number(String camera) {
      return Integer.parseInt(camera.substring("cam".length()));
    }

    @Override
    public byte[] picture(String camera, int connection, int index) {
      return JpegPictures.bar(connection + index);
    }

    @Override
    public long pause(String camera, int connection, int index) {
      Random random = new Random(31L * number(camera) + 1_009L * connection);
      int cut = 1 + random.nextInt(8);
      return connection <= CUTS && index == cut ? -1 : index == 0 ? 0 : 10 + random.nextInt(50);
    }
  }

  private static List<SourceRule> rules(RtspCameras cameras) {
    return IntStream.range(0, CAMERAS)
        .mapToObj(
            i ->
                SourceRule.of("cam" + i, "line/cam" + i)
                    .withCamera(SourceCamera.parse(cameras.address("cam" + i)))
                    .withBy("kim"))
        .toList();
  }

  @Test
  void shouldKeepFiftyCamerasThroughTwentyLostConnectionsEach() throws Exception {
    TestBroker broker = TestBroker.start(TOPICS, 3);
    KafkaClients clients = broker.clients();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (RtspCameras cameras = new RtspCameras(new CutsConnections());
        SourceRulesFollower follower =
            new SourceRulesFollower(
                clients.sources(Topics.DEFAULT_PREFIX), TOPICS.sources(), () -> {})) {
      // Given
      SourceRulesWriter writer = SourceRulesWriter.of(clients, TOPICS, Topics.DEFAULT_PREFIX);
      writer.change(before -> rules(cameras));
      IngestRole.Settings settings =
          new IngestRole.Settings(
              AllowedRoots.parse(List.of(cameras.address(""))),
              Optional.empty(),
              new SourceGlob("*"),
              CAMERAS,
              2,
              90,
              Duration.ofSeconds(10),
              FrameLimits.DEFAULTS);
      long begin = System.nanoTime();

      // When
      IngestRole role =
          new IngestRole(
              clients,
              TOPICS,
              settings,
              follower::rules,
              new IngestMetrics(meters, Clock.systemUTC()),
              () -> {});
      try {
        Await.until(
            LIMIT,
            "every camera has its last connection",
            () ->
                IntStream.range(0, CAMERAS)
                        .allMatch(i -> cameras.connections("cam" + i) == CUTS + 1)
                    && meters.get("residua.ingest.connected").gauge().value() == CAMERAS);
        System.out.printf(
            "IngestIT: %d connections were lost and made again in %.1f s%n",
            CAMERAS * CUTS, (System.nanoTime() - begin) / 1e9);

        // Then
        assertThat(meters.get("residua.ingest.reconnects").counter().count())
            .isEqualTo(CAMERAS * CUTS);
        assertThat(meters.get("residua.ingest.failed").counter().count()).isZero();

        // When a rule is removed
        writer.change(
            rules -> List.of(rules.rule("cam7").orElseThrow().withRemoved(true).withBy("kim")));

        // Then only its camera ends
        Await.until(
            LIMIT,
            "49 cameras",
            () -> meters.get("residua.ingest.connected").gauge().value() == CAMERAS - 1);
      } finally {
        role.close();
      }
      Map<String, List<Frame>> frames = frames(clients);
      assertThat(frames).hasSize(CAMERAS);
      frames.forEach(
          (source, all) -> {
            assertThat(all.size()).as("frames of %s", source).isGreaterThan(CUTS);
            for (int i = 1; i < all.size(); i++) {
              assertThat(all.get(i).sequence()).isGreaterThan(all.get(i - 1).sequence());
            }
          });
    } finally {
      TestBroker.close(broker);
    }
  }

  private static Map<String, List<Frame>> frames(KafkaClients clients) throws Exception {
    Map<String, List<Frame>> frames = new TreeMap<>();
    FrameReader reader = new FrameReader(FrameLimits.DEFAULTS);
    try (KafkaConsumer<byte[], byte[]> consumer = clients.follower()) {
      List<TopicPartition> partitions = KafkaClients.partitions(consumer, TOPICS.frames().name());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          Frame frame = reader.read(record).frame();
          frames.computeIfAbsent(frame.source(), name -> new ArrayList<>()).add(frame);
        }
      }
    }
    return frames;
  }
}
