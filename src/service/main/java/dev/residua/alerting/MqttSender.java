package dev.residua.alerting;

import dev.residua.mqtt.MqttConnection;
import dev.residua.mqtt.MqttFailure;
import dev.residua.mqtt.MqttServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Publishes messages to a broker of MQTT. Each call makes one connection. Thread-safe. */
final class MqttSender implements Sender {
  /** The broker sends nothing but answers. */
  private static final int MAX_ANSWER = 64 << 10;

  private static final byte[] EMPTY = {};

  private final ReceiverSettings receiver;
  private final MqttServer server;

  MqttSender(ReceiverSettings receiver) {
    this(receiver, null);
  }

  /**
   * @param trust authorities that are trusted; null for those that this Java trusts
   */
  MqttSender(ReceiverSettings receiver, @Nullable TrustManagerFactory trust) {
    this.receiver = receiver;
    this.server = server(receiver, trust);
  }

  static MqttServer server(ReceiverSettings receiver, @Nullable TrustManagerFactory trust) {
    return new MqttServer(
        receiver.url(),
        receiver.user().map(u -> new MqttServer.Login(u, receiver.token().orElseThrow().value())),
        receiver.timeout(),
        MAX_ANSWER,
        Optional.ofNullable(trust));
  }

  @Override
  public DeliveryResult send(OutgoingRequest request, Instant now) throws InterruptedException {
    String topic = Objects.requireNonNull(request.headers().get(MqttProtocol.TOPIC));
    String retain = Objects.requireNonNull(request.headers().get(MqttProtocol.RETAIN));
    try (MqttConnection connection = MqttConnection.open(server, () -> false)) {
      connection.publish(
          topic, request.body(), request.contentType(), retain.equals(MqttProtocol.KEEP));
      if (retain.equals(MqttProtocol.FORGET)) {
        connection.publish(topic, EMPTY, request.contentType(), true);
      }
      return new DeliveryResult.Accepted("published to " + topic);
    } catch (InterruptedIOException e) {
      throw new InterruptedException(e.getMessage());
    } catch (MqttFailure e) {
      String why = receiver.shown(String.valueOf(e.getMessage()));
      return e.isOfMessage()
          ? new DeliveryResult.Refused(why)
          : new DeliveryResult.Unavailable(why, Optional.empty(), true);
    } catch (IOException e) {
      return new DeliveryResult.Unavailable(receiver.shown(e.toString()), Optional.empty(), true);
    }
  }
}
