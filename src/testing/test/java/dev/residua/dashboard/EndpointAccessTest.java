package dev.residua.dashboard;

import static dev.residua.testing.Documents.at;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.residua.access.AuditEntry;
import dev.residua.access.Decision;
import dev.residua.access.Visitor;
import dev.residua.alerting.StoredAlerts;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.dashboard.LiveViews.EvidenceView;
import dev.residua.dashboard.LiveViews.FindingView;
import dev.residua.frame.FrameLimits;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Feedback;
import dev.residua.incident.ControlCommand.FeedbackVerdict;
import dev.residua.incident.ControlCommand.Maintenance;
import dev.residua.incident.ControlCommand.Order;
import dev.residua.incident.ControlCommand.Period;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.Subject;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.testing.Documents;
import dev.residua.testing.DynamicEquations;
import dev.residua.testing.Frames;
import dev.residua.testing.Incidents;
import dev.residua.testing.ModelsInMemory;
import dev.residua.testing.Scored;
import dev.residua.testing.Visits;
import dev.residua.wire.FrameReader;
import dev.residua.wire.PostedFrames;
import io.quarkus.websockets.next.WebSocket;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every operation of the HTTP interface shows and changes only what its visitor may. There are two
 * scenes: the owner of {@code open} must not learn that anything of {@code hidden} exists. An
 * operation that is neither tried here nor in the list of open ones fails the test.
 */
@Tag("slow")
class EndpointAccessTest {
  private static final Path DOCUMENT =
      Path.of("src/app/main/resources/META-INF/resources/openapi.yaml");
  private static final ObjectMapper JSON = new ObjectMapper().registerModule(new JavaTimeModule());
  private static final String SECRET = "hidden";

  /** Operations that show nothing of any source, and why they need no filter. */
  private static final Map<String, String> OPEN =
      Map.of(
          "get /api/about", "the product, its Kafka and the name of a topic",
          "get /api/access", "the grants of the visitor",
          "get /api/sources/rules/settings", "the settings that the product has",
          "post /api/access", "the grants of the visitor",
          "post /api/acknowledgements/{receiver}", "the signature of the receiver is checked");

  /** Changes that are not recorded, as there are as many as frames. */
  private static final Set<String> UNRECORDED = Set.of("post /api/frames/{source}");

  /** What needs the grant owner for every source, as it decides on who sees what. */
  private static final Set<String> FOR_EVERY_SOURCE = Set.of("delete /api/sources/rules/{id}");

  private static final SourceRules RULES =
      new SourceRules(
          List.of(
              SourceRule.of("open", "open/*").with(r -> r.revision(1).scene("open")),
              SourceRule.of("hidden", "hidden/*").with(r -> r.revision(1).scene("hidden"))));

  private static final CausalGraph GRAPH = CausalGraph.empty(List.of("a", "b", "c", "d"));

  private final LiveHistory history = new LiveHistory();
  private final LiveModels models = new LiveModels();
  private final List<String> written = new ArrayList<>();
  private Visitor visitor = Visits.of("owner:scene=open", RULES);

  private final AuditTrail trail = new AuditTrail();
  private final FrameInbox frames = new FrameInbox(trail);
  private final List<AuditEntry> entries = new ArrayList<>();
  private final LiveAudit log = new LiveAudit();
  private final List<AuditEntry> stored = new ArrayList<>();
  private final AuditResource audit = new AuditResource(log, () -> visitor);
  private final ControlCommandWriter orders = new ControlCommandWriter();
  private final RuleCommandWriter ruleOrders = new RuleCommandWriter();
  private final WhyResource why = new WhyResource(history, models, ruleOrders, () -> visitor);
  private final SourcesResource sources = new SourcesResource(history, () -> visitor);
  private final IncidentsResource incidents = new IncidentsResource(history, () -> visitor);
  private final ControlResource control =
      new ControlResource(orders, history, models, () -> visitor, trail);
  private final HistoryResource past = new HistoryResource(history, () -> visitor);
  private final ForecastResource future = new ForecastResource(history, () -> visitor);
  private final FeedbackResource feedback =
      new FeedbackResource(history, models, orders, ruleOrders, () -> visitor, trail);
  private final ModelsResource registry =
      new ModelsResource(models, new ModelCommandWriter(), () -> visitor, trail);
  private final SourceRulesResource rules =
      new SourceRulesResource(ruleOrders, () -> visitor, history, trail);
  private final EvidenceResource evidence = new EvidenceResource(EVIDENCE, () -> visitor);
  private final PicturesResource pictures =
      new PicturesResource(DRAWN, STORED, models, () -> visitor);

