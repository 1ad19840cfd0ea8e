import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.avro.SchemaParser;
import org.apache.avro.generic.*;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;

/**
 * A Kafka Streams application: adds the newest state of a source to each line of a topic that is
 * keyed by source, such as the numbers of the parts that pass its camera.
 */
public class JoinStates {
  public static void main(String[] args) throws IOException {
    Properties kafka = new Properties();
    String servers = System.getenv("KAFKA_BOOTSTRAP_SERVERS");
    kafka.put("bootstrap.servers", servers == null ? "localhost:9092" : servers);
    kafka.put("application.id", "example-join");
    KafkaStreams streams = new KafkaStreams(topology(args[0], args[1]), kafka);
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  static Topology topology(String lines, String joined) throws IOException {
    Path file = Path.of("schemas/released/SourceState-v1.avsc");
    var schema = new SchemaParser().parse(file).mainSchema();
    var decoder = new BinaryMessageDecoder<GenericRecord>(GenericData.get(), schema);
    Serde<String> text = Serdes.String();
    StreamsBuilder builder = new StreamsBuilder();
    GlobalKTable<String, byte[]> states =
        builder.globalTable("residua.source-states", Consumed.with(text, Serdes.ByteArray()));
    builder.stream(lines, Consumed.with(text, text))
        .leftJoin(states, (source, line) -> source, (line, state) -> join(line, state, decoder))
        .to(joined, Produced.with(text, text));
    return builder.build();
  }

  private static String join(
      String line, byte[] bytes, BinaryMessageDecoder<GenericRecord> decoder) {
    if (bytes == null) {
      return line + ": not monitored";
    }
    try {
      GenericRecord state = decoder.decode(bytes);
      return "%s: %s %s %s"
          .formatted(line, state.get("phase"), state.get("latents"), state.get("incidents"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
