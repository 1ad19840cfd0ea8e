package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.causal.ScoredFrame;
import dev.residua.dataset.LabelTable;
import dev.residua.incident.Incident;
import dev.residua.testing.CommandRun;
import dev.residua.testing.Incidents;
import dev.residua.testing.ParquetRows;
import dev.residua.testing.Scored;
import dev.residua.testing.TestBroker;
import dev.residua.wire.LatentNames;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that {@code export} writes from topics of a real broker. */
class ExportIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Instant START =
      Instant.now().minusSeconds(3_600).truncatedTo(ChronoUnit.SECONDS);
  private static final List<String> TWO = List.of("valve", "level");

  private static TestBroker broker;
  private static KafkaClients clients;

  @TempDir Path folder;

  @BeforeAll
  static void start() throws Exception {
    broker = TestBroker.start(TOPICS, 2);
    clients = broker.clients();
    for (int i = 0; i < 3; i++) {
      send(i, "cam1", i, new float[] {i, -i}, TWO);
    }
    send(0, "cam2", 0, new float[] {7}, List.of("gauge"));
    send(TOPICS.scores(), "cam1", 5, new byte[] {1, 2, 3}, List.of());
  }

  @AfterAll
  static void stop() {
    TestBroker.close(broker);
  }

  private static void send(
      int minute, String source, long sequence, float[] residuals, List<String> latents)
      throws Exception {
    ScoredFrame frame =
        Scored.nominal()
            .source(source)
            .expected(new float[residuals.length])
            .residuals(residuals)
            .frame(sequence);
    send(TOPICS.scores(), source, minute, TOPICS.scores().write(frame), latents);
  }

  private static void send(
      Topic<?, ?> topic, String source, int minute, byte[] value, List<String> latents)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer()) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              topic.name(),
              0,
              START.plusSeconds(60L * minute).toEpochMilli(),
              source.getBytes(StandardCharsets.UTF_8),
              value);
      record.headers().add(LatentNames.HEADER, LatentNames.value(latents));
      producer.send(record).get();
    }
  }

  private CommandRun export(String... words) {
    return CommandRun.against(
        clients, Stream.concat(Stream.of("export"), Stream.of(words)).toArray(String[]::new));
  }

  @Test
  void shouldWriteATypedColumnForEachField() throws Exception {
    // When
    Path file = folder.resolve("scores.parquet");
    CommandRun run = export("--out", file.toString());
    // Then
    assertThat(run.output())
        .contains("4 records in " + file, "1 record left out, as it cannot be read");
    assertThat(run.exit()).isZero();
    List<Map<String, Object>> rows = ParquetRows.of(file);
    assertThat(rows).hasSize(4);
    assertThat(rows.get(2))
        .containsEntry("source", "cam1")
        .containsEntry("sequence", 2L)
        .containsEntry("standardized.valve", 2f)
        .containsEntry("standardized.level", -2f)
        .containsEntry("pValues.level", .5f)
        .containsEntry("reconstruction", "SAMPLED")
        .containsEntry("frame.topic", "residua.frames")
        .containsEntry("partition", 0)
        .containsEntry("offset", 2L)
        .containsEntry("recordedAt", START.plusSeconds(120).toEpochMilli() * 1_000)
        .doesNotContainKeys("standardized.gauge", "rule", "detailScore");
    assertThat(rows.get(3))
        .containsEntry("standardized.gauge", 7f)
        .doesNotContainKeys("standardized.valve");
  }

  @Test
  void shouldWriteTheSameAsCsv() throws Exception {
    // When
    Path file = folder.resolve("scores.csv");
    CommandRun run = export("--source", "cam2", "--out", file.toString());
    // Then
    assertThat(run.output()).contains("1 record in " + file).doesNotContain("cannot be read");
    Files.delete(file);
    run = export("--source", "cam1", "--out", file.toString());
    assertThat(run.exit()).as(run.output()).isZero();
    LabelTable table = LabelTable.read(file);
    assertThat(table.rows()).isEqualTo(3);
    assertThat(table.text(1, "source")).isEqualTo("cam1");
    assertThat(table.text(1, "recordedAt")).isEqualTo(START.plusSeconds(60).toString());
    assertThat(table.text(1, "rule")).isNull();
    assertThat(table.value(1, "residuals.level")).isEqualTo(-1);
    assertThat(table.columns()).doesNotContain("residuals.gauge");
  }

  @Test
  void shouldWriteOnlyTimesInARange() throws Exception {
    // When
    Path file = folder.resolve("scores.parquet");
    CommandRun run =
        export(
            "--from",
            START.plusSeconds(60).toString(),
            "--to",
            START.plusSeconds(120).toString(),
            "--out",
            file.toString());
    // Then
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(ParquetRows.of(file)).extracting(row -> row.get("sequence")).containsExactly(1L);
  }

  @Test
  void shouldContinueWhereTheLastExportEnded() throws Exception {
    // Given
    Path position = folder.resolve("incidents.json");
    Topic<String, Incident> topic = TOPICS.incidents();
    send(topic, "cam1", 1, topic.write(Incidents.opened()), List.of());
    Path first = folder.resolve("first.parquet");
    assertThat(
            export(
                    "--topic",
                    "incidents",
                    "--continue",
                    position.toString(),
                    "--out",
                    first.toString())
                .exit())
        .isZero();
    assertThat(ParquetRows.of(first)).hasSize(1);
    assertThat(new ObjectMapper().readTree(position.toFile()).path("next").path("0").asLong())
        .isEqualTo(1);
    // When nothing is new
    Path second = folder.resolve("second.parquet");
    CommandRun none =
        export(
            "--topic", "incidents", "--continue", position.toString(), "--out", second.toString());
    // Then
    assertThat(none.exit()).isZero();
    assertThat(none.output()).contains("no records, so no file");
    assertThat(second).doesNotExist();
    // When one is new
    send(topic, "cam1", 2, topic.write(Incidents.resolved()), List.of());
    export("--topic", "incidents", "--continue", position.toString(), "--out", second.toString());
    // Then
    List<Map<String, Object>> rows = ParquetRows.of(second);
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0))
        .containsEntry("state", "RESOLVED")
        .containsEntry("headline", Incidents.resolved().summary().headline());
    assertThat(rows.get(0).get("causes").toString()).startsWith("[{\"latent\":\"shadow_length\"");
    // When the name was used before
    CommandRun again =
        export(
            "--topic", "incidents", "--continue", position.toString(), "--out", second.toString());
    // Then
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.output()).contains("exists already");
    // When the file is of another topic
    CommandRun wrong =
        export("--continue", position.toString(), "--out", folder.resolve("x.parquet").toString());
    // Then
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.output()).contains("is of an export of residua.incidents, not of");
  }

  @Test
  void shouldSayWhatIsWrong() throws Exception {
    Path damaged = Files.writeString(folder.resolve("damaged.json"), "{\"next\":{\"a\":1}}");
    String out = folder.resolve("x.parquet").toString();
    assertThat(export("--out", "x.json").output()).contains("must end in .parquet or .csv");
    assertThat(export("--topic", "frame", "--out", out).output())
        .contains("--topic must be one of [residua.scores, ");
    assertThat(export("--topic", "dead-letters", "--out", out).output())
        .contains("have no schema, so they have no columns");
    assertThat(export("--continue", damaged.toString(), "--out", out).output())
        .contains("is not a file of an export; remove it to begin again");
    assertThat(export("--out", folder.resolve("no/x.csv").toString()).output())
        .contains("expected a file in a folder that can be written");
    Files.writeString(damaged, "{\"topic\":\"residua.scores\",\"next\":{\"0\":1000}}");
    assertThat(export("--continue", damaged.toString(), "--out", out).output())
        .contains("continues at offset 1000 of residua.scores-0, which ends at ")
        .contains("remove the file to begin again");
    assertThat(Files.list(folder)).containsExactly(damaged);
  }
}