  private static final StoredEvidence EVIDENCE =
      new StoredEvidence() {
        @Override
        public Optional<EvidenceView> find(String incident) {
          return Optional.of(
              new EvidenceView(
                  incident, incident + "/cam", "picture", incident + "-model", 1, 1, List.of()));
        }

        @Override
        public byte[] picture(String incident, IncidentEvidence.Kind picture) {
          return new byte[1];
        }
      };

  private static final FrameInbox.Store FRAMES =
      new FrameInbox.Store() {
        @Override
        public void execute(Runnable work) {
          work.run();
        }

        @Override
        public CompletionStage<FrameInbox.Place> send(
            ProducerRecord<byte[], byte[]> frame, long begun) {
          return CompletableFuture.completedFuture(
              new FrameInbox.Place(new String(frame.key(), StandardCharsets.UTF_8), 0, 1));
        }
      };

  private static final Pictures DRAWN =
      new Pictures() {
        @Override
        public List<String> latents(String model) {
          return List.of("light");
        }

        @Override
        public byte[] decoded(String model, float[] latents) {
          return new byte[1];
        }

        @Override
        public float[] whatIf(String model, float[] latents, Map<Integer, Float> set) {
          return latents;
        }

        @Override
        public byte[] heatmap(String model, float[] observed, float[] expected, int latent) {
          return new byte[1];
        }
      };

  private static final StoredPictures STORED =
      new StoredPictures() {
        @Override
        public byte[] frame(String model, String source, int partition, long offset) {
          return new byte[1];
        }

        @Override
        public byte[] camera(String source, int partition, long offset) {
          return new byte[1];
        }

        @Override
        public byte[] difference(
            String model, String source, int partition, long offset, float[] latents) {
          return new byte[1];
        }
      };

  @BeforeEach
  void fill() {
    Instant now = Instant.now();
    ModelsInMemory store = new ModelsInMemory();
    history.model("model-1", GRAPH, FactorScales.NONE, 0, DynamicEquations.innovations(), null);
    List<Incident> grouped = new ArrayList<>();
    for (String scene : List.of("open", "hidden")) {
      String source = scene + "/cam";
      history.scored(Scored.nominal().source(source).frame(1), true);
      history.commissioning(
          new CommissioningReport(
              source,
              1,
              now,
              "model",
              "ab12",
              List.of(),
              CommissioningStatus.MODEL,
              null,
              null,
              null));
      Incident incident =
          Incidents.with(
              i -> {
                i.id = scene;
                i.source = source;
                i.explanation = "something of " + scene;
              });
      history.incident(incident);
      grouped.add(incident);
      for (int i = 0; i < 3; i++) {
        falseAlarm(scene + i, source, now);
      }
      history.found(new FindingView(now.toString(), source, 1, "drift", "Drift", "of " + scene));
      history.ordered(
          scene,
          new Maintenance(
              new Order(scene, scene + "/cam", "ann", "why", now),
              new Period(now, now.plusSeconds(9))));
      stored.add(
          new AuditEntry(
              now,
              "ann",
              "note",
              scene,
              List.of(source),
              1,
              "",
              AuditEntry.Outcome.DONE,
              "of " + scene));
      models.training(
          new Training(
              new Order(scene, ".*", "ann", "of " + scene, now),
              scene,
              scene,
              "ORDER",
              TrainingPhase.TRAINING,
              0,
              null,
              List.of()));
      store.write(
          new Entry(
              scene + "-model",
              scene,
              "digest",
              null,
              now,
              "ann",
              1,
              "",
              1,
              null,
              null,
              Map.of(),
              List.of(),
              null));
    }
    history.alert(
        StoredAlerts.key("group.open.0"),
        StoredAlerts.group("group.open.0", 0, grouped.toArray(Incident[]::new)));
    stored.forEach(log::add);
    log.open(
        use -> {
          for (AuditEntry entry : stored) {
            use.of(entry);
          }
        });
    models.store((ModelStore) store);
    frames.open(
        () -> RULES,
        new PostedFrames(new FrameReader(FrameLimits.DEFAULTS), "frames"),
        FRAMES,
        outcome -> {});
    trail.open(entries::add);
    orders.open((id, command) -> written.add(id));
    ruleOrders.open(
        () -> RULES,
        decision -> {
          List<SourceRule> rules = decision.apply(RULES);
          rules.forEach(rule -> written.add(rule.id()));
          return rules;
        });
  }

