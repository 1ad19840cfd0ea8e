package dev.residua.testing;

import dev.residua.avro.state.TimelineState;
import dev.residua.frame.SourceTimeline;
import dev.residua.state.TimelineStates;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParser;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records for every topic: valid ones of which some fields have extreme values, and ones that are
 * damaged, of another type or of a future schema. Derived from the released schemas and their
 * golden records, so that a new field needs no change here. The seed fixes them all.
 */
public final class TopicFuzzer {
  private static final Path GOLDEN = Path.of("src/testing/test/resources/golden");
  private static final Path RELEASED = Path.of("schemas/released");
  private static final int HEADER_BYTES = 10;
  private static final int LARGE = 100_000;

  /** More than any topic takes but that of frames, and less than any producer or broker refuses. */
  private static final int LARGEST = 16 << 20;

  private static final int DEEPEST = 6;
  private static final GenericData DATA = new GenericData();

  private static final long[] LONGS = {
    0,
    1,
    -1,
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MAX_VALUE / 1_000,
    Long.MIN_VALUE / 1_000,
    1L << 53,
    -62_135_596_800_000_000L, // year 1, in microseconds
    253_402_300_799_999_999L, // the end of year 9999
    Integer.MAX_VALUE + 1L
  };
  private static final int[] INTS = {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 24};
  private static final double[] DOUBLES = {
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    -0.0,
    0,
    1,
    -1,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    Float.MIN_VALUE,
    Float.MAX_VALUE,
    -Float.MAX_VALUE
  };
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "\u0000",
          "\n\r\t",
          "../../../../etc/passwd",
          "<script>alert(1)</script>",
          "${jndi:ldap://localhost/x}",
          "%s%n{}{}",
          "'; DROP TABLE sources; --",
          "\u202Egnp.dilav",
          "\uD83D\uDCF7",
          "(a+)+$",
          "NaN",
          "part/x/2147483647",
          "model/activation/shadow",
          "\uFFFF\uFFFE");

  private final SplittableRandom random;
  private final FrameFuzzer bytes;
  private final Map<String, List<Recipe>> recipes = new LinkedHashMap<>();
  private final List<byte[]> samples = new ArrayList<>();

  private interface Recipe {
    Made make();
  }

  private record Made(byte[] key, byte[] value) {}

  /**
   * @param topics whose records are made
   * @param seed fixes the records
   */
  public TopicFuzzer(Topics topics, long seed) {
    random = new SplittableRandom(seed);
    bytes = new FrameFuzzer(seed);
    avro(topics.frames(), "Frame", "");
    avro(topics.scores(), "FrameScore", "");
    avro(topics.shadowScores(), "FrameScore", "");
    avro(topics.drift(), "DriftScore", "");
    avro(topics.anomalies(), "AnomalyEvent", "");
    avro(topics.drifts(), "DriftEvent", "");
    avro(topics.interventions(), "InterventionEvent", "");
    avro(topics.incidents(), "Incident", "");
    avro(topics.incidentGroups(), "IncidentGroup", "");
    avro(topics.evidence(), "IncidentEvidence", "");
    avro(topics.control(), "ControlCommand", "");
    avro(topics.sources(), "SourceRule", "");
    avro(topics.audit(), "AuditEntry", "");
    avro(topics.calibrations(), "SourceCalibration", "");
    avro(topics.sourceStates(), "SourceState", "");
    avro(topics.models(), "ModelEntry", "model/");
    avro(topics.models(), "ModelActivation", "activation/");
    avro(topics.models(), "ActivationStart", "start/");
    avro(topics.models(), "ModelShadow", "shadow");
    recipe(topics.models(), () -> new Made(utf8("part/" + text() + "/" + number()), noise()));
    timelines(topics.timelines());
    recipe(topics.alerts(), this::alert);
    recipe(topics.deadLetters(), () -> new Made(utf8(text()), sample()));
  }

  /** Names of the topics for which it makes records. */
  public Set<String> topics() {
    return Set.copyOf(recipes.keySet());
  }

  /** The next record of a topic; its partition is left to the producer. */
  public ProducerRecord<byte[], byte[]> next(Topic<?, ?> topic) {
    List<Recipe> choice = recipes.get(topic.name());
    Made made;
    do {
      made = choice.get(random.nextInt(choice.size())).make();
    } while (made.value().length > LARGEST);
    byte[] key = made.key();
    byte[] value = made.value();
    switch (random.nextInt(20)) {
      case 0 -> key = null;
      case 1 -> key = utf8(text());
      case 2 -> key = bytes.mutated(key.clone());
      case 3 -> value = null;
      case 4 -> value = new byte[0];
      case 5 -> value = noise();
      case 6 -> value = sample(); // of another type
      case 7 -> value = ofForeignSchema(value);
      case 8 -> value = ofRegistryId(value);
      case 9, 10 -> value = bytes.mutated(value.clone());
      default -> {} // as the product may write it, but for the values
    }
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic.name(), null, key, value);
    if (random.nextInt(4) == 0) {
      record.headers().add(text(), random.nextBoolean() ? null : utf8(text()));
      record.headers().add("__streams.errors.message", utf8(text()));
      record.headers().add("__streams.errors.offset", utf8(text()));
      record.headers().add("traceparent", utf8(text()));
    }
    return record;
  }

  private void recipe(Topic<?, ?> topic, Recipe recipe) {
    recipes.computeIfAbsent(topic.name(), name -> new ArrayList<>()).add(recipe);
  }

  private void avro(Topic<?, ?> topic, String type, String prefix) {
    try {
      Schema schema =
          new SchemaParser()
              .parse(Files.readString(RELEASED.resolve(type + "-v1.avsc")))
              .mainSchema();
      byte[] golden = Files.readAllBytes(GOLDEN.resolve(type + "-v1.bin"));
      samples.add(golden);
      GenericRecord base = decoded(schema, golden);
      recipe(topic, () -> avro(schema, base, prefix));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Made avro(Schema schema, GenericRecord base, String prefix) {
    GenericRecord record = changed(base);
    Object first = record.get(0);
    String name = first instanceof Utf8 || first instanceof Long ? first.toString() : "cam1";
    String key = prefix.equals("shadow") ? prefix : prefix + name;
    return new Made(
        utf8(key), random.nextInt(12) == 0 ? future(schema, record) : encoded(schema, record));
  }

  private void timelines(Topic<?, ?> topic) {
    Schema schema = TimelineState.getClassSchema();
    byte[] sample = TimelineStates.encode(new SourceTimeline());
    samples.add(sample);
    GenericRecord base = decoded(schema, sample);
    recipe(
        topic,
        () -> {
          GenericRecord record = changed(base);
          return new Made(
              utf8((char) random.nextInt(3) + text()),
              random.nextInt(12) == 0 ? future(schema, record) : encoded(schema, record));
        });
  }

  /** A copy of which one to three fields have extreme values. */
  private GenericRecord changed(GenericRecord base) {
    GenericRecord record = DATA.deepCopy(base.getSchema(), base);
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      List<Schema.Field> fields = record.getSchema().getFields();
      Schema.Field field = fields.get(random.nextInt(fields.size()));
      record.put(field.pos(), extreme(field.schema(), record.get(field.pos()), 0));
    }
    return record;
  }

  private @Nullable Object extreme(Schema schema, @Nullable Object before, int depth) {
    return switch (schema.getType()) {
      case LONG -> LONGS[random.nextInt(LONGS.length)];
      case INT -> INTS[random.nextInt(INTS.length)];
      case DOUBLE -> DOUBLES[random.nextInt(DOUBLES.length)];
      case FLOAT -> (float) DOUBLES[random.nextInt(DOUBLES.length)];
      case BOOLEAN -> random.nextBoolean();
      case STRING -> new Utf8(text());
      case BYTES -> ByteBuffer.wrap(noise());
      case FIXED -> {
        byte[] fixed = new byte[schema.getFixedSize()];
        random.nextBytes(fixed);
        yield new GenericData.Fixed(schema, fixed);
      }
      case ENUM ->
          new GenericData.EnumSymbol(
              schema, schema.getEnumSymbols().get(random.nextInt(schema.getEnumSymbols().size())));
      case NULL -> null;
      case UNION -> {
        Schema branch = schema.getTypes().get(random.nextInt(schema.getTypes().size()));
        yield extreme(branch, null, depth);
      }
      case ARRAY -> array(schema, before, depth);
      case MAP -> {
        Map<Utf8, Object> map = new HashMap<>();
        int size = random.nextInt(8) == 0 ? 1_000 : random.nextInt(4);
        for (int i = 0; i < size; i++) {
          String key = size == 1_000 ? "key-" + i : text();
          map.put(new Utf8(key), extreme(schema.getValueType(), null, depth + 1));
        }
        yield map;
      }
      case RECORD -> record(schema, before, depth);
    };
  }

  private Object array(Schema schema, @Nullable Object before, int depth) {
    List<Object> values =
        before instanceof List<?> list ? new ArrayList<>(list) : new ArrayList<>();
    switch (random.nextInt(5)) {
      case 0 -> values.clear();
      case 1 -> {
        int copies = depth == 0 ? 2_000 : 3;
        Object value =
            values.isEmpty() ? extreme(schema.getElementType(), null, DEEPEST) : values.get(0);
        for (int i = 0; i < copies; i++) {
          values.add(value);
        }
      }
      default -> {
        if (values.isEmpty()) {
          values.add(extreme(schema.getElementType(), null, depth + 1));
        } else {
          int at = random.nextInt(values.size());
          values.set(at, extreme(schema.getElementType(), values.get(at), depth + 1));
        }
      }
    }
    return values;
  }

  private Object record(Schema schema, @Nullable Object before, int depth) {
    GenericRecord record = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      Object value = before instanceof GenericRecord old ? old.get(field.name()) : null;
      boolean change = before == null || random.nextInt(3) == 0;
      record.put(
          field.pos(),
          change
              ? depth > DEEPEST ? plain(field.schema()) : extreme(field.schema(), value, depth + 1)
              : value);
    }
    return record;
  }

  private @Nullable Object plain(Schema schema) {
    return switch (schema.getType()) {
      case UNION -> plain(schema.getTypes().get(0));
      case ARRAY -> List.of();
      case MAP -> Map.of();
      default -> extreme(schema, null, DEEPEST);
    };
  }

  /** The record as a later version writes it: one more field, or one more symbol of an enum. */
  private byte[] future(Schema schema, GenericRecord record) {
    String text = schema.toString();
    String later =
        random.nextBoolean() && text.contains("\"symbols\":[")
            ? text.replaceFirst("\"symbols\":\\[", "\"symbols\":[\"FUTURE\",")
            : text.replaceFirst(
                "\"fields\":\\[",
                "\"fields\":[{\"name\":\"addedLater\",\"type\":\"long\",\"default\":7},");
    Schema target = new SchemaParser().parse(later).mainSchema();
    GenericRecord copy = new GenericData.Record(target);
    for (Schema.Field field : target.getFields()) {
      copy.put(
          field.pos(), field.name().equals("addedLater") ? (Object) 7L : record.get(field.name()));
    }
    return encoded(target, copy);
  }

  private static byte[] encoded(Schema schema, GenericRecord record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    out.writeBytes(header(SchemaNormalization.parsingFingerprint64(schema)));
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      new GenericDatumWriter<GenericRecord>(schema, DATA).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static GenericRecord decoded(Schema schema, byte[] message) {
    try {
      return new GenericDatumReader<GenericRecord>(schema, schema, DATA)
          .read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(message, HEADER_BYTES, message.length - HEADER_BYTES, null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] header(long fingerprint) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0xC3)
        .put((byte) 1)
        .putLong(fingerprint)
        .array();
  }

  private byte[] ofForeignSchema(byte[] value) {
    byte[] foreign = value.clone();
    byte[] header = header(random.nextLong());
    System.arraycopy(header, 0, foreign, 0, Math.min(header.length, foreign.length));
    return foreign;
  }

  private byte[] ofRegistryId(byte[] value) {
    byte[] framed = new byte[value.length + 5];
    ByteBuffer.wrap(framed).put((byte) 0).putInt(random.nextInt()).put(value);
    return framed;
  }

  /** A stored alert of which some members have other values or types. */
  private Made alert() {
    byte[] incident = incidentSample();
    String id = text();
    Map<String, String> members = new LinkedHashMap<>();
    members.put("version", "1");
    members.put("revision", "3");
    members.put("since", "\"2026-03-01T12:00:00Z\"");
    members.put("changedAt", "\"2026-03-01T12:00:05Z\"");
    members.put(
        "notified",
        "{\"hook\":{\"stage\":%s,\"revision\":%s,\"severity\":\"WARNING\",\"kind\":\"SHIFT\",\"flaps\":%s,\"at\":\"2026-03-01T12:00:05Z\",\"acknowledged\":false}}"
            .formatted(random.nextBoolean() ? "\"FIRING\"" : json(), json(), random.nextInt(3)));
    members.put("incident", "\"" + Base64.getEncoder().encodeToString(incident) + "\"");
    List<String> names = List.copyOf(members.keySet());
    for (int i = random.nextInt(3); i > 0; i--) {
      members.put(names.get(random.nextInt(names.size())), json());
    }
    StringBuilder text = new StringBuilder("{");
    members.forEach(
        (name, value) ->
            text.append(text.length() == 1 ? "" : ",")
                .append('"')
                .append(name)
                .append("\":")
                .append(value));
    String key = random.nextInt(5) == 0 ? "activations" : "incident/" + id;
    return new Made(utf8(key), utf8(text.append('}').toString()));
  }

  private byte[] incidentSample() {
    try {
      Path golden = GOLDEN.resolve("Incident-v1.bin");
      return random.nextBoolean() ? Files.readAllBytes(golden) : sample();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String json() {
    return List.of(
            "null",
            "-1",
            "1e308",
            "9223372036854775807",
            "99999999999999999999",
            "true",
            "[]",
            "{}",
            "\"\"",
            "\"+1000000000-12-31T23:59:59Z\"",
            "{\"hook\":7}",
            "\"FUTURE\"")
        .get(random.nextInt(12));
  }

  private String text() {
    if (random.nextInt(100) == 0) {
      return "x".repeat(LARGE);
    }
    int which = random.nextInt(TEXTS.size() + 4);
    return which < TEXTS.size() ? TEXTS.get(which) : "fuzz-" + random.nextInt(200);
  }

  private String number() {
    return Integer.toString(INTS[random.nextInt(INTS.length)]);
  }

  private byte[] sample() {
    return samples.get(random.nextInt(samples.size()));
  }

  private byte[] noise() {
    byte[] noise = new byte[random.nextInt(random.nextInt(50) == 0 ? LARGE : 200)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
