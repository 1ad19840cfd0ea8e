import java.nio.file.*;
import java.time.*;
import java.util.*;
import org.apache.avro.SchemaParser;
import org.apache.avro.generic.*;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.*;

/** Sends PNG files as frames of one source, then prints the scores of that source. */
public class SendAndRead {
  public static void main(String[] args) throws Exception {
    Properties kafka = new Properties();
    String servers = System.getenv("KAFKA_BOOTSTRAP_SERVERS");
    kafka.put("bootstrap.servers", servers == null ? "localhost:9092" : servers);
    kafka.put("group.id", "example-java");
    kafka.put("auto.offset.reset", "earliest");
    kafka.put("isolation.level", "read_committed");
    String source = args[0];

    try (var producer =
        new KafkaProducer<>(kafka, new StringSerializer(), new ByteArraySerializer())) {
      for (String file : Arrays.copyOfRange(args, 1, args.length)) {
        byte[] png = Files.readAllBytes(Path.of(file));
        producer.send(new ProducerRecord<>("residua.frames", source, png)).get();
      }
    }

    Path file = Path.of("schemas/released/FrameScore-v1.avsc");
    var schema = new SchemaParser().parse(file).mainSchema();
    var decoder = new BinaryMessageDecoder<GenericRecord>(GenericData.get(), schema);
    try (var consumer =
        new KafkaConsumer<>(kafka, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of("residua.scores"));
      Instant end = Instant.now().plusSeconds(15); // an application would go on for ever
      while (Instant.now().isBefore(end)) {
        for (var record : consumer.poll(Duration.ofMillis(500))) {
          if (record.key().equals(source)) {
            var score = decoder.decode(record.value());
            System.out.printf(
                "score %s p = %s %s%n",
                score.get("sequence"), score.get("jointPValue"), score.get("standardized"));
          }
        }
      }
    }
  }
}
