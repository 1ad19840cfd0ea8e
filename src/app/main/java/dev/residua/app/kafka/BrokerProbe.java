package dev.residua.app.kafka;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks the servers at the configured addresses. Kafka's own clients try an address without a
 * listener for a minute, and read the first bytes of any answer as its length: "HTTP" is 1.2 GB,
 * more than the memory.
 *
 * @param problem of all addresses together, with what to do; empty if one of them may be a broker
 * @param foreign whether something other than Kafka answers
 */
public record BrokerProbe(Optional<String> problem, boolean foreign) {
  private static final BrokerProbe NOTHING_WRONG = new BrokerProbe(Optional.empty(), false);
  private static final String CHECK = "check the address (--bootstrap or KAFKA_BOOTSTRAP_SERVERS)";
  private static final int CONNECT_MILLIS = 5_000;
  private static final int ANSWER_MILLIS = 2_000;
  private static final int MOST_BYTES = 100 << 20; // no answer to such a request is larger
  private static final byte TLS_ALERT = 0x15;
  private static final byte TLS_MAJOR = 3;

  /** ApiVersions, version 0: what every broker answers before any login. */
  private static final byte[] QUESTION =
      ByteBuffer.allocate(14)
          .putInt(10)
          .putShort((short) 18)
          .putShort((short) 0)
          .putInt(1)
          .putShort((short) -1)
          .array();

  /**
   * Asks each address until one may be a broker. Takes milliseconds if one answers, at most 7
   * seconds per address. With TLS it only checks whether anything listens.
   */
  public static BrokerProbe of(KafkaClients clients) {
    boolean asks = !clients.common().getOrDefault("security.protocol", "PLAINTEXT").endsWith("SSL");
    List<String> problems = new ArrayList<>();
    for (String address : clients.bootstrapServers().split(",")) {
      String host = address.strip().replaceAll("^.*://", "");
      int colon = host.lastIndexOf(':');
      if (colon < 1 || !host.substring(colon + 1).matches("\\d{1,5}")) {
        return NOTHING_WRONG; // the client says what is wrong with it
      }
      int port = Integer.parseInt(host.substring(colon + 1));
      String name = host.substring(0, colon).replaceAll("[\\[\\]]", "");
      if (port > 65_535) {
        return NOTHING_WRONG;
      }
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(name, port), CONNECT_MILLIS);
        Optional<String> other = asks ? foreign(socket) : Optional.empty();
        if (other.isEmpty()) {
          return NOTHING_WRONG;
        }
        return new BrokerProbe(Optional.of("%s %s".formatted(host, other.get())), true);
      } catch (UnknownHostException e) {
        problems.add(name + " is not known");
      } catch (IOException e) {
        problems.add(e.getMessage());
      }
    }
    return new BrokerProbe(
        Optional.of(
            "no Kafka broker answers at %s (%s); %s and that the broker runs"
                .formatted(
                    clients.bootstrapServers(),
                    String.join(", ", problems.stream().distinct().toList()),
                    CHECK)),
        false);
  }

  /** Describes the server, if it is not a broker; a busy broker may be silent. */
  private static Optional<String> foreign(Socket socket) throws IOException {
    socket.setSoTimeout(ANSWER_MILLIS);
    socket.getOutputStream().write(QUESTION);
    byte[] first = new byte[Integer.BYTES];
    try {
      new DataInputStream(socket.getInputStream()).readFully(first);
    } catch (EOFException | SocketTimeoutException e) {
      return Optional.empty();
    }
    if (first[0] == TLS_ALERT && first[1] == TLS_MAJOR) {
      return Optional.of(
          "requires TLS; set kafka.security.protocol to SSL or SASL_SSL (--kafka-config)");
    }
    if (new String(first, StandardCharsets.US_ASCII).equals("HTTP")) {
      return Optional.of("answers in HTTP, so no Kafka broker listens there; " + CHECK);
    }
    int length = ByteBuffer.wrap(first).getInt();
    return length >= 0 && length <= MOST_BYTES
        ? Optional.empty()
        : Optional.of("does not answer as a Kafka broker does; " + CHECK);
  }
}
