package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.avro.ActivationKind;
import dev.residua.avro.ActivationStart;
import dev.residua.avro.AnomalyEvent;
import dev.residua.avro.AnomalyKind;
import dev.residua.avro.Arrival;
import dev.residua.avro.AuditEntry;
import dev.residua.avro.AuditOutcome;
import dev.residua.avro.CalibrationPhase;
import dev.residua.avro.CameraMotion;
import dev.residua.avro.Cause;
import dev.residua.avro.ChallengerCalibration;
import dev.residua.avro.ChangePoint;
import dev.residua.avro.ControlCommand;
import dev.residua.avro.ControlKind;
import dev.residua.avro.DriftChannel;
import dev.residua.avro.DriftEvent;
import dev.residua.avro.DriftKind;
import dev.residua.avro.DriftScore;
import dev.residua.avro.EdgeReading;
import dev.residua.avro.EdgeVerdict;
import dev.residua.avro.Effect;
import dev.residua.avro.EffectUnit;
import dev.residua.avro.Finding;
import dev.residua.avro.Frame;
import dev.residua.avro.FrameReference;
import dev.residua.avro.FrameScore;
import dev.residua.avro.GroupedIncident;
import dev.residua.avro.Incident;
import dev.residua.avro.IncidentEvidence;
import dev.residua.avro.IncidentFrame;
import dev.residua.avro.IncidentGroup;
import dev.residua.avro.IncidentReason;
import dev.residua.avro.IncidentState;
import dev.residua.avro.InterventionEvent;
import dev.residua.avro.InterventionKind;
import dev.residua.avro.LatentCalibration;
import dev.residua.avro.LatentReading;
import dev.residua.avro.LatentState;
import dev.residua.avro.LatentUnit;
import dev.residua.avro.ModelActivation;
import dev.residua.avro.ModelEntry;
import dev.residua.avro.ModelShadow;
import dev.residua.avro.OpenIncident;
import dev.residua.avro.PValueDirection;
import dev.residua.avro.PixelFormat;
import dev.residua.avro.RecalibrationProposal;
import dev.residua.avro.Reconstruction;
import dev.residua.avro.SensorReadings;
import dev.residua.avro.Severity;
import dev.residua.avro.SourceCalibration;
import dev.residua.avro.SourceRule;
import dev.residua.avro.SourceState;
import dev.residua.avro.TrainingPhase;
import dev.residua.incident.Subject;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParser;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares every record with the bytes and the schema of its released versions. Until {@code
 * schemas/released/FROZEN} exists, nothing is released: run this class with {@code
 * -Dresidua.golden.write=true} after a change to rewrite version 1. Before the first tag, {@code
 * .ci/release freeze} writes that file, with a digest of each schema and each record; a tag without
 * it is refused. From then on a released version never changes; a compatible change adds {@code
 * <Record>-v<N>.avsc} to {@code schemas/released/index.txt} and runs the same command.
 */
class GoldenRecordsTest {
  private static final Path RESOURCES = Path.of("src/testing/test/resources/golden");
  private static final Path RELEASED = Path.of("schemas/released");
  private static final Instant T0 = Instant.parse("2026-03-01T12:00:00.123456Z");
  private static final Instant T1 = Instant.parse("2026-03-01T12:00:05.654321Z");
  private static final FrameReference POSITION = new FrameReference("residua.frames", 3, 4711L);
  private static final List<Cause> CAUSES =
      List.of(
          new Cause("shadow length", List.of("pendulum", "light"), 4.25, 0.0001, 0.75),
          new Cause("light", List.of(), -1.5, null, 0.25));
  private static final Effect EFFECT = new Effect("shadow length", 4.2, 3.0, EffectUnit.FACTOR);
  private static final List<LatentReading> READINGS =
      List.of(new LatentReading("shadow length", 1.5f, -0.25f, 12.5, 9.0));
  private static final Map<String, String> LINKS = Map.of("dashboard", "http://localhost:8080/");

  @BeforeAll
  static void writeNewVersionsIfAsked() throws IOException {
    writeIfAsked();
  }

