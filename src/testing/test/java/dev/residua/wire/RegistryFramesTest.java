package dev.residua.wire;

import static dev.residua.testing.RegistryRecords.PIXEL_FORMAT;
import static dev.residua.testing.RegistryRecords.field;
import static dev.residua.testing.RegistryRecords.frameWith;
import static dev.residua.testing.RegistryRecords.framed;
import static dev.residua.testing.RegistryRecords.time;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.residua.avro.Frame;
import dev.residua.avro.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import dev.residua.testing.RegistryRecords;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Frames with a schema's id in front, as Confluent's and Apicurio's serializers write them. */
@Tag("slow")
class RegistryFramesTest {
  private static final String OURS = Frame.getClassSchema().toString();
  private static final Instant CAPTURED = Instant.parse("2026-03-01T12:00:00.123456Z");
  private static final long MICROS = 1_772_366_400_123_456L;
  private static final byte[] PIXELS = {0, 127, -1, 1, 2, 3};
  private static final Map<String, Object> VALUES =
      Map.of(
          "source",
          "cam1",
          "sequence",
          42,
          "capturedAt",
          MICROS,
          "width",
          2,
          "height",
          1,
          "format",
          "RGB8",
          "data",
          PIXELS,
          "attributes",
          Map.of("factor.light", "93.5"),
          "exposure",
          0.25);

  private final AtomicLong nanoTime = new AtomicLong();
  private FakeRegistry registry;
  private RegistryFrames frames;