  private void falseAlarm(String id, String source, Instant now) {
    history.incident(
        Incidents.with(
            i -> {
              i.id = id;
              i.source = source;
              i.subject = Subject.PICTURE;
            }));
    history.ordered(
        "f-" + id,
        new Feedback(
            new Order("f-" + id, source, "ann", "why", now), id, FeedbackVerdict.FALSE_ALARM));
  }

  /** Every operation, with the answer for what is in a scene. */
  private Map<String, Callable<Object>> operations(String scene) {
    String source = scene + "/cam";
    String model = scene + "-model";
    Map<String, Callable<Object>> all = new LinkedHashMap<>();
    all.put("get /api/status", sources::status);
    all.put("get /api/sources", () -> sources.sources("", "", "", "0", "50"));
    all.put("get /api/commissioning", () -> sources.commissioning("*"));
    all.put("get /api/sources/{name}", () -> sources.source(source));
    all.put("get /api/sources/rules", () -> rules.rules(null));
    all.put("get /api/sources/rules/corrected", () -> rules.corrected(source, 0.1f, 0, 0, 1, 1, 1));
    all.put(
        "put /api/sources/rules/{id}",
        () ->
            rules.put(
                scene,
                "{\"match\": \"%s/*\", \"scene\": \"%s\", \"by\": \"kim\"}"
                    .formatted(scene, scene)));
    all.put(
        "patch /api/sources/rules/{id}",
        () -> rules.patch(scene, "{\"severity\": \"critical\", \"by\": \"kim\"}"));
    all.put(
        "put /api/sources/rules",
        () ->
            rules.apply(
                "{\"rules\": {\"%s\": {\"match\": \"%s/*\", \"scene\": \"%s\"}}, \"by\": \"kim\"}"
                    .formatted(scene, scene, scene)));
    all.put("delete /api/sources/rules/{id}", () -> rules.remove(scene, "kim"));
    all.put(
        "get /api/incidents",
        () -> incidents.incidents("", "all", "", "", "", "", "", "", "scene", "", ""));
    all.put("get /api/incidents/{id}", () -> incidents.incident(scene));
    all.put("get /api/incidents/{id}/evidence", () -> evidence.evidence(scene));
    all.put("get /api/incidents/{id}/evidence/{picture}", () -> evidence.picture(scene, "frame"));
    all.put(
        "post /api/control",
        () ->
            control.post(
                "{\"kind\": \"note\", \"incident\": \"%s\", \"by\": \"kim\", \"reason\": \"r\"}"
                    .formatted(scene)));
    all.put("post /api/frames/{source}", () -> post(source));
    all.put("delete /api/control/{id}", () -> control.takeBack(scene, "kim", ""));
    all.put("get /api/history", () -> past.of(source, "", ""));
    all.put("get /api/forecast", () -> future.of(source, "", "", ""));
    all.put("get /api/why", () -> why.of(source));
    all.put("get /api/feedback", feedback::feedback);
    all.put(
        "post /api/feedback/proposals/{id}/apply",
        () -> feedback.apply("learn:" + source, change(scene, "")));
    all.put(
        "post /api/feedback/proposals/{id}/dismiss",
        () -> feedback.dismiss("learn:" + source, change(scene, "")));
    all.put("get /api/audit", () -> audit.entries("", "", "", "", "0", "50"));
    all.put("get /api/audit/export", () -> audit.export("csv", "", "", "", ""));
    all.put("get /api/models", registry::models);
    all.put("get /api/trainings", registry::trainings);
    all.put("get /api/models/{id}", () -> registry.model(model));
    all.put("get /api/models/{id}/difference", () -> registry.difference("open-model", model));
    all.put("post /api/models/{id}/promote", () -> registry.promote(model, change(scene, "")));
    all.put("post /api/models/rollback", () -> registry.rollback(change(scene, model)));
    all.put("get /api/pictures/decoded", () -> pictures.decoded(model, "1"));
    all.put("get /api/pictures/whatif", () -> pictures.whatIf(model, "1", "light:1"));
    all.put("get /api/pictures/heatmap", () -> pictures.heatmap(model, "1", "1", "light"));
    all.put("get /api/pictures/frame", () -> pictures.frame("open-model", source, "0", "1"));
    all.put("get /api/pictures/camera", () -> pictures.camera(source, "0", "1"));
    all.put(
        "get /api/pictures/difference",
        () -> pictures.difference("open-model", source, "0", "1", "1"));
    return all;
  }

