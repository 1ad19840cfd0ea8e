package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerProbeTest {
  /** A server that answers every question with the same bytes; with none it hangs up. */
  private record Server(ServerSocket socket) implements AutoCloseable {
    static Server of(byte[] answer) throws IOException {
      ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
      Thread thread = new Thread(() -> serve(socket, answer), "foreign server");
      thread.setDaemon(true);
      thread.start();
      return new Server(socket);
    }

    private static void serve(ServerSocket socket, byte[] answer) {
      while (!socket.isClosed()) {
        try (Socket client = socket.accept()) {
          client.getInputStream().readNBytes(14);
          client.getOutputStream().write(answer);
        } catch (IOException e) {
          // the client went away, or the test is over
        }
      }
    }

    String address() {
      return "127.0.0.1:" + socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static BrokerProbe probe(byte[] answer) throws IOException {
    try (Server server = Server.of(answer)) {
      return BrokerProbe.of(KafkaClients.of(server.address()));
    }
  }

  @Test
  void shouldNameWhatIsNotKafka() throws IOException {
    BrokerProbe http =
        probe("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    BrokerProbe shell = probe("SSH-2.0-OpenSSH_9.9\r\n".getBytes(StandardCharsets.US_ASCII));
    BrokerProbe tls = probe(new byte[] {0x15, 3, 3, 0, 2, 2, 80});

    assertThat(http.foreign()).isTrue();
    assertThat(http.problem().orElseThrow())
        .contains("127.0.0.1:", "answers in HTTP, so no Kafka broker", "--bootstrap");
    assertThat(shell.foreign()).isTrue();
    assertThat(shell.problem().orElseThrow()).contains("does not answer as a Kafka broker does");
    assertThat(tls.foreign()).isTrue();
    assertThat(tls.problem().orElseThrow()).contains("requires TLS", "kafka.security.protocol");
  }

  @Test
  void shouldTakeForABrokerWhatAnswersAsOneOrHangsUp() throws IOException {
    assertThat(probe(new byte[] {0, 0, 1, 0, 0, 0, 0, 1}).problem()).isEmpty();
    assertThat(probe(new byte[0]).problem()).as("one that is ending").isEmpty();
  }

  @Test
  void shouldSayThatNobodyAnswers() {
    // Port 1 of this machine is nobody's.
    BrokerProbe probe = BrokerProbe.of(KafkaClients.of("127.0.0.1:1, no-such-host.invalid:9092"));

    assertThat(probe.foreign()).isFalse();
    assertThat(probe.problem().orElseThrow())
        .contains(
            "no Kafka broker answers at 127.0.0.1:1",
            "Connection refused",
            "no-such-host.invalid is not known");
  }

  @Test
  void shouldBeContentWithOneAddressThatAnswers() throws IOException {
    try (Server server = Server.of(new byte[] {0, 0, 1, 0})) {
      assertThat(BrokerProbe.of(KafkaClients.of("127.0.0.1:1," + server.address())).problem())
          .isEmpty();
    }
  }

  @Test
  void shouldNotTalkToPortsOfTls() throws IOException {
    try (Server server = Server.of("HTTP/1.1".getBytes(StandardCharsets.US_ASCII))) {
      KafkaClients clients =
          new KafkaClients(server.address(), Map.of("security.protocol", "SASL_SSL"));
      assertThat(BrokerProbe.of(clients).problem()).isEmpty();
    }
  }

  @Test
  void shouldLeaveAddressesThatCannotBeReadToTheClient() {
    assertThat(BrokerProbe.of(KafkaClients.of("nowhere")).problem()).isEmpty();
    assertThat(BrokerProbe.of(KafkaClients.of("host:99999")).problem()).isEmpty();
  }
}
