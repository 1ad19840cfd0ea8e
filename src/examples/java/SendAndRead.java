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
    String servers = System.getenv().getOrDefault("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");
    Map<String, Object> settings =
        Map.of("bootstrap.servers", servers, "group.id", "example-java",
            "auto.offset.reset", "earliest", "isolation.level", "read_committed");
    String source = args[0];
    try (var producer = new KafkaProducer<>(
        Map.of("bootstrap.servers", servers), new StringSerializer(), new ByteArraySerializer())) {
      for (String file : Arrays.copyOfRange(args, 1, args.length)) {
        byte[] png = Files.readAllBytes(Path.of(file));
        producer.send(new ProducerRecord<>("residua.frames", source, png)).get();
      }
    }
    var schema = new SchemaParser()
        .parse(Path.of("src/main/resources/schemas-released/FrameScore-v1.avsc")).mainSchema();
    var decoder = new BinaryMessageDecoder<GenericRecord>(GenericData.get(), schema);
    try (var consumer = new KafkaConsumer<>(
        settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of("residua.scores"));
      Instant end = Instant.now().plusSeconds(15); // an application would go on for ever
      while (Instant.now().isBefore(end)) {
        for (var record : consumer.poll(Duration.ofMillis(500))) {
          if (record.key().equals(source)) {
            GenericRecord score = decoder.decode(record.value());
            System.out.println("score " + score.get("sequence") + " p = "
                + score.get("jointPValue") + " " + score.get("standardized"));
          }
        }
      }
    }
  }
}
