package dev.residua.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.ingest.AllowedRoots;
import dev.residua.ingest.CameraSettings;
import dev.residua.ingest.CapturedPicture;
import dev.residua.source.CameraAddress;
import dev.residua.testing.Frames;
import dev.residua.testing.Mosquitto;
import dev.residua.testing.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pictures from topics of Mosquitto. */
@Timeout(60)
class MqttStreamTest {
  private static final String TOPIC = "plant/cameras/boiler 1";
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
  private static final byte[] PICTURE = Frames.png(8, 6);

  @TempDir Path folder;
  private Mosquitto broker;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Mosquitto.problem() == null, "skipped: mosquitto is not installed");
    broker = Mosquitto.start(folder);
  }

  @AfterEach
  void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  private static CameraSettings camera(int port, int maxBytes) {
    CameraAddress address =
        CameraAddress.parse("mqtt://127.0.0.1:%d/plant/cameras/boiler%%201".formatted(port));
    return new CameraSettings(
        "boiler",
        address,
        Optional.empty(),
        AllowedRoots.only(address),
        Optional.empty(),
        CameraSettings.DEFAULT_QUALITY,
        Duration.ofSeconds(10),
        new FrameLimits(
            maxBytes, FrameLimits.DEFAULTS.maxSide(), FrameLimits.DEFAULTS.maxPixels()));
  }

  private MqttStream open(int maxBytes) throws IOException {
    return MqttStream.open(
        camera(broker.port(), maxBytes), () -> false, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private MqttConnection publisher() throws IOException {
    MqttServer server =
        new MqttServer(
            URI.create("mqtt://127.0.0.1:" + broker.port()),
            Optional.empty(),
            Duration.ofSeconds(10),
            1 << 20,
            Optional.empty());
    return MqttConnection.open(server, () -> false);
  }

  @Test
  void shouldReadThePicturesOfATopicButNoneFromBefore() throws IOException {
    try (MqttConnection publisher = publisher()) {
      // Given
      publisher.publish(TOPIC, "an old picture".getBytes(StandardCharsets.UTF_8), "", true);
      try (MqttStream stream = open(1 << 20)) {
        // When
        publisher.publish("plant/cameras/boiler 2", new byte[] {1}, "image/png", false);
        publisher.publish(TOPIC, PICTURE, "image/png", false);
        CapturedPicture picture = stream.next();
        // Then
        assertThat(picture.capturedAt()).isEqualTo(NOW);
        assertThat(picture.format()).isEqualTo(PixelFormat.PNG);
        assertThat(picture.data()).isEqualTo(PICTURE);
      }
    }
  }

  @Test
  void shouldRefuseWhatIsNoPicture() throws IOException {
    try (MqttConnection publisher = publisher();
        MqttStream stream = open(1 << 20)) {
      publisher.publish(TOPIC, "21.5 C".getBytes(StandardCharsets.UTF_8), "", false);
      assertThatThrownBy(stream::next)
          .isInstanceOf(IOException.class)
          .hasMessage(
              "mqtt://127.0.0.1:%d/plant/cameras/boiler%%201 has a message of 6 bytes that is no %s file of at most 1,048,576 bytes"
                  .formatted(broker.port(), PixelFormat.FILES));
    }
  }

  @Test
  void shouldReceiveNoMessageThatIsTooLong() throws IOException {
    try (MqttConnection publisher = publisher();
        MqttStream stream = open(1 << 10)) {
      // When a message is longer than the limit with its topic, and one only a little
      publisher.publish(TOPIC, new byte[1 << 20], "image/png", false);
      publisher.publish(TOPIC, new byte[1 << 11], "image/png", false);
      // Then the broker leaves out the first
      assertThatThrownBy(stream::next).hasMessageContaining("has a message of 2,048 bytes");
    }
  }

  @Test
  void shouldSayThatTheBrokerHasEndedTheConnection() throws IOException {
    try (MqttStream stream = open(1 << 20)) {
      broker.close();
      assertThatThrownBy(stream::next)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("has ended the connection");
    }
  }

  @Test
  void shouldSayThatNobodyListens() throws IOException {
    int port = Service.freePort();
    assertThatThrownBy(() -> MqttStream.open(camera(port, 1 << 20), () -> false, Clock.systemUTC()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("mqtt://127.0.0.1:%d cannot be reached (".formatted(port));
  }

  @Test
  void shouldNotWaitForABrokerThatDoesNotAnswer() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      URI address = URI.create("mqtt://127.0.0.1:" + silent.getLocalPort());
      MqttServer server =
          new MqttServer(
              address, Optional.empty(), Duration.ofMillis(300), 1 << 20, Optional.empty());
      assertThatThrownBy(() -> MqttConnection.open(server, () -> false))
          .isInstanceOf(MqttFailure.class)
          .hasMessageMatching(address + " (cannot be reached|does not answer) .*");
    }
  }

  @Test
  void shouldGiveUpWhenItIsStopped() throws IOException {
    // Given
    AtomicBoolean stopped = new AtomicBoolean();
    try (MqttStream stream =
        MqttStream.open(camera(broker.port(), 1 << 20), stopped::get, Clock.systemUTC())) {
      // When
      stopped.set(true);
      // Then
      assertThat(stream.next()).isNull();
    }
  }
}
