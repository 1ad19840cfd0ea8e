package dev.residua.testing;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;

/** A subscriber of topics of {@link Mosquitto} on this machine. */
public final class MqttSubscriber implements AutoCloseable {
  private static final String MARK = "mark";

  private final Mqtt5BlockingClient client;
  private final Mqtt5Publishes messages;

  private MqttSubscriber(Mqtt5ClientBuilder settings, String filter) {
    this.client = settings.buildBlocking();
    client.connect();
    this.messages = client.publishes(MqttGlobalPublishFilter.ALL);
    client.subscribeWith().topicFilter(filter).send();
  }

  /** Subscribes to what a filter names. */
  public static MqttSubscriber plain(int port, String filter) {
    return new MqttSubscriber(
        Mqtt5Client.builder().serverHost("localhost").serverPort(port), filter);
  }

  /** Subscribes over TLS with a user and a password. */
  public static MqttSubscriber secure(
      int port, String filter, TrustManagerFactory trust, String user, String password) {
    return new MqttSubscriber(
        Mqtt5Client.builder()
            .serverHost("localhost")
            .serverPort(port)
            .sslConfig()
            .trustManagerFactory(trust)
            .applySslConfig()
            .simpleAuth()
            .username(user)
            .password(password.getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth(),
        filter);
  }

  /** All messages since the last call, up to a mark that is sent behind them. */
  public List<Mqtt5Publish> received() throws InterruptedException {
    client.subscribeWith().topicFilter(MARK).send();
    client.publishWith().topic(MARK).send();
    List<Mqtt5Publish> received = new ArrayList<>();
    while (true) {
      Mqtt5Publish message = messages.receive(Waits.seconds(20), TimeUnit.SECONDS).orElseThrow();
      if (message.getTopic().toString().equals(MARK)) {
        return received;
      }
      received.add(message);
    }
  }

  @Override
  public void close() {
    messages.close();
    client.disconnect();
  }
}
