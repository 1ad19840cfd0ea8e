package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.avro.AnomalyEvent;
import dev.residua.avro.AnomalyKind;
import dev.residua.avro.FrameScore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRecordTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonRecord<FrameScore> SCORES = new JsonRecord<>(FrameScore.class);

  private static <T extends SpecificRecordBase> T example(Class<T> type) {
    return type.cast(
        GoldenRecordsTest.records().filter(type::isInstance).findFirst().orElseThrow());
  }

  private static ObjectNode score() throws IOException {
    return (ObjectNode) JSON.readTree(SCORES.encode(example(FrameScore.class)));
  }

  private static FrameScore read(ObjectNode json) {
    return SCORES.decode(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("dev.residua.wire.GoldenRecordsTest#records")
  @SuppressWarnings("unchecked")
  void shouldReadWhatItWrote(SpecificRecordBase record) {
    // Given
    JsonRecord<SpecificRecordBase> json =
        new JsonRecord<>((Class<SpecificRecordBase>) record.getClass());
    // When
    SpecificRecordBase read = json.decode(json.encode(record));
    // Then
    assertThat(read).isEqualTo(record);
  }

  @Test
  void shouldWriteWhatAPersonExpects() throws IOException {
    // When
    ObjectNode json = score();
    // Then
    assertThat(json.path("capturedAt").textValue()).isEqualTo("2026-03-01T12:00:00.123456Z");
    assertThat(json.path("arrival").textValue()).isEqualTo("GAP");
    assertThat(json.path("rule").textValue()).isEqualTo("line3/4");
    assertThat(json.path("pValues").toString()).isEqualTo("[0.5,0.25]");
    assertThat(json.path("frame").path("offset").longValue()).isEqualTo(4711);
  }

  @Test
  void shouldKeepNumbersThatAreNotFinite() {
    // Given
    FrameScore score = example(FrameScore.class);
    FrameScore odd = FrameScore.newBuilder(score).setReconstructionError(Float.NaN).build();
    odd.setResiduals(List.of(Float.POSITIVE_INFINITY, Float.NaN, Float.NEGATIVE_INFINITY));
    // When
    byte[] json = SCORES.encode(odd);
    // Then
    assertThat(new String(json, StandardCharsets.UTF_8))
        .contains("\"reconstructionError\":null", "\"residuals\":[1e999,null,-1e999]");
    assertThat(SCORES.decode(json)).hasToString(odd.toString()); // NaN does not equal itself
  }

  @Test
  void shouldSkipFieldsOfLaterVersionsAndTakeTheDefaultsOfMissingOnes() throws IOException {
    // Given
    ObjectNode json = score();
    json.putObject("later").putArray("values").add(1);
    json.remove("context");
    // When
    FrameScore read = read(json);
    // Then
    FrameScore expected = FrameScore.newBuilder(example(FrameScore.class)).setContext(null).build();
    assertThat(read).isEqualTo(expected);
  }

  @Test
  void shouldTakeTheDefaultOfAnEnumForASymbolOfALaterVersion() throws IOException {
    // Given
    JsonRecord<AnomalyEvent> events = new JsonRecord<>(AnomalyEvent.class);
    ObjectNode json = (ObjectNode) JSON.readTree(events.encode(example(AnomalyEvent.class)));
    json.put("kind", "LATER");
    // When
    AnomalyEvent read = events.decode(json.toString().getBytes(StandardCharsets.UTF_8));
    // Then
    assertThat(read.getKind()).isEqualTo(AnomalyKind.OFF_MANIFOLD);
  }

  @Test
  void shouldSayWhereAValueIsWrong() throws IOException {
    // Given
    ObjectNode json = score();
    json.withObject("/frame").put("offset", "later");
    // When, Then
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("FrameScore")
        .hasMessageContaining("a whole number at /frame/offset");
  }

  @Test
  void shouldRefuseARecordWithoutARequiredField() throws IOException {
    // Given
    ObjectNode json = score();
    json.remove("modelId");
    // When, Then
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("modelId");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "[]", "null", "{\"source\":null}", "{\"source\":[[[["})
  void shouldRefuseOtherJson(String text) {
    assertThatThrownBy(() -> SCORES.decode(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void shouldRefuseEveryRecordThatIsCutShortOrFollowedByMore() throws IOException {
    // Given
    byte[] json = SCORES.encode(example(FrameScore.class));
    // When, Then
    for (int length = 0; length < json.length; length++) {
      byte[] part = Arrays.copyOf(json, length);
      assertThatThrownBy(() -> SCORES.decode(part)).isInstanceOf(SerializationException.class);
    }
    byte[] twice = (score() + "{}").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> SCORES.decode(twice)).isInstanceOf(SerializationException.class);
  }
}