  /** Sends a frame, as the filter does that takes them. */
  private Response post(String source) {
    Decision decision = frames.decide(visitor.person(), source);
    if (decision instanceof Decision.Denied denied) {
      return Response.status(Response.Status.FORBIDDEN).entity(denied.sentence()).build();
    }
    FrameInbox.Answer answer =
        frames
            .take(source, Map.of("content-type", "image/png"), Frames.png(16, 16))
            .toCompletableFuture()
            .join();
    return Response.status(answer.status()).entity(answer.body()).build();
  }

  private static String change(String scene, String to) {
    return "{\"scene\": \"%s\", \"to\": \"%s\", \"by\": \"kim\", \"reason\": \"r\"}"
        .formatted(scene, to);
  }

  @Test
  void shouldTryEveryOperationOfTheDocument() throws IOException {
    // Given
    Set<String> described = new TreeSet<>();
    at(Documents.yaml(DOCUMENT), "paths")
        .forEach(
            (path, methods) ->
                at(methods).keySet().forEach(verb -> described.add(verb + " " + path)));
    // When
    Set<String> tried = new TreeSet<>(OPEN.keySet());
    tried.addAll(operations("hidden").keySet());
    // Then
    assertThat(tried).isEqualTo(described);
  }

  @Test
  void shouldAnswerRequestsInThePackagesThatAreTriedOnly() {
    // When
    List<JavaClass> answering =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.residua")
                .stream()
                .filter(
                    type ->
                        type.isAnnotatedWith(jakarta.ws.rs.Path.class)
                            || type.isAnnotatedWith(WebSocket.class))
                .toList();
    // Then
    assertThat(answering)
        .extracting(JavaClass::getSimpleName)
        .containsExactlyInAnyOrderElementsOf(OpenApiTest.answering());
  }

  @TestFactory
  List<DynamicTest> shouldHideWhatTheVisitorMayNotSee() {
    List<DynamicTest> tests = new ArrayList<>();
    operations("hidden")
        .forEach(
            (name, operation) ->
                tests.add(
                    DynamicTest.dynamicTest(
                        name,
                        () -> {
                          Object answer = operation.call();
                          if (answer instanceof Response response && response.getStatus() != 200) {
                            assertThat(response.getStatus()).isIn(403, 404);
                          } else {
                            assertThat(text(answer)).contains("open").doesNotContain(SECRET);
                          }
                          assertThat(written).isEmpty();
                        })));
    return tests;
  }

  /** Otherwise the test above could pass because an operation fails for everybody. */
  @TestFactory
  List<DynamicTest> shouldAnswerTheOwnerOfTheScene() {
    List<DynamicTest> tests = new ArrayList<>();
    operations("hidden")
        .forEach(
            (name, operation) ->
                tests.add(
                    DynamicTest.dynamicTest(
                        name,
                        () -> {
                          visitor =
                              Visits.of(
                                  FOR_EVERY_SOURCE.contains(name)
                                      ? "owner"
                                      : "viewer,owner:scene=hidden",
                                  RULES);
                          Object answer = operation.call();
                          if (answer instanceof Response response) {
                            assertThat(response.getStatus())
                                .as(text(answer))
                                .isNotIn(403, 404, 400);
                          } else {
                            assertThat(text(answer)).contains(SECRET);
                          }
                        })));
    return tests;
  }