  static Stream<SpecificRecordBase> records() {
    return Stream.of(
        frame(),
        frameScore(),
        driftScore(),
        anomaly(),
        drift(),
        intervention(),
        incident(),
        incidentGroup(),
        evidence(),
        control(),
        sourceRule(),
        auditEntry(),
        sourceCalibration(),
        sourceState(),
        modelEntry(),
        activation(),
        start(),
        shadow());
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldReadEveryReleasedVersion(SpecificRecordBase record) throws IOException {
    // Given
    List<String> released =
        SingleObject.releasedFiles().stream()
            .filter(file -> file.startsWith(record.getSchema().getName() + "-v"))
            .toList();
    assertThat(released).isNotEmpty();
    for (String file : released) {
      byte[] golden = golden(file.replace(".avsc", ".bin"));
      // When
      SpecificRecordBase read = codec(record).decode(golden);
      // Then
      assertThat(read)
          .usingRecursiveComparison() // Avro cannot compare times within lists that may be null
          .isEqualTo(asOf(file, record));
    }
  }

  /** The record without what the version of that file did not have yet. */
  private static SpecificRecordBase asOf(String file, SpecificRecordBase record) {
    SpecificRecordBase old = SpecificData.get().deepCopy(record.getSchema(), record);
    for (Schema.Field field : record.getSchema().getFields()) {
      if (SingleObject.releasedSchema(file).getField(field.name()) == null) {
        old.put(field.pos(), SpecificData.get().getDefaultValue(field));
      }
    }
    return old;
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldWriteTheNewestReleasedVersion(SpecificRecordBase record) throws IOException {
    // Given
    List<String> released = new ArrayList<>(SingleObject.releasedFiles());
    released.removeIf(file -> !file.startsWith(record.getSchema().getName() + "-v"));
    String newest = released.get(released.size() - 1);
    // When
    byte[] written = codec(record).encode(record);
    // Then
    assertThat(fingerprint(record.getSchema()))
        .as(
            "the schema of %s was changed: see the Javadoc of this class",
            record.getSchema().getName())
        .isEqualTo(fingerprint(SingleObject.releasedSchema(newest)));
    assertThat(written).isEqualTo(golden(newest.replace(".avsc", ".bin")));
  }

  @Test
  void shouldNotChangeWhatIsFrozen() throws IOException {
    // Given
    Path frozen = RELEASED.resolve("FROZEN");
    List<String> digests = Files.exists(frozen) ? Files.readAllLines(frozen) : List.of();
    // When, Then
    assertThat(changed(digests)).as("released files never change: add a version").isEmpty();
  }

  @Test
  void shouldSeeAChangeOfAFrozenFile(@TempDir Path folder) throws IOException {
    // Given
    Path file = Files.writeString(folder.resolve("Frame-v1.avsc"), "{}");
    String digest = ModelBundle.sha256(Files.readAllBytes(file));
    List<String> digests = List.of(digest + "  " + file);
    // When
    List<String> before = changed(digests);
    Files.writeString(file, "{ }");
    // Then
    assertThat(before).isEmpty();
    assertThat(changed(digests)).containsExactly(file.toString());
    Files.delete(file);
    assertThat(changed(digests)).containsExactly(file.toString());
  }

  /** Files that do not have the digests of a list, as sha256sum writes it. */
  private static List<String> changed(List<String> digests) throws IOException {
    List<String> changed = new ArrayList<>();
    for (String line : digests) {
      String[] parts = line.split(" [ *]", 2);
      Path file = Path.of(parts[1]);
      if (!Files.exists(file) || !ModelBundle.sha256(Files.readAllBytes(file)).equals(parts[0])) {
        changed.add(parts[1]);
      }
    }
    return changed;
  }

  @Test
  void shouldCoverEveryRecordThatIsAValueOnATopic() {
    // When
    List<Class<?>> covered = records().<Class<?>>map(Object::getClass).toList();
    // Then
    List<Class<?>> records = new ArrayList<>(SingleObject.RECORDS);
    records.addAll(SingleObject.REGISTRY_RECORDS);
    assertThat(covered).containsExactlyInAnyOrderElementsOf(records);
  }

  @Test
  void shouldTakeAKindOfALaterVersionForAnOddPicture() throws IOException {
    // Given an event of a kind that this version does not know
    Schema now = AnomalyEvent.getClassSchema();
    Schema later =
        new SchemaParser()
            .parse(now.toString().replace("\"BLURRED\"", "\"BLURRED\",\"LATER\""))
            .mainSchema();
    GenericRecord event = new GenericData.Record(later);
    AnomalyEvent usual = anomaly();
    SpecificData model = SpecificData.getForClass(AnomalyEvent.class);
    for (Schema.Field field : later.getFields()) {
      event.put(field.name(), usual.get(field.name()));
    }
    event.put("kind", new GenericData.EnumSymbol(later.getField("kind").schema(), "LATER"));
    ByteBuffer bytes = new BinaryMessageEncoder<GenericRecord>(model, later).encode(event);
    // When
    BinaryMessageDecoder<AnomalyEvent> reader = new BinaryMessageDecoder<>(model, now);
    reader.addSchema(later);
    // Then
    assertThat(reader.decode(bytes).getKind()).isEqualTo(AnomalyKind.OFF_MANIFOLD);
  }

  @Test
  void shouldDocumentEveryField() throws IOException {
    // Given
    List<String> undocumented = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("schemas"))) {
      files
          .filter(file -> file.toString().endsWith(".avsc"))
          .forEach(file -> collectUndocumented(file, undocumented));
    }
    // Then
    assertThat(undocumented).isEmpty();
  }

