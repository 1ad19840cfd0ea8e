package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRulesTable;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.app.metrics.IngestMetrics;
import dev.residua.app.roles.IngestRole;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameLimits;
import dev.residua.ingest.AllowedRoots;
import dev.residua.mqtt.MqttConnection;
import dev.residua.mqtt.MqttServer;
import dev.residua.source.SourceCamera;
import dev.residua.source.SourceGlob;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.testing.Await;
import dev.residua.testing.JpegPictures;
import dev.residua.testing.Mosquitto;
import dev.residua.testing.RtspCameras;
import dev.residua.testing.TestBroker;
import dev.residua.topic.TopicSpans;
import dev.residua.topic.TopicTable;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The role ingest with a real broker and cameras that lose their connections. */
@Tag("newer-jdk")
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

  private static IngestRole start(
      KafkaClients clients,
      String root,
      TopicTable<SourceRules> follower,
      SimpleMeterRegistry meters) {
    return new IngestRole(
        clients,
        TOPICS,
        new IngestRole.Settings(
            AllowedRoots.parse(List.of(root)),
            Optional.empty(),
            new SourceGlob("*"),
            CAMERAS,
            2,
            90,
            Duration.ofSeconds(10),
            FrameLimits.DEFAULTS),
        follower::state,
        new IngestMetrics(meters, Clock.systemUTC()),
        () -> {});
  }

  @Test
  void shouldKeepFiftyCamerasThroughTwentyLostConnectionsEach() throws Exception {
    TestBroker broker = TestBroker.start(TOPICS, 3);
    KafkaClients clients = broker.clients();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (RtspCameras cameras = new RtspCameras(new CutsConnections());
        TopicTable<SourceRules> follower =
            SourceRulesTable.follow(
                clients.sources(Topics.DEFAULT_PREFIX), TOPICS.sources(), () -> {})) {
      // Given
      SourceRulesWriter writer = SourceRulesWriter.of(clients, TOPICS, Topics.DEFAULT_PREFIX);
      writer.change(before -> rules(cameras));
      long begin = System.nanoTime();

      // When
      IngestRole role = start(clients, cameras.address(""), follower, meters);
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

  /** A camera that shows a white bar under the mask, without an end. */
  private static final class ShowsABar implements RtspCameras.Script {
    @Override
    public byte[] picture(String camera, int connection, int index) {
      return JpegPictures.bar(4);
    }

    @Override
    public long pause(String camera, int connection, int index) {
      return 20;
    }
  }

  private static boolean isRedacted(Frame frame) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(frame.data()));
      boolean black = true;
      for (int x = 0; x < 30; x++) { // the colour of the next block reaches into this one
        for (int y = 0; y < 48; y++) {
          black &= (image.getRGB(x, y) & 0xFF) < 16 && (image.getRGB(x, y) & 0xFF00) < 0x1000;
        }
      }
      assertThat(image.getRGB(56, 24) & 0xFF).isGreaterThan(180); // blue, as the camera sends it
      return black;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldStoreOnlyRedactedPicturesFromTheChangeOfARuleOn() throws Exception {
    TestBroker broker = TestBroker.start(TOPICS, 1);
    KafkaClients clients = broker.clients();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (RtspCameras cameras = new RtspCameras(new ShowsABar());
        TopicTable<SourceRules> follower =
            SourceRulesTable.follow(
                clients.sources(Topics.DEFAULT_PREFIX), TOPICS.sources(), () -> {})) {
      // Given
      SourceRulesWriter writer = SourceRulesWriter.of(clients, TOPICS, Topics.DEFAULT_PREFIX);
      SourceRule plain =
          SourceRule.of("cam0", "line/cam0")
              .withCamera(SourceCamera.parse(cameras.address("cam0")))
              .withFramesPerSecond(50.0)
              .withBy("kim");
      writer.change(before -> List.of(plain));
      IngestRole role = start(clients, cameras.address(""), follower, meters);
      long before;
      try {
        Await.until(LIMIT, "a frame", () -> sent(meters) > 5);

        // When
        writer.change(
            rules ->
                List.of(
                    plain
                        .withMask(FrameGeometry.parseMask("0,0 0.1,0 0.1,1 0,1"))
                        .withRedact(true)));
        follower.refreshed();
        before = sent(meters);
        Await.until(LIMIT, "more frames", () -> sent(meters) > before + 20);

        // When the rule is removed, its mask stays until the camera ends
        writer.change(
            rules -> List.of(rules.rule("cam0").orElseThrow().withRemoved(true).withBy("kim")));
        Await.until(
            LIMIT, "no camera", () -> meters.get("residua.ingest.connected").gauge().value() == 0);
      } finally {
        role.close();
      }

      // Then all frames are redacted but those that were read before the change
      List<Frame> frames = frames(clients).get("line/cam0");
      assertThat(isRedacted(frames.get(0))).isFalse();
      for (int i = (int) before + 3; i < frames.size(); i++) { // three may be on their way
        assertThat(isRedacted(frames.get(i))).as("frame %d", i).isTrue();
      }
      assertThat(meters.get("residua.ingest.unredacted").counter().count()).isZero();
    } finally {
      TestBroker.close(broker);
    }
  }

  @Test
  void shouldSendThePicturesOfATopic(@TempDir Path folder) throws Exception {
    assumeTrue(Mosquitto.problem() == null, "skipped: mosquitto is not installed");
    TestBroker broker = TestBroker.start(TOPICS, 1);
    KafkaClients clients = broker.clients();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    byte[] picture = JpegPictures.bar(4);
    try (Mosquitto mosquitto = Mosquitto.start(folder);
        TopicTable<SourceRules> follower =
            SourceRulesTable.follow(
                clients.sources(Topics.DEFAULT_PREFIX), TOPICS.sources(), () -> {})) {
      // Given
      String server = "mqtt://127.0.0.1:" + mosquitto.port();
      SourceRulesWriter.of(clients, TOPICS, Topics.DEFAULT_PREFIX)
          .change(
              before ->
                  List.of(
                      SourceRule.of("cam0", "line/cam0")
                          .withCamera(SourceCamera.parse(server + "/cameras/cam0"))
                          .withBy("kim")));
      IngestRole role = start(clients, server + "/cameras", follower, meters);
      try (MqttConnection gateway =
          MqttConnection.open(
              new MqttServer(
                  URI.create(server), Optional.empty(), LIMIT, 1 << 20, Optional.empty()),
              () -> false)) {
        // When
        Await.until(
            LIMIT,
            "a frame",
            () -> {
              try {
                gateway.publish("cameras/cam0", picture, "image/jpeg", false);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              return sent(meters) > 2;
            });
      } finally {
        role.close();
      }
      // Then
      List<Frame> frames = frames(clients).get("line/cam0");
      assertThat(frames).hasSizeGreaterThan(2);
      assertThat(frames).allMatch(frame -> Arrays.equals(frame.data(), picture));
      assertThat(frames).extracting(Frame::sequence).isSorted().doesNotHaveDuplicates();
    } finally {
      TestBroker.close(broker);
    }
  }

  private static long sent(SimpleMeterRegistry meters) {
    return (long) meters.get("residua.ingest.frames").counter().count();
  }

  private static Map<String, List<Frame>> frames(KafkaClients clients) throws Exception {
    Map<String, List<Frame>> frames = new TreeMap<>();
    FrameReader reader = new FrameReader(FrameLimits.DEFAULTS);
    try (KafkaConsumer<byte[], byte[]> consumer = clients.follower()) {
      List<TopicPartition> partitions = TopicSpans.partitions(consumer, TOPICS.frames().name());
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
