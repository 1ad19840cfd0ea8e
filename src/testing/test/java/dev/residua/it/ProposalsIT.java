package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.app.model.Models;
import dev.residua.causal.Finding;
import dev.residua.causal.Finding.Cause;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.ScoredFrame;
import dev.residua.causal.Summary;
import dev.residua.drift.DriftEvent;
import dev.residua.frame.FramePosition;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.ProposalDecision;
import dev.residua.incident.ControlCommand.Suppression;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.testing.CommandRun;
import dev.residua.testing.Incidents;
import dev.residua.testing.Scored;
import dev.residua.testing.Service;
import dev.residua.testing.TestBroker;
import dev.residua.testing.TopicReader;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From verdicts on stored incidents to a change, by commands, with a real broker. */
@Tag("slow")
class ProposalsIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldProposeApplyAndRememberWhatVerdictsTeach() throws Exception {
    TestBroker broker = TestBroker.start(TOPICS, 2);
    KafkaClients clients = broker.clients();
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer();
        Service service =
            Service.serve(
                directory.resolve("service"),
                List.of("-Dresidua.roles=score,dashboard"),
                clients)) {
      service.awaitReady();
      // Given small shifts of two cameras, a picture of each of three others, and what is no record
      for (int i = 0; i < 4; i++) {
        incident(producer, "level-" + i, "cam" + i % 2, Subject.latent("level", true));
        put(producer, TOPICS.drifts(), "cam" + i % 2, onset("level-" + i, i % 2 == 0 ? 2 : -2));
      }
      for (int i = 0; i < 3; i++) {
        incident(producer, "picture-" + i, "line/" + i, Subject.PICTURE);
      }
      for (Topic<?, ?> topic : List.of(TOPICS.incidents(), TOPICS.drifts())) {
        byte[] junk = "nothing".getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic.name(), junk, junk)).get();
      }
      assertThat(run(service, "proposals", "list").output()).contains("no proposals");
      // When people review them
      for (String id :
          List.of("level-0", "level-1", "level-2", "picture-0", "picture-1", "picture-2")) {
        review(service, id, "false");
      }
      review(service, "level-3", "true");
      // Then
      await(
          service,
          List.of("precision"),
          "default +root:level +4 +1 +3 +25 % \\(5 to 70 %\\)",
          "default +picture +3 +0 +3 +0 % \\(0 to 56 %\\)");
      // the true alarm is as large as the false ones
      assertThat(run(service, "proposals", "list").output())
          .contains("budget:all-sources", "0.25 false alarms per week instead of 1")
          .doesNotContain("suppress:");
      // When it was a mistake
      review(service, "level-3", "false");
      // Then
      await(
          service,
          List.of("proposals", "list"),
          "suppress:default:level",
          "let shifts of level up to 0.6 standard deviations pass at cam0, cam1",
          "4 false alarms; no true alarm is known there");
      // When one is evaluated, without scores and with some
      CommandRun without = demoModel(clients, "suppress:default:level");
      for (int i = 0; i < 60; i++) {
        put(producer, TOPICS.scores(), "cam0", score("cam0", i));
        put(producer, TOPICS.scores(), "cam9", score("cam9", i));
      }
      CommandRun replayed = demoModel(clients, "suppress:default:level");
      CommandRun json = demoModel(clients, "suppress:default:level", "--json");
      CommandRun unknown = demoModel(clients, "learn:cam0");
      // Then
      assertThat(without.exit()).isNotZero();
      assertThat(without.output()).contains("no score of these sources is stored");
      assertThat(replayed.output())
          .containsPattern("60 stored frames +as it is +applied")
          .containsPattern("incidents +0 +0")
          .contains("would not have opened: none", "would have opened in any case: 0");
      assertThat(json.output()).contains("\"frames\" : 60");
      assertThat(unknown.output()).contains("there is no proposal 'learn:cam0'");
      // When
      CommandRun applied = decide(service, "apply", "suppress:default:level");
      CommandRun lowered = decide(service, "apply", "budget:all-sources");
      await(service, List.of("proposals", "list"), "no proposals");
      CommandRun again = decide(service, "dismiss", "budget:all-sources");
      // Then
      assertThat(applied.exit()).as(applied.output()).isZero();
      assertThat(applied.output()).contains("take it back: residua suppress --take-back suppress:");
      assertThat(lowered.exit()).as(lowered.output()).isZero();
      assertThat(again.exit()).isNotZero();
      assertThat(again.output()).contains("there is no proposal 'budget:all-sources'");
      List<ControlCommand> commands =
          TopicReader.values(clients, TOPICS.control()).stream()
              .filter(command -> !(command instanceof ControlCommand.Feedback))
              .toList();
      assertThat(commands).hasSize(3);
      Suppression suppression = (Suppression) commands.get(0);
      assertThat(suppression.margin()).isBetween(0.59, 0.61);
      assertThat(suppression.order().covers("cam0") && suppression.order().covers("cam1")).isTrue();
      assertThat(suppression.order().covers("line/0")).isFalse();
      assertThat(commands.subList(1, 3))
          .allMatch(command -> command instanceof ProposalDecision made && made.applied());
      assertThat(
              SourceRulesWriter.of(clients, TOPICS, Topics.DEFAULT_PREFIX)
                  .read()
                  .of("cam7")
                  .falseAlarmsPerWeek())
          .isEqualTo(0.25);
    } finally {
      TestBroker.close(broker);
    }
  }

  private static CommandRun run(Service service, String... words) {
    CommandRun run = CommandRun.at(service, words);
    assertThat(run.exit()).as(run.output()).isZero();
    return run;
  }

  /** Waits until the output of a command has what the dashboard reads of Kafka. */
  private static void await(Service service, List<String> words, String... patterns) {
    service.await(
        Duration.ofSeconds(60),
        "%s prints %s".formatted(words, List.of(patterns)),
        () -> {
          String output = run(service, words.toArray(String[]::new)).output();
          return Stream.of(patterns).allMatch(one -> Pattern.compile(one).matcher(output).find());
        });
  }

  private static CommandRun decide(Service service, String what, String id) {
    return CommandRun.at(
        service, "proposals", what, id, "--by", "kim", "--reason", "checked on site");
  }

  private static void review(Service service, String incident, String verdict) {
    run(
        service,
        "feedback",
        "--incident",
        incident,
        "--verdict",
        verdict,
        "--reason",
        "looked at it");
  }

  private static void incident(
      KafkaProducer<byte[], byte[]> producer, String id, String source, Subject subject)
      throws Exception {
    Incident incident =
        Incidents.with(
            i -> {
              i.id = id;
              i.source = source;
              i.subject = subject;
            });
    put(producer, TOPICS.incidents(), id, incident);
  }

  private static <V> void put(
      KafkaProducer<byte[], byte[]> producer, Topic<String, V> topic, String key, V value)
      throws Exception {
    producer
        .send(
            new ProducerRecord<>(
                topic.name(), key.getBytes(StandardCharsets.UTF_8), topic.write(value)))
        .get();
  }

  private static ScoredFrame score(String source, int sequence) throws Exception {
    return Scored.nominal()
        .source(source)
        .modelId(Models.read(Optional.empty()).id())
        .frame(sequence);
  }

  /** A shift over 16 frames. */
  private static DriftEvent onset(String incident, double evidence) {
    return new DriftEvent(
        new Finding(
            "e-" + incident,
            incident,
            "cam",
            1,
            16,
            Instant.EPOCH,
            Instant.EPOCH,
            "model-1",
            "",
            Severity.WARNING,
            new Summary("Level has moved", "level has moved"),
            List.of(new Cause("level", List.of(), evidence, 1e-6, 1)),
            List.of(),
            new FramePosition("f", 0, 1),
            Map.of(),
            null),
        DriftEvent.Kind.ONSET,
        DriftEvent.Channel.RESIDUAL,
        14.5,
        14,
        1e6,
        1e6,
        "frames are independent",
        16,
        null);
  }

  private static CommandRun demoModel(KafkaClients clients, String... words) {
    List<String> all = new ArrayList<>(List.of("proposals", "backtest", "--model", "demo"));
    all.addAll(List.of(words));
    return CommandRun.against(clients, all.toArray(String[]::new));
  }
}
