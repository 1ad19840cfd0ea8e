import java.nio.ByteBuffer;
import java.nio.file.*;
import java.security.MessageDigest;
import java.time.*;
import java.util.*;
import org.apache.avro.*;
import org.apache.avro.generic.*;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.*;

/** Sends one PNG file as a frame that says where the file lies: SOURCE SEQUENCE FILE.png */
public class SendReference {
  public static void main(String[] args) throws Exception {
    String source = args[0];
    Path file = Path.of(args[2]).toRealPath();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));

    Path schemaFile = Path.of("schemas/released/Frame-v1.avsc");
    Schema schema = new SchemaParser().parse(schemaFile).mainSchema();
    GenericRecord frame =
        new GenericRecordBuilder(schema)
            .set("source", source)
            .set("sequence", Long.parseLong(args[1]))
            .set("capturedAt", System.currentTimeMillis() * 1_000) // microseconds since 1970
            .set("width", 0) // the file says it
            .set("height", 0)
            .set("format", new GenericData.EnumSymbol(schema.getField("format").schema(), "PNG"))
            .set("data", ByteBuffer.allocate(0)) // nothing here: it lies there
            .set(
                "attributes",
                Map.of(
                    "residua-ref", file.toUri().toString(),
                    "residua-ref-sha256", HexFormat.of().formatHex(digest)))
            .build();

    Properties kafka = new Properties();
    String servers = System.getenv("KAFKA_BOOTSTRAP_SERVERS");
    kafka.put("bootstrap.servers", servers == null ? "localhost:9092" : servers);
    kafka.put("compression.type", "zstd"); // or gzip, lz4, snappy, none
    try (var producer =
        new KafkaProducer<>(kafka, new StringSerializer(), new ByteBufferSerializer())) {
      var encoder = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema);
      producer.send(new ProducerRecord<>("residua.frames", source, encoder.encode(frame))).get();
    }
  }
}