  private static void collectUndocumented(Path file, List<String> undocumented) {
    try {
      com.fasterxml.jackson.databind.JsonNode schema =
          new com.fasterxml.jackson.databind.ObjectMapper().readTree(file.toFile());
      if (schema.path("doc").asText().isBlank()) {
        undocumented.add(file.toString());
      }
      for (com.fasterxml.jackson.databind.JsonNode field : schema.path("fields")) {
        if (field.path("doc").asText().length() < 10) {
          undocumented.add(file + ": " + field.path("name").asText());
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long fingerprint(Schema schema) {
    return SchemaNormalization.parsingFingerprint64(schema);
  }

  @SuppressWarnings("unchecked")
  private static SingleObject<SpecificRecordBase> codec(SpecificRecordBase record) {
    return new SingleObject<>((Class<SpecificRecordBase>) record.getClass());
  }

  private static byte[] golden(String file) throws IOException {
    try (InputStream in = GoldenRecordsTest.class.getResourceAsStream("/golden/" + file)) {
      assertThat(in).as("golden file %s", file).isNotNull();
      return in.readAllBytes();
    }
  }

  /** Writes the files of the index; once frozen, only those that do not exist yet. */
  private static void writeIfAsked() throws IOException {
    if (!Boolean.getBoolean("residua.golden.write")) {
      return;
    }
    Files.createDirectories(RESOURCES);
    List<String> index = Files.readAllLines(RELEASED.resolve("index.txt"));
    for (SpecificRecordBase record : records().toList()) {
      Schema schema = record.getSchema();
      for (String file : index) {
        if (file.startsWith(schema.getName() + "-v")
            && !(Files.exists(RELEASED.resolve("FROZEN"))
                && Files.exists(RELEASED.resolve(file)))) {
          Files.writeString(RELEASED.resolve(file), plain(schema) + "\n");
          BinaryMessageEncoder<SpecificRecordBase> encoder =
              new BinaryMessageEncoder<>(SpecificData.getForSchema(schema), schema);
          ByteBuffer bytes = encoder.encode(record);
          byte[] golden = new byte[bytes.remaining()];
          bytes.get(golden);
          Files.write(RESOURCES.resolve(file.replace(".avsc", ".bin")), golden);
        }
      }
    }
  }

  /** The schema without the properties that only Java reads. */
  private static String plain(Schema schema) {
    String text = schema.toString();
    String string = "{\"type\":\"string\",\"avro.java.string\":\"String\"}";
    text = text.replace(string, "\"string\"").replace(",\"avro.java.string\":\"String\"", "");
    return new SchemaParser().parse(text).mainSchema().toString(true);
  }

  private static Frame frame() {
    return new Frame(
        "cam1",
        42L,
        T0,
        2,
        1,
        PixelFormat.RGB8,
        ByteBuffer.wrap(new byte[] {0, 127, -1, 1, 2, 3}),
        Map.of("factor.light", "93.5"));
  }

  private static FrameScore frameScore() {
    return new FrameScore(
        "cam1",
        42L,
        T0,
        T1,
        "model-1",
        "0123456789ab",
        "line-3",
        List.of(1f, -2f),
        List.of(0.5f, -2.25f),
        List.of(0.5f, 0.25f),
        List.of(1.25f, 0.75f),
        List.of(0.5f, 0.25f),
        0.5f,
        0.001f,
        0.75f,
        -0.01f,
        0.125f,
        POSITION,
        new SensorReadings(
            127.5f, 0.25f, 0.125f, 1.5f, 7.25f, -3L, new CameraMotion(0.01f, 0.02f, -0.5f, 1f)),
        Reconstruction.ASKED,
        Arrival.GAP,
        12L,
        "line3/4",
        "cap 30",
        4.5f,
        0.02f,
        0.31f,
        0.64f);
  }

  private static DriftScore driftScore() {
    return new DriftScore(
        "cam1",
        42L,
        T0,
        "model-1",
        "0123456789ab",
        3.5f,
        8.25f,
        100_000.0,
        List.of(3.5f, 1f),
        List.of(1, 2),
        43L,
        CalibrationPhase.ARMED,
        2,
        true,
        true,
        List.of(0.25f, 0.5f),
        null,
        null,
        null,
        null,
        null,
        null,
        12.5);
  }

  private static Finding finding(
      String id,
      long last,
      Instant lastAt,
      Severity severity,
      String headline,
      String explanation) {
    return new Finding(
        id,
        id,
        "cam1",
        42L,
        last,
        T0,
        lastAt,
        "model-1",
        "ab12",
        severity,
        headline,
        explanation,
        CAUSES,
        READINGS,
        POSITION,
        LINKS,
        EFFECT);
  }

  private static AnomalyEvent anomaly() {
    return new AnomalyEvent(
        finding(
            "id-1",
            42L,
            T0,
            Severity.WARNING,
            "Shadow length is higher than its causes explain",
            "shadow length 4.2 sd above what pendulum and light explain"),
        AnomalyKind.RESIDUAL,
        4.0,
        3.7,
        0.0001,
        "exchangeable",
        0.00002,
        0.0001,
        new CameraMotion(0.03f, -0.02f, 2f, 1.01f));
  }

  private static DriftEvent drift() {
    return new DriftEvent(
        finding(
            "id-2",
            99L,
            T1,
            Severity.CRITICAL,
            "Residuals have drifted",
            "the residuals have drifted"),
        DriftKind.ONSET,
        DriftChannel.RESIDUAL,
        9.0,
        8.25,
        100_000.0,
        98_000.0,
        "blocks of the reference are exchangeable",
        32,
        new ChangePoint(42L, 40L, 60L, 0.0, T0, POSITION));
  }

  private static InterventionEvent intervention() {
    return new InterventionEvent(
        finding("id-3", 99L, T1, Severity.INFO, "Light is held", "light is held"),
        InterventionKind.HARD_INTERVENTION,
        9.0,
        8.25,
        null,
        "none",
        null,
        List.of(new EdgeReading("lamp", "light", 0.125, 0.0625, 0.001, EdgeVerdict.REMOVED)));
  }

  private static Incident incident() {
    return new Incident(
        "id-4",
        "cam1",
        "mechanism:shadow_length",
        IncidentState.CLOSED,
        IncidentReason.MERGED,
        Severity.WARNING,
        "DRIFT.RESIDUAL",
        "Shadow length is off",
        "shadow length is off by 3 standard deviations",
        Subject.of("mechanism:shadow_length").advice(),
        "Crossed both.",
        "a note",
        CAUSES,
        EFFECT,
        new ChangePoint(42L, 40L, 60L, 0.0, T0, POSITION),
        T0,
        T1,
        T1,
        42L,
        44L,
        3L,
        1,
        "id-2",
        "id-3",
        "model-1",
        "ab12",
        new IncidentFrame(POSITION, "model-1", "ab12"),
        Map.of("site", "north"));
  }

  private static IncidentEvidence evidence() {
    byte[] png = {(byte) 0x89, 'P', 'N', 'G'};
    return new IncidentEvidence(
        "id-4",
        "cam1",
        "mechanism:shadow_length",
        new IncidentFrame(POSITION, "model-1", "ab12"),
        42L,
        T0,
        ByteBuffer.wrap(png),
        ByteBuffer.wrap(png),
        null);
  }

  private static SourceCalibration sourceCalibration() {
    return new SourceCalibration(
        "cam1",
        42L,
        T0,
        "model-1",
        "ab12",
        CalibrationPhase.NEEDS_REVIEW,
        1,
        true,
        1.0,
        List.of("pendulum is 4.1 standard deviations from its accepted level"),
        null,
        1_250L,
        List.of(new LatentCalibration("pendulum", 0.5, 0.75, List.of(0.25), 1.0, 900.0)),
        List.of(
            new RecalibrationProposal(
                "night",
                "pendulum",
                PValueDirection.TOO_SMALL,
                T0,
                4_096L,
                0.3125,
                0.5625,
                0.25,
                1e-9)),
        new ChallengerCalibration("model-2", CalibrationPhase.LEARNING, 0.5, List.of("why")));
  }

  private static SourceState sourceState() {
    return new SourceState(
        "cam1",
        42L,
        T1,
        "model-1",
        "ab12",
        CalibrationPhase.ARMED,
        19.75,
        12_096_000.0,
        List.of(
            new LatentState("shadow length", 12.5, LatentUnit.FACTOR, null, null),
            new LatentState("light", -0.25, LatentUnit.STANDARD_DEVIATIONS, null, T0),
            new LatentState("valve", 1.0, LatentUnit.CATEGORY, "open", null),
            new LatentState("part", null, LatentUnit.CATEGORY, null, T1)),
        List.of(
            new OpenIncident(
                "0b6f1a2e-0000-3000-8000-000000000000",
                "mechanism:shadow_length",
                "INTERVENTION.OFFSET",
                Severity.WARNING,
                "Shadow length is 4.2 sd too large",
                IncidentState.UPDATED,
                T0)));
  }

  private static IncidentGroup incidentGroup() {
    return new IncidentGroup(
        "group.0b6f1a2e-0000-3000-8000-000000000000.0",
        2L,
        "lamp",
        "3",
        "mechanism:shadow_length",
        IncidentState.RESOLVED,
        Severity.CRITICAL,
        "Shadow length no longer follows its causes: 2 sources of lamp 3",
        "2 sources of lamp 3 had the same incident from 12:00 to 12:00 UTC: shadow length no longer"
            + " follows its causes",
        Subject.of("mechanism:shadow_length").advice(),
        T0,
        T1,
        T1,
        201,
        List.of(
            new GroupedIncident(
                "0b6f1a2e-0000-3000-8000-000000000000", "cam1", "mechanism:shadow_length", false),
            new GroupedIncident(
                "0b6f1a2e-0000-3000-8000-000000000001", "cam2", "undetermined", false)));
  }

  private static SourceRule sourceRule() {
    return new SourceRule(
        "line3",
        4L,
        false,
        "line3/*",
        10,
        "valve",
        "0.1,0.2,0.5,0.6",
        90.0,
        "0,0 0.5,0 0,0.5",
        "letterbox",
        false,
        true,
        0.5,
        8,
        12.5,
        90_000L,
        "Mon-Fri 06:00-22:00, Sat 08:00-14:00 Europe/Berlin",
        "product",
        "P30D",
        null,
        false,
        604_800_000L,
        "52.5,13.4",
        "Europe/Berlin",
        "level=3, lamp=0.2",
        0.02,
        Severity.WARNING,
        Map.of("site", "north"),
        Map.of(),
        "kim (claimed)",
        T0);
  }

  private static AuditEntry auditEntry() {
    return new AuditEntry(
        T0,
        "kim (claimed)",
        "silence",
        "id-6",
        List.of("line3/cam1", "line3/cam2"),
        2,
        "",
        AuditOutcome.DONE,
        "belt change");
  }

  private static ControlCommand control() {
    return new ControlCommand(
        "id-5",
        ControlKind.SUPPRESSION,
        "cam.*",
        "operator",
        "known wear",
        T0,
        null,
        null,
        "light",
        0.5,
        null,
        null,
        "ann",
        "learn:cam1",
        true,
        "line-3",
        "training-1",
        TrainingPhase.TRAINING,
        0.25,
        "model-2",
        "LASTING_DRIFT",
        List.of("incident-7"));
  }

  private static ModelEntry modelEntry() {
    return new ModelEntry(
        "model-2",
        "line-3",
        "ab12",
        "model-1",
        T0,
        "trainer",
        4_000_000L,
        "cd34",
        8,
        null,
        "promoted: better calibrated",
        Map.of("site", "north"),
        List.of("the frames do not determine light"),
        "ann");
  }

  private static ModelActivation activation() {
    return new ModelActivation(
        7L, "line-3", "model-2", "ab12", ActivationKind.PROMOTION, T1, "operator", "it is better");
  }

  private static ActivationStart start() {
    return new ActivationStart(7L, 3, 4711L);
  }

  private static ModelShadow shadow() {
    return new ModelShadow("line-3", "model-2", 0.1, T0, T1);
  }
}
