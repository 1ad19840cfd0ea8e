package dev.residua.app.demo;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.process.StartFailedException;
import dev.residua.frame.Frame;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelFormat;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.simulation.SimulatedFrame;
import dev.residua.wire.FrameReader;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws a scenario and sends its frames in real time, repeatedly, on its own thread. */
public final class SimulatedCamera implements AutoCloseable {
  static final String SOURCE = "pendulum-camera";

  private static final Logger LOG = LoggerFactory.getLogger(SimulatedCamera.class);

  private final ImageShape shape;
  private final Scenario scenario;
  private final double framesPerSecond;
  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final Consumer<SimulatedFrame.ActiveEvent> onFault;
  private final Thread thread;

  /**
   * @param onFault notified of every scripted fault when its first frame is sent
   * @throws StartFailedException if the scenario cannot be read
   */
  public SimulatedCamera(
      KafkaClients clients,
      Topics topics,
      ImageShape shape,
      DemoSettings settings,
      Consumer<SimulatedFrame.ActiveEvent> onFault)
      throws StartFailedException {
    this.shape = shape;
    this.scenario = read(settings);
    this.framesPerSecond = scenario.framesPerSecond() * settings.speed();
    this.topic = topics.frames().name();
    this.onFault = onFault;
    this.producer = clients.frameProducer();
    this.thread = new Thread(this::send, "residua-camera");
    thread.setDaemon(true);
    thread.start();
  }

  static Scenario read(DemoSettings settings) throws StartFailedException {
    Path file = settings.scenario();
    Scenario scenario;
    try {
      scenario = file == null ? Scenario.shipped("demo") : Scenario.read(file);
    } catch (IOException | IllegalArgumentException e) {
      throw new StartFailedException(
          "the scenario %s cannot be used: %s"
              .formatted(file == null ? "demo" : file, e.getMessage()),
          e);
    }
    if (scenario.scene().isDynamic() && settings.speed() != 1) {
      throw new StartFailedException(
          "the scene %s has a memory in seconds, which --speed would change: leave it out"
              .formatted(scenario.scene().name()));
    }
    return scenario;
  }

  private void send() {
    try (producer) {
      // Sequences keep rising over restarts of the demo on the same data.
      long sequence = System.currentTimeMillis();
      long start = System.nanoTime();
      ScenarioStream stream = new ScenarioStream(scenario, shape);
      String announced = "";
      for (long sent = 0; ; sent++) {
        byte[] pixels = new byte[shape.size()];
        SimulatedFrame drawn = stream.next(pixels, 0);
        pause(start + (long) (sent * 1e9 / framesPerSecond));
        SimulatedFrame.ActiveEvent event = drawn.event();
        if (event != null && !event.id().equals(announced)) {
          announced = event.id();
          onFault.accept(event);
        }
        Frame frame =
            new Frame(
                SOURCE,
                sequence++,
                Instant.now(),
                shape.width(),
                shape.height(),
                shape.channels() == 1 ? PixelFormat.GRAY8 : PixelFormat.RGB8,
                pixels,
                Map.of());
        producer.send(
            new ProducerRecord<>(
                topic, SOURCE.getBytes(StandardCharsets.UTF_8), FrameReader.write(frame)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // this thread ends when it is interrupted
    } catch (RuntimeException e) {
      LOG.error("the simulated camera stopped: reason={}", e.toString());
    }
  }

  private static void pause(long until) throws InterruptedException {
    for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
      Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join(3_000);
  }
}
