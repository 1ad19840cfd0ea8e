import dev.residua.anomaly.*;
import dev.residua.causal.ScoredFrame;
import dev.residua.frame.*;
import dev.residua.incident.*;
import dev.residua.model.*;
import dev.residua.monitor.*;
import dev.residua.runtime.*;
import dev.residua.source.SourceRule;
import java.nio.file.Path;
import java.time.*;
import java.util.*;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.processor.api.*;
import org.apache.kafka.streams.processor.api.Record;

/**
 * A Kafka Streams application of one's own: PNG files of a topic, keyed by camera, to lines about
 * their incidents on another topic. Monitors are in memory alone; they start again with the program.
 */
public class MonitorStream {
  public static void main(String[] args) throws Exception {
    Properties kafka = new Properties();
    String servers = System.getenv("KAFKA_BOOTSTRAP_SERVERS");
    kafka.put("bootstrap.servers", servers == null ? "localhost:9092" : servers);
    kafka.put("application.id", "example-monitor");
    kafka.put("auto.offset.reset", "earliest");
    Topology topology = topology(ModelBundle.read(Path.of(args[0])), args[1], args[2]);
    KafkaStreams streams = new KafkaStreams(topology, kafka);
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  static Topology topology(ModelBundle bundle, String frames, String incidents) {
    Serde<String> text = Serdes.String();
    return new Topology()
        .addSource("frames", text.deserializer(), Serdes.ByteArray().deserializer(), frames)
        .addProcessor("monitor", () -> new Monitor(bundle), "frames")
        .addSink("incidents", incidents, text.serializer(), text.serializer(), "monitor");
  }

  private static final class Monitor implements Processor<String, byte[], String, String> {
    private final Map<String, SourceMonitor> cameras = new HashMap<>();
    private final MonitorThresholds thresholds;
    private final ScoringModel model;
    private final FrameBatch batch;
    private ProcessorContext<String, String> context;

    Monitor(ModelBundle bundle) {
      try {
        thresholds =
            new MonitorThresholds(
                BundleOpener.monitor(
                    bundle, AnomalySettings.DEFAULTS, 1_000_000, IncidentSettings.DEFAULTS));
        model = BundleOpener.scoring(bundle, 1);
      } catch (BadBundleException e) {
        throw new IllegalArgumentException(e);
      }
      batch =
          new FrameBatch(
              model,
              FrameLimits.DEFAULTS,
              ReconstructionPlan.EVERY_FRAME,
              1,
              Clock.systemUTC(),
              FrameScorer.Observer.NONE);
    }

    @Override
    public void init(ProcessorContext<String, String> given) {
      context = given;
    }

    @Override
    public void process(Record<String, byte[]> record) {
      RecordMetadata from = context.recordMetadata().orElseThrow();
      FramePosition position = new FramePosition(from.topic(), from.partition(), from.offset());
      Instant time = Instant.ofEpochMilli(record.timestamp());
      Frame frame =
          new Frame(
              record.key(), from.offset(), time, 0, 0, PixelFormat.PNG, record.value(), Map.of());
      try {
        batch.add(frame, position, FrameTiming.ON_TIME, SourceRule.DEFAULTS);
      } catch (RejectedFrameException e) {
        System.err.printf("%s: %s%n", record.key(), e.getMessage());
        return;
      }
      for (ScoredFrame score : batch.score()) {
        SourceMonitor monitor =
            cameras.computeIfAbsent(record.key(), camera -> SourceMonitor.start(thresholds));
        for (Incident incident : monitor.next(score, ActiveControls.EMPTY).incidents()) {
          String line = "%s %s".formatted(incident.state(), incident.summary().headline());
          context.forward(record.withValue(line));
        }
      }
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
