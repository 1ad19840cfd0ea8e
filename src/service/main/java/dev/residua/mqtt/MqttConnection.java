package dev.residua.mqtt;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a broker of MQTT 5. It does not connect again. Thread-safe.
 *
 * <p>Source: MQTT Version 5.0, OASIS Standard (2019).
 */
public final class MqttConnection implements AutoCloseable {
  private static final int KEEP_ALIVE_SECONDS = 15;

  /** Messages that the broker may send before the first is acknowledged. */
  private static final int IN_FLIGHT = 4;

  private static final long STEP_MILLIS = 20;
  private static final Set<Mqtt5PubAckReasonCode> OF_MESSAGE =
      Set.of(
          Mqtt5PubAckReasonCode.TOPIC_NAME_INVALID, Mqtt5PubAckReasonCode.PAYLOAD_FORMAT_INVALID);

  private final MqttServer server;
  private final Mqtt5AsyncClient client;
  private final BooleanSupplier stopped;
  private volatile @Nullable Throwable ended;
  private volatile boolean connected;
  private volatile boolean closed;

  private MqttConnection(MqttServer server, BooleanSupplier stopped) {
    this.server = server;
    this.stopped = stopped;
    this.client =
        Mqtt5Client.builder()
            .identifier("residua-" + UUID.randomUUID())
            .addDisconnectedListener(this::disconnected)
            .transportConfig()
            .serverHost(server.host())
            .serverPort(server.port())
            .sslConfig(server.isSecure() ? tls(server) : null)
            .socketConnectTimeout(server.timeout().toMillis(), TimeUnit.MILLISECONDS)
            .mqttConnectTimeout(server.timeout().toMillis(), TimeUnit.MILLISECONDS)
            .applyTransportConfig()
            .buildAsync();
  }

  private static MqttClientSslConfig tls(MqttServer server) {
    return MqttClientSslConfig.builder()
        .trustManagerFactory(server.trust().orElse(null))
        .handshakeTimeout(server.timeout().toMillis(), TimeUnit.MILLISECONDS)
        .build();
  }

  private void disconnected(MqttClientDisconnectedContext context) {
    if (!closed) {
      ended = context.getCause();
    }
  }

  /**
   * Connects and logs in.
   *
   * @param stopped whether to give up at once; asked while waiting
   */
  public static MqttConnection open(MqttServer server, BooleanSupplier stopped) throws IOException {
    MqttConnection connection = new MqttConnection(server, stopped);
    try {
      var connect =
          connection
              .client
              .connectWith()
              .cleanStart(true)
              .keepAlive(KEEP_ALIVE_SECONDS)
              .restrictions()
              .receiveMaximum(IN_FLIGHT)
              .maximumPacketSize(server.maxMessageBytes())
              .applyRestrictions();
      Optional<MqttServer.Login> login = server.login();
      if (login.isPresent()) {
        connect =
            connect
                .simpleAuth()
                .username(login.get().user())
                .password(login.get().password().getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth();
      }
      CompletableFuture<Mqtt5ConnAck> acknowledgement = connect.send();
      acknowledgement.thenRun(connection::endIfClosed); // one that comes too late
      connection.answer(acknowledgement);
      connection.connected = true;
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Receives the next messages of a topic, without a retained one.
   *
   * @param receiver called on a thread of the connection, which must not wait
   */
  public void subscribe(String topic, Consumer<byte[]> receiver) throws IOException {
    answer(
        client
            .subscribeWith()
            .topicFilter(topic)
            .qos(MqttQos.AT_LEAST_ONCE)
            .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
            .callback(message -> receiver.accept(message.getPayloadAsBytes()))
            .send());
  }

  /**
   * Publishes a message at least once, and waits for the broker to have it.
   *
   * @param retained whether the broker keeps it for those who subscribe later
   */
  public void publish(String topic, byte[] message, String contentType, boolean retained)
      throws IOException {
    Mqtt5Publish publish;
    try {
      publish =
          Mqtt5Publish.builder()
              .topic(topic)
              .qos(MqttQos.AT_LEAST_ONCE)
              .contentType(contentType)
              .retain(retained)
              .payload(message)
              .build();
    } catch (IllegalArgumentException e) {
      throw new MqttFailure(
          "%s cannot have such a topic (%s)".formatted(place(), e.getMessage()), true, e);
    }
    Mqtt5PublishResult result = answer(client.publish(publish));
    if (result.getError().isPresent()) {
      throw failure(result.getError().get());
    }
  }

  /** Why the connection has ended; null while it is open. */
  public @Nullable IOException failure() {
    Throwable cause = ended;
    return cause == null ? null : failure(cause);
  }

  private <T> T answer(CompletableFuture<T> future) throws IOException {
    long end = System.nanoTime() + 2 * server.timeout().toNanos();
    while (true) {
      try {
        return future.get(STEP_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (stopped.getAsBoolean() || System.nanoTime() - end >= 0) {
          throw new MqttFailure(
              "%s does not answer within %d ms".formatted(place(), server.timeout().toMillis()),
              false,
              e);
        }
      } catch (ExecutionException e) {
        throw failure(e.getCause() == null ? e : e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
  }

  private MqttFailure failure(Throwable cause) {
    if (cause instanceof Mqtt5ConnAckException refused) {
      Mqtt5ConnAckReasonCode code = refused.getMqttMessage().getReasonCode();
      boolean login =
          code == Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD
              || code == Mqtt5ConnAckReasonCode.NOT_AUTHORIZED;
      return new MqttFailure(
          login
              ? "%s refuses user or password (%s)".formatted(place(), spoken(code))
              : "%s refuses the connection (%s)".formatted(place(), spoken(code)),
          false,
          refused);
    }
    if (cause instanceof Mqtt5SubAckException refused) {
      return new MqttFailure(
          "%s refuses the subscription (%s)"
              .formatted(place(), spoken(refused.getMqttMessage().getReasonCodes().get(0))),
          false,
          refused);
    }
    if (cause instanceof Mqtt5PubAckException refused) {
      Mqtt5PubAckReasonCode code = refused.getMqttMessage().getReasonCode();
      return new MqttFailure(
          "%s refuses the message (%s)".formatted(place(), spoken(code)),
          OF_MESSAGE.contains(code),
          refused);
    }
    Throwable reason =
        cause instanceof ConnectionFailedException && cause.getCause() != null
            ? cause.getCause()
            : cause;
    String why = reason.getMessage() == null ? reason.toString() : reason.getMessage();
    return new MqttFailure(
        connected
            ? "%s has ended the connection (%s)".formatted(place(), why)
            : "%s cannot be reached (%s)".formatted(place(), why),
        false,
        cause);
  }

  private static String spoken(Enum<?> code) {
    return code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private String place() {
    return "%s://%s:%d"
        .formatted(server.address().getScheme(), server.address().getHost(), server.port());
  }

  private void endIfClosed() {
    if (closed) {
      client.disconnect().exceptionally(failure -> null);
    }
  }

  /** Ends the connection, without waiting for the broker. */
  @Override
  public void close() {
    closed = true;
    endIfClosed();
  }
}