  @BeforeEach
  void start() throws IOException {
    registry = FakeRegistry.start();
    frames = frames(registry.settings());
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private RegistryFrames frames(RegistrySettings settings) {
    return new RegistryFrames(
        new WriterSchemas(new RegistryClient(settings), Duration.ofSeconds(3), nanoTime::get));
  }

  /** A frame with a value for every field of ours. */
  private static GenericRecord record(String schema) {
    return RegistryRecords.record(schema, VALUES);
  }

  private static Frame expected(Map<String, String> attributes) {
    return new Frame(
        "cam1", 42L, CAPTURED, 2, 1, PixelFormat.RGB8, ByteBuffer.wrap(PIXELS), attributes);
  }

  private RejectedFrameException refused(byte[] value) {
    RejectedFrameException why =
        catchThrowableOfType(RejectedFrameException.class, () -> frames.decode(value));
    assertThat(why).as("the value was accepted").isNotNull();
    return why;
  }

  @Test
  void shouldReadAFrameOfOurOwnSchema() throws Exception {
    // Given
    registry.put(7, OURS);
    // When
    Frame frame = frames.decode(framed(7, record(OURS)));
    // Then
    assertThat(frame).isEqualTo(expected(Map.of("factor.light", "93.5")));
  }

  /** The golden bytes of each release, with an id in place of marker and fingerprint. */
  @Test
  void shouldReadEveryReleasedVersionOfAFrame() throws Exception {
    // Given
    SingleObject<Frame> singleObject = new SingleObject<>(Frame.class);
    List<String> released =
        SingleObject.releasedFiles().stream()
            .filter(file -> file.matches("Frame-v\\d+.*"))
            .toList();
    assertThat(released).isNotEmpty();
    for (int i = 0; i < released.size(); i++) {
      byte[] golden = golden(released.get(i));
      registry.put(i, SingleObject.releasedSchema(released.get(i)).toString());
      ByteBuffer framed = ByteBuffer.allocate(golden.length - 5).put((byte) 0).putInt(i);
      framed.put(golden, 10, golden.length - 10);
      // When
      Frame frame = frames.decode(framed.array());
      // Then
      assertThat(frame).as(released.get(i)).isEqualTo(singleObject.decode(golden));
    }
  }

  private static byte[] golden(String file) throws IOException {
    String resource = "/golden/" + file.replace(".avsc", ".bin");
    try (InputStream in = RegistryFramesTest.class.getResourceAsStream(resource)) {
      assertThat(in).as(resource).isNotNull();
      return in.readAllBytes();
    }
  }

  @Test
  void shouldTakeTheIdForAnUnsignedNumber() throws Exception {
    // Given
    registry.put(-2, OURS);
    // When
    Frame frame = frames.decode(framed(-2, record(OURS)));
    // Then
    assertThat(frame.getSequence()).isEqualTo(42);
    assertThat(registry.requests).containsExactly("/schemas/ids/4294967294");
  }

  @Test
  void shouldReadAFrameWithOtherOrderFurtherFieldsAndSmallerNumbers() throws Exception {
    // Given
    String theirs =
        frameWith(
            field("data", "bytes"),
            field("width", "int"),
            field("height", "int"),
            field("exposure", "double"),
            field("format", PIXEL_FORMAT),
            field("capturedAt", time("micros")),
            field("sequence", "int"),
            field("source", "string"));
    registry.put(1, theirs);
    // When
    Frame frame = frames.decode(framed(1, record(theirs)));
    // Then
    assertThat(frame).isEqualTo(expected(Map.of()));
  }

  @Test
  void shouldReadASchemaThatUsesATypeOfAnotherSubject() throws Exception {
    // Given
    String theirs =
        OURS.replaceAll(
            "\\{\"type\":\"enum\",\"name\":\"PixelFormat\"[^}]*}",
            "\"dev.residua.avro.PixelFormat\"");
    assertThat(theirs).doesNotContain("\"RGBA8\"");
    registry.put("/subjects/pixel format/versions/3", PIXEL_FORMAT);
    registry
        .put(1, theirs)
        .putArray("references")
        .addObject()
        .put("name", "dev.residua.avro.PixelFormat")
        .put("subject", "pixel format")
        .put("version", 3);
    // When
    Frame frame = frames.decode(framed(1, record(OURS)));
    // Then
    assertThat(frame).isEqualTo(expected(Map.of("factor.light", "93.5")));
  }

  @Test
  void shouldNameTheRuleThatAWriterBreaks() throws Exception {
    // Given
    String theirs =
        frameWith(
            field("source", "string"),
            field("sequence", "string"),
            field("capturedAt", time("micros")),
            field("width", "int"),
            field("height", "int"),
            field("format", PIXEL_FORMAT.replace("\"JPEG\"", "\"JPEG\", \"BAYER\"")));
    registry.put(9, theirs);
    // When
    RejectedFrameException why = refused(new byte[] {0, 0, 0, 0, 9, 1});
    // Then
    assertThat(why.reason()).isEqualTo(Reason.INCOMPATIBLE_SCHEMA);
    assertThat(why)
        .hasMessageContaining("the schema with id 9 (dev.residua.avro.Frame)")
        .hasMessageContaining(
            "TYPE_MISMATCH at /fields/1/type: reader type: LONG not compatible with writer type:"
                + " STRING")
        .hasMessageContaining("MISSING_ENUM_SYMBOLS at /fields/5/type/symbols: [BAYER]")
        .hasMessageContaining("READER_FIELD_MISSING_DEFAULT_VALUE at /fields/6: data");
  }

  @Test
  void shouldNotTakeMillisecondsForMicroseconds() throws Exception {
    // Given
    registry.put(1, OURS.replace("timestamp-micros", "timestamp-millis"));
    registry.put(2, OURS.replace(",\"logicalType\":\"timestamp-micros\"", ""));
    // When
    RejectedFrameException why = refused(framed(1, record(OURS)));
    Frame plain = frames.decode(framed(2, record(OURS)));
    // Then
    assertThat(why.reason()).isEqualTo(Reason.INCOMPATIBLE_SCHEMA);
    assertThat(why)
        .hasMessageContaining(
            "LOGICAL_TYPE_MISMATCH at /fields/2/type: reader logical type: timestamp-micros not"
                + " compatible with writer logical type: timestamp-millis");
    assertThat(plain.getCapturedAt()).isEqualTo(CAPTURED);
  }

  @Test
  void shouldRefuseWhatIsNoAvroSchemaOfAFrame() {
    // Given
    registry.put(1, "syntax = \"proto3\";").put("schemaType", "PROTOBUF");
    registry.put(2, "{\"type\": \"nonsense\"}");
    registry.put(3, "\"string\"");
    registry.put(4, frameWith(field("source", "string")).replace("Frame", "Picture"));
    // When, Then
    assertThat(refused(new byte[] {0, 0, 0, 0, 1, 1}))
        .hasMessageContaining("is of type PROTOBUF; expected AVRO");
    assertThat(refused(new byte[] {0, 0, 0, 0, 2, 1}))
        .hasMessageContaining("is not an Avro schema");
    assertThat(refused(new byte[] {0, 0, 0, 0, 3, 1})).hasMessageContaining("TYPE_MISMATCH");
    assertThat(refused(new byte[] {0, 0, 0, 0, 4, 1})).hasMessageContaining("NAME_MISMATCH");
  }

  @Test
  void shouldRefuseAnIdThatTheRegistryDoesNotHaveAndAskAgainLater() throws Exception {
    // Given
    byte[] value = framed(5, record(OURS));
    // When
    RejectedFrameException first = refused(value);
    refused(value);
    int askedAtOnce = registry.requests.size();
    registry.put(5, OURS);
    nanoTime.addAndGet(Duration.ofSeconds(11).toNanos());
    Frame later = frames.decode(value);
    // Then
    assertThat(first.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA);
    assertThat(first).hasMessageContaining("has no schema with id 5");
    assertThat(askedAtOnce).isEqualTo(1);
    assertThat(later.getSequence()).isEqualTo(42);
  }

  @Test
  void shouldAskOnceForEachIdAndGoOnWhenTheRegistryIsAway() throws Exception {
    // Given
    registry.put(1, OURS);
    byte[] value = framed(1, record(OURS));
    frames.decode(value);
    // When
    registry.close();
    for (int i = 0; i < 100; i++) {
      assertThat(frames.decode(value).getSequence()).isEqualTo(42);
    }
    // Then
    assertThat(registry.requests).hasSize(1);
  }

  @Test
  void shouldForgetTheIdThatWasUsedLeastRecently() throws Exception {
    // Given
    for (int id = 0; id <= WriterSchemas.CAPACITY; id++) {
      registry.put(id, OURS);
    }
    for (int id = 0; id <= WriterSchemas.CAPACITY; id++) {
      frames.decode(framed(id, record(OURS)));
      frames.decode(framed(0, record(OURS)));
    }
    int before = registry.requests.size();
    // When
    frames.decode(framed(0, record(OURS)));
    frames.decode(framed(1, record(OURS)));
    // Then
    assertThat(registry.requests.subList(before, registry.requests.size()))
        .containsExactly("/schemas/ids/1");
  }

  @Test
  void shouldTryAgainWhileTheRegistryIsOverloaded() throws Exception {
    // Given
    registry.put(1, OURS);
    registry.failures = 2;
    // When
    Frame frame = frames.decode(framed(1, record(OURS)));
    // Then
    assertThat(frame.getSequence()).isEqualTo(42);
    assertThat(registry.requests).hasSize(3);
  }

  @Test
  void shouldNotRefuseAFrameWhenTheRegistryIsAwayWantsALoginOrIsNone() throws Exception {
    // Given
    byte[] value = framed(1, record(OURS));
    RegistryFrames impatient =
        new RegistryFrames(
            new WriterSchemas(
                new RegistryClient(registry.settings()), Duration.ZERO, System::nanoTime));
    registry.failures = Integer.MAX_VALUE;
    for (int status : List.of(500, 401, 404, 200)) {
      registry.failureStatus = status;
      // When, Then
      assertThatThrownBy(() -> impatient.decode(value))
          .isInstanceOf(RegistryUnavailableException.class)
          .hasMessageContaining("the schema registry at " + registry.settings().url())
          .hasMessageContaining("with " + status)
          .hasMessageContaining(
              status == 401
                  ? "residua.registry.user"
                  : status == 500 ? "" : "residua.registry.url");
    }
    registry.close();
    assertThatThrownBy(() -> impatient.decode(value))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining("cannot be reached");
    RegistryFrames nowhere =
        new RegistryFrames(
            new WriterSchemas(
                new RegistryClient(
                    RegistrySettings.of(
                        URI.create("http://registry.invalid:8081"),
                        null,
                        null,
                        Duration.ofSeconds(2))),
                Duration.ZERO,
                System::nanoTime));
    assertThatThrownBy(() -> nowhere.decode(value))
        .isInstanceOf(RegistryUnavailableException.class);
  }

  @Test
  void shouldReadNoMoreOfAnAnswerThanASchemaMayHave() {
    // Given
    registry.endless = true;
    RegistryFrames impatient =
        new RegistryFrames(
            new WriterSchemas(
                new RegistryClient(registry.settings()), Duration.ZERO, System::nanoTime));
    // When, Then
    assertThatThrownBy(() -> impatient.decode(framed(1, record(OURS))))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining("answers with more than 2,097,152 bytes");
    assertThat(registry.sent.get())
        .as("bytes that were read, and those in the buffers of the sockets")
        .isLessThan(32L << 20);
  }

  @Test
  void shouldLogInWhereAUserIsGiven() throws Exception {
    // Given
    registry.put(1, OURS);
    RegistrySettings settings =
        RegistrySettings.of(
            registry.settings().url(), "reader", "päss:word", Duration.ofSeconds(10));
    // When
    frames(settings).decode(framed(1, record(OURS)));
    // Then, by: printf 'reader:päss:word' | base64
    assertThat(registry.authorization).isEqualTo("Basic cmVhZGVyOnDDpHNzOndvcmQ=");
    assertThat(settings.toString()).doesNotContain("word");
  }

  @Test
  void shouldRefuseARecordThatIsCutShortAnywhere() throws Exception {
    // Given
    registry.put(1, OURS);
    byte[] value = framed(1, record(OURS));
    for (int length = 1; length < value.length; length++) {
      // When
      RejectedFrameException why = refused(Arrays.copyOf(value, length));
      // Then
      assertThat(why.reason()).as("with %d bytes", length).isEqualTo(Reason.CORRUPT);
    }
  }

  @Test
  void shouldRefuseARecordThatNestsWithoutEnd() {
    // Given a field of the producer's that is a list of lists, and bytes that open a million of
    // them
    String theirs =
        OURS.replace(
            "\"fields\":[",
            "\"fields\":[{\"name\":\"tree\",\"type\":{\"type\":\"record\",\"name\":\"Tree\",\"fields\":[{\"name\":\"below\",\"type\":{\"type\":\"array\",\"items\":\"Tree\"}}]}},");
    registry.put(1, theirs);
    byte[] value = new byte[1_000_005];
    Arrays.fill(value, 5, value.length, (byte) 2);
    value[4] = 1;
    // When
    RejectedFrameException why = refused(value);
    // Then
    assertThat(why.reason()).isEqualTo(Reason.CORRUPT);
  }

  /** A record of 60 kB of such a schema once took 4 s, and one of 900 kB an hour. */
  @Test
  void shouldRefuseASchemaWhoseItemsTakeNoByte() {
    // Given
    registry.put(
        1,
        OURS.replace(
            "\"fields\":[",
            "\"fields\":[{\"name\":\"zz\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":\"null\"}}},"));
    byte[] value = new byte[900_000];
    value[4] = 1;
    // When
    RejectedFrameException why = refused(value);
    // Then
    assertThat(why.reason()).isEqualTo(Reason.INCOMPATIBLE_SCHEMA);
    assertThat(why)
        .hasMessageContaining("the schema with id 1 (dev.residua.avro.Frame) is too expensive")
        .hasMessageContaining("an item of an array (null) may have 1 parts in 0 bytes");
  }

  @Test
  void shouldReadAFrameWithAListOfListsAndANull() throws Exception {
    // Given
    String theirs =
        OURS.replace(
            "\"fields\":[",
            "\"fields\":[{\"name\":\"zz\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":\"boolean\"}}},"
                + "{\"name\":\"reserved\",\"type\":\"null\"},");
    registry.put(1, theirs);
    GenericRecord record = record(theirs);
    record.put("zz", Collections.nCopies(1_000, List.of(true, false, true)));
    // When
    Frame frame = frames.decode(framed(1, record));
    // Then
    assertThat(frame).isEqualTo(expected(Map.of("factor.light", "93.5")));
  }

  @Test
  void shouldRefuseSettingsThatCannotBe() {
    for (String url : List.of("registry:8081", "ftp://registry", "http://me:secret@registry")) {
      assertThatThrownBy(
              () -> RegistrySettings.of(URI.create(url), null, null, Duration.ofSeconds(1)))
          .as(url)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("residua.registry.url");
    }
    URI url = URI.create("https://registry/");
    assertThatThrownBy(() -> RegistrySettings.of(url, null, null, Duration.ZERO))
        .hasMessageContaining("residua.registry.timeout");
    assertThatThrownBy(() -> RegistrySettings.of(url, " ", "secret", Duration.ofSeconds(1)))
        .hasMessageContaining("residua.registry.user");
    assertThatThrownBy(() -> RegistrySettings.of(url, "a:b", "", Duration.ofSeconds(1)))
        .hasMessageContaining("residua.registry.user");
  }
}