  @Test
  void shouldDenyAViewerEveryChange() throws Exception {
    // Given
    visitor = Visits.of("viewer", RULES);
    for (Map.Entry<String, Callable<Object>> operation : operations("hidden").entrySet()) {
      if (!operation.getKey().startsWith("get ")) {
        // When
        Response answer = (Response) operation.getValue().call();
        // Then
        assertThat(answer.getStatus()).as(operation.getKey()).isEqualTo(403);
        assertThat(text(answer)).contains("you have viewer").containsAnyOf("operator", "owner");
      }
    }
    assertThat(written).isEmpty();
  }

  @TestFactory
  List<DynamicTest> shouldRecordEveryChange() {
    List<DynamicTest> tests = new ArrayList<>();
    operations("hidden")
        .forEach(
            (name, operation) ->
                tests.add(
                    DynamicTest.dynamicTest(
                        name,
                        () -> {
                          visitor = Visits.of("owner", RULES);
                          entries.clear();
                          operation.call();
                          int done = name.startsWith("get ") || UNRECORDED.contains(name) ? 0 : 1;
                          assertThat(entries).hasSize(done);
                          visitor = Visits.of("viewer", RULES);
                          operation.call();
                          assertThat(entries).hasSize(name.startsWith("get ") ? 0 : done + 1);
                          if (!entries.isEmpty()) {
                            assertThat(entries.get(done).outcome())
                                .isEqualTo(AuditEntry.Outcome.DENIED);
                          }
                        })));
    return tests;
  }

  @Test
  void shouldRecordWhoChangedWhat() {
    // When
    control.post(
        "{\"kind\": \"silence\", \"for\": \"1h\", \"sources\": \"open/cam\", \"by\": \"kim\", \"reason\": \"belt\"}");
    // Then
    assertThat(entries)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.by()).isEqualTo("kim (claimed)");
              assertThat(entry.action()).isEqualTo("silence");
              assertThat(entry.sources()).containsExactly("open/cam");
              assertThat(entry.outcome()).isEqualTo(AuditEntry.Outcome.DONE);
              assertThat(entry.detail()).isEqualTo("belt");
            });
  }

  @Test
  void shouldShowALivePageOnlyWhatItsVisitorMaySee() {
    // Given
    LiveSession page = new LiveSession(history, () -> visitor);
    Instant now = Instant.now();
    // When, Then
    page.onMessage("{\"see\": \"overview\"}");
    assertThat(page.due(now)).get().asString().contains("open/cam").doesNotContain(SECRET);
    page.onMessage("{\"see\": \"source\", \"name\": \"hidden/cam\"}");
    assertThat(page.due(now)).get().asString().contains("\"type\":\"unknown\"");
    visitor = Visits.of("viewer:scene=hidden", RULES);
    page.onMessage("{\"next\": true}");
    assertThat(page.due(now.plusSeconds(9))).get().asString().contains("\"type\":\"source\"");
  }

  @Test
  void shouldNotLetAnOperatorOfAPartReplaceTheCommandOfSomebodyElse() {
    // When
    Response answer =
        control.post(
            "{\"id\": \"hidden\", \"kind\": \"note\", \"incident\": \"open\", \"by\": \"kim\", \"reason\": \"r\"}");
    // Then
    assertThat(answer.getStatus()).isEqualTo(403);
    assertThat(written).isEmpty();
  }

  @Test
  void shouldTakeTheNameOfAnAuthenticatedPerson() {
    // Given
    Map<String, @Nullable ControlCommand> given = new HashMap<>();
    orders.open(given::put);
    visitor =
        new Visitor(
            new dev.residua.access.Person("kim", dev.residua.access.Grants.parse("operator")),
            RULES);
    // When
    Response answer =
        control.post("{\"kind\": \"note\", \"incident\": \"open\", \"reason\": \"r\"}");
    // Then
    assertThat(answer.getStatus()).isEqualTo(202);
    assertThat(given.values()).singleElement().extracting("order.by").isEqualTo("kim");
  }

  private static String text(Object answer) throws IOException {
    Object entity = answer instanceof Response response ? response.getEntity() : answer;
    if (entity instanceof StreamingOutput stream) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      stream.write(bytes);
      return bytes.toString(StandardCharsets.UTF_8);
    }
    return entity instanceof String plain ? plain : JSON.writeValueAsString(entity);
  }
}
